"""Elements of rows that are picked by number or by a condition.

Source: https://www.tensorflow.org/api_docs/python/tf/ragged/boolean_mask
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....engine.symbolic.immutable import as_immutable
from .._functions import ints, tensor
from ..errors import InvalidArgumentError
from ..indexing import gather as gather_tensor
from ..indexing import where as where_tensors
from .elementwise import each, same_rows
from .joining import stack_rows
from .rows import RaggedTensor, data
from .slicing import take

__all__ = ["boolean_mask", "gather", "gather_nd", "where"]


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """The elements of each row where a mask is True.

    Args:
        data: a tensor or rows.
        mask: truth values over its first axes, a tensor or rows.
        name: accepted as in TensorFlow.

    Raises:
        InvalidArgumentError: for a mask of other lengths.

    Example:
        >>> boolean_mask([[1, 2, 3], [4, 5, 6]], [[True, False, True], [False, False, False]])
        <tf.RaggedTensor [[1, 3], []]>
    """
    return _masked(_data(data), _data(mask))


_data = data


def _masked(values: Any, mask: Any) -> Any:
    if not isinstance(mask, RaggedTensor):
        kept = np.asarray(mask)
        if kept.ndim == 1:
            return take(values, np.flatnonzero(kept))
        mask = RaggedTensor.from_tensor(mask, ragged_rank=kept.ndim - 1)
    if not isinstance(values, RaggedTensor):
        values = RaggedTensor.from_tensor(values, ragged_rank=mask.ragged_rank)
    if values._splits != mask._splits:
        raise InvalidArgumentError(
            f"tf.ragged.boolean_mask: expected a mask of rows as long as those of the data. Received: {mask!r}"
        )
    found = _masked(values.values, mask.values)
    if isinstance(mask.values, RaggedTensor):
        return RaggedTensor(found, mask._splits)
    before = np.concatenate([[0], np.cumsum(np.asarray(mask.values, dtype=int))])
    return RaggedTensor(found, before[mask._splits])


def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0) -> Any:
    """The parts of a tensor or of rows at given places, one of the two being ragged.

    Raises:
        ValueError: along an axis other than the one after the axes of the batch.
        InvalidArgumentError: for places outside of their row.
    """
    if axis is not None and ints(axis) != batch_dims or batch_dims > 1:
        raise ValueError(f"tf.gather: expected axis 0 or 1, as batch_dims, of ragged tensors. Received: {axis}")
    if batch_dims:
        return _gather_in_rows(_rows(params), data(indices))
    if isinstance(indices, RaggedTensor):
        return indices.with_flat_values(_gather(params, indices.flat_values))
    return _gather(params, indices)


def _gather(params: Any, indices: Any) -> Any:
    if not isinstance(params, RaggedTensor):
        return gather_tensor(params, indices)
    places = np.asarray(ints(indices), dtype=int)
    if not places.ndim:
        return params[int(places)]
    found = take(params, places.reshape(-1))
    for size, outer in reversed(list(zip(places.shape[1:], np.cumprod(places.shape)))):
        found = RaggedTensor(found, np.arange(outer + 1) * size)
    return found


def _rows(params: Any) -> RaggedTensor:
    return params if isinstance(params, RaggedTensor) else RaggedTensor.from_tensor(params)


def _gather_in_rows(params: RaggedTensor, indices: Any) -> Any:
    starts, lengths = np.asarray(params._splits[:-1]), np.diff(params._splits)
    ragged = isinstance(indices, RaggedTensor)
    inside = np.asarray(indices.flat_values if ragged else indices)
    rows = indices.places()[0] if ragged else np.arange(len(params)).reshape(-1, *[1] * (inside.ndim - 1))
    if len(indices) != len(params) or ((inside < 0) | (inside >= lengths[rows])).any():
        raise InvalidArgumentError(f"tf.gather: expected places within the rows of {params!r}. Received: {indices!r}")
    places = starts[rows] + inside
    if ragged:
        return indices.with_flat_values(_gather(params.values, places))
    return _gather(params.values, places)


def gather_nd(params: RaggedTensor, indices: Any, batch_dims: int = 0) -> Any:
    """The elements, or the rows, at places given by one number an axis.

    Raises:
        ValueError: with ``batch_dims``, or for indices of other than two axes.
    """
    places = np.asarray(ints(indices), dtype=int)
    if batch_dims or places.ndim != 2:
        raise ValueError(f"tf.gather_nd: expected one list of indices for rows. Received: shape {places.shape}")
    return stack_rows([params[tuple(place)] for place in places.tolist()])


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``x`` where the condition holds and ``y`` elsewhere; without both the places where it holds."""
    if x is not None or y is not None:
        return each(where_tensors, condition, x, y)
    rows = same_rows([condition])
    flat = np.asarray(tensor(rows.flat_values).cpu())
    inner = np.nonzero(flat)
    places = [place[inner[0]] for place in rows.places()]
    return as_immutable(tensor(np.stack([*places, *inner[1:]], 1)))
