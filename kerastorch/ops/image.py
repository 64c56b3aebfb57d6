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
from .image_filtering import *  # noqa: F403
from .image_filtering import __all__ as _filtering
from .image_warping import *  # noqa: F403
from .image_warping import __all__ as _warping

__all__ = [*_filtering, *_warping, "crop_images", "extract_patches", "extract_patches_3d", "hsv_to_rgb", "pad_images"]
__all__ += ["resize", "rgb_to_grayscale", "rgb_to_hsv"]

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


def _planes(name: str, images: Any, data_format: str | None) -> tuple[tuple[Any, Any, Any], int]:
    """The three channels of images of floats, and their axis."""
    images = converted(images)
    form = config.image_data_format() if data_format is None else data_format
    axis = -1 if form == "channels_last" else -3
    if images.ndim not in (3, 4) or not images.is_floating_point() or images.shape[axis] != 3:
        raise ValueError(
            f"ops.image.{name}: expected floats of three axes or four with three channels. "
            f"Received: {images.dtype}, shape {tuple(images.shape)}, data_format={form!r}"
        )
    return images.unbind(axis), axis


@operation
def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value of red, green and blue, all from 0 to 1."""
    planes, axis = _planes("rgb_to_hsv", images, data_format)
    eps = torch.finfo(planes[0].dtype).eps
    r, g, b = (torch.where(plane.abs() < eps, 0, plane) for plane in planes)
    value = torch.maximum(torch.maximum(r, g), b)
    span = value - torch.minimum(torch.minimum(r, g), b)
    saturation = torch.where(value > 0, span / torch.where(value > 0, value, 1), 0)
    sixth = 1 / (6 * torch.where(span > 0, span, 1))
    hue = torch.where(value == g, sixth * (b - r) + 2 / 6, sixth * (r - g) + 4 / 6)
    hue = torch.where(value == r, sixth * (g - b), hue)
    return torch.stack([torch.where(span > 0, hue, 0) + (hue < 0).to(hue.dtype), saturation, value], axis)


@operation
def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue of hue, saturation and value, all from 0 to 1."""
    (hue, saturation, value), axis = _planes("hsv_to_rgb", images, data_format)
    turn = torch.remainder(hue, 1) * 6
    parts = [(turn - 3).abs() - 1, 2 - (turn - 2).abs(), 2 - (turn - 4).abs()]
    return torch.stack([value * (1 - saturation + saturation * part.clamp(0, 1)) for part in parts], axis)


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
    moved = x if x.is_floating_point() else x.to(torch.float64)  # which torch unfolds; it holds whole numbers exactly
    found = F.unfold(moved, size, dilation=rates, stride=strides).to(x.dtype)  # (batch, channels * patch, places)
    found = found.reshape(x.shape[0], x.shape[1], size[0] * size[1], rows, columns).transpose(1, 2).flatten(1, 2)
    return _closed(found, form, single)


@operation
def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of volumes, each in a row: (batch, *places, patch depth * height * width * channels).

    Args:
        volumes: one volume or a batch.
        size: depth, height and width of the patches, or one number for all.
        strides: from one patch to the next; ``size`` by default.
        dilation_rate: from one element of a patch to the next.
        padding: ``"valid"`` or ``"same"``.
        data_format: where the channels are.
    """
    x = converted(volumes)
    form = config.image_data_format() if data_format is None else data_format
    single = x.ndim == 4
    x = to_channels_first(x.unsqueeze(0) if single else x, form)
    size = (size,) * 3 if isinstance(size, int) else tuple(size)
    strides = size if strides is None else (strides,) * 3 if isinstance(strides, int) else tuple(strides)
    rates = (dilation_rate,) * 3 if isinstance(dilation_rate, int) else tuple(dilation_rate)
    if len(size) != 3 or len(strides) != 3 or padding not in ("valid", "same"):
        raise ValueError(
            "ops.image.extract_patches_3d: expected size and strides of three numbers and padding valid or same. "
            f"Received: size={size}, strides={strides}, padding={padding!r}"
        )
    if padding == "same":
        pads = [same_padding(*each) for each in zip(x.shape[2:], size, strides, rates)]
        x = F.pad(x, [amount for pair in reversed(pads) for amount in pair])
    for axis, (length, stride, rate) in enumerate(zip(size, strides, rates), 2):
        x = x.unfold(axis, (length - 1) * rate + 1, stride)[..., ::rate]
    x = x.permute(0, 5, 6, 7, 1, 2, 3, 4).flatten(1, 4)  # the channels are the innermost of a patch
    x = from_channels_first(x, form)
    return x.squeeze(0) if single else x


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
