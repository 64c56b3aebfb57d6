"""``tf.data.Dataset``: elements made one after the other, as Python iterates.

Functions of the script are called with each element, on the host; elements reach the script on the device of the
process. How much runs in parallel (``num_parallel_calls``, ``prefetch``) changes no result and has no counterpart.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import refuse
from ..errors import InvalidArgumentError, OutOfRangeError
from . import storing
from .batching import Batching
from .changing import AUTOTUNE, Changing
from .elements import mapped, on_device
from .rows import Rows
from .sources import INFINITE, UNKNOWN, Sources
from .specs import DatasetSpec, first_spec, probing

__all__ = ["AUTOTUNE", "INFINITE", "UNKNOWN", "Dataset", "DatasetIterator", "DatasetSpec", "Options", "OptionsPart"]


class Options:
    """How a data set is run; accepted, since nothing of it changes results."""

    def __init__(self) -> None:
        self.dataset_name = self.deterministic = self.experimental_deterministic = None
        self.experimental_external_state_policy = self.experimental_slack = None
        self.experimental_symbolic_checkpoint = self.framework_type = None
        self.autotune = OptionsPart()
        self.experimental_distribute = OptionsPart()
        self.experimental_optimization = OptionsPart()
        self.experimental_threading = OptionsPart()
        self.threading = OptionsPart()


class OptionsPart:
    """Some of the options; any may be set."""


class Dataset(Sources, Changing, Batching):
    """Elements: tensors, or tuples and dicts of them.

    Args:
        make: gives an iterator over the elements, again for each pass.
        cardinality: how many elements there are, ``INFINITE`` or ``UNKNOWN``.
        spec: gives the elements' description; found from the first element when missing.
        rows: the same elements as rows of tensors, where they are that.
        kind: what TensorFlow calls a data set that was made like this one.

    Example:
        >>> numbers = Dataset.range(5).map(lambda x: x * 2).batch(2)
        >>> [batch.tolist() for batch in numbers.as_numpy_iterator()]
        [[0, 2], [4, 6], [8]]
    """

    def __init__(
        self,
        make: Callable[[], Iterator[Any]],
        cardinality: int = UNKNOWN,
        spec: Callable[[], Any] | None = None,
        rows: Rows | None = None,
        kind: str = "_Dataset",
    ) -> None:
        self._make, self._count, self._rows, self._kind = make, cardinality, rows, kind
        self._spec = functools.cache((lambda: first_spec(self)) if spec is None else spec)
        self._options = Options()
        self._batch_size: int | None = None  # of a data set that batch() made

    @staticmethod
    def _new(*args: Any, **kwargs: Any) -> Dataset:
        return Dataset(*args, **kwargs)

    @staticmethod
    def _of(items: list[Any], spec: Callable[[], Any] | None = None, kind: str = "_VariantDataset") -> Dataset:
        """A data set of given elements."""
        return Dataset(lambda: iter(items), len(items), spec, kind=kind)

    # ------------------------------------------------------------------ iteration

    def __iter__(self) -> DatasetIterator:
        return DatasetIterator(self)

    def __len__(self) -> int:
        if self._count < 0:
            raise TypeError("The dataset is infinite." if self._count == INFINITE else "The dataset length is unknown.")
        return self._count

    def __bool__(self) -> bool:
        return True

    def cardinality(self, name: str | None = None) -> Any:
        """How many elements there are; -1 for no end, -2 where nobody knows."""
        return as_immutable(torch.tensor(self._count, dtype=torch.int64))

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as arrays."""
        return (mapped(lambda leaf: leaf.numpy() if hasattr(leaf, "numpy") else leaf, item) for item in self._make())

    def get_single_element(self, name: str | None = None) -> Any:
        """The one element.

        Raises:
            InvalidArgumentError: when there are more or none.
        """
        found = list(itertools.islice(self._make(), 2))
        if len(found) != 1:
            raise InvalidArgumentError(
                "Dataset.get_single_element: expected one element. Received: " + ("none" if not found else "more")
            )
        return on_device(found[0])

    @property
    def element_spec(self) -> Any:
        """The description of an element, None for sizes that differ."""
        return self._spec()

    def options(self) -> Options:
        """How the data set is run."""
        return self._options

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The data set itself; how it is run changes no result."""
        found = self._new(self._make, self._count, self._spec, self._rows, "_OptionsDataset")
        found._options = options
        return found

    def make_one_shot_iterator(self) -> DatasetIterator:
        """An iterator, as TensorFlow 1 made them."""
        return DatasetIterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Any:
        """Not here."""
        refuse("data.Dataset.make_initializable_iterator", "iterate over the data set: for batch in dataset")

    # ---------------------------------------------------------------------- files

    def save(self, path: Any, compression: Any = None, shard_func: Any = None, checkpoint_args: Any = None) -> None:
        """Writes the elements to a folder, for ``load``; numpy's format, not TensorFlow's."""
        storing.write(list(self._make()), path, self.element_spec)

    @staticmethod
    def load(path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Dataset:
        """Reads what ``save`` wrote."""
        items, spec = storing.read(path)
        return Dataset._of(items, lambda: spec, "_LoadDataset")

    def snapshot(
        self,
        path: Any,
        compression: Any = "AUTO",
        reader_func: Any = None,
        shard_func: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements, written to a folder in the first whole pass and read from there afterwards.

        Args:
            path: the folder.
            compression: accepted; the one file there is laid out as it is.
            reader_func: refused: it would read in another order.
            shard_func: accepted, as ``compression``.
            name: accepted.

        Raises:
            NotImplementedError: for a ``reader_func``.
        """
        if reader_func is not None:
            refuse("data.Dataset.snapshot(reader_func=)", "shuffle what snapshot() gives")

        def make() -> Iterator[Any]:
            if storing.written(path):
                yield from storing.read(path)[0]
                return
            found = []
            for item in self._make():
                found.append(item)
                yield item
            if not probing():
                storing.write(found, path, self.element_spec)

        return Dataset(make, self._count, self._spec, kind="_MapDataset")

    def __repr__(self) -> str:
        try:
            return f"<{self._kind} element_spec={self.element_spec}>"
        except Exception:  # of a function of the script, whose place to fail is where elements are made
            return f"<{self._kind}>"


class DatasetIterator:
    """One pass over a data set.

    Args:
        dataset: the data set.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._items = dataset._make()

    @property
    def element_spec(self) -> Any:
        """The description of an element."""
        return self._dataset.element_spec

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        return on_device(next(self._items))

    def get_next(self, name: str | None = None) -> Any:
        """The next element.

        Raises:
            OutOfRangeError: when there is none.
        """
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence") from None

    def get_next_as_optional(self) -> _Optional:
        """The next element, or the news that there is none."""
        return _Optional(list(itertools.islice(self, 1)))


class _Optional:
    """An element that may be missing."""

    def __init__(self, found: list[Any]) -> None:
        self._found = found

    def has_value(self, name: str | None = None) -> Any:
        """Whether there is one."""
        return as_immutable(torch.tensor(bool(self._found)))

    def get_value(self, name: str | None = None) -> Any:
        """The element.

        Raises:
            InvalidArgumentError: when there is none.
        """
        if not self._found:
            raise InvalidArgumentError("Optional.get_value: expected an element. Received: none")
        return self._found[0]
