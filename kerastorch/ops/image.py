"""Operations on images.

Source: https://keras.io/api/ops/image/
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..backend.conv_utils import same_padding
from ..backend.convolution import from_channels_first, to_channels_first
from ._making import converted, operation

__all__ = ["crop_images", "extract_patches", "pad_images", "resize", "rgb_to_grayscale"]

_MODES = {"nearest": "nearest-exact", "bilinear": "bilinear", "bicubic": "bicubic"}


def _opened(images: Any, data_format: str | None) -> tuple[Any, str, bool]:
    """A batch of images with the channels on axis 1, their format, and whether there was one image only."""
    images = converted(images)
    form = config.image_data_format() if data_format is None else data_format
    single = images.ndim == 3
    return to_channels_first(images.unsqueeze(0) if single else images, form), form, single


def _closed(images: Any, form: str, single: bool) -> Any:
    images = from_channels_first(images, form)
    return images.squeeze(0) if single else images


@operation
def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images of another size.

    Args:
        images: one image or a batch.
        size: (height, width).
        interpolation: ``'nearest'``, ``'bilinear'`` or ``'bicubic'``.
        antialias: whether to smooth what is made smaller.
        crop_to_aspect_ratio: whether to cut off what does not fit the new shape.
        pad_to_aspect_ratio: whether to pad to the new shape.
        fill_mode: ``'constant'``, the only one.
        fill_value: what to pad with.
        data_format: where the channels are.

    Raises:
        ValueError: for another interpolation or fill mode.
    """
    if interpolation not in _MODES or fill_mode != "constant":
        raise ValueError(
            f"ops.image.resize: expected interpolation to be one of {sorted(_MODES)} and fill_mode='constant'. "
            f"Received: interpolation={interpolation!r}, fill_mode={fill_mode!r}"
        )
    x, form, single = _opened(images, data_format)
    kind, (height, width) = x.dtype, size
    if crop_to_aspect_ratio:
        rows = min(x.shape[2], int(x.shape[3] * height / width))
        columns = min(x.shape[3], int(x.shape[2] * width / height))
        top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
        x = x[:, :, top : top + rows, left : left + columns]
    elif pad_to_aspect_ratio:
        rows = max(x.shape[2], int(x.shape[3] * height / width))
        columns = max(x.shape[3], int(x.shape[2] * width / height))
        top, left = (rows - x.shape[2]) // 2, (columns - x.shape[3]) // 2
        pads = [left, columns - x.shape[3] - left, top, rows - x.shape[2] - top]
        x = F.pad(x, pads, value=fill_value)
    smooth = {} if interpolation == "nearest" else {"align_corners": False, "antialias": antialias}
    found = F.interpolate(x.float(), size=(height, width), mode=_MODES[interpolation], **smooth)
    if not kind.is_floating_point:
        limits = torch.iinfo(kind)
        found = found.round().clamp(limits.min, limits.max)
    return _closed(found.to(kind), form, single)


@operation
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """Brightness of red, green and blue."""
    x, form, single = _opened(images, data_format)
    weights = torch.tensor([0.2989, 0.5870, 0.1140], dtype=torch.float32, device=x.device).reshape(1, 3, 1, 1)
    return _closed((x.float() * weights).sum(1, keepdim=True).to(x.dtype), form, single)


@operation
def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of images, each in a row: (batch, rows, columns, patch height * patch width * channels)."""
    x, form, single = _opened(images, data_format)
    size = (size, size) if isinstance(size, int) else tuple(size)
    strides = size if strides is None else (strides, strides) if isinstance(strides, int) else tuple(strides)
    rates = (dilation_rate,) * 2 if isinstance(dilation_rate, int) else tuple(dilation_rate)
    if padding == "same":
        pads = [same_padding(*each) for each in zip(x.shape[2:], size, strides, rates)]
        x = F.pad(x, [amount for pair in reversed(pads) for amount in pair])
    rows, columns = ((n - (k - 1) * d - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], size, strides, rates))
    found = F.unfold(x, size, dilation=rates, stride=strides)  # (batch, channels * patch, places)
    found = found.reshape(x.shape[0], x.shape[1], size[0] * size[1], rows, columns).transpose(1, 2).flatten(1, 2)
    return _closed(found, form, single)


@operation
def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Zeros around images; two of before, after and the target for each axis."""
    x, form, single = _opened(images, data_format)
    top, bottom = _sides(x.shape[2], top_padding, bottom_padding, target_height)
    left, right = _sides(x.shape[3], left_padding, right_padding, target_width)
    return _closed(F.pad(x, [left, right, top, bottom]), form, single)


@operation
def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """The inside of images; two of before, after and the target for each axis."""
    x, form, single = _opened(images, data_format)
    top, bottom = _sides(x.shape[2], top_cropping, bottom_cropping, target_height, -1)
    left, right = _sides(x.shape[3], left_cropping, right_cropping, target_width, -1)
    return _closed(x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right], form, single)


def _sides(length: int, before: int | None, after: int | None, target: int | None, sign: int = 1) -> tuple[int, int]:
    """How much before and after, from any two of the three."""
    if [before, after, target].count(None) != 1:
        raise ValueError(
            "ops.image: expected two of the amounts before and after and the target size for each axis. "
            f"Received: {before}, {after} and {target}"
        )
    if before is None:
        before = sign * (target - length) - after
    elif after is None:
        after = sign * (target - length) - before
    return before, after
