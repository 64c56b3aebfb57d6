"""Operations on samples and signals of numbers: how they spread, how they go together, where they lie.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from ._making import converted, floats, narrow_floats, operation, together, wide_floats
from .reducing import max as greatest
from .reducing import min as least
from .reducing import quantile

__all__ = ["argpartition", "cdist", "corrcoef", "correlate", "histogram", "percentile", "ptp", "trapezoid"]


@operation
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Any:
    """Percentiles along axes: quantiles for ``q / 100``."""
    return quantile(x, floats(q) / 100, axis, method, keepdims)


@operation
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """How far the greatest and the least are from each other."""
    return greatest(x, axis, keepdims) - least(x, axis, keepdims)


@operation
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Any:
    """An order with what is least before the ``kth`` place and what is greatest behind it, as int32."""
    x = converted(x)
    x, axis = (x.reshape(-1), -1) if axis is None else (x, axis)
    if not -x.shape[axis] <= kth < x.shape[axis]:
        raise ValueError(f"ops.argpartition: expected kth below the length {x.shape[axis]}. Received: kth={kth}")
    return torch.argsort(x, dim=axis, stable=True).to(torch.int32)  # what is in order is partitioned at every place


@operation
def cdist(x: Any, y: Any) -> Any:
    """How far each row of one stack of points is from each of another.

    Args:
        x: (…, points, size).
        y: (…, others, size).

    Returns:
        (…, points, others) distances.

    Raises:
        ValueError: unless both have two axes or more and points of one size.
    """
    x, y = (floats(points) for points in together([x, y]))
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"ops.cdist: expected points of one size along the last axis. Received: {tuple(x.shape)}, {tuple(y.shape)}"
        )
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


@operation
def corrcoef(x: Any) -> Any:
    """How each row goes with each other one, from -1 to 1."""
    x = torch.atleast_2d(wide_floats(x))
    x = x - x.mean(-1, keepdim=True)
    x = x * torch.rsqrt(x.square().sum(-1, keepdim=True))
    return (x @ x.mT).clamp(-1, 1).squeeze()


@operation
def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """The products of two rows of numbers, shifted against each other.

    Args:
        x1: a row of numbers.
        x2: another.
        mode: which shifts: ``"valid"`` those with the one inside the other, ``"same"`` as many as the longer one is
            long, ``"full"`` all.

    Raises:
        ValueError: for more than one axis, or another mode.
    """
    x1, x2 = together([x1, x2])
    if x1.ndim != 1 or x2.ndim != 1 or mode not in ("valid", "same", "full"):
        raise ValueError(
            "ops.correlate: expected two rows of numbers and a mode out of valid, same and full. "
            f"Received: shapes {tuple(x1.shape)} and {tuple(x2.shape)}, mode={mode!r}"
        )
    x1, x2 = narrow_floats(x1), narrow_floats(x2)
    swapped = x2.shape[0] > x1.shape[0]
    longer, shorter = (x2, x1) if swapped else (x1, x2)
    found = F.conv1d(longer[None, None], shorter[None, None], padding=shorter.shape[0] - 1)[0, 0]
    found = found.flip(0) if swapped else found
    if mode == "full":
        return found
    wanted = longer.shape[0] if mode == "same" else longer.shape[0] - shorter.shape[0] + 1
    begin = found.shape[0] - wanted
    return found.narrow(0, (begin + 1 if swapped else begin) // 2, wanted)


@operation
def histogram(x: Any, bins: int = 10, range: tuple[float, float] | None = None) -> Any:
    """How many numbers lie in each of several even bins, and where the bins begin and end.

    Args:
        x: a row of numbers.
        bins: how many bins.
        range: the ends; the least and the greatest number by default. What lies outside is not counted.

    Raises:
        TypeError, ValueError: for other than a row of numbers, a number of bins and a range in order.
    """
    if not isinstance(bins, int):
        raise TypeError(f"ops.histogram: expected bins to be a whole number. Received: bins={bins!r}")
    x = floats(x)
    if bins < 1 or x.ndim != 1 or (range is not None and (len(range) != 2 or range[1] < range[0])):
        raise ValueError(
            "ops.histogram: expected a row of numbers, bins above 0, and a range (least, greatest). "
            f"Received: shape {tuple(x.shape)}, bins={bins}, range={range}"
        )
    if range is not None:
        low, high = (torch.as_tensor(end, dtype=x.dtype, device=x.device) for end in range)
    else:
        low, high = (x.amin(), x.amax()) if x.shape[0] else (x.new_zeros(()), x.new_ones(()))
    flat = low == high  # one number only: a bin of width 1 around it
    low, high = torch.where(flat, low - 0.5, low), torch.where(flat, high + 0.5, high)
    places = torch.arange(bins + 1, dtype=x.dtype, device=x.device)
    edges = low + (high - low) * (places / bins)
    inside = (x >= low) & (x <= high)
    which = (torch.bucketize(x, edges, right=True) - 1).clamp(0, bins - 1)
    return torch.zeros(bins, dtype=x.dtype, device=x.device).scatter_add(0, which, inside.to(x.dtype)), edges


@operation
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area below the line through points.

    Args:
        y: heights along an axis.
        x: where they are; by default ``dx`` apart.
        dx: the distance between neighbours.
        axis: along which axis.
    """
    y = floats(y)
    if x is not None:
        y, x = together([y, x])
        return torch.trapezoid(y, x=x, dim=axis)
    return torch.trapezoid(y, dim=axis) * converted(dx, y)
