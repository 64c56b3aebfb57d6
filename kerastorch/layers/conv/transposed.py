"""Transposed convolutions ("deconvolutions"): strides make the output larger than the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import eras
from ...backend import conv_utils
from ...backend.convolution import convolve_transposed
from ...engine import checks
from .base import BaseConv, Shape
from .regular import Conv1D, Conv2D, Conv3D

__all__ = ["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"]


class _Transposed(BaseConv):
    """What the three have in common; stands in front of Conv1D … in their bases.

    The kernel's Keras shape is (*kernel_size, filters, channels); it is stored as (channels, filters, *kernel_size).
    """

    output_padding: tuple[int, ...] | None = None

    def _set_output_padding(self, output_padding: int | Sequence[int] | None) -> None:
        if output_padding is None:
            return
        owner = type(self).__name__
        self.output_padding = checks.int_tuple(owner, "output_padding", output_padding, self.rank, zero=True)
        if any(extra >= stride for extra, stride in zip(self.output_padding, self.strides, strict=True)):
            raise ValueError(
                f"{owner}: expected output_padding to be smaller than strides={self.strides}. "
                f"Received: output_padding={self.output_padding}"
            )

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.compute_output_shape(input_shape)
        self._add_kernel("kernel", (*self.kernel_size, self.filters, channels))
        self._add_bias(self.filters)
        self.built = True

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs = convolve_transposed(
            inputs,
            self.weight,
            self.bias,
            self.strides,
            self.padding,
            self.output_padding,
            self.data_format,
            self.dilation_rate,
        )
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        axes = conv_utils.spatial_axes(self.data_format, self.rank)
        extra = self.output_padding or (None,) * self.rank
        lengths = [
            conv_utils.deconv_length(input_shape[axis], stride, size, self.padding, pad, rate)
            for axis, stride, size, pad, rate in zip(
                axes, self.strides, self.kernel_size, extra, self.dilation_rate, strict=True
            )
        ]
        if any(length is not None and length <= 0 for length in lengths):
            raise ValueError(
                f"Layer {self.name}: expected an input that gives an output of at least 1 step along each axis. "
                f"Received: shape {tuple(input_shape)}"
            )
        shape = list(conv_utils.with_spatial(input_shape, self.data_format, lengths))
        shape[conv_utils.channel_axis(self.data_format)] = self.filters
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "output_padding": self.output_padding}


class Conv1DTranspose(_Transposed, Conv1D):
    """The transposed convolution of a sequence.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: length of the filters.
        strides: how many output steps an input step moves the filters by.
        padding: ``'valid'``, or ``'same'``: ``strides`` times as long as the input.
        output_padding: extra length at the end, smaller than ``strides``; None infers the length.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        dilation_rate: distance between the steps that a filter reaches; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, new steps, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or an ``output_padding`` that is not below ``strides``.

    Source: https://keras.io/api/layers/convolution_layers/convolution1d_transpose/

    Example:
        >>> import torch
        >>> Conv1DTranspose(3, 4, strides=2, padding="same")(torch.zeros(1, 5, 2)).shape
        torch.Size([1, 10, 3])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            checks.one_of("Conv1DTranspose", "padding", padding, ("valid", "same")),
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self._set_output_padding(output_padding)


class Conv2DTranspose(_Transposed, Conv2D):
    """The transposed convolution of images, as decoders and generators use it.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: height and width of the filters; one int for both.
        strides: how many output pixels an input pixel moves the filters by.
        padding: ``'valid'``, or ``'same'``: ``strides`` times as large as the input.
        output_padding: extra rows and columns at the end, fewer than ``strides``; None infers the size.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        dilation_rate: distance between the pixels that a filter reaches; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or an ``output_padding`` that is not below ``strides``.

    Source: Zeiler et al., Deconvolutional Networks (2010); https://keras.io/api/layers/convolution_layers/convolution2d_transpose/

    Example:
        >>> import torch
        >>> Conv2DTranspose(3, 5, strides=2, padding="same")(torch.zeros(1, 7, 7, 2)).shape
        torch.Size([1, 14, 14, 3])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self._set_output_padding(output_padding)


class Conv3DTranspose(_Transposed, Conv3D):
    """The transposed convolution of volumes.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: the filters' three sizes; one int for all.
        strides: how many output voxels an input voxel moves the filters by.
        padding: ``'valid'``, or ``'same'``: ``strides`` times as large as the input.
        output_padding: extra size at the end of each axis, smaller than ``strides``; None infers the size.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``, and ``dilation_rate``.

    Shape:
        (batch, *sizes, channels) → (batch, *new sizes, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or an ``output_padding`` that is not below ``strides``.

    Source: https://keras.io/api/layers/convolution_layers/convolution3d_transpose/

    Example:
        >>> import torch
        >>> Conv3DTranspose(3, 2, strides=2)(torch.zeros(1, 2, 3, 4, 1)).shape
        torch.Size([1, 4, 6, 8, 3])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self._set_output_padding(output_padding)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if max(self.dilation_rate) == 1 and eras.current().later_layers != "keras3":
            del config["dilation_rate"]  # not an argument of this class before Keras 3
        return config
