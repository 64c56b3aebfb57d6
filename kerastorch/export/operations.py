"""Torch functions and operators in a graph, as source text."""

from __future__ import annotations

from typing import Any

import torch

from ..engine.symbolic import Node, SymbolicTensor
from ..layers.wrappers import split_steps
from .writer import CannotWrite, ClassWriter, Value, literal

__all__ = ["emit"]

_BINARY = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "and": "&",
    "or": "|",
    "xor": "^",
}
_UNARY = {"neg": "-", "invert": "~"}


def emit(writer: ClassWriter, node: Node, values: dict[int, Value]) -> Value:
    """The result of one recorded function.

    Raises:
        CannotWrite: for a function that is not torch's own.
    """
    if len(node.outputs) != 1:
        raise CannotWrite("several results")
    name = getattr(node.operation, "__name__", "")
    bare = name.strip("_")
    arguments = [_text(writer, arg, values) for arg in node.args]
    keywords = {key: _text(writer, arg, values) for key, arg in node.kwargs.items()}
    out = node.outputs[0]
    if node.operation is split_steps:
        expression = f"{arguments[0]}.unflatten(0, {arguments[1]}.shape[:2])"
    elif name == f"__{bare}__" and not keywords:
        expression = _operator(bare, node.args, arguments)
    elif getattr(torch, name, None) is node.operation:
        expression = f"torch.{name}({', '.join([*arguments, *(f'{k}={v}' for k, v in keywords.items())])})"
    elif getattr(torch.Tensor, name, None) is node.operation:
        rest = ", ".join([*arguments[1:], *(f"{k}={v}" for k, v in keywords.items())])
        expression = f"{arguments[0]}.{name}({rest})"
    else:
        raise CannotWrite(name or "a function without a name")
    return writer.new(name.strip("_"), expression, out.shape)


def _operator(name: str, given: tuple, arguments: list[str]) -> str:
    if name == "getitem":
        index = given[1] if isinstance(given[1], tuple) else (given[1],)
        return f"{arguments[0]}[{', '.join(_index(item) for item in index)}]"
    if name in _BINARY:
        return f"{arguments[0]} {_BINARY[name]} {arguments[1]}"
    if name.startswith("r") and name[1:] in _BINARY:
        return f"{arguments[1]} {_BINARY[name[1:]]} {arguments[0]}"
    if name in _UNARY:
        return f"{_UNARY[name]}{arguments[0]}"
    if name == "abs":
        return f"{arguments[0]}.abs()"
    raise CannotWrite(name)


def _index(item: Any) -> str:
    if isinstance(item, slice):
        parts = ["" if part is None else literal(part) for part in (item.start, item.stop, item.step)]
        return ":".join(parts if parts[2] else parts[:2])
    if item is Ellipsis:
        return "..."
    return literal(item)


def _text(writer: ClassWriter, leaf: Any, values: dict[int, Value]) -> str:
    if isinstance(leaf, SymbolicTensor):
        return writer.plain(values[id(leaf)])
    if isinstance(leaf, slice):
        return ""  # an operator's own business
    if isinstance(leaf, (list, tuple)) and any(isinstance(item, SymbolicTensor) for item in leaf):
        inside = ", ".join(_text(writer, item, values) for item in leaf)
        return f"[{inside}]"
    if isinstance(leaf, tuple) and any(isinstance(item, slice) for item in leaf):
        return ""
    return literal(leaf)
