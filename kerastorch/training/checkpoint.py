"""What a model's file keeps of the run that wrote it, so that a run that was killed goes on from it to the same bits.

``ModelCheckpoint`` has it written into the files of whole models, where other Kerases leave it alone. A model that
``load_model`` read goes on from there when its ``fit`` begins where that run stood: ``fit(..., initial_epoch=n)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from .callback import History
from .position import (
    Position,
    passing_tensors,
    plain_totals,
    plain_value,
    random_state,
    restore_random,
    value_of,
)

__all__ = ["Memory", "found_in", "is_state", "kept_for", "remembering", "take_up", "writing"]

_WRITTEN, _READ = "_run_to_write", "_run_that_was_read"
VERSION = 1


class Memory:
    """What the callbacks of a run have come to remember since it began.

    Only what changed counts, and only numbers and arrays: the arguments of a callback stay those of the new run.
    """

    def __init__(self, callbacks: Iterable[Any]) -> None:
        self._first = [(callback, _remembered(callback)) for callback in callbacks]

    def changed(self) -> list[list[Any]]:
        """For each callback the name of its class, and what it remembers now."""
        return [
            [type(callback).__name__, {key: value for key, value in now.items() if not _same(value, first.get(key))}]
            for callback, first in self._first
            for now in [_remembered(callback)]
        ]


def _remembered(callback: Any) -> dict[str, Any]:
    return {key: value for key, value in plain_value(vars(callback))[0].items() if _is_memory(value)}


def _is_memory(value: Any) -> bool:
    """Numbers, arrays and lists of them: text could be the path of a file."""
    if isinstance(value, dict):
        return set(value) == {"__array__"}
    if type(value) in (list, tuple):
        return all(map(_is_memory, value))
    return isinstance(value, (bool, int, float, torch.Tensor, type(None)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) or isinstance(other, torch.Tensor):
        both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
        return both and one.shape == other.shape and torch.equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or one != one and other != other)


def remembering(position: Position) -> list[Any]:
    """The callbacks of a run but for its history, which is each run's own."""
    return [callback for callback in position.callbacks if not isinstance(callback, History)]


def kept_for(memory: Memory, writer: Any, logs: dict[str, Any] | None) -> dict[str, Any]:
    """The state of the run that a callback writes into a file.

    Args:
        memory: of the run's callbacks.
        writer: the callback; those behind it are called at the epoch's end only after the file is written.
        logs: of the epoch that has ended; None in the middle of one.
    """
    position: Position = writer.model._position
    model, ended = position.model, logs is not None
    others = [callback for callback, _ in memory._first]
    return {
        "version": VERSION,
        "epoch": position.epoch + ended,
        "batch": 0 if ended else position.batch,
        "order": None if position.order is None else torch.from_numpy(position.order.copy()),
        "totals": None if ended or position.totals is None else plain_totals(position.totals),
        "tensors": [tensor.detach().cpu().clone() for tensor in passing_tensors(model)],
        "random": random_state(model),
        "callbacks": memory.changed(),
        "told": others.index(writer) + 1,
        "logs": plain_value(dict(logs))[0] if ended else {},
    }


@contextmanager
def writing(model: Any, state: dict[str, Any]) -> Iterator[None]:
    """What is saved of a model inside the block holds the state of its run."""
    model.__dict__[_WRITTEN] = state
    try:
        yield
    finally:
        model.__dict__.pop(_WRITTEN, None)


def found_in(model: Any, state: Any = None) -> Any:
    """The state to write with a model, None for none; with a state, notes it as what the model's file held."""
    if state is None:
        return model.__dict__.get(_WRITTEN)
    model.__dict__[_READ] = state
    return state


def take_up(position: Position, initial_epoch: int) -> None:
    """Lets a run that begins where the one of the model's file stood go on as that one would have.

    Nothing happens for another epoch, another number of samples, or where another callback already knows better.
    """
    model = position.model
    state = model.__dict__.pop(_READ, None)
    if state is None or not initial_epoch or state["epoch"] != initial_epoch or position.resume is not None:
        return
    order = state["order"]
    if (order is None) != (position.order is None) or order is not None and len(order) != len(position.order):
        return
    tensors = list(passing_tensors(model))
    if [tuple(t.shape) for t in tensors] != [tuple(t.shape) for t in state["tensors"]]:
        return
    if state["batch"] and not position.exact:
        return
    position.batch, position.totals = state["batch"], state["totals"]
    if order is not None:
        position.order = order.numpy()
    position.resume = _resumed(position, tensors, state)


def _resumed(position: Position, tensors: list[torch.Tensor], state: dict[str, Any]) -> Callable[[], None]:
    def resume() -> None:
        with torch.no_grad():
            for tensor, value in zip(tensors, state["tensors"], strict=True):
                tensor.copy_(value)
        restore_random(position.model, state["random"])
        callbacks = remembering(position)
        if [type(callback).__name__ for callback in callbacks] != [name for name, _ in state["callbacks"]]:
            return  # other callbacks than those of the run start over
        for callback, (_, remembered) in zip(callbacks, state["callbacks"], strict=True):
            _remember(callback, remembered)
        if not state["batch"]:  # the file was written before these were called at the epoch's end
            for callback in callbacks[state["told"] :]:
                callback.on_epoch_end(state["epoch"] - 1, dict(value_of(state["logs"])))

    return resume


def _remember(callback: Any, remembered: dict[str, Any]) -> None:
    """Sets what a callback has, by numbers and arrays only."""
    known = vars(callback)
    for name, value in remembered.items():
        if name in known and _is_memory(value) and not isinstance(known[name], str) and not callable(known[name]):
            known[name] = value_of(value)


def is_state(state: Any) -> bool:
    """Whether something that came out of a file is what ``kept_for`` gives."""
    parts = {"version", "epoch", "batch", "order", "totals", "tensors", "random", "callbacks", "told", "logs"}
    if not isinstance(state, dict) or not parts <= set(state) or state["version"] != VERSION:
        return False
    order = state["order"]
    if order is not None and not (isinstance(order, torch.Tensor) and order.ndim == 1):
        return False
    if order is not None and not np.array_equal(np.sort(order.numpy()), np.arange(len(order))):
        return False
    tensors, counts = state["tensors"], [state[key] for key in ("epoch", "batch", "told")]
    return (
        all(isinstance(count, int) and count >= 0 for count in counts)
        and isinstance(tensors, list)
        and all(isinstance(tensor, torch.Tensor) for tensor in tensors)
        and isinstance(state["callbacks"], list)
        and isinstance(state["logs"], dict)
        and isinstance(state["random"], dict)
    )
