"""The loops over data that makes its batches itself: what ``loop.py`` is for arrays.

Source: Keras 2.2.4, ``keras.engine.training_generator``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .. import eras
from ..backend.telling import warn
from . import checkpoint, loop, standardize
from .callback import CallbackList, History
from .data import DeviceFeed
from .position import Position
from .progress import RunBar
from .step import Program, predict_step
from .streams import Stream, inputs_of, unpack

__all__ = ["Validation", "evaluate_stream", "fit_stream", "predict_stream"]


@dataclass
class Validation:
    """What fit evaluates on after an epoch.

    Attributes:
        measure: gives the values in the order of the objective's names, for a program, a batch size and callbacks.
        shown: what callbacks find as ``validation_data``.
    """

    measure: loop.Measure
    shown: list[Any] | None = None


class _Batches:
    """One epoch of a stream as steps take it: inputs, targets and weights on the device.

    Attributes:
        count: how many batches there were.
        size: samples in the latest.
    """

    def __init__(self, model: Any, feed: DeviceFeed, raw: Iterable[Any], owner: str, class_weight: Any = None) -> None:
        self.model, self.feed, self.raw, self.owner, self.class_weight = model, feed, raw, owner, class_weight
        self.count = self.size = 0

    def __iter__(self) -> Iterator[tuple[Sequence[Any], Sequence[Any], Sequence[Any]]]:
        model = self.model
        for batch in self.raw:
            x, y, weight = unpack(batch, self.owner, model._needs_targets())
            xs, ys, ws = model._standardize(x, y, weight, self.class_weight)
            self.size = standardize.lengths(xs, ys) or 1
            self.count += 1
            fed = loop.Split(len(xs), len(ys))(model._feed(self.feed, xs, ys, ws))
            model._program.look()
            yield fed


def _as_they_are(batch: Any) -> Any:
    return batch


def fit_stream(
    model: Any,
    stream: Stream,
    *,
    steps: int | float | None,
    epochs: int,
    initial_epoch: int,
    verbose: int,
    callbacks: Iterable[Any] | None,
    class_weight: Any,
    validation: Validation | None,
    strict: bool,
    validation_freq: Any = 1,
    validation_batch_size: int | None = None,
) -> History:
    """Trains for some epochs; the arguments are those of ``fit_generator``, checked and brought in order.

    Args:
        strict: whether a source that ends too early is an error, or ends the training with a warning.
        validation_freq: after every how many epochs to evaluate, or a set of epochs, the first being 1.
        validation_batch_size: the size of a batch in evaluation of arrays, that of the latest one when missing.
    """
    program = model._ready_program()
    names = program.objective.names
    hooks = loop.begin_callbacks(
        model,
        callbacks,
        verbose=verbose,
        names=names,
        params={
            "epochs": epochs,
            "steps": steps,
            "do_validation": validation is not None,
            "metrics": [*names, *(f"val_{name}" for name in names)],
        },
        count_mode="steps",
        stateful=program.objective.stateful_names,
    )
    if program.params:
        program.bind()  # a torch optimizer is made here: callbacks look for its learning rate
    position = Position.begin(model, initial_epoch, loop.own_callbacks(hooks), exact=False)
    hooks.on_train_begin()
    checkpoint.take_up(position, initial_epoch)
    if validation is not None and validation.shown is not None:
        for callback in hooks:
            callback.validation_data = validation.shown
    stream.start()
    model.stop_training = False
    feed, logs, latest, warned = DeviceFeed(), {}, {}, False
    keeps = eras.current().next_logs == "kept" and validation_freq == 1
    for epoch in range(position.epoch, epochs):
        loop.begin_epoch(position, program, hooks, epoch)
        batches = _Batches(model, feed, stream.epoch(steps), stream.owner, class_weight)
        totals, finished = loop.run_epoch(model, program, hooks, batches, _as_they_are, one_step_each=False)
        complete = finished if steps is None else batches.count >= steps
        short = not batches.count or (stream.ended and not complete)
        if short:
            _tell_end(stream, steps, batches.count, epoch, strict)
        if not batches.count:
            break
        measured: dict[str, Any] = {}
        complete = complete or eras.current().cut_epochs == "measured"
        if validation is not None and complete and loop.due(validation_freq, epoch):
            size = validation_batch_size or batches.size
            measured = dict(zip(names, validation.measure(program, size, hooks), strict=True))
        # As in Keras 2, what an earlier epoch left in the logs stays there until it is written again.
        logs = {**(logs if keeps else {}), **loop.merge_logs(loop.averaged(totals, names), measured)}
        latest = dict(logs)  # without what callbacks write into it
        warned = loop.warn_if_not_finite(logs, epoch, warned)
        hooks.on_epoch_end(epoch, logs)
        position.epoch_done(epoch)
        if stream.ended and not short and epoch + 1 < epochs:
            _tell_end(stream, steps, 0, epoch + 1, strict)
        if model.stop_training or stream.ended:
            break
    stream.close()
    return loop.end_run(model, program, hooks, position, epochs, latest)


def _tell_end(stream: Stream, steps: Any, count: int, epoch: int, strict: bool) -> None:
    wanted = "at least one batch" if steps is None else f"{steps} batches"
    text = f"{stream.owner}: expected {wanted} an epoch. Received: {count} in epoch {epoch + 1}, where the data ended"
    if strict:
        raise ValueError(text)
    warn(f"{text}; training ends here.", RuntimeWarning)


def evaluate_stream(
    model: Any,
    program: Program,
    stream: Stream,
    steps: int | float | None,
    verbose: int = 0,
    hooks: CallbackList | None = None,
) -> list[Any]:
    """The mean loss and metrics over a stream's batches, weighted by their sizes, in the order of the names."""
    bar = RunBar(verbose, steps, steps, counts_steps=True)
    batches = _Batches(model, DeviceFeed(), stream.epoch(steps), stream.owner)

    def complete() -> Iterator[Any]:
        yield from batches
        _check_count(stream, steps, batches.count)

    return loop.evaluate_batches(program, complete(), lambda xs, ys: batches.size, bar, hooks)


def predict_stream(model: Any, stream: Stream, steps: int | float | None, verbose: int = 0) -> list[Any]:
    """The outputs for a stream's batches, one array an output."""
    feed, parts = DeviceFeed(), []
    bar = RunBar(verbose, steps, steps, counts_steps=True)
    pick = None
    for batch in stream.epoch(steps):
        if pick is None:
            pick = inputs_of(stream.source, stream.owner, len(model.input_names) if model._is_ready() else 1)
        xs = model._standardize_x(pick(batch))
        parts.append(predict_step(model, model._feed(feed, xs)))
        bar.step(1)
    _check_count(stream, steps, len(parts))
    bar.close()
    return [_joined(column, stream.owner) for column in zip(*parts, strict=True)]


def _check_count(stream: Stream, steps: int | float | None, count: int) -> None:
    if count < (1 if steps is None else steps):
        raise ValueError(
            f"{stream.owner}: expected {'at least one batch' if steps is None else f'{steps} batches'}. "
            f"Received: {count}, then the data ended"
        )


def _joined(parts: Sequence[torch.Tensor], owner: str) -> Any:
    if len(parts) == 1:
        return loop.to_numpy(parts[0])
    if len({part.shape[1:] for part in parts}) > 1:
        shapes = sorted({tuple(part.shape[1:]) for part in parts})
        raise ValueError(
            f"{owner}: expected outputs of one shape to put together. Received: samples of shapes {shapes}"
        )
    return loop.to_numpy(torch.cat(parts))
