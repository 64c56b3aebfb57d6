"""Initializers without chance: zeros, ones, a constant, the identity matrix."""

from __future__ import annotations

import math
from typing import Any

import torch

from .. import config as _config
from .. import eras
from .base import REGISTRY, Dtype, Initializer, Shape, checked_shape

__all__ = ["Zeros", "Ones", "Constant", "Identity", "STFT"]


@REGISTRY.register
class Zeros(Initializer):
    """Zeros.

    Example:
        >>> Zeros()((2,))
        tensor([0., 0.])
    """

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        return torch.zeros(checked_shape("Zeros", shape), dtype=_config.torch_dtype(dtype), device=_config.device())


@REGISTRY.register
class Ones(Initializer):
    """Ones.

    Example:
        >>> Ones()((2,))
        tensor([1., 1.])
    """

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        return torch.ones(checked_shape("Ones", shape), dtype=_config.torch_dtype(dtype), device=_config.device())


@REGISTRY.register
class Constant(Initializer):
    """One number everywhere, or the entries of an array.

    Args:
        value: a number, or an array with as many entries as the weight.

    Raises:
        ValueError: when the array has another number of entries.

    Example:
        >>> Constant(3)((2,))
        tensor([3., 3.])
    """

    def __init__(self, value: Any = 0) -> None:
        self.value = value

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        shape = checked_shape("Constant", shape)
        value = torch.as_tensor(self.value, dtype=_config.torch_dtype(dtype), device=_config.device())
        if value.numel() == 1:
            return value.reshape(()).repeat(shape)
        if value.numel() != math.prod(shape):
            raise ValueError(
                f"Constant: expected a value of one entry or of shape {shape}. Received: shape {tuple(value.shape)}"
            )
        return value.reshape(shape).clone()

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


@REGISTRY.register
class Identity(Initializer):
    """The identity matrix; Keras 2 repeats it along the long side of an oblong shape, later ones fill up with zeros.

    Args:
        gain: what the matrix is multiplied by.

    Raises:
        ValueError: for a shape that is no matrix; in Keras 2, when the long side is no multiple of the short one.

    Example:
        >>> Identity()((2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        shape = checked_shape("Identity", shape)
        if len(shape) != 2:
            raise ValueError(f"Identity: expected the shape of a matrix. Received: {shape}")
        rows, columns = shape
        options = {"dtype": _config.torch_dtype(dtype), "device": _config.device()}
        if eras.current().identity == "eye":
            return self.gain * torch.eye(rows, columns, **options)
        short, long = sorted(shape)
        if long % max(short, 1):
            raise ValueError(f"Identity: expected the long side to be a multiple of the short side. Received: {shape}")
        repeats = (rows // max(short, 1), columns // max(short, 1))
        return self.gain * torch.eye(short, **options).repeat(*repeats)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


_SCALINGS = (None, "density", "spectrum")
_SCIPY_ONLY = "{owner}: expected window to be {known}, or scipy to be installed for others. Received: window={window!r}"
#: windows that torch has, which are scipy's to the last digit
_WINDOWS = {
    "hann": torch.signal.windows.hann,
    "hamming": torch.signal.windows.hamming,
    "blackman": torch.signal.windows.blackman,
    "bartlett": torch.signal.windows.bartlett,
    "nuttall": torch.signal.windows.nuttall,
    "cosine": torch.signal.windows.cosine,
}


def window_values(owner: str, window: Any, length: int, periodic: bool, dtype: torch.dtype) -> torch.Tensor:
    """The values of a window function.

    Args:
        owner: whom an error names.
        window: its name, or the values themselves.
        length: how many.
        periodic: whether the window is one period of a longer function, or symmetric.
        dtype: the type.

    Raises:
        ValueError: for a name that nobody knows, or values of another number.

    Example:
        >>> window_values("STFT", "hann", 3, False, torch.float32)
        tensor([0., 1., 0.])
    """
    if isinstance(window, str) and window in _WINDOWS:
        return _WINDOWS[window](length, sym=not periodic, dtype=dtype)
    if isinstance(window, str):
        try:
            from scipy.signal import get_window
        except ImportError:
            known = ", ".join(map(repr, _WINDOWS))
            raise ValueError(_SCIPY_ONLY.format(owner=owner, known=known, window=window)) from None
        try:
            return torch.as_tensor(get_window(window, length, periodic), dtype=dtype)
        except ValueError:
            raise ValueError(f"{owner}: expected the name of a window. Received: window={window!r}") from None
    found = torch.as_tensor(window, dtype=dtype)
    if tuple(found.shape) != (length,):
        raise ValueError(
            f"{owner}: expected a window of {length} values, one for each sample of a frame. "
            f"Received: shape {tuple(found.shape)}"
        )
    return found


@REGISTRY.register
class STFT(Initializer):
    """The kernel of a convolution that computes a short-time Fourier transform.

    Args:
        side: ``'real'`` or ``'imag'``, the part of the transform.
        window: the name of a window function, its values, or None for none.
        scaling: ``'density'`` or ``'spectrum'``, by which norm of the window to divide; None for no division.
        periodic: whether the window is one period of a longer function, or symmetric.

    Raises:
        ValueError: for another side, scaling or window.

    Source: https://keras.io/api/layers/initializers/

    Example:
        >>> STFT("real", None)((4, 1, 3)).squeeze()[2].tolist()
        [1.0, -1.0, 1.0]
    """

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ) -> None:
        for name, value, known in (("side", side, ("real", "imag")), ("scaling", scaling, _SCALINGS)):
            if value not in known:
                raise ValueError(f"STFT: expected {name} to be one of {known}. Received: {name}={value!r}")
        if isinstance(window, str):
            window_values("STFT", window, 1, periodic, torch.float32)
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        length, _, bins = checked_shape("STFT", shape)
        kind = _config.torch_dtype(dtype)
        time, frequency = torch.arange(length, dtype=kind), torch.arange(bins, dtype=kind) / ((bins - 1) * 2)
        angles = (-2 * time[:, None] * frequency) * math.pi
        kernel = torch.cos(angles) if self.side == "real" else torch.sin(angles)
        if self.window is not None:
            window = window_values("STFT", self.window, length, self.periodic, kind)
            norms = {None: 1.0, "density": window.square().sum().sqrt(), "spectrum": window.abs().sum()}
            kernel = kernel * window[:, None] / norms[self.scaling]
        return kernel[:, None].to(_config.device())

    def get_config(self) -> dict[str, Any]:
        return {"side": self.side, "window": self.window, "periodic": self.periodic, "scaling": self.scaling}
