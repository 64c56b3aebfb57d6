"""A graph as a flat list of steps: how a recorded model runs on tensors."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Sequence
from typing import Any

import torch

from ...backend import phase
from .calls import from_graph
from .tensor import Node, SymbolicTensor, is_symbolic, record
from .tracing import computing
from .trees import flatten, map_structure

__all__ = ["Plan", "differentiating", "evaluate", "topological"]


def topological(outputs: Sequence[SymbolicTensor], inputs: Sequence[SymbolicTensor]) -> list[Node]:
    """The nodes that lead from the inputs to the outputs, each after those it needs.

    Raises:
        ValueError: when an output needs a tensor that is neither an input nor computed from one.
    """
    stops = {id(x) for x in inputs}
    order: list[Node] = []
    state: dict[int, int] = {}
    for output in outputs:
        stack: list[tuple[SymbolicTensor, bool]] = [(output, False)]
        while stack:
            tensor, expanded = stack.pop()
            if id(tensor) in stops:
                continue
            node = tensor.node
            if node is None:
                raise ValueError(
                    f"Graph disconnected: {tensor.name!r} of shape {tensor.shape} is needed for {output.name!r}, but "
                    "it is not among the model's inputs"
                )
            if expanded:
                if state.get(id(node)) != 2:
                    state[id(node)] = 2
                    order.append(node)
            elif state.get(id(node)) is None:
                state[id(node)] = 1
                stack.append((tensor, True))
                stack.extend((parent, False) for parent in reversed(node.parents))
    return order


class _Differentiating(threading.local):
    """Whether the gradients that a running plan takes will be derived once more."""

    def __init__(self) -> None:
        self.again = False

    def twice(self) -> bool:
        """True when they will."""
        return self.again


differentiating = _Differentiating()


# torch.Tensor.__add__ and its like take no other kind of tensor: a graph that runs on symbolic ones records them
_METHODS = (types.MethodDescriptorType, types.WrapperDescriptorType)


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
    Symbolic values work too: the steps are then recorded again.
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
        watched = _watched(self.nodes, slots)
        self._watched_inputs = [slot for slot in watched if slot < self._n_inputs]
        self.differentiates = any(_watches(node) for node in self.nodes)
        self._again = self.differentiates and _derived_again(self.nodes)
        self._steps = [_step(node, slots, dead[k], watched) for k, node in enumerate(self.nodes)]

    def run(self, inputs: Sequence[Any]) -> list[Any]:
        """The outputs for these inputs."""
        if not self.differentiates:
            return self._run(inputs)
        before = differentiating.again
        differentiating.again = before or self._again or torch.is_grad_enabled()
        try:
            with torch.inference_mode(False), torch.enable_grad():
                return self._run(inputs)
        finally:
            differentiating.again = before

    def _run(self, inputs: Sequence[Any]) -> list[Any]:
        values: list[Any] = [None] * self._size
        values[: self._n_inputs] = inputs
        for slot in self._watched_inputs:
            values[slot] = _watch(values[slot])
        for step in self._steps:
            step(values)
        return [None if slot is None else values[slot] for slot in self._outputs]


def evaluate(tensor: SymbolicTensor) -> Any:
    """The value that a symbolic tensor has now, which only variables and other sources of its own decide.

    Raises:
        ValueError: when it depends on data that nobody gives.
    """
    plan = tensor.__dict__.get("_own_plan")
    if plan is None:
        try:
            plan = tensor._own_plan = Plan([], [tensor])
        except ValueError as error:
            raise ValueError(
                f"{tensor.name}: expected a tensor that has a value by itself, since there is no data to compute it "
                f"from here. Received: a symbolic tensor that needs an input ({error})"
            ) from None
    if computing():
        return plan.run([])[0]
    with phase.of(bool(phase.fixed())):
        return plan.run([])[0]


def _watches(node: Node) -> Callable | None:
    """For a gradient: what gives the tensors that it is taken by, from the node's arguments."""
    return getattr(node.operation, "watches", None)


def _watched(nodes: Sequence[Node], slots: dict[int, int]) -> set[int]:
    """The values that gradients are taken by: autograd must know them while the rest is computed from them."""
    found = set()
    for node in nodes:
        watches = _watches(node)
        if watches is not None:
            found |= {slots[id(leaf)] for leaf in flatten(watches(*node.args)) if isinstance(leaf, SymbolicTensor)}
    return found


def _derived_again(nodes: Sequence[Node]) -> bool:
    """Whether a gradient is taken of something that was computed from another gradient."""
    after: set[int] = set()
    for node in nodes:
        if any(id(parent) in after for parent in node.parents):
            if _watches(node):
                return True
            after |= {id(tensor) for tensor in node.outputs}
        elif _watches(node):
            after |= {id(tensor) for tensor in node.outputs}
    return False


def _watch(value: Any) -> Any:
    if not isinstance(value, torch.Tensor) or value.requires_grad or not value.is_floating_point():
        return value
    return (value.clone() if value.is_inference() else value.detach()).requires_grad_()


def _step(node: Node, slots: dict[int, int], dead: list[int], watched: set[int]) -> Callable[[list[Any]], None]:
    """One call as a function that reads and writes the list of values."""
    outs = [slots[id(tensor)] for tensor in node.outputs]
    step = _simple_step(node, slots, outs, dead) or _general_step(node, slots, outs, dead)
    if node.guard is not None:
        step = _guarded(step, node.guard)
    mine = [slot for slot in outs if slot in watched]
    if not mine:
        return step

    def watching_step(values: list[Any]) -> None:
        step(values)
        for slot in mine:
            values[slot] = _watch(values[slot])

    return watching_step


def _guarded(step: Callable[[list[Any]], None], training: bool) -> Callable[[list[Any]], None]:
    """The step of a call that belongs to one phase; in the other its results are left out."""

    def run(values: list[Any]) -> None:
        if not computing() or bool(phase.running_value()) is training:
            step(values)

    return run


def _general_step(node: Node, slots: dict[int, int], outs: list[int], dead: list[int]) -> Callable[[list[Any]], None]:
    operation, layer, method = node.operation, node.layer is not None, isinstance(node.operation, _METHODS)

    def to_slot(leaf: Any) -> Any:
        return _Slot(slots[id(leaf)]) if isinstance(leaf, SymbolicTensor) else leaf

    args, kwargs = map_structure(to_slot, (node.args, node.kwargs))
    flat = not is_symbolic(node.kwargs) and not any(_nests(arg) for arg in node.args)

    def run(values: list[Any]) -> None:
        def fill(leaf: Any) -> Any:
            return values[leaf.i] if type(leaf) is _Slot else leaf

        real_args = [fill(arg) for arg in args] if flat else map_structure(fill, args)
        real_kwargs = kwargs if flat else map_structure(fill, kwargs)
        if layer and not is_symbolic(real_args):
            from_graph()
        if method and is_symbolic(real_args):
            result = record(operation, tuple(real_args), real_kwargs)
        else:
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


def _nests(arg: Any) -> bool:
    return not isinstance(arg, SymbolicTensor) and is_symbolic(arg)


def _simple_step(
    node: Node, slots: dict[int, int], outs: list[int], dead: list[int]
) -> Callable[[list[Any]], None] | None:
    """The step of a call that takes one tensor and gives one; None for other calls."""
    args = node.args
    if len(outs) != 1 or len(args) != 1 or node.kwargs or not isinstance(args[0], SymbolicTensor):
        return None
    operation, layer, method = node.operation, node.layer is not None, isinstance(node.operation, _METHODS)
    source, target, free = slots[id(args[0])], outs[0], bool(dead)

    def run(values: list[Any]) -> None:
        x = values[source]
        if layer and not isinstance(x, SymbolicTensor):
            from_graph()
        result = record(operation, (x,), {}) if method and isinstance(x, SymbolicTensor) else operation(x)
        values[target] = result[0] if isinstance(result, (list, tuple)) else result
        if free:
            values[source] = None

    return run
