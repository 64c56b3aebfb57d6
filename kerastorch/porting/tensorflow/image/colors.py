"""Colours: spaces, brightness, contrast, hue; and the types of pixels.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .._dtypes import torch_type
from .._functions import op, tensor

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "convert_image_dtype",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "per_image_standardization",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "yiq_to_rgb",
    "yuv_to_rgb",
]

_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_RGB_OF_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]
_YIQ = [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]]
_RGB_OF_YIQ = [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]]


def converted(x: torch.Tensor, dtype: torch.dtype, saturate: bool = False) -> torch.Tensor:
    """Pixels in another type: floats from 0 to 1, whole numbers over their type's range."""
    if x.dtype == dtype:
        return x
    if x.is_floating_point() and dtype.is_floating_point:
        return x.to(dtype)
    if not x.is_floating_point() and not dtype.is_floating_point:
        most, wanted = torch.iinfo(x.dtype).max, torch.iinfo(dtype).max
        if most > wanted:
            found = torch.div(x, (most + 1) // (wanted + 1), rounding_mode="floor")
            return (found.clamp(torch.iinfo(dtype).min, wanted) if saturate else found).to(dtype)
        return (x.clamp(min=0) if saturate else x).to(dtype) * ((wanted + 1) // (most + 1))
    if dtype.is_floating_point:
        return x.to(dtype) * (1.0 / torch.iinfo(x.dtype).max)
    limits = torch.iinfo(dtype)
    scaled = x * (limits.max + 0.5)
    return (scaled.clamp(limits.min, limits.max) if saturate else scaled).to(dtype)


@op
def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False) -> torch.Tensor:
    """Pixels in another type: floats are from 0 to 1, whole numbers go over their type's range.

    Example:
        >>> convert_image_dtype([[[255, 0, 51]]], "float32").dtype
        torch.float32
    """
    return converted(tensor(image), torch_type(dtype), saturate)


def _as_floats(image: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """A change of floats, in the type that the image has."""
    x = tensor(image)
    kind = x.dtype
    return converted(change(x if kind in (torch.float16, torch.float32) else converted(x, torch.float32)), kind, True)


def _product(image: Any, matrix: list[list[float]]) -> torch.Tensor:
    x = tensor(image)
    return torch.tensordot(x, torch.tensor(matrix, dtype=x.dtype, device=x.device), 1)


@op
def rgb_to_grayscale(images: Any) -> torch.Tensor:
    """One channel of brightness."""

    def weighed(x: torch.Tensor) -> torch.Tensor:
        weights = torch.tensor([0.2989, 0.5870, 0.1140], dtype=x.dtype, device=x.device)
        return torch.tensordot(x, weights, 1).unsqueeze(-1)

    return _as_floats(images, weighed)


@op
def grayscale_to_rgb(images: Any) -> torch.Tensor:
    """The one channel three times."""
    x = tensor(images)
    return x.expand(*x.shape[:-1], 3).contiguous()


@op
def rgb_to_yuv(images: Any) -> torch.Tensor:
    """Red, green and blue as luma and two chromas."""
    return _product(images, _YUV)


@op
def yuv_to_rgb(images: Any) -> torch.Tensor:
    """The inverse of ``rgb_to_yuv``."""
    return _product(images, _RGB_OF_YUV)


@op
def rgb_to_yiq(images: Any) -> torch.Tensor:
    """Red, green and blue as luma, in-phase and quadrature."""
    return _product(images, _YIQ)


@op
def yiq_to_rgb(images: Any) -> torch.Tensor:
    """The inverse of ``rgb_to_yiq``."""
    return _product(images, _RGB_OF_YIQ)


def _hsv(x: torch.Tensor) -> torch.Tensor:
    red, green, blue = x.unbind(-1)
    value, low = x.amax(-1), x.amin(-1)
    spread = value - low
    safe = torch.where(spread > 0, spread, torch.ones_like(spread))
    saturation = torch.where(value > 0, spread / torch.where(value > 0, value, torch.ones_like(value)), 0.0)
    hue = torch.where(
        red == value,
        (green - blue) / (6.0 * safe),
        torch.where(green == value, (blue - red) / (6.0 * safe) + 2.0 / 6.0, (red - green) / (6.0 * safe) + 4.0 / 6.0),
    )
    hue = torch.where(spread > 0, hue, 0.0)
    return torch.stack([torch.where(hue < 0, hue + 1.0, hue), saturation, value], -1)


def _rgb(x: torch.Tensor) -> torch.Tensor:
    hue, saturation, value = x.unbind(-1)
    sixth = hue * 6.0
    parts = [(sixth - 3.0).abs() - 1.0, 2.0 - (sixth - 2.0).abs(), 2.0 - (sixth - 4.0).abs()]
    return torch.stack([((part.clamp(0.0, 1.0) - 1.0) * saturation + 1.0) * value for part in parts], -1)


@op
def rgb_to_hsv(images: Any) -> torch.Tensor:
    """Red, green and blue as hue, saturation and value."""
    return _hsv(tensor(images))


@op
def hsv_to_rgb(images: Any) -> torch.Tensor:
    """The inverse of ``rgb_to_hsv``."""
    return _rgb(tensor(images))


@op
def adjust_brightness(image: Any, delta: Any) -> torch.Tensor:
    """Every pixel brighter by ``delta``, for pixels from 0 to 1."""
    return _as_floats(image, lambda x: x + delta)


@op
def adjust_contrast(images: Any, contrast_factor: Any) -> torch.Tensor:
    """The distances from each channel's mean scaled."""

    def scaled(x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((-3, -2), keepdim=True)
        return (x - mean) * contrast_factor + mean

    return _as_floats(images, scaled)


@op
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> torch.Tensor:
    """``gain * pixel ** gamma``, for pixels from 0 to 1."""
    return _as_floats(image, lambda x: x**gamma * gain)


@op
def adjust_hue(image: Any, delta: Any) -> torch.Tensor:
    """The hue turned; ``delta`` of 1 goes round once."""

    def turned(x: torch.Tensor) -> torch.Tensor:
        hue, saturation, value = _hsv(x).unbind(-1)
        return _rgb(torch.stack([torch.remainder(hue + delta, 1.0), saturation, value], -1))

    return _as_floats(image, turned)


@op
def adjust_saturation(image: Any, saturation_factor: Any) -> torch.Tensor:
    """The saturation scaled."""

    def scaled(x: torch.Tensor) -> torch.Tensor:
        hue, saturation, value = _hsv(x).unbind(-1)
        return _rgb(torch.stack([hue, (saturation * saturation_factor).clamp(0.0, 1.0), value], -1))

    return _as_floats(image, scaled)


@op
def per_image_standardization(image: Any) -> torch.Tensor:
    """Each image with mean 0 and variance 1."""
    x = tensor(image)
    x = x if x.is_floating_point() else x.float()
    axes = (-3, -2, -1)
    count = x.shape[-1] * x.shape[-2] * x.shape[-3]
    mean = x.mean(axes, keepdim=True)
    deviation = (x - mean).square().mean(axes, keepdim=True).sqrt()
    return (x - mean) / deviation.clamp(min=count**-0.5)
