"""Descriptions of elements that nobody has made yet: ``element_spec``.

TensorFlow knows them from tracing the functions of a pipeline. Here a function is called with examples: the elements
that come first, then the same with twice the size along each axis whose size is unknown. A size that changes is unknown
in the result too. Nothing of this shows later: no random number is used up, no shuffled order moves on.

Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset#element_spec
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import itertools
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....backend import seeds
from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import as_dtype
from .._specs import RaggedTensorSpec, SparseTensorSpec, TensorSpec, TypeSpec, type_spec_from_value
from .._texts import TextTensor
from ..ragged import RaggedTensor, stack_rows
from ..sparse import SparseTensor
from .elements import flat, mapped

if TYPE_CHECKING:
    from .dataset import Dataset

__all__ = [
    "DatasetSpec",
    "NoneTensorSpec",
    "batched",
    "drawn",
    "example",
    "first_spec",
    "merged",
    "probing",
    "row",
    "spec_of",
    "trial",
]

_FEW = 2  # elements that examples are made of


class DatasetSpec(TypeSpec):
    """The description of a data set.

    Args:
        element_spec: the description of its elements.
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self.element_spec = element_spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


class NoneTensorSpec(TypeSpec):
    """The description of None."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoneTensorSpec)

    def __hash__(self) -> int:
        return hash(NoneTensorSpec)

    def __repr__(self) -> str:
        return "NoneTensorSpec()"


# ------------------------------------------------------------------ of what is at hand


def spec_of(element: Any) -> Any:
    """The description of an element."""

    def describe(leaf: Any) -> Any:
        if leaf is None:
            return NoneTensorSpec()
        if hasattr(leaf, "as_numpy_iterator"):
            return DatasetSpec(leaf.element_spec)
        if isinstance(leaf, SparseTensor):
            return SparseTensorSpec(leaf.shape, leaf.dtype)
        return type_spec_from_value(leaf)

    return mapped(describe, element)


def batched(spec: Any, size: int | None, ragged: bool = False) -> Any:
    """The description of ``size`` elements as one; with ``ragged`` unknown sizes make rows of different lengths."""

    def describe(leaf: Any) -> Any:
        if getattr(leaf, "shape", None) is None:
            return leaf
        shape = [size, *leaf.shape]
        if isinstance(leaf, RaggedTensorSpec) or ragged and None in leaf.shape:
            return RaggedTensorSpec(shape, leaf.dtype, 1 + (getattr(leaf, "ragged_rank", 0) or 0))
        return type(leaf)(shape, leaf.dtype)

    return mapped(describe, spec)


def row(spec: Any) -> Any:
    """The description of a row of what is described."""

    def describe(leaf: Any) -> Any:
        if getattr(leaf, "shape", None) is None:
            return leaf
        if isinstance(leaf, RaggedTensorSpec):
            return RaggedTensorSpec(leaf.shape[1:], leaf.dtype, leaf.ragged_rank - 1)
        return type(leaf)(leaf.shape[1:], leaf.dtype)

    return mapped(describe, spec)


def merged(first: Any, second: Any) -> Any:
    """What holds for both of two descriptions; the first where they have no shapes to compare.

    Raises:
        TypeError: when their types or nestings differ.
    """
    kinds = [[getattr(leaf, "dtype", None) for leaf in flat(spec)] for spec in (first, second)]
    if kinds[0] != kinds[1]:
        raise TypeError(f"Dataset: expected elements that are alike. Received: {first} and {second}")
    others = iter(flat(second))

    def describe(leaf: Any) -> Any:
        other = next(others)
        if not isinstance(leaf, TensorSpec) or not isinstance(other, TensorSpec) or leaf.shape == other.shape:
            return leaf
        if isinstance(leaf, RaggedTensorSpec):
            return RaggedTensorSpec(_common(leaf.shape, other.shape), leaf.dtype, leaf.ragged_rank)
        return type(leaf)(_common(leaf.shape, other.shape), leaf.dtype, leaf.name)

    return mapped(describe, first)


def _common(shape: Any, other: Any) -> list[int | None] | None:
    if shape is None or other is None or len(shape) != len(other):
        return None
    return [size if size == again else None for size, again in zip(shape, other)]


# ------------------------------------------------------------------------ of functions

_PROBE: contextvars.ContextVar[str | None] = contextvars.ContextVar("probe", default=None)


def probing() -> str | None:
    """Whether elements are made as examples: ``'real'`` ones, or ``'described'`` where descriptions may do."""
    return _PROBE.get()


@contextlib.contextmanager
def _probe(kind: str) -> Iterator[None]:
    """Elements made inside the block are examples, and random numbers go on afterwards as if there had been none."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    kept = seeds._State.seeds.getstate(), dict(seeds._State.places), seeds._State.drawn, seeds._State.from_numpy
    token = _PROBE.set(kind)
    try:
        yield
    finally:
        _PROBE.reset(token)
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])
        seeds._State.seeds.setstate(kept[0])
        seeds._State.places, seeds._State.drawn, seeds._State.from_numpy = kept[1:]


def drawn(items: Iterator[Any], size: int, drop_remainder: bool) -> list[Any]:
    """The elements that a batch of examples is made of: few different ones, and no more than it takes."""
    found = list(itertools.islice(items, min(size, _FEW)))
    count = size if drop_remainder else len(found)
    return [found[i % len(found)] for i in range(count)] if found else []


def trial(source: Dataset, fn: Callable[[Any], Any]) -> Any:
    """The description of what a function gives for the elements of a data set.

    Args:
        source: the data set.
        fn: gives a description for an element.
    """
    with _probe("described"):
        try:
            return _tried(source, fn)
        except Exception:  # a stand-in is no element: the function may refuse it
            pass
    with _probe("real"):
        return _tried(source, fn)


def _tried(source: Dataset, fn: Callable[[Any], Any]) -> Any:
    spec = source.element_spec
    items = list(itertools.islice(source._make(), _FEW)) or [example(spec)]
    found = fn(items[0])
    for item in [*items[1:], _larger(items[0], spec)]:
        if item is not None:
            with contextlib.suppress(Exception):  # a function that takes one size alone tells that it is known
                found = merged(found, fn(item))
    return found


def first_spec(source: Dataset) -> Any:
    """The description of the elements that come first, of a data set that nothing else is known of; None of none."""
    with _probe("real"):
        found = [spec_of(item) for item in itertools.islice(source._make(), _FEW)]
    return functools.reduce(merged, found) if found else None


def example(spec: Any) -> Any:
    """An element that fits a description: zeros and empty text.

    Raises:
        ValueError: where nothing is known of the shape.
    """

    def make(leaf: Any) -> Any:
        if isinstance(leaf, NoneTensorSpec):
            return None
        if type(leaf) is not TensorSpec or leaf.shape is None:
            raise ValueError(f"Dataset.element_spec: expected elements, or their shapes. Received: {leaf!r}")
        shape = [_FEW if size is None else size for size in leaf.shape]
        kind = as_dtype(leaf.dtype).torch
        return TextTensor(np.full(shape, b"", object)) if kind is None else as_immutable(torch.zeros(shape, dtype=kind))

    return mapped(make, spec)


def _larger(element: Any, spec: Any) -> Any:
    """An element with twice the size along each axis whose size is unknown; None where there is no such axis."""
    described = iter(flat(spec))
    changed = False

    def enlarge(leaf: Any) -> Any:
        nonlocal changed
        known = next(described)
        if not isinstance(known, TensorSpec):
            return leaf
        if isinstance(leaf, RaggedTensor):
            changed = True
            rows = [row if isinstance(row, RaggedTensor) else _longer(row, [0]) for row in leaf]
            return stack_rows(rows if known.shape[0] is not None else rows * 2)
        if not isinstance(leaf, (torch.Tensor, TextTensor)):
            return leaf
        if known.shape is None:
            changed = True
            return leaf[None]
        free = [axis for axis, size in enumerate(known.shape) if size is None]
        changed = changed or bool(free)
        return _longer(leaf, free)

    found = mapped(enlarge, element)
    return found if changed else None


def _longer(leaf: Any, axes: list[int]) -> Any:
    """A tensor with everything twice along some axes."""
    for axis in axes:
        if isinstance(leaf, TextTensor):
            leaf = TextTensor(np.concatenate([leaf.array] * 2, axis))
        else:
            leaf = as_immutable(torch.cat([plain(leaf)] * 2, axis))
    return leaf
