"""Normalization layers: over the batch, over a sample, over groups of channels, to unit length."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import constraints, eras, initializers, regularizers
from ..backend import phase
from ..backend.products import l2_normalize
from ..engine import checks
from ..engine.layer import InputSpec, Layer

__all__ = ["BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"]

Shape = tuple[int | None, ...]

FUSED_EPSILON = 1.001e-5  # TensorFlow's fused kernel uses no smaller one


class _Normalization(Layer):
    """A scale ``gamma``, stored as ``weight``, and a shift ``beta``, stored as ``bias``, along some axes."""

    supports_masking = True
    casts_weights = False  # statistics and scale stay float32

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta: tuple[Any, Any, Any],
        gamma: tuple[Any, Any, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        if not isinstance(epsilon, numbers.Real) or isinstance(epsilon, bool) or epsilon < 0:
            raise ValueError(f"{owner}: expected epsilon to be a number >= 0. Received: epsilon={epsilon!r}")
        self.epsilon = epsilon
        self.center = bool(center)
        self.scale = bool(scale)
        for part, (initializer, regularizer, constraint) in (("beta", beta), ("gamma", gamma)):
            setattr(self, f"{part}_initializer", initializers.get(initializer))
            setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{part}_constraint", constraints.get(constraint))

    def _axes_of(self, axis: Any, rank: int) -> tuple[int, ...]:
        axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
        if any(not -rank <= i < rank for i in axes):
            raise ValueError(
                f"Layer {self.name}: expected axis to be one of its input's {rank} axes. Received: axis={axis!r}"
            )
        return tuple(i % rank for i in axes)

    def _sizes(self, input_shape: Shape, axes: Sequence[int]) -> tuple[int, ...]:
        sizes = tuple(input_shape[i] for i in axes)
        if None in sizes:
            raise ValueError(
                f"Layer {self.name}: expected axis {self.axis} of its input to have a known size. "
                f"Received: shape {tuple(input_shape)}"
            )
        return sizes  # type: ignore[return-value]

    def _add_scale_and_shift(self, shape: tuple[int, ...]) -> None:
        for wanted, name, attribute in ((self.scale, "gamma", "weight"), (self.center, "beta", "bias")):
            if wanted:
                self.add_weight(
                    name,
                    shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                    attribute=attribute,
                )
            else:
                setattr(self, attribute, None)
                setattr(self, name, None)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = {"axis": self.axis, "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
        for part in ("beta", "gamma"):
            config[f"{part}_initializer"] = initializers.serialize(getattr(self, f"{part}_initializer"))
            config[f"{part}_regularizer"] = regularizers.serialize(getattr(self, f"{part}_regularizer"))
            config[f"{part}_constraint"] = constraints.serialize(getattr(self, f"{part}_constraint"))
        return {**super().get_config(), **config}


class BatchNormalization(_Normalization):
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
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: for a setting out of range, or an axis of unknown size.

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
        if isinstance(axis, (list, tuple)) and len(axis) == 1:  # as configs of tf.keras have it
            axis = axis[0]
        if not isinstance(axis, numbers.Integral) or isinstance(axis, bool):
            raise TypeError(f"BatchNormalization: expected axis to be an integer. Received: axis={axis!r}")
        self.axis = int(axis)
        self.momentum = checks.fraction("BatchNormalization", "momentum", momentum)
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

    def updates_of(self, node: Any) -> list[torch.Tensor]:
        """The two averages, unless the layer is frozen or was called with ``training=False``."""
        if not self.trainable or node.call_arguments.get("training") in (0, False):
            return []
        return [weight.variable for weight in self._own_weights if weight.attribute in ("running_mean", "running_var")]

    def get_config(self) -> dict[str, Any]:
        config = {
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
        }
        return {**super().get_config(), **config}


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


def _as_wide(x: torch.Tensor, *weights: torch.Tensor | None) -> torch.Tensor:
    """The data in its weights' precision where a kernel takes no other: on a GPU all have to be of one type."""
    wide = next((weight.dtype for weight in weights if weight is not None), x.dtype)
    return x.to(wide) if x.device.type == "cuda" else x


class LayerNormalization(_Normalization):
    """Normalises each sample by its own mean and variance along some axes.

    Args:
        axis: the axis or axes to normalise along.
        epsilon: added to the variance.
        center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``.
        rms_scaling: divides by the standard deviation and multiplies by ``gamma``, without mean and ``beta``.
        beta_initializer: initial values of ``beta``.
        gamma_initializer: initial values of ``gamma``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: projection of ``beta`` after each update.
        gamma_constraint: projection of ``gamma`` after each update.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: for a setting out of range, or an axis of unknown size.

    Source: Ba et al., Layer Normalization (2016), https://arxiv.org/abs/1607.06450

    Example:
        >>> LayerNormalization(epsilon=0.0)(torch.tensor([[1.0, 3.0]])).tolist()
        [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        rms_scaling: bool = False,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
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
        items = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        if not items or not all(isinstance(i, numbers.Integral) and not isinstance(i, bool) for i in items):
            raise TypeError(f"LayerNormalization: expected axis to be one or several integers. Received: axis={axis!r}")
        self.axis = items if isinstance(axis, (list, tuple)) else axis
        self.rms_scaling = bool(rms_scaling)

    def build(self, input_shape: Shape) -> None:
        axes = tuple(sorted(self._axes_of(self.axis, len(input_shape))))
        if len(set(axes)) != len(axes):
            raise ValueError(f"Layer {self.name}: expected different axes. Received: axis={self.axis!r}")
        shape = self._sizes(input_shape, axes)
        if self.rms_scaling:
            self.scale, self.center = True, False
        self._add_scale_and_shift(shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes=dict(zip(axes, shape, strict=True)))
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        rank = inputs.ndim
        axes = tuple(sorted(self._axes_of(self.axis, rank)))
        if axes == tuple(range(rank - len(axes), rank)) and not self.rms_scaling:
            sizes = [inputs.shape[i] for i in axes]
            x = _as_wide(inputs, self.weight, self.bias)
            return F.layer_norm(x, sizes, self.weight, self.bias, float(self.epsilon)).to(inputs.dtype)
        var, mean = torch.var_mean(inputs, axes, correction=0, keepdim=True)
        centered = inputs if self.rms_scaling else inputs - mean
        outputs = centered * torch.rsqrt(var + self.epsilon)
        broadcast = [inputs.shape[i] if i in axes else 1 for i in range(rank)]
        if self.weight is not None:
            outputs = outputs * self.weight.reshape(broadcast)
        return outputs if self.bias is None else outputs + self.bias.reshape(broadcast)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "rms_scaling": True} if self.rms_scaling else config


class GroupNormalization(_Normalization):
    """Normalises each sample by the mean and variance of groups of its channels.

    Args:
        groups: number of groups; -1 gives each channel its own.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``.
        beta_initializer: initial values of ``beta``.
        gamma_initializer: initial values of ``gamma``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: projection of ``beta`` after each update.
        gamma_constraint: projection of ``gamma`` after each update.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: for a setting out of range, or channels that are not a multiple of ``groups``.

    Source: Wu and He, Group Normalization (2018), https://arxiv.org/abs/1803.08494

    Example:
        >>> GroupNormalization(2)(torch.zeros(1, 4, 4, 6)).shape
        torch.Size([1, 4, 4, 6])
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
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
        self.groups = groups if groups == -1 else checks.positive_int("GroupNormalization", "groups", groups)
        if not isinstance(axis, numbers.Integral) or isinstance(axis, bool):
            raise TypeError(f"GroupNormalization: expected axis to be an integer. Received: axis={axis!r}")
        self.axis = int(axis)

    def build(self, input_shape: Shape) -> None:
        shape = self._sizes(input_shape, self._axes_of(self.axis, len(input_shape)))
        if self.groups == -1:
            self.groups = shape[0]
        if shape[0] % self.groups:
            raise ValueError(
                f"Layer {self.name}: expected a number of channels that is a multiple of groups={self.groups}. "
                f"Received: shape {tuple(input_shape)}"
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})
        self._add_scale_and_shift(shape)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        x = _as_wide(inputs, self.weight, self.bias).movedim(self.axis, 1)
        outputs = F.group_norm(x, self.groups, self.weight, self.bias, float(self.epsilon))
        return outputs.to(inputs.dtype).movedim(1, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}


class UnitNormalization(Layer):
    """Divides each sample by its Euclidean norm along some axes.

    Args:
        axis: the axis or axes of the norm.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``axis`` is one or several integers.

    Source: https://keras.io/api/layers/normalization_layers/unit_normalization/

    Example:
        >>> UnitNormalization()(torch.tensor([[0.0, 5.0]])).tolist()
        [[0.0, 1.0]]
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        items = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        if not items or not all(isinstance(i, numbers.Integral) and not isinstance(i, bool) for i in items):
            raise TypeError(f"UnitNormalization: expected axis to be one or several integers. Received: axis={axis!r}")
        self.axis = items if isinstance(axis, (list, tuple)) else axis

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return l2_normalize(inputs, self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
