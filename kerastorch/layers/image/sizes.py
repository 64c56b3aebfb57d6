"""Images of other sizes and values: Resizing, CenterCrop, Rescaling.

Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ... import config
from ...engine import checks
from ...engine.layer import Layer
from ...kernels.resizing import METHODS, resize
from .base import ImageLayer, Shape, as_later

__all__ = ["CenterCrop", "Rescaling", "Resizing", "smart_resize"]


def resized(images: torch.Tensor, size: tuple[int, int], method: str, antialias: bool, axes: Any) -> torch.Tensor:
    """Images of another size by the era's arithmetic: TensorFlow's, or torch's in Keras 3."""
    rows, columns = size
    if not as_later() or method not in ("bilinear", "bicubic") or (method == "bilinear" and not antialias):
        return resize(images, rows, columns, method, antialias, axes)
    first = images.movedim(-1, -3) if axes == (-3, -2) else images
    batch = first if first.ndim == 4 else first.unsqueeze(0)
    found = F.interpolate(batch, size, mode=method, align_corners=False, antialias=antialias)
    found = found if first.ndim == 4 else found.squeeze(0)
    return found.movedim(-3, -1) if axes == (-3, -2) else found


def largest_window(height: int, width: int, rows: int, columns: int) -> tuple[int, int, int, int]:
    """The middle part of an image that has the proportions of rows and columns: top, left, height, width."""
    high = max(min(height, int(float(width * rows) / columns)), 1)
    wide = max(min(width, int(float(height * columns) / rows)), 1)
    return int((height - high) / 2), int((width - wide) / 2), high, wide


def smart_resize(images: torch.Tensor, size: tuple[int, int], axes: Any, method: str = "bilinear") -> torch.Tensor:
    """Images of another size in their own proportions: what does not fit is cut off on both sides."""
    height, width = images.shape[axes[0]], images.shape[axes[1]]
    top, left, high, wide = largest_window(height, width, *size)
    return resized(images.narrow(axes[0], top, high).narrow(axes[1], left, wide), size, method, False, axes)


class Resizing(ImageLayer):
    """Images of another size.

    Args:
        height: the new number of rows.
        width: the new number of columns.
        interpolation: ``'bilinear'``, ``'nearest'``, ``'bicubic'``, ``'area'``, ``'lanczos3'``, ``'lanczos5'``,
            ``'gaussian'`` or ``'mitchellcubic'``.
        crop_to_aspect_ratio: whether images keep their proportions and what sticks out is cut off.
        pad_to_aspect_ratio: whether they keep their proportions and what is missing is filled.
        fill_mode: must be ``'constant'``.
        fill_value: what is filled in.
        antialias: whether more pixels are averaged when an image becomes smaller.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, any, any, channels), output (batch, height, width, channels); without a batch axis likewise.

    Raises:
        ValueError: for a size below 1, an unknown interpolation, or both ways to keep proportions.

    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/

    Example:
        >>> Resizing(2, 3)(torch.ones(1, 8, 8, 3)).shape
        torch.Size([1, 2, 3, 3])
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = checks.positive_int("Resizing", "height", height)
        self.width = checks.positive_int("Resizing", "width", width)
        self.interpolation = checks.one_of("Resizing", "interpolation", interpolation, METHODS)
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = bool(crop_to_aspect_ratio), bool(pad_to_aspect_ratio)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError(
                "Resizing: expected crop_to_aspect_ratio or pad_to_aspect_ratio to be False. Received: both True"
            )
        self.fill_mode = checks.one_of("Resizing", "fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def _output_dtype(self, first: torch.dtype) -> torch.dtype:
        return first if as_later() else self._kind()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        self._check_rank(inputs)
        kind = self._output_dtype(inputs.dtype)
        images = inputs if inputs.is_floating_point() else inputs.to(config.torch_dtype(None))
        size = (self.height, self.width)
        if self.crop_to_aspect_ratio:
            images = smart_resize(images, size, self.axes, self.interpolation)
        else:
            images = self._padded(images) if self.pad_to_aspect_ratio else images
            images = resized(images, size, self.interpolation, self.antialias, self.axes)
        if kind.is_floating_point or self.interpolation == "nearest":
            return images.to(kind)
        limits = torch.iinfo(kind)
        return images.round().clamp(limits.min, limits.max).to(kind)

    def _padded(self, images: torch.Tensor) -> torch.Tensor:
        """The images in a frame of the wanted proportions."""
        height, width = self._sizes(images)
        above = int((max(height, int(float(width * self.height) / self.width)) - height) / 2)
        beside = int((max(width, int(float(height * self.width) / self.height)) - width) / 2)
        frame = (beside, beside, above, above)
        frame = (0, 0, *frame) if self.data_format == "channels_last" else frame
        return F.pad(images, frame, value=self.fill_value)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._with_sizes(input_shape, self.height, self.width)

    def get_config(self) -> dict[str, Any]:
        settings = {
            "height": self.height,
            "width": self.width,
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
        }
        later = {
            "pad_to_aspect_ratio": (self.pad_to_aspect_ratio, False),
            "fill_mode": (self.fill_mode, "constant"),
            "fill_value": (self.fill_value, 0.0),
            "antialias": (self.antialias, False),
        }
        settings |= {name: value for name, (value, default) in later.items() if as_later() or value != default}
        return {**super().get_config(), **settings}


class CenterCrop(ImageLayer):
    """The middle of images; of images that are too small, the largest part in the wanted proportions, made larger.

    Args:
        height: number of rows to keep.
        width: number of columns to keep.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        as for ``Resizing``.

    Raises:
        ValueError: for a size below 1.

    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/

    Example:
        >>> CenterCrop(1, 2)(torch.arange(12.0).reshape(3, 4, 1)).flatten().tolist()
        [5.0, 6.0]
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = checks.positive_int("CenterCrop", "height", height)
        self.width = checks.positive_int("CenterCrop", "width", width)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        self._check_rank(inputs)
        images = inputs.to(self._kind())
        height, width = self._sizes(images)
        if height < self.height or width < self.width:
            return smart_resize(images, (self.height, self.width), self.axes)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return images.narrow(self.axes[0], top, self.height).narrow(self.axes[1], left, self.width)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._with_sizes(input_shape, self.height, self.width)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width}


class Rescaling(Layer):
    """``inputs * scale + offset``.

    Args:
        scale: a number, or one for each channel.
        offset: likewise.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        TypeError: unless both are numbers.

    Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/

    Example:
        >>> Rescaling(1 / 127.5, offset=-1)(torch.tensor([0, 255], dtype=torch.uint8)).tolist()
        [-1.0, 1.0]
    """

    supports_masking = True

    def __init__(self, scale: float | Sequence[float], offset: float | Sequence[float] = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, value in (("scale", scale), ("offset", offset)):
            items = value if isinstance(value, (list, tuple)) else [value]
            if not all(isinstance(item, numbers.Real) for item in items) and not hasattr(value, "tolist"):
                raise TypeError(f"Rescaling: expected {name} to be a number or a list of them. Received: {value!r}")
        self.scale = scale.tolist() if hasattr(scale, "tolist") else scale
        self.offset = offset.tolist() if hasattr(offset, "tolist") else offset

    def _output_dtype(self, first: torch.dtype) -> torch.dtype:
        return self._compute or config.torch_dtype(self.__dict__.get("dtype"))

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        x = inputs.to(self._output_dtype(inputs.dtype))
        return x * self._ready(self.scale, x) + self._ready(self.offset, x)

    def _ready(self, value: Any, x: torch.Tensor) -> Any:
        if not isinstance(value, (list, tuple)) and x.is_floating_point():
            return value
        made = torch.tensor(value, dtype=x.dtype, device=x.device)
        return made[:, None, None] if config.image_data_format() == "channels_first" and made.ndim == 1 else made

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
