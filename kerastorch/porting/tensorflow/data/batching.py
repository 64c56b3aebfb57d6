"""Batches, windows and groups of elements.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .._functions import ints
from ..ragged import stack_rows
from .elements import as_element, called, flat, mapped, padded, spec_of, stacked
from .rows import Rows

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["Batching"]


class Batching:
    """What makes batches, windows and groups of a ``Dataset``."""

    _make: Callable[[], Iterator[Any]]
    _count: int
    _spec: Callable[[], Any] | None
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
            ValueError: for a size below 1.
        """
        size = ints(batch_size)
        if size < 1:
            raise ValueError(f"Dataset.batch: expected a positive batch_size. Received: {size}")
        count = _batches(self._count, size, drop_remainder)
        spec = None if drop_remainder else lambda: spec_of(stacked([next(self._make())]), free_first=True)
        if self._rows is not None:
            rows = self._rows
            made = self._new(lambda: rows.batches(size, drop_remainder), count, spec)
        else:
            groups = lambda: _groups(self._make(), size, drop_remainder)  # noqa: E731
            made = self._new(lambda: (stacked(group) for group in groups()), count, spec)
        made._batch_size = size
        return made

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stacks ``batch_size`` elements, each padded at its ends to the longest, or to given sizes."""
        size = ints(batch_size)
        groups = lambda: _groups(self._make(), size, drop_remainder)  # noqa: E731
        count = _batches(self._count, size, drop_remainder)
        return self._new(lambda: (padded(group, padded_shapes, padding_values) for group in groups()), count)

    def ragged_batch(self, batch_size: Any, drop_remainder: bool = False, *args: Any, **kwargs: Any) -> Dataset:
        """Batches of ``batch_size`` elements as rows of different lengths."""

        def rows(group: list[Any]) -> Any:
            columns = iter(list(zip(*(flat(item) for item in group))))
            return mapped(lambda _: stack_rows(list(next(columns))), group[0])

        size = ints(batch_size)
        groups = lambda: _groups(self._make(), size, drop_remainder)  # noqa: E731
        return self._new(lambda: (rows(group) for group in groups()), _batches(self._count, size, drop_remainder))

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
        """Batches of elements of similar length, each padded at its ends."""
        edges, sizes = list(bucket_boundaries), list(bucket_batch_sizes)

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
                shapes = mapped(lambda leaf: [edges[place] - 1] * len(leaf.shape), group[0])
            return padded(group, shapes, padding_values)

        return self._new(make)

    def unbatch(self, name: str | None = None) -> Dataset:
        """The rows of the elements."""
        return self._new(lambda: (row for item in self._make() for row in Rows.of(item)))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """Takes the batches apart and makes others of ``batch_size`` rows."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Data sets of neighbouring elements."""
        length, step, every = ints(size), ints(shift) or ints(size), ints(stride)

        def make() -> Iterator[Any]:
            for group in _windows(self._make(), length, step, every, drop_remainder):
                columns = iter(list(zip(*(flat(item) for item in group))))
                yield mapped(lambda _, columns=columns: self._of(list(next(columns))), group[0])

        return self._new(make)

    def group_by_window(
        self,
        key_func: Callable,
        reduce_func: Callable,
        window_size: Any = None,
        window_size_func: Callable | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Groups elements by a key, and gives what a function makes of each group."""

        def make() -> Iterator[Any]:
            waiting: dict[int, list[Any]] = {}
            for item in self._make():
                key = int(called(key_func, item))
                group = waiting.setdefault(key, [])
                group.append(item)
                if len(group) == ints(window_size if window_size_func is None else window_size_func(key)):
                    yield from reduce_func(as_element(key), self._of(waiting.pop(key)))._make()
            for key, group in waiting.items():
                yield from reduce_func(as_element(key), self._of(group))._make()

        return self._new(make)


def _batches(count: int, size: int, drop: bool) -> int:
    return count if count < 0 else count // size if drop else math.ceil(count / size)


def _groups(items: Iterator[Any], size: int, drop: bool) -> Iterator[list[Any]]:
    while True:
        group = list(itertools.islice(items, size))
        if not group or (drop and len(group) < size):
            return
        yield group


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
