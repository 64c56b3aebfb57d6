"""Activations that are layers: those with weights, and those with settings."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import activations, config, constraints, eras, initializers, regularizers
from ..engine import checks
from ..engine.layer import InputSpec, Layer
from ..kernels.attention import additive

__all__ = ["LeakyReLU", "PReLU", "ELU", "ThresholdedReLU", "Softmax", "ReLU"]

Shape = tuple[int | None, ...]


def _number(owner: str, name: str, value: Any, *, negative: bool = True) -> float:
    """A setting in float type ``floatx()``, as Keras computes with it and writes it to configs.

    Raises:
        TypeError: when it is no number.
        ValueError: when it is negative and may not be.
    """
    if isinstance(value, torch.Tensor) or hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{owner}: expected {name} to be a number. Received: {name}={value!r}")
    if value < 0 and not negative:
        raise ValueError(f"{owner}: expected {name} to be a number >= 0. Received: {name}={value!r}")
    return torch.tensor(float(value), dtype=config.torch_dtype(None), device="cpu").item()


class _Elementwise(Layer):
    """An activation that leaves shape and mask alone."""

    supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class LeakyReLU(_Elementwise):
    """``x`` where positive, ``alpha * x`` elsewhere.

    Args:
        alpha: the slope below zero.
        negative_slope: the same under Keras 3's name.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``alpha`` is a number.

    Source: Maas et al., Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013)

    Example:
        >>> import torch
        >>> LeakyReLU(0.5)(torch.tensor([[-2.0, 3.0]])).tolist()
        [[-1.0, 3.0]]
    """

    def __init__(self, alpha: float = 0.3, *, negative_slope: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _number("LeakyReLU", "alpha", alpha if negative_slope is None else negative_slope)

    @property
    def negative_slope(self) -> float:
        """``alpha`` under Keras 3's name."""
        return self.alpha

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return F.leaky_relu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        name = "negative_slope" if eras.current().later_layers == "keras3" else "alpha"
        return {**super().get_config(), name: self.alpha}


class PReLU(_Elementwise):
    """``x`` where positive, ``alpha * x`` elsewhere, with an ``alpha`` that is learnt for each position.

    Args:
        alpha_initializer: initial values of ``alpha``.
        alpha_regularizer: penalty on it.
        alpha_constraint: projection of it after each update.
        shared_axes: axes along which all positions share one ``alpha``: ``[1, 2]`` leaves one for each channel of
            (batch, rows, columns, channels).
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: when a shared axis does not exist or an unshared one has an unknown size.

    Source: He et al., Delving Deep into Rectifiers (2015), https://arxiv.org/abs/1502.01852

    Example:
        >>> import torch
        >>> layer = PReLU(shared_axes=[1, 2])
        >>> layer(torch.zeros(1, 8, 8, 3)).shape, layer.alpha.shape
        (torch.Size([1, 8, 8, 3]), torch.Size([1, 1, 3]))
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None:
            shared_axes = list(shared_axes) if isinstance(shared_axes, (list, tuple)) else [shared_axes]
            shared_axes = [checks.positive_int("PReLU", "shared_axes", axis) for axis in shared_axes]
        self.shared_axes = shared_axes

    def build(self, input_shape: Shape) -> None:
        shared = self.shared_axes or []
        if shared and max(shared) >= len(input_shape):
            raise ValueError(
                f"Layer {self.name}: expected shared_axes below {len(input_shape)}, the number of the input's axes. "
                f"Received: shared_axes={shared}"
            )
        shape = tuple(1 if axis in shared else size for axis, size in enumerate(input_shape) if axis > 0)
        if None in shape:
            raise ValueError(
                f"Layer {self.name}: expected known sizes of all axes that are not among shared_axes={shared}. "
                f"Received: shape {tuple(input_shape)}"
            )
        self.add_weight(
            "alpha",
            shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        axes = {axis: size for axis, size in enumerate(input_shape) if shared and axis > 0 and axis not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        # not F.prelu: its slope at 0 is alpha, Keras's is 0
        return torch.relu(inputs) - self.alpha * torch.relu(-inputs)

    def get_config(self) -> dict[str, Any]:
        config = {
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }
        return {**super().get_config(), **config}


class ELU(_Elementwise):
    """``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere.

    Args:
        alpha: what it falls to far below zero, negated.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``alpha`` is a number.

    Source: Clevert et al., Exponential Linear Units (2015), https://arxiv.org/abs/1511.07289

    Example:
        >>> import torch
        >>> ELU()(torch.tensor([[0.0, 2.0]])).tolist()
        [[0.0, 2.0]]
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _number("ELU", "alpha", alpha)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return F.elu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


class ThresholdedReLU(_Elementwise):
    """``x`` where it is greater than ``theta``, 0 elsewhere.

    Args:
        theta: the threshold.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``theta`` is a number.

    Source: Konda et al., Zero-Bias Autoencoders (2014), https://arxiv.org/abs/1402.3337

    Example:
        >>> import torch
        >>> ThresholdedReLU(1.0)(torch.tensor([[0.5, 1.0, 2.0]])).tolist()
        [[0.0, 0.0, 2.0]]
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = _number("ThresholdedReLU", "theta", theta)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs * (inputs > self.theta)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "theta": self.theta}


class Softmax(_Elementwise):
    """Exponentials divided by their sum along an axis, or several.

    In the eras since tf.keras the call takes a ``mask`` that is broadcast to the input: what it leaves out counts for
    nothing.

    Args:
        axis: the axis or axes that sum to one.
        robust_masking: whether masked values are replaced, rather than lowered by 1e9; it shows where all are masked.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``axis`` is one or several integers.

    Source: https://keras.io/api/layers/activation_layers/softmax/

    Example:
        >>> import torch
        >>> Softmax()(torch.zeros(1, 4)).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, axis: int | Sequence[int] = -1, robust_masking: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        items = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        if not items or not all(isinstance(i, numbers.Integral) for i in items):
            raise TypeError(f"Softmax: expected axis to be one or several integers. Received: axis={axis!r}")
        self.axis = type(axis)(axis) if isinstance(axis, (list, tuple)) else int(axis)
        self.robust_masking = bool(robust_masking)

    def call(self, inputs: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        rule = eras.current().masked_softmax
        if mask is None or rule == "ignored":
            return self._softmax(inputs)
        mask = mask if mask.dtype == torch.bool else mask > 0.5
        bias = additive(mask, inputs.dtype)
        if rule == "zero":
            return torch.where(mask, self._softmax(torch.where(mask, inputs, bias)), 0.0)
        return self._softmax(torch.where(mask, inputs, bias) if self.robust_masking else inputs + bias)

    def _softmax(self, x: torch.Tensor) -> torch.Tensor:
        if not isinstance(self.axis, (list, tuple)):
            return activations.softmax(x, self.axis)
        if len(self.axis) == 1:
            return activations.softmax(x, self.axis[0])
        return torch.exp(x - torch.logsumexp(x, tuple(self.axis), keepdim=True))

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "axis": self.axis}
        return {**config, "robust_masking": True} if self.robust_masking else config


class ReLU(_Elementwise):
    """``x`` above ``threshold`` and at most ``max_value``, ``negative_slope * (x - threshold)`` below.

    Args:
        max_value: the greatest output; None for no bound.
        negative_slope: the slope below the threshold.
        threshold: where ``x`` begins to pass.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: when a setting is no number.
        ValueError: when ``max_value`` or ``negative_slope`` is negative.

    Source: https://keras.io/api/layers/activation_layers/relu/

    Example:
        >>> import torch
        >>> ReLU(max_value=6.0, negative_slope=0.5)(torch.tensor([[-2.0, 3.0, 9.0]])).tolist()
        [[-1.0, 3.0, 6.0]]
    """

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _number("ReLU", "max_value", max_value, negative=False)
        self.negative_slope = _number("ReLU", "negative_slope", negative_slope, negative=False)
        self.threshold = _number("ReLU", "threshold", threshold)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        config = {"max_value": self.max_value, "negative_slope": self.negative_slope, "threshold": self.threshold}
        return {**super().get_config(), **config}
