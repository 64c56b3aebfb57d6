"""Where the elements of a data set come from.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import torch_type
from .._functions import tensor, text_or_tensor
from .._specs import TensorSpec
from .._texts import TextTensor
from ..errors import InvalidArgumentError
from ..ragged import RaggedTensor
from ..random.stateless import stateless_categorical
from ..sparse import SparseTensor
from .elements import as_element, flat, host, mapped
from .rows import Rows
from .shuffling import Seeds, Words
from .specs import example, merged, probing, row, spec_of

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
        return cls._new(lambda: iter([element]), 1, lambda: spec_of(element), kind="_TensorDataset")

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
        if any(leaf is None for leaf in flat(columns)):
            raise ValueError("from_tensor_slices: expected tensors with rows. Received: None")
        rows = Rows.of(columns)
        return cls._new(
            lambda: iter(rows), flat(columns)[0].shape[0], lambda: row(spec_of(columns)), rows, "_TensorSliceDataset"
        )

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
            output_shapes: the shapes, nested likewise; any where missing.
            args: arguments of the generator, given as arrays.
            output_signature: the elements' descriptions, in place of types and shapes.

        Raises:
            TypeError: when ``generator`` cannot be called, and for both or none of types and descriptions.
            InvalidArgumentError: while elements are made, for one of another type, shape or nesting.
        """
        if not callable(generator):
            raise TypeError(f"from_generator: expected a function. Received: {generator!r}")
        if output_signature is not None and (output_types is not None or output_shapes is not None):
            raise TypeError(
                "from_generator: expected output_signature, or output_types and output_shapes. Received: both"
            )
        given = [np.asarray(arg) for arg in args or ()]
        signature = _signature(output_types, output_shapes) if output_signature is None else output_signature

        def make() -> Iterator[Any]:
            if probing() == "described":  # the generator may be one that gives its values once
                with host():
                    return iter([example(signature)])
            return (_fitting(value, signature) for value in generator(*given))

        return cls._new(make, UNKNOWN, lambda: signature, kind="_FlatMapDataset")

    @classmethod
    def range(cls, *args: Any, output_type: Any = torch.int64, name: str | None = None) -> Dataset:
        """Whole numbers, as Python's ``range`` gives them.

        Raises:
            ValueError: unless there are one to three of them.
            TypeError: for others than whole numbers.
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Dataset.range: expected one to three numbers. Received: {len(args)}")
        numbers = range(*(operator.index(arg) for arg in args))
        column = as_immutable(torch.tensor(list(numbers), dtype=torch_type(output_type)))
        rows = Rows(column, lambda: iter(range(len(numbers))))
        return cls._new(lambda: iter(rows), len(numbers), lambda: TensorSpec((), output_type), rows, "_RangeDataset")

    @classmethod
    def from_list(cls, elements: Sequence[Any], name: str | None = None) -> Dataset:
        """Elements of a list.

        Raises:
            ValueError: for an empty list.
        """
        if not elements:
            raise ValueError("from_list: expected elements. Received: none")
        items = [as_element(item) for item in elements]
        return cls._new(
            lambda: iter(items), len(items), lambda: functools.reduce(merged, map(spec_of, items)), kind="_ListDataset"
        )

    @classmethod
    def list_files(
        cls, file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: str | None = None
    ) -> Dataset:
        """The files that patterns match, in random order unless ``shuffle`` is False.

        Raises:
            InvalidArgumentError: when no file matches.
        """
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
        """The elements of several data sets side by side, nested as they are.

        Raises:
            TypeError: for anything else, and without any.
        """
        nested = datasets if datasets is not None else args[0] if len(args) == 1 else tuple(args)
        parts = list(flat(nested))
        if not parts or not all(hasattr(part, "as_numpy_iterator") for part in parts):
            raise TypeError(f"Dataset.zip: expected data sets in tuples and dicts. Received: {nested!r}")

        def make() -> Iterator[Any]:
            for items in zip(*(part._make() for part in parts)):
                rest = iter(items)
                yield mapped(lambda _, rest=rest: next(rest), nested)

        count = _least([part._count for part in parts])
        return cls._new(make, count, lambda: mapped(lambda part: part.element_spec, nested), kind="_ZipDataset")

    @classmethod
    def random(
        cls, seed: int | None = None, rerandomize_each_iteration: bool | None = None, name: Any = None
    ) -> Dataset:
        """Random whole numbers without end: TensorFlow's own for the same seeds."""
        seeds = Seeds(None if seed is None else int(seed), bool(rerandomize_each_iteration))

        def make() -> Iterator[Any]:
            word = Words((1, 2) if probing() else seeds.draw())
            return (as_immutable(torch.tensor(word())) for _ in itertools.count())

        return cls._new(make, INFINITE, lambda: TensorSpec((), "int64"), kind="_RandomDataset")

    @classmethod
    def counter(cls, start: int = 0, step: int = 1, dtype: Any = torch.int64, name: str | None = None) -> Dataset:
        """Whole numbers without end."""
        numbers = lambda: (as_immutable(tensor(i, dtype)) for i in itertools.count(start, step))  # noqa: E731
        return cls._new(numbers, INFINITE, lambda: TensorSpec((), dtype), kind="_ScanDataset")

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: list[Dataset],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Elements drawn from several data sets, by weights: in TensorFlow's order for its seeds.

        Args:
            datasets: the data sets.
            weights: how likely each is, or a data set of such lists; all alike when missing.
            seed: what the order depends on.
            stop_on_empty_dataset: whether the first that ends is the end; else the others go on.
            rerandomize_each_iteration: whether each pass has an order of its own.

        Raises:
            ValueError: without data sets, or for another number of weights.
        """
        if not datasets:
            raise ValueError("Dataset.sample_from_datasets: expected data sets. Received: none")
        seeds = cls.random(seed, rerandomize_each_iteration).batch(2)
        if hasattr(weights, "as_numpy_iterator"):
            choices = cls.zip((weights, seeds)).map(lambda shares, pair: _choice(torch.log(shares), pair))
            return _directed(cls, datasets, choices, stop_on_empty_dataset)
        if weights is None:
            chances = torch.ones(len(datasets))
        else:
            if len(weights) != len(datasets):
                raise ValueError(
                    f"Dataset.sample_from_datasets: expected one weight a data set. Received: {len(weights)} weights "
                    f"for {len(datasets)} data sets"
                )
            kept = [(part, share) for part, share in zip(datasets, weights) if share > 0]
            datasets, shares = zip(*(kept or [(datasets[0].take(0), 1.0)]))
            with host():
                chances = torch.log(tensor(shares))
        if len(datasets) == 1:
            return datasets[0]
        return _directed(cls, datasets, seeds.map(lambda pair: _choice(chances, pair)), stop_on_empty_dataset)

    @classmethod
    def choose_from_datasets(
        cls, datasets: list[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """Elements of several data sets, each from the one whose number comes next.

        Raises:
            ValueError: without data sets.
            TypeError: for choices that are no int64 numbers.
        """
        if not datasets:
            raise ValueError("Dataset.choose_from_datasets: expected data sets. Received: none")
        if choice_dataset.element_spec != TensorSpec((), "int64"):
            raise TypeError(
                "Dataset.choose_from_datasets: expected choice_dataset to hold single int64 numbers. Received: "
                f"{choice_dataset.element_spec}"
            )
        return _directed(cls, datasets, choice_dataset, stop_on_empty_dataset)


def _choice(chances: torch.Tensor, seeds: Any) -> Any:
    return stateless_categorical(plain(chances).reshape(1, -1), 1, seeds)[0, 0]


def _directed(cls: type[Sources], datasets: Sequence[Dataset], choices: Dataset, stop: bool) -> Dataset:
    """Elements of several data sets, each from the one that is chosen next."""

    def make() -> Iterator[Any]:
        parts: dict[int, Iterator[Any]] = {i: part._make() for i, part in enumerate(datasets)}
        for choice in choices._make():
            number = int(choice)
            if not 0 <= number < len(datasets):
                raise InvalidArgumentError(
                    f"Dataset.choose_from_datasets: expected numbers from 0 to {len(datasets) - 1}. Received: {number}"
                )
            if number not in parts:
                continue
            try:
                yield next(parts[number])
            except StopIteration:
                del parts[number]
                if stop or not parts:
                    return

    def spec() -> Any:
        return functools.reduce(merged, [part.element_spec for part in datasets])

    return cls._new(make, UNKNOWN, spec, kind="_DirectedInterleaveDataset")


def _signature(types: Any, shapes: Any) -> Any:
    """The descriptions of elements from their types and shapes.

    Raises:
        TypeError: without types.
    """
    if types is None:
        raise TypeError("from_generator: expected output_signature or output_types. Received: neither")
    if isinstance(types, dict):
        return {key: _signature(kind, None if shapes is None else shapes[key]) for key, kind in types.items()}
    if isinstance(types, tuple):
        return tuple(_signature(kind, None if shapes is None else shapes[i]) for i, kind in enumerate(types))
    return TensorSpec(shapes, types)


def _fitting(value: Any, spec: Any) -> Any:
    """A generator's value as an element of a description.

    Raises:
        InvalidArgumentError: when it does not fit.
    """
    if isinstance(spec, dict):
        if not isinstance(value, dict) or not spec.keys() <= value.keys():
            raise _unfit(f"a dict with {sorted(spec)}", value)
        return {key: _fitting(value[key], spec[key]) for key in spec}
    if isinstance(spec, tuple):
        if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != len(spec):
            raise _unfit(f"a tuple of {len(spec)}", value)
        return tuple(_fitting(part, kind) for part, kind in zip(value, spec))
    if isinstance(value, (RaggedTensor, SparseTensor)):
        return value
    with host():
        try:
            found = value if isinstance(value, (torch.Tensor, TextTensor)) else text_or_tensor(value)
        except (TypeError, ValueError):
            raise _unfit(f"data of type {spec.dtype.name}", value) from None
        if isinstance(found, TextTensor) != (spec.dtype.name == "string"):
            raise _unfit(f"data of type {spec.dtype.name}", value)
        if isinstance(found, torch.Tensor):
            whole = spec.dtype.is_integer and found.is_floating_point()
            loses = whole or spec.dtype.is_bool and found.dtype != torch.bool
            array = isinstance(value, (np.ndarray, np.generic))
            if loses and not array:  # an array is cast, as numpy does it
                raise _unfit(f"data of type {spec.dtype.name}", value)
            found = as_immutable(tensor(found if array else value, spec.dtype))
        if spec.shape is not None and not spec.shape.is_compatible_with(found.shape):
            raise _unfit(f"data of shape {spec.shape}", f"shape {tuple(found.shape)}")
        return found


def _unfit(expected: str, value: Any) -> InvalidArgumentError:
    told = value if isinstance(value, str) and value.startswith("shape") else repr(value)[:100]
    return InvalidArgumentError(f"from_generator: expected {expected}, as described. Received: {told}")


def _least(counts: list[int]) -> int:
    if UNKNOWN in counts:
        return UNKNOWN
    finite = [count for count in counts if count >= 0]
    return min(finite) if finite else INFINITE
