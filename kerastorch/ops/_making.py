"""How an operation is made of a torch function: arrays and numbers become tensors, symbolic tensors record."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from .. import config
from ..backend.convert import as_tensor
from ..engine.symbolic import record_as, recordable, wants_recording
from ..engine.symbolic.devices import call_on_one_device
from ..engine.symbolic.immutable import as_immutable, foreign

__all__ = [
    "axes",
    "binary",
    "converted",
    "dtype_of",
    "float_pair",
    "floats",
    "narrow",
    "narrow_float_pair",
    "narrow_floats",
    "narrow_pair",
    "operation",
    "operation_like",
    "pair",
    "same_pair",
    "together",
    "unary",
    "wide_floats",
]


def operation(fn: Callable) -> Callable:
    """Makes a function one operation of the graph where a symbolic tensor is among its arguments."""
    return recordable(fn)


def operation_like(told: Callable) -> Callable:
    """``operation`` for functions whose results' shapes depend on data.

    Args:
        told: gives, for the function's arguments, a ``Spec`` of its result, or several.
    """

    def decorate(fn: Callable) -> Callable:
        @functools.wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if wants_recording(args, kwargs):
                return record_as(wrapper, args, kwargs, told(*args, **kwargs), fn.__name__)
            result = call_on_one_device(fn, args, kwargs)
            return as_immutable(result) if foreign.active() else result

        return wrapper

    return decorate


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


_NARROWER = {torch.float64: torch.float32, torch.int64: torch.int32, torch.complex128: torch.complex64}


def narrow(x: Any) -> Any:
    """A tensor of 64 bits as one of 32.

    Keras 3 settles the types of many operations without 64 bits, whatever goes in. Where ``floatx()`` is float64
    nothing is narrowed: who asks for 64 bits gets them.

    Example:
        >>> narrow(torch.zeros(2, dtype=torch.float64)).dtype
        torch.float32
    """
    kind = _NARROWER.get(x.dtype)
    return x if kind is None or config.floatx() == "float64" else x.to(kind)


def narrow_floats(x: Any) -> Any:
    """``floats`` without 64 bits."""
    return narrow(floats(x))


def wide_floats(x: Any) -> Any:
    """``floats``, but whole numbers of 64 bits become floats of 64."""
    x = converted(x)
    return x.double() if x.dtype == torch.int64 else floats(x)


def dtype_of(dtype: Any) -> torch.dtype | None:
    """A torch dtype, None for None."""
    return None if dtype is None else config.torch_dtype(dtype)


def axes(axis: Any) -> Any:
    """Axes as torch takes them."""
    return tuple(axis) if isinstance(axis, list) else axis


def _described(name: str, function: Callable, arguments: str) -> str:
    where = f"torch.{getattr(function, '__name__', name)}"
    return f"Keras 3's ``ops.{name}({arguments})``, computed by ``{where}``."


def unary(functions: Mapping[str, Callable], prepare: Callable = converted) -> dict[str, Callable]:
    """Operations of one tensor on every element by itself.

    Args:
        functions: name -> torch function.
        prepare: makes a tensor of the right type of the argument.
    """

    def of(name: str, function: Callable) -> Callable:
        def compute(x: Any) -> Any:
            return function(prepare(x))

        return _named(compute, name, _described(name, function, "x"))

    return {name: of(name, function) for name, function in functions.items()}


def binary(
    functions: Mapping[str, Callable], prepare: Callable, names: tuple[str, str] = ("x1", "x2")
) -> dict[str, Callable]:
    """Operations of two tensors on every pair of elements by itself.

    Args:
        functions: name -> torch function.
        prepare: makes two tensors of the right type of the arguments.
        names: what Keras calls the arguments.
    """

    def of(name: str, function: Callable) -> Callable:
        if names == ("x", "y"):

            def compute(x: Any, y: Any) -> Any:
                return function(*prepare(x, y))
        else:

            def compute(x1: Any, x2: Any) -> Any:  # type: ignore[misc]
                return function(*prepare(x1, x2))

        return _named(compute, name, _described(name, function, ", ".join(names)))

    return {name: of(name, function) for name, function in functions.items()}


def _named(compute: Callable, name: str, described: str) -> Callable:
    compute.__name__ = compute.__qualname__ = name
    compute.__doc__ = described
    made = functools.wraps(compute)(operation(compute))
    made.__module__ = "kerastorch.ops"  # where pickle finds it
    return made


def pair(x1: Any, x2: Any) -> tuple[Any, Any]:
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


def same_pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    """``pair``, both of the type that can hold both."""
    first, second = pair(x1, x2)
    kind = torch.promote_types(first.dtype, second.dtype)
    return first.to(kind), second.to(kind)


def narrow_pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    """``same_pair`` without 64 bits."""
    return tuple(narrow(x) for x in same_pair(x1, x2))  # type: ignore[return-value]


def float_pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    """``same_pair`` as floats."""
    return tuple(floats(x) for x in same_pair(x1, x2))  # type: ignore[return-value]


def narrow_float_pair(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Two tensors of one type of floats, without 64 bits; a Python number counts as a tensor of its own."""
    return tuple(narrow(floats(x)) for x in together([x1, x2]))  # type: ignore[return-value]


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
