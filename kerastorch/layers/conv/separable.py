"""Convolutions that treat channels apart, then mix them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ...backend.convolution import convolve
from ...engine import checks
from .base import BaseConv, Shape
from .depthwise import KERNEL_ARGUMENTS, Depthwise

__all__ = ["SeparableConv1D", "SeparableConv2D"]


class _SeparableConv(Depthwise):
    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        depth_multiplier: int,
        depthwise: tuple[Any, Any, Any],
        pointwise: tuple[Any, Any, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(rank, filters, kernel_size, strides, padding, data_format, dilation_rate, **kwargs)
        self.depth_multiplier = checks.positive_int(type(self).__name__, "depth_multiplier", depth_multiplier)
        self._set_part("depthwise", *depthwise)
        self._set_part("pointwise", *pointwise)

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.compute_output_shape(input_shape)
        self._add_kernel(
            "depthwise_kernel",
            (*self.kernel_size, channels, self.depth_multiplier),
            attribute="depthwise_weight",
            prefix="depthwise",
        )
        self.add_weight(
            "pointwise_kernel",
            (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            axes=BaseConv._kernel_axes(self.rank),
            attribute="pointwise_weight",
        )
        self._add_bias(self.filters)
        self.built = True

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs = self._convolve_channels(inputs, self.depthwise_weight)
        ones = (1,) * self.rank
        outputs = convolve(outputs, self.pointwise_weight, self.bias, ones, "valid", self.data_format, ones)
        return self.activation(outputs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for argument in KERNEL_ARGUMENTS:
            del config[argument]
        config["depth_multiplier"] = self.depth_multiplier
        return {**config, **self._part_config("depthwise"), **self._part_config("pointwise")}


class SeparableConv1D(_SeparableConv):
    """Convolves each channel of a sequence by itself, then mixes the channels step by step.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: length of the depthwise filters.
        strides: step between two positions.
        padding: ``'valid'``, ``'same'`` or ``'causal'``.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        dilation_rate: distance between the steps that a filter sees; excludes strides.
        depth_multiplier: number of depthwise filters for each input channel.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        depthwise_initializer: initial values of the depthwise filters.
        pointwise_initializer: initial values of the mixing weights.
        bias_initializer: initial values of the bias.
        depthwise_regularizer: penalty on the depthwise filters.
        pointwise_regularizer: penalty on the mixing weights.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the depthwise filters after each update.
        pointwise_constraint: projection of the mixing weights after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, new steps, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/separable_convolution1d/

    Example:
        >>> import torch
        >>> SeparableConv1D(6, 3, depth_multiplier=2)(torch.zeros(1, 8, 4)).shape
        torch.Size([1, 6, 6])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            1,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            (pointwise_initializer, pointwise_regularizer, pointwise_constraint),
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class SeparableConv2D(_SeparableConv):
    """Convolves each channel of an image by itself, then mixes the channels pixel by pixel.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: height and width of the depthwise filters; one int for both.
        strides: steps between two positions.
        padding: ``'valid'`` or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        dilation_rate: distance between the pixels that a filter sees; excludes strides.
        depth_multiplier: number of depthwise filters for each input channel.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        depthwise_initializer: initial values of the depthwise filters.
        pointwise_initializer: initial values of the mixing weights.
        bias_initializer: initial values of the bias.
        depthwise_regularizer: penalty on the depthwise filters.
        pointwise_regularizer: penalty on the mixing weights.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the depthwise filters after each update.
        pointwise_constraint: projection of the mixing weights after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: Chollet, Xception (2016), https://arxiv.org/abs/1610.02357

    Example:
        >>> import torch
        >>> SeparableConv2D(6, 3, padding="same")(torch.zeros(1, 8, 8, 4)).shape
        torch.Size([1, 8, 8, 6])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            2,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            (pointwise_initializer, pointwise_regularizer, pointwise_constraint),
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
