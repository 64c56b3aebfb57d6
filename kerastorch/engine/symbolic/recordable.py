"""Functions that become one operation of the graph, and real tensors that count as symbolic while one is built."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .devices import call_on_one_device
from .immutable import as_immutable, foreign
from .tensor import SymbolicTensor, is_symbolic, record
from .tracing import building
from .trees import flatten

__all__ = ["graph_type", "is_graph_type", "read", "recordable", "wants_recording"]

_graph_types: list[type] = []  # kinds of real tensors whose arithmetic is recorded while a graph is built


def graph_type(kind: type) -> type:
    """Class decorator: ``recordable`` functions of such tensors are recorded while a graph is built."""
    _graph_types.append(kind)
    return kind


def is_graph_type(leaf: Any) -> bool:
    """Whether something is a real tensor that counts as symbolic while a graph is built."""
    return type(leaf) in _graph_types


def read(variable: torch.Tensor) -> SymbolicTensor:
    """A symbolic tensor that has the value of a variable whenever the graph runs; the same one each time."""
    found = variable.__dict__.get("_symbol")
    if found is None:
        found = variable._symbol = record(_plain_tensor, (variable,), {}, getattr(variable, "name", None) or "read")
    return found


def _plain_tensor(variable: torch.Tensor) -> torch.Tensor:
    return variable.as_subclass(torch.Tensor)


def wants_recording(args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether a call with these arguments goes into the graph."""
    if is_symbolic(args) or (kwargs and is_symbolic(kwargs)):
        return True
    return building() and any(
        type(leaf) in _graph_types or isinstance(leaf, torch.nn.Parameter) for leaf in flatten((args, kwargs))
    )


def recordable(fn: Callable) -> Callable:
    """Makes a Python function one operation of the graph when a symbolic tensor is among its arguments.

    For functions that torch cannot dispatch by itself: those that read ``x.shape`` as numbers, take shapes that
    hold symbolic tensors, or draw random numbers. While a graph is built, variables count as symbolic.

    Example:
        >>> @recordable
        ... def rows(x):
        ...     return torch.tensor(x.shape[0])
        >>> rows(torch.zeros(2, 3)).item()
        2
    """

    @functools.wraps(fn)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if isinstance(kwargs.get("axis"), np.ndarray):
            kwargs["axis"] = kwargs["axis"].tolist()  # axes are no data of the graph
        if wants_recording(args, kwargs):
            return record(wrapper, args, kwargs, fn.__name__)
        result = call_on_one_device(fn, args, kwargs)
        return as_immutable(result) if foreign.active() else result

    return wrapper
