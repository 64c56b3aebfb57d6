"""Images of other sizes.

Source: https://www.tensorflow.org/api_docs/python/tf/image/resize
"""

from __future__ import annotations

import math
from typing import Any

import torch

from ....engine.symbolic.immutable import plain
from ....kernels import resizing
from .._functions import ints, op, tensor
from .geometry import pad_to_bounding_box

__all__ = ["ResizeMethod", "resize", "resize_bilinear", "resize_images", "resize_nearest_neighbor", "resize_with_pad"]


class ResizeMethod:
    """The names of the methods."""

    AREA = "area"
    BICUBIC = "bicubic"
    BILINEAR = "bilinear"
    GAUSSIAN = "gaussian"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    MITCHELLCUBIC = "mitchellcubic"
    NEAREST_NEIGHBOR = "nearest"


@op
def resize(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    *,
    align_corners: bool = False,
) -> torch.Tensor:
    """Images of another size; float32, unless the method only picks elements.

    Args:
        images: one image or a batch.
        size: height and width.
        method: a name, ``'bilinear'`` by default.
        preserve_aspect_ratio: whether the size is what the image has to fit into.
        antialias: whether kernels grow with the step when an image becomes smaller.
        align_corners: TensorFlow 1's: whether the corners of both images meet, as ``resize_images`` has it.

    Raises:
        ValueError: for an unknown method.

    Example:
        >>> resize(torch.arange(4.0).reshape(2, 2, 1), (1, 1)).numpy().tolist()
        [[[1.5]]]
    """
    if align_corners:
        return _unless_that_size(images, size, method, align_corners, preserve_aspect_ratio)
    return _resize(images, size, method, preserve_aspect_ratio, antialias)


def _resize(
    images: Any, size: Any, method: Any, preserve_aspect_ratio: bool = False, antialias: bool = False
) -> torch.Tensor:
    x, rows, columns, name = _given(images, size, method, preserve_aspect_ratio)
    return resizing.resize(x, rows, columns, name, antialias)


def _given(images: Any, size: Any, method: Any, preserve_aspect_ratio: bool) -> tuple[torch.Tensor, int, int, str]:
    """The images, float32 unless the method only picks elements; their new size; the method's name."""
    x = tensor(images)
    name = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}.get(method, method)
    if name not in resizing.METHODS:
        known = sorted(resizing.METHODS)
        raise ValueError(f"tf.image.resize: expected method to be one of {known}. Received: {method!r}")
    height, width = x.shape[-3], x.shape[-2]
    rows, columns = ints(size)
    if preserve_aspect_ratio:
        factor = min(rows / height, columns / width)
        rows, columns = max(round(factor * height), 1), max(round(factor * width), 1)
    return x if name == "nearest" else x.float(), rows, columns, name


def _resize_before_2(
    images: Any, size: Any, method: Any, align_corners: bool = False, preserve_aspect_ratio: bool = False
) -> torch.Tensor:
    """TensorFlow 1's geometry: the first elements of both images meet, with ``align_corners`` the last ones too."""
    x, rows, columns, name = _given(images, size, method, preserve_aspect_ratio)
    if name == "area":
        return resizing.resize(x, rows, columns, name)
    if name not in ("bilinear", "nearest"):
        raise NotImplementedError(f"tf.image.resize_images: expected bilinear, nearest or area. Received: {method!r}")
    for axis, after in ((-3, rows), (-2, columns)):
        x = _stretched(x, axis, after, name == "nearest", align_corners)
    return x


def _unless_that_size(
    images: Any, size: Any, method: Any, align_corners: bool, preserve_aspect_ratio: bool
) -> torch.Tensor:
    """TensorFlow 1's images of another size; those that have the size already are left in their type."""
    x = _resize_before_2(images, size, method, align_corners, preserve_aspect_ratio)
    given = tensor(images)
    return given if given.shape == x.shape else x


def _stretched(x: torch.Tensor, axis: int, after: int, nearest: bool, align_corners: bool) -> torch.Tensor:
    before = x.shape[axis]
    step = (before - 1) / (after - 1) if align_corners and after > 1 else before / after
    at = torch.arange(after, dtype=torch.float32, device=x.device) * step
    if nearest:
        places = (at + 0.5 if align_corners else at).floor().long().clamp(max=before - 1)
        return x.index_select(axis, places)
    low = at.floor().clamp(max=before - 1)
    share = (at - low).to(x.dtype).view(-1, *[1] * (-axis - 1))
    first = x.index_select(axis, low.long())
    return first + (x.index_select(axis, (low.long() + 1).clamp(max=before - 1)) - first) * share


@op
def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
) -> torch.Tensor:
    """``resize`` of TensorFlow 1; images that have the size already are left as they are."""
    return _unless_that_size(images, size, method, align_corners, preserve_aspect_ratio)


@op
def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, half_pixel_centers: bool = False
) -> torch.Tensor:
    """``resize_images`` by the bilinear method."""
    if half_pixel_centers:
        return _resize(images, size, "bilinear")
    return _resize_before_2(images, size, "bilinear", align_corners)


@op
def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, half_pixel_centers: bool = False
) -> torch.Tensor:
    """``resize_images`` by picking an element."""
    if half_pixel_centers:
        return _resize(images, size, "nearest")
    return _resize_before_2(images, size, "nearest", align_corners)


def resize_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, antialias: bool = False
) -> Any:
    """Images of another size in their own proportions, with zeros around them."""
    height, width = image.shape[-3], image.shape[-2]
    rows, columns = ints(target_height), ints(target_width)
    ratio = max(width / columns, height / rows)
    exact = height / ratio, width / ratio
    smaller = _resize(image, [math.floor(size) for size in exact], method, antialias=antialias)
    top, left = (max(math.floor((target - size) / 2), 0) for target, size in zip((rows, columns), exact))
    return pad_to_bounding_box(plain(smaller), top, left, rows, columns)
