"""Layers that only change the size of images, sequences and volumes: padding, cropping, upsampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ...backend import conv_utils
from ...backend.convolution import from_channels_first, pad_spatial, to_channels_first
from ...backend.spatial import repeat_elements, resize
from ...engine import checks
from ...engine.layer import InputSpec, Layer

__all__ = [
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
]

Shape = tuple[int | None, ...]
Pairs = tuple[tuple[int, int], ...]
_INTERPOLATIONS = ("nearest", "bilinear")


def _pairs(owner: str, name: str, value: Any, rank: int) -> Pairs:
    """(before, after) for each axis, from an int, one int for each axis, or the pairs themselves."""
    if rank == 1:
        return (checks.int_tuple(owner, name, value, 2, zero=True),)  # type: ignore[return-value]
    if isinstance(value, int):
        value = (value,) * rank
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != rank:
        raise ValueError(
            f"{owner}: expected {name} to be an integer, {rank} integers or {rank} pairs of integers. "
            f"Received: {name}={value!r}"
        )
    return tuple(checks.int_tuple(owner, name, item, 2, zero=True) for item in value)  # type: ignore[misc]


class _Sizing(Layer):
    """``rank`` spatial axes whose lengths change one by one."""

    keeps_dtype = True
    argument: str  # the name of the constructor's argument

    def __init__(self, value: tuple, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rank = len(value)
        self.data_format = conv_utils.normalize_data_format(data_format, type(self).__name__)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        setattr(self, self.argument, value)

    def _lengths(self, input_shape: Shape, change: Callable[[int, Any], int]) -> Shape:
        axes = conv_utils.spatial_axes(self.data_format, self.rank)
        lengths = [
            None if input_shape[axis] is None else change(input_shape[axis], value)
            for axis, value in zip(axes, getattr(self, self.argument), strict=True)
        ]
        if any(length is not None and length < 0 for length in lengths):
            raise ValueError(
                f"Layer {self.name}: expected an input at least as long as what is cut off, "
                f"{self.argument}={getattr(self, self.argument)}. Received: shape {tuple(input_shape)}"
            )
        return conv_utils.with_spatial(input_shape, self.data_format, lengths)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        value = getattr(self, self.argument)
        if self.rank == 1 and self.data_format == "channels_last":  # no argument of theirs but in Keras 3
            return {**config, self.argument: value[0]}
        return {**config, self.argument: value[0] if self.rank == 1 else value, "data_format": self.data_format}


class _ZeroPadding(_Sizing):
    argument = "padding"

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        first = to_channels_first(inputs, self.data_format)
        return from_channels_first(pad_spatial(first, self.padding), self.data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._lengths(input_shape, lambda length, pads: length + sum(pads))


class ZeroPadding1D(_ZeroPadding):
    """Puts zero steps before and after a sequence.

    Args:
        padding: how many at both ends, or (before, after).
        **kwargs: those of ``Layer``; Keras 3's ``data_format``.

    Shape:
        (batch, steps, features) → (batch, more steps, features).

    Raises:
        ValueError: for anything but one or two integers >= 0.

    Source: https://keras.io/api/layers/reshaping_layers/zero_padding1d/

    Example:
        >>> import torch
        >>> ZeroPadding1D((0, 2))(torch.ones(1, 2, 1)).flatten().tolist()
        [1.0, 1.0, 0.0, 0.0]
    """

    def __init__(self, padding: int | Sequence[int] = 1, **kwargs: Any) -> None:
        data_format = kwargs.pop("data_format", "channels_last")
        super().__init__(_pairs("ZeroPadding1D", "padding", padding, 1), data_format, **kwargs)


class ZeroPadding2D(_ZeroPadding):
    """Puts rows and columns of zeros around images.

    Args:
        padding: an int; (rows, columns); or ((top, bottom), (left, right)).
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, more rows, more columns, channels).

    Raises:
        ValueError: for a bad padding or data format.

    Source: https://keras.io/api/layers/reshaping_layers/zero_padding2d/

    Example:
        >>> import torch
        >>> ZeroPadding2D(((1, 0), (2, 2)))(torch.zeros(1, 3, 3, 2)).shape
        torch.Size([1, 4, 7, 2])
    """

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(_pairs("ZeroPadding2D", "padding", padding, 2), data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Puts zeros around volumes.

    Args:
        padding: an int; three ints; or three (before, after) pairs.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *larger sizes, channels).

    Raises:
        ValueError: for a bad padding or data format.

    Source: https://keras.io/api/layers/reshaping_layers/zero_padding3d/

    Example:
        >>> import torch
        >>> ZeroPadding3D((1, 0, 2))(torch.zeros(1, 2, 2, 2, 1)).shape
        torch.Size([1, 4, 2, 6, 1])
    """

    def __init__(self, padding: Any = (1, 1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(_pairs("ZeroPadding3D", "padding", padding, 3), data_format, **kwargs)


class _Cropping(_Sizing):
    argument = "cropping"

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        index = [slice(None)] * (self.rank + 2)
        axes = conv_utils.spatial_axes(self.data_format, self.rank)
        for axis, (before, after) in zip(axes, self.cropping, strict=True):
            index[axis] = slice(before, -after or None)
        return inputs[tuple(index)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._lengths(input_shape, lambda length, cuts: length - sum(cuts))


class Cropping1D(_Cropping):
    """Cuts steps off both ends of a sequence.

    Args:
        cropping: how many at both ends, or (before, after).
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, fewer steps, features).

    Raises:
        ValueError: for anything but one or two integers >= 0.

    Source: https://keras.io/api/layers/reshaping_layers/cropping1d/

    Example:
        >>> import torch
        >>> Cropping1D((1, 2))(torch.arange(5.0).view(1, 5, 1)).flatten().tolist()
        [1.0, 2.0]
    """

    def __init__(self, cropping: int | Sequence[int] = (1, 1), **kwargs: Any) -> None:
        super().__init__(_pairs("Cropping1D", "cropping", cropping, 1), "channels_last", **kwargs)


class Cropping2D(_Cropping):
    """Cuts rows and columns off images.

    Args:
        cropping: an int; (rows, columns); or ((top, bottom), (left, right)).
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, fewer rows, fewer columns, channels).

    Raises:
        ValueError: for a bad cropping or data format.

    Source: https://keras.io/api/layers/reshaping_layers/cropping2d/

    Example:
        >>> import torch
        >>> Cropping2D(((2, 2), (4, 4)))(torch.zeros(1, 28, 28, 3)).shape
        torch.Size([1, 24, 20, 3])
    """

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(_pairs("Cropping2D", "cropping", cropping, 2), data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cuts the outside off volumes.

    Args:
        cropping: an int; three ints; or three (before, after) pairs.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *smaller sizes, channels).

    Raises:
        ValueError: for a bad cropping or data format.

    Source: https://keras.io/api/layers/reshaping_layers/cropping3d/

    Example:
        >>> import torch
        >>> Cropping3D(1)(torch.zeros(1, 4, 5, 6, 1)).shape
        torch.Size([1, 2, 3, 4, 1])
    """

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(_pairs("Cropping3D", "cropping", cropping, 3), data_format, **kwargs)


class _UpSampling(_Sizing):
    argument = "size"

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return resize(inputs, self.size, self.data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._lengths(input_shape, lambda length, factor: length * factor)


class UpSampling1D(_UpSampling):
    """Repeats every step of a sequence.

    Args:
        size: how many times.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, features) → (batch, steps * size, features).

    Raises:
        ValueError: unless ``size`` is a positive integer.

    Source: https://keras.io/api/layers/reshaping_layers/up_sampling1d/

    Example:
        >>> import torch
        >>> UpSampling1D(2)(torch.tensor([[[1.0], [2.0]]])).flatten().tolist()
        [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(checks.int_tuple("UpSampling1D", "size", size, 1), "channels_last", **kwargs)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return repeat_elements(inputs, self.size[0], axis=1)


class UpSampling2D(_UpSampling):
    """Makes images larger by whole factors.

    Args:
        size: factors of rows and columns; one int for both.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        interpolation: ``'nearest'`` repeats pixels, ``'bilinear'`` blends them, sampled where the era's Keras samples.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, rows * size[0], columns * size[1], channels).

    Raises:
        ValueError: for a bad size, data format or interpolation.

    Source: https://keras.io/api/layers/reshaping_layers/up_sampling2d/

    Example:
        >>> import torch
        >>> UpSampling2D((1, 2), interpolation="bilinear")(torch.tensor([[[[0.0], [1.0]]]])).flatten().tolist()
        [0.0, 0.5, 1.0, 1.0]
    """

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(checks.int_tuple("UpSampling2D", "size", size, 2), data_format, **kwargs)
        self.interpolation = checks.one_of("UpSampling2D", "interpolation", interpolation, _INTERPOLATIONS)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return resize(inputs, self.size, self.data_format, self.interpolation)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_UpSampling):
    """Repeats the voxels of volumes.

    Args:
        size: factors of the three sizes; one int for all.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, *sizes, channels) → (batch, *sizes * size, channels).

    Raises:
        ValueError: for a bad size or data format.

    Source: https://keras.io/api/layers/reshaping_layers/up_sampling3d/

    Example:
        >>> import torch
        >>> UpSampling3D((1, 2, 3))(torch.zeros(1, 2, 2, 2, 1)).shape
        torch.Size([1, 2, 4, 6, 1])
    """

    def __init__(self, size: int | Sequence[int] = (2, 2, 2), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(checks.int_tuple("UpSampling3D", "size", size, 3), data_format, **kwargs)
