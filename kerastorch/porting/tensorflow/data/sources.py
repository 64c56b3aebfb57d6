"""Where the elements of a data set come from.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import tensor, text_or_tensor
from .._texts import TextTensor
from ..ragged import RaggedTensor
from .elements import as_element, flat, host, mapped
from .rows import Rows

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = ["INFINITE", "UNKNOWN", "Sources"]

INFINITE, UNKNOWN = -1, -2


class Sources:
    """The constructors of a ``Dataset``."""

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        element = as_element(tensors)
        return cls._new(lambda: iter([element]), 1)

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Dataset:
        """The rows of tensors.

        Raises:
            ValueError: when the tensors have different lengths, or no rows.

        Example:
            >>> from kerastorch.porting.tensorflow.data import Dataset
            >>> rows = Dataset.from_tensor_slices(([1, 2], ["a", "b"]))
            >>> [(int(x), y.numpy()) for x, y in rows]
            [(1, b'a'), (2, b'b')]
        """
        columns = as_element(tensors)
        for leaf in flat(columns):
            if leaf is None or not getattr(leaf, "shape", (1,)):
                raise ValueError("from_tensor_slices: expected tensors with rows. Received: a single value")
        rows = Rows.of(columns)
        return cls._new(lambda: iter(rows), len(flat(columns)[0]), rows=rows)

    @classmethod
    def from_generator(
        cls,
        generator: Callable,
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a generator yields.

        Args:
            generator: gives an iterable, again for each pass.
            output_types: the dtypes, nested as the elements.
            output_shapes: the shapes, accepted as in TensorFlow.
            args: arguments of the generator, given as arrays.
            output_signature: the elements' descriptions, in place of types and shapes.

        Raises:
            TypeError: when ``generator`` cannot be called.
        """
        if not callable(generator):
            raise TypeError(f"from_generator: expected a function. Received: {generator!r}")
        given = [np.asarray(arg) for arg in args or ()]
        kinds = output_types if output_signature is None else mapped(lambda spec: spec.dtype, output_signature)

        def make() -> Iterator[Any]:
            return (_typed(value, kinds) for value in generator(*given))

        spec = None if output_signature is None else lambda: output_signature
        return cls._new(make, UNKNOWN, spec)

    @classmethod
    def range(cls, *args: Any, output_type: Any = torch.int64, name: str | None = None) -> Dataset:
        """Whole numbers, as Python's ``range`` gives them."""
        from .._dtypes import torch_type

        numbers = range(*(int(arg) for arg in args))
        column = as_immutable(torch.tensor(list(numbers), dtype=torch_type(output_type)))
        rows = Rows(column, lambda: iter(range(len(numbers))))
        return cls._new(lambda: iter(rows), len(numbers), rows=rows)

    @classmethod
    def list_files(
        cls, file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: str | None = None
    ) -> Dataset:
        """The files that patterns match, in random order unless ``shuffle`` is False.

        Raises:
            InvalidArgumentError: when no file matches.
        """
        from ..errors import InvalidArgumentError
        from ..io import matching_files

        patterns = list(file_pattern) if not isinstance(file_pattern, (str, bytes, TextTensor)) else [file_pattern]
        if isinstance(file_pattern, TextTensor) and file_pattern.ndim:
            patterns = list(file_pattern)
        found = matching_files(patterns)
        if not len(found):
            raise InvalidArgumentError(f"No files matched pattern: {file_pattern}")
        files = cls.from_tensor_slices(found)
        return files.shuffle(len(found), seed) if shuffle in (None, True) else files

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """The elements of several data sets side by side, nested as they are."""
        nested = datasets if datasets is not None else args[0] if len(args) == 1 else tuple(args)
        parts = list(flat(nested))

        def make() -> Iterator[Any]:
            for items in zip(*(part._make() for part in parts)):
                rest = iter(items)
                yield mapped(lambda _, rest=rest: next(rest), nested)

        return cls._new(make, _least([part._count for part in parts]))

    @classmethod
    def random(
        cls, seed: int | None = None, rerandomize_each_iteration: bool | None = None, name: Any = None
    ) -> Dataset:
        """Random whole numbers without end."""

        def make() -> Iterator[Any]:
            generator = np.random.default_rng(seed)
            return (as_element(int(generator.integers(2**32))) for _ in itertools.count())

        return cls._new(make, INFINITE)

    @classmethod
    def counter(cls, start: int = 0, step: int = 1, dtype: Any = torch.int64, name: str | None = None) -> Dataset:
        """Whole numbers without end."""
        return cls._new(lambda: (as_immutable(tensor(i, dtype)) for i in itertools.count(start, step)), INFINITE)

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: list[Dataset],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Elements drawn from several data sets, by weights."""
        shares = [1.0] * len(datasets) if weights is None else [float(w) for w in weights]

        def make() -> Iterator[Any]:
            left = [(share, part._make()) for share, part in zip(shares, datasets)]
            generator = np.random.default_rng(seed)
            while left:
                chances = np.array([share for share, _ in left])
                i = int(generator.choice(len(left), p=chances / chances.sum()))
                try:
                    item = next(left[i][1])
                except StopIteration:
                    if stop_on_empty_dataset:
                        return
                    left.pop(i)
                    continue
                yield item

        return cls._new(make)

    @classmethod
    def choose_from_datasets(
        cls, datasets: list[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """Elements of several data sets, each from the one whose number comes next."""

        def make() -> Iterator[Any]:
            parts = [part._make() for part in datasets]
            for choice in choice_dataset._make():
                try:
                    item = next(parts[int(choice)])
                except StopIteration:
                    if stop_on_empty_dataset:
                        return
                    continue
                yield item

        return cls._new(make)


def _typed(value: Any, kinds: Any) -> Any:
    """A generator's value in the types of the elements."""
    with host():
        if kinds is None:
            return as_element(value)
        if isinstance(kinds, dict):
            return {key: _typed(value[key], kinds[key]) for key in kinds}
        if isinstance(kinds, (tuple, list)):
            return tuple(_typed(part, kind) for part, kind in zip(value, kinds, strict=True))
        if isinstance(value, RaggedTensor):
            return value
        return as_immutable(
            text_or_tensor(value, kinds) if not isinstance(value, torch.Tensor) else tensor(value, kinds)
        )


def _least(counts: list[int]) -> int:
    if UNKNOWN in counts:
        return UNKNOWN
    finite = [count for count in counts if count >= 0]
    return min(finite) if finite else INFINITE
