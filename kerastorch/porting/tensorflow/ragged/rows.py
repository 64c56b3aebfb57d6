"""Rows of different lengths: one tensor of all their elements, and where each row begins.

Source: https://www.tensorflow.org/api_docs/python/tf/RaggedTensor
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._dtypes import DType, as_dtype, torch_type
from .._functions import converted, ints, op, tensor
from .._tensors import Rows, TensorShape
from .._texts import TextTensor
from ..errors import InvalidArgumentError
from .slicing import part, take

__all__ = ["RaggedTensor", "data"]


class RaggedTensor(Rows):
    """Rows of different lengths.

    Args:
        values: the elements of all rows, a tensor or again rows.
        row_splits: where each row begins, and where the last one ends.
        uniform_row_length: the length of all rows, where it is known to be one.

    Example:
        >>> from kerastorch.porting.tensorflow.ragged import constant
        >>> rows = constant([[1, 2], [], [3]])
        >>> rows.shape, (rows[:, :1] * 5).to_list(), rows.to_tensor().numpy().tolist()
        (TensorShape([3, None]), [[5], [], [15]], [[1, 2], [0, 0], [3, 0]])
    """

    __array_ufunc__ = None  # numpy leaves its operators to these rows

    def __init__(self, values: Any, row_splits: Any, uniform_row_length: int | None = None) -> None:
        self.values = values
        self.uniform_row_length = uniform_row_length
        self._splits = [int(s) for s in ints(row_splits)]

    # ------------------------------------------------------------------- made of parts

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by where they begin.

        Raises:
            InvalidArgumentError: for splits that are not those of the values.
        """
        return cls(*_valid("from_row_splits", data(values), ints(row_splits)))

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by their lengths.

        Raises:
            InvalidArgumentError: for lengths that are not those of the values.
        """
        return cls(*_valid("from_row_lengths", data(values), [0, *np.cumsum(ints(row_lengths) or [], dtype=int)]))

    @classmethod
    def from_row_starts(
        cls, values: Any, row_starts: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by where they begin, without where the last one ends.

        Raises:
            InvalidArgumentError: for starts that are not those of the values.
        """
        values = data(values)
        return cls(*_valid("from_row_starts", values, [*ints(row_starts), len(values)]))

    @classmethod
    def from_row_limits(
        cls, values: Any, row_limits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by where they end.

        Raises:
            InvalidArgumentError: for limits that are not those of the values.
        """
        return cls(*_valid("from_row_limits", data(values), [0, *ints(row_limits)]))

    @classmethod
    def from_value_rowids(
        cls, values: Any, value_rowids: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows by the number of the row that each element belongs to.

        Raises:
            InvalidArgumentError: for numbers that fall, or are not as many as the values.
        """
        ids = np.asarray(ints(value_rowids), dtype=int)
        if (np.diff(ids) < 0).any():
            raise InvalidArgumentError(f"RaggedTensor.from_value_rowids: expected ascending numbers. Received: {ids}")
        lengths = np.bincount(ids, minlength=0 if nrows is None else ints(nrows))
        return cls(*_valid("from_value_rowids", data(values), [0, *np.cumsum(lengths)]))

    @classmethod
    def from_uniform_row_length(
        cls, values: Any, uniform_row_length: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows of one length.

        Raises:
            InvalidArgumentError: for a length that the values do not make rows of.
        """
        values, length = data(values), ints(uniform_row_length)
        count = (len(values) // length if length else 0) if nrows is None else ints(nrows)
        splits = np.arange(count + 1) * length
        return cls(*_valid("from_uniform_row_length", values, list(splits)), length)

    @classmethod
    def from_nested_row_splits(
        cls, flat_values: Any, nested_row_splits: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows of rows by where they begin, the outermost first."""
        return _nested(cls.from_row_splits, flat_values, nested_row_splits)

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values: Any, nested_row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Rows of rows by their lengths, the outermost first."""
        return _nested(cls.from_row_lengths, flat_values, nested_row_lengths)

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Any,
        nested_nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> RaggedTensor:
        """Rows of rows by the numbers of the rows, the outermost first."""
        counts = iter(reversed(nested_nrows or [None] * len(nested_value_rowids)))
        return _nested(lambda v, ids: cls.from_value_rowids(v, ids, next(counts)), flat_values, nested_value_rowids)

    @classmethod
    def from_tensor(
        cls, tensor: Any, lengths: Any = None, padding: Any = None, ragged_rank: int = 1, name: str | None = None
    ) -> RaggedTensor:
        """The rows of a tensor, cut to lengths, or before the padding at their ends.

        Args:
            tensor: a tensor of two or more axes.
            lengths: the lengths of the rows, or a list of them for each ragged axis.
            padding: an element that rows are filled up with.
            ragged_rank: how many axes become ragged.
            name: accepted as in TensorFlow.
        """
        x = data(tensor)
        count, size = x.shape[:2]
        flat = _joined(x)
        nested = lengths is not None and len(np.shape(lengths[0])) > 0
        if ragged_rank > 1 and lengths is None:
            return cls(cls.from_tensor(flat, None, padding, ragged_rank - 1), np.arange(count + 1) * size, size)
        if lengths is None and padding is None:
            return cls(flat, np.arange(count + 1) * size, size)
        kept = np.minimum(ints(lengths[0] if nested else lengths), size) if padding is None else _kept(x, padding)
        found = take(flat, np.flatnonzero(np.arange(size) < np.asarray(kept)[:, None]))
        if nested and len(lengths) > 1:
            found = cls.from_tensor(found, lengths[1:])
        return cls(found, [0, *np.cumsum(kept)])

    @classmethod
    def from_sparse(cls, st_input: Any, name: str | None = None, row_splits_dtype: Any = None) -> RaggedTensor:
        """The elements of each row of a sparse tensor of two axes."""
        return cls.from_value_rowids(st_input.values, st_input.indices[:, 0], st_input.dense_shape[0])

    # ------------------------------------------------------------------------ its parts

    @property
    def shape(self) -> TensorShape:
        """The shape, None for the ragged axes."""
        return TensorShape([len(self), self.uniform_row_length, *self.values.shape[1:]])

    def get_shape(self) -> TensorShape:
        """The shape."""
        return self.shape

    @property
    def dtype(self) -> DType:
        """The elements' type."""
        return as_dtype(self.values.dtype)

    @property
    def row_splits(self) -> Any:
        """Where each row begins, and where the last one ends."""
        return _numbers(self._splits)

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """``row_splits`` of every ragged axis, the outermost first."""
        return tuple(rows.row_splits for rows in self._levels())

    @property
    def flat_values(self) -> Any:
        """All elements as one tensor."""
        return self.values.flat_values if isinstance(self.values, RaggedTensor) else self.values

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        return 1 + (self.values.ragged_rank if isinstance(self.values, RaggedTensor) else 0)

    def _levels(self) -> list[RaggedTensor]:
        """These rows, the rows that they are made of, and so on."""
        return [self, *(self.values._levels() if isinstance(self.values, RaggedTensor) else [])]

    def nrows(self, out_type: Any = torch.int64, name: str | None = None) -> Any:
        """How many rows there are."""
        return _numbers(len(self), out_type)

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The rows' lengths along an axis.

        Raises:
            ValueError: for an axis that there is not.
        """
        axis = self.axis(axis)
        if axis == 0:
            return self.nrows()
        if axis == 1:
            return _numbers(np.diff(self._splits))
        if isinstance(self.values, RaggedTensor):
            return self.with_values(self.values.row_lengths(axis - 1))
        sizes = self.values.shape
        return self.with_values(_numbers(np.full(tuple(sizes[: axis - 1]), sizes[axis - 1])))

    def nested_row_lengths(self, name: str | None = None) -> tuple[Any, ...]:
        """``row_lengths`` of every ragged axis, the outermost first."""
        return tuple(rows.row_lengths() for rows in self._levels())

    def row_starts(self, name: str | None = None) -> Any:
        """Where each row begins."""
        return self.row_splits[:-1]

    def row_limits(self, name: str | None = None) -> Any:
        """Where each row ends."""
        return self.row_splits[1:]

    def value_rowids(self, name: str | None = None) -> Any:
        """The number of the row that each element belongs to."""
        return _numbers(self._ids())

    def nested_value_rowids(self, name: str | None = None) -> tuple[Any, ...]:
        """``value_rowids`` of every ragged axis, the outermost first."""
        return tuple(rows.value_rowids() for rows in self._levels())

    def bounding_shape(self, axis: Any = None, name: str | None = None, out_type: Any = torch.int64) -> Any:
        """The shape of ``to_tensor()``, or some sizes of it."""
        shape = np.asarray(self._bounds())
        return _numbers(shape if axis is None else shape[np.asarray(ints(axis))], out_type)

    def _ids(self) -> np.ndarray:
        return np.repeat(np.arange(len(self)), np.diff(self._splits))

    def _bounds(self) -> list[int]:
        inner = self.values._bounds() if isinstance(self.values, RaggedTensor) else list(self.values.shape)
        return [len(self), int(np.diff(self._splits).max(initial=0)), *inner[1:]]

    def axis(self, axis: Any) -> int:
        """An axis, counted from the first one.

        Raises:
            ValueError: for one that there is not.
        """
        rank, axis = len(self.shape), ints(axis)
        if not -rank <= axis < rank:
            raise ValueError(f"RaggedTensor: expected an axis from {-rank} to {rank - 1}. Received: {axis}")
        return axis % rank

    def places(self) -> list[np.ndarray]:
        """For each element of ``flat_values`` where it is: one array for the first axis and for each ragged one."""
        ids = self._ids()
        inside = np.arange(len(ids)) - np.asarray(self._splits)[ids]
        if not isinstance(self.values, RaggedTensor):
            return [ids, inside]
        outer, *rest = self.values.places()
        return [ids[outer], inside[outer], *rest]

    # ------------------------------------------------------------------- other elements

    def with_values(self, new_values: Any) -> RaggedTensor:
        """Other elements in the same rows.

        Raises:
            InvalidArgumentError: for more or fewer of them.
        """
        return RaggedTensor(*_valid("with_values", data(new_values), self._splits), self.uniform_row_length)

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """Other elements in the same rows, of all axes.

        Raises:
            InvalidArgumentError: for more or fewer of them.
        """
        nested = isinstance(self.values, RaggedTensor)
        return self.with_values(self.values.with_flat_values(new_values) if nested else new_values)

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same rows: where they begin is told as int64."""
        return self

    def merge_dims(self, outer_axis: int, inner_axis: int) -> Any:
        """Several axes as one."""
        outer, inner = self.axis(outer_axis), self.axis(inner_axis)
        if outer == inner:
            return self
        if outer > 1 or (outer == 1 and not isinstance(self.values, RaggedTensor) and inner > 2):
            return self.with_values(_merged(self.values, outer - 1, inner - 1))
        if outer == 0:
            return _merged(self.values, 0, inner - 1)
        size = None if isinstance(self.values, RaggedTensor) else self.values.shape[1]
        splits = [self.values._splits[s] if size is None else s * size for s in self._splits]
        found = RaggedTensor(_merged(self.values, 0, 1), splits)
        return found.merge_dims(1, inner - 1) if inner > 2 else found

    # ------------------------------------------------------------------ in other shapes

    def to_list(self) -> list[Any]:
        """The rows as lists."""
        return [row.to_list() if isinstance(row, RaggedTensor) else row.numpy().tolist() for row in self]

    def numpy(self) -> np.ndarray:
        """The rows as an array of arrays."""
        values = np.asarray(self.values.numpy())
        rows = [values[start:end] for start, end in zip(self._splits, self._splits[1:])]
        if len({len(row) for row in rows}) <= 1:
            return np.stack(rows) if rows else np.empty((0, 0))
        found = np.empty(len(rows), dtype=object)
        for i, row in enumerate(rows):
            found[i] = row
        return found

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """The rows as one tensor, filled up at their ends.

        Args:
            default_value: what they are filled up with; zeros and empty text by default.
            name: accepted as in TensorFlow.
            shape: the sizes, None for the longest row's; what does not fit is left out.

        Raises:
            InvalidArgumentError: for a shape of another number of axes.
        """
        sizes = self._bounds()
        wanted = sizes if shape is None else list(shape)
        if len(wanted) != len(sizes):
            raise InvalidArgumentError(
                f"RaggedTensor.to_tensor: expected a shape of {len(sizes)} axes. Received: {tuple(wanted)}"
            )
        outer = 1 + self.ragged_rank
        sizes = [size if want in (None, -1) else int(want) for size, want in zip(sizes[:outer], wanted)]
        places = np.stack(self.places())
        fits = np.flatnonzero((places < np.asarray(sizes)[:, None]).all(0))
        values = take(self.flat_values, fits)
        if not isinstance(values, TextTensor):
            return _filled(values, places[:, fits], sizes, default_value)
        found = np.full(sizes, bytes(TextTensor("" if default_value is None else default_value)), dtype=object)
        found[tuple(places[:, fits])] = values.array
        return TextTensor(found)

    def to_sparse(self, name: str | None = None) -> Any:
        """The elements with their places."""
        from ..sparse import SparseTensor

        return SparseTensor(np.stack(self.places(), 1), self.flat_values, self._bounds())

    # ---------------------------------------------------------------------- as a sequence

    def __len__(self) -> int:
        return len(self._splits) - 1

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return part(self, key)

    def __repr__(self) -> str:
        return f"<tf.RaggedTensor {self.to_list()}>"


def data(values: Any) -> Any:
    """Values as a tensor, or as the rows that they are."""
    return values if isinstance(values, RaggedTensor) else as_immutable(converted(values))


def _valid(owner: str, values: Any, splits: Sequence[int]) -> tuple[Any, Sequence[int]]:
    """Values and their splits, once these are known to be such."""
    steps = np.diff(splits)
    if not len(splits) or splits[0] != 0 or splits[-1] != len(values) or (steps < 0).any():
        found = [int(s) for s in splits[:10]]
        raise InvalidArgumentError(
            f"RaggedTensor.{owner}: expected rows of {len(values)} values. Received: row splits {found}"
        )
    return values, splits


def _nested(made: Any, values: Any, parts: Any) -> Any:
    for outer in reversed(parts):
        values = made(values, outer)
    return values


def _numbers(values: Any, dtype: Any = torch.int64) -> Any:
    return as_immutable(torch.as_tensor(np.asarray(values), dtype=torch_type(dtype)))


def _joined(x: Any) -> Any:
    """The first two axes of a tensor as one."""
    from ..arrays import reshape

    return reshape(x, [x.shape[0] * x.shape[1], *x.shape[2:]])


def _merged(values: Any, outer: int, inner: int) -> Any:
    if outer == inner:
        return values
    if isinstance(values, RaggedTensor):
        return values.merge_dims(outer, inner)
    from ..arrays import reshape

    sizes = list(values.shape)
    return reshape(values, [*sizes[:outer], int(np.prod(sizes[outer : inner + 1])), *sizes[inner + 1 :]])


def _kept(x: Any, padding: Any) -> np.ndarray:
    """The lengths of rows without the padding at their ends."""
    blank = bytes(TextTensor(padding)) if isinstance(x, TextTensor) else np.asarray(padding)
    other = np.asarray(x.numpy()) != blank
    other = other.reshape(*other.shape[:2], -1).any(-1)
    return np.where(other.any(1), other.shape[1] - other[:, ::-1].argmax(1), 0)


@op
def _filled(values: Any, places: np.ndarray, sizes: list[int], default: Any) -> torch.Tensor:
    """A tensor of one value with others put into places."""
    values = tensor(values)
    blank = values.new_zeros(()) if default is None else tensor(default, like=values).to(values.dtype)
    whole = blank.expand(*sizes, *values.shape[1:])
    return whole.index_put(tuple(torch.as_tensor(place, device=values.device) for place in places), values)
