"""Recording calls whose results are known by shape beforehand: layers, and functions that tell their own shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ...backend import names
from .inference import examples_for, rows_of
from .standins import stand_in
from .tensor import Node, SymbolicTensor, arrays_to_tensors, is_symbolic
from .tracing import computing
from .trees import map_structure

__all__ = ["Spec", "record_as", "record_layer"]


class Spec:
    """Shape and dtype of a result that is known beforehand.

    Args:
        shape: the shape, None for unknown axes.
        dtype: the dtype.
    """

    __slots__ = ("shape", "dtype")

    def __init__(self, shape: Sequence[int | None], dtype: torch.dtype) -> None:
        self.shape = tuple(shape)
        self.dtype = dtype


def record_as(operation: Callable, args: tuple, kwargs: dict[str, Any], like: Any, label: str) -> Any:
    """Records a call whose results are known by shape, without trying it on examples.

    Args:
        operation: what a run calls.
        args: its positional arguments.
        kwargs: its keyword arguments.
        like: a ``Spec``, or any nesting of them.
        label: what the results are called.
    """
    args, kwargs = stand_in((args, kwargs))
    if computing() and args and not is_symbolic(args) and not is_symbolic(kwargs):
        return operation(*args, **kwargs)  # values stand in for all of its tensors
    args, kwargs = arrays_to_tensors(args, kwargs)
    node = Node(operation, args, kwargs)

    def wrap(spec: Spec) -> SymbolicTensor:
        name = f"{label}_{names.get_uid('tensor ' + label)}"
        node.outputs.append(SymbolicTensor(examples_for(spec.shape, spec.dtype), name, node, len(node.outputs)))
        return node.outputs[-1]

    return map_structure(wrap, like)


def record_layer(layer: Any, args: tuple, kwargs: dict[str, Any], shapes: Any, dtypes: Any) -> Any:
    """Records a layer's call whose output shapes are known already.

    Args:
        layer: the layer.
        args: its positional arguments, symbolic tensors inside.
        kwargs: its keyword arguments.
        shapes: a shape, or a list of them for several outputs.
        dtypes: a dtype, or a list of them.
    """
    node = Node(layer, args, kwargs, layer=layer)
    single = not isinstance(shapes, list)
    shape_list, dtype_list = ([shapes], [dtypes]) if single else (shapes, dtypes)
    rows = rows_of((args, kwargs))
    for i, (shape, dtype) in enumerate(zip(shape_list, dtype_list, strict=True)):
        suffix = "" if single else f"_{i}"
        node.outputs.append(SymbolicTensor(examples_for(shape, dtype, rows), f"{layer.name}{suffix}", node, i))
    return node.outputs[0] if single else list(node.outputs)
