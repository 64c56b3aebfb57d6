"""Variables: tensors with a Keras name that can be read and assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ..engine.immutable import ASSIGNING, OPERATORS, operand
from ..engine.symbolic import building, graph_type, record

__all__ = ["Variable", "stored"]


@graph_type
class Variable(torch.Tensor):
    """A tensor as Keras hands out weights: it has a ``name`` and shares memory with what it stands for.

    Torch functions on it give plain tensors and are differentiable back to the stored parameter. Operators do so too
    where data is computed on; outside of that, in an era of graphs, they are recorded, so that ``K.eval`` and
    ``K.function`` see the value that the variable has then.

    Example:
        >>> import torch
        >>> v = Variable.of(torch.zeros(2), "bias:0")
        >>> v.name, v.numpy().tolist()
        ('bias:0', [0.0, 0.0])
    """

    __torch_function__ = torch._C._disabled_torch_function_impl
    __array_ufunc__ = None  # numpy_array * variable goes to __rmul__

    name: str | None = None  # hides torch.Tensor.name, which cannot be set
    handle: Any = None  # the engine's Weight, where it stands for one
    constraint: Callable | None = None

    @classmethod
    def of(cls, tensor: torch.Tensor, name: str | None = None, handle: Any = None) -> Variable:
        """The tensor itself, seen as a variable."""
        variable = tensor.as_subclass(cls)
        variable.name = name
        variable.handle = handle
        return variable

    @property
    def _keras_shape(self) -> tuple[int, ...]:
        return tuple(self.shape)

    def get_shape(self) -> tuple[int, ...]:
        """The shape, under TensorFlow's name."""
        return tuple(self.shape)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"<Variable {self.name!r} {self.detach().as_subclass(torch.Tensor)!r}>"

    def numpy(self) -> np.ndarray:
        """The values, as an array of their own."""
        return self.detach().cpu().as_subclass(torch.Tensor).numpy().copy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    @torch.no_grad()
    def assign(self, value: Any) -> Variable:
        """Writes new values in place.

        Raises:
            ValueError: for another shape.
        """
        new = torch.as_tensor(np.asarray(value) if not isinstance(value, torch.Tensor) else value)
        if tuple(new.shape) != tuple(self.shape):
            raise ValueError(
                f"Variable {self.name!r}: expected values of shape {tuple(self.shape)}. Received: {tuple(new.shape)}"
            )
        self.copy_(new)
        return self

    def read_value(self) -> torch.Tensor:
        """The tensor without the name."""
        return self.as_subclass(torch.Tensor)

    value = read_value


def stored(variable: torch.Tensor) -> torch.Tensor:
    """The tensor that keeps a variable's values: for a weight the layer's own, however it is laid out."""
    handle = getattr(variable, "handle", None)
    return variable if handle is None else handle.tensor


def _operator(name: str) -> Callable:
    method = getattr(torch.Tensor, name)

    def apply(self: Variable, *args: Any) -> Any:
        if type(self) is Variable and building():  # the state of a metric, a kind of its own, is no part of a graph
            return record(method, (self, *args), {})
        return method(self, *[operand(arg, self) for arg in args])

    apply.__name__ = name
    return apply


for _name in OPERATORS:
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ASSIGNING:  # v += 1 makes a new tensor: only assigning changes a variable
    setattr(Variable, f"__i{_name}__", getattr(Variable, f"__{_name}__"))
