"""Rows of different lengths: one tensor of all their elements, and where each row begins.

Source: https://www.tensorflow.org/api_docs/python/tf/RaggedTensor
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from ...engine.symbolic.immutable import as_immutable
from ._functions import ints, text_or_tensor
from ._tensors import TensorShape
from ._texts import TextTensor
from .arrays import concat, stack

__all__ = ["RaggedTensor", "boolean_mask", "constant", "map_flat_values", "range", "stack_rows"]

_range = range


class RaggedTensor:
    """Rows of different lengths.

    Args:
        values: the elements of all rows, a tensor or again rows.
        row_splits: where each row begins, and where the last one ends.

    Example:
        >>> rows = constant([[1, 2], [], [3]])
        >>> rows.shape, rows.to_list(), rows.to_tensor().numpy().tolist()
        (TensorShape([3, None]), [[1, 2], [], [3]], [[1, 2], [0, 0], [3, 0]])
    """

    def __init__(self, values: Any, row_splits: Any) -> None:
        self.values = values
        self._splits = [int(s) for s in ints(row_splits)]

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by where they begin."""
        return cls(_data(values), row_splits)

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by their lengths."""
        return cls(_data(values), np.concatenate([[0], np.cumsum(ints(row_lengths) or [0])]))

    @classmethod
    def from_value_rowids(
        cls, values: Any, value_rowids: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by the number of the row that each element belongs to."""
        ids = ints(value_rowids)
        count = (max(ids) + 1 if ids else 0) if nrows is None else ints(nrows)
        return cls.from_row_lengths(values, np.bincount(ids, minlength=count))

    @classmethod
    def from_tensor(
        cls, tensor: Any, lengths: Any = None, padding: Any = None, ragged_rank: int = 1, name: str | None = None
    ) -> RaggedTensor:
        """The rows of a tensor, cut to lengths, or before the padding at their ends."""
        rows = list(_data(tensor))
        if lengths is not None:
            rows = [row[:n] for row, n in zip(rows, ints(lengths))]
        elif padding is not None:
            rows = [row[: _kept(row, padding)] for row in rows]
        return _from_rows(rows)

    @property
    def shape(self) -> TensorShape:
        """The shape, None for the ragged axes."""
        inner = self.values.shape
        return TensorShape([len(self), None, *inner[1:]])

    @property
    def dtype(self) -> Any:
        """The elements' type."""
        return self.values.dtype

    @property
    def row_splits(self) -> Any:
        """Where each row begins, and where the last one ends."""
        return as_immutable(torch.tensor(self._splits, dtype=torch.int64))

    @property
    def flat_values(self) -> Any:
        """All elements as one tensor."""
        return self.values.flat_values if isinstance(self.values, RaggedTensor) else self.values

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        return 1 + (self.values.ragged_rank if isinstance(self.values, RaggedTensor) else 0)

    def nrows(self, out_type: Any = None, name: str | None = None) -> Any:
        """How many rows there are."""
        return as_immutable(torch.tensor(len(self), dtype=torch.int64))

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The rows' lengths."""
        return as_immutable(torch.tensor(np.diff(self._splits), dtype=torch.int64))

    def row_starts(self, name: str | None = None) -> Any:
        """Where each row begins."""
        return self.row_splits[:-1]

    def value_rowids(self, name: str | None = None) -> Any:
        """The number of the row that each element belongs to."""
        return as_immutable(torch.tensor(np.repeat(np.arange(len(self)), np.diff(self._splits)), dtype=torch.int64))

    def bounding_shape(self, axis: int | None = None, name: str | None = None, out_type: Any = None) -> Any:
        """The shape of ``to_tensor()``, or one size of it."""
        shape = torch.tensor(tuple(self.to_tensor().shape), dtype=torch.int64)
        return as_immutable(shape if axis is None else shape[axis])

    def with_values(self, new_values: Any) -> RaggedTensor:
        """Other elements in the same rows."""
        return RaggedTensor(new_values, self._splits)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """Other elements in the same rows, of all axes."""
        nested = isinstance(self.values, RaggedTensor)
        return self.with_values(self.values.with_flat_values(new_values) if nested else new_values)

    def to_list(self) -> list[Any]:
        """The rows as lists."""
        return [row.to_list() if isinstance(row, RaggedTensor) else row.numpy().tolist() for row in self]

    def numpy(self) -> np.ndarray:
        """The rows as an array of arrays."""
        rows = [np.asarray(row.numpy()) for row in self]
        if len({row.shape for row in rows}) <= 1:
            return np.stack(rows) if rows else np.empty((0, 0))
        found = np.empty(len(rows), dtype=object)
        for i, row in enumerate(rows):
            found[i] = row
        return found

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """The rows as one tensor, filled up at their ends."""
        rows = [row.to_tensor(default_value) if isinstance(row, RaggedTensor) else row for row in self]
        sizes = [max((row.shape[i] for row in rows), default=0) for i in _range(len(rows[0].shape) if rows else 1)]
        if shape is not None and len(tuple(shape)) > 1:
            sizes = [s if want is None else int(want) for s, want in zip(sizes, tuple(shape)[1:])]
        if isinstance(self.flat_values, TextTensor):
            fill = bytes(TextTensor("" if default_value is None else default_value))
            found = np.full((len(rows), *sizes), fill, dtype=object)
        else:
            fill = 0 if default_value is None else default_value
            found = torch.full((len(rows), *sizes), fill, dtype=self.flat_values.dtype, device=self.flat_values.device)
        for i, row in enumerate(rows):
            part = tuple(slice(0, min(n, size)) for n, size in zip(row.shape, sizes))
            found[(i, *part)] = (row.array if isinstance(row, TextTensor) else row)[part]
        return TextTensor(found) if isinstance(found, np.ndarray) else as_immutable(found)

    def __len__(self) -> int:
        return len(self._splits) - 1

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in _range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            first, rest = key[0], key[1:]
            if isinstance(first, slice):
                return _from_rows([row[rest if len(rest) > 1 else rest[0]] for row in self[first]])
            return self[first][rest if len(rest) > 1 else rest[0]]
        if isinstance(key, slice):
            return _from_rows([self[i] for i in _range(len(self))[key]], self)
        i = int(key)
        i += len(self) if i < 0 else 0
        return self.values[self._splits[i] : self._splits[i + 1]]

    def _with(self, other: Any, fn: Callable) -> RaggedTensor:
        other = other.flat_values if isinstance(other, RaggedTensor) else other
        return self.with_flat_values(fn(self.flat_values, other))

    def __add__(self, other: Any) -> RaggedTensor:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> RaggedTensor:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> RaggedTensor:
        return self._with(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"<tf.RaggedTensor {self.to_list()}>"


def _data(values: Any) -> Any:
    return values if isinstance(values, RaggedTensor) else as_immutable(text_or_tensor(values))


def _kept(row: Any, padding: Any) -> int:
    values = np.asarray(row.numpy())
    wanted = bytes(TextTensor(padding)) if isinstance(padding, (str, bytes)) else padding
    places = np.nonzero(values != wanted)[0]
    return int(places[-1]) + 1 if len(places) else 0


def _from_rows(rows: list[Any], like: Any = None) -> Any:
    """Rows one behind the other; as one tensor where they are scalars."""
    if rows and not isinstance(rows[0], RaggedTensor) and not rows[0].shape:
        return stack(rows)
    lengths = [len(row) for row in rows]
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    if rows and isinstance(rows[0], RaggedTensor):
        return RaggedTensor(_from_rows([inner for row in rows for inner in row]), splits)
    return RaggedTensor(concat(rows, 0) if rows else like.values[:0], splits)


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = None,
) -> Any:
    """Nested lists of different lengths as a ragged tensor."""
    depth = _depth(pylist)
    if depth <= 1 or ragged_rank == 0:
        return as_immutable(text_or_tensor(pylist, dtype))
    flat = [item for row in pylist for item in row]
    splits = np.concatenate([[0], np.cumsum([len(row) for row in pylist])]).astype(int)
    whole = depth == 2 or ragged_rank == 1
    values = as_immutable(text_or_tensor(flat, dtype)) if whole else constant(flat, dtype)
    if whole and not flat and dtype is None:
        values = as_immutable(text_or_tensor(np.zeros(0, np.float32)))
    return RaggedTensor(values, splits)


def _depth(value: Any) -> int:
    if not isinstance(value, (list, tuple, np.ndarray)):
        return 0
    return 1 + max((_depth(item) for item in value), default=0)


def range(starts: Any, limits: Any = None, deltas: Any = 1, dtype: Any = None, name: str | None = None) -> RaggedTensor:
    """For each limit the numbers below it."""
    starts, limits = (0, starts) if limits is None else (starts, limits)
    bounds = np.broadcast_arrays(*(np.atleast_1d(ints(b)) for b in (starts, limits, deltas)))
    return constant([list(_range(*(int(b) for b in row))) for row in zip(*bounds)], dtype or torch.int32)


def map_flat_values(op: Callable, *args: Any, **kwargs: Any) -> RaggedTensor:
    """A function of all elements, in the rows that they are in."""
    first = next(arg for arg in args if isinstance(arg, RaggedTensor))
    flat = [arg.flat_values if isinstance(arg, RaggedTensor) else arg for arg in args]
    return first.with_flat_values(op(*flat, **kwargs))


def stack_rows(values: list[Any], axis: int = 0, name: str | None = None) -> Any:
    """Tensors of different lengths as rows."""
    return _from_rows([_data(value) for value in values])


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> RaggedTensor:
    """The elements of each row where a mask is True."""
    return _from_rows([_data(row)[np.asarray(m, dtype=bool)] for row, m in zip(data, np.asarray(mask))])
