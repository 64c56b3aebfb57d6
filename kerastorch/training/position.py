"""Where a run of ``fit`` stands, and all that another process needs to go on from there as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ..backend.random import restore_streams, stream_places, stream_states
from ..engine.network import Network
from ..engine.seeded import SeededLayer
from .logs import RunningTotals

__all__ = [
    "Position",
    "passing_tensors",
    "plain_totals",
    "plain_value",
    "put_back",
    "random_state",
    "restore_random",
    "snapshot",
    "value_of",
]

# what a callback is given again by every fit
_GIVEN = frozenset(("model", "params", "validation_data"))
_NUMBERS = (bool, int, float, str, type(None))


@dataclass
class Position:
    """The loop's place in a run; a callback may set it in ``on_train_begin`` to begin somewhere else.

    Attributes:
        epoch: the epoch that runs, or comes next.
        batch: how many of its batches are done.
        order: the order of samples in this epoch, where the loop chooses it.
        totals: what is logged of the epoch so far; None before its first batch.
        keep: called after each batch and each epoch with True at an epoch's end, when all callbacks have been called.
        resume: called once, when the loop has reached the place where it goes on.
        exact: whether the loop can begin in the middle of an epoch.
        model: the model that is trained.
        callbacks: the caller's, and the history.
    """

    epoch: int
    order: np.ndarray | None = None
    batch: int = 0
    totals: RunningTotals | None = None
    keep: Callable[[bool], None] | None = None
    resume: Callable[[], None] | None = None
    exact: bool = True
    model: Any = None
    callbacks: list[Any] = field(default_factory=list)

    @classmethod
    def begin(cls, model: Any, epoch: int, callbacks: Iterable[Any], **rest: Any) -> Position:
        """The place at which a run of a model begins; callbacks find it as ``model._position``."""
        position = cls(epoch, model=model, callbacks=list(callbacks), **rest)
        for seen in (model, getattr(model, "callback_model", None)):
            if seen is not None:
                seen._position = position
        return position

    def done(self, count: int, totals: RunningTotals) -> None:
        """Notes that so many batches of the epoch are done; callbacks are called afterwards."""
        self.batch, self.totals = count, totals

    def epoch_done(self, epoch: int) -> None:
        """Notes that an epoch is done, its callbacks included."""
        self.epoch, self.batch, self.totals = epoch + 1, 0, None
        if self.keep is not None:
            self.keep(True)

    def reached(self) -> None:
        """Takes up what an earlier run left, when the loop has come to its place."""
        if self.resume is not None:
            resume, self.resume = self.resume, None
            resume()


def snapshot(position: Position, callbacks: Iterable[Any]) -> dict[str, Any]:
    """All that a run has changed, as tensors, numbers and texts in lists and dicts.

    Weights and buffers, the optimizer's state, stateful metrics, the places in all random streams (Python, numpy,
    torch, CUDA, layers and draws with seeds), what callbacks remember in plain attributes, and the position in the run.
    """
    model = position.model
    program = model._program
    return {
        "version": 1,
        "epoch": position.epoch,
        "batch": position.batch,
        "order": None if position.order is None else torch.from_numpy(position.order.copy()),
        "totals": None if position.totals is None else plain_totals(position.totals),
        "stop_training": bool(model.stop_training),
        "tensors": [tensor.detach().cpu().clone() for tensor in _tensors(model)],
        "optimizer": model.optimizer.state_dict() if program.params else None,
        "random": random_state(model),
        "callbacks": [[type(callback).__name__, plain_value(vars(callback))[0]] for callback in callbacks],
    }


def put_back(model: Any, callbacks: Iterable[Any], state: dict[str, Any]) -> None:
    """Brings a model, its optimizer, its callbacks and all random streams to where ``snapshot`` found them.

    Raises:
        ValueError: when the state belongs to another model or other callbacks; nothing is changed then.
    """
    tensors, callbacks = list(_tensors(model)), list(callbacks)
    expected, given = [tuple(t.shape) for t in tensors], [tuple(t.shape) for t in state["tensors"]]
    if expected != given:
        raise ValueError(
            f"BackupAndRestore: expected the backup of a model like {model.name}, with {len(expected)} tensors. "
            f"Received: one of another model, with {len(given)}"
        )
    kinds, saved = [type(callback).__name__ for callback in callbacks], [name for name, _ in state["callbacks"]]
    if kinds != saved:
        raise ValueError(f"BackupAndRestore: expected the same callbacks as in the backup, {saved}. Received: {kinds}")
    if model._program.params:
        model._program.bind()
        model.optimizer.load_state_dict(state["optimizer"])
    with torch.no_grad():
        for tensor, value in zip(tensors, state["tensors"], strict=True):
            tensor.copy_(value)
    for callback, (_, remembered) in zip(callbacks, state["callbacks"], strict=True):
        vars(callback).update(value_of(remembered))
    model.stop_training = state["stop_training"]
    restore_random(model, state["random"])


def _tensors(model: Any) -> Iterator[torch.Tensor]:
    """Weights and buffers of the model and of what is called in its steps, those that no file keeps included."""
    seen: set[int] = set()
    modules = [model, *(m for m in model._program.objective.called if isinstance(m, torch.nn.Module))]
    for module in modules:
        for tensor in [*module.parameters(), *module.buffers()]:
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield tensor


def passing_tensors(model: Any) -> Iterator[torch.Tensor]:
    """Those of a run's tensors that no file of the model keeps: states, sums of metrics, sums behind averages."""
    kept = {id(weight.tensor) for weight in model.ordered_weights()}
    return (tensor for tensor in _tensors(model) if id(tensor) not in kept)


# ------------------------------------------------------------------------------ random streams


def _seeded(model: Any) -> list[torch.Generator]:
    """The generators of layers with a seed, made if they were not yet."""
    layers = [module for module in model.modules() if isinstance(module, SeededLayer) and module.seed is not None]
    weight = next(model.parameters(), torch.empty(0))
    return [layer.generator(weight.device) for layer in layers]


def _places(model: Any) -> list[torch.Tensor]:
    """How far each random operation of the model's graphs has come."""
    nodes = [
        node
        for module in model.modules()
        if isinstance(module, Network) and module._graph
        for node in module._plan.nodes
    ]
    weight = next(model.parameters(), torch.empty(0))
    return stream_places([node.operation for node in nodes], weight.device)


def random_state(model: Any) -> dict[str, Any]:
    kind, keys, place, has_gauss, gauss = np.random.get_state()
    version, words, gauss_next = random.getstate()
    return {
        "numpy": [kind, torch.from_numpy(keys.astype(np.int64)), int(place), int(has_gauss), float(gauss)],
        "python": [version, list(words), gauss_next],
        "torch": torch.get_rng_state(),
        "cuda": [state.cpu() for state in torch.cuda.get_rng_state_all()] if torch.cuda.is_available() else [],
        "layers": [generator.get_state() for generator in _seeded(model)],
        "draws": stream_states(),
        "places": [int(place) for place in _places(model)],
    }


def restore_random(model: Any, state: dict[str, Any]) -> None:
    kind, keys, place, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), place, has_gauss, gauss))
    version, words, gauss_next = state["python"]
    random.setstate((version, tuple(words), gauss_next))
    torch.set_rng_state(state["torch"])
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
    for generator, value in zip(_seeded(model), state["layers"]):
        generator.set_state(value)
    restore_streams(state["draws"])
    for place, value in zip(_places(model), state["places"]):
        place.fill_(value)


# -------------------------------------------------------------------------------- plain values


def plain_totals(totals: RunningTotals) -> dict[str, list]:
    return {name: [float(np.asarray(total)), int(count)] for name, (total, count) in totals.read().items()}


def plain_value(value: Any) -> tuple[Any, bool]:
    """A value as it goes into a file, and whether it can."""
    if isinstance(value, _NUMBERS):
        return value, True
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item(), True
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return {"__array__": torch.from_numpy(np.ascontiguousarray(value))}, True
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().clone(), True
    if isinstance(value, dict):
        kept = {str(key): plain_value(item) for key, item in value.items() if key not in _GIVEN}
        return {key: item for key, (item, fits) in kept.items() if fits}, all(type(key) is str for key in value)
    if type(value) in (list, tuple):
        items = [plain_value(item) for item in value]
        return type(value)(item for item, _ in items), all(fits for _, fits in items)
    return None, False


def value_of(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"__array__"}:
            return value["__array__"].numpy()
        return {key: value_of(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(value_of(item) for item in value)
    return value
