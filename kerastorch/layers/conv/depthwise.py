"""Convolutions that treat channels apart.

Source: Chollet, Xception (2016), https://arxiv.org/abs/1610.02357
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import constraints, eras, initializers, regularizers
from ...backend import conv_utils
from ...backend.convolution import convolve
from ...engine import checks
from .base import BaseConv, Shape, window_lengths
from .regular import Conv2D

__all__ = ["Depthwise", "DepthwiseConv1D", "DepthwiseConv2D", "KERNEL_ARGUMENTS"]

KERNEL_ARGUMENTS = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")


class Depthwise(BaseConv):
    """A kernel for each channel: (*kernel_size, channels, multiplier), stored with the channels in front."""

    @staticmethod
    def _kernel_axes(rank: int) -> tuple[int, ...]:
        return (rank, rank + 1, *range(rank))

    def _set_part(self, part: str, initializer: Any, regularizer: Any, constraint: Any) -> None:
        setattr(self, f"{part}_initializer", initializers.get(initializer))
        setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{part}_constraint", constraints.get(constraint))

    def _part_config(self, part: str) -> dict[str, Any]:
        return {
            f"{part}_initializer": initializers.serialize(getattr(self, f"{part}_initializer")),
            f"{part}_regularizer": regularizers.serialize(getattr(self, f"{part}_regularizer")),
            f"{part}_constraint": constraints.serialize(getattr(self, f"{part}_constraint")),
        }

    def _convolve_channels(
        self, inputs: torch.Tensor, stored: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        channels = stored.shape[0]
        weight = stored.flatten(0, 1).unsqueeze(1)
        return convolve(
            inputs,
            weight,
            bias,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            channels,
            self.name,
        )


class _DepthwiseConv(Depthwise, BaseConv):
    """Each channel by itself, over ``rank`` spatial axes."""

    def __init__(
        self, rank: int, depth_multiplier: int, depthwise: tuple[Any, Any, Any], *window: Any, **kwargs: Any
    ) -> None:
        BaseConv.__init__(self, rank, None, *window, **kwargs)  # a DepthwiseConv2D is a Conv2D too, as in Keras
        self.depth_multiplier = checks.positive_int(type(self).__name__, "depth_multiplier", depth_multiplier)
        self._set_part("depthwise", *depthwise)

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        window_lengths(
            self, input_shape, self.data_format, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        name = "kernel" if eras.current().later_layers == "keras3" else "depthwise_kernel"
        self._add_kernel(name, shape, prefix="depthwise")
        self._add_bias(channels * self.depth_multiplier)
        self.built = True

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.activation(self._convolve_channels(inputs, self.weight, self.bias))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        dilated = self.rank == 1 or eras.current().depthwise_length == "dilated"
        lengths = window_lengths(
            self,
            input_shape,
            self.data_format,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate if dilated else None,
        )
        shape = list(lengths)
        axis = conv_utils.channel_axis(self.data_format)
        shape[axis] = None if input_shape[axis] is None else input_shape[axis] * self.depth_multiplier
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for argument in ("filters", *KERNEL_ARGUMENTS):
            del config[argument]
        config["depth_multiplier"] = self.depth_multiplier
        return {**config, **self._part_config("depthwise")}


class DepthwiseConv1D(_DepthwiseConv):
    """Convolves each channel of a sequence by itself.

    Args:
        kernel_size: length of the filters.
        strides: step between two positions.
        padding: ``'valid'`` or ``'same'``.
        depth_multiplier: number of filters for each input channel.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        dilation_rate: distance between the steps that a filter sees; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        depthwise_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        depthwise_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, new steps, channels * depth_multiplier); ``'channels_first'``: the channels
        before the steps.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/

    Example:
        >>> import torch
        >>> DepthwiseConv1D(3, depth_multiplier=2)(torch.zeros(1, 8, 4)).shape
        torch.Size([1, 6, 8])
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            1,
            depth_multiplier,
            (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            kernel_size,
            strides,
            checks.one_of("DepthwiseConv1D", "padding", padding, ("valid", "same")),
            data_format,
            dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )


class DepthwiseConv2D(_DepthwiseConv, Conv2D):
    """Convolves each channel of an image by itself.

    With a ``dilation_rate`` Keras 2.2.4 computes the dilated convolution but reports the shape of the undilated one;
    later Keras reports the true shape.

    Args:
        kernel_size: height and width of the filters; one int for both.
        strides: steps between two positions.
        padding: ``'valid'`` or ``'same'``.
        depth_multiplier: number of filters for each input channel.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        dilation_rate: distance between the pixels that a filter sees; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        depthwise_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        depthwise_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, channels * depth_multiplier).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/

    Example:
        >>> import torch
        >>> DepthwiseConv2D(3, depth_multiplier=2)(torch.zeros(1, 8, 8, 4)).shape
        torch.Size([1, 6, 6, 8])
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            2,
            depth_multiplier,
            (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
