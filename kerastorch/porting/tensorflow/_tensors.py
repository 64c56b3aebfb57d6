"""The tensor that TensorFlow's functions give: a torch tensor that a script of TensorFlow 2 can use as it is used to.

``.numpy()`` reads its values also where they have a gradient, ``.shape`` has ``as_list()``, operators take lists and
arrays, indices may be negative steps and tensors, and it prints as TensorFlow's does. It shares its memory with a plain
torch tensor: layers and torch functions compute on that one.

Source: https://www.tensorflow.org/api_docs/python/tf/Tensor
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.overrides import get_default_nowrap_functions

from ...backend.arrays import forward
from ...engine.symbolic import script
from ...engine.symbolic.devices import call_on_one_device
from ...engine.symbolic.immutable import ASSIGNING, OPERATORS, Immutable, plain
from ...engine.symbolic.shape import Shape
from ._dtypes import as_dtype, told

__all__ = ["Rows", "Tensor", "TensorShape"]


class TensorShape(Shape):
    """A shape, None for unknown axes.

    Args:
        dims: the sizes; a number is a shape of one axis.

    Example:
        >>> TensorShape([None, 3])
        TensorShape([None, 3])
        >>> print(TensorShape([2]) + [3])
        (2, 3)
    """

    __slots__ = ()

    def __new__(cls, dims: Any = ()) -> TensorShape:
        if dims is None:
            raise NotImplementedError(
                "tf.TensorShape: expected sizes, since a torch tensor knows how many axes it has. Received: None"
            )
        sizes = [dims] if isinstance(dims, (int, np.integer)) else dims
        return super().__new__(cls, [None if size is None else int(size) for size in sizes])

    def __str__(self) -> str:
        return tuple.__repr__(tuple(self))

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"


class Tensor(Immutable):
    """A tensor as TensorFlow's eager functions give it.

    Example:
        >>> x = torch.ones(2, 2).as_subclass(Tensor)
        >>> y = (x + [1.0, 2.0])[::-1]
        >>> y.shape.as_list(), y.numpy().tolist()
        ([2, 2], [[2.0, 3.0], [2.0, 3.0]])
    """

    @classmethod
    def __torch_function__(cls, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if not all(issubclass(kind, torch.Tensor) for kind in types):  # a symbolic tensor records
            return NotImplemented
        with torch._C.DisableTorchFunctionSubclass():
            if script.at_top():
                with script.gradients():
                    result = func(*args, **(kwargs or {}))
            else:
                result = func(*args, **(kwargs or {}))
        return result if func in _AS_THEY_ARE else _wrapped(result)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        with torch._C.DisableTorchFunctionSubclass():
            return TensorShape(torch.Tensor.shape.__get__(self))

    @property
    def dtype(self) -> Any:
        """The elements' type: TensorFlow's where a script asks that has not imported torch."""
        with torch._C.DisableTorchFunctionSubclass():
            return told(torch.Tensor.dtype.__get__(self))

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The values as an array, as a TensorFlow 1 script asks for them."""
        return self.numpy()

    def ref(self) -> _Reference:
        """Something that is equal and hashes the same for this very tensor only."""
        return _Reference(self)

    experimental_ref = ref

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("expected a tensor with axes to iterate over. Received: a tensor of shape ()")
        return (self[i] for i in range(len(self)))

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)

    def __str__(self) -> str:
        text = _text(self)
        return f"tf.Tensor({text}, shape={self.shape}, dtype={as_dtype(self.dtype).name})"

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        values = repr(self.numpy()) if self.ndim else str(self.numpy())
        return f"<tf.Tensor: shape={self.shape}, dtype={as_dtype(self.dtype).name}, numpy={values}>"


class Rows:
    """What ``RaggedTensor`` is to the modules that it imports."""

    __slots__ = ()


# These give plain tensors on purpose, or what is no tensor of the script.
_AS_THEY_ARE = {*get_default_nowrap_functions(), torch.Tensor.as_subclass}


def _wrapped(result: Any) -> Any:
    """What a torch function gave, as the script sees it."""
    if type(result) is torch.Tensor:
        return result.as_subclass(Tensor)
    if isinstance(result, (list, tuple)) and any(type(item) is torch.Tensor for item in result):
        return type(result)(_wrapped(item) for item in result)
    return result


class _Reference:
    def __init__(self, tensor: Any) -> None:
        self._tensor = tensor

    def deref(self) -> Any:
        """The tensor."""
        return self._tensor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reference) and self._tensor is other._tensor

    def __hash__(self) -> int:
        return id(self._tensor)


def _text(tensor: Tensor) -> str:
    text = str(tensor.numpy())
    return f"\n{text}" if "\n" in text else text


# ------------------------------------------------------------------ operators


def beside(value: Any, like: torch.Tensor) -> Any:
    """What stands beside a tensor in an operation, as torch takes it: arrays and lists become tensors of its type."""
    own = isinstance(value, (np.ndarray, np.generic))
    if not own and not isinstance(value, (list, tuple)):
        return value
    tensor = torch.as_tensor(_stacked(value, like), device=like.device)
    if own:
        return tensor if like.dtype == torch.bool else tensor.to(like.dtype)
    if like.dtype == torch.bool or tensor.is_floating_point() and not like.is_floating_point():
        return _narrow(tensor)
    return tensor if tensor.is_complex() else tensor.to(like.dtype)


def _narrow(tensor: torch.Tensor) -> torch.Tensor:
    """Numbers of a list as Python's own are taken."""
    return tensor.to({torch.int64: torch.int32, torch.float64: torch.float32}.get(tensor.dtype, tensor.dtype))


def _stacked(value: Any, like: torch.Tensor) -> Any:
    if isinstance(value, (list, tuple)) and any(isinstance(item, torch.Tensor) for item in value):
        return torch.stack([torch.as_tensor(item, dtype=like.dtype, device=like.device) for item in value])
    return forward(value)


def _answers_itself(value: Any) -> bool:
    return isinstance(value, Rows) or hasattr(value, "_examples")


def _operator(name: str) -> Callable:
    method = getattr(torch.Tensor, name)

    def apply(self: Tensor, *args: Any) -> Any:
        if args and _answers_itself(args[0]):
            return NotImplemented
        with torch._C.DisableTorchFunctionSubclass():
            args = (self, *[beside(arg, self) for arg in args])
            if not script.at_top():
                return _wrapped(call_on_one_device(method, args, {}))
            with script.gradients():
                return _wrapped(call_on_one_device(method, args, {}))

    apply.__name__ = name
    return apply


def _division(reverse: bool) -> Callable:
    divide = _operator("__rtruediv__" if reverse else "__truediv__")

    def apply(self: Tensor, other: Any) -> Any:
        if self.is_floating_point() or self.is_complex() or _answers_itself(other):
            return divide(self, other)
        # whole numbers are divided in double precision, the small ones in single
        wide = torch.float64 if self.dtype in (torch.int32, torch.int64) else torch.float32
        other = plain(other)
        other = other.to(wide) if isinstance(other, torch.Tensor) and not other.is_floating_point() else other
        return divide(self.to(wide), other)

    return apply


def _getitem(self: Tensor, key: Any) -> Any:
    """An index as TensorFlow has it: steps may be negative, bounds and indices tensors."""
    keys = key if isinstance(key, tuple) else (key,)
    axes = sum(k is not None and k is not Ellipsis for k in keys)
    flips, ready, axis = [], [], 0
    for k in keys:
        if k is Ellipsis:
            ready.append(k)
            axis += self.ndim - axes
            continue
        if isinstance(k, slice):
            k = slice(*(int(b) if isinstance(b, torch.Tensor) else b for b in (k.start, k.stop, k.step)))
            if k.step is not None and k.step < 0:
                k = _forwards(k, torch.Tensor.size(self, axis))
                flips.append(axis)
        elif isinstance(k, torch.Tensor):
            k = _index(k)
        ready.append(k)
        axis += k is not None
    flipped = torch.flip(self, flips) if flips else self
    return torch.Tensor.__getitem__(flipped.as_subclass(torch.Tensor), tuple(ready))


def _forwards(key: slice, size: int) -> slice:
    """A slice of negative step as one of positive step over the axis turned round."""
    start, stop, step = key.indices(size)
    return slice(size - 1 - start, size - 1 - stop, -step)


def _index(key: torch.Tensor) -> Any:
    if key.ndim == 0 and key.dtype != torch.bool:
        return int(key)
    return key if key.dtype in (torch.bool, torch.int64) else key.long()


def _indexed(self: Tensor, key: Any) -> Any:
    if is_symbolic_key(key):
        from ...engine.symbolic import record

        return record(_getitem, (self, key), {}, "getitem")
    with torch._C.DisableTorchFunctionSubclass():
        if not script.at_top():
            return _wrapped(_getitem(self, key))
        with script.gradients():
            return _wrapped(_getitem(self, key))


def is_symbolic_key(key: Any) -> bool:
    """Whether a symbolic tensor is among the indices."""
    from ...engine.symbolic import is_symbolic

    return is_symbolic(key)


def _compare(name: str) -> Callable:
    equal = _operator(name)

    def apply(self: Tensor, other: Any) -> Any:
        if other is None or isinstance(other, (str, bytes)):
            return name == "__ne__"
        return equal(self, other)

    return apply


def _reduction(name: str) -> Callable:
    method = getattr(torch.Tensor, name)

    def apply(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:  # np.max(tensor) asks the tensor first, in numpy's words
            return getattr(np.asarray(self), name)(*args, **kwargs)
        return method(self, *args, **kwargs)

    apply.__name__ = name
    return apply


for _name in "max min sum prod mean std var any all".split():
    setattr(Tensor, _name, _reduction(_name))
for _name in (*OPERATORS, "rfloordiv", "rmod", "rand", "ror", "rxor"):
    if hasattr(torch.Tensor, f"__{_name}__"):
        setattr(Tensor, f"__{_name}__", _operator(f"__{_name}__"))
Tensor.__truediv__, Tensor.__rtruediv__ = _division(False), _division(True)  # type: ignore[method-assign]
Tensor.__getitem__ = _indexed  # type: ignore[method-assign]
Tensor.__eq__, Tensor.__ne__ = _compare("__eq__"), _compare("__ne__")  # type: ignore[method-assign]
Tensor.__hash__ = torch.Tensor.__hash__  # type: ignore[method-assign]
for _name in ASSIGNING:
    setattr(Tensor, f"__i{_name}__", getattr(Tensor, f"__{_name}__"))
