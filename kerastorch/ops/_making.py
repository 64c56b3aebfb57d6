"""How an operation is made of a torch function: arrays and numbers become tensors, symbolic tensors record."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from .. import config
from ..backend.convert import as_tensor
from ..engine.symbolic import recordable

__all__ = ["axes", "converted", "dtype_of", "floats", "operation", "table", "together"]


def operation(fn: Callable) -> Callable:
    """Makes a function one operation of the graph where a symbolic tensor is among its arguments."""
    return recordable(fn)


def converted(x: Any, like: Any = None) -> Any:
    """A tensor; lists of whole numbers have Keras 3's type of them, int32.

    Example:
        >>> converted([1, 2]).dtype, converted([0.5]).dtype
        (torch.int32, torch.float32)
    """
    found = as_tensor(x, like)
    plain = not isinstance(x, torch.Tensor) and not hasattr(x, "dtype") and like is None
    return found.to(torch.int32) if plain and isinstance(found, torch.Tensor) and found.dtype == torch.int64 else found


def floats(x: Any) -> Any:
    """A tensor of floats; whole numbers become ``floatx()``."""
    x = converted(x)
    return x if x.is_floating_point() or x.is_complex() else x.to(config.torch_dtype(None))


def dtype_of(dtype: Any) -> torch.dtype | None:
    """A torch dtype, None for None."""
    return None if dtype is None else config.torch_dtype(dtype)


def axes(axis: Any) -> Any:
    """Axes as torch takes them."""
    return tuple(axis) if isinstance(axis, list) else axis


def _described(name: str, function: Callable, arguments: str) -> str:
    where = f"torch.{getattr(function, '__name__', name)}"
    return f"Keras 3's ``ops.{name}({arguments})``, computed by ``{where}``."


def table(functions: Mapping[str, Callable], count: int, into_floats: bool = False) -> dict[str, Callable]:
    """Operations on every element by itself.

    Args:
        functions: name -> torch function.
        count: how many tensors each takes.
        into_floats: whether whole numbers become floats first.
    """
    return {name: _of(name, function, count, into_floats) for name, function in functions.items()}


def _of(name: str, function: Callable, count: int, into_floats: bool) -> Callable:
    if count == 1:

        def compute(x: Any) -> Any:
            return function(floats(x) if into_floats else converted(x))
    else:

        def compute(x1: Any, x2: Any) -> Any:  # type: ignore[misc]
            x1, x2 = _pair(x1, x2)
            return function(floats(x1), floats(x2)) if into_floats else function(x1, x2)

    compute.__name__ = compute.__qualname__ = name
    compute.__doc__ = _described(name, function, "x" if count == 1 else "x1, x2")
    return functools.wraps(compute)(operation(compute))


def _pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Two tensors; a Python number takes the other's type where that can hold it."""
    first, second = isinstance(x1, (int, float)), isinstance(x2, (int, float))
    if first == second:
        return converted(x1), converted(x2, converted(x1) if isinstance(x2, (list, tuple)) else None)
    tensor, number = (x2, x1) if first else (x1, x2)
    tensor = converted(tensor)
    whole = not tensor.is_floating_point() and isinstance(number, float)
    kind = config.torch_dtype(None) if whole else tensor.dtype
    if tensor.dtype == torch.bool and not isinstance(number, bool):
        kind = torch.float32 if isinstance(number, float) else torch.int32
    held = torch.as_tensor(number, dtype=kind, device=tensor.device)
    return (held, tensor) if first else (tensor, held)


def together(xs: Sequence[Any]) -> list[Any]:
    """Tensors of one type, the one that can hold what all of them hold.

    Example:
        >>> [x.dtype for x in together([[1, 2], [0.5]])]
        [torch.float32, torch.float32]
    """
    tensors = [converted(x) for x in xs]
    kind = tensors[0].dtype
    for tensor in tensors[1:]:
        kind = torch.promote_types(kind, tensor.dtype)
    return [tensor.to(kind) for tensor in tensors]
