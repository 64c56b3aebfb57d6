"""Images of other sizes: each axis is multiplied with a matrix of weights.

Source: https://www.tensorflow.org/api_docs/python/tf/image/resize
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from ....engine.immutable import plain
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


def _lanczos(radius: float) -> Callable:
    def kernel(x: torch.Tensor) -> torch.Tensor:
        return torch.where(x <= radius, torch.sinc(x) * torch.sinc(x / radius), 0.0)

    return kernel


def _cubic(x: torch.Tensor) -> torch.Tensor:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return torch.where(x >= 2.0, 0.0, torch.where(x >= 1.0, far, near))


def _mitchell(x: torch.Tensor) -> torch.Tensor:
    near = ((7.0 / 6.0 * x - 2.0) * x) * x + 8.0 / 9.0
    far = ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    return torch.where(x >= 2.0, 0.0, torch.where(x >= 1.0, far, near))


#: method -> how far its kernel reaches, and the kernel
_KERNELS: dict[str, tuple[float, Callable]] = {
    "bilinear": (1.0, lambda x: (1.0 - x).clamp(min=0.0)),
    "bicubic": (2.0, _cubic),
    "gaussian": (1.5, lambda x: torch.where(x >= 1.5, 0.0, torch.exp(-2.0 * x * x))),
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
    "mitchellcubic": (2.0, _mitchell),
}
_METHODS = (*_KERNELS, "nearest", "area")


@functools.lru_cache(maxsize=64)
def _weights(method: str, before: int, after: int, antialias: bool) -> torch.Tensor:
    """The matrix (after, before) that makes one axis another."""
    scale = before / after
    centres = (torch.arange(after, dtype=torch.float64) + 0.5) * scale
    places = torch.arange(before, dtype=torch.float64) + 0.5
    if method == "area":
        edges = torch.arange(after + 1, dtype=torch.float64) * scale
        low = torch.maximum(edges[:-1, None], places - 0.5)
        found = (torch.minimum(edges[1:, None], places + 0.5) - low).clamp(min=0.0)
    elif method == "bicubic" and not antialias:
        found = _tabulated(centres, places)
    else:
        _, kernel = _KERNELS[method]
        wide = max(scale, 1.0) if antialias else 1.0
        found = kernel((places - centres[:, None]).abs() / wide)
    return (found / found.sum(1, keepdim=True)).float()


def _tabulated(centres: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Cubic weights as TensorFlow looks them up: in a table of 1024 steps between two elements."""
    at = centres - 0.5
    fraction = torch.round((at - at.floor()) * 1024) / 1024
    return _cubic((places - 0.5 - (at.floor() + fraction)[:, None]).abs())


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
    """Images of another size; floats, unless the method only picks elements or the size is theirs already.

    Args:
        images: one image or a batch.
        size: height and width.
        method: a name, ``'bilinear'`` by default.
        preserve_aspect_ratio: whether the size is what the image has to fit into.
        antialias: whether kernels grow with the step when an image becomes smaller.
        align_corners: TensorFlow 1's other geometry, must be False.

    Raises:
        ValueError: for an unknown method.

    Example:
        >>> resize(torch.arange(4.0).reshape(2, 2, 1), (1, 1)).numpy().tolist()
        [[[1.5]]]
    """
    x = tensor(images)
    if align_corners:
        raise NotImplementedError("tf.image.resize: expected align_corners=False. Received: align_corners=True")
    name = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}.get(method, method)
    if name not in _METHODS:
        raise ValueError(f"tf.image.resize: expected method to be one of {sorted(_METHODS)}. Received: {method!r}")
    height, width = x.shape[-3], x.shape[-2]
    rows, columns = ints(size)
    if preserve_aspect_ratio:
        factor = min(rows / height, columns / width)
        rows, columns = max(round(factor * height), 1), max(round(factor * width), 1)
    if (rows, columns) == (height, width):
        return x
    if name == "nearest":
        for axis, before, after in ((-3, height, rows), (-2, width, columns)):
            places = ((torch.arange(after, device=x.device) + 0.5) * (before / after)).floor().long()
            x = x.index_select(axis, places.clamp(max=before - 1))
        return x
    x = x if x.is_floating_point() else x.float()
    if name == "bilinear" and not antialias:
        return _bilinear(x, rows, columns)
    for axis, before, after in ((-3, height, rows), (-2, width, columns)):
        weights = _weights(name, before, after, antialias).to(device=x.device, dtype=x.dtype)
        x = torch.tensordot(weights, x, ([1], [axis % x.ndim])).movedim(0, axis)
    return x


def _bilinear(x: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    single = x.ndim == 3
    first = (x.unsqueeze(0) if single else x).movedim(-1, 1)
    found = F.interpolate(first, (rows, columns), mode="bilinear", align_corners=False).movedim(1, -1)
    return found.squeeze(0) if single else found


resize_images = resize


def resize_bilinear(images: Any, size: Any, align_corners: bool = False, **kwargs: Any) -> Any:
    """``resize`` by the bilinear method."""
    return resize(images, size, "bilinear", align_corners=align_corners)


def resize_nearest_neighbor(images: Any, size: Any, align_corners: bool = False, **kwargs: Any) -> Any:
    """``resize`` by picking the nearest element."""
    return resize(images, size, "nearest", align_corners=align_corners)


def resize_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, antialias: bool = False
) -> Any:
    """Images of another size in their own proportions, with zeros around them."""
    height, width = image.shape[-3], image.shape[-2]
    rows, columns = ints(target_height), ints(target_width)
    ratio = max(width / columns, height / rows)
    exact = height / ratio, width / ratio
    smaller = resize(image, [math.floor(size) for size in exact], method, antialias=antialias)
    top, left = (max(math.floor((target - size) / 2), 0) for target, size in zip((rows, columns), exact))
    return pad_to_bounding_box(plain(smaller), top, left, rows, columns)
