"""Operations that make tensors: of one value, of a series of numbers, of a diagonal.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .. import config
from ..backend.convert import sizes
from ._making import converted, dtype_of, narrow_floats, operation, together

__all__ = [
    "arange",
    "array",
    "bartlett",
    "blackman",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "hamming",
    "hanning",
    "identity",
    "kaiser",
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


def _ends(start: Any, stop: Any, dtype: Any) -> list[Any]:
    """Two ends as floats of one type."""
    ends = together([start, stop])
    kind = dtype_of(dtype) or narrow_floats(ends[0]).dtype
    return [end.to(kind) for end in ends]


@operation
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    """``num`` evenly spaced numbers from one to another."""
    start, stop = _ends(start, stop, dtype)
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else (stop - start) * float("nan")
    places = torch.arange(num, dtype=start.dtype, device=start.device).reshape(num, *[1] * start.ndim)
    found = torch.movedim(start + places * (step if num > 1 else 0), 0, axis)
    return (found, step) if retstep else found


@operation
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None, axis: int = 0
) -> Any:
    """Powers in even steps of the exponent."""
    return torch.pow(float(base), linspace(start, stop, num, endpoint, dtype=dtype, axis=axis))


@operation
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """``num`` numbers from one to another, evenly spaced on a logarithmic scale."""
    start, stop = _ends(start, stop, dtype)
    powers = linspace(torch.log10(start.abs()), torch.log10(stop.abs()), num, endpoint, axis=axis)
    signs = torch.sign(start) if start.ndim == 0 else torch.sign(start).unsqueeze(axis)
    return (torch.pow(10.0, powers) * signs).to(start.dtype)


@operation
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:  # Keras's names
    """The powers of each number in a row of its own, falling unless ``increasing``."""
    x = converted(x)
    powers = torch.arange(x.shape[0] if N is None else N, device=x.device)
    return torch.pow(x.unsqueeze(1), powers if increasing else powers.flip(0)).to(x.dtype)


@operation
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # Keras's names
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
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # Keras's names
    """Ones on and below a diagonal."""
    return torch.tril(torch.ones(N, N if M is None else M, **_place(dtype)), k)


@operation
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Coordinates of a grid."""
    return list(torch.meshgrid([converted(one) for one in x], indexing=indexing))


# ------------------------------------------------------------------------------------- windows


def _window(name: str, length: Any, **kwargs: Any) -> Any:
    return getattr(torch.signal.windows, name)(int(length), **kwargs, **_place(None))


def bartlett(x: Any) -> Any:
    """A window of ``x`` steps that rises and falls evenly."""
    return _window("bartlett", x)


def blackman(x: Any) -> Any:
    """Blackman's window of ``x`` steps."""
    return _window("blackman", x)


def hamming(x: Any) -> Any:
    """Hamming's window of ``x`` steps."""
    return _window("hamming", x)


def hanning(x: Any) -> Any:
    """Hann's window of ``x`` steps."""
    return _window("hann", x)


def kaiser(x: Any, beta: Any) -> Any:
    """Kaiser's window of ``x`` steps, the narrower the greater ``beta``."""
    return _window("kaiser", x, beta=float(beta))
