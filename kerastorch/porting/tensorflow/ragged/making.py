"""Rows of different lengths out of lists and numbers.

Source: https://www.tensorflow.org/api_docs/python/tf/ragged
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._functions import converted, ints, tensor
from ..indexing import dynamic_partition
from .joining import stack
from .rows import RaggedTensor

__all__ = [
    "constant",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack_dynamic_partitions",
]


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = None,
) -> Any:
    """Nested lists of different lengths as a ragged tensor.

    Args:
        pylist: the lists.
        dtype: the elements' type.
        ragged_rank: how many axes are ragged; all but the first one and those of ``inner_shape`` by default.
        inner_shape: the shape of the elements.
        name, row_splits_dtype: accepted as in TensorFlow.

    Raises:
        ValueError: for numbers in nestings of different depths.

    Example:
        >>> constant([[1, 2], [3]])
        <tf.RaggedTensor [[1, 2], [3]]>
    """
    depths = set(_depths(pylist, 0))
    depth = max((d for d, number in depths if number), default=max((d for d, _ in depths)))
    if len({d for d, number in depths if number}) > 1 or any(d > depth for d, _ in depths):
        raise ValueError(f"tf.ragged.constant: expected numbers in nestings of one depth. Received: {pylist!r}")
    inner = None if inner_shape is None else tuple(inner_shape)
    if ragged_rank is None:
        ragged_rank = max(depth - 1 - len(inner or ()), 0)
    return _rows(pylist, dtype, ragged_rank, inner)


def _depths(value: Any, depth: int) -> Any:
    """How deep the numbers are nested, and how deep the empty lists reach."""
    if not isinstance(value, (list, tuple, np.ndarray)) or isinstance(value, np.ndarray) and not value.ndim:
        yield depth, True
    elif not len(value):
        yield depth + 1, False
    else:
        for item in value:
            yield from _depths(item, depth + 1)


def _rows(pylist: Any, dtype: Any, ragged_rank: int, inner: tuple[int, ...] | None) -> Any:
    if not ragged_rank:
        found = as_immutable(converted(pylist, dtype))
        return found if inner is None or len(pylist) else found.reshape(0, *inner)
    flat = [item for row in pylist for item in row]
    return RaggedTensor(
        _rows(flat, dtype, ragged_rank - 1, inner), [0, *np.cumsum([len(row) for row in pylist], dtype=int)]
    )


def range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = None,
) -> RaggedTensor:
    """For each limit the numbers below it.

    Example:
        >>> range([2, 0, 1])
        <tf.RaggedTensor [[0, 1], [], [0]]>
    """
    bounds = [tensor(b) for b in ((0, starts, deltas) if limits is None else (starts, limits, deltas))]
    kind = bounds[0].dtype
    for bound in bounds[1:]:
        kind = torch.promote_types(kind, bound.dtype)
    triples = zip(*(np.atleast_1d(b) for b in np.broadcast_arrays(*(bound.cpu().numpy() for bound in bounds))))
    rows = [np.arange(*triple) for triple in triples]
    values = tensor(np.concatenate([np.zeros(0), *rows]), dtype or kind)
    return RaggedTensor(as_immutable(values), [0, *np.cumsum([len(row) for row in rows], dtype=int)])


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Any:
    """Where each row begins, from the number of the row of each element."""
    ids = ints(segment_ids)
    return RaggedTensor.from_value_rowids(np.zeros(len(ids)), ids, num_segments).row_splits


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Any:
    """The number of the row of each element, from where the rows begin."""
    return RaggedTensor(None, splits).value_rowids()


def stack_dynamic_partitions(data: Any, partitions: Any, num_partitions: Any, name: str | None = None) -> Any:
    """The elements that have each number, as rows."""
    return stack(dynamic_partition(data, partitions, num_partitions))
