"""Variables, and the values of tensors as arrays.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.symbolic import Spec, SymbolicTensor, computing, is_symbolic, record_as
from ..engine.symbolic.plan import evaluate
from . import names
from .arrays import forward
from .convert import as_tensor, sizes, static_shape, to_numpy
from .updates import Update, assign_all
from .variable import Variable

__all__ = [
    "batch_get_value",
    "batch_set_value",
    "eval",
    "eye",
    "get_value",
    "ones",
    "set_value",
    "variable",
    "zeros",
]


def variable(
    value: Any, dtype: str | None = None, name: str | None = None, constraint: Callable | None = None
) -> Variable:
    """A tensor whose values can change.

    What is computed from it while a graph is built is computed again, from its values then, whenever ``K.eval`` or
    ``K.function`` runs that graph.

    Args:
        value: its first values: a number, list, array or tensor, or a sparse matrix of scipy.
        dtype: its type, ``floatx()`` when missing.
        name: its name.
        constraint: a projection of its values, for an optimizer to apply.

    Raises:
        TypeError: for an unknown dtype.

    Example:
        >>> from kerastorch import backend as K
        >>> x = variable([1.0, 2.0], name="x")
        >>> double = x * 2
        >>> K.set_value(x, [5.0, 6.0])
        >>> x.name, K.eval(double).tolist()
        ('x:0', [10.0, 12.0])
    """
    try:
        kind = config.torch_dtype(dtype)
    except ValueError as error:  # TensorFlow's kind of error
        raise TypeError(f"K.variable: {error}") from None
    if hasattr(value, "tocoo"):
        return _sparse(value.tocoo(), kind)
    if isinstance(value, SymbolicTensor):
        value = evaluate(value)
    if isinstance(value, torch.Tensor):
        tensor = value.detach().as_subclass(torch.Tensor).to(config.device(), kind, copy=True)
    else:
        tensor = torch.tensor(forward(value), dtype=kind, device=config.device())
    made = Variable.of(tensor, names.scoped(name or _default_name()))
    made.requires_grad_(tensor.is_floating_point())
    made.constraint = constraint
    return made


def _default_name() -> str:
    number = names.get_uid("Variable")
    return "Variable" if number == 1 else f"Variable_{number - 1}"


def _sparse(matrix: Any, dtype: torch.dtype) -> Any:
    places = torch.as_tensor(np.stack([matrix.row, matrix.col]), dtype=torch.int64)
    values = torch.as_tensor(matrix.data).to(dtype)
    return torch.sparse_coo_tensor(places, values, matrix.shape, device=config.device())


def _filled(make: Callable, shape: Any, dtype: str | None, name: str | None) -> Any:
    """A variable; a plain tensor where data is computed on, or will be since the shape depends on it."""
    kind = config.torch_dtype(dtype)
    if is_symbolic(shape) and not computing():
        return record_as(_tensor_of, (make, shape, kind), {}, Spec(static_shape(shape), kind), make.__name__)
    tensor = _tensor_of(make, shape, kind)
    if computing():
        return tensor
    made = Variable.of(tensor, names.scoped(name or _default_name()))
    made.requires_grad_(tensor.is_floating_point())
    return made


def _tensor_of(make: Callable, shape: Any, dtype: torch.dtype) -> torch.Tensor:
    return make(*sizes(shape), dtype=dtype, device=config.device())


def zeros(shape: Any, dtype: str | None = None, name: str | None = None) -> torch.Tensor:
    """A variable of zeros.

    Args:
        shape: its shape.
        dtype: its type, ``floatx()`` when missing.
        name: its name.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(zeros((2,))).tolist()
        [0.0, 0.0]
    """
    return _filled(torch.zeros, shape, dtype, name)


def ones(shape: Any, dtype: str | None = None, name: str | None = None) -> torch.Tensor:
    """A variable of ones.

    Args:
        shape: its shape.
        dtype: its type, ``floatx()`` when missing.
        name: its name.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(ones((2,))).tolist()
        [1.0, 1.0]
    """
    return _filled(torch.ones, shape, dtype, name)


def eye(size: Any, dtype: str | None = None, name: str | None = None) -> torch.Tensor:
    """A variable that holds an identity matrix.

    Args:
        size: how many rows and columns; a pair of both is accepted too.
        dtype: its type, ``floatx()`` when missing.
        name: its name.

    Example:
        >>> from kerastorch import backend as K
        >>> K.eval(eye(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    shape = size if isinstance(size, (tuple, list)) else (size, size)
    return _filled(torch.eye, shape, dtype, name)


def eval(x: Any) -> Any:  # Keras's name
    """The values of a tensor, as an array.

    A symbolic tensor is computed now, from variables; an update is carried out.

    Args:
        x: a tensor, variable, symbolic tensor or update; numbers and arrays come back as arrays.

    Raises:
        ValueError: for a symbolic tensor that depends on data.

    Example:
        >>> from kerastorch import backend as K
        >>> eval(K.square(K.variable([2.0, 3.0]))).tolist()
        [4.0, 9.0]
    """
    if isinstance(x, Update):
        assign_all(settled([x]))
        x = x.variable
    if isinstance(x, SymbolicTensor):
        with torch.no_grad():
            x = evaluate(x)
    return to_numpy(as_tensor(x))


def settled(updates: Iterable[Update]) -> list[Update]:
    """The updates with their values computed."""
    with torch.no_grad():
        return [
            Update(
                update.variable,
                evaluate(update.value) if is_symbolic(update.value) else update.value,
                settled(update.beside),
            )
            for update in updates
        ]


def get_value(x: Any) -> Any:
    """The values of a variable, as an array.

    Example:
        >>> get_value(variable([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """
    return eval(x)


def batch_get_value(ops: Sequence[Any]) -> list[Any]:
    """The values of several variables.

    Example:
        >>> batch_get_value([variable([1.0]), variable([[2.0]])])
        [array([1.], dtype=float32), array([[2.]], dtype=float32)]
    """
    return [eval(x) for x in ops]


def set_value(x: Any, value: Any) -> None:
    """Gives a variable new values.

    Args:
        x: the variable, weight or tensor.
        value: a number, or an array of the variable's shape.

    Raises:
        ValueError: for another shape.

    Example:
        >>> x = variable(1.0)
        >>> set_value(x, 5.0)
        >>> get_value(x).item()
        5.0
    """
    given = value.detach() if isinstance(value, torch.Tensor) else torch.as_tensor(forward(value))
    if tuple(given.shape) != tuple(x.shape):
        raise ValueError(
            f"set_value: expected values of shape {tuple(x.shape)} for {getattr(x, 'name', None) or 'the variable'}. "
            f"Received: shape {tuple(given.shape)}"
        )
    with torch.no_grad():
        x.copy_(given)


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Gives several variables new values.

    Args:
        tuples: ``(variable, values)`` pairs.

    Example:
        >>> x, y = variable(1.0), variable(2.0)
        >>> batch_set_value([(x, 3.0), (y, 4.0)])
        >>> get_value(x).item(), get_value(y).item()
        (3.0, 4.0)
    """
    for x, value in tuples:
        set_value(x, value)
