"""Plain convolutions: Conv1D, Conv2D, Conv3D and their old names."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .base import BaseConv

__all__ = ["Conv1D", "Conv2D", "Conv3D", "AtrousConvolution1D", "AtrousConvolution2D"]


class Conv1D(BaseConv):
    """Slides filters along a sequence.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: length of the filters.
        strides: step between two positions.
        padding: ``'valid'``; ``'same'``: padded with zeros so that with stride 1 the length stays; ``'causal'``: padded
            in front only, so that no output sees a later input.
        data_format: ``'channels_last'`` for (batch, steps, channels), ``'channels_first'`` for (batch, channels,
            steps).
        dilation_rate: distance between the steps that a filter sees; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        groups: number of groups that channels and filters fall into.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, new steps, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/convolution1d/

    Example:
        >>> import torch
        >>> Conv1D(8, 3, padding="causal")(torch.zeros(2, 10, 4)).shape
        torch.Size([2, 10, 8])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = "channels_last",
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
        groups: int = 1,
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
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            groups,
            **kwargs,
        )


class Conv2D(BaseConv):
    """Slides filters over images.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: height and width of the filters; one int for both.
        strides: steps between two positions.
        padding: ``'valid'``; ``'same'``: padded with zeros so that with stride 1 the size stays, the odd zero last.
        data_format: ``'channels_last'`` for (batch, rows, columns, channels), ``'channels_first'`` for (batch,
            channels, rows, columns); by default what ``~/.keras/keras.json`` says, else ``'channels_last'``.
        dilation_rate: distance between the pixels that a filter sees; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        groups: number of groups that channels and filters fall into.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/convolution2d/

    Example:
        >>> import torch
        >>> layer = Conv2D(8, 3, padding="same", activation="relu")
        >>> layer(torch.zeros(2, 28, 28, 1)).shape, layer.kernel.shape, layer.weight.shape
        (torch.Size([2, 28, 28, 8]), (3, 3, 1, 8), torch.Size([8, 1, 3, 3]))
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
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
        groups: int = 1,
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
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            groups,
            **kwargs,
        )


class Conv3D(BaseConv):
    """Slides filters through volumes.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: the filters' three sizes; one int for all.
        strides: steps between two positions.
        padding: ``'valid'``; ``'same'``: padded with zeros so that with stride 1 the size stays, the odd zero last.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        dilation_rate: distance between the voxels that a filter sees; excludes strides.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        groups: number of groups that channels and filters fall into.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *new sizes, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/convolution_layers/convolution3d/

    Example:
        >>> import torch
        >>> Conv3D(4, 2)(torch.zeros(1, 5, 6, 7, 3)).shape
        torch.Size([1, 4, 5, 6, 4])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        groups: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            3,
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
            groups,
            **kwargs,
        )


def _atrous(cls: type[BaseConv], args: tuple, kwargs: dict[str, Any]) -> BaseConv:
    kwargs["dilation_rate"] = kwargs.pop("atrous_rate", 1)
    warnings.warn(
        f"Atrous{cls.__name__} is an old name; use {cls.__name__} with the dilation_rate argument.", stacklevel=3
    )
    return cls(*args, **kwargs)


def AtrousConvolution1D(*args: Any, **kwargs: Any) -> Conv1D:
    """``Conv1D`` with ``atrous_rate`` for ``dilation_rate``, as Keras 1 had it.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     AtrousConvolution1D(4, 3, atrous_rate=2).dilation_rate
        (2,)
    """
    return _atrous(Conv1D, args, kwargs)


def AtrousConvolution2D(*args: Any, **kwargs: Any) -> Conv2D:
    """``Conv2D`` with ``atrous_rate`` for ``dilation_rate``, as Keras 1 had it."""
    return _atrous(Conv2D, args, kwargs)
