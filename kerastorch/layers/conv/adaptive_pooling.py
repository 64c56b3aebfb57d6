"""Pooling to a given size: windows are as large as that takes and may overlap by one element.

Source: https://keras.io/api/layers/pooling_layers/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from ...backend import conv_utils
from ...backend.convolution import from_channels_first, to_channels_first
from ...engine import checks
from ...engine.layer import InputSpec, Layer

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]

Shape = tuple[int | None, ...]


class _AdaptivePooling(Layer):
    """Pooling of ``rank`` spatial axes to ``output_size`` elements each."""

    rank: int
    _pool: Callable[..., torch.Tensor]

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.output_size = checks.int_tuple(owner, "output_size", output_size, self.rank)
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        pooled = type(self)._pool(to_channels_first(inputs, self.data_format), self.output_size)
        return from_channels_first(pooled, self.data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return conv_utils.with_spatial(input_shape, self.data_format, self.output_size)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "output_size": self.output_size, "data_format": self.data_format}


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """The mean of windows of a sequence, as many as the output has elements.

    Args:
        output_size: length of the output: an int, or a tuple of one.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, length, channels); ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveAveragePooling1D(4)(torch.ones(2, 9, 3)).shape
        torch.Size([2, 4, 3])
    """

    rank = 1
    _pool = F.adaptive_avg_pool1d


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """The mean of windows of an image, as many as the output has elements.

    Args:
        output_size: height and width of the output: an int for both, or a tuple of two.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, height, width, channels); ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveAveragePooling2D((4, 2))(torch.ones(2, 9, 8, 3)).shape
        torch.Size([2, 4, 2, 3])
    """

    rank = 2
    _pool = F.adaptive_avg_pool2d


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """The mean of windows of a volume, as many as the output has elements.

    Args:
        output_size: depth, height and width of the output: an int for all, or a tuple of three.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, depth, rows, columns, channels) → (batch, new depth, height, width, channels);
        ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveAveragePooling3D((2, 4, 2))(torch.ones(2, 5, 9, 8, 3)).shape
        torch.Size([2, 2, 4, 2, 3])
    """

    rank = 3
    _pool = F.adaptive_avg_pool3d


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """The largest element of windows of a sequence, as many as the output has elements.

    Args:
        output_size: length of the output: an int, or a tuple of one.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, length, channels); ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveMaxPooling1D(4)(torch.ones(2, 9, 3)).shape
        torch.Size([2, 4, 3])
    """

    rank = 1
    _pool = F.adaptive_max_pool1d


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """The largest element of windows of an image, as many as the output has elements.

    Args:
        output_size: height and width of the output: an int for both, or a tuple of two.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, height, width, channels); ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveMaxPooling2D((4, 2))(torch.ones(2, 9, 8, 3)).shape
        torch.Size([2, 4, 2, 3])
    """

    rank = 2
    _pool = F.adaptive_max_pool2d


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """The largest element of windows of a volume, as many as the output has elements.

    Args:
        output_size: depth, height and width of the output: an int for all, or a tuple of three.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, depth, rows, columns, channels) → (batch, new depth, height, width, channels);
        ``'channels_first'``: the channels second.

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/pooling_layers/

    Example:
        >>> AdaptiveMaxPooling3D((2, 4, 2))(torch.ones(2, 5, 9, 8, 3)).shape
        torch.Size([2, 2, 4, 2, 3])
    """

    rank = 3
    _pool = F.adaptive_max_pool3d
