"""From what Keras functions take to tensors, and from tensors to arrays."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import SymbolicTensor, flatten
from ..engine.symbolic.immutable import values_of
from .arrays import forward

__all__ = ["as_tensor", "beside", "dtype_name", "floats", "is_tensor_like", "sizes", "static_shape", "to_numpy"]


def is_tensor_like(value: Any) -> bool:
    """Whether a value is a tensor, a variable or a symbolic tensor."""
    return isinstance(value, (torch.Tensor, SymbolicTensor))


def beside(value: Any, like: Any) -> Any:
    """A tensor on the device of the one that it will meet; a single number is left where it is, as any device takes it.

    Example:
        >>> beside(torch.ones(2), torch.ones(2, device="meta")).device.type
        'meta'
    """
    both = isinstance(value, torch.Tensor) and isinstance(like, torch.Tensor)
    return value.to(like.device) if both and value.ndim and value.device != like.device else value


def as_tensor(value: Any, like: Any = None) -> Any:
    """Tensors as they are, on the device of ``like``; numbers, lists and arrays as tensors of the type of ``like``.

    Without ``like``, arrays keep their type and floats in lists become ``floatx()``.

    Args:
        value: what to convert.
        like: the tensor that it will meet, if any.

    Example:
        >>> as_tensor([1.0, 2.0]).dtype, as_tensor(1, torch.zeros(2)).dtype
        (torch.float32, torch.float32)
    """
    if is_tensor_like(value):
        return beside(value, like)
    if is_tensor_like(like):
        array = forward(value)
        kind = like.dtype if array.dtype.kind in "fiu" else None
        return torch.as_tensor(array, dtype=kind, device=like.device)
    if isinstance(value, (list, tuple)) and any(is_tensor_like(leaf) for leaf in flatten(value)):
        first = next(leaf for leaf in flatten(value) if is_tensor_like(leaf))
        return torch.stack([as_tensor(item, first) for item in value])
    tensor = torch.as_tensor(forward(value), device=config.device())
    typed = isinstance(value, (np.ndarray, np.generic))
    return tensor if typed or tensor.dtype != torch.float64 else tensor.to(config.torch_dtype(None))


def floats(value: Any) -> Any:
    """The value as a tensor of floats: whole numbers and booleans become ``floatx()``.

    Example:
        >>> floats([1, 2]).dtype
        torch.float32
    """
    x = as_tensor(value)
    return x if x.dtype.is_floating_point else x.to(config.torch_dtype(None))


def dtype_name(dtype: Any) -> str:
    """The name of a torch or numpy dtype.

    Example:
        >>> dtype_name(torch.int32)
        'int32'
    """
    return str(dtype).removeprefix("torch.")


def to_numpy(tensor: Any) -> Any:
    """The values of a tensor, a numpy number for a tensor without axes.

    Example:
        >>> to_numpy(torch.tensor([1, 2]))
        array([1, 2])
    """
    return values_of(tensor)


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape's sizes as Python ints, out of ints, tensors of one number, or one tensor.

    Example:
        >>> sizes((torch.tensor(2), 3)), sizes(torch.tensor([4, 5]))
        ((2, 3), (4, 5))
    """
    if isinstance(shape, torch.Tensor):
        shape = shape.tolist() if shape.ndim else [int(shape)]
    elif isinstance(shape, (int, np.integer)):
        shape = [shape]
    return tuple(int(size) if isinstance(size, (torch.Tensor, float)) else operator.index(size) for size in shape)


def static_shape(shape: Any) -> tuple[int | None, ...]:
    """A shape as far as it is known: None for sizes that only data will tell."""
    if isinstance(shape, SymbolicTensor):
        first, last = (sizes(example) for example in (shape._examples[0], shape._examples[-1]))
        return tuple(a if a == b else None for a, b in zip(first, last, strict=True))
    if not isinstance(shape, Sequence):
        return sizes(shape)
    result: list[int | None] = []
    for size in shape:
        result += static_shape(size) if isinstance(size, SymbolicTensor) else [None if size is None else sizes(size)[0]]
    return tuple(result)
