"""What TensorFlow's functions here have in common: their arguments as tensors, recording, gradients, their results.

A function marked with ``op`` computes on torch tensors. It takes whatever TensorFlow's takes (numbers, lists, arrays,
tensors, variables), becomes a part of the graph when one of them is symbolic, has a gradient only while a
``GradientTape`` records or a layer of a training model calls it, and gives a ``Tensor``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import torch

from ... import config, eras
from ...backend.arrays import forward
from ...engine.symbolic import (
    SymbolicTensor,
    is_symbolic,
    map_structure,
    record,
    record_as,
    script,
    wants_recording,
)
from ...engine.symbolic.devices import call_on_one_device
from ...engine.symbolic.immutable import as_immutable, plain
from ._dtypes import as_dtype, torch_type
from ._tensors import Rows
from ._texts import TextTensor, holds_text

__all__ = [
    "before_2",
    "converted",
    "in_order_before_2",
    "NotHere",
    "axes_of",
    "ints",
    "number_like",
    "op",
    "pair",
    "refuse",
    "refusing",
    "tensor",
    "tensors",
    "with_result",
]


class NotHere(NotImplementedError, AttributeError):
    """A part of TensorFlow that is not here; the message names it and torch's counterpart."""


def refuse(name: str, instead: str = "") -> NoReturn:
    """Says that a part of TensorFlow is not here.

    Args:
        name: its name, without ``tf.``.
        instead: what to use.

    Raises:
        NotHere: always.
    """
    hint = f"; {instead}" if instead else "; torch tensors and torch functions may be used in its place"
    raise NotHere(f"tf.{name} is not among the TensorFlow functions that kerastorch answers for{hint}")


def refusing(module: str, instead: str = "") -> Callable[[str], NoReturn]:
    """The ``__getattr__`` of a module here: it says of every other name that it is not here.

    Args:
        module: the module's ``__name__``.
        instead: what to use.
    """
    part = module.removeprefix(f"{__name__.rpartition('.')[0]}.")

    def __getattr__(name: str) -> NoReturn:  # a module's hook
        if name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        refuse(f"{part}.{name}", instead)

    return __getattr__


def before_2() -> bool:
    """Whether the script is one for TensorFlow 1, whose functions take some arguments in another order."""
    return eras.current().positions == "keras2"


def op(fn: Callable) -> Callable:
    """Makes a function of torch tensors one of TensorFlow's."""
    told = getattr(fn, "told", None)
    earlier = getattr(fn, "earlier", ())
    own = _positional(fn) if earlier else ()

    @functools.wraps(fn)
    def wrapper(*args: Any, name: str | None = None, **kwargs: Any) -> Any:
        if _holds_rows(args) or _holds_rows(kwargs.values()):
            from .ragged.dispatch import of_rows

            return of_rows(wrapper, args, kwargs)
        if earlier and 1 < len(args) <= len(own):  # by name from here on: a graph means the same in every era
            kwargs = {**dict(zip(earlier if before_2() else own, args)), **kwargs}
            args = (kwargs.pop(own[0]),)
        if wants_recording(args, kwargs):
            found = told(*args, **kwargs) if told is not None and is_symbolic((args, kwargs)) else None
            if found is not None:
                return record_as(wrapper, args, kwargs, found, fn.__name__)
            return record(wrapper, args, kwargs, fn.__name__)
        if script.at_top():
            with script.gradients():
                return as_immutable(call_on_one_device(fn, args, kwargs))
        return as_immutable(call_on_one_device(fn, args, kwargs))

    return wrapper


def _holds_rows(values: Any) -> bool:
    """Whether rows of different lengths are among arguments, or among the items of a list that is one."""
    for value in values:
        if isinstance(value, Rows) or isinstance(value, (list, tuple)) and any(isinstance(v, Rows) for v in value):
            return True
    return False


def _positional(fn: Callable) -> tuple[str, ...]:
    parameters = inspect.signature(fn).parameters.values()
    return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)


def in_order_before_2(*names: str) -> Callable[[Callable], Callable]:
    """Tells in which order TensorFlow 1 takes a function's arguments.

    Args:
        *names: what this function calls them.
    """

    def mark(fn: Callable) -> Callable:
        fn.earlier = names  # type: ignore[attr-defined]
        return fn

    return mark


def with_result(spec: Callable[..., Any]) -> Callable[[Callable], Callable]:
    """Tells the shape and type that a function's result has in a graph, where example tensors cannot.

    Args:
        spec: a function of the same arguments that gives a ``Spec``, or None where examples will do.
    """

    def mark(fn: Callable) -> Callable:
        fn.told = spec  # type: ignore[attr-defined]
        return fn

    return mark


def tensor(value: Any, dtype: Any = None, like: Any = None) -> torch.Tensor:
    """A value as a torch tensor: whole numbers as int32, other Python numbers as ``floatx()``, arrays in their type.

    In a list the first number decides: numpy's floats keep their type, numpy's whole numbers are as good as Python's.
    TensorFlow 1 takes a list as numpy does, but for float64 and int64.

    Args:
        value: a number, an array, a tensor or any nesting of them.
        dtype: the type wanted.
        like: a tensor beside it, whose type numbers and arrays take.

    Raises:
        TypeError: for text, and for what is no data.
        ValueError: for a list of truth values and numbers, or of real numbers and then complex ones.

    Example:
        >>> tensor([1, 2]).dtype, tensor(np.arange(2)).dtype
        (torch.int32, torch.int64)
    """
    if isinstance(value, torch.Tensor):
        found = plain(value)
        return found if dtype is None else found.to(torch_type(dtype))
    if isinstance(value, SymbolicTensor):
        return value
    if isinstance(value, TextTensor) or holds_text(value):
        raise TypeError("expected numbers; functions of text are in tf.strings. Received: text")
    if isinstance(value, (list, tuple)) and any(isinstance(leaf, torch.Tensor) for leaf in _leaves(value)):
        return _packed(value, dtype, like)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    array = forward(value)
    if array.dtype == object:
        raise TypeError(f"expected data of one shape and type. Received: {value!r}")
    kind = torch_type(dtype) or _kind(value, array, like)
    return torch.tensor(array, dtype=kind, device=like.device if isinstance(like, torch.Tensor) else config.device())


def _leaves(value: Any) -> Any:
    for item in value:
        if isinstance(item, (list, tuple)):
            yield from _leaves(item)
        else:
            yield item


def _packed(value: Any, dtype: Any, like: torch.Tensor | None) -> torch.Tensor:
    """A list with tensors among its items: what else is in it takes their type.

    Raises:
        TypeError: for fractions beside whole numbers.
    """
    if like is None:
        like = next(leaf for leaf in _leaves(value) if isinstance(leaf, torch.Tensor))
    items = [tensor(item, dtype, like) for item in value]
    if dtype is None and not like.is_floating_point() and not like.is_complex():
        for item, given in zip(items, value):
            if item.is_floating_point() and isinstance(given, float):
                raise TypeError(f"expected numbers of type {as_dtype(like.dtype).name}. Received: {given!r}")
    return torch.stack(items)


def _kind(value: Any, array: np.ndarray, like: Any) -> torch.dtype | None:
    """The type of data that nobody chose one for; None for the array's own."""
    own = hasattr(value, "__array__") or hasattr(value, "__array_interface__")  # numpy's, an image of PIL's
    if like is not None and own:
        return like.dtype
    if like is not None and like.dtype != torch.bool and array.dtype != bool:
        fits = like.is_floating_point() or like.is_complex() or array.dtype.kind in "iu"
        return like.dtype if fits else config.torch_dtype(None)
    if own:
        return None
    return _kind_before_2(array) if before_2() else _kind_of_first(value, array)


def _kind_before_2(array: np.ndarray) -> torch.dtype | None:
    """The type of a list in TensorFlow 1's graphs: numpy's, but for what Python's own numbers would be."""
    if array.dtype == np.int64:
        return _whole(array)
    return config.torch_dtype(None) if array.dtype == np.float64 else None


def _kind_of_first(value: Any, array: np.ndarray) -> torch.dtype | None:
    """The type of a list, as its first number has it."""
    first = value
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    found = array.dtype.kind
    kind = found if first is value else np.asarray(first).dtype.kind
    if not array.size:
        return config.torch_dtype(None)
    if found != kind and (kind == "b" or found == "c"):
        raise ValueError(f"expected numbers of one kind, the first one's. Received: {value!r}")
    if found in "iu":
        return _whole(array)
    if found == "c":
        return torch.complex128
    if found == "f" and kind == "f" and isinstance(first, (np.ndarray, np.generic)):
        return torch_type(first.dtype)
    return config.torch_dtype(None) if found == "f" else None


def _whole(array: np.ndarray) -> torch.dtype:
    """The smaller one of int32 and int64 that holds the numbers.

    Raises:
        ValueError: when neither does.
    """
    if array.max(initial=0) >= 2**63:
        raise ValueError(f"expected whole numbers below 2**63. Received: {array.max()}")
    return torch.int32 if -(2**31) <= array.min(initial=0) and array.max(initial=0) < 2**31 else torch.int64


def tensors(values: Any, dtype: Any = None) -> list[torch.Tensor]:
    """Several values as tensors; numbers and arrays take the type of the first tensor, else of the first value."""
    like = next((value for value in values if isinstance(value, torch.Tensor)), None)
    if like is None and dtype is None and len(values):
        like = tensor(values[0])
    return [tensor(value, dtype, like) for value in values]


def pair(x: Any, y: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Two values that meet in an operation."""
    if not isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor):
        y = tensor(y)
        return tensor(x, like=y), y
    x = tensor(x)
    return x, tensor(y, like=x)


def number_like(value: Any, like: torch.Tensor) -> Any:
    """A number as it is, anything else as a tensor beside another one."""
    return value if isinstance(value, (int, float)) else tensor(value, like=like)


def ints(value: Any) -> Any:
    """Sizes, axes or positions as Python ints, nested as they come; None stays None."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [ints(item) for item in value]
    return int(value)


def axes_of(axis: Any, x: torch.Tensor) -> tuple[int, ...]:
    """The axes that an ``axis`` argument means; None is all of them."""
    axis = ints(axis)
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(a % x.ndim for a in (axis if isinstance(axis, list) else [axis])) if x.ndim else ()


def converted(value: Any, dtype: Any = None) -> Any:
    """Data as a tensor of numbers or of text."""
    if isinstance(value, TextTensor):
        return value
    if hasattr(value, "to_numpy"):  # a table or column of pandas, whose text is no array of numpy's
        value = value.to_numpy()
    wants_text = dtype is not None and as_dtype(dtype).name == "string"
    return TextTensor(value) if wants_text or holds_text(value) else tensor(value, dtype)


def text_or_tensor(value: Any, dtype: Any = None) -> Any:
    """Data as an element of a data set: ``converted``, but a list of arrays of one type keeps that."""
    return converted(value, _type_of_arrays(value) if dtype is None else dtype)


def _type_of_arrays(value: Any) -> torch.dtype | None:
    if not isinstance(value, list):
        return None
    leaves = _leaves(value)
    first = next(leaves, None)
    if not isinstance(first, np.ndarray) or first.dtype.kind not in "biufc":
        return None
    alike = all(isinstance(leaf, np.ndarray) and leaf.dtype == first.dtype for leaf in leaves)
    return torch_type(first.dtype) if alike else None


def structure(fn: Callable, tree: Any) -> Any:
    """``fn`` applied to every leaf of nested lists, tuples and dicts."""
    return map_structure(fn, tree)
