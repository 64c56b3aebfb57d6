"""Values of tensors that a layer's code uses without being given them: closures over a graph's tensors.

    z = Dense(2)(x)
    y = Lambda(lambda t: t * z)(h)

The code refers to ``z`` itself, a symbolic tensor. While it runs on data, or on another graph, the value that belongs
to that run stands in for it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from .trees import map_structure

__all__ = ["Outer", "serial", "stand_in", "standing_in"]

serial = itertools.count().__next__  # numbers recorded calls, so that one can tell which came first


class _State(threading.local):
    known: dict[int, Any] | None = None


_state = _State()


class Outer:
    """The tensors that the code of one recorded call refers to.

    Args:
        tensors: the symbolic tensors; their values are given in this order.
    """

    argument = "_outer_tensors"  # what a recorded call names the list of an Outer and the values

    def __init__(self, tensors: Iterable[Any]) -> None:
        self.tensors = list(tensors)

    def __deepcopy__(self, memo: dict) -> Outer:
        return self  # a copy of the layer runs the same code, which refers to the same tensors


class standing_in:  # reads as a phrase
    """Within the block, values stand in for symbolic tensors.

    Args:
        outer: the tensors.
        values: their values, or tensors of another graph.
    """

    def __init__(self, outer: Outer, values: Sequence[Any]) -> None:
        self.known = {id(tensor): value for tensor, value in zip(outer.tensors, values, strict=True)}

    def __enter__(self) -> None:
        self.before = _state.known
        _state.known = {**(self.before or {}), **self.known}

    def __exit__(self, *exc: object) -> None:
        _state.known = self.before


def stand_in(tree: Any) -> Any:
    """The nesting, with values in place of the tensors that they stand in for."""
    known = _state.known
    if known is None:
        return tree
    return map_structure(lambda leaf: known.get(id(leaf), leaf), tree)
