"""Sums, means, extremes and the like of rows.

Source: https://www.tensorflow.org/api_docs/python/tf/math
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .._functions import ints, op, tensor
from .._spaces import find
from ..arrays import expand_dims as expand_tensor
from ..elementwise import truediv
from ..making import cast, ones_like
from .elementwise import each
from .joining import expand_dims
from .rows import RaggedTensor

__all__ = ["reduced", "softmax"]

#: the function of segments that a reduction along the rows is
_SEGMENTS = {
    "reduce_sum": "unsorted_segment_sum",
    "reduce_max": "unsorted_segment_max",
    "reduce_min": "unsorted_segment_min",
    "reduce_prod": "unsorted_segment_prod",
}


def reduced(
    name: str,
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool = False,
    *,
    keep_dims: bool | None = None,
    reduction_indices: Any = None,
) -> Any:
    """A reduction over axes of rows, over all of them when none are given.

    Args:
        name: the name of the function of tensors.
        input_tensor: the rows.
        axis: the axes.
        keepdims, keep_dims: whether the axes stay, with size 1.
        reduction_indices: TensorFlow 1's name of ``axis``.

    Raises:
        ValueError: for an axis that there is not.
    """
    axes = ints(reduction_indices if axis is None else axis)
    keep = bool(keepdims or keep_dims)
    if name == "reduce_mean":
        total, count = (reduced("reduce_sum", x, axes, keep) for x in (input_tensor, each(ones_like, input_tensor)))
        return each(truediv, total, count) if isinstance(total, RaggedTensor) else truediv(total, count)
    if name in ("reduce_variance", "reduce_std"):
        square = reduced("reduce_mean", input_tensor * input_tensor, axes, keep)
        mean = reduced("reduce_mean", input_tensor, axes, keep)
        found = square - mean * mean
        return found if name == "reduce_variance" else found**0.5
    if name in ("reduce_any", "reduce_all"):  # of truth values as numbers
        least = reduced(
            "reduce_max" if name == "reduce_any" else "reduce_min",
            each(cast, input_tensor, torch.uint8),
            axes,
            keep,
        )
        return least != 0
    if axes is None:
        return find("", name)(input_tensor.flat_values, None, keep)
    found = input_tensor
    axes = sorted({input_tensor.axis(a) for a in (axes if isinstance(axes, list) else [axes])}, reverse=True)
    for place in axes:
        found = _along(name, found, place)
        if keep:
            found = (expand_dims if isinstance(found, RaggedTensor) else expand_tensor)(found, place)
    return found


def _along(name: str, rows: Any, axis: int) -> Any:
    if not isinstance(rows, RaggedTensor):
        return find("", name)(rows, axis)
    if axis > 1:
        return rows.with_values(_along(name, rows.values, axis - 1))
    ids = rows._ids()
    if axis == 1:
        return _segments(name, rows.values, ids, len(rows))
    inside = np.arange(len(ids)) - np.asarray(rows._splits)[ids]
    return _segments(name, rows.values, inside, int(np.diff(rows._splits).max(initial=0)))


def _segments(name: str, values: Any, ids: np.ndarray, count: int) -> Any:
    """The reduction of all elements, or of all rows, that have each number."""
    if not isinstance(values, RaggedTensor):
        return find("math", _SEGMENTS[name])(values, ids, count)
    lengths = np.zeros(count, dtype=int)
    np.maximum.at(lengths, ids, np.diff(values._splits))
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    rows = values._ids()
    places = splits[ids][rows] + np.arange(len(rows)) - np.asarray(values._splits)[rows]
    return RaggedTensor(_segments(name, values.values, places, int(splits[-1])), splits)


def softmax(logits: RaggedTensor, axis: Any = None, *, dim: Any = None) -> RaggedTensor:
    """Probabilities along the last axis, which may be ragged.

    Raises:
        ValueError: along another axis.
    """
    axis = dim if axis is None else axis
    if axis is not None and logits.axis(axis) != len(logits.shape) - 1:
        raise ValueError(f"tf.nn.softmax: expected the last axis of the ragged tensor. Received: {axis}")
    if len(logits.flat_values.shape) > 1:
        from ..activations_and_losses import softmax as of_tensor

        return logits.with_flat_values(of_tensor(logits.flat_values))
    ids = logits._levels()[-1]._ids()
    return logits.with_flat_values(_softmax(logits.flat_values, ids, int(ids.max(initial=-1)) + 1))


@op
def _softmax(x: Any, ids: np.ndarray, count: int) -> torch.Tensor:
    x = tensor(x)
    rows = torch.as_tensor(ids, device=x.device)
    most = x.new_full((count,), -torch.inf).index_reduce(0, rows, x.detach(), "amax")
    shares = torch.exp(x - most[rows])
    return shares / x.new_zeros(count).index_add(0, rows, shares)[rows]
