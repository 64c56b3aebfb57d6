"""Operations that make, join, cut and reorder tensors.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config
from ..backend.convert import sizes
from ._making import axes, converted, dtype_of, operation

__all__ = [
    "append",
    "arange",
    "array",
    "broadcast_to",
    "concatenate",
    "copy",
    "diag",
    "diagonal",
    "diff",
    "empty",
    "empty_like",
    "expand_dims",
    "eye",
    "flip",
    "full",
    "full_like",
    "get_item",
    "hstack",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "moveaxis",
    "multi_hot",
    "ndim",
    "nonzero",
    "one_hot",
    "ones",
    "ones_like",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "select",
    "size",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "take_along_axis",
    "tile",
    "trace",
    "transpose",
    "tri",
    "tril",
    "triu",
    "unstack",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]


def _place(dtype: Any) -> dict[str, Any]:
    return {"dtype": dtype_of(dtype) or config.torch_dtype(None), "device": config.device()}


@operation
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Zeros, of ``floatx()`` where no type is given."""
    return torch.zeros(sizes(shape), **_place(dtype))


@operation
def ones(shape: Any, dtype: Any = None) -> Any:
    """Ones, of ``floatx()`` where no type is given."""
    return torch.ones(sizes(shape), **_place(dtype))


@operation
def empty(shape: Any, dtype: Any = None) -> Any:
    """A tensor of any values."""
    return torch.empty(sizes(shape), **_place(dtype))


@operation
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A tensor of one value."""
    return torch.broadcast_to(converted(fill_value).to(**_place(dtype)), sizes(shape)).clone()


@operation
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros of the shape of another tensor."""
    return torch.zeros_like(converted(x), dtype=dtype_of(dtype))


@operation
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones of the shape of another tensor."""
    return torch.ones_like(converted(x), dtype=dtype_of(dtype))


@operation
def empty_like(x: Any, dtype: Any = None) -> Any:
    """Any values, of the shape of another tensor."""
    return torch.empty_like(converted(x), dtype=dtype_of(dtype))


@operation
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value, in the shape of another tensor."""
    x = converted(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def array(x: Any, dtype: Any = None) -> Any:
    """A tensor of an array, a list or a number."""
    found = converted(x)
    return found if dtype is None else found.to(dtype_of(dtype))


@operation
def copy(x: Any) -> Any:
    """A tensor of its own with the same values."""
    return converted(x).clone()


@operation
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Numbers in even steps; whole ones are int32."""
    start, stop = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    given = [value.item() if isinstance(value, torch.Tensor) else value for value in (start, stop, step)]
    kind = config.torch_dtype(None) if any(isinstance(value, (float, np.floating)) for value in given) else torch.int32
    return torch.arange(*given, dtype=dtype_of(dtype) or kind, device=config.device())


@operation
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """So many numbers from one to another, in even steps."""
    start, stop = (converted(value).to(dtype_of(dtype) or config.torch_dtype(None)) for value in (start, stop))
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else (stop - start) * float("nan")
    places = torch.arange(num, dtype=start.dtype, device=start.device).reshape(num, *[1] * start.ndim)
    found = torch.movedim(start + places * (step if num > 1 else 0), 0, axis)
    return (found, step) if retstep else found


@operation
def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None) -> Any:
    """Powers in even steps of the exponent."""
    return torch.pow(torch.as_tensor(float(base)), linspace(start, stop, num, endpoint)).to(dtype_of(dtype))


@operation
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803 - Keras's names
    """Ones on a diagonal."""
    return torch.diag_embed(torch.ones(0)) if N == 0 else _diagonal(N, N if M is None else M, k, dtype)


def _diagonal(rows: int, columns: int, k: int, dtype: Any) -> Any:
    place = _place(dtype)
    down = torch.arange(rows, device=place["device"]).unsqueeze(1)
    return (torch.arange(columns, device=place["device"]) - down == k).to(place["dtype"])


def identity(n: int, dtype: Any = None) -> Any:
    """The unit matrix."""
    return eye(n, dtype=dtype)


@operation
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803 - Keras's names
    """Ones on and below a diagonal."""
    return torch.tril(torch.ones(N, N if M is None else M, **_place(dtype)), k)


@operation
def tril(x: Any, k: int = 0) -> Any:
    """What is on and below a diagonal."""
    return torch.tril(converted(x), k)


@operation
def triu(x: Any, k: int = 0) -> Any:
    """What is on and above a diagonal."""
    return torch.triu(converted(x), k)


@operation
def diag(x: Any, k: int = 0) -> Any:
    """A matrix with a diagonal, or the diagonal of a matrix."""
    return torch.diag(converted(x), k)


@operation
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A diagonal."""
    return torch.diagonal(converted(x), offset, axis1, axis2)


@operation
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal."""
    x = converted(x)
    return torch.diagonal(x, offset, axis1, axis2).sum(-1, dtype=x.dtype)


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Coordinates of a grid."""
    return list(torch.meshgrid([converted(one) for one in x], indexing=indexing))


def _together(xs: Sequence[Any]) -> list[Any]:
    tensors = [converted(x) for x in xs]
    kind = tensors[0].dtype
    for tensor in tensors[1:]:
        kind = torch.promote_types(kind, tensor.dtype)
    return [tensor.to(kind) for tensor in tensors]


@operation
def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Tensors side by side along an axis."""
    return torch.cat(_together(xs), axis)


@operation
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors along a new axis."""
    return torch.stack(_together(x), axis)


@operation
def hstack(xs: Sequence[Any]) -> Any:
    """Tensors beside each other."""
    return torch.hstack(_together(xs))


@operation
def vstack(xs: Sequence[Any]) -> Any:
    """Tensors below each other."""
    return torch.vstack(_together(xs))


@operation
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """One tensor behind another; None takes the elements of both in a row."""
    pair = _together([x1, x2])
    return torch.cat([x.reshape(-1) for x in pair]) if axis is None else torch.cat(pair, axis)


@operation
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Equal parts, or parts that begin at places."""
    x = converted(x)
    if isinstance(indices_or_sections, int):
        if x.shape[axis] % indices_or_sections:
            raise ValueError(
                f"ops.split: expected axis {axis} to be a multiple of indices_or_sections={indices_or_sections}. "
                f"Received: shape {tuple(x.shape)}"
            )
        return list(torch.split(x, x.shape[axis] // indices_or_sections, axis))
    return list(torch.tensor_split(x, [int(i) for i in indices_or_sections], axis))


@operation
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    """The parts along an axis, without it."""
    return list(torch.unbind(converted(x), axis))


@operation
def reshape(x: Any, newshape: Any) -> Any:
    """The elements in another shape."""
    return converted(x).reshape(sizes(newshape))


@operation
def ravel(x: Any) -> Any:
    """All elements in a row."""
    return converted(x).reshape(-1)


@operation
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order; the other way round by default."""
    x = converted(x)
    return x.permute(*(reversed(range(x.ndim)) if axes is None else axes))


@operation
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes change places."""
    return torch.swapaxes(converted(x), axis1, axis2)


@operation
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes go to other places."""
    return torch.movedim(converted(x), axes(source), axes(destination))


@operation
def expand_dims(x: Any, axis: Any) -> Any:
    """New axes of size 1."""
    x = converted(x)
    wanted = [axis] if isinstance(axis, int) else list(axis)
    rank = x.ndim + len(wanted)
    for place in sorted(one % rank for one in wanted):
        x = x.unsqueeze(place)
    return x


@operation
def squeeze(x: Any, axis: Any = None) -> Any:
    """Without axes of size 1.

    Raises:
        ValueError: for an axis of another size.
    """
    x = converted(x)
    if axis is None:
        return torch.squeeze(x)
    wanted = [axis] if isinstance(axis, int) else list(axis)
    for one in wanted:
        if x.shape[one] != 1:
            raise ValueError(f"ops.squeeze: expected axis={axis} to have size 1. Received: shape {tuple(x.shape)}")
    return torch.squeeze(x, tuple(wanted))


@operation
def broadcast_to(x: Any, shape: Any) -> Any:
    """The elements repeated into a shape."""
    return torch.broadcast_to(converted(x), sizes(shape))


@operation
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element so many times in a row."""
    x = converted(x)
    repeats = repeats if isinstance(repeats, int) else converted(repeats)
    return torch.repeat_interleave(x, repeats, dim=axis)


@operation
def tile(x: Any, repeats: Any) -> Any:
    """The whole so many times along each axis."""
    return torch.tile(converted(x), (repeats,) if isinstance(repeats, int) else sizes(repeats))


@operation
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Elements moved on, those beyond the end to the beginning."""
    return torch.roll(converted(x), axes(shift), axes(axis))


@operation
def flip(x: Any, axis: Any = None) -> Any:
    """The elements the other way round."""
    x = converted(x)
    wanted = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    return torch.flip(x, list(wanted))


@operation
def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """A quarter turn, so many times."""
    return torch.rot90(converted(array), k, list(axes))


@operation
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """Elements around the outside: constant, or as ``mode`` continues them.

    Raises:
        ValueError: for ``constant_values`` with another mode.
    """
    x = converted(x)
    if constant_values is not None and mode != "constant":
        raise ValueError(f"ops.pad: expected constant_values only with mode='constant'. Received: mode={mode!r}")
    widths = torch.broadcast_to(torch.as_tensor(np.asarray(pad_width)), (x.ndim, 2)).tolist()
    if mode == "constant":
        flat = [amount for pair in reversed(widths) for amount in pair]
        return F.pad(x, flat, value=0 if constant_values is None else constant_values)
    for axis, (before, after) in enumerate(widths):
        length = x.shape[axis]
        places = torch.arange(-before, length + after, device=x.device)
        if mode == "reflect":
            period = 2 * (length - 1)
            places = (length - 1 - ((places % period) - (length - 1)).abs()) if period else places * 0
        elif mode == "symmetric":
            places = places % (2 * length)
            places = torch.where(places < length, places, 2 * length - 1 - places)
        elif mode == "edge":
            places = places.clamp(0, length - 1)
        else:
            raise ValueError(f"ops.pad: expected mode constant, reflect, symmetric or edge. Received: mode={mode!r}")
        x = torch.index_select(x, axis, places)
    return x


@operation
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Elements at places along an axis; negative places count from the end."""
    x, indices = converted(x), converted(indices).long()
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    found = torch.index_select(x, axis, indices.reshape(-1))
    return found.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


@operation
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """For each place along the other axes, elements at places of its own."""
    x, indices = converted(x), converted(indices).long()
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    return torch.take_along_dim(x, indices, axis)


@operation
def get_item(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return converted(x)[key]


@operation
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """One or the other, by a condition; without them, where it is true."""
    condition = converted(condition).bool()
    if x1 is None and x2 is None:
        return [places.to(torch.int32) for places in torch.where(condition)]
    x1, x2 = converted(x1), converted(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    return torch.where(condition, x1.to(kind), x2.to(kind))


@operation
def nonzero(x: Any) -> Any:
    """Where elements are not zero, a row for each axis, as int32."""
    return torch.nonzero(converted(x)).T.to(torch.int32)


@operation
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The choice of the first condition that is true."""
    choices = _together([*choicelist, default])
    found = torch.broadcast_to(choices[-1], torch.broadcast_shapes(*(choice.shape for choice in choices)))
    for condition, choice in zip(reversed(condlist), reversed(choices[:-1])):
        found = torch.where(converted(condition).bool(), choice, found)
    return found


@operation
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours."""
    return torch.diff(converted(a), n, axis)


def ndim(x: Any) -> int:
    """How many axes."""
    return converted(x).ndim


def size(x: Any) -> int:
    """How many elements."""
    return converted(x).numel()


@operation
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Any:
    """A 1 at each class, zeros elsewhere; a class out of range is all zeros.

    Raises:
        NotImplementedError: for ``sparse=True``.
    """
    _refuse_sparse("one_hot", sparse)
    x = converted(x).long()
    places = torch.arange(num_classes, device=x.device)
    found = (x.unsqueeze(-1) == places).to(dtype_of(dtype) or config.torch_dtype(None))
    return found if axis == -1 else torch.movedim(found, -1, axis)


def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """A 1 at each of several classes.

    Raises:
        NotImplementedError: for ``sparse=True``.
    """
    _refuse_sparse("multi_hot", sparse)
    reduced = 1 if len(inputs.shape) > 1 else 0
    return torch.amax(one_hot(inputs, num_classes, axis, dtype), reduced)


def _refuse_sparse(name: str, sparse: bool) -> None:
    if sparse:
        raise NotImplementedError(f"ops.{name}: expected sparse=False. Received: sparse=True")
