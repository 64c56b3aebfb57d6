"""Images whose pixels are looked up elsewhere: shifted, turned, seen from the side, pulled like rubber.

Source: https://keras.io/api/ops/image/
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import config
from .. import random as draws
from ._making import converted, floats, operation, together
from .image_filtering import gaussian_blur

__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform", "scale_and_translate"]

_ORDERS = {"nearest": 0, "bilinear": 1}


def _mirrored(index: Any, size: int) -> Any:
    """Places beyond the ends mirrored at the outer pixels."""
    last = max(size - 1, 1)
    return (((index + last) % (2 * last)) - last).abs()


_FOUND_AT: dict[str, Callable] = {
    "constant": lambda index, size: index.clamp(0, size - 1),
    "nearest": lambda index, size: index.clamp(0, size - 1),
    "wrap": lambda index, size: index % size,
    "mirror": lambda index, size: _mirrored(index, size) if size > 1 else index * 0,
    "reflect": lambda index, size: (_mirrored(2 * index + 1, 2 * size + 1) - 1) // 2,
}


def _neighbours(coordinate: Any, order: int) -> list[tuple[Any, Any]]:
    """The pixels along one axis that a coordinate takes from, and how much of each."""
    if order == 0 or not coordinate.is_floating_point():
        return [(torch.round(coordinate).long() if coordinate.is_floating_point() else coordinate.long(), 1)]
    lower = torch.floor(coordinate)
    above = coordinate - lower
    return [(lower.long(), 1 - above), (lower.long() + 1, above)]


def _sampled(x: Any, coordinates: Sequence[Any], order: int, fill_mode: str, fill_value: Any) -> Any:
    """Values between the pixels of the axes that there are coordinates for; later axes come along.

    All coordinates have one shape, which takes the place of those axes.
    """
    sizes, behind = x.shape[: len(coordinates)], x.ndim - len(coordinates)
    ways = [_neighbours(coordinate, order) for coordinate in coordinates]
    total: Any = 0
    for corner in itertools.product(*ways):
        index = tuple(_FOUND_AT[fill_mode](place, size) for (place, _), size in zip(corner, sizes))
        value = x[index]
        if fill_mode == "constant":
            inside = math.prod(((place >= 0) & (place < size)) for (place, _), size in zip(corner, sizes))
            value = torch.where(inside.bool().reshape(inside.shape + (1,) * behind), value, fill_value)
        weight = math.prod(weight for _, weight in corner)
        total = total + (weight.reshape(weight.shape + (1,) * behind) if torch.is_tensor(weight) else weight) * value
    whole = not x.is_floating_point()
    return (torch.round(total) if whole and total.is_floating_point() else total).to(x.dtype)


def _checked(name: str, interpolation: str, fill_mode: str) -> int:
    if interpolation not in _ORDERS or fill_mode not in _FOUND_AT:
        raise ValueError(
            f"ops.image.{name}: expected interpolation to be one of {sorted(_ORDERS)} and fill_mode one of "
            f"{sorted(_FOUND_AT)}. Received: interpolation={interpolation!r}, fill_mode={fill_mode!r}"
        )
    return _ORDERS[interpolation]


def _last(name: str, images: Any, data_format: str | None) -> tuple[Any, Callable]:
    """A batch of images with the channels behind, and what puts results as the images were."""
    images = converted(images)
    if images.ndim not in (3, 4):
        raise ValueError(f"ops.image.{name}: expected three axes or four. Received: shape {tuple(images.shape)}")
    first = (config.image_data_format() if data_format is None else data_format) == "channels_first"
    single = images.ndim == 3
    batch = images.unsqueeze(0) if single else images

    def back(found: Any) -> Any:
        found = found.movedim(-1, 1) if first else found
        return found.squeeze(0) if single else found

    return (batch.movedim(1, -1) if first else batch), back


@operation
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: Any = 0.0
) -> Any:
    """Values between the elements of an array.

    Args:
        inputs: the array.
        coordinates: where to look, a row for each of the array's axes.
        order: 0 for the nearest element, 1 for what is between them.
        fill_mode: what is beyond the ends: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"`` or ``"reflect"``.
        fill_value: the constant.

    Raises:
        ValueError, NotImplementedError: for other modes, orders, or coordinates of other axes.

    Example:
        >>> map_coordinates(torch.tensor([0.0, 10.0]), torch.tensor([[0.25, 1.0]]), order=1)
        tensor([ 2.5000, 10.0000])
    """
    x = converted(inputs)
    places = [converted(one) for one in coordinates]
    if order not in (0, 1):
        raise NotImplementedError(f"ops.image.map_coordinates: expected order to be 0 or 1. Received: order={order}")
    if fill_mode not in _FOUND_AT or len(places) != x.ndim or not places[0].ndim:
        raise ValueError(
            f"ops.image.map_coordinates: expected a row of coordinates for each of {x.ndim} axes and a fill_mode "
            f"out of {sorted(_FOUND_AT)}. Received: {len(places)} rows, fill_mode={fill_mode!r}"
        )
    return _sampled(x, places, order, fill_mode, fill_value if x.is_floating_point() else int(fill_value))


@operation
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Any:
    """Images moved, turned, scaled and sheared.

    Args:
        images: one image or a batch.
        transform: eight numbers ``a0 … c1``, or a row of them for each image: what is at ``(x, y)`` afterwards was at
            ``(a0 x + a1 y + a2, b0 x + b1 y + b2)``.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill_mode: what is beyond the ends, as in ``map_coordinates``.
        fill_value: the constant.
        data_format: where the channels are.
    """
    order = _checked("affine_transform", interpolation, fill_mode)
    x, back = _last("affine_transform", images, data_format)
    rows = floats(transform)
    if rows.ndim not in (1, 2) or rows.shape[-1] != 8:
        raise ValueError(
            "ops.image.affine_transform: expected eight numbers, or eight for each image. "
            f"Received: shape {tuple(rows.shape)}"
        )
    rows = rows.reshape(-1, 8)
    if rows.shape[0] not in (1, x.shape[0]):
        raise ValueError(
            f"ops.image.affine_transform: expected a transform for each of {x.shape[0]} images. "
            f"Received: {rows.shape[0]}"
        )
    rows = rows.expand(x.shape[0], 8)
    down, right = _grid(x, rows.dtype)
    a0, a1, a2, b0, b1, b2 = (rows[:, i].reshape(-1, 1, 1) for i in range(6))
    return back(_each(x, b0 * right + b1 * down + b2, a0 * right + a1 * down + a2, order, fill_mode, fill_value))


def _grid(x: Any, dtype: torch.dtype) -> tuple[Any, Any]:
    """The rows and the columns of images' pixels."""
    down, right = (torch.arange(n, dtype=dtype, device=x.device) for n in x.shape[1:3])
    return down.unsqueeze(1), right


def _each(x: Any, down: Any, right: Any, order: int, fill_mode: str, fill_value: Any) -> Any:
    """Each image's pixels from (images, height, width) places of its own."""
    images = torch.arange(x.shape[0], device=x.device).reshape(-1, 1, 1).expand_as(down)
    fill_value = fill_value if x.is_floating_point() else int(fill_value)
    return _sampled(x, [images, down, right], order, fill_mode, fill_value)


def _homography(start: Any, end: Any) -> Any:
    """The eight numbers that take four end points to four start points."""
    (x, y), (u, v) = (end.unbind(-1), start.unbind(-1))
    none, one = torch.zeros_like(x), torch.ones_like(x)
    across = torch.stack([x, y, one, none, none, none, -u * x, -u * y], -1)
    along = torch.stack([none, none, none, x, y, one, -v * x, -v * y], -1)
    return torch.linalg.solve(torch.stack([across, along], 2).flatten(1, 2), start.flatten(1))


@operation
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Any:
    """Images seen from the side: four points go to four others, straight lines stay straight.

    Args:
        images: one image or a batch.
        start_points: four points ``(x, y)``, or four for each image.
        end_points: where they go.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill_value: what is beyond the ends.
        data_format: where the channels are.
    """
    order = _checked("perspective_transform", interpolation, "constant")
    x, back = _last("perspective_transform", images, data_format)
    kind = x.dtype if x.is_floating_point() else config.torch_dtype(None)
    start, end = (converted(points).to(x.device, kind) for points in (start_points, end_points))
    if start.shape != end.shape or start.shape[-2:] != (4, 2) or start.ndim not in (2, 3):
        raise ValueError(
            "ops.image.perspective_transform: expected start_points and end_points to be four points (x, y), or four "
            f"for each image. Received: shapes {tuple(start.shape)} and {tuple(end.shape)}"
        )
    wide = torch.promote_types(kind, torch.float32)  # torch solves nothing in 16 bits
    rows = _homography(start.reshape(-1, 4, 2).to(wide), end.reshape(-1, 4, 2).to(wide)).to(kind)
    rows = rows.expand(x.shape[0], 8)
    down, right = _grid(x, kind)
    a0, a1, a2, a3, a4, a5, a6, a7 = (rows[:, i].reshape(-1, 1, 1) for i in range(8))
    far = a6 * right + a7 * down + 1
    across, along = (a0 * right + a1 * down + a2) / far, (a3 * right + a4 * down + a5) / far
    return back(_each(x, along, across, order, "constant", fill_value))


@operation
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: Any = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images pulled like rubber: each pixel comes from a place nearby that is drawn at random, neighbours together.

    Args:
        images: one image or a batch.
        alpha: how far pixels are pulled.
        sigma: how far neighbours go together.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill_mode: what is beyond the ends, as in ``map_coordinates``.
        fill_value: the constant.
        seed: a number or a ``SeedGenerator``.
        data_format: where the channels are.
    """
    x, back = _last("elastic_transform", images, data_format)
    kind = x.dtype if x.is_floating_point() else config.torch_dtype(None)
    pulls = draws.normal((2, *x.shape[:3]), stddev=sigma, dtype=kind, seed=seed).to(x.device)
    return back(pulled(x, pulls, alpha, sigma, interpolation, fill_mode, fill_value))


def pulled(
    x: Any,
    pulls: Any,
    alpha: float,
    sigma: float,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: Any = 0.0,
) -> Any:
    """``elastic_transform`` of a batch with the channels last, by pulls that were drawn before.

    Args:
        x: the batch.
        pulls: how far down and how far to the right each pixel looks, (2, batch, rows, columns), before neighbours are
            made to go together.
        alpha: how far pixels are pulled.
        sigma: how far neighbours go together.
        interpolation: ``"nearest"`` or ``"bilinear"``.
        fill_mode: what is beyond the ends.
        fill_value: the constant.
    """
    order = _checked("elastic_transform", interpolation, fill_mode)
    width = int(6 * sigma) | 1
    pulls = gaussian_blur(pulls.flatten(0, 1).unsqueeze(-1), (width, width), (sigma, sigma), "channels_last")
    along, across = pulls.squeeze(-1).reshape(2, *x.shape[:3])
    down, right = _grid(x, pulls.dtype)
    return _each(x, down + alpha * along, right + alpha * across, order, fill_mode, fill_value)


# ------------------------------------------------------------------------- scaled along any axes


def _cubic(x: Any) -> Any:
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x >= 2, 0, torch.where(x >= 1, far, near))


def _lanczos(radius: float) -> Callable:
    def kernel(x: Any) -> Any:
        found = torch.sinc(x) * torch.sinc(x / radius)
        return torch.where(x > radius, 0, torch.where(x > 1e-3, found, 1))

    return kernel


_KERNELS: dict[str, Callable] = {"lanczos3": _lanczos(3.0), "lanczos5": _lanczos(5.0)}
_KERNELS.update({name: lambda x: (1 - x).clamp(min=0) for name in ("linear", "bilinear", "trilinear", "triangle")})
_KERNELS.update(dict.fromkeys(("cubic", "bicubic", "tricubic"), _cubic))


def _weights(size: int, wanted: int, scale: Any, shift: Any, kernel: Callable, antialias: bool) -> Any:
    """How much of each old place (rows) a new one (columns) takes."""
    step = 1 / scale
    new = (torch.arange(wanted, dtype=scale.dtype, device=scale.device) + 0.5) * step - shift * step - 0.5
    old = torch.arange(size, dtype=scale.dtype, device=scale.device).unsqueeze(1)
    weights = kernel((new - old).abs() / (step.clamp(min=1) if antialias else 1))
    sums = weights.sum(0, keepdim=True)
    enough = sums.abs() > 1000 * torch.finfo(torch.float32).eps
    weights = torch.where(enough, weights / torch.where(sums != 0, sums, 1), 0)
    return torch.where((new >= -0.5) & (new <= size - 0.5), weights, 0)


@operation
def scale_and_translate(
    images: Any,
    output_shape: Sequence[int],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Any:
    """Images made larger or smaller and moved, along any axes.

    Args:
        images: a tensor.
        output_shape: the shape to give.
        scale: a factor for each of ``spatial_dims``.
        translation: how far each is moved, in places of the result.
        spatial_dims: which axes.
        method: ``"linear"``, ``"cubic"``, ``"lanczos3"``, ``"lanczos5"`` or another name of the first two, such as
            ``"bilinear"``.
        antialias: whether to smooth what is made smaller.

    Raises:
        ValueError: for another method.
    """
    if method not in _KERNELS:
        raise ValueError(
            f"ops.image.scale_and_translate: expected method to be one of {sorted(_KERNELS)}. "
            f"Received: method={method!r}"
        )
    x = converted(images)
    scale, translation = (floats(one) for one in together([scale, translation]))
    found = floats(x)
    for i, axis in enumerate(spatial_dims):
        axis = axis % x.ndim
        weights = _weights(x.shape[axis], output_shape[axis], scale[i], translation[i], _KERNELS[method], antialias)
        found = torch.movedim(torch.tensordot(found, weights.to(found.dtype), ([axis], [0])), -1, axis)
    return found if x.is_floating_point() else torch.minimum(torch.maximum(found.round(), x.min()), x.max()).to(x.dtype)
