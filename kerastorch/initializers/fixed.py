"""Initializers without chance: zeros, ones, a constant, the identity matrix."""

from __future__ import annotations

import math
from typing import Any

import torch

from kerastorch import config as _config
from kerastorch import eras

from .base import REGISTRY, Dtype, Initializer, Shape, checked_shape

__all__ = ["Zeros", "Ones", "Constant", "Identity"]


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
