"""Pooling over everything: one number a channel."""

from __future__ import annotations

from typing import Any

import torch

from ...backend import conv_utils
from ...engine.layer import InputSpec, Layer

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalMaxPooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling3D",
]

Shape = tuple[int | None, ...]


class _GlobalPooling(Layer):
    """Everything along the ``rank`` spatial axes."""

    rank: int

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = conv_utils.normalize_data_format(data_format, type(self).__name__)
        self.keepdims = bool(keepdims)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _axes(self) -> tuple[int, ...]:
        return conv_utils.spatial_axes(self.data_format, self.rank)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        if self.keepdims:
            return conv_utils.with_spatial(input_shape, self.data_format, (1,) * self.rank)
        return (input_shape[0], input_shape[conv_utils.channel_axis(self.data_format)])

    def get_config(self) -> dict[str, Any]:
        config = {"data_format": self.data_format}
        if self.keepdims:  # an argument of later Keras, which configs of 2.2.4 do not have
            config["keepdims"] = True
        return {**super().get_config(), **config}


class _GlobalMaxPooling(_GlobalPooling):
    keeps_dtype = True

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.amax(inputs, self._axes, self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.mean(inputs, self._axes, self.keepdims)


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean over the steps of a sequence, of those that are not masked.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, features).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_average_pooling1d/

    Example:
        >>> import torch
        >>> GlobalAveragePooling1D()(torch.zeros(2, 5, 3)).shape
        torch.Size([2, 3])
    """

    rank = 1
    supports_masking = True

    def __init__(self, data_format: str | None = "channels_last", keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(data_format, keepdims, **kwargs)

    def call(self, inputs: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        if mask is None:
            return super().call(inputs)
        (axis,) = self._axes
        weights = mask.to(inputs.dtype).unsqueeze(conv_utils.channel_axis(self.data_format))
        return (inputs * weights).sum(axis, self.keepdims) / weights.sum(axis, self.keepdims)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        return None


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest element of a sequence, channel by channel.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, features).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_max_pooling1d/

    Example:
        >>> import torch
        >>> GlobalMaxPooling1D()(torch.zeros(2, 5, 3)).shape
        torch.Size([2, 3])
    """

    rank = 1

    def __init__(self, data_format: str | None = "channels_last", keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(data_format, keepdims, **kwargs)


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each image, channel by channel.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, channels).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_average_pooling2d/

    Example:
        >>> import torch
        >>> GlobalAveragePooling2D()(torch.zeros(2, 5, 6, 3)).shape
        torch.Size([2, 3])
    """

    rank = 2


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest element of each image, channel by channel.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, channels).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_max_pooling2d/

    Example:
        >>> import torch
        >>> GlobalMaxPooling2D()(torch.zeros(2, 5, 6, 3)).shape
        torch.Size([2, 3])
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each volume, channel by channel.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, channels).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_average_pooling3d/

    Example:
        >>> import torch
        >>> GlobalAveragePooling3D()(torch.zeros(2, 4, 5, 6, 3)).shape
        torch.Size([2, 3])
    """

    rank = 3


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest element of each volume, channel by channel.

    Args:
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, channels).

    Raises:
        ValueError: for a bad data format.

    Source: https://keras.io/api/layers/pooling_layers/global_max_pooling3d/

    Example:
        >>> import torch
        >>> GlobalMaxPooling3D()(torch.zeros(2, 4, 5, 6, 3)).shape
        torch.Size([2, 3])
    """

    rank = 3
