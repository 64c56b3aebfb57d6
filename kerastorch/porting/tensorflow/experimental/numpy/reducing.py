"""Sums, means, extremes and the like over axes.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from ..._functions import axes_of, ints, op
from ._kinds import array_of, floats_of, kind_of, together

__all__ = [
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "array_equal",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "max",
    "mean",
    "min",
    "nanmean",
    "nanprod",
    "nansum",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
]


def _wide(kind: torch.dtype) -> torch.dtype:
    """The type that holds sums: 64 bits for whole numbers."""
    if kind.is_floating_point or kind.is_complex:
        return kind
    return torch.uint64 if kind in (torch.uint8, torch.uint16, torch.uint32, torch.uint64) else torch.int64


def _product(x: torch.Tensor, axes: tuple[int, ...], keep: bool, dtype: torch.dtype) -> torch.Tensor:
    x = x.to(dtype)
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def _total(function: Callable, x: torch.Tensor, axis: Any, dtype: Any, keepdims: Any) -> torch.Tensor:
    kind, axes = kind_of(dtype) or _wide(x.dtype), axes_of(axis, x)
    counting = torch.int64 if kind == torch.uint64 else kind  # torch adds no unsigned numbers of 64 bits
    found = function(x, axes, bool(keepdims), dtype=counting) if axes else x.to(counting)
    return found.to(kind)


def _sum(x: torch.Tensor, axes: tuple[int, ...], keep: bool, dtype: torch.dtype) -> torch.Tensor:
    return torch.sum(x, axes, keepdim=keep, dtype=dtype)


@op
def sum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The sum over axes, over all of them for None; of whole numbers in 64 bits.

    Example:
        >>> sum([[1, 2], [3, 4]], axis=0).tolist()
        [4, 6]
    """
    return _total(_sum, array_of(a), axis, dtype, keepdims)


@op
def prod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The product over axes, over all of them for None; of whole numbers in 64 bits."""
    return _total(_product, array_of(a), axis, dtype, keepdims)


@op
def nansum(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> torch.Tensor:
    """``sum`` of what is a number."""
    return _total(_sum, torch.nan_to_num(array_of(a), 0.0, math.inf, -math.inf), axis, dtype, keepdims)


@op
def nanprod(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> torch.Tensor:
    """``prod`` of what is a number."""
    return _total(_product, torch.nan_to_num(array_of(a), 1.0, math.inf, -math.inf), axis, dtype, keepdims)


@op
def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The mean over axes, over all of them for None; of whole numbers in float64."""
    x = floats_of(a) if dtype is None else array_of(a, dtype)
    axes = axes_of(axis, x)
    return torch.mean(x, axes, keepdim=bool(keepdims)) if axes else x


@op
def nanmean(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = None) -> torch.Tensor:
    """``mean`` of what is a number."""
    x = floats_of(a) if dtype is None else array_of(a, dtype)
    return torch.nanmean(x, axes_of(axis, x), keepdim=bool(keepdims))


@op
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, keepdims: Any = None
) -> torch.Tensor:
    """The variance over axes, over all of them for None.

    Args:
        a: the data.
        axis: one axis or several.
        dtype: the type of the result.
        out: not used.
        ddof: what is taken off the number of elements.
        keepdims: whether the axes stay, of size 1.
    """
    x = floats_of(a) if dtype is None else array_of(a, dtype)
    return torch.var(x, axes_of(axis, x), correction=ddof, keepdim=bool(keepdims))


@op
def std(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The standard deviation over axes, over all of them for None."""
    x = floats_of(a)
    return torch.std(x, axes_of(axis, x), correction=0, keepdim=bool(keepdims))


@op
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False) -> Any:
    """The mean over axes under weights, and with ``returned`` their sum."""
    x = floats_of(a)
    if weights is None:
        shares = torch.ones_like(x)
    else:
        x, shares = together(x, weights)
        if shares.ndim < x.ndim:
            shares = shares.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
        shares = shares.expand_as(x)
    axes = axes_of(axis, x)
    whole = shares.sum(axes)
    found = (x * shares).sum(axes) / whole
    return (found, whole) if returned else found


def _extreme(name: str, function: Callable) -> Callable:
    def apply(a: Any, axis: Any = None, out: Any = None, keepdims: Any = None) -> torch.Tensor:
        x = array_of(a)
        axes = axes_of(axis, x)
        return function(x, axes, keepdim=bool(keepdims)) if axes else x

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"The {'largest' if 'max' in name else 'smallest'} element over axes, over all of them for None."
    return op(apply)


amax, amin = _extreme("amax", torch.amax), _extreme("amin", torch.amin)


@op
def max(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The largest element over axes, over all of them for None."""
    return amax(a, axis, None, keepdims)


@op
def min(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The smallest element over axes, over all of them for None."""
    return amin(a, axis, None, keepdims)


@op
def ptp(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """The largest element less the smallest one."""
    x = array_of(a)
    axes = axes_of(axis, x)
    return torch.amax(x, axes, keepdim=bool(keepdims)) - torch.amin(x, axes, keepdim=bool(keepdims))


@op
def all(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """Whether all elements are true, those that are not zero."""
    x = array_of(a).to(torch.bool)
    axes = axes_of(axis, x)
    return torch.all(x, axes, keepdim=bool(keepdims)) if axes else x


@op
def any(a: Any, axis: Any = None, keepdims: Any = None) -> torch.Tensor:
    """Whether any element is true, one that is not zero."""
    x = array_of(a).to(torch.bool)
    axes = axes_of(axis, x)
    return torch.any(x, axes, keepdim=bool(keepdims)) if axes else x


def _place(function: Callable, a: Any, axis: Any) -> torch.Tensor:
    x = array_of(a)
    x = x.to(torch.uint8) if x.dtype == torch.bool else x
    return function(x.reshape(-1), 0) if axis is None or not x.ndim else function(x, ints(axis))


@op
def argmax(a: Any, axis: Any = None) -> torch.Tensor:
    """The place of the largest element along an axis, among all for None."""
    return _place(torch.argmax, a, axis)


@op
def argmin(a: Any, axis: Any = None) -> torch.Tensor:
    """The place of the smallest element along an axis, among all for None."""
    return _place(torch.argmin, a, axis)


@op
def count_nonzero(a: Any, axis: Any = None) -> torch.Tensor:
    """How many elements are not zero."""
    x = array_of(a) != 0
    axes = axes_of(axis, x)
    return torch.sum(x, axes) if axes else x.to(torch.int64)


def _running(function: Callable, a: Any, axis: Any, dtype: Any) -> torch.Tensor:
    x = array_of(a)
    kind = kind_of(dtype) or (x.dtype if x.is_floating_point() or x.is_complex() else torch.int64)
    return function(x.reshape(-1), 0, dtype=kind) if axis is None else function(x, ints(axis), dtype=kind)


@op
def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> torch.Tensor:
    """Sums of all elements up to each one, in a row for None."""
    return _running(torch.cumsum, a, axis, dtype)


@op
def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> torch.Tensor:
    """Products of all elements up to each one, in a row for None."""
    return _running(torch.cumprod, a, axis, dtype)


@op
def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> torch.Tensor:
    """Whether all elements of both are nearly the same."""
    return torch.isclose(*together(a, b), rtol=rtol, atol=atol, equal_nan=equal_nan).all()


@op
def array_equal(a1: Any, a2: Any) -> torch.Tensor:
    """Whether both have the same shape and elements."""
    a1, a2 = together(a1, a2)
    return (a1 == a2).all() if a1.shape == a2.shape else torch.tensor(False, device=a1.device)
