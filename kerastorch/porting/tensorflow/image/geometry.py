"""Cutting, padding, turning and mirroring.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from .._functions import ints, op, tensor

__all__ = [
    "central_crop",
    "crop_to_bounding_box",
    "flip_left_right",
    "flip_up_down",
    "pad_to_bounding_box",
    "resize_image_with_crop_or_pad",
    "resize_with_crop_or_pad",
    "rot90",
    "transpose",
    "transpose_image",
]


@op
def flip_left_right(image: Any) -> torch.Tensor:
    """Left and right exchanged."""
    return torch.flip(tensor(image), [-2])


@op
def flip_up_down(image: Any) -> torch.Tensor:
    """Top and bottom exchanged."""
    return torch.flip(tensor(image), [-3])


@op
def transpose(image: Any) -> torch.Tensor:
    """Rows and columns exchanged."""
    return tensor(image).transpose(-3, -2)


transpose_image = transpose


@op
def rot90(image: Any, k: Any = 1) -> torch.Tensor:
    """Turned to the left, so many times by 90 degrees."""
    return torch.rot90(tensor(image), ints(k), [-3, -2])


@op
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> torch.Tensor:
    """A part of a given size, from a given place on.

    Raises:
        ValueError: when the part reaches out of the image.
    """
    x = tensor(image)
    top, left, rows, columns = (ints(v) for v in (offset_height, offset_width, target_height, target_width))
    if top < 0 or left < 0 or top + rows > x.shape[-3] or left + columns > x.shape[-2]:
        raise ValueError(
            f"tf.image.crop_to_bounding_box: expected a part of the image of shape {tuple(x.shape)}. "
            f"Received: {rows} x {columns} from ({top}, {left}) on"
        )
    return x[..., top : top + rows, left : left + columns, :]


@op
def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> torch.Tensor:
    """Zeros around an image, which begins at a given place.

    Raises:
        ValueError: when the image does not fit.
    """
    x = tensor(image)
    top, left, rows, columns = (ints(v) for v in (offset_height, offset_width, target_height, target_width))
    bottom, right = rows - top - x.shape[-3], columns - left - x.shape[-2]
    if min(top, left, bottom, right) < 0:
        raise ValueError(
            f"tf.image.pad_to_bounding_box: expected {rows} x {columns} to hold the image of shape {tuple(x.shape)} "
            f"from ({top}, {left}) on. Received: too small a size"
        )
    return F.pad(x, [0, 0, left, right, top, bottom])


@op
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> torch.Tensor:
    """The middle of an image, cut or padded with zeros to a size."""
    x, rows, columns = tensor(image), ints(target_height), ints(target_width)
    for axis, wanted in ((-3, rows), (-2, columns)):
        more = wanted - x.shape[axis]
        if more < 0:
            x = x.narrow(axis % x.ndim, -more // 2, wanted)
        elif more:
            widths = [0, 0] * (-axis - 1) + [more // 2, more - more // 2]
            x = F.pad(x, widths)
    return x


resize_image_with_crop_or_pad = resize_with_crop_or_pad


@op
def central_crop(image: Any, central_fraction: Any) -> torch.Tensor:
    """The middle of an image.

    Raises:
        ValueError: for a share outside of (0, 1].
    """
    x, share = tensor(image), float(central_fraction)
    if not 0 < share <= 1:
        raise ValueError(f"tf.image.central_crop: expected central_fraction to be in (0, 1]. Received: {share}")
    for axis in (-3, -2):
        size = x.shape[axis]
        start = int((size - size * share) / 2)
        x = x.narrow(axis % x.ndim, start, size - 2 * start)
    return x
