"""``tf.data.Dataset``: elements made one after the other, as Python iterates.

Functions of the script are called with each element, on the host; elements reach the script on the device of the
process. How much runs in parallel (``num_parallel_calls``, ``prefetch``) changes no result and has no counterpart.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import refuse
from . import storing
from .batching import Batching
from .changing import AUTOTUNE, Changing
from .elements import mapped, on_device, spec_of
from .rows import Rows
from .sources import INFINITE, UNKNOWN, Sources

__all__ = ["AUTOTUNE", "INFINITE", "UNKNOWN", "Dataset", "DatasetIterator", "DatasetSpec", "Options"]


class Options:
    """How a data set is run; accepted, since nothing of it changes results."""

    def __init__(self) -> None:
        self.autotune = _Anything()
        self.experimental_distribute = _Anything()
        self.experimental_optimization = _Anything()
        self.experimental_threading = _Anything()
        self.threading = _Anything()


class _Anything:
    pass


class DatasetSpec:
    """The description of a data set."""

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec


class Dataset(Sources, Changing, Batching):
    """Elements: tensors, or tuples and dicts of them.

    Args:
        make: gives an iterator over the elements, again for each pass.
        cardinality: how many elements there are, ``INFINITE`` or ``UNKNOWN``.
        spec: gives the elements' description; found from the first element when missing.
        rows: the same elements as rows of tensors, where they are that.

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
    ) -> None:
        self._make, self._count, self._spec, self._rows = make, cardinality, spec, rows
        self._options = Options()
        self._batch_size: int | None = None  # of a data set that batch() made

    @staticmethod
    def _new(*args: Any, **kwargs: Any) -> Dataset:
        return Dataset(*args, **kwargs)

    @staticmethod
    def _of(items: list[Any]) -> Dataset:
        """A data set of given elements."""
        return Dataset(lambda: iter(items), len(items))

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
            ValueError: when there are more or none.
        """
        found = list(itertools.islice(self._make(), 2))
        if len(found) != 1:
            raise ValueError("Dataset: expected one element. Received: " + ("none" if not found else "more"))
        return on_device(found[0])

    @property
    def element_spec(self) -> Any:
        """The description of an element."""
        if self._spec is not None:
            return self._spec()
        first = next(self._make(), None)
        return None if first is None else spec_of(first)

    def options(self) -> Options:
        """How the data set is run."""
        return self._options

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The data set itself; how it is run changes no result."""
        return self

    def make_one_shot_iterator(self) -> DatasetIterator:
        """An iterator, as TensorFlow 1 made them."""
        return DatasetIterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Any:
        """Not here."""
        refuse("data.Dataset.make_initializable_iterator", "iterate over the data set: for batch in dataset")

    # ---------------------------------------------------------------------- files

    def save(self, path: Any, compression: Any = None, shard_func: Any = None, checkpoint_args: Any = None) -> None:
        """Writes the elements to a folder, for ``load``; numpy's format, not TensorFlow's."""
        storing.write(list(self._make()), path)

    @staticmethod
    def load(path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Dataset:
        """Reads what ``save`` wrote."""
        return Dataset._of(storing.read(path))

    def __repr__(self) -> str:
        return f"<_Dataset element_spec={self.element_spec}>" if self._spec or self._rows else "<_Dataset>"


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
        from ..errors import OutOfRangeError

        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence") from None
