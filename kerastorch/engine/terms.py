"""What a layer adds to a step beside its output: terms of the loss, numbers to log, updates of its weights."""

from __future__ import annotations

from typing import Any

import torch

from ..backend import phase
from ..backend.updates import assign_all
from .calls import calls
from .holder import WeightHolder
from .symbolic import Node, SymbolicTensor, flatten, tracing

__all__ = ["Terms"]


class Terms(WeightHolder):
    """The part of a layer that adds to the step that runs. ``Layer`` adds how it is called."""

    _inbound_nodes: list[Any]

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds terms to the loss of the step that is running.

        Args:
            losses: a tensor or a list of them.
            inputs: accepted as in Keras; the step knows by itself what a term depends on.
        """
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            if not tracing.active() and calls.losses is not None:
                calls.losses.append(loss)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean", **kwargs: Any) -> None:
        """Reports a number of the batch, whose mean over an epoch is logged.

        Args:
            value: a tensor; its mean counts.
            name: what it is called in the logs.
            aggregation: ``'mean'``, or None for a value that a metric object gave.
            **kwargs: accepted as in Keras (``inputs``).

        Raises:
            ValueError: without a name.
        """
        from ..metrics import Mean

        if name is None:
            raise ValueError(f"Layer {self.name}: expected a name for add_metric. Received: name=None")
        known = self.__dict__.setdefault("_added_metrics", {})
        if name not in known:
            known[name] = Mean(name=name)
        if not tracing.active() and not isinstance(value, SymbolicTensor):
            with torch.no_grad():
                known[name].update_state(value.detach() if isinstance(value, torch.Tensor) else value)

    @property
    def losses(self) -> list[torch.Tensor]:
        """The penalties on its weights, computed now, and the terms that its latest call outside of a step added."""
        return super().losses + self.__dict__.get("_call_losses", [])

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Runs updates of weights, in training only.

        Args:
            updates: what ``K.update`` gives or a ``(variable, new_value)`` pair, or a list of them.
            inputs: accepted as in Keras.
        """
        if tracing.active() or not phase.current() or phase.pure() or not self.trainable:
            return
        assign_all([updates] if isinstance(updates, tuple) and len(updates) == 2 else list(updates))

    def updates_of(self, node: Node) -> list[torch.Tensor]:
        """The weights that training moves by other means than gradients in one recorded call; none by default."""
        return []

    @property
    def updates(self) -> list[torch.Tensor]:
        """Those of all recorded calls."""
        return [weight for node in self._inbound_nodes for weight in self.updates_of(node)]

    def get_updates_for(self, inputs: Any) -> list[torch.Tensor]:
        """Those of the recorded calls on these symbolic inputs; none for None, since every call has inputs."""
        wanted = list(flatten(inputs))
        nodes = [n for n in self._inbound_nodes if len(n.input_tensors) == len(wanted)]
        nodes = [n for n in nodes if all(a is b for a, b in zip(n.input_tensors, wanted))]
        return [weight for node in nodes for weight in self.updates_of(node)]
