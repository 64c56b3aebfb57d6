"""``compiled_loss`` and ``compiled_metrics``: what ``compile`` was given, for steps that a model writes itself.

Source: tf_keras, ``tf_keras/src/engine/compile_utils.py``
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import eras, losses, metrics
from ..engine.symbolic import flatten
from ..engine.symbolic.immutable import as_immutable
from ..losses.base import same_rank

__all__ = ["CompiledLoss", "CompiledMetrics"]


class _Compiled:
    """What both have in common: entries for each output, looked up once the outputs are known."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.names: list[str] = []

    def _outputs(self, y_pred: Any) -> list[Any]:
        """The predictions, one an output; their names are settled at the first ones."""
        outputs = list(flatten(y_pred))
        if not self.names:
            known = list(getattr(self.model, "output_names", None) or ())
            if isinstance(y_pred, dict):
                known = list(y_pred)
            elif len(known) != len(outputs):
                known = [f"output_{i + 1}" for i in range(len(outputs))]
            self.names = known
        return outputs

    def _each(self, value: Any) -> list[Any]:
        """One entry an output, from a dict by name, a list, or one for all."""
        count = len(self.names)
        if isinstance(value, dict):
            return [value.get(name) for name in self.names]
        if isinstance(value, (list, tuple)) and len(value) == count and (count > 1 or not _is_one(value)):
            return list(value)
        return [value] * count


def _is_one(value: Sequence[Any]) -> bool:
    """Whether a list of one entry is that output's list of metrics."""
    return isinstance(value[0], (list, tuple))


def _fitted(y_true: Any, y_pred: Any) -> Any:
    """Targets as a tensor beside the predictions: of their rank, and of their type where both are of one kind."""
    if not isinstance(y_true, torch.Tensor):
        y_true = torch.as_tensor(y_true, device=y_pred.device)
    if y_true.is_floating_point() == y_pred.is_floating_point() and y_true.dtype != y_pred.dtype:
        y_true = y_true.to(y_pred.dtype)
    return y_true.unsqueeze(-1) if y_true.ndim == 1 and y_pred.ndim == 2 and y_pred.shape[-1] == 1 else y_true


class CompiledLoss(_Compiled):
    """The compiled loss as a function, which keeps the mean of its values.

    Args:
        model: the model.
        loss: as given to ``compile``.
        loss_weights: as given to ``compile``.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(1, input_dim=1)])
        >>> loss = CompiledLoss(model, "mse", None)
        >>> float(loss(torch.zeros(2, 1), torch.ones(2, 1))), float(loss.metrics[0].result())
        (1.0, 1.0)
    """

    def __init__(self, model: Any, loss: Any, loss_weights: Any) -> None:
        super().__init__(model)
        self.loss, self.loss_weights = loss, loss_weights
        self._total = metrics.Mean(name="loss")
        self._parts: list[Any] = []
        self._functions: list[Any] | None = None

    @property
    def metrics(self) -> list[Any]:
        """The means: of the total, then of each output's loss where there are several; none before the first batch."""
        if self._functions is None:
            return []
        return [self._total, *(part for part in self._parts if part is not None)]

    def reset_state(self) -> None:
        """Resets the means."""
        for metric in self.metrics:
            metric.reset_state()

    reset_states = reset_state

    def _settle(self) -> None:
        found = [losses.get(loss) for loss in self._each(self.loss)]
        self._functions = [
            fn if fn is None or isinstance(fn, (losses.Loss, losses.TorchLoss)) else losses.LossFunctionWrapper(fn)
            for fn in found
        ]
        if len(self.names) > 1:
            self._parts = [
                None if fn is None else metrics.Mean(name=f"{name}_loss") for name, fn in zip(self.names, found)
            ]

    def __call__(
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Sequence[Any] | None = None
    ) -> Any:
        """The loss of a batch.

        Args:
            y_true: targets, nested as the predictions.
            y_pred: predictions.
            sample_weight: weights, for all outputs or one an output.
            regularization_losses: terms to add: ``model.losses``.
        """
        outputs = self._outputs(y_pred)
        if self._functions is None:
            self._settle()
        targets, weights = self._each(y_true), self._each(sample_weight)
        factors = [1.0 if w is None else w for w in self._each(self.loss_weights)]
        terms = []
        count = next((o.shape[0] for o in outputs if o.ndim), 1)
        for i, function in enumerate(self._functions or ()):
            if function is None or targets[i] is None:
                continue
            value = self._value(function, targets[i], outputs[i], weights[i])
            if self._parts:
                self._parts[i].update_state(value.detach(), sample_weight=count)
            terms.append(value if factors[i] == 1 else value * factors[i])
        terms += list(regularization_losses or ())
        if not terms:
            return as_immutable(torch.zeros((), device=outputs[0].device))
        total = terms[0] if len(terms) == 1 else sum(terms[1:], terms[0])
        total = total.sum() if total.ndim else total
        if eras.current().loss_tracked_by == "loss":
            self._track(total, count)
        return total

    @torch.no_grad()
    def _track(self, total: Any, count: int) -> None:
        self._total.update_state(total.detach(), sample_weight=count)

    def tell(self, total: Any, count: int) -> None:
        """Takes what a step minimised into the mean, in the era in which steps do so.

        Args:
            total: the loss, as ``compute_loss`` gave it.
            count: how many samples it is of.
        """
        if eras.current().loss_tracked_by == "step" and isinstance(total, torch.Tensor):
            self._track(total, count)

    @staticmethod
    def _value(function: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
        mask = getattr(y_pred, "_keras_mask", None)
        if isinstance(function, losses.TorchLoss):
            return losses.objective(function)(_fitted(y_true, y_pred), y_pred, weight, mask)
        return function(_fitted(y_true, y_pred), y_pred, weight, mask)


class CompiledMetrics(_Compiled):
    """The compiled metrics, each keeping its own state.

    Args:
        model: the model.
        metrics: as given to ``compile``.
        weighted_metrics: as given to ``compile``.
        loss: as given to ``compile``; it decides what 'accuracy' means where shapes do not.
    """

    def __init__(self, model: Any, given: Any, weighted_metrics: Any, loss: Any) -> None:
        super().__init__(model)
        self.given, self.weighted, self.loss = given, weighted_metrics, loss
        self.name = "compile_metrics"
        self._entries: list[tuple[int, Any, bool]] = []
        self._built = False

    @property
    def metrics(self) -> list[Any]:
        """The metrics' objects; known after the first batch."""
        return [metric for _, metric, _ in self._entries]

    def result(self) -> dict[str, Any]:
        """Their values by name, as Keras 3, to which they are one metric, asks for them."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    def reset_state(self) -> None:
        """Resets all of them."""
        for metric in self.metrics:
            metric.reset_state() if hasattr(metric, "reset_state") else metric.reset_states()

    reset_states = reset_state

    def _listed(self, given: Any) -> list[list[Any]]:
        if not given:
            return [[] for _ in self.names]
        several = len(self.names) > 1
        nested = isinstance(given, (list, tuple)) and any(isinstance(entry, (list, tuple)) for entry in given)
        if isinstance(given, dict) or (several and nested and len(given) == len(self.names)):
            entries = self._each(given)
        elif nested and not several:
            entries = [given[0]]
        else:
            entries = [given] * len(self.names)
        return [[] if e is None else list(e) if isinstance(e, (list, tuple)) else [e] for e in entries]

    def _settle(self, targets: list[Any], outputs: list[Any]) -> None:
        fns = [losses.get(loss) if loss is not None else None for loss in self._each(self.loss)]
        taken = ["loss"]
        for group, weighed in ((self.given, False), (self.weighted, True)):
            for i, entries in enumerate(self._listed(group)):
                for entry in entries:
                    if targets[i] is None:
                        continue
                    key, function = metrics.resolve(
                        entry,
                        fns[i],
                        (None, *outputs[i].shape[1:]),
                        (None, *targets[i].shape[1:]),
                        weighted=weighed,
                        output_name=self.names[i] if len(self.names) > 1 else None,
                        taken=taken,
                    )
                    taken.append(key)
                    stateful = metrics.is_stateful(function)
                    metric = function if stateful else metrics.MeanMetricWrapper(function, name=key)
                    self._entries.append((i, metric, weighed))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes in a batch.

        Args:
            y_true: targets, nested as the predictions.
            y_pred: predictions.
            sample_weight: weights, for the ``weighted_metrics``.
        """
        outputs = self._outputs(y_pred)
        targets = [None if t is None else _fitted(t, o) for t, o in zip(self._each(y_true), outputs)]
        if not self._built:
            self._settle(targets, outputs)
        weights = self._each(sample_weight)
        for i, metric, weighed in self._entries:
            target, output = same_rank(targets[i], outputs[i].detach())
            metrics.update(
                metric, target, output, weights[i] if weighed else None, getattr(outputs[i], "_keras_mask", None)
            )
