"""Pooling: the largest or the mean element of windows, or of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..backend import conv_utils
from ..backend.spatial import pool
from ..engine import checks
from ..engine.layer import InputSpec, Layer
from .conv.adaptive_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from .conv.base import window_lengths
from .conv.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)

__all__ = [
    "MaxPooling1D",
    "AveragePooling1D",
    "MaxPooling2D",
    "AveragePooling2D",
    "MaxPooling3D",
    "AveragePooling3D",
    "GlobalAveragePooling1D",
    "GlobalMaxPooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]

Shape = tuple[int | None, ...]
Size = int | Sequence[int]


class _Pooling(Layer):
    """Windows over ``rank`` spatial axes."""

    mode: str  # 'max' or 'avg'

    def __init__(
        self, rank: int, pool_size: Size, strides: Size | None, padding: str, data_format: str | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.pool_size = checks.int_tuple(owner, "pool_size", pool_size, rank)
        self.strides = self.pool_size if strides is None else checks.int_tuple(owner, "strides", strides, rank)
        self.padding = checks.one_of(owner, "padding", padding, ("valid", "same"))
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.input_spec = InputSpec(ndim=rank + 2)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return pool(inputs, self.mode, self.pool_size, self.strides, self.padding, self.data_format, self.name)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return window_lengths(self, input_shape, self.data_format, self.pool_size, self.strides, self.padding)

    def get_config(self) -> dict[str, Any]:
        config = {
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }
        return {**super().get_config(), **config}


_Pooling1D = _Pooling2D = _Pooling3D = _Pooling  # what scripts of Keras 2 know a pooling layer by


class MaxPooling1D(_Pooling):
    """The largest element of each window of a sequence.

    Args:
        pool_size: length of the windows.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded is never
            the largest.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, new steps, features).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/max_pooling1d/

    Example:
        >>> import torch
        >>> MaxPooling1D(2)(torch.arange(6.0).view(1, 6, 1)).flatten().tolist()
        [1.0, 3.0, 5.0]
    """

    mode = "max"
    keeps_dtype = True

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(1, pool_size, strides, padding, data_format, **kwargs)


class AveragePooling1D(_Pooling):
    """The mean of each window of a sequence.

    Args:
        pool_size: length of the windows.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded does not
            count in the mean.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, new steps, features).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/average_pooling1d/

    Example:
        >>> import torch
        >>> AveragePooling1D(2)(torch.arange(6.0).view(1, 6, 1)).flatten().tolist()
        [0.5, 2.5, 4.5]
    """

    mode = "avg"

    def __init__(
        self,
        pool_size: Size = 2,
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        **kwargs: Any,
    ) -> None:
        super().__init__(1, pool_size, strides, padding, data_format, **kwargs)


class MaxPooling2D(_Pooling):
    """The largest element of each window of images.

    Args:
        pool_size: height and width of the windows; one int for both.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded is never
            the largest.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, channels).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/max_pooling2d/

    Example:
        >>> import torch
        >>> MaxPooling2D()(torch.zeros(1, 28, 28, 32)).shape
        torch.Size([1, 14, 14, 32])
    """

    mode = "max"
    keeps_dtype = True

    def __init__(
        self,
        pool_size: Size = (2, 2),
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(2, pool_size, strides, padding, data_format, **kwargs)


class AveragePooling2D(_Pooling):
    """The mean of each window of images.

    Args:
        pool_size: height and width of the windows; one int for both.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded does not
            count in the mean.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, channels).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/average_pooling2d/

    Example:
        >>> import torch
        >>> AveragePooling2D(3, padding="same")(torch.zeros(1, 28, 28, 32)).shape
        torch.Size([1, 10, 10, 32])
    """

    mode = "avg"

    def __init__(
        self,
        pool_size: Size = (2, 2),
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(2, pool_size, strides, padding, data_format, **kwargs)


class MaxPooling3D(_Pooling):
    """The largest element of each window of volumes.

    Args:
        pool_size: the windows' three sizes; one int for all.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded is never
            the largest.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *new sizes, channels).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/max_pooling3d/

    Example:
        >>> import torch
        >>> MaxPooling3D((1, 2, 2))(torch.zeros(1, 4, 4, 4, 3)).shape
        torch.Size([1, 4, 2, 2, 3])
    """

    mode = "max"
    keeps_dtype = True

    def __init__(
        self,
        pool_size: Size = (2, 2, 2),
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(3, pool_size, strides, padding, data_format, **kwargs)


class AveragePooling3D(_Pooling):
    """The mean of each window of volumes.

    Args:
        pool_size: the windows' three sizes; one int for all.
        strides: step between two windows; ``pool_size`` when missing.
        padding: ``'valid'``, or ``'same'``: padded so that every element is in a window; what is padded does not
            count in the mean.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *new sizes, channels).

    Raises:
        ValueError: for a bad size, padding or data format.

    Source: https://keras.io/api/layers/pooling_layers/average_pooling3d/

    Example:
        >>> import torch
        >>> AveragePooling3D()(torch.zeros(1, 4, 4, 4, 3)).shape
        torch.Size([1, 2, 2, 2, 3])
    """

    mode = "avg"

    def __init__(
        self,
        pool_size: Size = (2, 2, 2),
        strides: Size | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(3, pool_size, strides, padding, data_format, **kwargs)


AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
