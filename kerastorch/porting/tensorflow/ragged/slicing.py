"""Parts of rows: whole rows, and what a slice leaves of each of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._functions import ints
from .._tensors import Rows
from ..indexing import gather

__all__ = ["part", "take"]


def take(values: Any, places: np.ndarray) -> Any:
    """The elements or rows at some places."""
    if not isinstance(values, Rows):
        return gather(values, places)
    starts, lengths = np.asarray(values._splits[:-1], dtype=int)[places], np.diff(values._splits)[places]
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    inside = np.arange(splits[-1]) - np.repeat(splits[:-1], lengths)
    found = take(values.values, np.repeat(starts, lengths) + inside)
    return type(values)(found, splits, values.uniform_row_length)


def part(rows: Rows, key: Any) -> Any:
    """What an index names.

    Raises:
        IndexError: for a row that there is not.
        ValueError: for one element of every row, which some rows may not have.
    """
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(k is Ellipsis for k in keys):
        at = next(i for i, k in enumerate(keys) if k is Ellipsis)
        missing = len(rows.shape) - sum(k is not None for k in keys) + 1
        keys[at : at + 1] = [slice(None)] * missing
    return _part(rows, [_plain(k) for k in keys])


def _plain(key: Any) -> Any:
    """An index of Python numbers."""
    if isinstance(key, slice):
        return slice(*(None if bound is None else int(bound) for bound in (key.start, key.stop, key.step)))
    return key if key is None else int(ints(key))


def _part(rows: Any, keys: list[Any]) -> Any:
    if not isinstance(rows, Rows):
        return rows[tuple(keys)] if keys else rows
    if not keys:
        return rows
    first, rest = keys[0], keys[1:]
    if first is None:
        found = _part(rows, rest)
        return type(rows)(found, [0, len(found)], len(found))
    if isinstance(first, slice):
        chosen = np.arange(len(rows))[first]
        return _inside(rows if len(chosen) == len(rows) and first.step in (None, 1) else take(rows, chosen), rest)
    if not -len(rows) <= first < len(rows):
        raise IndexError(f"RaggedTensor: expected a row number from {-len(rows)} to {len(rows) - 1}. Received: {first}")
    first %= len(rows)
    return _part(rows.values[rows._splits[first] : rows._splits[first + 1]], rest)


def _inside(rows: Any, keys: list[Any]) -> Any:
    """Indices of the axes after the first one, which stays."""
    if not keys:
        return rows
    if not isinstance(rows, Rows):
        return rows[(slice(None), *keys)]
    first, rest = keys[0], keys[1:]
    if first is None:
        return type(rows)(_inside(rows, rest), np.arange(len(rows) + 1), 1)
    if not isinstance(first, slice):
        raise ValueError(f"RaggedTensor: expected a slice for an axis of different lengths. Received: {first}")
    if first == slice(None):
        return rows.with_values(_inside(rows.values, rest))
    kept = [np.arange(start, end)[first] for start, end in zip(rows._splits, rows._splits[1:])]
    splits = np.concatenate([[0], np.cumsum([len(places) for places in kept])]).astype(int)
    places = np.concatenate([np.zeros(0, dtype=int), *kept])
    return type(rows)(_inside(take(rows.values, places), rest), splits)
