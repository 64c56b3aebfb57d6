"""Layers that only the architectures here have; ``layers.deserialize`` finds them by name, since files name them.

Source: https://github.com/keras-team/keras, ``keras.applications``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import initializers
from ..engine.layer import Layer
from ..kernels.dropout import dropout
from ..layers import REGISTRY
from .imagenet_utils import halving_pad

__all__ = ["CustomScaleLayer", "GroupSum", "HalvingPad", "LayerScale", "StochasticDepth"]

Shape = tuple[int | None, ...]


class CustomScaleLayer(Layer):
    """Adds the second input, times a number, to the first.

    Args:
        scale: the number.
        **kwargs: those of ``Layer``.

    Shape:
        Two inputs of one shape → the same shape.

    Example:
        >>> CustomScaleLayer(0.5)([torch.ones(1, 2), torch.ones(1, 2)]).tolist()
        [[1.5, 1.5]]
    """

    def __init__(self, scale: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        return torch.add(inputs[0], inputs[1], alpha=self.scale)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}


class GroupSum(Layer):
    """Ends a convolution in groups that a depthwise convolution began: sums what the channels of a group gave.

    Args:
        groups: how many groups of channels there are.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels * channels / groups) → (batch, rows, columns, channels).

    Example:
        >>> GroupSum(2)(torch.arange(8.0).reshape(1, 1, 1, 8)).tolist()
        [[[[2.0, 4.0, 10.0, 12.0]]]]
    """

    def __init__(self, groups: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = groups

    def _width(self, channels: int) -> int:
        return round((channels / self.groups) ** 0.5)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        width = self._width(inputs.shape[-1])
        return inputs.unflatten(-1, (self.groups, width, width)).sum(-2).flatten(-2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.groups * self._width(input_shape[-1]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}


class HalvingPad(Layer):
    """Puts as many zeros around images as a window with stride 2 needs, whatever their size turns out to be.

    Args:
        size: the window's, odd.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, more rows, more columns, channels).

    Example:
        >>> HalvingPad(3)(torch.ones(1, 4, 5, 2)).shape
        torch.Size([1, 5, 7, 2])
    """

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        rows, columns = (halving_pad(length, self.size) for length in inputs.shape[1:3])
        return F.pad(inputs, (0, 0, *columns, *rows))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, *lengths, channels = input_shape
        longer = [None if n is None else n + sum(halving_pad(n, self.size)) for n in lengths]
        return (batch, *longer, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


class LayerScale(Layer):
    """Multiplies each channel by a learned factor.

    Args:
        init_values: what the factors begin with.
        projection_dim: how many channels there are.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *any, projection_dim) → the same.

    Example:
        >>> LayerScale(0.5, 2)(torch.ones(1, 2)).tolist()
        [[0.5, 0.5]]

    Source: Touvron et al., "Going deeper with Image Transformers", https://arxiv.org/abs/2103.17239
    """

    def __init__(self, init_values: float, projection_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape: Shape) -> None:
        self.gamma = self.add_weight(
            "gamma", (self.projection_dim,), initializer=initializers.Constant(self.init_values)
        )
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs * self.gamma

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "init_values": self.init_values, "projection_dim": self.projection_dim}


class StochasticDepth(Layer):
    """Drops whole samples in training, so that a block is skipped for them, and scales up the others.

    Args:
        drop_path_rate: how likely a sample is dropped.
        **kwargs: those of ``Layer``.

    Shape:
        Any → the same.

    Example:
        >>> StochasticDepth(0.5)(torch.ones(2, 1)).tolist()
        [[1.0], [1.0]]

    Source: Huang et al., "Deep Networks with Stochastic Depth", https://arxiv.org/abs/1603.09382
    """

    def __init__(self, drop_path_rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        return dropout(inputs, self.drop_path_rate, (None, *(1,) * (inputs.ndim - 1))) if training else inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}


for _layer in (CustomScaleLayer, GroupSum, HalvingPad, LayerScale, StochasticDepth):
    REGISTRY.register(_layer, f"Custom>{_layer.__name__}")
