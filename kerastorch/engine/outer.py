"""Which tensors of a graph a layer's code uses without being given them."""

from __future__ import annotations

from typing import Any

from .symbolic import SymbolicTensor, flatten

__all__ = ["outer_tensors"]


def outer_tensors(results: Any, arguments: Any, since: int) -> list[SymbolicTensor]:
    """The tensors with data of their own, recorded before a call began, that its results need besides its arguments.

    Args:
        results: what the call gave, any nesting.
        arguments: what it was given, any nesting.
        since: ``serial()`` when it began.
    """
    given = {id(leaf) for leaf in flatten(arguments)}
    stack = [leaf for leaf in flatten(results) if isinstance(leaf, SymbolicTensor)]
    seen: set[int] = set()
    found = []
    while stack:
        tensor = stack.pop()
        if id(tensor) in seen or id(tensor) in given:
            continue
        seen.add(id(tensor))
        if tensor.node is not None and tensor.node.serial > since:
            stack.extend(tensor.node.parents)
        elif _needs_data(tensor):
            found.append(tensor)
    return found


def _needs_data(tensor: SymbolicTensor) -> bool:
    stack, seen = [tensor], {id(tensor)}
    while stack:
        node = stack.pop().node
        if node is None:
            return True
        stack.extend(parent for parent in node.parents if id(parent) not in seen)
        seen.update(id(parent) for parent in node.parents)
    return False
