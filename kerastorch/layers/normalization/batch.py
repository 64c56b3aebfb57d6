"""Normalization over the batch."""

from __future__ import annotations

import numbers
from typing import Any

import torch

from ... import eras, initializers
from ...backend import phase
from ...backend.updates import MovedWeight
from ...engine import checks
from ...engine.layer import InputSpec
from .base import ScaledAndShifted, Shape

__all__ = ["BatchNormalization"]

FUSED_EPSILON = 1.001e-5  # TensorFlow's fused kernel uses no smaller one


class BatchNormalization(ScaledAndShifted):
    """Normalises each channel by the batch's mean and variance in training, by their moving averages in inference.

    In Keras 2 on TensorFlow the moving averages are bias-corrected: the first batch replaces the initial values. A
    layer with ``trainable=False`` still normalises by the batch in training there, but leaves its averages alone;
    later Keras then normalises by the averages.

    Args:
        axis: the axis of the channels.
        momentum: how much of the averages each batch leaves in place.
        epsilon: added to the variance.
        center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``.
        beta_initializer: initial values of ``beta``.
        gamma_initializer: initial values of ``gamma``.
        moving_mean_initializer: initial values of the moving mean.
        moving_variance_initializer: initial values of the moving variance.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: projection of ``beta`` after each update.
        gamma_constraint: projection of ``gamma`` after each update.
        synchronized: whether all processes of a distributed run share the batch's statistics; in one process, where
            there is nothing to share, it changes nothing.
        fused: tf.keras's choice of a kernel; changes nothing here, where torch's is always used.
        renorm: must be False: batch renormalization is not there.
        renorm_clipping: of batch renormalization.
        renorm_momentum: of batch renormalization.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: for a setting out of range, or an axis of unknown size.
        NotImplementedError: for ``renorm=True``, and for ``synchronized=True`` in a distributed run.

    Source: Ioffe and Szegedy, Batch Normalization (2015), https://arxiv.org/abs/1502.03167

    Example:
        >>> layer = BatchNormalization()
        >>> layer(torch.tensor([[1.0], [3.0]]), training=True).round(decimals=2).flatten().tolist()
        [-1.0, 1.0]
        >>> layer.moving_mean.tolist()
        [2.0]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        fused: bool | None = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon,
            center,
            scale,
            (beta_initializer, beta_regularizer, beta_constraint),
            (gamma_initializer, gamma_regularizer, gamma_constraint),
            **kwargs,
        )
        self._axis_listed = isinstance(axis, (list, tuple)) and len(axis) == 1  # as configs of tf.keras have it
        axis = axis[0] if self._axis_listed else axis
        if not isinstance(axis, numbers.Integral) or isinstance(axis, bool):
            raise TypeError(f"BatchNormalization: expected axis to be an integer. Received: axis={axis!r}")
        self.axis = int(axis)
        self.momentum = checks.fraction("BatchNormalization", "momentum", momentum)
        self.synchronized = bool(synchronized)
        if renorm:
            raise NotImplementedError("BatchNormalization: expected renorm=False. Received: renorm=True")
        self.renorm_clipping, self.renorm_momentum = renorm_clipping, renorm_momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Shape) -> None:
        axes = self._axes_of(self.axis, len(input_shape))
        shape = self._sizes(input_shape, axes)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})
        self._add_scale_and_shift(shape)
        for name, attribute in (("moving_mean", "running_mean"), ("moving_variance", "running_var")):
            initializer = getattr(self, f"{name}_initializer")
            self.add_weight(name, shape, initializer=initializer, trainable=False, attribute=attribute)
        if eras.current().batchnorm_zero_debias:
            # What TensorFlow keeps beside the averages, in no file: discounted sums that start at zero, whatever
            # weights are set. Row by row: means, variances, and ones, whose sum the other two are divided by.
            sums = self.running_mean.new_zeros((3, *shape))
            blank = sums.clone()
            blank[2] = 1
            self.register_buffer("debias_sums", sums, persistent=False)
            self.register_buffer("debias_blank", blank, persistent=False)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        era = eras.current()
        if not self.trainable and era.batchnorm_frozen == "inference":
            training = False
        if self.synchronized and training:
            self._refuse_processes()
        axis = self.axis % inputs.ndim
        fused = is_fused(inputs.ndim, axis)
        x = _channels_second(inputs, axis)
        # phase False: a call with training=True inside predict() or evaluate(), which update nothing
        if training and self.trainable and phase.current() is not False and not phase.pure():
            y = self._normalize_and_update(x, fused)
        elif training:
            y = self._normalize(x, fused, True)
        else:
            y = self._normalize(x, fused, False, self.running_mean, self.running_var)
        return _back_again(y, inputs, axis)

    def _refuse_processes(self) -> None:
        group = torch.distributed
        if group.is_available() and group.is_initialized() and group.get_world_size() > 1:
            raise NotImplementedError(
                f"Layer {self.name}: expected one process with synchronized=True, since processes do not share the "
                f"statistics of a batch. Received: {group.get_world_size()} processes; use torch.nn.SyncBatchNorm"
            )

    def _normalize(
        self, x: torch.Tensor, fused: bool, by_batch: bool, mean: Any = None, var: Any = None, factor: float = 0.0
    ) -> torch.Tensor:
        """By the batch, moving ``mean`` and ``var`` towards it by ``factor``; or by ``mean`` and ``var``."""
        epsilon = max(self.epsilon, FUSED_EPSILON) if fused else float(self.epsilon)
        cudnn = torch.backends.cudnn.enabled
        weight = self.weight
        if weight is None and self.bias is not None and x.device.type == "cuda":
            weight = torch.ones_like(self.bias)  # without one, torch gives the bias no gradient there
        return torch.batch_norm(x, weight, self.bias, mean, var, by_batch, factor, epsilon, cudnn)

    def _normalize_and_update(self, x: torch.Tensor, fused: bool) -> torch.Tensor:
        buffers = self._buffers
        moving_mean, moving_var, sums = buffers["running_mean"], buffers["running_var"], buffers.get("debias_sums")
        size = x.numel() // x.shape[1]
        weight = 1.0 - self.momentum
        factor = _variance_factor(size, fused, self.epsilon)
        if sums is None and factor == 1.0 and size > 1:  # torch's own rule
            return self._normalize(x, fused, True, moving_mean, moving_var, weight)
        # The kernel that normalises leaves the batch's mean here, and its variance with divisor size - 1. Autograd
        # keeps both rows, so they are not written to again.
        batch = moving_mean.new_zeros((2, x.shape[1])) if sums is None else buffers["debias_blank"].clone()
        mean, var = batch[0], batch[1]
        y = self._normalize(x, fused, True, mean, var, 1.0)
        if size == 1:  # the divisor is 0
            batch = batch.clone()
            batch[1] = 0
            var = batch[1]
        if sums is None:
            moving_mean.lerp_(mean, weight)
            moving_var.lerp_(var * factor, weight)
            return y
        sums.mul_(self.momentum).add_(batch, alpha=weight)
        means, variances, share = sums.unbind(0)
        variances.add_(var, alpha=weight * (factor - 1.0))
        torch.div(means, share, out=moving_mean)
        torch.div(variances, share, out=moving_var)
        return y

    def updates_of(self, node: Any) -> list[Any]:
        """The two averages, unless the layer is frozen or was called with ``training=False``."""
        if not self.trainable or node.call_arguments.get("training") in (0, False):
            return []
        moved = [weight for weight in self._own_weights if weight.attribute in ("running_mean", "running_var")]
        return [MovedWeight(weight.variable, node.outputs) for weight in moved]

    def get_config(self) -> dict[str, Any]:
        config = {
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
        }
        if self.synchronized or eras.current().later_layers == "keras3":
            config["synchronized"] = self.synchronized
        if eras.current().later_layers == "keras3":
            config |= {"renorm": False, "renorm_clipping": self.renorm_clipping}
            config["renorm_momentum"] = self.renorm_momentum
        axis = self._written_axis()
        listed = self._axis_listed and eras.current().normalization_axis == "resolved" and not isinstance(axis, list)
        return {**super().get_config(), "axis": [axis] if listed else axis, **config}


def is_fused(rank: int, axis: int) -> bool:
    """Whether TensorFlow runs its fused kernel on a CPU, which the numbers show."""
    rule = eras.current().batchnorm_variance
    if rule == "sample":
        return rank == 4 and axis == 3
    return rule == "bessel_fused" and rank in (4, 5) and axis in (1, rank - 1)


def _variance_factor(size: int, fused: bool, epsilon: float) -> float:
    """From the variance with divisor ``size - 1`` to the one that the era's averages take up."""
    rule = eras.current().batchnorm_variance
    if size == 1 or (rule == "bessel_fused" and fused):
        return 1.0
    if rule == "sample":  # Keras 2 corrects once more what TensorFlow's fused kernel has corrected already
        return (size if fused else size - 1) / (size - 1 - epsilon)
    return (size - 1) / size


def _channels_second(x: torch.Tensor, axis: int) -> torch.Tensor:
    if axis == 1 or x.ndim > 3:
        return x if axis == 1 else x.movedim(axis, 1)
    # (batch, steps, channels) as (batch * steps, channels): no kernel takes the permuted view without a copy
    return x.flatten(0, -2) if axis == x.ndim - 1 else x.movedim(axis, 1)


def _back_again(y: torch.Tensor, x: torch.Tensor, axis: int) -> torch.Tensor:
    if axis == 1:
        return y
    return y.view(x.shape) if x.ndim == 3 and axis == 2 else y.movedim(1, axis)
