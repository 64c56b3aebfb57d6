"""Operations that make tensors: of one value, of a series of numbers, of a diagonal.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .. import config
from ..backend.convert import sizes
from ._making import converted, dtype_of, operation

__all__ = [
    "arange",
    "array",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "zeros",
    "zeros_like",
]


def _place(dtype: Any) -> dict[str, Any]:
    return {"dtype": dtype_of(dtype) or config.torch_dtype(None), "device": config.device()}


@operation
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Zeros, of ``floatx()`` where no type is given."""
    return torch.zeros(sizes(shape), **_place(dtype))


@operation
def ones(shape: Any, dtype: Any = None) -> Any:
    """Ones, of ``floatx()`` where no type is given."""
    return torch.ones(sizes(shape), **_place(dtype))


@operation
def empty(shape: Any, dtype: Any = None) -> Any:
    """A tensor of any values."""
    return torch.empty(sizes(shape), **_place(dtype))


@operation
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """A tensor of one value."""
    return torch.broadcast_to(converted(fill_value).to(**_place(dtype)), sizes(shape)).clone()


@operation
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros of the shape of another tensor."""
    return torch.zeros_like(converted(x), dtype=dtype_of(dtype))


@operation
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones of the shape of another tensor."""
    return torch.ones_like(converted(x), dtype=dtype_of(dtype))


@operation
def empty_like(x: Any, dtype: Any = None) -> Any:
    """Any values, of the shape of another tensor."""
    return torch.empty_like(converted(x), dtype=dtype_of(dtype))


@operation
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value, in the shape of another tensor."""
    x = converted(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def array(x: Any, dtype: Any = None) -> Any:
    """A tensor of an array, a list or a number."""
    found = converted(x)
    return found if dtype is None else found.to(dtype_of(dtype))


@operation
def copy(x: Any) -> Any:
    """A tensor of its own with the same values."""
    return converted(x).clone()


@operation
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Numbers in even steps; whole ones are int32."""
    start, stop = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    given = [value.item() if isinstance(value, torch.Tensor) else value for value in (start, stop, step)]
    kind = config.torch_dtype(None) if any(isinstance(value, (float, np.floating)) for value in given) else torch.int32
    return torch.arange(*given, dtype=dtype_of(dtype) or kind, device=config.device())


@operation
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """So many numbers from one to another, in even steps."""
    start, stop = (converted(value).to(dtype_of(dtype) or config.torch_dtype(None)) for value in (start, stop))
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else (stop - start) * float("nan")
    places = torch.arange(num, dtype=start.dtype, device=start.device).reshape(num, *[1] * start.ndim)
    found = torch.movedim(start + places * (step if num > 1 else 0), 0, axis)
    return (found, step) if retstep else found


@operation
def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None) -> Any:
    """Powers in even steps of the exponent."""
    return torch.pow(torch.as_tensor(float(base)), linspace(start, stop, num, endpoint)).to(dtype_of(dtype))


@operation
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803 - Keras's names
    """Ones on a diagonal."""
    return torch.diag_embed(torch.ones(0)) if N == 0 else _diagonal(N, N if M is None else M, k, dtype)


def _diagonal(rows: int, columns: int, k: int, dtype: Any) -> Any:
    place = _place(dtype)
    down = torch.arange(rows, device=place["device"]).unsqueeze(1)
    return (torch.arange(columns, device=place["device"]) - down == k).to(place["dtype"])


def identity(n: int, dtype: Any = None) -> Any:
    """The unit matrix."""
    return eye(n, dtype=dtype)


@operation
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803 - Keras's names
    """Ones on and below a diagonal."""
    return torch.tril(torch.ones(N, N if M is None else M, **_place(dtype)), k)


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Coordinates of a grid."""
    return list(torch.meshgrid([converted(one) for one in x], indexing=indexing))
