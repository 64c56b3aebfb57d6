"""The area under a curve over thresholds.

Source: https://keras.io/api/metrics/classification_metrics/#auc-class
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config
from .base import divide_no_nan
from .confusion import _MATRIX, ConfusionMatrix

__all__ = ["AUC"]

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMS = ("interpolation", "minoring", "majoring")


class AUC(ConfusionMatrix):
    """The area under the ROC or precision-recall curve, from counts at many thresholds.

    Args:
        num_thresholds: how many thresholds, spread evenly.
        curve: ``'ROC'``, ``'PR'`` or ``'PRGAIN'``.
        summation_method: ``'interpolation'``, ``'minoring'`` or ``'majoring'``.
        name: what it is called in logs.
        dtype: float type of the state.
        thresholds: the thresholds themselves, instead of ``num_thresholds``.
        multi_label: whether each column gets an area of its own, the result being their mean.
        num_labels: how many columns there are; found from the first batch when missing.
        label_weights: how much each column counts.
        from_logits: whether predictions have yet to go through a sigmoid.

    Raises:
        ValueError: for an unknown curve or method, fewer than two thresholds, or ``num_labels`` without
            ``multi_label``.

    Example:
        >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])
        tensor(0.7500)

    Source: Davis & Goadrich (2006), The Relationship Between Precision-Recall and ROC Curves.
    """

    _direction = "up"
    _counts = _MATRIX

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if str(curve).upper() not in _CURVES:
            raise ValueError(f"{self.name}: expected curve to be one of {_CURVES}. Received: {curve!r}")
        if str(summation_method).lower() not in _SUMS:
            raise ValueError(
                f"{self.name}: expected summation_method to be one of {_SUMS}. Received: {summation_method!r}"
            )
        if num_labels and not multi_label:
            raise ValueError(f"{self.name}: expected num_labels only with multi_label=True. Received: {num_labels!r}")
        if thresholds is None and (not isinstance(num_thresholds, int) or num_thresholds < 2):
            raise ValueError(
                f"{self.name}: expected num_thresholds to be a whole number above 1. Received: {num_thresholds!r}"
            )
        inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)] if thresholds is None else thresholds
        self._given = None if thresholds is None else list(thresholds)
        # One threshold below every probability and one above, so that the curve's ends are exact.
        self._ladder = [-config.epsilon(), *sorted(inner), 1.0 + config.epsilon()]
        self.num_thresholds = len(self._ladder)
        self.curve = str(curve).upper()
        self.summation_method = str(summation_method).lower()
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        if label_weights is not None:
            self.register_buffer("_shares", torch.as_tensor(label_weights, dtype=self._dtype, device=config.device()))
        self._from_logits = from_logits
        self._built = False
        if not multi_label or num_labels:
            self._build(num_labels or 0)

    def _build(self, labels: int) -> None:
        self._start(self._ladder, labels=labels)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets (cast to bool) and scores in.

        Raises:
            ValueError: when multi-label scores are not of shape ``(samples, labels)``.
        """
        y_pred = self.placed(y_pred)
        if not self._built:
            if y_pred.ndim != 2:
                raise ValueError(
                    f"{self.name}: expected predictions of shape (samples, labels). Received: {tuple(y_pred.shape)}"
                )
            self._build(y_pred.shape[-1])
        if self._from_logits:
            y_pred = torch.sigmoid(y_pred)
        super().update_state(y_true, y_pred, sample_weight)

    def _prepare(self, y_true: Any, y_pred: Any, weights: Any) -> tuple[Any, Any, Any]:
        y_true, y_pred, weights = super()._prepare(y_true, y_pred, weights)
        if self.label_weights is not None and not self.multi_label:
            share = self._shares.expand_as(y_pred)
            weights = share if weights is None else weights * share
        return y_true, y_pred, weights

    def _matrix(self) -> list[Any]:
        return [getattr(self, name).read_value() for name in _MATRIX]

    def _points(self) -> tuple[Any, Any]:
        """The curve's x and y at each threshold."""
        hits, alarms, passed, missed = self._matrix()
        recall = divide_no_nan(hits, hits + missed)
        if self.curve == "ROC":
            return divide_no_nan(alarms, alarms + passed), recall
        if self.curve == "PR":
            return recall, divide_no_nan(hits, hits + alarms)
        odds = divide_no_nan(hits + missed, passed + alarms)
        gain = torch.where(hits == 0, 0.0, 1.0 - odds * divide_no_nan(missed, hits))
        return torch.clamp(gain, min=0.0), torch.where(hits == 0, 1.0, 1.0 - odds * divide_no_nan(alarms, hits))

    def _interpolated_pr(self) -> Any:
        """Areas under the precision-recall curve when hits and alarms change evenly between thresholds."""
        hits, alarms, _, missed = self._matrix()
        called = hits + alarms
        gained = hits[:-1] - hits[1:]
        slope = divide_no_nan(gained, torch.clamp(called[:-1] - called[1:], min=0.0))
        offset = hits[1:] - slope * called[1:]
        both = (called[:-1] > 0) & (called[1:] > 0)
        ratio = torch.where(both, divide_no_nan(called[:-1], torch.clamp(called[1:], min=0.0)), 1.0)
        total = torch.clamp(hits[1:] + missed[1:], min=0.0)
        return divide_no_nan(slope * (gained + offset * torch.log(ratio)), total)

    def result(self) -> Any:
        """The area so far."""
        if not self._built:
            return torch.zeros((), dtype=self._dtype, device=config.device())
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated_pr()
        else:
            x, y = self._points()
            heights = {
                "interpolation": lambda: (y[:-1] + y[1:]) / 2.0,
                "minoring": lambda: torch.minimum(y[:-1], y[1:]),
                "majoring": lambda: torch.maximum(y[:-1], y[1:]),
            }[self.summation_method]()
            areas = (x[:-1] - x[1:]) * heights
        if not self.multi_label:
            return areas.sum()
        by_label = areas.sum(dim=0)
        if self.label_weights is None:
            return by_label.mean()
        return divide_no_nan((by_label * self._shares).sum(), self._shares.sum())

    def get_config(self) -> dict[str, Any]:
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }
        return {**super().get_config(), **own, **({} if self._given is None else {"thresholds": self._given})}
