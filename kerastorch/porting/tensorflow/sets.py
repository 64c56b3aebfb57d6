"""Rows as sets.

Source: https://www.tensorflow.org/api_docs/python/tf/sets
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...engine.symbolic.immutable import as_immutable
from ._functions import text_or_tensor
from ._texts import TextTensor
from .sparse import SparseTensor

__all__ = ["difference", "intersection", "size", "union"]


def _rows(x: Any) -> dict[tuple[int, ...], set[Any]]:
    """The elements of each row."""
    if isinstance(x, SparseTensor):
        found: dict[tuple[int, ...], set[Any]] = {place: set() for place in np.ndindex(*x.shape[:-1])}
        values = x.values.array if isinstance(x.values, TextTensor) else np.asarray(x.values)
        for place, value in zip(np.asarray(x.indices), values.tolist()):
            found[tuple(int(i) for i in place[:-1])].add(value)
        return found
    data = text_or_tensor(x)
    array = data.array if isinstance(data, TextTensor) else data.cpu().numpy()
    return {place: set(array[place].tolist()) for place in np.ndindex(*array.shape[:-1])}


def _combined(a: Any, b: Any, combine: Callable) -> SparseTensor:
    first, second = _rows(a), _rows(b)
    rows = {place: sorted(combine(first[place], second[place])) for place in first}
    places = [(*place, i) for place, row in rows.items() for i in range(len(row))]
    values = [value for row in rows.values() for value in row]
    outer = np.max(list(rows), axis=0) + 1
    longest = max(len(row) for row in rows.values())
    like = (a.values if isinstance(a, SparseTensor) else text_or_tensor(a)).dtype
    made = text_or_tensor(values, like) if values else torch.zeros(0, dtype=like)
    return SparseTensor(np.asarray(places, dtype=np.int64).reshape(-1, len(outer) + 1), made, [*outer, longest])


def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What both rows hold."""
    return _combined(a, b, set.intersection)


def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What either row holds."""
    return _combined(a, b, set.union)


def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What the first row holds and the second does not."""
    return _combined(a, b, set.difference) if aminusb else _combined(b, a, set.difference)


def size(a: Any, validate_indices: bool = True) -> Any:
    """How many different elements each row holds."""
    rows = _rows(a)
    outer = np.max(list(rows), axis=0) + 1
    counts = torch.tensor([len(row) for row in rows.values()], dtype=torch.int32)
    return as_immutable(counts.reshape([int(n) for n in outer]))
