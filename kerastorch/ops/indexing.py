"""Operations that choose elements by place or by condition.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config
from ..backend.convert import sizes
from ..engine.symbolic import Spec
from ._making import converted, dtype_of, narrow, operation, operation_like, together

__all__ = [
    "get_item",
    "multi_hot",
    "ndim",
    "nonzero",
    "one_hot",
    "select",
    "size",
    "take",
    "take_along_axis",
    "unravel_index",
    "where",
]


@operation
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Elements at places along an axis; negative places count from the end."""
    x, indices = converted(x), converted(indices).long()
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis % x.ndim)
    indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    found = torch.index_select(x, axis, indices.reshape(-1))
    return found.reshape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


@operation
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """For each place along the other axes, elements at places of its own."""
    x, indices = converted(x), converted(indices).long()
    x, indices, axis = (x.reshape(-1), indices.reshape(-1), 0) if axis is None else (x, indices, axis)
    indices = torch.where(indices < 0, indices + x.shape[axis], indices)
    return torch.take_along_dim(x, indices, axis)


@operation
def get_item(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return converted(x)[key]


@operation_like(lambda condition: Spec((condition.ndim, None), torch.int64))
def _places(condition: Any) -> Any:
    return torch.nonzero(converted(condition)).T


@operation
def _chosen(condition: Any, x1: Any, x2: Any) -> Any:
    return torch.where(converted(condition).bool(), converted(x1), converted(x2))  # a number takes the other's type


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """One or the other, by a condition; without them, where it is true, a row for each axis."""
    if x1 is None and x2 is None:
        return _places(condition)
    return _chosen(condition, x1, x2)


@operation_like(lambda x: Spec((x.ndim, None), torch.int32))
def nonzero(x: Any) -> Any:
    """Where elements are not zero, a row for each axis, as int32."""
    return torch.nonzero(converted(x)).T.to(torch.int32)


@operation
def unravel_index(indices: Any, shape: Any) -> Any:
    """Places in a row of all elements as places along each axis of a shape."""
    indices = converted(indices)
    return tuple(place.to(narrow(indices).dtype) for place in torch.unravel_index(indices.long(), sizes(shape)))


@operation
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The choice of the first condition that is true."""
    choices = together([*choicelist, default])
    found = torch.broadcast_to(choices[-1], torch.broadcast_shapes(*(choice.shape for choice in choices)))
    for condition, choice in zip(reversed(condlist), reversed(choices[:-1])):
        found = torch.where(converted(condition).bool(), choice, found)
    return found


def ndim(x: Any) -> int:
    """How many axes."""
    return converted(x).ndim


def size(x: Any) -> int:
    """How many elements."""
    return converted(x).numel()


@operation
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Any:
    """A 1 at each class, zeros elsewhere; a class out of range is all zeros.

    Raises:
        NotImplementedError: for ``sparse=True``.
    """
    _refuse_sparse("one_hot", sparse)
    x = converted(x).long()
    places = torch.arange(num_classes, device=x.device)
    found = (x.unsqueeze(-1) == places).to(dtype_of(dtype) or config.torch_dtype(None))
    return found if axis == -1 else torch.movedim(found, -1, axis)


def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """A 1 at each of several classes.

    Raises:
        NotImplementedError: for ``sparse=True``.
    """
    _refuse_sparse("multi_hot", sparse)
    reduced = 1 if len(inputs.shape) > 1 else 0
    return torch.amax(one_hot(inputs, num_classes, axis, dtype), reduced)


def _refuse_sparse(name: str, sparse: bool) -> None:
    if sparse:
        raise NotImplementedError(f"ops.{name}: expected sparse=False. Received: sparse=True")
