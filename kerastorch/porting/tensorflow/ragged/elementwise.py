"""Functions of each element of rows, which other rows of the same lengths, tensors and numbers may stand beside.

Source: https://www.tensorflow.org/api_docs/python/tf/RaggedTensor
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .._functions import converted, tensor
from .._texts import TextTensor
from ..errors import InvalidArgumentError
from .rows import RaggedTensor

__all__ = ["each", "map_flat_values", "same_rows"]


def each(function: Callable, *args: Any, **kwargs: Any) -> RaggedTensor:
    """A function of all elements; tensors are broadcast over the rows.

    Raises:
        InvalidArgumentError: for rows of other lengths, and for a tensor that does not broadcast.
    """
    first = same_rows([arg for arg in (*args, *kwargs.values()) if isinstance(arg, RaggedTensor)])

    def flat(arg: Any) -> Any:
        if isinstance(arg, RaggedTensor):
            return arg.flat_values
        return _spread(arg, first) if isinstance(arg, (torch.Tensor, TextTensor, np.ndarray, list, tuple)) else arg

    found = function(*(flat(arg) for arg in args), **{key: flat(arg) for key, arg in kwargs.items()})
    return first.with_flat_values(found)


def same_rows(several: list[RaggedTensor]) -> RaggedTensor:
    """The first of several rows, once all are known to have the same lengths.

    Raises:
        InvalidArgumentError: when they have not.
    """
    first = several[0]
    lengths = [level._splits for level in first._levels()]
    for other in several[1:]:
        if [level._splits for level in other._levels()] != lengths:
            raise InvalidArgumentError(
                f"RaggedTensor: expected rows of the same lengths. Received: {first!r} and {other!r}"
            )
    return first


def _spread(value: Any, rows: RaggedTensor) -> Any:
    """A tensor beside rows as one beside their elements."""
    x = value if isinstance(value, TextTensor) else converted(value)
    if not isinstance(x, TextTensor) and not isinstance(value, torch.Tensor):
        x = tensor(value, like=rows.flat_values)
    shape, rank, outer = tuple(x.shape), len(rows.shape), 1 + rows.ragged_rank
    shape = (1,) * (rank - len(shape)) + shape
    fits = len(shape) == rank and all(size in (1, bound) for size, bound in zip(shape[:outer], rows._bounds()))
    if not fits or any(
        size > 1 and (np.diff(level._splits) != size).any() for size, level in zip(shape[1:], rows._levels())
    ):
        raise InvalidArgumentError(
            f"RaggedTensor: expected a tensor that broadcasts to the rows {rows!r}. Received: shape {tuple(x.shape)}"
        )
    x = TextTensor(x.array.reshape(shape)) if isinstance(x, TextTensor) else x.reshape(shape)
    if all(size == 1 for size in shape[:outer]):
        return x[(0,) * outer]
    places = [place if size > 1 else np.zeros_like(place) for size, place in zip(shape, rows.places())]
    return x[tuple(torch.as_tensor(place) for place in places)]


def map_flat_values(op: Callable, *args: Any, **kwargs: Any) -> Any:
    """A function of all elements, in the rows that they are in; without rows just what the function gives.

    Raises:
        InvalidArgumentError: for rows of other lengths, and for a function that gives more or fewer elements.
    """
    several = [arg for arg in (*args, *kwargs.values()) if isinstance(arg, RaggedTensor)]
    if not several:
        return op(*args, **kwargs)
    first = same_rows(several)
    flat = [arg.flat_values if isinstance(arg, RaggedTensor) else arg for arg in args]
    named = {key: arg.flat_values if isinstance(arg, RaggedTensor) else arg for key, arg in kwargs.items()}
    return first.with_flat_values(op(*flat, **named))


# ---------------------------------------------------------------------------- operators


def _binary(function: Callable) -> tuple[Callable, Callable]:
    def apply(self: RaggedTensor, other: Any) -> RaggedTensor:
        return each(function, self, other)

    def reflected(self: RaggedTensor, other: Any) -> RaggedTensor:
        return each(function, other, self)

    return apply, reflected


def _unary(function: Callable) -> Callable:
    return lambda self: each(function, self)


def _comparison(function: Callable, otherwise: bool) -> Callable:
    def apply(self: RaggedTensor, other: Any) -> Any:
        if other is None or isinstance(other, (list, tuple)):
            return otherwise
        return each(function, self, other)

    return apply


for _name in "add sub mul truediv floordiv mod pow and_ or_ xor".split():
    _short = _name.strip("_")
    _apply, _reflected = _binary(getattr(operator, _name))
    setattr(RaggedTensor, f"__{_short}__", _apply)
    setattr(RaggedTensor, f"__r{_short}__", _reflected)
for _name in "lt le gt ge".split():
    setattr(RaggedTensor, f"__{_name}__", _binary(getattr(operator, _name))[0])
for _name in "neg abs invert".split():
    setattr(RaggedTensor, f"__{_name}__", _unary(getattr(operator, _name)))
RaggedTensor.__eq__ = _comparison(operator.eq, False)  # type: ignore[method-assign]
RaggedTensor.__ne__ = _comparison(operator.ne, True)  # type: ignore[method-assign]
RaggedTensor.__hash__ = object.__hash__  # type: ignore[method-assign]
