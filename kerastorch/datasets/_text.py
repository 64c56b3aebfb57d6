"""From ranked word numbers to what a script trains on; IMDB and Reuters share it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

__all__ = ["cut_vocabulary", "legacy_num_words", "offset_words", "remove_long", "to_array"]


def legacy_num_words(owner: str, num_words: int | None, legacy: dict[str, Any]) -> int | None:
    """``num_words``, also under its Keras 1 name.

    Raises:
        TypeError: for any other keyword.
    """
    if "nb_words" in legacy:
        warnings.warn(f"{owner}: the argument nb_words is now called num_words.", stacklevel=3)
        num_words = legacy.pop("nb_words")
    if legacy:
        raise TypeError(f"{owner}: unknown argument. Received: {', '.join(legacy)}")
    return num_words


def offset_words(rows: Iterable[Iterable[int]], start_char: int | None, index_from: int | None) -> list[list[int]]:
    """Rows with every word's number raised by ``index_from`` and the start mark put first.

    Without a start mark ``index_from=None`` leaves the numbers as they are.
    """
    start = [] if start_char is None else [start_char]
    if start_char is None and not index_from:
        return [list(row) for row in rows]
    return [start + [word + index_from for word in row] for row in rows]


def remove_long(rows: list[list[int]], labels: Sequence, maxlen: int) -> tuple[list[list[int]], list]:
    """The rows shorter than ``maxlen``, with their labels."""
    kept = [(row, label) for row, label in zip(rows, labels) if len(row) < maxlen]
    return [row for row, _ in kept], [label for _, label in kept]


def cut_vocabulary(
    rows: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """Rows whose words outside ``[skip_top, num_words)`` are replaced by ``oov_char``, or left out where it is None.

    Without ``num_words`` the largest number is the limit, and so, as in Keras, is itself outside.
    """
    if not num_words:
        num_words = max((max(row) for row in rows if row), default=0)
    if oov_char is None:
        return [[word for word in row if skip_top <= word < num_words] for row in rows]
    return [[word if skip_top <= word < num_words else oov_char for word in row] for row in rows]


def to_array(rows: list[list[int]]) -> np.ndarray:
    """Rows as numpy 1.15 made them an array: of lists, or a matrix when all have one length."""
    if len({len(row) for row in rows}) <= 1:
        return np.array(rows)
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array
