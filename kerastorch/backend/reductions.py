"""Arithmetic along axes: sums, means, extremes, and sums so far.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..engine.symbolic import recordable
from .convert import as_tensor, floats

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "logsumexp",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
]

Axis = int | Sequence[int] | None


def _axes(x: Any, axis: Axis) -> tuple[int, ...]:
    """The axes as a tuple; None means all."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


@recordable
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The largest elements along axes.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> max(torch.tensor([[1.0, 2.0], [3.0, 0.0]]), axis=1).tolist()
        [2.0, 3.0]
    """
    x = as_tensor(x)
    return torch.amax(x, _axes(x, axis), keepdim=keepdims)


@recordable
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The smallest elements along axes.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> min(torch.tensor([[1.0, 2.0], [3.0, 0.0]]), axis=1).tolist()
        [1.0, 0.0]
    """
    x = as_tensor(x)
    return torch.amin(x, _axes(x, axis), keepdim=keepdims)


@recordable
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The sum of the elements along axes.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> sum(torch.ones(2, 3), axis=-1, keepdims=True).tolist()
        [[3.0], [3.0]]
    """
    x = as_tensor(x)
    kind = torch.int64 if x.dtype == torch.bool else x.dtype
    axes = _axes(x, axis)
    return torch.sum(x, axes, keepdim=keepdims, dtype=kind) if axes else x.to(kind)


@recordable
def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The product of the elements along axes.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> prod(torch.tensor([2.0, 3.0])).item()
        6.0
    """
    x = as_tensor(x)
    kind = torch.int64 if x.dtype == torch.bool else x.dtype
    axes = sorted((a % x.ndim for a in _axes(x, axis)), reverse=True) if x.ndim else []
    for a in axes:
        x = torch.prod(x, a, keepdim=keepdims, dtype=kind)
    return x


@recordable
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The mean of the elements along axes.

    Args:
        x: a tensor; whole numbers and booleans are taken as ``floatx()``.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> mean(torch.tensor([1.0, 3.0])).item()
        2.0
    """
    x = floats(x)
    return torch.mean(x, _axes(x, axis), keepdim=keepdims) if x.ndim else x


@recordable
def var(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The variance of the elements along axes, with the number of elements as divisor.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> var(torch.tensor([1.0, 3.0])).item()
        1.0
    """
    x = floats(x)
    return torch.var(x, _axes(x, axis), correction=0, keepdim=keepdims)


@recordable
def std(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """The standard deviation of the elements along axes, with the number of elements as divisor.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> std(torch.tensor([1.0, 5.0])).item()
        2.0
    """
    x = floats(x)
    return torch.sqrt(torch.var(x, _axes(x, axis), correction=0, keepdim=keepdims))


@recordable
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """Whether any element along axes is other than zero.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> any(torch.tensor([0.0, 2.0])).item()
        True
    """
    x = as_tensor(x) != 0
    return torch.any(x, _axes(x, axis), keepdim=keepdims) if x.ndim else x


@recordable
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """Whether all elements along axes are other than zero.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> all(torch.tensor([0.0, 2.0])).item()
        False
    """
    x = as_tensor(x) != 0
    return torch.all(x, _axes(x, axis), keepdim=keepdims) if x.ndim else x


@recordable
def argmax(x: Any, axis: int = -1) -> torch.Tensor:
    """Where the largest element along an axis is.

    Args:
        x: a tensor.
        axis: the axis; the last by default.

    Example:
        >>> argmax(torch.tensor([[1.0, 5.0, 2.0]])).tolist()
        [1]
    """
    return torch.argmax(as_tensor(x), axis)


@recordable
def argmin(x: Any, axis: int = -1) -> torch.Tensor:
    """Where the smallest element along an axis is.

    Args:
        x: a tensor.
        axis: the axis; the last by default.

    Example:
        >>> argmin(torch.tensor([[1.0, 5.0, 2.0]])).tolist()
        [0]
    """
    return torch.argmin(as_tensor(x), axis)


@recordable
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> torch.Tensor:
    """``log(sum(exp(x)))`` along axes, without overflow.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> logsumexp(torch.tensor([1000.0, 0.0])).item()
        1000.0
    """
    x = floats(x)
    return torch.logsumexp(x, _axes(x, axis), keepdim=keepdims)


@recordable
def cumsum(x: Any, axis: int = 0) -> torch.Tensor:
    """Sums of the elements so far, along an axis.

    Args:
        x: a tensor.
        axis: the axis; the first by default.

    Example:
        >>> cumsum(torch.tensor([1.0, 2.0, 3.0])).tolist()
        [1.0, 3.0, 6.0]
    """
    x = as_tensor(x)
    return torch.cumsum(x, axis, dtype=x.dtype)


@recordable
def cumprod(x: Any, axis: int = 0) -> torch.Tensor:
    """Products of the elements so far, along an axis.

    Args:
        x: a tensor.
        axis: the axis; the first by default.

    Example:
        >>> cumprod(torch.tensor([1.0, 2.0, 3.0])).tolist()
        [1.0, 2.0, 6.0]
    """
    x = as_tensor(x)
    return torch.cumprod(x, axis, dtype=x.dtype)
