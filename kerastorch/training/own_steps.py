"""Models that say themselves what a step does: ``train_step``, ``test_step``, ``predict_step``, ``compute_loss``.

A model that overrides one of them is trained, evaluated and run batch by batch with it; all other models go the
faster way of ``training/step.py``, which gives the same numbers.

Source: https://keras.io/guides/customizing_what_happens_in_fit/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import nn

from .. import eras
from ..backend.differentiation import gradients
from ..engine.stateless import given, lent
from ..engine.symbolic import flatten, map_structure, script
from ..engine.symbolic.immutable import plain
from ..optimizers import Optimizer
from . import loop
from .callback import CallbackList, History
from .containers import CompiledLoss, CompiledMetrics
from .logs import Logs, in_order, told
from .own_data import Batches, as_data, unpack_x_y_sample_weight
from .progress import ProgbarLogger, RunBar

__all__ = ["OwnSteps"]

_OWN = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "make_train_function")


class OwnSteps:
    """The part of a model that runs steps of its own. Mixed into ``Trainer``."""

    compiled_loss: CompiledLoss | None = None
    compiled_metrics: CompiledMetrics | None = None
    _compile_arguments: dict[str, Any] | None

    def _has_own_steps(self) -> bool:
        kind = type(self)
        return any(getattr(kind, name) is not getattr(OwnSteps, name) for name in _OWN) or self._adds_metrics()

    def _adds_metrics(self) -> bool:
        """Whether a layer reports numbers by ``add_metric``, which only single steps collect."""
        return any(module.__dict__.get("_added_metrics") for module in self.modules())

    def _settle_compiled(self, arguments: dict[str, Any]) -> None:
        """What ``compile`` was given, for steps of the model's own."""
        self.compiled_loss = CompiledLoss(self, arguments["loss"], arguments["loss_weights"])
        self.compiled_metrics = CompiledMetrics(
            self, arguments["metrics"], arguments["weighted_metrics"], arguments["loss"]
        )

    # -------------------------------------------------------- what may be overridden

    def train_step(self, data: Any) -> dict[str, Any]:
        """Learns from one batch.

        Args:
            data: what the data set yields: x, (x, y) or (x, y, sample_weight).

        Returns:
            What to log: metrics' values by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with script.tape(1):
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight)
        self.compiled_loss.tell(loss, _size(x))
        variables = self.trainable_variables
        if variables:
            with torch.no_grad():
                grads = gradients(loss, variables)
            apply = self.optimizer.own_apply() or self.optimizer.apply
            apply(grads, variables)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluates one batch.

        Args:
            data: as for ``train_step``.

        Returns:
            What to log: metrics' values by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        self.compiled_loss.tell(self.compute_loss(x, y, y_pred, sample_weight), _size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for one batch.

        Args:
            data: as for ``train_step``; only the inputs are used.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, **_: Any
    ) -> Any:
        """The loss of a batch: the compiled one, and the terms that layers added.

        Args:
            x: inputs.
            y: targets.
            y_pred: the model's outputs.
            sample_weight: weights.
        """
        return self.compiled_loss(y, y_pred, sample_weight, regularization_losses=self.losses)

    def stateless_compute_loss(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
        """``compute_loss`` with given weights, through which gradients go; the model's own stay as they are.

        Args:
            trainable_variables: a value for each of ``trainable_variables``.
            non_trainable_variables: a value for each of ``non_trainable_variables``.
            metrics_variables: values of the metrics' state, which the loss leaves as they are.
            x: inputs.
            y: targets.
            y_pred: the model's outputs.
            sample_weight: weights.
            training: whether it is for training.

        Returns:
            The loss, and the three lists of values after it.
        """
        weights, values, cut = given(self, trainable_variables, non_trainable_variables)
        arguments = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight, "training": training}
        loss, after = lent(self, weights, values, self.compute_loss, (), arguments)
        return loss, (list(trainable_variables), after[cut:], list(metrics_variables))

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Takes a batch into the compiled metrics and gives all metrics' values by name.

        Args:
            x: inputs.
            y: targets.
            y_pred: the model's outputs.
            sample_weight: weights.
        """
        self.compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """All metrics' values by name."""
        found: dict[str, Any] = {}
        for metric in self._tracking():
            value = metric.result()
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    def make_train_function(self, force: bool = False) -> Callable:
        """A function of an iterator over batches that runs one step.

        Args:
            force: accepted as in Keras; nothing is compiled.
        """
        self.train_function = lambda iterator: self.train_step(next(iterator))
        return self.train_function

    # -------------------------------------------------------------------- metrics

    def _metric_objects(self) -> list[Any]:
        """All metrics: of the loss, compiled, added by layers, kept as attributes."""
        found: list[Any] = []
        groups = [group for group in (self.compiled_loss, self.compiled_metrics) if group is not None]
        for group in groups:
            found += group.metrics
        compiled = {id(metric) for metric in found}
        if eras.current().metrics_property == "together" and self._has_own_steps():
            loss, rest = self.compiled_loss, self.compiled_metrics
            first, *parts = (loss.metrics or [loss._total]) if loss else [None]  # the total is there from compile on
            together = [rest] if rest and (rest.given or rest.weighted) else []
            found = [*([first] if loss else ()), *together, *parts]
        for module in self.modules():
            found += list(module.__dict__.get("_added_metrics", {}).values())
            found += [own for own in _metrics_of(module) if id(own) not in compiled]
        return list({id(metric): metric for metric in found}.values())

    def _tracking(self) -> Sequence[Any]:
        """``metrics``, as objects where the era has there what ``compile`` was given."""
        given = self.__dict__.get("_given_metrics")
        return self._metric_objects() if given is not None and self.metrics is given else self.metrics

    def reset_metrics(self) -> None:
        """Resets all metrics."""
        for metric in self._tracking():
            metric.reset_state() if hasattr(metric, "reset_state") else metric.reset_states()

    # ---------------------------------------------------------------------- methods

    def _fit_own(self, arrays: tuple[Any, Any, Any], given: dict[str, Any]) -> History:
        """``fit`` with the model's own steps."""
        x, y, sample_weight = arrays
        validation_data = given["validation_data"]
        if given["validation_split"] and validation_data is None:
            (x, y, sample_weight), validation_data = split_arrays(x, y, sample_weight, given["validation_split"])
        batches = Batches(
            "fit",
            x,
            y,
            sample_weight,
            batch_size=given["batch_size"],
            shuffle=given["shuffle"],
            steps=given["steps_per_epoch"],
            class_weight=given["class_weight"],
            queue=given["queue"],
        )
        validation = None
        if validation_data is not None:
            size = given["validation_batch_size"] or given["batch_size"]
            parts = validation_data if isinstance(validation_data, (tuple, list)) else (validation_data,)
            validation = Batches("fit", *parts, batch_size=size, steps=given["validation_steps"], queue=given["queue"])
        with batches:
            return fit(
                self,
                batches,
                validation,
                epochs=given["epochs"],
                initial_epoch=given["initial_epoch"],
                verbose=given["verbose"],
                callbacks=given["callbacks"],
                validation_freq=given["validation_freq"],
            )

    def _evaluate_own(self, batches: Batches, verbose: int, callbacks: Any = None) -> dict[str, Any]:
        with batches:
            return evaluate(self, batches, verbose, self._hooks(callbacks, batches))

    def _predict_own(self, batches: Batches, verbose: int, callbacks: Any = None) -> Any:
        with batches:
            return predict(self, batches, verbose, self._hooks(callbacks, batches))

    def _hooks(self, callbacks: Any, batches: Batches) -> CallbackList | None:
        """The callbacks of an evaluation or prediction."""
        if not callbacks:
            return None
        hooks = CallbackList(list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks])
        hooks.set_model(self)
        hooks.set_params({"steps": batches.steps, "verbose": 0})
        return hooks

    def _on_batch_own(self, step: Callable, data: Any, reset: bool, class_weight: Any = None) -> dict[str, Any]:
        """The numbers of one step on one batch of the caller's."""
        if reset:
            self.reset_metrics()
        x, y, weight = data
        whole = Batches("train_on_batch", x, y, weight, batch_size=1 << 40, class_weight=class_weight)
        with torch.enable_grad() if step == self.train_step else torch.no_grad():
            return _numbers(_flat(_plain_logs(step(next(whole.epoch())))))


def split_arrays(x: Any, y: Any, sample_weight: Any, part: float) -> tuple[tuple, tuple]:
    """Cuts the last part of all arrays off, where ``validation_split`` cuts.

    Raises:
        ValueError: when a side is left without samples.
    """
    data = [as_data(value) for value in (x, y, sample_weight)]
    count = next(int(leaf.shape[0]) for leaf in flatten(data) if leaf is not None)
    cut = int(count * (1.0 - part))
    if not 0 < cut < count:
        raise ValueError(
            f"fit: expected validation_split to leave samples on both sides. Received: validation_split={part} "
            f"of {count} samples"
        )

    def rows(which: slice) -> tuple:
        return tuple(map_structure(lambda leaf: None if leaf is None else leaf[which], value) for value in data)

    return rows(slice(0, cut)), rows(slice(cut, count))


def _metrics_of(module: nn.Module) -> Iterable[Any]:
    from ..metrics import Metric

    return (child for child in module._modules.values() if isinstance(child, Metric))


# ------------------------------------------------------------------------------ loops


def _plain_logs(logs: Any) -> dict[str, Any]:
    """What a step gave, as plain tensors without gradients."""
    if not isinstance(logs, dict):
        raise TypeError(f"train_step: expected a dict of what to log. Received: {type(logs).__name__}")
    return {key: _plain_logs(value) if isinstance(value, dict) else _plain_value(value) for key, value in logs.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return plain(value).detach()
    return float(value) if isinstance(value, int) and eras.current().logged_numbers == "floats" else value


def _flat(logs: dict[str, Any]) -> dict[str, Any]:
    """One level of values: Keras 3 has all compiled metrics as one, whose result is a dict, and sorts each level."""
    flat: dict[str, Any] = {}
    for key, value in in_order(logs).items():
        flat.update(_flat(value) if isinstance(value, dict) else {key: value})
    return flat


def _numbers(logs: dict[str, Any]) -> dict[str, Any]:
    """The values as Python numbers, fetched at once."""
    values = told(logs.values())
    return {key: v.item() if getattr(v, "ndim", 1) == 0 else v for key, v in zip(logs, values)}


def _settled(model: Any, logs: dict[str, Any]) -> dict[str, Any]:
    """What stands for all batches: where the last step named just the model's metrics, what these say by now."""
    results = model.get_metrics_result()
    return _plain_logs(results) if results.keys() == logs.keys() else logs


def fit(
    model: Any,
    batches: Batches,
    validation: Batches | None,
    *,
    epochs: int,
    initial_epoch: int,
    verbose: int,
    callbacks: Sequence[Any] | None,
    validation_freq: Any = 1,
) -> History:
    """Trains for some epochs with the model's ``train_step``."""
    hooks = loop.begin_callbacks(
        model,
        callbacks,
        verbose=verbose,
        names=[],
        params={"epochs": epochs, "steps": batches.steps, "do_validation": validation is not None},
        count_mode="steps",
        stateful=[],
    )
    logs: dict[str, Any] = {}
    for callback in hooks:
        if isinstance(callback, ProgbarLogger):  # what a step gives are means already
            callback.totals = lambda: _shares(logs)
    hooks.on_train_begin()
    numbers = eras.current().batch_logs == "batch"
    listened = hooks.listens_to("on_batch_end")
    model.stop_training = False
    warned, latest = False, {}
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        hooks.on_epoch_begin(epoch)
        count = 0
        for count, data in enumerate(batches.epoch(), 1):
            numbered = {"batch": count - 1, "size": _size(data)} if numbers else {}
            hooks.on_batch_begin(count - 1, dict(numbered))
            logs = _plain_logs(model.train_step(data))
            if count == 1:
                _tell_names(hooks, _flat(logs))
            if listened:
                hooks.on_batch_end(count - 1, Logs({**numbered, **_flat(logs)}))
            if model.stop_training:
                break
        if not count:
            raise ValueError(f"fit: expected at least one batch in epoch {epoch + 1}. Received: none")
        found, measured = _settled(model, logs), {}
        if validation is not None and loop.due(validation_freq, epoch):
            measured = evaluate(model, validation, hooks=hooks if eras.current().test_hooks else None)
        found = _numbers(_flat(loop.merge_logs(found, measured)))
        latest = dict(found)  # without what callbacks write into it
        warned = loop.warn_if_not_finite(found, epoch, warned)
        hooks.on_epoch_end(epoch, found)
        if model.stop_training:
            break
    if epochs > 0 and isinstance(getattr(model, "optimizer", None), Optimizer):
        model.optimizer.finalize_variable_values(model.trainable_variables)
    loop.end_callbacks(hooks, latest)
    return model.history


def _shares(logs: dict[str, Any]) -> dict[str, list]:
    """A step's values as a progress bar takes them: each a sum of one."""
    return {name: [value, 1] for name, value in _numbers(_flat(logs)).items()}


def _tell_names(hooks: CallbackList, logs: dict[str, Any]) -> None:
    """Callbacks learn what is logged once the first step has shown it."""
    names = [*logs, *(f"val_{name}" for name in logs)]
    for callback in hooks:
        if isinstance(getattr(callback, "params", None), dict):
            callback.params["metrics"] = names


def _size(data: Any) -> int:
    first = next((leaf for leaf in flatten(data) if getattr(leaf, "ndim", 0)), None)
    return 0 if first is None else int(first.shape[0])


def evaluate(model: Any, batches: Batches, verbose: int = 0, hooks: CallbackList | None = None) -> dict[str, Any]:
    """The numbers of the model's ``test_step`` after the last batch, by name."""
    model.reset_metrics()
    bar = RunBar(verbose, batches.steps, batches.steps, counts_steps=True)
    logs: dict[str, Any] = {}
    listened = hooks is not None and hooks.listens_to("on_test_batch_end")
    if hooks is not None:
        hooks.on_test_begin()
    with torch.no_grad():
        for index, data in enumerate(batches.epoch()):
            if hooks is not None:
                hooks.on_test_batch_begin(index)
            logs = _plain_logs(model.test_step(data))
            if listened:
                hooks.on_test_batch_end(index, Logs(_flat(logs)))
            bar.step(1, lambda: _shares(logs))  # noqa: B023
    if not logs:
        raise ValueError("evaluate: expected at least one batch. Received: none")
    found = _numbers(_flat(_settled(model, logs)))
    if hooks is not None:
        hooks.on_test_end(dict(in_order(found)))
    bar.close(found)
    return found


def _outputs_told(outputs: Any) -> dict[str, Any]:
    """A batch's outputs as callbacks get them: numpy's arrays, of which Keras 3 leaves a list as it is."""
    if eras.current().logged_numbers != "floats":
        return {"outputs": map_structure(loop.to_numpy, outputs)}
    flat = _flat({"outputs": outputs})
    return {key: loop.to_numpy(v) if isinstance(v, torch.Tensor) else v for key, v in flat.items()}


def predict(model: Any, batches: Batches, verbose: int = 0, hooks: CallbackList | None = None) -> Any:
    """The outputs of the model's ``predict_step``, put together."""
    bar = RunBar(verbose, batches.steps, batches.steps, counts_steps=True)
    parts: list[Any] = []
    listened = hooks is not None and hooks.listens_to("on_predict_batch_end")
    if hooks is not None:
        hooks.on_predict_begin()
    with torch.no_grad():
        for index, data in enumerate(batches.epoch()):
            if hooks is not None:
                hooks.on_predict_batch_begin(index)
            parts.append(map_structure(plain, model.predict_step(data)))
            if listened:
                hooks.on_predict_batch_end(index, _outputs_told(parts[-1]))
            bar.step(1)
    if not parts:
        raise ValueError("predict: expected at least one batch. Received: none")
    if hooks is not None:
        hooks.on_predict_end()
    bar.close()
    columns = iter(list(zip(*(list(flatten(part)) for part in parts), strict=True)))
    return map_structure(lambda _: loop.to_numpy(torch.cat(next(columns))), parts[0])
