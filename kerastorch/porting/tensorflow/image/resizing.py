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
    if name not in resizing.METHODS:
        known = sorted(resizing.METHODS)
        raise ValueError(f"tf.image.resize: expected method to be one of {known}. Received: {method!r}")
    height, width = x.shape[-3], x.shape[-2]
    rows, columns = ints(size)
    if preserve_aspect_ratio:
        factor = min(rows / height, columns / width)
        rows, columns = max(round(factor * height), 1), max(round(factor * width), 1)
    if name != "nearest" and (rows, columns) != (height, width) and not x.is_floating_point():
        x = x.float()
    return resizing.resize(x, rows, columns, name, antialias)


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
