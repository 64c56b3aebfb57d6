"""Functions that graphs call on parts of tensors: their result's shape, and what they take from outside.

The step function of ``K.rnn``, or the one that ``K.map_fn`` is given, may use tensors of the graph that are not among
its arguments. They become arguments of the operation that calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine.symbolic import SymbolicTensor, flatten, map_structure, tracing
from ..engine.symbolic import placeholder as _placeholder
from ..engine.symbolic.plan import Plan

__all__ = ["Closure", "like"]


def like(x: Any, skip: int = 0) -> SymbolicTensor:
    """A symbolic tensor of the shape and dtype of a tensor, without its axis ``skip - 1``."""
    shape = tuple(x.shape)
    return _placeholder(shape if not skip else (*shape[: skip - 1], *shape[skip:]), x.dtype)


class Closure:
    """A function traced once on symbolic tensors.

    Args:
        fn: the function.
        arguments: what it is called with, any nesting of symbolic tensors.

    Attributes:
        result: what it gave, in symbolic tensors (and real ones).
        captured: the tensors of the outer graph that it uses.

    Example:
        >>> from kerastorch import backend as K
        >>> outside = K.placeholder((3,))
        >>> Closure(lambda x: x * outside, [K.placeholder((3,))]).captured == [outside]
        True
    """

    def __init__(self, fn: Callable, arguments: Sequence[Any]) -> None:
        self.fn = fn
        with tracing():
            self.result = fn(*arguments)
        own = list(flatten(arguments))
        leaves = [leaf for leaf in flatten(self.result) if isinstance(leaf, SymbolicTensor)]
        self.captured = _captured(leaves, own)
        self._plan = Plan([*own, *self.captured], leaves) if self.captured else None

    def call(self, captured: Sequence[Any], *arguments: Any) -> Any:
        """The function's result on real arguments, with the values of the captured tensors."""
        if self._plan is None:
            return self.fn(*arguments)
        values = iter(self._plan.run([*flatten(arguments), *captured]))
        return map_structure(lambda leaf: next(values) if isinstance(leaf, SymbolicTensor) else leaf, self.result)


def _captured(results: Sequence[SymbolicTensor], arguments: Sequence[SymbolicTensor]) -> list[SymbolicTensor]:
    """The tensors that results need besides the arguments, as near to the results as may be."""
    own = {id(x) for x in arguments}
    inner: dict[int, bool] = {}  # whether a tensor is computed from the arguments
    data: dict[int, bool] = {}  # whether it is computed from other data
    order: list[SymbolicTensor] = []

    def visit(root: SymbolicTensor) -> None:
        stack = [(root, False)]
        while stack:
            tensor, expanded = stack.pop()
            if id(tensor) in inner:
                continue
            parents = [] if tensor.node is None or id(tensor) in own else tensor.node.parents
            if not expanded and parents:
                stack.append((tensor, True))
                stack.extend((parent, False) for parent in parents)
                continue
            inner[id(tensor)] = id(tensor) in own or any(inner[id(p)] for p in parents)
            outside = tensor.node is None and id(tensor) not in own
            data[id(tensor)] = outside or any(data[id(p)] for p in parents)
            order.append(tensor)

    for result in results:
        visit(result)
    found: dict[int, SymbolicTensor] = {}
    for tensor in order:
        needs = [] if tensor.node is None or id(tensor) in own else tensor.node.parents
        for parent in needs:
            if inner[id(tensor)] and data[id(parent)] and not inner[id(parent)]:
                found.setdefault(id(parent), parent)
    for result in results:
        if data[id(result)] and not inner[id(result)]:
            found.setdefault(id(result), result)
    return list(found.values())
