"""Making tensors and asking what they are.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import SymbolicTensor, recordable
from ..engine.symbolic import placeholder as _placeholder
from . import names
from .arrays import forward
from .convert import as_tensor, dtype_name, is_tensor_like, sizes, to_numpy

__all__ = [
    "arange",
    "cast",
    "cast_to_floatx",
    "constant",
    "count_params",
    "dtype",
    "get_variable_shape",
    "identity",
    "int_shape",
    "is_keras_tensor",
    "is_placeholder",
    "is_sparse",
    "is_tensor",
    "ndim",
    "ones_like",
    "placeholder",
    "print_tensor",
    "shape",
    "to_dense",
    "zeros_like",
]


def placeholder(
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    name: str | None = None,
) -> SymbolicTensor:
    """A symbolic tensor that ``K.function`` takes a value for.

    Args:
        shape: its shape, None for axes of free size.
        ndim: how many axes of free size it has, where no shape is given.
        dtype: its type, ``floatx()`` when missing.
        sparse: must be False.
        name: its name.

    Raises:
        ValueError: without shape and ndim, or with ``sparse=True``.

    Example:
        >>> placeholder((None, 3)).shape, placeholder(ndim=2).shape
        ((None, 3), (None, None))
    """
    if sparse:
        raise ValueError("placeholder: expected sparse=False, since graphs hold dense tensors. Received: sparse=True")
    if shape is None and ndim is None:
        raise ValueError("placeholder: expected shape or ndim, since a graph needs to know the axes. Received: neither")
    if not shape and ndim:
        shape = (None,) * ndim
    name = name or f"placeholder_{names.get_uid('placeholder')}"
    return _placeholder(tuple(shape or ()), "string" if dtype == "string" else config.torch_dtype(dtype), name)


def constant(
    value: Any, dtype: str | None = None, shape: Sequence[int] | None = None, name: str | None = None
) -> torch.Tensor:
    """A tensor of given values.

    Args:
        value: a number, list or array.
        dtype: its type, ``floatx()`` when missing.
        shape: the shape to give it; a single number is repeated.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> constant([1, 2]), constant(3, shape=(2,))
        (tensor([1., 2.]), tensor([3., 3.]))
    """
    tensor = torch.as_tensor(forward(value), dtype=config.torch_dtype(dtype), device=config.device())
    if shape is None:
        return tensor
    return tensor.expand(sizes(shape)).clone() if tensor.numel() == 1 else tensor.reshape(sizes(shape))


def is_tensor(x: Any) -> bool:
    """Whether something is a tensor, a variable or a symbolic tensor.

    Example:
        >>> is_tensor(torch.zeros(1)), is_tensor(np.zeros(1))
        (True, False)
    """
    return is_tensor_like(x)


def is_keras_tensor(x: Any) -> bool:
    """Whether a tensor came out of ``Input`` or of a layer.

    Raises:
        ValueError: for something that is no tensor.

    Example:
        >>> from kerastorch.layers import Input
        >>> is_keras_tensor(Input((3,))), is_keras_tensor(placeholder((None, 3)))
        (True, False)
    """
    if not is_tensor_like(x):
        raise ValueError(f"is_keras_tensor: expected a tensor. Received: {x!r} of type {type(x).__name__}")
    return getattr(x, "_keras_history", None) is not None


def is_placeholder(x: Any) -> bool:
    """Whether something is a symbolic tensor that takes data, as those of ``Input`` and ``placeholder`` are.

    Example:
        >>> is_placeholder(placeholder(ndim=1)), is_placeholder(torch.zeros(1))
        (True, False)
    """
    return isinstance(x, SymbolicTensor) and x.node is None


def is_sparse(tensor: Any) -> bool:
    """Whether a tensor is sparse.

    Example:
        >>> is_sparse(torch.eye(2)), is_sparse(torch.eye(2).to_sparse())
        (False, True)
    """
    return isinstance(tensor, torch.Tensor) and tensor.layout != torch.strided


def to_dense(tensor: Any) -> Any:
    """A sparse tensor as a dense one, any other as it is.

    Example:
        >>> to_dense(torch.eye(2).to_sparse()).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return tensor.to_dense() if is_sparse(tensor) else tensor


@recordable
def shape(x: Any) -> torch.Tensor:
    """The shape as a tensor of whole numbers, with the sizes that are known only when data comes.

    Example:
        >>> shape(torch.zeros(2, 3)).tolist()
        [2, 3]
    """
    return torch.tensor(tuple(as_tensor(x).shape), dtype=torch.int64)


def int_shape(x: Any) -> tuple[int | None, ...]:
    """The shape as a tuple, None for axes of free size.

    Example:
        >>> int_shape(placeholder((None, 3))), int_shape(torch.zeros(2))
        ((None, 3), (2,))
    """
    return tuple(as_tensor(x).shape)


def get_variable_shape(x: Any) -> tuple[int | None, ...]:
    """``int_shape`` under the name that it has for variables.

    Example:
        >>> get_variable_shape(torch.zeros(2, 3))
        (2, 3)
    """
    return int_shape(x)


def ndim(x: Any) -> int:
    """How many axes a tensor has.

    Example:
        >>> ndim(placeholder((None, 3)))
        2
    """
    return as_tensor(x).ndim


def dtype(x: Any) -> str:
    """The name of a tensor's type.

    Example:
        >>> dtype(torch.zeros(1))
        'float32'
    """
    return dtype_name(as_tensor(x).dtype)


def count_params(x: Any) -> int:
    """How many elements a tensor of known shape has.

    Raises:
        ValueError: when an axis is of free size.

    Example:
        >>> count_params(torch.zeros(2, 3))
        6
    """
    sizes_of_x = int_shape(x)
    if None in sizes_of_x:
        raise ValueError(f"count_params: expected a tensor of known shape. Received: shape {sizes_of_x}")
    return int(np.prod(sizes_of_x, dtype=np.int64))


@recordable
def identity(x: Any, name: str | None = None) -> torch.Tensor:
    """The same values as another tensor.

    Args:
        x: a tensor.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> identity(torch.ones(2)).tolist()
        [1.0, 1.0]
    """
    x = as_tensor(x)
    return x.view_as(x)


@recordable
def cast(x: Any, dtype: str) -> torch.Tensor:
    """A tensor in another type.

    Args:
        x: a tensor.
        dtype: the type: ``'float32'``, ``'int32'``, ``'bool'`` …

    Example:
        >>> cast(torch.tensor([0.0, 2.5]), "int32").tolist()
        [0, 2]
    """
    return as_tensor(x).to(config.torch_dtype(dtype))


def cast_to_floatx(x: Any) -> Any:
    """An array, or a tensor, in the default float type.

    Example:
        >>> cast_to_floatx([1, 2]).dtype
        dtype('float32')
    """
    if is_tensor_like(x):
        return cast(x, config.floatx())
    return np.asarray(x, dtype=config.floatx())


@recordable
def zeros_like(x: Any, dtype: str | None = None, name: str | None = None) -> torch.Tensor:
    """Zeros in the shape of a tensor.

    Args:
        x: a tensor.
        dtype: the type, that of ``x`` when missing.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> zeros_like(torch.ones(2)).tolist()
        [0.0, 0.0]
    """
    return torch.zeros_like(as_tensor(x), dtype=None if dtype is None else config.torch_dtype(dtype))


@recordable
def ones_like(x: Any, dtype: str | None = None, name: str | None = None) -> torch.Tensor:
    """Ones in the shape of a tensor.

    Args:
        x: a tensor.
        dtype: the type, that of ``x`` when missing.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> ones_like(torch.zeros(2)).tolist()
        [1.0, 1.0]
    """
    return torch.ones_like(as_tensor(x), dtype=None if dtype is None else config.torch_dtype(dtype))


@recordable
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: str = "int32") -> torch.Tensor:
    """Numbers in equal steps.

    Args:
        start: the first number; where ``stop`` is missing the end, and the first is 0.
        stop: the end, which is not reached.
        step: from one to the next.
        dtype: the type.

    Example:
        >>> arange(3).tolist(), arange(1, 7, 2).tolist()
        ([0, 1, 2], [1, 3, 5])
    """
    if stop is None:
        start, stop = 0, start if start > 0 else 0
    start, stop, step = (bound.item() if isinstance(bound, torch.Tensor) else bound for bound in (start, stop, step))
    return torch.arange(start, stop, step, dtype=config.torch_dtype(dtype), device=config.device())


@recordable
def print_tensor(x: Any, message: str = "") -> Any:
    """Prints a tensor whenever it is computed, to the error stream, and passes it on.

    Args:
        x: a tensor.
        message: what to print before its first three elements.

    Returns:
        The same values; what is to be printed must be computed from them.

    Example:
        >>> print_tensor(torch.ones(2), "ones: ").tolist()
        [1.0, 1.0]
    """
    x = as_tensor(x)
    if x.device.type != "meta":
        values = to_numpy(x).reshape(-1)
        shown = " ".join(str(value) for value in values[:3]) + ("..." if values.size > 3 else "")
        print(f"{message}[{shown}]", file=sys.stderr)
    return x.view_as(x)
