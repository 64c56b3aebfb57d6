"""Selecting, ordering and mapping elements.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import ints
from .elements import as_element, called, on_device
from .rows import Rows
from .shuffling import Seeds, shuffled
from .sources import INFINITE, UNKNOWN

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["AUTOTUNE", "Changing"]

AUTOTUNE = -1


class Changing:
    """What gives another ``Dataset``, element by element."""

    _make: Callable[[], Iterator[Any]]
    _count: int
    _spec: Callable[[], Any] | None
    _rows: Rows | None

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first ``count`` elements; all for -1."""
        most = ints(count)
        if most < 0:
            return self
        size = _bounded(self._count, most)
        return self._reordered(lambda items: itertools.islice(items, most), size)

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """All but the first ``count`` elements; none for -1."""
        first = ints(count)
        if first < 0:
            return self._new(lambda: iter(()), 0, self._spec)
        size = self._count if self._count < 0 else max(self._count - first, 0)
        return self._reordered(lambda items: itertools.islice(items, first, None), size)

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every ``num_shards``-th element, beginning with number ``index``."""
        every, first = ints(num_shards), ints(index)
        size = self._count if self._count < 0 else max(-(-(self._count - first) // every), 0)
        return self._reordered(lambda items: itertools.islice(items, first, None, every), size)

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """The elements ``count`` times over; without end when no number is given."""
        times = -1 if count is None else ints(count)
        size = INFINITE if times < 0 and self._count != 0 else self._count if self._count < 0 else self._count * times

        def repeated(make: Callable[[], Iterator[Any]]) -> Callable[[], Iterator[Any]]:
            def again() -> Iterator[Any]:
                for _ in itertools.count() if times < 0 else range(times):
                    empty = True
                    for item in make():
                        empty = False
                        yield item
                    if empty:
                        return

            return again

        rows = None if self._rows is None else self._rows.with_order(repeated(self._rows.order))
        return self._new(repeated(self._make) if rows is None else lambda: iter(rows), size, self._spec, rows)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements in random order, drawn from a buffer of ``buffer_size``; in TensorFlow's order for its seeds.

        Raises:
            ValueError: for a buffer without elements.
        """
        size = ints(buffer_size)
        if size < 1 and self._count < 0:
            raise ValueError(f"Dataset.shuffle: expected a positive buffer_size. Received: {size}")
        size = size if size > 0 else self._count
        seeds = Seeds(None if seed is None else int(seed), reshuffle_each_iteration in (None, True))
        return self._reordered(lambda items: shuffled(items, size, seeds.draw()), self._count)

    def _reordered(self, order: Callable[[Iterator[Any]], Iterator[Any]], count: int) -> Dataset:
        """The same elements in another order, or fewer of them."""
        if self._rows is not None:
            source = self._rows.order
            rows = self._rows.with_order(lambda: order(source()))
            return self._new(lambda: iter(rows), count, self._spec, rows)
        return self._new(lambda: order(self._make()), count, self._spec)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """The elements, and then those of another data set."""
        both = self._count, dataset._count
        count = INFINITE if INFINITE in both else UNKNOWN if UNKNOWN in both else sum(both)
        return self._new(lambda: itertools.chain(self._make(), dataset._make()), count, self._spec)

    def unique(self, name: str | None = None) -> Dataset:
        """Each element once."""

        def make() -> Iterator[Any]:
            seen = set()
            for item in self._make():
                key = np.asarray(item.numpy()).tobytes()
                if key not in seen:
                    seen.add(key)
                    yield item

        return self._new(make, UNKNOWN, self._spec)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The elements of the first whole pass, kept for the next ones in memory."""
        if self._rows is not None:
            return self
        kept: list[Any] = []
        whole = False

        def make() -> Iterator[Any]:
            nonlocal whole
            if whole:
                yield from kept
                return
            found = []
            for item in self._make():
                found.append(item)
                yield item
            kept[:], whole = found, True

        return self._new(make, self._count, self._spec)

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The data set itself: elements come when they are asked for."""
        return self

    def ignore_errors(self, log_warning: bool = False, name: str | None = None) -> Dataset:
        """The elements that can be made; those whose making fails are passed over."""

        def make() -> Iterator[Any]:
            items = self._make()
            while True:
                try:
                    yield next(items)
                except StopIteration:
                    return
                except Exception:  # whatever the script's functions raise
                    continue

        return self._new(make)

    # ---------------------------------------------------------- functions of elements

    def map(
        self,
        map_func: Callable,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """A function of each element; a tuple is given as several arguments."""
        return self._new(lambda: (called(map_func, item) for item in self._make()), self._count)

    def filter(self, predicate: Callable, name: str | None = None) -> Dataset:
        """The elements that a function says True of."""
        return self._new(lambda: (item for item in self._make() if bool(called(predicate, item))), UNKNOWN, self._spec)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Each element with its number."""

        def make() -> Iterator[Any]:
            for i, item in enumerate(self._make(), int(start)):
                yield as_immutable(torch.tensor(i)), item

        return self._new(make, self._count)

    def scan(self, initial_state: Any, scan_func: Callable, name: str | None = None) -> Dataset:
        """A function of a state and each element, which gives the next state and an element."""

        def make() -> Iterator[Any]:
            state = as_element(initial_state)
            for item in self._make():
                state, found = called(scan_func, (state, item))
                yield found

        return self._new(make, self._count)

    def take_while(self, predicate: Callable, name: str | None = None) -> Dataset:
        """The elements up to the first that a function says False of."""
        return self._new(lambda: itertools.takewhile(lambda item: bool(called(predicate, item)), self._make()))

    def reduce(self, initial_state: Any, reduce_func: Callable, name: str | None = None) -> Any:
        """The last state of a function of a state and each element."""
        state = as_element(initial_state)
        for item in self._make():
            state = called(reduce_func, (state, item))
        return on_device(state)

    def apply(self, transformation_func: Callable) -> Dataset:
        """What a function of the data set gives."""
        return transformation_func(self)

    def flat_map(self, map_func: Callable, name: str | None = None) -> Dataset:
        """The elements of the data sets that a function gives."""
        return self._new(lambda: (inner for item in self._make() for inner in called(map_func, item)._make()))

    def interleave(
        self,
        map_func: Callable,
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements of the data sets that a function gives, some of each in turn."""
        wide = 10 if cycle_length in (None, AUTOTUNE) else ints(cycle_length)
        block = 1 if block_length is None else ints(block_length)
        return self._new(lambda: _interleaved(self._make(), map_func, wide, block))


def _bounded(count: int, most: int) -> int:
    return count if count == UNKNOWN else most if count == INFINITE else min(count, most)


def _interleaved(items: Iterator[Any], fn: Callable, wide: int, block: int) -> Iterator[Any]:
    """Blocks of each of some open data sets in turn; one that ends is followed by the next at its place."""
    open_ones: list[Iterator[Any] | None] = []
    for item in itertools.islice(items, wide):
        open_ones.append(iter(called(fn, item)._make()))
    place = 0
    while any(inner is not None for inner in open_ones):
        inner = open_ones[place]
        taken = 0
        while inner is not None and taken < block:
            try:
                found = next(inner)
            except StopIteration:
                fresh = next(items, None)
                inner = open_ones[place] = None if fresh is None else iter(called(fn, fresh)._make())
                if taken:
                    break
                continue
            taken += 1
            yield found
        place = (place + 1) % len(open_ones)
