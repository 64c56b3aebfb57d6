"""Shapes as tuples that also answer to TensorFlow's names."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any

from ... import eras

__all__ = ["Shape", "Size", "told_by"]


class Size(int):
    """A size that has its value under TensorFlow 1's name too: ``x.shape[1].value``.

    Example:
        >>> Size(4) * 2, (Size(4) * 2).value
        (8, 8)
    """

    __slots__ = ()

    @property
    def value(self) -> int:
        """The number."""
        return int(self)


def _arithmetic(name: str) -> Callable:
    method = getattr(int, name)

    def apply(self: Size, other: Any) -> Any:
        found = method(self, other)
        return Size(found) if type(found) is int else found

    apply.__name__ = name
    return apply


for _name in "add radd sub rsub mul rmul floordiv rfloordiv mod rmod".split():
    setattr(Size, f"__{_name}__", _arithmetic(f"__{_name}__"))


class Shape(tuple):
    """A tensor's shape: a tuple with None for unknown axes, and ``as_list()`` and the other methods of a TensorShape.

    In the era ``keras2`` the sizes in it have a ``value``.

    Example:
        >>> shape = Shape((None, 4, 2))
        >>> shape == (None, 4, 2), shape.as_list(), shape[1:].num_elements()
        (True, [None, 4, 2], 8)
    """

    __slots__ = ()

    def __new__(cls, sizes: Iterable[int | None] = ()) -> Shape:
        if eras.current().sizes == "dimension":
            sizes = [None if size is None else Size(size) for size in sizes]
        return super().__new__(cls, sizes)

    def as_list(self) -> list[int | None]:
        """The sizes as a list of plain numbers."""
        return [None if size is None else int(size) for size in self]

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int | None]:
        """The sizes as a list."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return None not in self

    def num_elements(self) -> int | None:
        """The product of the sizes; None where one is unknown."""
        return math.prod(self) if self.is_fully_defined() else None

    def numel(self) -> int | None:
        """``num_elements`` under torch's name."""
        return self.num_elements()

    def is_compatible_with(self, other: Iterable[int | None]) -> bool:
        """Whether a tensor could have both shapes."""
        other = tuple(other)
        return len(self) == len(other) and all(a is None or b is None or a == b for a, b in zip(self, other))

    def assert_is_compatible_with(self, other: Iterable[int | None]) -> None:
        """Checks ``is_compatible_with``.

        Raises:
            ValueError: when no tensor can have both shapes.
        """
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {tuple(self)} and {tuple(other)} are incompatible")

    def assert_has_rank(self, rank: int) -> None:
        """Checks the number of axes.

        Raises:
            ValueError: when it is another one.
        """
        if len(self) != rank:
            raise ValueError(f"Shape {tuple(self)}: expected {rank} axes. Received: {len(self)}")

    def concatenate(self, other: Iterable[int | None]) -> Shape:
        """Both shapes, one behind the other."""
        return self + other

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return type(self)(found) if isinstance(key, slice) else found

    def __add__(self, other: Iterable[int | None]) -> Shape:
        return type(self)((*self, *other))

    def __radd__(self, other: Iterable[int | None]) -> Shape:
        return type(self)((*other, *self))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__


def told_by(compute_output_shape: Callable) -> Callable:
    """A layer's ``compute_output_shape`` that answers with the kind of shapes of the era."""

    @functools.wraps(compute_output_shape)
    def told(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = compute_output_shape(self, *args, **kwargs)
        return _with_names(found) if eras.current().shapes == "tensor_shape" else found

    return told


def _with_names(shapes: Any) -> Any:
    if isinstance(shapes, dict):
        return {key: _with_names(shape) for key, shape in shapes.items()}
    if isinstance(shapes, tuple) and all(size is None or isinstance(size, int) for size in shapes):
        return Shape(shapes)
    return type(shapes)(map(_with_names, shapes)) if isinstance(shapes, (list, tuple)) else shapes
