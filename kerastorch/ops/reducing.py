"""Operations over axes: sums, extremes, orders.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import torch

from ..engine.symbolic import Spec
from ._making import axes, converted, dtype_of, floats, narrow, narrow_floats, operation, operation_like

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "average",
    "bincount",
    "count_nonzero",
    "cummax",
    "cumprod",
    "cumsum",
    "digitize",
    "logsumexp",
    "max",
    "mean",
    "median",
    "min",
    "moments",
    "nanmean",
    "nansum",
    "prod",
    "quantile",
    "searchsorted",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "sort",
    "std",
    "sum",
    "top_k",
    "unique",
    "var",
]


def reduced_axes(x: Any, axis: Any) -> Any:
    """Axes as torch takes them, all of them for None."""
    return tuple(range(x.ndim)) if axis is None else axes(axis)


def _summable(x: Any) -> Any:
    """Whole numbers in Keras 3's type of a sum: int32 for the narrow ones."""
    x = converted(x)
    return x.to(torch.int32) if x.dtype in (torch.bool, torch.int8, torch.int16, torch.uint8) else x


def _running(x: Any, axis: int | None, dtype: Any) -> tuple[Any, int, Any]:
    """What is summed so far, along which axis, and the type of the sums: that of the elements without 64 bits."""
    x = converted(x)
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    kind = narrow(x.new_empty((), dtype=dtype_of(dtype) or x.dtype)).dtype
    return x, axis, torch.int32 if kind == torch.bool else kind


@operation
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over axes."""
    x = _summable(x)
    return torch.sum(x, reduced_axes(x, axis), keepdim=keepdims, dtype=x.dtype)


@operation
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum of what is a number."""
    x = _summable(x)
    return torch.nansum(x, reduced_axes(x, axis), keepdim=keepdims, dtype=x.dtype)


@operation
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """The product over axes."""
    x = narrow(_summable(x))
    kind = dtype_of(dtype) or x.dtype
    for one in sorted(reduced_axes(x, axis) if not isinstance(axis, int) else (axis % x.ndim,), reverse=True):
        x = torch.prod(x, one, keepdim=keepdims, dtype=kind)
    return x


@operation
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over axes, a float."""
    x = floats(x)
    return torch.mean(x, reduced_axes(x, axis), keepdim=keepdims)


@operation
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean of what is a number."""
    x = narrow_floats(x)
    return torch.nanmean(x, reduced_axes(x, axis), keepdim=keepdims)


@operation
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The mean, each element with its weight."""
    x = narrow_floats(x)
    if weights is None:
        return torch.mean(x, reduced_axes(x, axis))
    weights = narrow_floats(weights)
    if axis is not None and weights.ndim == 1 and x.ndim > 1:
        weights = weights.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
    weights = weights.expand_as(x)
    return torch.sum(x * weights, reduced_axes(x, axis)) / torch.sum(weights, reduced_axes(x, axis))


@operation
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean square of the distance from the mean."""
    x = narrow_floats(x)
    return torch.var(x, reduced_axes(x, axis), correction=0, keepdim=keepdims)


@operation
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The square root of ``var``."""
    x = floats(x)
    return torch.std(x, reduced_axes(x, axis), correction=0, keepdim=keepdims)


@operation
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """Mean and variance over axes.

    Raises:
        NotImplementedError: for ``synchronized=True``.
    """
    if synchronized:
        raise NotImplementedError("ops.moments: expected synchronized=False. Received: synchronized=True")
    x = floats(x)
    variance, average = torch.var_mean(x, reduced_axes(x, axes), correction=0, keepdim=keepdims)
    return average, variance


def _extreme(x: Any, axis: Any, keepdims: bool, initial: Any, function: Any, both: Any) -> Any:
    x = converted(x)
    if initial is not None and x.numel() == 0:
        return torch.as_tensor(initial, dtype=x.dtype, device=x.device)
    found = function(x, reduced_axes(x, axis), keepdim=keepdims)
    return found if initial is None else both(found, torch.as_tensor(initial, dtype=x.dtype, device=x.device))


@operation
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The greatest element over axes."""
    return _extreme(x, axis, keepdims, initial, torch.amax, torch.maximum)


@operation
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The least element over axes."""
    return _extreme(x, axis, keepdims, initial, torch.amin, torch.minimum)


def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """``max`` under numpy's other name."""
    return max(x, axis, keepdims)


def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """``min`` under numpy's other name."""
    return min(x, axis, keepdims)


@operation
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all are true."""
    x = converted(x).bool()
    return torch.all(x, reduced_axes(x, axis), keepdim=keepdims)


@operation
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether any is true."""
    x = converted(x).bool()
    return torch.any(x, reduced_axes(x, axis), keepdim=keepdims)


def _ordered(x: Any) -> Any:
    x = converted(x)
    return x.to(torch.uint8) if x.dtype == torch.bool else x  # torch orders no truth values


@operation
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the greatest is, as int32."""
    return torch.argmax(_ordered(x), axis, keepdim=keepdims).to(torch.int32)


@operation
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the least is, as int32."""
    return torch.argmin(_ordered(x), axis, keepdim=keepdims).to(torch.int32)


@operation
def argsort(x: Any, axis: int | None = -1) -> Any:
    """The order that sorts, as int32; None sorts all elements in a row."""
    x = converted(x)
    x, axis = (x.reshape(-1), -1) if axis is None else (x, axis)
    return torch.argsort(x, dim=axis, stable=True).to(torch.int32)


@operation
def sort(x: Any, axis: int | None = -1) -> Any:
    """The elements in order."""
    x = converted(x)
    x, axis = (x.reshape(-1), -1) if axis is None else (x, axis)
    return torch.sort(x, dim=axis).values


@operation
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Sums so far along an axis; None takes all elements in a row."""
    x, axis, kind = _running(x, axis, dtype)
    return torch.cumsum(x, axis, dtype=kind)


@operation
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Products so far along an axis; None takes all elements in a row."""
    x, axis, kind = _running(x, axis, dtype)
    return torch.cumprod(x, axis, dtype=kind)


@operation
def cummax(x: Any, axis: int = 0) -> Any:
    """The greatest so far along an axis."""
    return torch.cummax(converted(x), axis).values


@operation
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many are not zero, as int32."""
    x = converted(x)
    return torch.count_nonzero(x, reduced_axes(x, axis)).to(torch.int32)


@operation
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The logarithm of the sum of exponentials."""
    x = floats(x)
    return torch.logsumexp(x, reduced_axes(x, axis), keepdim=keepdims)


def quantiles(x: Any, q: Any, axis: Any, method: str, keepdims: bool, function: Callable) -> Any:
    """Quantiles by ``torch.quantile`` or ``torch.nanquantile``, over any number of axes."""
    x = narrow_floats(x)
    kind, x = x.dtype, x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    q = torch.as_tensor(q, dtype=x.dtype, device=x.device)
    if axis is None or isinstance(axis, int):
        return function(x, q, dim=axis, keepdim=keepdims, interpolation=method).to(kind)
    wanted = [one % x.ndim for one in axis]
    rest = [i for i in range(x.ndim) if i not in wanted]
    found = function(x.permute(*rest, *wanted).flatten(len(rest)), q, dim=-1, interpolation=method).to(kind)
    if keepdims:
        for one in sorted(wanted):
            found = found.unsqueeze(one + q.ndim)
    return found


@operation
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """Quantiles along axes."""
    return quantiles(x, q, axis, method, keepdims, torch.quantile)


def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle of the elements, the mean of the middle two where they are even in number."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


@operation
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The ``k`` greatest along the last axis, and where they are."""
    found = torch.topk(converted(x), k, sorted=sorted)
    return found.values, found.indices


def _bins(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    return Spec((*tuple(x.shape)[:-1], None), torch.int32 if weights is None else converted(weights).dtype)


@operation_like(_bins)
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each whole number occurs, row by row.

    Raises:
        NotImplementedError: for ``sparse=True``.
    """
    if sparse:
        raise NotImplementedError("ops.bincount: expected sparse=False. Received: sparse=True")
    x = converted(x).long()
    size = builtins.max(int(x.max()) + 1 if x.numel() else 0, minlength)
    kind = torch.int32 if weights is None else None
    weights = torch.ones_like(x, dtype=torch.int32) if weights is None else converted(weights)
    counts = torch.zeros((*x.shape[:-1], size), dtype=kind or weights.dtype, device=x.device)
    return counts.scatter_add(-1, x, weights)


@operation
def digitize(x: Any, bins: Any) -> Any:
    """Between which bins each element lies, as int32."""
    x, bins = converted(x), converted(bins)
    kind = torch.promote_types(x.dtype, bins.dtype)
    return torch.bucketize(x.to(kind), bins.to(kind), right=True).to(torch.int32)


@operation
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where values belong in a sorted row, as int32."""
    rows, values = converted(sorted_sequence), converted(values)
    kind = torch.promote_types(rows.dtype, values.dtype)
    return torch.searchsorted(rows.to(kind), values.to(kind), side=side).to(torch.int32)


def _different(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    x = converted(x)
    shape = tuple(x.shape)
    told = [
        Spec(
            (size,) if axis is None else tuple(size if i == axis % x.ndim else n for i, n in enumerate(shape)), x.dtype
        )
    ]
    told += [Spec((size,), torch.int64)] if return_index else []
    told += [Spec(shape if axis is None else (shape[axis],), torch.int64)] if return_inverse else []
    told += [Spec((size,), torch.int64)] if return_counts else []
    return told[0] if len(told) == 1 else tuple(told)


@operation_like(_different)
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements, in order.

    Args:
        x: a tensor.
        sorted: accepted; they are always in order.
        return_index: also where each is first.
        return_inverse: also which of them stands at each place.
        return_counts: also how often each occurs.
        axis: along which axis whole slices are compared; None compares elements.
        size: how many to give: further ones are left out, missing ones filled up.
        fill_value: with what; 0 by default.

    Returns:
        The elements, or a tuple of them and what else was asked for.
    """
    x = converted(x)
    along = 0 if axis is None else axis % x.ndim
    values, inverse, counts = torch.unique(x, sorted=True, return_inverse=True, return_counts=True, dim=axis)
    flat, found = inverse.reshape(-1), [values]
    if return_index:
        places = torch.arange(flat.shape[0], device=x.device)
        first = torch.full_like(counts, flat.shape[0])
        found.append(first.scatter_reduce(0, flat, places, "amin"))
    found += [counts] if return_counts else []
    if size is not None:
        fills = [fill_value or 0, *([1] if return_index else []), 0]  # as Keras 3 fills up indices and counts
        found = [_sized(one, size, along if i == 0 else 0, fills[i]) for i, one in enumerate(found)]
    if return_inverse:
        found.insert(2 if return_index else 1, inverse)
    return found[0] if len(found) == 1 else tuple(found)


def _sized(x: Any, size: int, axis: int, fill: Any) -> Any:
    """The number of entries along an axis."""
    if x.shape[axis] >= size:
        return x.narrow(axis, 0, size)
    shape = list(x.shape)
    shape[axis] = size - x.shape[axis]
    return torch.cat([x, x.new_full(shape, fill)], axis)


def _segments(data: Any, ids: Any, count: int | None, start: Any, how: str) -> Any:
    data, ids = converted(data), converted(ids).long()
    if ids.ndim != 1:
        raise ValueError(f"ops.segment_*: expected segment_ids to have one axis. Received: shape {tuple(ids.shape)}")
    count = int(ids.max()) + 1 if count is None else count
    ids = torch.where((ids >= 0) & (ids < count), ids, count)  # what belongs to no segment goes to one that is cut off
    out = torch.full((count + 1, *data.shape[1:]), start, dtype=data.dtype, device=data.device)
    index = ids.reshape(-1, *[1] * (data.ndim - 1)).expand_as(data)
    return out.scatter_reduce(0, index, data, how)[:count]


def _grouped(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    data = converted(data)
    return Spec((num_segments, *tuple(data.shape)[1:]), data.dtype)


@operation_like(_grouped)
def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Sums of the rows that belong together."""
    return _segments(data, segment_ids, num_segments, 0, "sum")


@operation_like(_grouped)
def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Products of the rows that belong together."""
    return _segments(data, segment_ids, num_segments, 1, "prod")


@operation_like(_grouped)
def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The greatest of the rows that belong together."""
    kind = converted(data).dtype
    start = float("-inf") if kind.is_floating_point else torch.iinfo(kind).min
    return _segments(data, segment_ids, num_segments, start, "amax")


@operation_like(_grouped)
def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The least of the rows that belong together."""
    kind = converted(data).dtype
    start = float("inf") if kind.is_floating_point else torch.iinfo(kind).max
    return _segments(data, segment_ids, num_segments, start, "amin")
