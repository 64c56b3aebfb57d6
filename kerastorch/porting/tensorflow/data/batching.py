"""Batches, windows and groups of elements.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .._dtypes import as_dtype
from .._functions import ints
from .._specs import SparseTensorSpec
from ..errors import DataLossError, InvalidArgumentError
from ..ragged import stack_rows
from ..sparse import SparseTensor
from .elements import as_element, called, flat, mapped, padded, padded_spec, stacked
from .rows import Rows
from .sources import UNKNOWN
from .specs import DatasetSpec, batched, drawn, probing, trial
from .specs import row as row_spec

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["Batching"]


class Batching:
    """What makes batches, windows and groups of a ``Dataset``."""

    _make: Callable[[], Iterator[Any]]
    _count: int
    _spec: Callable[[], Any]
    _rows: Rows | None

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks ``batch_size`` elements along a new first axis.

        Raises:
            InvalidArgumentError: for a size below 1.
        """
        size = _positive("batch", batch_size=batch_size)
        kind = "_BatchDataset" if num_parallel_calls is None else "_ParallelBatchDataset"
        made = self._grouped(stacked, size, drop_remainder, lambda spec, count: batched(spec, count), kind)
        if self._rows is not None:
            rows = self._rows
            made._make = lambda: rows.batches(size, drop_remainder)
        made._batch_size = size
        return made

    def _grouped(
        self,
        join: Callable[[list[Any]], Any],
        size: int,
        drop: bool,
        describe: Callable[[Any, int | None], Any],
        kind: str,
    ) -> Dataset:
        """``size`` elements at a time, joined, with a description made of theirs and of the size where it is known."""
        return self._new(
            lambda: (join(group) for group in _groups(self._make(), size, drop)),
            _batches(self._count, size, drop),
            lambda: describe(self.element_spec, size if drop else None),
            kind=kind,
        )

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stacks ``batch_size`` elements, each padded at its ends to the longest, or to given sizes."""
        return self._grouped(
            lambda group: padded(group, padded_shapes, padding_values),
            _positive("padded_batch", batch_size=batch_size),
            drop_remainder,
            lambda spec, count: batched(padded_spec(spec, padded_shapes), count),
            "_PaddedBatchDataset",
        )

    def ragged_batch(self, batch_size: Any, drop_remainder: bool = False, *args: Any, **kwargs: Any) -> Dataset:
        """Batches of ``batch_size`` elements as rows of different lengths."""

        def rows(group: list[Any]) -> Any:
            columns = iter(list(zip(*(flat(item) for item in group))))
            return mapped(lambda _: stack_rows(list(next(columns))), group[0])

        return self._grouped(
            rows,
            _positive("ragged_batch", batch_size=batch_size),
            drop_remainder,
            lambda spec, count: batched(spec, count, ragged=True),
            "_BatchDataset",
        )

    def sparse_batch(self, batch_size: Any, row_shape: Any, name: str | None = None) -> Dataset:
        """Batches of ``batch_size`` elements as a sparse tensor whose rows have the shape ``row_shape``."""
        sizes = [int(size) for size in ints(row_shape)]

        def join(group: list[Any]) -> Any:
            if any(size > most for item in group for size, most in zip(item.shape, sizes)):
                raise DataLossError(f"Dataset.sparse_batch: expected elements within {sizes}. Received: larger ones")
            places = [(i, *at) for i, item in enumerate(group) for at in np.ndindex(*item.shape)]
            values = np.concatenate([np.asarray(item).reshape(-1) for item in group])
            return SparseTensor(np.array(places, np.int64).reshape(-1, 1 + len(sizes)), values, [len(group), *sizes])

        return self._grouped(
            join,
            _positive("sparse_batch", batch_size=batch_size),
            False,
            lambda spec, count: SparseTensorSpec([count, *sizes], spec.dtype),
            "_DenseToSparseBatchDataset",
        )

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable,
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Batches of elements of similar length, each padded at its ends.

        Raises:
            ValueError: unless there is one batch size more than there are boundaries.
        """
        edges, sizes = list(bucket_boundaries), list(bucket_batch_sizes)
        if len(sizes) != len(edges) + 1:
            raise ValueError(
                f"Dataset.bucket_by_sequence_length: expected {len(edges) + 1} bucket_batch_sizes, one more than "
                f"bucket_boundaries. Received: {len(sizes)}"
            )

        def make() -> Iterator[Any]:
            waiting: dict[int, list[Any]] = {}
            for item in self._make():
                length = int(called(element_length_func, item))
                place = sum(length >= edge for edge in edges)
                group = waiting.setdefault(place, [])
                group.append(item)
                if len(group) == sizes[place]:
                    yield together(waiting.pop(place), place)
            for place in sorted(waiting):
                if not drop_remainder:
                    yield together(waiting[place], place)

        def together(group: list[Any], place: int) -> Any:
            if no_padding:
                return stacked(group)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                if place == len(edges):
                    raise InvalidArgumentError(
                        "Dataset.bucket_by_sequence_length: expected elements shorter than the last boundary with "
                        f"pad_to_bucket_boundary. Received: boundary {edges[-1]}"
                    )
                shapes = mapped(lambda leaf: [edges[place] - 1] * len(leaf.shape), group[0])
            return padded(group, shapes, padding_values)

        def spec() -> Any:
            shapes = None if no_padding or pad_to_bucket_boundary else padded_shapes
            return batched(padded_spec(self.element_spec, shapes), None)

        return self._new(make, spec=spec, kind="_GroupByWindowDataset")

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of the elements.

        Raises:
            ValueError: while elements are made, for one without rows, or with parts of different lengths.
        """
        rows = lambda: (row for item in self._make() for row in Rows.of(item, "Dataset.unbatch"))  # noqa: E731
        return self._new(rows, spec=lambda: row_spec(self.element_spec), kind="_UnbatchDataset")

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """Takes the batches apart and makes others of ``batch_size`` rows; of several sizes in turn for a list."""
        sizes = ints(batch_size)
        sizes = sizes if isinstance(sizes, list) else [sizes]

        def make() -> Iterator[Any]:
            rows = self.unbatch()._make()
            for size in itertools.cycle(sizes):
                group = list(itertools.islice(rows, size))
                if group and not (drop_remainder and len(group) < size):
                    yield stacked(group)
                if len(group) < size:
                    return

        def spec() -> Any:
            return batched(row_spec(self.element_spec), sizes[0] if drop_remainder and len(set(sizes)) == 1 else None)

        return self._new(make, UNKNOWN, spec, kind="_RebatchDataset")

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Data sets of neighbouring elements.

        Raises:
            InvalidArgumentError: for a size, shift or stride below 1.
        """
        length, every = _positive("window", size=size), _positive("window", stride=stride)
        step = length if shift is None else _positive("window", shift=shift)

        def make() -> Iterator[Any]:
            for group in _windows(self._make(), length, step, every, drop_remainder):
                columns = iter(list(zip(*(flat(item) for item in group))))
                parts = iter(flat(self.element_spec))

                def part(_: Any, columns: Any = columns, parts: Any = parts) -> Dataset:
                    spec = next(parts)
                    return self._of(list(next(columns)), lambda: spec)

                yield mapped(part, group[0])

        count = self._count if self._count < 0 else _window_count(self._count, length, step, every, drop_remainder)
        return self._new(make, count, lambda: mapped(DatasetSpec, self.element_spec), kind="_WindowDataset")

    def group_by_window(
        self,
        key_func: Callable,
        reduce_func: Callable,
        window_size: Any = None,
        window_size_func: Callable | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Groups elements by a key, and gives what a function makes of each group.

        Args:
            key_func: gives an int64 number for each element.
            reduce_func: gives a data set for a key and a data set of its elements.
            window_size: how many elements a group has.
            window_size_func: the same for each key.

        Raises:
            ValueError: for both sizes or none, and for keys of another type.
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError(
                "Dataset.group_by_window: expected window_size or window_size_func. Received: "
                + ("none" if window_size is None else "both")
            )

        def make() -> Iterator[Any]:
            waiting: dict[int, list[Any]] = {}
            for item in self._make():
                found = called(key_func, item)
                if found.dtype != torch.int64:
                    came = as_dtype(found.dtype).name
                    raise ValueError(f"Dataset.group_by_window: expected key_func to give int64. Received: {came}")
                key = int(found)
                group = waiting.setdefault(key, [])
                group.append(item)
                size = window_size if window_size_func is None else window_size_func(as_element(np.int64(key)))
                if len(group) == ints(size):
                    yield from reduced(key, waiting.pop(key))._make()
            for key, group in waiting.items():
                yield from reduced(key, group)._make()

        def reduced(key: int, group: list[Any]) -> Dataset:
            return reduce_func(as_element(np.int64(key)), self._of(group, self._spec))

        def spec() -> Any:
            return trial(self, lambda item: reduced(0, [item]).element_spec)

        return self._new(make, spec=spec, kind="_GroupByWindowDataset")


def _positive(owner: str, **argument: Any) -> int:
    """A size of at least 1."""
    ((name, value),) = argument.items()
    size = ints(value)
    if size < 1:
        raise InvalidArgumentError(f"Dataset.{owner}: expected a positive {name}. Received: {size}")
    return size


def _batches(count: int, size: int, drop: bool) -> int:
    return count if count < 0 else count // size if drop else math.ceil(count / size)


def _groups(items: Iterator[Any], size: int, drop: bool) -> Iterator[list[Any]]:
    if probing():
        group = drawn(items, size, drop)
        yield from [group] if group else []
        return
    while True:
        group = list(itertools.islice(items, size))
        if not group or (drop and len(group) < size):
            return
        yield group


def _window_count(count: int, size: int, shift: int, stride: int, drop: bool) -> int:
    span = (size - 1) * stride + 1
    return max(-(-(count - span + 1) // shift), 0) if drop else -(-count // shift)


def _windows(items: Iterator[Any], size: int, shift: int, stride: int, drop: bool) -> Iterator[list[Any]]:
    """Lists of elements ``stride`` apart, each ``shift`` after the one before."""
    span = (size - 1) * stride + 1
    held: list[Any] = []
    ended = False
    while True:
        while not ended and len(held) < max(span, shift):
            try:
                held.append(next(items))
            except StopIteration:
                ended = True
        group = held[:span:stride]
        if not group or (drop and len(group) < size):
            return
        yield group
        held = held[shift:]
        if ended and not held:
            return
