"""What ``compile`` settles: the losses, their weights, the metrics and the names under which they are logged."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import eras, losses, metrics
from ..backend.registry import nearest
from ..backend.telling import warn
from ..engine.network import as_list
from ..engine.symbolic import SymbolicTensor, placeholder
from ..engine.symbolic.immutable import of_script
from ..engine.symbolic.plan import topological
from .target_tensors import targets_of

__all__ = ["Objective"]

# what may close over tensors of the graph: an object's method reads what the object keeps
_FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)


def _by_output(value: Any, names: Sequence[str], argument: str, default: Any) -> list[Any]:
    """An argument given once, as a list or as a dict by output name, as one entry an output."""
    if isinstance(value, dict):
        for key in value:
            if key not in names:
                raise ValueError(
                    f"compile: expected the keys of {argument} to be names of outputs {list(names)}. "
                    f"Received: {key!r}.{nearest(key, names)}"
                )
        return [value.get(name, default) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"compile: expected {argument} to have one entry for each of {len(names)} outputs. "
                f"Received: {len(value)}"
            )
        return list(value)
    return [value] * len(names)


class Objective:
    """The compiled loss and metrics of a model.

    Args:
        outputs: the model's symbolic outputs, or None entries for a model without a graph.
        names: the outputs' names.
        loss, metrics, loss_weights, sample_weight_mode, weighted_metrics: as given to ``compile``.
        target_tensors: likewise; outputs that have one are fed no target.
        target_shapes: shapes of the targets where known (later eras resolve 'accuracy' by them).

    ``names`` in the order of the values that a step gives: ``loss``, each output's loss where there are several
    outputs (``tells_parts``), each metric.
    """

    def __init__(
        self,
        outputs: Sequence[SymbolicTensor | None],
        names: Sequence[str],
        *,
        loss: Any,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        output_shapes: Sequence[tuple[int | None, ...]],
        target_shapes: Sequence[tuple[int | None, ...] | None] | None = None,
        has_added_losses: bool = False,
        target_tensors: Any = None,
    ) -> None:
        self.output_names = list(names)
        self.output_shapes = list(output_shapes)
        self.functions = self._resolve_losses(loss)
        self.called = [fn for fn in self.functions if fn is not None]  # what runs in a step: losses and metrics
        self.scored = [i for i, fn in enumerate(self.functions) if fn is not None]
        if not self.scored and not has_added_losses:
            raise ValueError("compile: expected a loss for at least one output, or add_loss(). Received: loss=None")
        self.targets = targets_of(target_tensors, self.output_names)
        self.objectives = [None if fn is None else losses.objective(fn) for fn in self.functions]
        self.loss_weights = self._resolve_loss_weights(loss_weights)
        self.modes = self._resolve_modes(sample_weight_mode)
        self.names = ["loss"]
        self._several = len(self.output_names) > 1
        self._masked = [getattr(output, "_keras_mask", None) is not None for output in outputs]
        self.tells_parts = self._several and (len(self.scored) > 1 or eras.current().lone_loss == "named")
        if self.tells_parts:
            self.names += [f"{self.output_names[i]}_loss" for i in self.scored]
        # output, function of (y, p, w, mask) or None for a tensor of the graph, weighed
        self.metrics: list[tuple[int, Callable | None, bool]] = []
        self._given: list[tuple[int, Any]] = []  # the same as the script wrote them
        self.stateful: list[tuple[str, Any]] = []
        plain = self._collect(metrics, "metrics")
        weighed = self._collect(weighted_metrics, "weighted_metrics")
        for i in self.scored:
            shape = target_shapes[i] if target_shapes is not None else None
            for group, is_weighed in ((plain[i], False), (weighed[i], True)):
                for metric in group:
                    self._add_metric(i, metric, is_weighed, shape)
        # (output, target or None, score) of what has to be computed with the graph: first the losses, then the metrics
        self.symbolic = [self._symbolic_score(i, self.functions[i], outputs[i]) for i in range(len(self.output_names))]
        self.symbolic += [self._symbolic_score(i, given, outputs[i]) for i, given in self._given]
        # What scripts of Keras 2 report beside that: a tensor of the graph appended here, and its name to `names`.
        self.metrics_tensors: list[Any] = []
        self._compiled_names, self._appended = len(self.names), 0

    def _resolve_losses(self, loss: Any) -> list[Any]:
        if isinstance(loss, dict) and "class_name" in loss:  # one object's config
            loss = losses.get(loss)
        if isinstance(loss, dict):
            for name in self.output_names:
                if name not in loss:
                    warn(f"compile: output {name!r} has no loss, so no data is expected for it.")
        return [losses.get(fn) for fn in _by_output(loss or None, self.output_names, "loss", None)]

    def _resolve_loss_weights(self, given: Any) -> list[float]:
        if given is not None and not isinstance(given, (list, dict)):
            if len(self.output_names) > 1 or isinstance(given, tuple):
                raise TypeError(f"compile: expected loss_weights to be a list or dict. Received: {given!r}")
            given = [given]
        weights = _by_output(given, self.output_names, "loss_weights", 1.0)
        return [1.0 if weight is None else weight for weight in weights]

    def _resolve_modes(self, given: Any) -> list[str | None]:
        if isinstance(given, dict):
            for i in self.scored:
                if self.output_names[i] not in given:
                    raise ValueError(
                        "compile: expected sample_weight_mode to have an entry for each output. "
                        f"Received: none for {self.output_names[i]!r}"
                    )
        return [self._mode(mode) for mode in _by_output(given, self.output_names, "sample_weight_mode", None)]

    @staticmethod
    def _mode(mode: Any) -> str | None:
        if mode not in (None, "temporal"):
            raise ValueError(f"compile: expected sample_weight_mode to be None or 'temporal'. Received: {mode!r}")
        return mode

    def _collect(self, given: Any, argument: str) -> list[list[Any]]:
        if not given:
            return [[] for _ in self.output_names]
        if isinstance(given, dict):
            return [as_list(entry) for entry in _by_output(given, self.output_names, argument, [])]
        if isinstance(given, (list, tuple)):
            nested = self._several and len(given) == len(self.output_names)
            if nested and all(isinstance(entry, (list, tuple)) for entry in given):
                return [list(entry) for entry in given]
            return [list(given) for _ in self.output_names]
        if isinstance(given, str) or callable(given):
            return [[given] for _ in self.output_names]
        raise TypeError(f"compile: expected {argument} to be a list or dict. Received: {given!r}")

    def _add_metric(self, i: int, metric: Any, weighed: bool, target_shape: Any) -> None:
        key, function = metrics.resolve(
            metric,
            self.functions[i],
            self.output_shapes[i],
            target_shape,
            weighted=weighed,
            output_name=self.output_names[i] if self._several else None,
            taken=self.names,
        )
        counted = weighed or self._masked[i]
        if counted and eras.current().weighted_metrics == "means" and not metrics.is_stateful(function):
            function = metrics.MeanMetricWrapper(function, name=key)
        self.names.append(key)
        self.called.append(function)
        self._given.append((i, metric))
        if metrics.is_stateful(function):
            self.stateful.append((key, function))
            self.metrics.append((i, functools.partial(metrics.update, function), weighed))
        else:
            self.metrics.append((i, losses.objective(function), weighed))

    def take_appended(self) -> bool:
        """Measures what a script appended to ``names`` and ``metrics_tensors``; whether there was something new.

        Raises:
            ValueError: for something else than a symbolic tensor, and without a name for each.
        """
        new = self.metrics_tensors[self._appended :]
        if len(self.names) - self._compiled_names != len(self.metrics_tensors):
            raise ValueError(
                "metrics_tensors: expected as many tensors as names were appended to metrics_names. "
                f"Received: {len(self.metrics_tensors)} and {len(self.names) - self._compiled_names}"
            )
        for tensor in new:
            if not isinstance(tensor, SymbolicTensor):
                raise ValueError(f"metrics_tensors: expected tensors of the model's graph. Received: {tensor!r}")
            self.metrics.append((0, None, False))
            self.symbolic.append((0, None, tensor))
        self._appended += len(new)
        return bool(new)

    @property
    def stateful_names(self) -> list[str]:
        """Keys of metrics that accumulate by themselves."""
        return [name for name, _ in self.stateful]

    def reset_states(self) -> None:
        """Forgets what stateful metrics have gathered."""
        for _, metric in self.stateful:
            metric.reset_state() if hasattr(metric, "reset_state") else metric.reset_states()

    def _symbolic_score(
        self, i: int, function: Any, output: SymbolicTensor | None
    ) -> tuple[int, SymbolicTensor, SymbolicTensor] | None:
        """A loss or metric that closes over other tensors of the graph, to be computed with the graph.

        A variational autoencoder's loss function does so: it reads ``z_mean`` from outside its arguments. So does one
        that asks its prediction which layer made it, which only a tensor of the graph can tell.
        """
        if output is None or not isinstance(function, _FUNCTIONS) or not of_script(function):
            return None
        target = placeholder(output.shape, output.dtype, f"{self.output_names[i]}_target")
        output.traced_back = False
        try:
            score = function(target, output)
        except Exception:  # it wants real tensors: then it cannot have used symbolic ones
            return None
        if not isinstance(score, SymbolicTensor):
            return None
        if output.traced_back:
            return i, target, score
        try:
            topological([score], [target, output])
        except ValueError:  # it needs more than its arguments
            return i, target, score
        return None

    # ---------------------------------------------------------------- one step

    def loss(
        self,
        ys: Sequence[torch.Tensor | None],
        outputs: Sequence[torch.Tensor],
        weights: Sequence[torch.Tensor | None],
        masks: Sequence[torch.Tensor | None],
        added: Sequence[torch.Tensor],
        scores: dict[int, torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The total to minimise, and each output's part of it."""
        total: Any = None
        parts = []
        for i in self.scored:
            if scores and i in scores:
                part = losses.weighted_masked_mean(scores[i], weights[i], masks[i])
            else:
                part = self.objectives[i](ys[i], outputs[i], weights[i], masks[i])
            parts.append(part)
            factor = self.loss_weights[i]
            term = part if isinstance(factor, (int, float)) and factor == 1 else factor * part
            total = term if total is None else total + term
        for term in added:
            if isinstance(term, torch.Tensor) and term.ndim:
                term = term.mean()
            total = term if total is None else total + term
        if not isinstance(total, torch.Tensor):  # penalties that are all zero and no scored output
            total = torch.as_tensor(float(total or 0.0), device=outputs[0].device)
        return total, parts

    def measure(
        self,
        ys: Sequence[torch.Tensor | None],
        outputs: Sequence[torch.Tensor],
        weights: Sequence[torch.Tensor | None],
        masks: Sequence[torch.Tensor | None],
        scores: dict[int, torch.Tensor] | None = None,
    ) -> list[torch.Tensor]:
        """The metrics' values of one batch, on the device."""
        values = []
        for place, (i, fn, weighed) in enumerate(self.metrics, len(self.output_names)):
            weight = weights[i] if weighed else None
            if fn is None:
                values.append(scores[place].mean())
            elif scores and place in scores:
                values.append(losses.weighted_masked_mean(scores[place], weight, masks[i]))
            else:
                values.append(fn(ys[i], outputs[i], weight, masks[i]))
        return values
