"""Sums, means, extremes and the like over axes.

Source: https://www.tensorflow.org/api_docs/python/tf/math
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ._dtypes import torch_type
from ._functions import axes_of, ints, op, tensor

__all__ = [
    "argmax",
    "argmin",
    "arg_max",
    "arg_min",
    "bincount",
    "confusion_matrix",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "cumulative_logsumexp",
    "histogram_fixed_width",
    "histogram_fixed_width_bins",
    "zero_fraction",
]


def _mean(x: torch.Tensor, axes: tuple[int, ...], keep: bool) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return torch.mean(x, axes, keepdim=keep)
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    return torch.div(x.sum(axes, keepdim=keep), count, rounding_mode="trunc").to(x.dtype)


def _one_by_one(function: Callable) -> Callable:
    """A reduction that torch has along one axis only."""

    def reduce(x: torch.Tensor, axes: tuple[int, ...], keep: bool) -> torch.Tensor:
        for axis in sorted(axes, reverse=True):
            x = function(x, axis, keepdim=keep)
        return x

    return reduce


def _variance(x: torch.Tensor, axes: tuple[int, ...], keep: bool) -> torch.Tensor:
    return torch.mean(torch.square(x - x.mean(axes, keepdim=True)), axes, keepdim=keep)


_REDUCTIONS: dict[str, Callable] = {
    "reduce_sum": lambda x, axes, keep: torch.sum(x, axes, keepdim=keep, dtype=x.dtype),
    "reduce_mean": _mean,
    "reduce_max": lambda x, axes, keep: torch.amax(x, axes, keepdim=keep),
    "reduce_min": lambda x, axes, keep: torch.amin(x, axes, keepdim=keep),
    "reduce_prod": _one_by_one(lambda x, axis, keepdim: torch.prod(x, axis, keepdim=keepdim, dtype=x.dtype)),
    "reduce_all": lambda x, axes, keep: torch.all(x, axes, keepdim=keep),
    "reduce_any": lambda x, axes, keep: torch.any(x, axes, keepdim=keep),
    "reduce_logsumexp": lambda x, axes, keep: torch.logsumexp(x, axes, keepdim=keep),
    "reduce_euclidean_norm": lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep),
    "reduce_variance": _variance,
    "reduce_std": lambda x, axes, keep: torch.sqrt(_variance(x, axes, keep)),
}


def _reduction(name: str, function: Callable) -> Callable:
    @op
    def apply(
        input_tensor: Any,
        axis: Any = None,
        keepdims: bool = False,
        *,
        keep_dims: bool | None = None,
        reduction_indices: Any = None,
    ) -> torch.Tensor:
        x = tensor(input_tensor)
        axes = axes_of(reduction_indices if axis is None else axis, x)
        return function(x, axes, bool(keepdims or keep_dims)) if axes else _of_none(name, x)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"``{name.removeprefix('reduce_')}`` over axes, over all of them when none are given."
    return apply


def _of_none(name: str, x: torch.Tensor) -> torch.Tensor:
    """The reduction over no axis: each element is the whole."""
    if name in ("reduce_variance", "reduce_std"):
        return torch.zeros_like(x)
    return torch.abs(x) if name == "reduce_euclidean_norm" else x.clone()


for _name, _function in _REDUCTIONS.items():
    globals()[_name] = _reduction(_name, _function)
__all__ += _REDUCTIONS


def _extreme(function: Callable, input: Any, axis: Any, kind: Any) -> torch.Tensor:
    x = tensor(input)
    x = x.to(torch.uint8) if x.dtype == torch.bool else x
    return function(x, ints(axis) or 0).to(torch_type(kind))


@op
def argmax(
    input: Any,
    axis: Any = None,
    output_type: Any = torch.int64,
    *,
    dimension: Any = None,
) -> torch.Tensor:
    """The place of the largest element along an axis, the first one when none is given.

    Example:
        >>> argmax([[1, 3, 2], [9, 0, 0]], axis=1).tolist()
        [1, 0]
    """
    return _extreme(torch.argmax, input, dimension if axis is None else axis, output_type)


@op
def argmin(
    input: Any,
    axis: Any = None,
    output_type: Any = torch.int64,
    *,
    dimension: Any = None,
) -> torch.Tensor:
    """The place of the smallest element along an axis, the first one when none is given."""
    return _extreme(torch.argmin, input, dimension if axis is None else axis, output_type)


arg_max, arg_min = argmax, argmin


@op
def count_nonzero(
    input: Any,
    axis: Any = None,
    keepdims: bool = False,
    dtype: Any = torch.int64,
) -> torch.Tensor:
    """How many elements are not zero."""
    x = tensor(input)
    axes = axes_of(axis, x)
    return torch.sum(x != 0, axes, keepdim=keepdims).to(torch_type(dtype))


@op
def zero_fraction(value: Any) -> torch.Tensor:
    """The share of zeros."""
    return torch.mean((tensor(value) == 0).to(torch.float32))


def _running(function: Callable, x: Any, axis: Any, exclusive: bool, reverse: bool, neutral: float) -> torch.Tensor:
    x, axis = tensor(x), ints(axis)
    x = torch.flip(x, [axis]) if reverse else x
    found = function(x, axis)
    if exclusive:
        first = torch.full_like(found.narrow(axis, 0, 1), neutral)
        found = torch.cat([first, found.narrow(axis, 0, x.shape[axis] - 1)], axis)
    return torch.flip(found, [axis]) if reverse else found


@op
def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> torch.Tensor:
    """Sums of all elements up to each one, without it when ``exclusive``, from the end when ``reverse``."""
    return _running(lambda t, a: torch.cumsum(t, a, dtype=t.dtype), x, axis, exclusive, reverse, 0)


@op
def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> torch.Tensor:
    """Products of all elements up to each one, without it when ``exclusive``, from the end when ``reverse``."""
    return _running(lambda t, a: torch.cumprod(t, a, dtype=t.dtype), x, axis, exclusive, reverse, 1)


@op
def cumulative_logsumexp(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False) -> torch.Tensor:
    """The logarithm of the sum of exponentials up to each element."""
    x = tensor(x)
    return _running(torch.logcumsumexp, x, axis, exclusive, reverse, torch.finfo(x.dtype).min)


@op
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = torch.int32,
    axis: int | None = None,
    binary_output: bool = False,
) -> torch.Tensor:
    """How often each whole number occurs, or the sum of its weights; in each row when ``axis`` is -1."""
    x = tensor(arr).long()
    rows = x.reshape(1, -1) if axis is None or axis == 0 else x
    least, most = ints(minlength) or 0, ints(maxlength)
    length = max(int(x.max()) + 1 if x.numel() else 0, least)
    length = length if most is None else min(length, most)
    kind = torch_type(dtype) if weights is None else tensor(weights).dtype
    shares = torch.ones_like(rows, dtype=kind) if weights is None else tensor(weights).reshape(rows.shape)
    kept = rows < length
    found = torch.zeros(len(rows), length, dtype=kind, device=x.device)
    found.scatter_add_(1, torch.where(kept, rows, torch.zeros_like(rows)), torch.where(kept, shares, 0))
    found = (found != 0).to(kind) if binary_output else found
    return found[0] if rows is not x else found


@op
def confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = torch.int32
) -> torch.Tensor:
    """How often each class (row) was taken for each class (column).

    Example:
        >>> confusion_matrix([0, 1, 1], [0, 1, 0]).tolist()
        [[1, 0], [1, 1]]
    """
    labels, predictions = tensor(labels).long().reshape(-1), tensor(predictions).long().reshape(-1)
    most = ints(num_classes)
    if most is None:
        most = int(torch.maximum(labels.max(), predictions.max())) + 1
    kind = torch_type(dtype)
    shares = torch.ones_like(labels, dtype=kind) if weights is None else tensor(weights, kind).reshape(-1)
    found = torch.zeros(most * most, dtype=kind, device=labels.device)
    return found.index_add(0, labels * most + predictions, shares).reshape(most, most)


@op
def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = torch.int32
) -> torch.Tensor:
    """The number of the bin that each value falls into; the outermost ones take what lies beyond."""
    values = tensor(values)
    low, high = (float(bound) for bound in value_range)
    count = ints(nbins)
    places = torch.floor((values.to(torch.float64) - low) / (high - low) * count)
    return places.clamp(0, count - 1).to(torch_type(dtype))


@op
def histogram_fixed_width(values: Any, value_range: Any, nbins: Any = 100, dtype: Any = torch.int32) -> torch.Tensor:
    """How many values fall into each of ``nbins`` bins of one width."""
    places = histogram_fixed_width_bins(values, value_range, nbins)
    return torch.bincount(tensor(places).reshape(-1), minlength=ints(nbins)).to(torch_type(dtype))
