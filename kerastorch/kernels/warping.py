"""Images read at other places than their pixels: rotated, moved, zoomed, seen from the side.

Source: https://www.tensorflow.org/api_docs/python/tf/raw_ops/ImageProjectiveTransformV3
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

__all__ = ["FILL_MODES", "INTERPOLATIONS", "warp"]

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


def warp(
    images: torch.Tensor,
    matrices: torch.Tensor,
    *,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    by_index: bool = False,
    size: tuple[int, int] | None = None,
) -> torch.Tensor:
    """Images whose pixel (x, y) is read at ``(a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1)``.

    Args:
        images: (batch, channels, rows, columns), floats.
        matrices: (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        fill_mode: what lies outside of an image: ``'constant'``, its edge (``'nearest'``), its mirror image
            (``'reflect'``) or the image again (``'wrap'``).
        fill_value: the constant.
        by_index: how TensorFlow and Keras 3 on torch differ. TensorFlow folds places into the image, then looks for the
            pixels around them; Keras 3 looks for the pixels first and folds their numbers.
        size: rows and columns of the result; those of the images when missing.

    Example:
        >>> to_the_right = torch.tensor([[1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0]])
        >>> warp(torch.tensor([[[[1.0, 2.0, 3.0]]]]), to_the_right).tolist()
        [[[[1.0, 1.0, 2.0]]]]
    """
    rows, columns = images.shape[-2:]
    x, y = _places(matrices, *(size or (rows, columns)))
    nearest = interpolation == "nearest"
    if nearest and by_index:
        x, y = x.round(), y.round()
    if fill_mode == "wrap" and by_index:
        images = torch.cat([images, images[..., :1]], -1)  # between the last pixel and the first
        images = torch.cat([images, images[..., :1, :]], -2)
    x, y = _fold(x, columns, fill_mode, by_index), _fold(y, rows, fill_mode, by_index)
    if nearest and not by_index:
        x, y = _round_away(x), _round_away(y)
    height, width = images.shape[-2:]
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)
    settings = {"mode": interpolation, "align_corners": False}
    if fill_mode != "constant":
        return F.grid_sample(images, grid.to(images.dtype), padding_mode="border", **settings)
    found = F.grid_sample(images, grid.to(images.dtype), padding_mode="zeros", **settings)
    if not fill_value:
        return found
    inside = F.grid_sample(torch.ones_like(images[:, :1]), grid.to(images.dtype), padding_mode="zeros", **settings)
    return found + (1 - inside) * fill_value


def _places(matrices: torch.Tensor, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Where each pixel is read, as (batch, rows, columns) of x and of y."""
    a0, a1, a2, b0, b1, b2, c0, c1 = (part[:, None, None] for part in matrices.unbind(-1))
    x = torch.arange(columns, dtype=matrices.dtype, device=matrices.device)
    y = torch.arange(rows, dtype=matrices.dtype, device=matrices.device)[:, None]
    depth = c0 * x + c1 * y + 1
    return (a0 * x + a1 * y + a2) / depth, (b0 * x + b1 * y + b2) / depth


def _fold(at: torch.Tensor, length: int, fill_mode: str, by_index: bool) -> torch.Tensor:
    """Places outside of an axis as those inside that stand for them."""
    if fill_mode == "constant":
        return at
    if fill_mode == "wrap":
        if by_index:
            return at.remainder(length)
        # as TensorFlow has it: the image repeats after its length, but one step too early or late is taken to be over
        last = max(length - 1, 1)
        low = at + length * ((-at / last).trunc() + 1)
        high = at - length * (at / last).trunc()
        at = torch.where(at < 0, low, torch.where(at > length - 1, high, at))
    elif fill_mode == "reflect":
        turned = (at + 0.5).remainder(2 * length)
        at = torch.minimum(turned, 2 * length - turned) - 0.5
    return at.clamp(0, length - 1)


def _round_away(x: torch.Tensor) -> torch.Tensor:
    """The nearest whole number, halves away from zero."""
    return torch.trunc(x + torch.copysign(torch.full_like(x, 0.5), x))
