"""Tensors as graph code means them: ``x += 1`` makes a new one.

Layers, losses and functions of a TensorFlow graph change nothing in place, whatever they look like: ``y_pred /=
K.sum(y_pred)`` leaves the model's output alone. What such code is given, and what K functions give it, is an
``Immutable``, so that it means the same here.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...backend.arrays import forward
from ...backend.text import StringTensor
from . import script
from .shape import Shape
from .slicing import sliced
from .trees import map_structure

__all__ = [
    "ASSIGNING",
    "Immutable",
    "OPERATORS",
    "as_immutable",
    "foreign",
    "Seen",
    "of_script",
    "operand",
    "plain",
    "seen",
    "shielded",
    "values_of",
]

OPERATORS = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod pow rpow matmul rmatmul neg abs invert "
    "and or xor lt le gt ge getitem"
).split()
ASSIGNING = "add sub mul truediv floordiv mod pow matmul and or xor".split()


class Immutable(torch.Tensor):
    """A tensor whose operators never write into it and take arrays as TensorFlow's do.

    Torch functions on it give plain tensors. Its values can be read as an array whether or not it has a gradient.

    Example:
        >>> x = torch.ones(2)
        >>> y = as_immutable(x)
        >>> y += 1
        >>> x.tolist(), y.tolist()
        ([1.0, 1.0], [2.0, 2.0])
    """

    __torch_function__ = torch._C._disabled_torch_function_impl

    @property
    def shape(self) -> Shape:
        """The shape, with ``as_list()``."""
        return Shape(super().shape)

    def get_shape(self) -> Shape:
        """The shape, under TensorFlow's name."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Checks that the tensor has this shape.

        Raises:
            ValueError: when it has another one.
        """
        self.shape.assert_is_compatible_with(shape)

    @property
    def _keras_shape(self) -> tuple[int, ...]:
        return tuple(self.shape)

    def numpy(self) -> Any:
        """The values as an array of their own, a numpy number for a tensor without axes."""
        return values_of(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = np.asarray(values_of(self))
        return array if dtype is None else array.astype(dtype)

    def __float__(self) -> float:
        return float(self.as_subclass(torch.Tensor).detach())

    def __int__(self) -> int:
        return int(self.as_subclass(torch.Tensor).detach())

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = memo[id(self)] = self.as_subclass(torch.Tensor).detach().clone().as_subclass(type(self))
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _as_kind, (self.as_subclass(torch.Tensor).detach(), type(self))

    def __array_function__(self, function: Callable, types: Any, args: tuple, kwargs: dict) -> Any:
        """numpy's functions compute with the values: its ``np.mean(x)`` would call torch's ``x.mean`` otherwise."""
        given = map_structure(lambda leaf: values_of(leaf) if isinstance(leaf, Immutable) else leaf, (args, kwargs))
        return function(*given[0], **given[1])

    def __array_wrap__(self, array: Any, *_: Any) -> Any:
        return array  # numpy's functions of a tensor give arrays


def _as_kind(tensor: torch.Tensor, kind: type) -> torch.Tensor:
    return tensor.as_subclass(kind)


def values_of(tensor: torch.Tensor) -> Any:
    """A tensor's values as an array of their own, a numpy number for a tensor without axes; text as bytes."""
    if isinstance(tensor, StringTensor):
        return tensor.numpy()
    tensor = tensor.as_subclass(torch.Tensor).detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.dtype == torch.bfloat16:  # unknown to numpy
        tensor = tensor.float()
    return tensor.cpu().numpy().copy()[()]


def plain(leaf: Any) -> Any:
    """An ``Immutable`` as the torch tensor that it is; anything else as it is."""
    if not isinstance(leaf, Immutable):
        return leaf
    tensor = leaf.as_subclass(torch.Tensor)
    mask = getattr(leaf, "_keras_mask", None)
    if mask is not None:
        tensor._keras_mask = mask
    return tensor


def operand(value: Any, like: torch.Tensor) -> Any:
    """An array as a tensor beside another one, a float64 one in its type."""
    if not isinstance(value, np.ndarray):
        return value
    kind = like.dtype if value.dtype == np.float64 and like.is_floating_point() else None
    return torch.as_tensor(forward(value), dtype=kind, device=like.device)


def _operator(name: str) -> Callable:
    method = sliced if name == "__getitem__" else getattr(torch.Tensor, name)

    def apply(self: Immutable, *args: Any) -> Any:
        result = method(self, *[operand(arg, self) for arg in args])
        return result.as_subclass(Immutable) if isinstance(result, torch.Tensor) else result

    apply.__name__ = name
    return apply


for _name in OPERATORS:
    setattr(Immutable, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ASSIGNING:
    setattr(Immutable, f"__i{_name}__", getattr(Immutable, f"__{_name}__"))


def as_immutable(tree: Any) -> Any:
    """The plain tensors in a nesting as ``Immutable`` ones, sharing memory; of the script's own kind if it has one."""
    return map_structure(_leaf, tree)


def _leaf(leaf: Any) -> Any:
    if type(leaf) is not torch.Tensor:
        return leaf
    seen = leaf.as_subclass(script.kind() or Immutable)
    if leaf.grad_fn is not None:
        seen._origin = leaf  # what else was computed from it did not come by way of what the script sees
    mask = getattr(leaf, "_keras_mask", None)
    if mask is not None:
        seen._keras_mask = mask
    return seen


class _Foreign(threading.local):
    depth = 0


_foreign = _Foreign()


class foreign:  # reads as a phrase
    """Marks that code of a script runs, to which K functions give tensors that it cannot change in place.

    Outside of steps and layers that is so all the time in a script that sees tensors of its own kind.
    """

    def __enter__(self) -> None:
        _foreign.depth += 1

    def __exit__(self, *exc: object) -> None:
        _foreign.depth -= 1

    @staticmethod
    def active() -> bool:
        """True inside such a block."""
        return _foreign.depth > 0 or script.at_top()


def of_script(function: Any) -> bool:
    """Whether a function, or the class of a callable object, is the script's and not this package's or torch's."""
    while isinstance(function, functools.partial):
        function = function.func
    owner = function if hasattr(function, "__code__") else type(function)
    package = (getattr(owner, "__module__", None) or "").partition(".")[0]
    return package not in ("kerastorch", "torch", "builtins")


def shielded(function: Callable) -> Callable:
    """A script's function of tensors, given such as it cannot change in place; other functions as they are.

    Example:
        >>> shielded(torch.relu) is torch.relu
        True
    """
    if not of_script(function):
        return function

    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        if torch.compiler.is_compiling():
            return function(*args, **kwargs)
        with foreign():
            return map_structure(plain, function(*as_immutable(args), **as_immutable(kwargs)))

    return call


def seen(function: Callable) -> Callable:
    """Lets a function give a script tensors of the script's own kind, with gradients as that computes them."""

    # The function is a default, not a closure: the code alone is what Keras 2's files keep of a function.
    @functools.wraps(function)
    def wrapper(*args: Any, _function: Callable = function, **kwargs: Any) -> Any:
        if script.at_top():
            with script.gradients():
                return as_immutable(_function(*args, **kwargs))
        found = _function(*args, **kwargs)
        return as_immutable(found) if _foreign.depth else found

    return wrapper


class Seen:
    """Lets what instances of subclasses give when they are called be ``seen``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__:
            cls.__call__ = seen(cls.__call__)  # type: ignore[method-assign]
