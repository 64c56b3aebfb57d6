"""Normalization of each sample by itself: over features, groups of channels, to unit length."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ... import eras
from ...backend.products import l2_normalize
from ...engine import checks
from ...engine.layer import InputSpec, Layer
from .base import ScaledAndShifted, Shape, axes_argument

__all__ = ["LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"]


def _as_wide(x: torch.Tensor, *weights: torch.Tensor | None) -> torch.Tensor:
    """The data in its weights' precision where a kernel takes no other: on a GPU all have to be of one type."""
    wide = next((weight.dtype for weight in weights if weight is not None), x.dtype)
    return x.to(wide) if x.device.type == "cuda" else x


class LayerNormalization(ScaledAndShifted):
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
        self.axis = axes_argument("LayerNormalization", axis)
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
        config = {**super().get_config(), "axis": self._written_axis()}
        if eras.current().later_layers == "keras3":
            config["axis"] = list(self.axis) if isinstance(self.axis, list) else [self.axis]
            config["rms_scaling"] = self.rms_scaling
        return {**config, "rms_scaling": True} if self.rms_scaling else config


class GroupNormalization(ScaledAndShifted):
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
        self.axis = axes_argument("UnitNormalization", axis)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return l2_normalize(inputs, self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class RMSNormalization(Layer):
    """Divides each sample by the root of its mean square along some axes, and multiplies by a learned scale.

    Args:
        axis: the axis or axes of the mean.
        epsilon: added to the mean square.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless ``axis`` is one or several integers.

    Source: Zhang and Sennrich, Root Mean Square Layer Normalization (2019), https://arxiv.org/abs/1910.07467

    Example:
        >>> RMSNormalization(epsilon=0.0)(torch.tensor([[1.0, 7.0]])).round(decimals=1).tolist()
        [[0.20000000298023224, 1.399999976158142]]
    """

    supports_masking = True
    casts_weights = False  # the scale stays float32

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument("RMSNormalization", axis)
        if not isinstance(epsilon, numbers.Real) or isinstance(epsilon, bool) or epsilon < 0:
            raise ValueError(f"RMSNormalization: expected epsilon to be a number >= 0. Received: epsilon={epsilon!r}")
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        rank = len(input_shape)
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        if any(not -rank <= i < rank for i in given) or len({i % rank for i in given}) != len(given):
            raise ValueError(
                f"Layer {self.name}: expected axis to be among its input's {rank} axes. Received: axis={self.axis!r}"
            )
        self.axis = sorted(given)
        axes = sorted(i % rank for i in given)
        shape = [input_shape[i] for i in axes]
        if None in shape:
            raise ValueError(
                f"Layer {self.name}: expected axis {self.axis} of its input to have a known size. "
                f"Received: shape {tuple(input_shape)}"
            )
        self._axes = tuple(axes)
        self.add_weight("scale", shape, initializer="ones", attribute="weight")
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        rank, axes = inputs.ndim, self._axes
        if axes == tuple(range(rank - len(axes), rank)):
            x = _as_wide(inputs, self.weight)
            return F.rms_norm(x, self.weight.shape, self.weight, float(self.epsilon)).to(inputs.dtype)
        root = torch.rsqrt(inputs.square().mean(axes, keepdim=True) + self.epsilon)
        return inputs * root * self.weight.reshape([inputs.shape[i] if i in axes else 1 for i in range(rank)])

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
