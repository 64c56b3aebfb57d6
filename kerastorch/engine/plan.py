"""A graph as a flat list of steps: how a recorded model runs on tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .layer import from_graph
from .symbolic import Node, SymbolicTensor, flatten, is_symbolic, map_structure, topological

__all__ = ["Plan"]


class _Slot:
    """The place of a value in the list that a run works on."""

    __slots__ = ("i",)

    def __init__(self, i: int) -> None:
        self.i = i


class Plan:
    """The steps from input tensors to wanted tensors, in order.

    Args:
        inputs: symbolic tensors that values are given for.
        outputs: symbolic tensors that values are wanted of; None entries stay None.

    ``run(values)`` takes one tensor an input and gives one an output. A value is dropped after its last use.
    Symbolic values work too: the steps are then recorded anew.
    """

    def __init__(self, inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor | None]) -> None:
        wanted = [tensor for tensor in outputs if tensor is not None]
        self.nodes = topological(wanted, inputs)
        slots: dict[int, int] = {}
        for tensor in [*inputs, *(t for node in self.nodes for t in node.outputs)]:
            slots.setdefault(id(tensor), len(slots))
        self._n_inputs = len(inputs)
        self._size = len(slots)
        self._outputs = [None if tensor is None else slots[id(tensor)] for tensor in outputs]
        last: dict[int, int] = {}
        for k, node in enumerate(self.nodes):
            for tensor in node.parents:
                last[slots[id(tensor)]] = k
        keep = set(self._outputs)
        dead: list[list[int]] = [[] for _ in self.nodes]
        for slot, k in last.items():
            if slot not in keep:
                dead[k].append(slot)
        self._steps = [_step(node, slots, dead[k]) for k, node in enumerate(self.nodes)]

    def run(self, inputs: Sequence[Any]) -> list[Any]:
        """The outputs for these inputs."""
        values: list[Any] = [None] * self._size
        values[: self._n_inputs] = inputs
        for step in self._steps:
            step(values)
        return [None if slot is None else values[slot] for slot in self._outputs]


def _step(node: Node, slots: dict[int, int], dead: list[int]) -> Callable[[list[Any]], None]:
    """One call as a function that reads and writes the list of values."""
    outs = [slots[id(tensor)] for tensor in node.outputs]
    operation, layer = node.operation, node.layer is not None
    simple = (
        len(outs) == 1
        and len(node.args) == 1
        and not is_symbolic(node.kwargs)
        and not node.kwargs
        and isinstance(node.args[0], SymbolicTensor)
    )
    if simple:
        return _simple_step(operation, layer, slots[id(node.args[0])], outs[0], dead)

    def to_slot(leaf: Any) -> Any:
        return _Slot(slots[id(leaf)]) if isinstance(leaf, SymbolicTensor) else leaf

    args, kwargs = map_structure(to_slot, (node.args, node.kwargs))

    def run(values: list[Any]) -> None:
        def fill(leaf: Any) -> Any:
            return values[leaf.i] if type(leaf) is _Slot else leaf

        real_args, real_kwargs = map_structure(fill, args), map_structure(fill, kwargs)
        if layer and not is_symbolic(real_args):
            from_graph()
        result = operation(*real_args, **real_kwargs)
        if len(outs) == 1 and not isinstance(result, (list, tuple, dict)):
            values[outs[0]] = result
        else:
            leaves = [leaf for leaf in flatten(result) if hasattr(leaf, "ndim")]
            for slot, leaf in zip(outs, leaves, strict=True):
                values[slot] = leaf
        for slot in dead:
            values[slot] = None

    return run


def _simple_step(
    operation: Callable, layer: bool, source: int, target: int, dead: list[int]
) -> Callable[[list[Any]], None]:
    free = bool(dead)

    def run(values: list[Any]) -> None:
        x = values[source]
        if layer and not isinstance(x, SymbolicTensor):
            from_graph()
        result = operation(x)
        values[target] = result[0] if isinstance(result, (list, tuple)) else result
        if free:
            values[source] = None

    return run
