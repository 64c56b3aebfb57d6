"""A recorded step as a straight-line Python function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from .recorded import NOTHING, Call, Name, NotRecordable, mapped, names
from .simplify import in_place, simplified
from .tape import Tape

__all__ = ["replay_of"]

# Overloads whose Python binding takes the same arguments; it costs half of what a call by overload does.
_BOUND = frozenset(
    """
    _log_softmax.default _softmax.default abs.default add.Tensor addmm.default argmax.default bmm.default clamp.default
    div.Tensor eq.Scalar eq.Tensor exp.default ge.Scalar gt.Scalar le.Scalar log.default logit.default lt.Scalar
    mean.default mean.dim mm.default mul.Tensor ne.Scalar neg.default permute.default pow.Tensor_Scalar relu.default
    relu_.default round.default rsqrt.default sigmoid.default sqrt.default sub.Tensor sum.default
    sum.dim_IntList t.default tanh.default transpose.int unsqueeze.default
    """.split()
)
_METHODS = frozenset("add_.Tensor div_.Scalar div_.Tensor expand.default mul_.Tensor sub_.Tensor view.default".split())


def replay_of(tape: Tape, outputs: Any) -> Callable[..., Any]:
    """A function of the inputs that runs the tape's operations and gives its outputs.

    Args:
        tape: what was recorded.
        outputs: the step's results, tensors in nested tuples and lists.

    Raises:
        NotRecordable: when the tape has a problem.
    """
    if tape.problem:
        raise NotRecordable(tape.problem)
    wanted = mapped(tape.output, outputs)
    bound = dict(tape.constants)
    calls = _hoisted(_needed(tape.calls, set(names(wanted))), bound)
    calls, wanted = simplified(calls, tape.kinds, wanted, bound)
    calls, wanted = in_place(_needed(calls, set(names(wanted))), tape.kinds, wanted, bound)
    return _compiled(tape.inputs, calls, wanted, bound)


def _needed(calls: Sequence[Call], live: set[str]) -> list[Call]:
    """Leaves out what nobody uses. Whatever writes to memory or draws random numbers stays."""
    kept = []
    for call in reversed(calls):
        if call.writes or call.draws or not live.isdisjoint(call.made()):
            live.update(call.read())
            kept.append(call)
    return kept[::-1]


def _hoisted(calls: Sequence[Call], bound: dict[str, Any]) -> list[Call]:
    """Takes views of weights out of the step: a view stays right while the weight's memory is the same."""
    rest = []
    for call in calls:
        returns = call.schema.returns if call.schema is not None else ()
        view = len(returns) == 1 and returns[0].alias_info is not None and not returns[0].alias_info.is_write
        if view and type(call.results) is Name and all(name in bound for name in call.read()):
            args, kwargs = mapped(
                lambda leaf: bound[leaf.text] if type(leaf) is Name else leaf, (call.args, call.kwargs)
            )
            with torch.no_grad():
                bound[call.results.text] = call.function(*args, **kwargs)
        else:
            rest.append(call)
    return rest


def _compiled(inputs: Sequence[str], calls: Sequence[Call], wanted: Any, bound: dict[str, Any]) -> Callable[..., Any]:
    """The calls as the lines of one function; each value is let go after its last use."""
    last: dict[str, int] = {}
    for i, call in enumerate(calls):
        for name in (*call.made(), *call.read()):
            last[name] = i
    for name in (*names(wanted), *bound, *inputs, NOTHING.text):
        last.pop(name, None)
    dead: dict[int, list[str]] = {}
    for name, i in last.items():
        dead.setdefault(i, []).append(name)
    lines = [f"def replay({', '.join(inputs)}):"]
    for i, call in enumerate(calls):
        function = f"f{i}"
        bound[function] = _quickest(call.function)
        words = [_text(arg, bound) for arg in call.args]
        words += [f"{key}={_text(arg, bound)}" for key, arg in call.kwargs.items()]
        new = any(name not in bound and name not in inputs for name in call.made())
        target = f"{_text(call.results, bound)} = " if new else ""
        lines.append(f"    {target}{function}({', '.join(words)})")
        if i in dead:
            lines.append(f"    del {', '.join(dead[i])}")
    lines.append(f"    return {_text(wanted, bound)}")
    exec("\n".join(lines), bound)  # the text holds nothing but names made here, and numbers
    return bound["replay"]


def _quickest(function: Any) -> Callable[..., Any]:
    """The cheapest way to call an operation."""
    if not hasattr(function, "_schema"):
        return function
    name = function._schema.name.removeprefix("aten::")
    overload = f"{name}.{function._overloadname}"
    if overload in _BOUND:
        return getattr(torch, name)
    return getattr(torch.Tensor, name) if overload in _METHODS else function._op


def _text(leaf: Any, bound: dict[str, Any]) -> str:
    """An argument as Python writes it; what has no such form gets a name of its own."""
    if type(leaf) is Name:
        return leaf.text
    if isinstance(leaf, (list, tuple)):
        inside = ", ".join(_text(item, bound) for item in leaf)
        return f"[{inside}]" if isinstance(leaf, list) else f"({inside}{',' if len(leaf) == 1 else ''})"
    if leaf is None or type(leaf) in (bool, int, str):
        return repr(leaf)
    name = f"k{len(bound)}"
    bound[name] = leaf
    return name
