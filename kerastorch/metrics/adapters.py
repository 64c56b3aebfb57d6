"""Metrics of other libraries: anything with ``update(preds, target)``, ``compute()`` and ``reset()``."""

from __future__ import annotations

from typing import Any

import torch

from ..backend.names import snake_case
from ..losses.functions import as_tensor
from .base import Metric

__all__ = ["TorchMetricAdapter", "is_torch_metric"]


def is_torch_metric(metric: Any) -> bool:
    """Whether a metric follows torchmetrics: it has ``update``, ``compute`` and ``reset``.

    Example:
        >>> is_torch_metric(print)
        False
    """
    if isinstance(metric, (Metric, type)):
        return False
    return all(callable(getattr(metric, name, None)) for name in ("update", "compute", "reset"))


class TorchMetricAdapter(Metric):
    """A torchmetrics-like object as a Keras metric.

    Targets with a last axis of 1 lose it where the predictions have classes there, and both lose it where both have it.
    A classification metric gets whole-number targets.

    Args:
        metric: an object with ``update(preds, target)``, ``compute()`` and ``reset()``.
        name: what it is called in logs; by default its ``name``, else its class's name in lower case.

    Raises:
        ValueError: when weights are given, which such metrics do not take.

    Example:
        >>> class Hits:
        ...     def __init__(self): self.reset()
        ...     def reset(self): self.hits = 0
        ...     def update(self, preds, target): self.hits += (preds.round() == target).sum()
        ...     def compute(self): return self.hits
        >>> TorchMetricAdapter(Hits())(torch.tensor([[1.0], [0.0]]), torch.tensor([[0.9], [0.8]]))
        tensor(1)
    """

    # Such objects look at values, count in Python and check as they please: no CUDA graph may hold them.
    capturable = False

    def __init__(self, metric: Any, name: str | None = None) -> None:
        own = getattr(metric, "name", None)
        super().__init__(name or (own if isinstance(own, str) else snake_case(type(metric).__name__)))
        self.metric = metric
        self._classes = "classification" in type(metric).__module__
        higher = getattr(metric, "higher_is_better", None)
        self._direction = None if higher is None else ("up" if higher else "down")
        self._moved_to: torch.device | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        if sample_weight is not None:
            raise ValueError(f"{self.name}: expected no sample weights, this metric does not take them. Received: some")
        y_pred = self.placed(y_pred).detach()
        y_true = as_tensor(y_true, y_pred)
        if y_true.ndim == y_pred.ndim and y_true.ndim > 1 and y_true.shape[-1] == 1:
            y_true = y_true.squeeze(-1)
            if y_pred.shape[-1] == 1:
                y_pred = y_pred.squeeze(-1)
        if self._moved_to != y_pred.device and hasattr(self.metric, "to"):
            self.metric.to(y_pred.device)
            self._moved_to = y_pred.device
        self.metric.update(y_pred, y_true.to(torch.int64) if self._classes else y_true)

    def result(self) -> Any:
        """The value so far."""
        return self.metric.compute()

    def reset_state(self) -> None:
        """Forgets everything."""
        self.metric.reset()

    def get_config(self) -> dict[str, Any]:
        return {"metric": self.metric, "name": self.name}
