"""Epochs, batches, validation and callbacks around the step.

Source: Keras 2.2.4, ``keras.engine.training_arrays``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from .. import eras
from ..backend.telling import warn
from . import checkpoint, torch_draws
from .callback import CallbackList, History
from .data import Columns, epoch_order
from .logs import Logs, RunningTotals, in_order, told
from .position import Position
from .progress import ProgbarLogger, RunBar
from .step import Program, predictor_of, test_step, train_step

__all__ = [
    "end_run",
    "fit_arrays",
    "measuring",
    "own_callbacks",
    "begin_epoch",
    "end_callbacks",
    "evaluate_arrays",
    "evaluate_batches",
    "predict_arrays",
    "averaged",
    "begin_callbacks",
    "due",
    "merge_logs",
    "run_epoch",
    "warn_if_not_finite",
]


# Evaluates after an epoch: for a program, a batch size and callbacks the values in the order of the objective's names.
Measure = Callable[[Program, int, CallbackList | None], list[Any]]


class Split:
    """How many of a batch's tensors are inputs, targets and weights."""

    def __init__(self, n_inputs: int, n_outputs: int) -> None:
        self.x, self.y = n_inputs, n_inputs + n_outputs

    def __call__(self, batch: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
        return batch[: self.x], batch[self.x : self.y], batch[self.y :]


def begin_callbacks(
    model: Any,
    callbacks: Iterable[Any] | None,
    *,
    verbose: int,
    names: Sequence[str],
    params: dict[str, Any],
    count_mode: str,
    stateful: Sequence[str],
) -> CallbackList:
    """The callbacks of a run: the caller's, a progress bar when one is wanted, and the history."""
    model.history = History()
    extra = [ProgbarLogger(count_mode, stateful_metrics=stateful)] if verbose else []
    given = (
        list(callbacks or []) if isinstance(callbacks, (list, tuple, CallbackList)) or not callbacks else [callbacks]
    )
    first, later = (extra, []) if eras.current().progress == "keras2" else ([], extra)
    every = CallbackList(first + given + later + [model.history])
    every.set_model(getattr(model, "callback_model", None) or model)
    metrics = list(names) + ([f"val_{name}" for name in names] if params["do_validation"] else [])
    every.set_params({"verbose": verbose, "metrics": metrics, **params})
    return every


def averaged(totals: RunningTotals, names: Sequence[str]) -> dict[str, Any]:
    """The epoch's mean of each value, weighted by batch size; the latest of a stateful one."""
    read = totals.read()
    means = {name: read[name][0] / (1 if name in totals.stateful else read[name][1]) for name in names if name in read}
    return {name: float(mean) if np.ndim(mean) == 0 else mean for name, mean in means.items()}


def merge_logs(train: dict[str, Any], validation: dict[str, Any]) -> dict[str, Any]:
    """One dict of an epoch's logs, in the era's order of keys."""
    validation = {f"val_{name}": value for name, value in validation.items()}
    if eras.current().history_order == "val_first":
        return {**validation, **train}
    return in_order({**train, **validation})


def warn_if_not_finite(logs: dict[str, Any], epoch: int, warned: bool) -> bool:
    """Says once a run that the loss is no number any more."""
    loss = logs.get("loss")
    if not warned and loss is not None and not math.isfinite(loss):
        warn(
            f"fit: the loss is {float(loss)} after epoch {epoch + 1}; lower the learning rate, look for NaN in the "
            "data, or stop with callbacks.TerminateOnNaN().",
            RuntimeWarning,
        )
        return True
    return warned


def due(frequency: Any, epoch: int) -> bool:
    """Whether an epoch is validated: one of so many, or of those listed."""
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency


def fit_arrays(
    model: Any,
    program: Program,
    data: Columns,
    split: Split,
    *,
    batch_size: int,
    epochs: int,
    initial_epoch: int,
    verbose: int,
    callbacks: Iterable[Any] | None,
    shuffle: bool | str,
    steps_per_epoch: int | None,
    validation: Columns | None,
    validation_steps: int | None,
    validation_data: list[Any] | None,
    measure: Measure | None = None,
    validation_freq: Any = 1,
    validation_batch_size: int | None = None,
) -> History:
    """Trains for some epochs; the arguments are those of ``Model.fit``, checked and brought in order.

    Args:
        measure: evaluates where ``validation`` is no set of arrays.
        validation_freq: after every how many epochs to evaluate, or a set of epochs, the first being 1.
        validation_batch_size: the size of a batch in evaluation, ``batch_size`` when missing.
    """
    names = program.objective.names
    old = eras.current().progress == "keras2"
    if validation is not None and verbose and old:
        print(f"Train on {data.size} samples, validate on {validation.size} samples")
    hooks = begin_callbacks(
        model,
        callbacks,
        verbose=verbose,
        names=names,
        params={
            "batch_size": None if steps_per_epoch else batch_size,
            "epochs": epochs,
            "steps": steps_per_epoch if old else steps_per_epoch or math.ceil(data.size / batch_size),
            "samples": data.size,
            "do_validation": validation is not None or measure is not None,
        },
        count_mode="steps" if steps_per_epoch else "samples",
        stateful=program.objective.stateful_names,
    )
    if program.params:
        program.bind()  # a torch optimizer is made here: callbacks look for its learning rate
    position = Position.begin(model, initial_epoch, own_callbacks(hooks), order=np.arange(data.size))
    if validation is not None:
        measure = measuring(validation, split, validation_steps if steps_per_epoch else None)
    if initial_epoch < epochs:
        torch_draws.begin_run(model, shuffle, data.size, batch_size)
    hooks.on_train_begin()
    checkpoint.take_up(position, initial_epoch)
    model.stop_training = False
    for callback in hooks:
        callback.validation_data = validation_data
    warned, latest = False, {}
    for epoch in range(position.epoch, epochs):
        begin_epoch(position, program, hooks, epoch)
        if steps_per_epoch:
            batches = (data.whole() for _ in range(position.batch, steps_per_epoch))
        else:
            batches = data.batches(_rest_of_epoch(position, shuffle, batch_size), batch_size)
        totals, finished = run_epoch(model, program, hooks, batches, split, one_step_each=bool(steps_per_epoch))
        measured: dict[str, Any] = {}
        complete = finished or steps_per_epoch or eras.current().cut_epochs == "measured"
        if measure is not None and complete and due(validation_freq, epoch):
            values = measure(program, validation_batch_size or batch_size, hooks)
            measured = dict(zip(names, values, strict=True))
        logs = merge_logs(averaged(totals, names), measured)
        latest = dict(logs)  # without what callbacks write into it
        warned = warn_if_not_finite(logs, epoch, warned)
        hooks.on_epoch_end(epoch, logs)
        position.epoch_done(epoch)
        if model.stop_training:
            break
    return end_run(model, program, hooks, position, epochs, latest)


def end_run(
    model: Any, program: Program, hooks: CallbackList, position: Position, epochs: int, logs: dict[str, Any]
) -> History:
    """What follows the last epoch, whose numbers are ``logs``."""
    position.reached()
    if program.params and epochs > 0:
        program.optimizer.finalize_variable_values(program.params)  # running means of the weights, where they are kept
    end_callbacks(hooks, logs)
    return model.history


def end_callbacks(hooks: CallbackList, logs: dict[str, Any]) -> None:
    """Calls ``on_train_end``, with the numbers of the last epoch in the eras that tell them."""
    hooks.on_train_end(logs if eras.current().end_logs == "epoch" else None)


def measuring(data: Columns, split: Split, steps: int | None = None) -> Measure:
    """A function that evaluates arrays after an epoch."""

    def measure(program: Program, batch_size: int, hooks: CallbackList | None) -> list[Any]:
        program.look()
        return evaluate_arrays(program, data, split, batch_size=batch_size, steps=steps, hooks=hooks)

    return measure


def own_callbacks(hooks: CallbackList) -> list[Any]:
    """The callbacks of a run without its progress bar."""
    return [callback for callback in hooks if type(callback) is not ProgbarLogger]


def begin_epoch(position: Position, program: Program, hooks: CallbackList, epoch: int) -> None:
    """Calls ``on_epoch_begin``; a run that resumes inside the epoch then returns to its position."""
    position.epoch = epoch
    if not position.batch:
        position.reached()
    program.objective.reset_states()
    hooks.on_epoch_begin(epoch)
    position.reached()


def _rest_of_epoch(position: Position, shuffle: bool | str, batch_size: int) -> np.ndarray | None:
    """Which samples the epoch still has to take, in order; None for all as they lie."""
    if position.batch:
        return position.order[position.batch * batch_size :]
    position.order = epoch_order(position.order, shuffle, batch_size)
    return position.order if shuffle else None


def _rows(xs: Sequence[Any], ys: Sequence[Any]) -> int:
    return len(next(part for part in (*xs, *ys) if part is not None))


def run_epoch(
    model: Any, program: Program, hooks: CallbackList, batches: Iterable[Any], split: Split, one_step_each: bool
) -> tuple[RunningTotals, bool]:
    """One pass over the batches. Numbers stay on the device unless a callback looks at them."""
    names, position = program.objective.names, model._position
    totals = RunningTotals(program.objective.stateful_names)
    if position.totals is not None:
        totals.restore(position.totals)
    begins, ends = hooks.listens_to("on_batch_begin"), hooks.listens_to("on_batch_end")
    others = CallbackList(own_callbacks(hooks))
    reads_logs = others.listens_to("on_batch_end")
    watched = others.listens_to("on_batch_begin") or reads_logs
    means = _RunningMeans(totals) if eras.current().batch_logs == "running" else None
    if means is not None:
        for callback in hooks:
            if type(callback) is ProgbarLogger:  # it reads the same sums, when it draws
                callback.totals = lambda: in_order(totals.read())
    program.look()
    finished = True
    for index, batch in enumerate(batches, position.batch):
        xs, ys, ws = split(batch)
        size = 1 if one_step_each else _rows(xs, ys)
        if begins:
            hooks.on_batch_begin(index, {} if means is not None else {"batch": index, "size": size})
        if watched:
            program.look()
        results = train_step(program, xs, ys, ws)
        totals.add(dict(zip(names, results, strict=True)), size, names)
        position.done(index + 1, totals)
        if means is not None and reads_logs:
            hooks.on_batch_end(index, means.after(names, results, size))
        elif ends:
            hooks.on_batch_end(index, _batch_logs(index, size, names, results))
        if position.keep is not None:
            position.keep(False)
        if model.stop_training:
            finished = False
            break
    totals.settle()
    return totals, finished


class _RunningMeans:
    """The means of the epoch so far, on the device: what callbacks of later Keras see after a batch.

    Args:
        totals: of the epoch; it knows which numbers are no means, and what an interrupted epoch had come to.
    """

    def __init__(self, totals: RunningTotals) -> None:
        self._stateful = totals.stateful
        self._sums = {name: tuple(pair) for name, pair in totals.read().items()}

    def after(self, names: Sequence[str], results: Sequence[torch.Tensor], size: int) -> Logs:
        logs = {}
        for name, value in zip(names, results, strict=True):
            if name in self._stateful:
                logs[name] = value
                continue
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = total, count = total + value * size, count + size
            logs[name] = total / count
        return Logs(in_order(logs))


def _batch_logs(index: int, size: int, names: Sequence[str], results: Sequence[torch.Tensor]) -> Logs:
    return Logs({"batch": index, "size": size, **dict(zip(names, results, strict=True))})


def _bar(verbose: int, data: Columns, batch_size: int, steps: int | None) -> RunBar:
    batches = steps or math.ceil(data.size / batch_size)
    return RunBar(verbose, steps or data.size, batches, counts_steps=bool(steps))


class EvaluationHooks:
    """Calls the callbacks of an evaluation; nothing where there are none, or in an era that does not call them.

    Args:
        hooks: the callbacks, or None.
        totals: the running sums of the evaluation.
        names: what the values are called.
    """

    def __init__(self, hooks: CallbackList | None, totals: RunningTotals, names: Sequence[str]) -> None:
        self.hooks = hooks if eras.current().test_hooks else None
        self.totals, self.names = totals, names
        self.index = 0
        if self.hooks is not None:
            self.hooks.on_test_begin()

    def batch(self) -> None:
        """Before a batch."""
        if self.hooks is not None:
            self.hooks.on_test_batch_begin(self.index)

    def batch_done(self) -> None:
        """After a batch: values are read only where somebody listens."""
        if self.hooks is not None and self.hooks.listens_to("on_test_batch_end"):
            self.hooks.on_test_batch_end(self.index, in_order(averaged(self.totals, self.names)))
        self.index += 1

    def done(self, found: dict[str, Any]) -> None:
        """After the last batch."""
        if self.hooks is not None:
            self.hooks.on_test_end(dict(in_order(found)))


def evaluate_arrays(
    program: Program,
    data: Columns,
    split: Split,
    *,
    batch_size: int,
    steps: int | None = None,
    verbose: int = 0,
    hooks: CallbackList | None = None,
) -> list[Any]:
    """The mean loss and metrics over a data set, in the order of the objective's names."""
    bar = _bar(verbose, data, batch_size, steps)
    torch_draws.pass_over()
    batches = data.batches(None, batch_size) if steps is None else (data.whole() for _ in range(steps))
    program.look()
    size = _rows if steps is None else lambda xs, ys: 1
    return evaluate_batches(program, map(split, batches), size, bar, hooks)


def evaluate_batches(
    program: Program, batches: Iterable[Any], size: Callable[..., int], bar: RunBar, hooks: CallbackList | None
) -> list[Any]:
    """The mean loss and metrics over batches, in the order of the objective's names.

    Args:
        program: the steps of the model.
        batches: inputs, targets and weights, each a list.
        size: what a batch counts in the means, from its inputs and targets.
        bar: moves on with every batch.
        hooks: the callbacks to call, or None.
    """
    objective = program.objective
    objective.reset_states()
    names = objective.names
    totals = RunningTotals(objective.stateful_names)
    called = EvaluationHooks(hooks, totals, names)

    def shown() -> dict[str, list]:
        return in_order(totals.read())

    for xs, ys, ws in batches:
        called.batch()
        count = size(xs, ys)
        totals.add(dict(zip(names, test_step(program, xs, ys, ws), strict=True)), count, names)
        called.batch_done()
        bar.step(count, shown)
    found = averaged(totals, names)
    called.done(found)
    bar.close(in_order(found))
    return [found[name] for name in names]


def predict_arrays(
    model: Any, data: Columns, *, batch_size: int, steps: int | None = None, verbose: int = 0
) -> list[np.ndarray]:
    """The outputs for all rows, one array an output."""
    bar = _bar(verbose, data, batch_size, steps)
    torch_draws.pass_over()
    batches = data.batches(None, batch_size) if steps is None else (data.whole() for _ in range(steps))
    parts: list[list[torch.Tensor]] = []
    predictor = predictor_of(model)
    for batch in batches:
        parts.append(predictor(batch)[0])
        bar.step(1 if steps else len(batch[0]))
    bar.close()
    return [to_numpy(column[0] if len(column) == 1 else torch.cat(column)) for column in zip(*parts, strict=True)]


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """The values on the host, in the axes' order."""
    tensor = tensor.detach()
    tensor = tensor.float() if tensor.dtype == torch.bfloat16 else tensor
    return np.ascontiguousarray(tensor.cpu().numpy())


def numbers(values: Sequence[Any]) -> Any:
    """What ``*_on_batch`` returns: one number, or a list of them."""
    found = told(values)
    return found[0] if len(found) == 1 else found
