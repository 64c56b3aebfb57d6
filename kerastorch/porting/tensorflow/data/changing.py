"""Selecting, ordering and mapping elements.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import ints
from .._specs import TensorSpec
from ..errors import InvalidArgumentError
from .elements import as_element, called, flat, on_device
from .resampling import resampled
from .rows import Rows
from .shuffling import Seeds, shuffled
from .sources import INFINITE, UNKNOWN
from .specs import merged, probing, spec_of, trial

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["AUTOTUNE", "Changing"]

AUTOTUNE = -1


class Changing:
    """What gives another ``Dataset``, element by element."""

    _make: Callable[[], Iterator[Any]]
    _count: int
    _spec: Callable[[], Any]
    _rows: Rows | None

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first ``count`` elements; all for -1."""
        most = ints(count)
        size = self._count if most < 0 else _bounded(self._count, most)
        return self._reordered(lambda items: itertools.islice(items, most if most >= 0 else None), size, "_TakeDataset")

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """All but the first ``count`` elements; none for -1."""
        first = ints(count)
        if first < 0:
            return self._new(lambda: iter(()), 0, self._spec, kind="_SkipDataset")
        size = self._count if self._count < 0 else max(self._count - first, 0)
        return self._reordered(lambda items: itertools.islice(items, first, None), size, "_SkipDataset")

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every ``num_shards``-th element, beginning with number ``index``.

        Raises:
            InvalidArgumentError: for an index that is no shard's.
        """
        every, first = ints(num_shards), ints(index)
        if not 0 <= first < every:
            raise InvalidArgumentError(f"Dataset.shard: expected an index from 0 to {every - 1}. Received: {first}")
        size = self._count if self._count < 0 else max(-(-(self._count - first) // every), 0)
        return self._reordered(lambda items: itertools.islice(items, first, None, every), size, "_ShardDataset")

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
        make = repeated(self._make) if rows is None else lambda: iter(rows)
        return self._new(make, size, self._spec, rows, "_RepeatDataset")

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements in random order, drawn from a buffer of ``buffer_size``; in TensorFlow's order for its seeds.

        Raises:
            InvalidArgumentError: for a buffer without elements, or for one of all where there is no end.
        """
        size = ints(buffer_size)
        if size == UNKNOWN and self._count >= 0:
            size = max(self._count, 1)
        if size < 1:
            raise InvalidArgumentError(f"Dataset.shuffle: expected a positive buffer_size. Received: {size}")
        seeds = Seeds(None if seed is None else int(seed), reshuffle_each_iteration in (None, True))

        def order(items: Iterator[Any]) -> Iterator[Any]:
            return items if probing() else shuffled(items, size, seeds.draw())

        return self._reordered(order, self._count, "_ShuffleDataset")

    def _reordered(self, order: Callable[[Iterator[Any]], Iterator[Any]], count: int, kind: str) -> Dataset:
        """The same elements in another order, or fewer of them."""
        if self._rows is not None:
            source = self._rows.order
            rows = self._rows.with_order(lambda: order(source()))
            return self._new(lambda: iter(rows), count, self._spec, rows, kind)
        return self._new(lambda: order(self._make()), count, self._spec, kind=kind)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """The elements, and then those of another data set."""
        both = self._count, dataset._count
        count = INFINITE if INFINITE in both else UNKNOWN if UNKNOWN in both else sum(both)

        def spec() -> Any:
            return merged(self.element_spec, dataset.element_spec)

        chained = lambda: itertools.chain(self._make(), dataset._make())  # noqa: E731
        return self._new(chained, count, spec, kind="_ConcatenateDataset")

    def unique(self, name: str | None = None) -> Dataset:
        """Each element once.

        Raises:
            InvalidArgumentError: while elements are made, for those of several parts.
        """

        def make() -> Iterator[Any]:
            seen = set()
            for item in self._make():
                if isinstance(item, (tuple, dict)):
                    raise InvalidArgumentError(
                        f"Dataset.unique: expected elements of one part. Received: {len(flat(item))} parts"
                    )
                key = np.asarray(item.numpy()).tobytes()
                if key not in seen:
                    seen.add(key)
                    yield item

        return self._new(make, UNKNOWN, self._spec, kind="_UniqueDataset")

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The elements of the first whole pass, kept for the next ones in memory."""
        if self._rows is not None:
            return self._new(self._make, self._count, self._spec, self._rows, "CacheDataset")
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
            if not probing():
                kept[:], whole = found, True

        return self._new(make, self._count, self._spec, kind="CacheDataset")

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The same elements; they come when they are asked for."""
        return self._new(self._make, self._count, self._spec, self._rows, "_PrefetchDataset")

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

        return self._new(make, UNKNOWN, self._spec, kind="_IgnoreErrorsDataset")

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
        made = lambda: map(functools.partial(called, map_func), self._make())  # noqa: E731
        spec = lambda: trial(self, lambda item: spec_of(called(map_func, item)))  # noqa: E731
        kind = "_MapDataset" if num_parallel_calls is None else "_ParallelMapDataset"
        return self._new(made, self._count, spec, kind=kind)

    def filter(self, predicate: Callable, name: str | None = None) -> Dataset:
        """The elements that a function says True of.

        Raises:
            ValueError: while elements are made, when the function gives something else than a truth value.
        """
        found = lambda: filter(functools.partial(_truth, predicate), self._make())  # noqa: E731
        return self._new(found, UNKNOWN, self._spec, kind="_FilterDataset")

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Each element with its number."""

        def make() -> Iterator[Any]:
            for i, item in enumerate(self._make(), int(start)):
                yield as_immutable(torch.tensor(i)), item

        def spec() -> Any:
            return TensorSpec((), "int64"), self.element_spec

        return self._new(make, self._count, spec, kind="_ZipDataset")

    def scan(self, initial_state: Any, scan_func: Callable, name: str | None = None) -> Dataset:
        """A function of a state and each element, which gives the next state and an element."""

        def make() -> Iterator[Any]:
            state = as_element(initial_state)
            for item in self._make():
                state, found = called(scan_func, (state, item))
                yield found

        def spec() -> Any:
            return trial(self, lambda item: spec_of(called(scan_func, (as_element(initial_state), item))[1]))

        return self._new(make, self._count, spec, kind="_ScanDataset")

    def take_while(self, predicate: Callable, name: str | None = None) -> Dataset:
        """The elements up to the first that a function says False of."""
        found = lambda: itertools.takewhile(lambda item: _truth(predicate, item), self._make())  # noqa: E731
        return self._new(found, UNKNOWN, self._spec, kind="_TakeWhileDataset")

    def rejection_resample(
        self,
        class_func: Callable,
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Pairs of class and element, in which the classes have the shares ``target_dist``."""
        return resampled(self, class_func, target_dist, initial_dist, seed)

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
        found = lambda: (inner for item in self._make() for inner in _inner(map_func, item)._make())  # noqa: E731
        return self._new(found, UNKNOWN, self._inner_spec(map_func), kind="_FlatMapDataset")

    def _inner_spec(self, fn: Callable) -> Callable[[], Any]:
        """Gives the description of the elements of the data sets that a function gives."""
        return lambda: trial(self, lambda item: _inner(fn, item).element_spec)

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
        wide = _cycle(cycle_length, num_parallel_calls)
        block = 1 if block_length is None else ints(block_length)
        kind = "_InterleaveDataset" if num_parallel_calls is None else "_ParallelInterleaveDataset"
        found = lambda: _interleaved(self._make(), map_func, wide, block)  # noqa: E731
        return self._new(found, UNKNOWN, self._inner_spec(map_func), kind=kind)


def _bounded(count: int, most: int) -> int:
    return count if count == UNKNOWN else most if count == INFINITE else min(count, most)


def _truth(fn: Callable, item: Any) -> bool:
    """What a function says of an element.

    Raises:
        ValueError: when it gives something else than a truth value.
    """
    found = called(fn, item)
    if getattr(found, "dtype", None) != torch.bool or found.shape:
        raise ValueError(f"Dataset.filter: expected predicate to give one tf.bool. Received: {found!r}")
    return bool(found)


def _inner(fn: Callable, item: Any) -> Dataset:
    """The data set that a function gives for an element.

    Raises:
        TypeError: when it gives something else.
    """
    found = called(fn, item)
    if not hasattr(found, "as_numpy_iterator"):
        raise TypeError(f"Dataset.flat_map: expected map_func to give a Dataset. Received: {found!r}")
    return found


def _interleaved(items: Iterator[Any], fn: Callable, wide: int, block: int) -> Iterator[Any]:
    """Blocks of each of some open data sets in turn; when one has ended, the next takes its place in the next turn."""
    open_ones: list[Iterator[Any] | None] = [None] * wide
    ended = False
    place = taken = 0
    while not ended or any(inner is not None for inner in open_ones):
        inner = open_ones[place]
        if inner is None and not ended:
            try:
                inner = open_ones[place] = iter(_inner(fn, next(items))._make())
            except StopIteration:
                ended = True
        if inner is not None and taken < block:
            try:
                found = next(inner)
            except StopIteration:
                open_ones[place] = None
            else:
                taken += 1
                yield found
                continue
        place, taken = (place + 1) % wide, 0


def _cycle(wide: Any, parallel: Any) -> int:
    """How many data sets are open together; where nobody says, as many as TensorFlow finds fit for this machine."""
    if wide not in (None, AUTOTUNE):
        return ints(wide)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if parallel is None:
        return cores
    return -(-cores // 3) if ints(parallel) == AUTOTUNE else min(ints(parallel), cores)
