"""Choices and loops: training and inference, conditions, steps over time.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from .. import eras
from ..engine.symbolic import (
    Spec,
    SymbolicTensor,
    computing,
    is_symbolic,
    map_structure,
    record_as,
    recordable,
    tracing,
    wants_recording,
)
from ..engine.symbolic.tracing import guarded
from ..kernels import loop
from . import phase
from .closures import Closure, like
from .convert import as_tensor, is_tensor_like
from .shaping import permute_dimensions
from .tensors import cast

__all__ = [
    "foldl",
    "foldr",
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
    "learning_phase_scope",
    "map_fn",
    "rnn",
    "set_learning_phase",
    "switch",
]


# --------------------------------------------------------------- learning phase


def _phase_now() -> torch.Tensor:
    """The phase of what runs, as a tensor."""
    return torch.tensor(bool(phase.running_value()))


_symbol: SymbolicTensor | None = None


def learning_phase() -> Any:
    """Whether what runs is training.

    Returns:
        0 or 1 where data is computed on, or where ``set_learning_phase`` chose one. Where a graph is built, a symbolic
        tensor that is True in training; among the inputs of ``K.function`` it takes the phase to run in.

    Example:
        >>> learning_phase().shape
        ()
    """
    global _symbol
    if phase.fixed() is not None:
        return int(phase.fixed())
    if computing():
        return int(bool(phase.running_value()))
    if eras.current().variables == "eager" and not tracing.active():
        return 0
    if _symbol is None:
        _symbol = record_as(_phase_now, (), {}, Spec((), torch.bool), "keras_learning_phase")
    return _symbol


def is_learning_phase(x: Any) -> bool:
    """Whether something is what ``learning_phase`` gives."""
    if isinstance(x, SymbolicTensor):
        return x.node is not None and x.node.operation is _phase_now
    return isinstance(x, (bool, int))


def forget_learning_phase() -> None:
    """Goes back to a phase that whoever runs a graph chooses (``K.clear_session`` does)."""
    global _symbol
    _symbol = None
    phase.set_default(None)


def set_learning_phase(value: int) -> None:
    """Chooses training or inference from here on; layers called meanwhile keep it.

    Args:
        value: 1 for training, 0 for inference.

    Raises:
        ValueError: for any other value.

    Example:
        >>> set_learning_phase(0)
        >>> learning_phase()
        0
        >>> from kerastorch import backend as K
        >>> K.clear_session()
    """
    if value not in (0, 1):
        raise ValueError(f"set_learning_phase: expected 0 or 1. Received: {value!r}")
    phase.set_default(value)


@contextmanager
def learning_phase_scope(value: int) -> Any:
    """``set_learning_phase`` for the length of a ``with`` block.

    Example:
        >>> with learning_phase_scope(1):
        ...     learning_phase()
        1
    """
    before = phase.fixed()
    set_learning_phase(value)
    try:
        yield
    finally:
        phase.set_default(before)


def _choose(x: Any, alt: Any) -> Any:
    """One of two values by the phase of what runs; the other one may not have been computed."""
    if wants_recording((x, alt), {}):
        return record_as(_choose, (x, alt), {}, Spec(x.shape, x.dtype), "in_train_phase")
    return x if phase.running_value() else alt


for _operation in (_phase_now, _choose):
    _operation.reads_phase = True  # type: ignore[attr-defined]


def _called(value: Any) -> Any:
    return value() if callable(value) and not is_tensor_like(value) else value


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """One of two tensors, by the learning phase.

    Args:
        x: what to give in training, a tensor or a function that makes it.
        alt: what to give in inference, likewise, of the same shape.
        training: True or False; ``learning_phase()`` when missing.

    Example:
        >>> in_train_phase(torch.ones(1), lambda: torch.zeros(1), training=False).tolist()
        [0.0]
    """
    training = learning_phase() if training is None else training
    if isinstance(training, (bool, int)):
        return _called(x if training else alt)
    if not is_learning_phase(training):
        return switch(training, x, alt)
    with guarded(True):
        x = _called(x)
    with guarded(False):
        alt = _called(alt)
    if not is_symbolic((x, alt)):
        x, alt = as_tensor(x), as_tensor(alt)
    return record_as(_choose, (x, alt), {}, Spec(x.shape, x.dtype), "in_train_phase")


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """One of two tensors, by the learning phase.

    Args:
        x: what to give in inference, a tensor or a function that makes it.
        alt: what to give in training, likewise.
        training: True or False; ``learning_phase()`` when missing.

    Example:
        >>> in_test_phase(torch.ones(1), torch.zeros(1), training=False).tolist()
        [1.0]
    """
    return in_train_phase(alt, x, training)


# ------------------------------------------------------------------ conditions


@recordable
def _select(condition: Any, then: Any, other: Any) -> Any:
    then, other = as_tensor(then, other), as_tensor(other, then)
    if condition.ndim == 0 and condition.device.type == "cpu":
        return then if bool(condition) else other
    condition = condition.reshape((*condition.shape, *[1] * (max(then.ndim, other.ndim) - condition.ndim)))
    return torch.where(condition, then, other)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors by a condition, as a whole or place by place.

    Args:
        condition: a number or a tensor; of more axes than none, its shape is that of the first axes of the others.
        then_expression: what to give where it is other than zero, a tensor or a function that makes it.
        else_expression: what to give elsewhere, likewise.

    Raises:
        ValueError: for a condition of more axes than the tensors have.

    Example:
        >>> switch(torch.tensor([True, False]), torch.ones(2), torch.zeros(2)).tolist()
        [1.0, 0.0]
    """
    condition = as_tensor(condition)
    if isinstance(condition, torch.Tensor) and condition.ndim == 0 and condition.device.type == "cpu":
        if not wants_recording((condition,), {}):
            return _called(then_expression if bool(condition) else else_expression)
    then, other = _called(then_expression), _called(else_expression)
    rank = max(getattr(then, "ndim", 0), getattr(other, "ndim", 0))
    if condition.ndim > rank:
        raise ValueError(
            f"switch: expected a condition of no more axes than the tensors' {rank}. Received: {condition.ndim} axes"
        )
    return _select(condition if condition.dtype == torch.bool else torch.ne(condition, 0), then, other)


# ----------------------------------------------------------------------- loops


def rnn(
    step_function: Callable,
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: int | None = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, list[Any]]:
    """Calls a step function for each time step.

    Args:
        step_function: ``f(input, states)`` giving ``(output, new_states)``; ``states`` ends with the constants.
        inputs: (batch, time, ...), at least 3 axes.
        initial_states: the states before the first step.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        mask: (batch, time), zero where a step is to be left out: the states stay, and the output is the first state
            (with ``unroll``, and always from tf.keras on: the output of the step before, zeros at first).
        constants: tensors handed to each step.
        unroll: here it only chooses the output of steps that are left out.
        input_length: how many steps there are, where that is known; the tensor knows it too.
        time_major: inputs, mask and outputs have the time before the batch.
        zero_output_for_mask: a step that is left out gives zeros, the last one too.
        return_all_outputs: False gives the last output (batch, 1, ...) in the place of all.

    Returns:
        The last output, all outputs (batch, time, ...) and the last states.

    Raises:
        ValueError: for fewer than 3 axes, no time step, another ``input_length`` or a mask without states.

    Example:
        >>> total = lambda x, states: (states[0] + x, [states[0] + x])
        >>> last, outputs, _ = rnn(total, torch.ones(1, 3, 1), [torch.zeros(1, 1)])
        >>> outputs.flatten().tolist()
        [1.0, 2.0, 3.0]
    """
    initial_states, constants = list(initial_states), list(constants or [])
    if time_major:
        turned = None if mask is None else _batch_first(mask)
        options = unroll, input_length, False, zero_output_for_mask, return_all_outputs
        inputs = _batch_first(inputs)
        last, outputs, states = rnn(step_function, inputs, initial_states, go_backwards, turned, constants, *options)
        return last, _batch_first(outputs), states
    zeros_first = unroll or eras.current().masked_first_outputs == "zeros"
    options = {
        "go_backwards": go_backwards,
        "input_length": input_length,
        "zero_output_for_mask": zero_output_for_mask,
        "return_all_outputs": return_all_outputs,
    }
    if not wants_recording((inputs, initial_states, mask, constants), {}):
        return loop.rnn(
            step_function, inputs, initial_states, mask=mask, constants=constants, zeros_first=zeros_first, **options
        )
    if inputs.ndim < 3:
        raise ValueError(f"rnn: expected inputs (batch, time, ...). Received: shape {tuple(inputs.shape)}")
    if unroll and inputs.shape[1] is None:
        raise ValueError(
            f"rnn: expected a known number of time steps, since unroll=True. Received: shape {tuple(inputs.shape)}"
        )
    if mask is not None and not initial_states:
        raise ValueError("rnn: expected initial states together with a mask. Received: none")
    loop_of = _Rnn(step_function, inputs, initial_states, constants)
    loop_of.options, loop_of.unroll, loop_of.zeros_first = options, unroll, zeros_first
    if not return_all_outputs:
        loop_of.like[1] = Spec((inputs.shape[0], 1, *loop_of.like[0].shape[1:]), loop_of.like[0].dtype)
    last, outputs, *states = loop_of.record(inputs, initial_states, mask, constants)
    return last, outputs, states


class _Rnn:
    """A whole loop over time as one operation of a graph."""

    def __init__(self, step: Callable, inputs: Any, states: list[Any], constants: list[Any]) -> None:
        self.step = step
        self.options: dict[str, Any] = {}
        self.unroll = self.zeros_first = False
        arguments = [like(inputs, skip=2), [like(x) for x in (*states, *constants)]]
        self.closure = Closure(_listed(step), arguments)
        output, _ = self.closure.result
        time = inputs.shape[1]
        last = Spec(output.shape, output.dtype)
        every = Spec((output.shape[0], time, *output.shape[1:]), output.dtype)
        self.like = [last, every, *(Spec(state.shape, state.dtype) for state in states)]

    def record(self, *arguments: Any) -> list[Any]:
        """The loop's results as symbolic tensors."""
        return record_as(self, (*arguments, self.closure.captured), {}, self.like, "rnn")

    def __call__(self, inputs: Any, states: list[Any], mask: Any, constants: list[Any], captured: list[Any]) -> Any:
        if wants_recording((inputs, states, mask, constants, captured), {}):
            options = {**self.options, "unroll": self.unroll}
            last, outputs, new = rnn(self.step, inputs, states, mask=mask, constants=constants, **options)
            return [last, outputs, *new]

        def step(x: Any, current: list[Any]) -> Any:
            return self.closure.call(captured, x, current)

        options = {**self.options, "zeros_first": self.zeros_first}
        last, outputs, new = loop.rnn(step, inputs, states, mask=mask, constants=constants, **options)
        return [last, outputs, *new]


def _batch_first(x: Any) -> Any:
    """The first two axes in the other order."""
    return permute_dimensions(x, (1, 0, *range(2, x.ndim)))


def _listed(step: Callable) -> Callable:
    def call(x: Any, states: list[Any]) -> Any:
        output, new = step(x, states)
        return output, list(new)

    return call


class _Each:
    """A function over the first axis of tensors as one operation of a graph."""

    def __init__(self, fn: Callable, elems: Any) -> None:
        self.fn = fn
        self.closure = Closure(fn, [map_structure(lambda x: like(x, skip=1), elems)])
        rows = _length(elems)
        self.like = map_structure(lambda x: Spec((rows, *x.shape), x.dtype), self.closure.result)

    def __call__(self, elems: Any, captured: list[Any]) -> Any:
        if wants_recording((elems, captured), {}):
            return map_fn(self.fn, elems)
        return _mapped(lambda x: self.closure.call(captured, x), elems)


def _length(elems: Any) -> Any:
    return (elems[0] if isinstance(elems, (list, tuple)) else elems).shape[0]


def _mapped(fn: Callable, elems: Any) -> Any:
    results = [fn(map_structure(lambda x, i=i: x[i], elems)) for i in range(_length(elems))]
    if isinstance(results[0], (list, tuple)):
        return type(results[0])(torch.stack(column) for column in zip(*results, strict=True))
    return torch.stack(results)


def map_fn(fn: Callable, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Calls a function on each element along the first axis.

    Args:
        fn: the function.
        elems: a tensor, or several that are gone through together, which ``fn`` then takes as a list.
        name: accepted as in Keras; plain tensors have no name.
        dtype: the result's type, when it is to differ from what ``fn`` gives.

    Returns:
        The results, stacked.

    Example:
        >>> map_fn(lambda x: x.sum(), torch.ones(2, 3)).tolist()
        [3.0, 3.0]
    """
    elems = map_structure(as_tensor, elems)
    if wants_recording((elems,), {}):
        each = _Each(fn, elems)
        result = record_as(each, (elems, each.closure.captured), {}, each.like, "map_fn")
    else:
        result = _mapped(fn, elems)
    return cast(result, dtype) if dtype is not None and not isinstance(dtype, (list, tuple)) else result


class _Fold:
    """A reduction along the first axis as one operation of a graph."""

    def __init__(self, fn: Callable, start: Any, elems: Any, backwards: bool) -> None:
        self.fn = fn
        self.backwards = backwards
        self.closure = Closure(fn, [like(start), like(elems, skip=1)])
        self.like = Spec(start.shape, start.dtype)

    def __call__(self, elems: Any, start: Any, captured: list[Any]) -> Any:
        if wants_recording((elems, start, captured), {}):
            return _folded(self.fn, elems, start, self.backwards)
        return _reduced(lambda *pair: self.closure.call(captured, *pair), elems, start, self.backwards)


def _reduced(fn: Callable, elems: Any, start: Any, backwards: bool) -> Any:
    places = range(elems.shape[0])
    places = places[::-1] if backwards else places
    if start is None:
        start, places = elems[places[0]], places[1:]
    for i in places:
        start = fn(start, elems[i])
    return start


def _folded(fn: Callable, elems: Any, initializer: Any, backwards: bool) -> Any:
    elems = as_tensor(elems)
    initializer = None if initializer is None else as_tensor(initializer, elems)
    if not wants_recording((elems, initializer), {}):
        return _reduced(fn, elems, initializer, backwards)
    start = like(elems, skip=1) if initializer is None else initializer
    fold = _Fold(fn, start, elems, backwards)
    return record_as(fold, (elems, initializer, fold.closure.captured), {}, fold.like, "fold")


def foldl(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Combines the elements along the first axis, from the first to the last.

    Args:
        fn: ``f(so_far, element)``.
        elems: a tensor.
        initializer: what to begin with; the first element when missing.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> foldl(lambda so_far, x: 2 * so_far + x, torch.tensor([1.0, 1.0, 1.0])).item()
        7.0
    """
    return _folded(fn, elems, initializer, False)


def foldr(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Combines the elements along the first axis, from the last to the first.

    Args:
        fn: ``f(so_far, element)``.
        elems: a tensor.
        initializer: what to begin with; the last element when missing.
        name: accepted as in Keras; plain tensors have no name.

    Example:
        >>> foldr(lambda so_far, x: so_far - x, torch.tensor([1.0, 2.0, 10.0])).item()
        7.0
    """
    return _folded(fn, elems, initializer, True)
