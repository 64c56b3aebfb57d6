"""Tensors out of values and sizes.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

from typing import Any

import torch

from ..... import config
from ..._functions import ints, op
from ._kinds import array_of, common, floats_of, kind_of, together

__all__ = [
    "arange",
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]


@op
def array(val: Any, dtype: Any = None, copy: bool = True, ndmin: int = 0) -> torch.Tensor:
    """A tensor of given values: whole numbers as int64, others as float64.

    Example:
        >>> array([1, 2]).dtype, array([0.5], dtype="float32", ndmin=2).tolist()
        (torch.int64, [[0.5]])
    """
    found = array_of(val, dtype)
    found = found.clone() if copy else found
    return found.reshape([1] * (ndmin - found.ndim) + list(found.shape)) if found.ndim < ndmin else found


@op
def asarray(a: Any, dtype: Any = None) -> torch.Tensor:
    """``array`` without a copy of what is a tensor already."""
    return array_of(a, dtype)


asanyarray = ascontiguousarray = asarray


@op
def copy(a: Any) -> torch.Tensor:
    """A copy."""
    return array_of(a).clone()


def _sizes(shape: Any) -> list[int]:
    found = ints(shape)
    return found if isinstance(found, list) else [found]


@op
def full(shape: Any, fill_value: Any, dtype: Any = None) -> torch.Tensor:
    """One value, in its own type, at every place."""
    return array_of(fill_value, dtype).expand(_sizes(shape)).contiguous()


@op
def zeros(shape: Any, dtype: Any = float) -> torch.Tensor:
    """Zeros, in float64."""
    return torch.zeros(_sizes(shape), dtype=kind_of(dtype), device=config.device())


@op
def ones(shape: Any, dtype: Any = float) -> torch.Tensor:
    """Ones, in float64."""
    return torch.ones(_sizes(shape), dtype=kind_of(dtype), device=config.device())


@op
def empty(shape: Any, dtype: Any = float) -> torch.Tensor:
    """Zeros, in float64."""
    return zeros(shape, dtype)


@op
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> torch.Tensor:
    """One value at every place of a tensor."""
    x = array_of(a)
    filler = array_of(fill_value).to(device=x.device, dtype=kind_of(dtype) or x.dtype)
    return filler.expand(x.shape if shape is None else _sizes(shape)).contiguous()


@op
def zeros_like(a: Any, dtype: Any = None) -> torch.Tensor:
    """Zeros in the shape and type of a tensor."""
    return torch.zeros_like(array_of(a), dtype=kind_of(dtype))


@op
def ones_like(a: Any, dtype: Any = None) -> torch.Tensor:
    """Ones in the shape and type of a tensor."""
    return torch.ones_like(array_of(a), dtype=kind_of(dtype))


empty_like = zeros_like


@op
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> torch.Tensor:  # NumPy's names
    """Ones on and below a diagonal."""
    return torch.tril(ones((N, N if M is None else M), dtype or float), k)


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float) -> torch.Tensor:  # NumPy's names
    """Ones on a diagonal."""
    return torch.triu(tri(N, M, k, dtype), k)


def identity(n: int, dtype: Any = float) -> torch.Tensor:
    """The identity matrix."""
    return eye(n, dtype=dtype)


@op
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> torch.Tensor:
    """Numbers from a start, 0 when only one bound is given, up to a stop.

    Example:
        >>> arange(3).tolist(), arange(1.0, 2.0, 0.5).tolist()
        ([0, 1, 2], [1.0, 1.5])
    """
    start, stop = (0, start) if stop is None else (start, stop)
    kind = kind_of(dtype) or common(start, stop, step)
    bounds = [array_of(value).item() for value in (start, stop, step)]
    return torch.arange(*bounds, dtype=kind, device=config.device())


@op
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = float,
    axis: int = 0,
) -> Any:
    """Evenly spaced numbers between two bounds, and with ``retstep`` the space between them."""
    low, high = (floats_of(bound) for bound in together(start, stop))
    low, high = torch.broadcast_tensors(low, high)
    step = (high - low) / max(num - 1 if endpoint else num, 1)
    places = torch.arange(num, dtype=low.dtype, device=low.device).reshape(-1, *[1] * low.ndim)
    found = low + places * step
    if endpoint and num > 1:
        found = torch.cat([found[:-1], high[None]])
    found = found.movedim(0, axis) if dtype in (float, None) else found.movedim(0, axis).to(kind_of(dtype))
    return (found, step) if retstep else found


@op
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0, dtype: Any = None, axis: int = 0
) -> torch.Tensor:
    """Powers of a base with evenly spaced exponents."""
    found = torch.pow(base, linspace(start, stop, num, endpoint, axis=axis))
    return found if dtype is None else found.to(kind_of(dtype))


@op
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> torch.Tensor:
    """Numbers between two bounds with one factor between neighbours."""
    low, high = (floats_of(bound) for bound in together(start, stop))
    sign = torch.sign(low)
    found = sign * torch.exp(linspace(torch.log(low * sign), torch.log(high * sign), num, endpoint, axis=axis))
    return found if dtype is None else found.to(kind_of(dtype))


@op
def vander(x: Any, N: int | None = None, increasing: bool = False) -> torch.Tensor:  # NumPy's names
    """The powers of each element, from the highest one down."""
    return torch.vander(array_of(x), N, increasing)


@op
def meshgrid(*xi: Any, indexing: str = "xy", **kwargs: Any) -> list[torch.Tensor]:
    """The coordinates of all points of a grid, one tensor for each axis."""
    return list(torch.meshgrid(*(array_of(x).reshape(-1) for x in xi), indexing=indexing))
