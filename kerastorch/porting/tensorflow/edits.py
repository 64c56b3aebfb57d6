"""How many changes make one sequence another.

Source: https://www.tensorflow.org/api_docs/python/tf/edit_distance
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine.symbolic.immutable import as_immutable
from ._functions import tensor
from .errors import InvalidArgumentError
from .sparse import SparseTensor

__all__ = ["edit_distance"]


def edit_distance(
    hypothesis: SparseTensor, truth: SparseTensor, normalize: bool = True, name: str | None = None
) -> Any:
    """How many insertions, deletions and replacements make each sequence the true one.

    Args:
        hypothesis: sequences along the last axis.
        truth: the true ones.
        normalize: whether the number is divided by the length of the true sequence.
        name: accepted as in TensorFlow.

    Raises:
        TypeError: for tensors that are not sparse.
        InvalidArgumentError: for tensors of other types or numbers of axes than each other's.

    Example:
        >>> x, y = SparseTensor([[0, 0], [0, 1]], [1, 2], [1, 2]), SparseTensor([[0, 0]], [1], [1, 1])
        >>> edit_distance(x, y).tolist()
        [1.0]
    """
    for sequences in (hypothesis, truth):
        if not isinstance(sequences, SparseTensor):
            raise TypeError(f"tf.edit_distance: expected a SparseTensor. Received: {sequences!r}")
    rank = len(truth.shape)
    if hypothesis.dtype != truth.dtype or len(hypothesis.shape) != rank or rank < 2:
        raise InvalidArgumentError(
            "tf.edit_distance: expected two tensors of one type and of as many axes, at least two. "
            f"Received: {hypothesis.dtype} of shape {hypothesis.shape} and {truth.dtype} of shape {truth.shape}"
        )
    found, true = _sequences(hypothesis), _sequences(truth)
    distances = np.zeros([max(sizes) for sizes in zip(hypothesis.shape[:-1], truth.shape[:-1])], dtype=np.float32)
    for place in found.keys() | true.keys():
        changes, length = _changes(found.get(place, []), true.get(place, [])), len(true.get(place, []))
        distances[place] = changes if not normalize else changes / length if length else np.inf
    return as_immutable(tensor(distances))


def _sequences(sparse: SparseTensor) -> dict[tuple[int, ...], list[Any]]:
    found: dict[tuple[int, ...], list[Any]] = {}
    for place, value in zip(np.asarray(sparse.indices).tolist(), np.asarray(sparse.values).tolist()):
        found.setdefault(tuple(place[:-1]), []).append(value)
    return found


def _changes(first: list[Any], second: list[Any]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
