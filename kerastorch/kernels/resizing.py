"""Images of other sizes: each axis is multiplied with a matrix of weights.

Source: https://www.tensorflow.org/api_docs/python/tf/image/resize
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F

__all__ = ["METHODS", "resize"]


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
METHODS = (*_KERNELS, "nearest", "area")


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


def resize(
    x: torch.Tensor, rows: int, columns: int, method: str = "bilinear", antialias: bool = False, axes: tuple = (-3, -2)
) -> torch.Tensor:
    """Images of another size, as TensorFlow computes them.

    Args:
        x: one image or a batch; floats, unless the method only picks elements.
        rows: the new height.
        columns: the new width.
        method: one of ``METHODS``.
        antialias: whether kernels grow with the step when an image becomes smaller.
        axes: those of height and width.

    Example:
        >>> resize(torch.arange(4.0).reshape(2, 2, 1), 1, 1).tolist()
        [[[1.5]]]
    """
    sizes = [(axis, x.shape[axis], after) for axis, after in zip(axes, (rows, columns), strict=True)]
    if all(before == after for _, before, after in sizes):
        return x
    if method == "nearest":
        for axis, before, after in sizes:
            places = ((torch.arange(after, device=x.device) + 0.5) * (before / after)).floor().long()
            x = x.index_select(axis, places.clamp(max=before - 1))
        return x
    if method == "bilinear" and not antialias:
        return _bilinear(x, rows, columns, axes)
    for axis, before, after in sizes:
        weights = _weights(method, before, after, antialias).to(device=x.device, dtype=x.dtype)
        x = torch.tensordot(weights, x, ([1], [axis % x.ndim])).movedim(0, axis)
    return x


def _bilinear(x: torch.Tensor, rows: int, columns: int, axes: tuple) -> torch.Tensor:
    single = x.ndim == 3
    batch = x.unsqueeze(0) if single else x
    first = batch.movedim(-1, 1) if axes == (-3, -2) else batch
    found = F.interpolate(first, (rows, columns), mode="bilinear", align_corners=False)
    found = found.movedim(1, -1) if axes == (-3, -2) else found
    return found.squeeze(0) if single else found
