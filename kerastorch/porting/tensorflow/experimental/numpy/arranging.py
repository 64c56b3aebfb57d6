"""Functions that join, cut, choose and reorder.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ..... import ops
from ... import arrays
from ..._functions import ints, op
from ._kinds import array_of, together

__all__ = [
    "append",
    "argsort",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "compress",
    "concatenate",
    "dsplit",
    "dstack",
    "flatten",
    "hsplit",
    "hstack",
    "nonzero",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "select",
    "sort",
    "split",
    "stack",
    "take",
    "vsplit",
    "vstack",
    "where",
]

# Keras 3's operations mean the same, once numbers and lists have NumPy's types.
_OF_KERAS = (
    "broadcast_to diag diagflat diagonal diff expand_dims flip fliplr flipud moveaxis roll rot90 squeeze swapaxes "
    "take_along_axis tile transpose tril triu"
).split()


def _of_keras(name: str) -> Callable:
    function = getattr(ops, name)

    def apply(a: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
        return function(array_of(a), *args, **kwargs)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"NumPy's ``{name}``, as ``keras.ops.{name}`` has it."
    return op(apply)


for _name in _OF_KERAS:
    globals()[_name] = _of_keras(_name)
__all__ += [*_OF_KERAS, "trace"]


@op
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> torch.Tensor:
    """The sum of a diagonal."""
    from .reducing import sum

    return sum(torch.diagonal(array_of(a), offset, axis1, axis2), -1, dtype)


@op
def reshape(a: Any, newshape: Any, order: str = "C") -> torch.Tensor:
    """The elements in another shape; with order ``'F'`` the first axis runs fastest.

    Example:
        >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
        [[1, 2], [3, 4]]
    """
    x, sizes = array_of(a), ints(newshape)
    sizes = sizes if isinstance(sizes, list) else [sizes]
    if order == "F":
        return x.permute(*reversed(range(x.ndim))).reshape(sizes[::-1]).permute(*reversed(range(len(sizes))))
    return x.reshape(sizes)


@op
def ravel(a: Any) -> torch.Tensor:
    """The elements in a row."""
    return array_of(a).reshape(-1)


@op
def flatten(a: Any, order: str = "C") -> torch.Tensor:
    """The elements in a row; with order ``'F'`` the first axis runs fastest."""
    return reshape(a, -1, order)


@op
def repeat(a: Any, repeats: Any, axis: int | None = None) -> torch.Tensor:
    """Each element so many times over, all in a row for None."""
    x = array_of(a)
    return ops.repeat(x.reshape(-1), repeats, 0) if axis is None else ops.repeat(x, repeats, axis)


# ------------------------------------------------------------------------ joining and cutting


@op
def concatenate(arys: Any, axis: int | None = 0) -> torch.Tensor:
    """Tensors side by side along an axis; None takes the elements of all in a row."""
    parts = together(*arys)
    return torch.cat([part.reshape(-1) for part in parts]) if axis is None else torch.cat(parts, axis)


@op
def stack(arrays: Any, axis: int = 0) -> torch.Tensor:
    """Tensors along a new axis."""
    return torch.stack(together(*arrays), axis)


@op
def hstack(tup: Any) -> torch.Tensor:
    """Tensors beside each other."""
    return torch.hstack(together(*tup))


@op
def vstack(tup: Any) -> torch.Tensor:
    """Tensors below each other."""
    return torch.vstack(together(*tup))


@op
def dstack(tup: Any) -> torch.Tensor:
    """Tensors behind each other."""
    return torch.dstack(together(*tup))


@op
def append(arr: Any, values: Any, axis: int | None = None) -> torch.Tensor:
    """One tensor behind another; None takes the elements of both in a row."""
    return concatenate([arr, values] if axis is not None else [ravel(arr), ravel(values)], axis or 0)


def _cut(name: str, axis: int) -> Callable:
    def apply(ary: Any, indices_or_sections: Any) -> list[torch.Tensor]:
        x = array_of(ary)
        return _parts(x, indices_or_sections, 0 if x.ndim == 1 else axis)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"The parts along axis {axis}, as many or cut at the places given."
    return op(apply)


def _parts(x: torch.Tensor, indices_or_sections: Any, axis: int) -> list[torch.Tensor]:
    places = ints(indices_or_sections)
    if isinstance(places, int) and x.shape[axis] % places:
        raise ValueError(f"tnp.split: expected a divisor of {x.shape[axis]}. Received: {places}")
    return list(torch.tensor_split(x, places, axis))


hsplit, vsplit, dsplit = _cut("hsplit", 1), _cut("vsplit", 0), _cut("dsplit", 2)


@op
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[torch.Tensor]:
    """The parts along an axis, as many or cut at the places given.

    Raises:
        ValueError: for a number that does not divide the axis.
    """
    return _parts(array_of(ary), indices_or_sections, axis)


@op
def pad(array: Any, pad_width: Any, mode: str, constant_values: Any = 0, **kwargs: Any) -> torch.Tensor:
    """More elements before and behind along every axis.

    Args:
        array: the tensor.
        pad_width: how many, (before, behind) for each axis.
        mode: ``'constant'``, ``'reflect'`` or ``'symmetric'``.
        constant_values: what they are when ``'constant'``.
    """
    x = array_of(array)
    widths = np.broadcast_to(ints(pad_width), (x.ndim, 2)).tolist()
    return arrays.pad(x, widths, mode.upper(), constant_values)


def _at_least(count: int) -> Callable:
    def apply(*arys: Any) -> Any:
        found = [getattr(torch, f"atleast_{count}d")(array_of(ary)) for ary in arys]
        return found[0] if len(found) == 1 else found

    apply.__name__ = apply.__qualname__ = f"atleast_{count}d"
    apply.__doc__ = f"Tensors of {count} or more axes."
    return op(apply)


atleast_1d, atleast_2d, atleast_3d = _at_least(1), _at_least(2), _at_least(3)


@op
def broadcast_arrays(*args: Any, **kwargs: Any) -> list[torch.Tensor]:
    """Tensors in the shape in which they meet."""
    return list(torch.broadcast_tensors(*(array_of(arg) for arg in args)))


# ------------------------------------------------------------------------ choosing and ordering


@op
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``x`` where the condition holds and ``y`` elsewhere; without both the places where it holds, one for each axis.

    Example:
        >>> where(array_of([1, 2, 3]) > 1, 0.5, 0).tolist()
        [0.0, 0.5, 0.5]
    """
    if x is None and y is None:
        return nonzero(condition)
    x, y = together(x, y)
    return torch.where(array_of(condition).to(torch.bool), x, y)


@op
def nonzero(a: Any) -> list[torch.Tensor]:
    """The places of the elements that are not zero, one tensor for each axis."""
    return list(torch.nonzero(array_of(a), as_tuple=True))


@op
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> torch.Tensor:
    """From the choices the one whose condition holds first, a default where none does."""
    *choices, found = together(*choicelist, default)
    for condition, choice in zip(reversed(condlist), reversed(choices)):
        found = torch.where(array_of(condition).to(torch.bool), choice, found)
    return found


@op
def compress(condition: Any, a: Any, axis: int | None = None) -> torch.Tensor:
    """The parts along an axis for which a condition holds."""
    x = array_of(a)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    kept = torch.nonzero(array_of(condition).to(torch.bool)).reshape(-1)
    return x.index_select(axis, kept.to(x.device))


@op
def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "clip") -> torch.Tensor:
    """The elements, or the parts along an axis, at given places.

    Args:
        a: the tensor.
        indices: the places.
        axis: the axis; None for all elements in a row.
        out: not used.
        mode: what places beyond the ends mean, the ends (``'clip'``) or places from the other end on (``'wrap'``).

    Raises:
        ValueError: for another mode.
    """
    x = array_of(a)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    places, size = array_of(indices).to(x.device).long(), x.shape[axis]
    if mode not in ("clip", "wrap"):
        raise ValueError(f"tnp.take: expected mode='clip' or 'wrap'. Received: mode={mode!r}")
    places = places.clamp(0, size - 1) if mode == "clip" else places % size
    found = x.index_select(axis, places.reshape(-1))
    return found.reshape(*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])


@op
def sort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: Any = None) -> torch.Tensor:
    """The elements in order along an axis, in a row for None."""
    x = array_of(a)
    return torch.sort(x.reshape(-1) if axis is None else x, -1 if axis is None else axis).values


@op
def argsort(a: Any, axis: int | None = -1, kind: str = "quicksort", order: Any = None) -> torch.Tensor:
    """The places of the elements in order along an axis, in a row for None."""
    x = array_of(a)
    return torch.argsort(x.reshape(-1) if axis is None else x, dim=-1 if axis is None else axis, stable=True)
