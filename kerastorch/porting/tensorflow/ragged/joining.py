"""Rows put together, repeated, turned round, with more axes and fewer.

Source: https://www.tensorflow.org/api_docs/python/tf/ragged/stack
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._functions import ints
from ..arrays import concat as concat_tensors
from ..arrays import expand_dims as expand_tensor
from ..arrays import squeeze as squeeze_tensor
from ..arrays import stack as stack_tensors
from ..errors import InvalidArgumentError
from .elementwise import same_rows
from .rows import RaggedTensor, data
from .slicing import take

__all__ = ["concat", "expand_dims", "reverse", "split", "squeeze", "stack", "stack_rows", "tile"]


def stack_rows(values: list[Any], axis: int = 0, name: str | None = None) -> Any:
    """Tensors of different lengths as rows, the sizes of all their other axes being the same."""
    parts = [data(value) for value in values]
    if not isinstance(parts[0], RaggedTensor) and not parts[0].shape:
        return stack_tensors(parts)
    return RaggedTensor(_one_behind_the_other(parts), _splits(parts))


def stack(values: list[Any], axis: Any = 0, name: str | None = None) -> Any:
    """Tensors or rows along a new axis, whatever their lengths.

    Raises:
        ValueError: for none.
        InvalidArgumentError: for numbers of rows, or lengths, that have to be the same and are not.

    Example:
        >>> stack([[1], [1, 2]])
        <tf.RaggedTensor [[1], [1, 2]]>
    """
    parts = [data(value) for value in values]
    if not parts:
        raise ValueError("tf.ragged.stack: expected tensors. Received: none")
    rank = len(parts[0].shape)
    place = _place(axis, rank + 1)
    if all(not isinstance(part, RaggedTensor) for part in parts):
        if place == rank:
            return stack_tensors(parts, place)
        if rank == 1:
            return stack_rows(parts)
    return _stack(_as_rows(parts), place)


def _stack(parts: list[RaggedTensor], axis: int) -> Any:
    if axis == 0:
        return RaggedTensor(_one_behind_the_other(parts), _splits(parts))
    if axis == 1:
        rows = _interleaved(parts)
        return RaggedTensor(rows, np.arange(0, len(rows) + 1, len(parts)))
    return same_rows(parts).with_values(_inner(parts, stack, axis))


def concat(values: Any, axis: Any, name: str | None = None) -> Any:
    """Rows and tensors one behind the other along an axis.

    Raises:
        InvalidArgumentError: for numbers of rows, or lengths, that have to be the same and are not.
    """
    parts = _as_rows([data(value) for value in values])
    place = _place(axis, len(parts[0].shape))
    if place == 0:
        return _one_behind_the_other(parts)
    if place == 1:
        rows = _interleaved(parts)
        return RaggedTensor(rows.values, rows._splits[:: len(parts)])
    return same_rows(parts).with_values(_inner(parts, concat, place))


def _inner(parts: list[RaggedTensor], function: Any, axis: int) -> Any:
    values = [part.values for part in parts]
    if any(isinstance(value, RaggedTensor) for value in values):
        return function(values, axis - 1)
    return (stack_tensors if function is stack else concat_tensors)(values, axis - 1)


def _place(axis: Any, rank: int) -> int:
    axis = ints(axis)
    if not -rank <= axis < rank:
        raise ValueError(f"RaggedTensor: expected an axis from {-rank} to {rank - 1}. Received: {axis}")
    return axis % rank


def _as_rows(parts: list[Any]) -> list[RaggedTensor]:
    """All parts with as many ragged axes as the one that has most."""
    most = max(getattr(part, "ragged_rank", 1) for part in parts)
    return [_deeper(part, most) for part in parts]


def _deeper(part: Any, rank: int) -> Any:
    if not isinstance(part, RaggedTensor):
        return RaggedTensor.from_tensor(part, ragged_rank=rank)
    return part if part.ragged_rank == rank else part.with_values(_deeper(part.values, rank - 1))


def _splits(parts: list[Any]) -> list[int]:
    return [0, *np.cumsum([len(part) for part in parts], dtype=int)]


def _one_behind_the_other(parts: list[Any]) -> Any:
    if not isinstance(parts[0], RaggedTensor):
        return concat_tensors(parts, 0)
    starts = np.cumsum([0, *(part._splits[-1] for part in parts)])
    splits = [s + start for part, start in zip(parts, starts) for s in part._splits[1:]]
    return RaggedTensor(_one_behind_the_other([part.values for part in parts]), [0, *splits])


def _interleaved(parts: list[RaggedTensor]) -> Any:
    """The first rows of all parts, then their second rows, and so on."""
    if len({len(part) for part in parts}) > 1:
        raise InvalidArgumentError(
            f"RaggedTensor: expected parts of as many rows. Received: {[len(part) for part in parts]}"
        )
    places = np.arange(len(parts) * len(parts[0])).reshape(len(parts), -1).T.reshape(-1)
    return take(_one_behind_the_other(parts), places)


def expand_dims(input: Any, axis: Any = None, *, dim: Any = None) -> RaggedTensor:
    """The rows with one more axis of size 1."""
    place = _place(dim if axis is None else axis, len(input.shape) + 1)
    if place == 0:
        return RaggedTensor(input, [0, len(input)], len(input))
    if place == 1:
        return RaggedTensor(input, np.arange(len(input) + 1), 1)
    values = input.values
    expand = expand_dims if isinstance(values, RaggedTensor) else expand_tensor
    return input.with_values(expand(values, place - 1))


def squeeze(input: RaggedTensor, axis: Any = None, *, squeeze_dims: Any = None) -> Any:
    """The rows without axes of size 1.

    Raises:
        ValueError: without an axis, and for one of another size.
    """
    axes = ints(squeeze_dims if axis is None else axis)
    if axes is None:
        raise ValueError("tf.squeeze: expected an axis of the ragged tensor. Received: None")
    found: Any = input
    for place in sorted((input.axis(a) for a in (axes if isinstance(axes, list) else [axes])), reverse=True):
        found = _without(found, place)
    return found


def _without(rows: Any, axis: int) -> Any:
    if not isinstance(rows, RaggedTensor):
        return squeeze_tensor(rows, axis)
    if axis > 1:
        return rows.with_values(_without(rows.values, axis - 1))
    lengths = {len(rows)} if axis == 0 else set(np.diff(rows._splits).tolist())
    if not lengths <= {1}:
        raise ValueError(f"tf.squeeze: expected size 1 at axis {axis}. Received: {rows!r}")
    return rows.values


def tile(input: RaggedTensor, multiples: Any) -> RaggedTensor:
    """The rows repeated as a whole, so many times along each axis."""
    found = input
    for axis, times in enumerate(ints(multiples)):
        found = found[:0] if axis == 0 and times == 0 else found if times == 1 else concat([found] * times, axis)
    return found


def reverse(tensor: RaggedTensor, axis: Any) -> RaggedTensor:
    """The elements in the other direction along axes."""
    axes = {tensor.axis(a) for a in ints(axis)}
    return tensor[tuple(slice(None, None, -1 if i in axes else None) for i in range(max(axes, default=0) + 1))]


def split(value: RaggedTensor, num_or_size_splits: Any, axis: Any = 0, num: int | None = None) -> list[Any]:
    """Parts of the rows along the first axis: so many equal ones, or of the sizes given.

    Raises:
        ValueError: along another axis, and for a number of rows that is no multiple of the number of parts.
    """
    sizes = ints(num_or_size_splits)
    if ints(axis) != 0 or (isinstance(sizes, int) and len(value) % sizes):
        raise ValueError(f"tf.split: expected {num_or_size_splits} parts along axis 0. Received: {value!r}, {axis=}")
    sizes = [len(value) // sizes] * sizes if isinstance(sizes, int) else sizes
    ends = np.cumsum(sizes)
    return [value[end - size : end] for end, size in zip(ends, sizes)]
