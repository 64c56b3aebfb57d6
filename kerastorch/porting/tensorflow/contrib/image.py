"""``tf.contrib.image``: images moved, turned and seen from the side.

A transform is a row of eight numbers, ``[a0, a1, a2, b0, b1, b2, c0, c1]``: the pixel (x, y) of the result is read at
``(a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1)``, and is 0 where that lies outside of the image.

Source: https://github.com/tensorflow/tensorflow/tree/r1.15/tensorflow/contrib/image
"""

from __future__ import annotations

import functools
from typing import Any

import torch

from ....kernels.warping import warp
from .._functions import ints, op, refusing, tensor

__all__ = [
    "angles_to_projective_transforms",
    "compose_transforms",
    "rotate",
    "transform",
    "translate",
    "translations_to_projective_transforms",
]


@op
def angles_to_projective_transforms(angles: Any, image_height: Any, image_width: Any) -> torch.Tensor:
    """Transforms that turn images around their middle.

    Args:
        angles: one, or one for each image, in radians, counterclockwise.
        image_height: rows.
        image_width: columns.

    Returns:
        (number of angles, 8).
    """
    angles = torch.atleast_1d(tensor(angles))
    bottom, right = (torch.as_tensor(tensor(size), dtype=angles.dtype) - 1 for size in (image_height, image_width))
    cos, sin = torch.cos(angles), torch.sin(angles)
    x = (right - (cos * right - sin * bottom)) / 2
    y = (bottom - (sin * right + cos * bottom)) / 2
    zeros = torch.zeros_like(angles)
    return torch.stack([cos, -sin, x, sin, cos, y, zeros, zeros], -1)


@op
def translations_to_projective_transforms(translations: Any) -> torch.Tensor:
    """Transforms that move images by (dx, dy) pixels, (number, 2) or (2,), as (number, 8)."""
    dx, dy = torch.atleast_2d(tensor(translations)).unbind(-1)
    ones, zeros = torch.ones_like(dx), torch.zeros_like(dx)
    return torch.stack([ones, zeros, -dx, zeros, ones, -dy, zeros, zeros], -1)


@op
def compose_transforms(*transforms: Any) -> torch.Tensor:
    """One transform that has the effect of several, the last of them first.

    Args:
        transforms: each (8,) or (number, 8).

    Raises:
        ValueError: without transforms.
    """
    if not transforms:
        raise ValueError("tf.contrib.image.compose_transforms: expected one transform or more. Received: none")
    rows = functools.reduce(torch.matmul, (_matrices(tensor(one)) for one in transforms)).flatten(-2)
    return rows[..., :8] / rows[..., 8:]


def _matrices(transforms: torch.Tensor) -> torch.Tensor:
    """(number, 8) as (number, 3, 3), whose last element is 1."""
    transforms = torch.atleast_2d(transforms)
    return torch.cat([transforms, torch.ones_like(transforms[:, :1])], -1).unflatten(-1, (3, 3))


@op
def transform(images: Any, transforms: Any, interpolation: str = "NEAREST", output_shape: Any = None) -> torch.Tensor:
    """Images read through transforms.

    Args:
        images: (batch, rows, columns, channels), (rows, columns, channels) or (rows, columns).
        transforms: (8,) for all images, or (batch, 8).
        interpolation: ``'NEAREST'`` or ``'BILINEAR'``.
        output_shape: rows and columns of the result; those of the images when missing.

    Raises:
        ValueError: for other interpolations and shapes.
    """
    if interpolation not in ("NEAREST", "BILINEAR"):
        raise ValueError(
            "tf.contrib.image.transform: expected interpolation to be 'NEAREST' or 'BILINEAR'. "
            f"Received: {interpolation!r}"
        )
    images = tensor(images)
    if images.dim() not in (2, 3, 4):
        raise ValueError(
            "tf.contrib.image.transform: expected images of 2, 3 or 4 dimensions. "
            f"Received: shape {tuple(images.shape)}"
        )
    batch = images if images.dim() == 4 else images[None] if images.dim() == 3 else images[None, ..., None]
    matrices = torch.atleast_2d(tensor(transforms)).expand(len(batch), 8)
    size = None if output_shape is None else tuple(ints(output_shape))
    floats = batch if batch.is_floating_point() else batch.float()
    found = _Projection.apply(floats.movedim(-1, 1), matrices.to(floats.dtype), interpolation.lower(), size)
    found = found.movedim(1, -1).to(images.dtype)
    return found if images.dim() == 4 else found[0] if images.dim() == 3 else found[0, ..., 0]


class _Projection(torch.autograd.Function):
    """Its gradient is TensorFlow's: what comes back, read through the inverse transform."""

    @staticmethod
    def forward(ctx: Any, images: Any, matrices: Any, interpolation: str, size: Any) -> torch.Tensor:
        ctx.save_for_backward(matrices)
        ctx.interpolation, ctx.size = interpolation, images.shape[-2:]
        return warp(images, matrices, interpolation=interpolation, fill_mode="constant", size=size)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        inverse = torch.linalg.inv(_matrices(ctx.saved_tensors[0])).flatten(-2)
        inverse = inverse[:, :8] / inverse[:, 8:]
        found = warp(gradient, inverse, interpolation=ctx.interpolation, fill_mode="constant", size=ctx.size)
        return found, None, None, None


@op
def rotate(images: Any, angles: Any, interpolation: str = "NEAREST") -> torch.Tensor:
    """Images turned around their middle by angles in radians, counterclockwise; the rest as in ``transform``."""
    images = tensor(images)
    rows, columns = images.shape[-3:-1] if images.dim() > 2 else images.shape
    return transform(images, angles_to_projective_transforms(angles, rows, columns), interpolation)


@op
def translate(images: Any, translations: Any, interpolation: str = "NEAREST") -> torch.Tensor:
    """Images moved by (dx, dy) pixels; the rest as in ``transform``."""
    return transform(images, translations_to_projective_transforms(translations), interpolation)


__getattr__ = refusing(__name__, "keras.layers has augmentation layers")
