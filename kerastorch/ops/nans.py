"""Reductions that leave out what is not a number.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ._making import converted, floats, narrow_floats, operation
from .reducing import argmax, argmin, cumprod, cumsum, prod, quantiles, reduced_axes
from .reducing import max as greatest
from .reducing import min as least

__all__ = [
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nanvar",
]


def _filled(x: Any, value: float) -> Any:
    """The elements with a number in the place of what is none; whole numbers are left as they are."""
    return torch.where(torch.isnan(x), value, x) if x.is_floating_point() else x


def _extreme(x: Any, axis: Any, keepdims: bool, function: Callable, filler: float) -> Any:
    x = converted(x)
    found = function(_filled(x, filler), axis, keepdims)
    if not x.is_floating_point():
        return found
    empty = torch.isnan(x).all(reduced_axes(x, axis), keepdim=keepdims)
    return torch.where(empty, float("nan"), found)


@operation
def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The greatest number over axes, nan where there is none."""
    return _extreme(x, axis, keepdims, greatest, float("-inf"))


@operation
def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The least number over axes, nan where there is none."""
    return _extreme(x, axis, keepdims, least, float("inf"))


def _place(x: Any, axis: int | None, keepdims: bool, function: Callable, filler: float) -> Any:
    x = converted(x)
    found = function(_filled(x, filler), axis, keepdims)
    empty = torch.isnan(x).all(reduced_axes(x, axis), keepdim=keepdims)
    return torch.where(empty, -1, found)


@operation
def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the greatest number is, as int32; -1 where there is none."""
    return _place(x, axis, keepdims, argmax, float("-inf"))


@operation
def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the least number is, as int32; -1 where there is none."""
    return _place(x, axis, keepdims, argmin, float("inf"))


@operation
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Sums so far of the numbers along an axis; None takes all elements in a row."""
    return cumsum(_filled(converted(x), 0.0), axis, dtype)


@operation
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Products so far of the numbers along an axis; None takes all elements in a row."""
    return cumprod(_filled(converted(x), 1.0), axis, dtype)


@operation
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product of the numbers over axes, 1 where there is none."""
    return prod(_filled(converted(x), 1.0), axis, keepdims)


@operation
def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean square of the numbers' distance from their mean."""
    x = narrow_floats(x)
    over, held = reduced_axes(x, axis), ~torch.isnan(x)
    distance = torch.where(held, x - torch.nanmean(x, over, keepdim=True), 0)
    return distance.square().sum(over, keepdim=keepdims) / held.sum(over, keepdim=keepdims)


@operation
def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The square root of ``nanvar``."""
    return torch.sqrt(nanvar(x, axis, keepdims))


@operation
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """Quantiles of the numbers along axes."""
    return quantiles(x, q, axis, method, keepdims, torch.nanquantile)


def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle of the numbers, the mean of the middle two where they are even in number."""
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


@operation
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """Percentiles of the numbers along axes: quantiles for ``q / 100``."""
    return nanquantile(x, floats(q) / 100, axis, method, keepdims)
