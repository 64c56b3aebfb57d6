"""Fewer and cheaper operations for a recorded step, each giving the bits that it gave before.

Autograd starts from ones and multiplies by them, turns a weight's gradient round and back again, and sums with an axis
kept that it then takes away. In a small model such calls are a quarter of a step. What activations and their gradients
are computed from is mostly read for the last time there, so that they can be computed in its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import torch

from .recorded import Call, Kind, Name, mapped, names

__all__ = ["in_place", "simplified"]

_aten = torch.ops.aten
# They look at nothing of their tensor but what it is.
_LIKE = frozenset((_aten.ones_like.default, _aten.zeros_like.default, _aten.full_like.default))
_NEW = frozenset((_aten.new_ones.default, _aten.new_zeros.default, _aten.new_full.default))
_FROM_NOTHING = frozenset((_aten.scalar_tensor.default, _aten.ones.default, _aten.zeros.default, _aten.full.default))
_OF_CONSTANTS = frozenset(
    (_aten.expand.default, _aten.view.default, _aten.div.Scalar, _aten.mul.Scalar, _aten.neg.default)
)
_KEPT = 1 << 15  # elements: larger constants are made anew, which costs no more than reading them
# By the place of the tensor whose memory takes the result: what writes it there.
_OVERWRITING: dict[Any, Callable[[tuple], tuple[Any, dict[str, Any]]]] = {
    _aten.relu.default: lambda args: (_aten.relu_.default, {}),
    _aten.mul.Tensor: lambda args: (_aten.mul_.Tensor, {}),
    _aten.div.Tensor: lambda args: (_aten.div_.Tensor, {}),
    _aten.add.Tensor: lambda args: (_aten.add_.Tensor, {}),
    _aten.sub.Tensor: lambda args: (_aten.sub_.Tensor, {}),
    _aten.threshold_backward.default: lambda args: (_aten.threshold_backward.grad_input, {"grad_input": args[0]}),
}


class _Memory:
    """Which names of a step lie in the same memory, and what happens to it.

    Args:
        calls: the operations.
        kinds: what the tensors are.
        outside: names of tensors that somebody has before, after or besides the step.
    """

    def __init__(self, calls: Sequence[Call], kinds: dict[str, Kind], outside: Iterable[str]) -> None:
        self.kinds = kinds
        self.together: dict[int, set[str]] = {}
        for call in calls:
            for name in (*call.read(), *call.made()):
                if name in kinds:
                    self.together.setdefault(kinds[name].memory, set()).add(name)
        self.written = {kinds[name].memory for call in calls for name in call.written}
        self.held = {kinds[name].memory for name in outside if name in kinds}
        for call in calls:
            if call.schema is None:  # it may keep what it was given for a later call, and give out the same
                self.held.update(kinds[name].memory for name in (*call.read(), *call.made()) if name in kinds)

    def constant(self, name: str) -> bool:
        """Whether nobody writes there, or might."""
        memory = self.kinds[name].memory
        return memory not in self.written and memory not in self.held

    def alone(self, name: str) -> bool:
        """Whether nothing else lies there, and nobody else knows the place."""
        memory = self.kinds[name].memory
        return memory != 0 and memory not in self.held and self.together[memory] == {name}

    def merge(self, gone: str, kept: str) -> None:
        """The second name stands for the first tensor too; what lay in the first one's memory lies in the second's."""
        old, new = self.kinds[gone].memory, self.kinds[kept].memory
        if old == new:  # neither has any
            return
        for name in self.together.pop(old) - {gone}:
            self.kinds[name] = replace(self.kinds[name], memory=new)
            self.together[new].add(name)
        for known in (self.written, self.held):
            if old in known:
                known.add(new)


def simplified(
    calls: Sequence[Call], kinds: dict[str, Kind], wanted: Any, bound: dict[str, Any]
) -> tuple[list[Call], Any]:
    """The calls and results of a step without what changes nothing.

    Args:
        calls: the operations.
        kinds: what the tensors were when they were recorded.
        wanted: the names of the step's results, nested.
        bound: tensors that stay from step to step; those computed here once for all steps are added.
    """
    results = set(names(wanted))
    memory = _Memory(calls, kinds, results)
    calls = _without_constants(calls, memory, bound)
    other: dict[str, str] = {}  # names that stand for the same tensor

    def present(leaf: Any) -> Any:
        return Name(other[leaf.text]) if type(leaf) is Name and leaf.text in other else leaf

    uses = _counted(calls, results)
    made: dict[str, Call] = {}
    rest: list[Call] = []
    for call in calls:
        call = Call(call.function, *mapped(present, (call.args, call.kwargs, call.results)))
        name = call.results.text if type(call.results) is Name else ""
        same = _same_as(call, made, memory, bound, uses, results) if name in kinds else None
        if same is not None:
            other[name] = same
            uses[same] = uses.get(same, 0) + uses.get(name, 0)
            continue
        source = made.get(call.args[0].text) if call.args and type(call.args[0]) is Name else None
        joined = None if source is None else _joined(source, call, kinds, uses)
        if joined is not None:
            rest.remove(source)
            call = joined
        rest.append(call)
        made.update((made_name, call) for made_name in call.made())
    return rest, mapped(present, wanted)


def _counted(calls: Iterable[Call], results: Iterable[str]) -> dict[str, int]:
    """How often each name is read."""
    uses = dict.fromkeys(results, 1)
    for call in calls:
        for name in call.read():
            uses[name] = uses.get(name, 0) + 1
    return uses


def _without_constants(calls: Sequence[Call], memory: _Memory, bound: dict[str, Any]) -> list[Call]:
    """Takes out of the step what is computed from shapes alone; it goes to what is bound."""
    known: set[str] = set()
    rest = []
    for call in calls:
        name = call.results.text if type(call.results) is Name else ""
        if not _is_constant(call, known) or name not in memory.kinds or not memory.constant(name):
            rest.append(call)
            continue
        args, kwargs = mapped(lambda leaf: _value(leaf, bound, memory.kinds), (call.args, call.kwargs))
        with torch.no_grad():
            value = call.function(*args, **kwargs)
        if value.untyped_storage().nbytes() // value.element_size() > _KEPT:
            rest.append(call)
            continue
        bound[name] = value
        known.add(name)
    return rest


def _is_constant(call: Call, known: set[str]) -> bool:
    if call.function in _LIKE or call.function in _NEW or call.function in _FROM_NOTHING:
        return True
    return call.function in _OF_CONSTANTS and all(name in known for name in call.read())


def _value(leaf: Any, bound: dict[str, Any], kinds: dict[str, Kind]) -> Any:
    """A tensor that is bound; for a computed one, whose values do not matter here, one laid out alike."""
    if type(leaf) is not Name:
        return leaf
    if leaf.text in bound:
        return bound[leaf.text]
    kind = kinds[leaf.text]
    return torch.empty_strided(kind.shape, kind.strides, dtype=kind.dtype)


def _same_as(
    call: Call, made: dict[str, Call], memory: _Memory, bound: dict[str, Any], uses: dict[str, int], results: set[str]
) -> str | None:
    """The name of a tensor that is already what the call would compute."""
    first = call.args[0].text if call.args and type(call.args[0]) is Name else ""
    if call.function is _aten.t.default and first in made and made[first].function is _aten.t.default:
        return made[first].args[0].text
    if call.function is not _aten.mul.Tensor or first not in made or type(call.args[1]) is not Name:
        return None
    ones, result = bound.get(call.args[1].text), call.results.text
    if ones is None or call.args[1].text[0] != "v" or not bool((ones == 1).all()):
        return None
    if not memory.kinds[first].same_layout(memory.kinds[result]):
        return None
    if not (memory.constant(first) and memory.constant(result)):
        if uses[first] > 1 or not memory.alone(first) or result in results:
            return None
    memory.merge(result, first)
    return first


def _joined(source: Call, call: Call, kinds: dict[str, Kind], uses: dict[str, int]) -> Call | None:
    """One call for two, the second of which reads the first's result and alone does."""
    pair = source.function, call.function
    if pair not in _JOINED or type(source.results) is not Name or uses[source.results.text] > 1:
        return None
    return _JOINED[pair](source, call, kinds)


def _sum_without_axes(source: Call, call: Call, kinds: dict[str, Kind]) -> Call | None:
    """A sum that keeps its axes, and a view that takes them away."""
    if len(source.args) < 3 or not source.args[2] or not source.args[1]:
        return None
    shape = kinds[source.results.text].shape
    gone = {axis % len(shape) for axis in source.args[1]}
    if list(call.args[1]) != [size for axis, size in enumerate(shape) if axis not in gone]:
        return None
    return Call(source.function, (*source.args[:2], False, *source.args[3:]), source.kwargs, call.results)


def _mean_of_all(source: Call, call: Call, kinds: dict[str, Kind]) -> Call | None:
    """A mean over axes of one element, and the mean of what comes out, as one mean."""
    x = kinds[source.args[0].text]
    axes = source.args[1] or ()
    if call.kwargs or not axes or any(x.shape[axis] != 1 for axis in axes) or x.strides != _contiguous(x.shape):
        return None
    return Call(call.function, source.args[:1], {"dtype": kinds[source.results.text].dtype}, call.results)


def _contiguous(shape: Sequence[int]) -> tuple[int, ...]:
    return torch.empty(shape, device="meta").stride()


_JOINED = {
    (_aten.sum.dim_IntList, _aten.view.default): _sum_without_axes,
    (_aten.mean.dim, _aten.mean.default): _mean_of_all,
}


def in_place(
    calls: Sequence[Call], kinds: dict[str, Kind], wanted: Any, bound: dict[str, Any]
) -> tuple[list[Call], Any]:
    """The calls and results of a step, with results in the memory of what is read for the last time.

    Args:
        calls: the operations.
        kinds: what the tensors were when they were recorded.
        wanted: the names of the step's results, nested.
        bound: tensors that stay from step to step.
    """
    results = set(names(wanted))
    memory = _Memory(calls, dict(kinds), (*results, *bound))
    last = {name: place for place, call in enumerate(calls) for name in (*call.made(), *call.read())}
    other: dict[str, str] = {}

    def present(leaf: Any) -> Any:
        return Name(other[leaf.text]) if type(leaf) is Name and leaf.text in other else leaf

    rest = []
    for place, call in enumerate(calls):
        made = call.results
        call = Call(call.function, *mapped(present, (call.args, call.kwargs, made)))
        operand = call.args[0].text if call.function in _OVERWRITING and type(call.args[0]) is Name else ""
        if operand[:1] == "v" and last[operand] == place and _may_be_overwritten(call, operand, made.text, memory):
            function, more = _OVERWRITING[call.function](call.args)
            call = Call(function, call.args, {**call.kwargs, **more}, Name(operand))
            other[made.text] = operand
            last[operand] = last[made.text]
            memory.merge(made.text, operand)
        rest.append(call)
    return rest, mapped(present, wanted)


def _may_be_overwritten(call: Call, operand: str, result: str, memory: _Memory) -> bool:
    if list(call.read()).count(operand) > 1 or operand not in memory.kinds or result not in memory.kinds:
        return False
    return memory.kinds[operand].same_layout(memory.kinds[result]) and memory.alone(operand)
