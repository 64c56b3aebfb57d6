"""Metrics counted from the confusion matrix at one or many thresholds.

Source: https://keras.io/api/metrics/classification_metrics/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config
from ..losses.base import same_rank
from ..losses.functions import as_tensor
from .base import Metric, divide_no_nan

__all__ = [
    "TruePositives",
    "TrueNegatives",
    "FalsePositives",
    "FalseNegatives",
    "Precision",
    "Recall",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "PrecisionAtRecall",
    "RecallAtPrecision",
]

_LOWEST = -1e10  # below every score: the threshold when the top k alone decide
_MATRIX = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def check_thresholds(owner: str, thresholds: Any, default: float) -> list[float]:
    """Thresholds as a list of floats in [0, 1].

    Raises:
        ValueError: for one outside.
    """
    if thresholds is None:
        return [default]
    found = [float(t) for t in (thresholds if isinstance(thresholds, (list, tuple)) else [thresholds])]
    wrong = [t for t in found if not 0.0 <= t <= 1.0]
    if wrong or not found:
        raise ValueError(f"{owner}: expected thresholds in [0, 1]. Received: thresholds={thresholds!r}")
    return found


def even_thresholds(owner: str, number: int) -> list[float]:
    """``number`` thresholds spread evenly over [0, 1]; a single one is 0.5.

    Raises:
        ValueError: unless it is a positive whole number.
    """
    if not isinstance(number, int) or number <= 0:
        raise ValueError(f"{owner}: expected num_thresholds to be a positive whole number. Received: {number!r}")
    return [0.5] if number == 1 else [i / (number - 1) for i in range(number)]


def _keep_top_k(scores: Any, k: int) -> Any:
    """The scores with all but the k highest of each row pushed below every threshold; the first of equals are kept."""
    # torch.topk keeps whichever of equal scores it meets, another one on each device
    values, indices = torch.sort(scores, dim=-1, descending=True, stable=True)
    return torch.full_like(scores, _LOWEST).scatter(-1, indices[..., :k], values[..., :k])


class ConfusionMatrix(Metric):
    """Weighted counts of hits and misses at each threshold; subclasses name the counts they keep.

    A prediction above a threshold is positive there. Counting sorts each score into the gap between two thresholds and
    sums from the right, so many thresholds cost little more than one.
    """

    _counts: Sequence[str] = ()

    def _start(
        self, thresholds: list[float], top_k: int | None = None, class_id: int | None = None, labels: int = 0
    ) -> None:
        """Makes the counts, ``(thresholds,)`` each, or ``(thresholds, labels)``."""
        self.thresholds = thresholds
        rising = sorted(thresholds)
        # Constants are buffers too, made once: a step must not copy from the host.
        self.register_buffer("_rising", torch.tensor(rising, dtype=self._dtype, device=config.device()))
        places = None if rising == list(thresholds) else torch.tensor([rising.index(t) for t in thresholds])
        self.register_buffer("_places", None if places is None else places.to(config.device()))
        self.top_k = top_k
        self.class_id = class_id
        self._labels = labels
        for name in self._counts:
            self.add_weight(name, (len(thresholds), labels) if labels else (len(thresholds),))

    def _prepare(self, y_true: Any, y_pred: Any, weights: Any) -> tuple[Any, Any, Any]:
        y_pred = self.placed(y_pred).detach().to(self._dtype)
        y_true = as_tensor(y_true, y_pred)
        y_true, y_pred = same_rank(y_true, y_pred)
        if self.top_k is not None:
            y_pred = _keep_top_k(y_pred, self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        if weights is not None:
            weights = as_tensor(weights, y_pred).to(self._dtype)
            if weights.ndim > y_pred.ndim and weights.shape[-1] == 1:
                weights = weights.squeeze(-1)
            weights = weights.reshape(weights.shape + (1,) * (y_pred.ndim - weights.ndim)).expand_as(y_pred)
        return y_true.to(torch.bool), y_pred, weights

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets (cast to bool) and scores in."""
        y_true, y_pred, weights = self._prepare(y_true, y_pred, sample_weight)
        counts = y_true.to(self._dtype), (~y_true).to(self._dtype)
        positives, negatives = counts if weights is None else (counts[0] * weights, counts[1] * weights)
        above_true, below_true = self._split(y_pred, positives)
        above_false, below_false = self._split(y_pred, negatives)
        for name, value in zip(_MATRIX, (above_true, above_false, below_false, below_true), strict=True):
            if name in self._counts:
                getattr(self, name).assign_add(value)

    def _split(self, scores: Any, amounts: Any) -> tuple[Any, Any]:
        """The amounts whose score is above each threshold, and the rest."""
        columns = self._labels or 1
        scores, amounts = scores.reshape(-1, columns), amounts.reshape(-1, columns)
        steps = len(self.thresholds)
        if steps == 1:
            above = (amounts * (scores > self.thresholds[0])).sum(dim=0, keepdim=True)
        else:
            passed = torch.bucketize(scores.contiguous(), self._rising)  # how many thresholds lie below the score
            gaps = amounts.new_zeros((steps + 1, columns)).scatter_add(0, passed, amounts)
            above = gaps.flip(0).cumsum(0).flip(0)[1:]
            above = above if self._places is None else above[self._places]
        below = amounts.sum(dim=0, keepdim=True) - above
        return (above, below) if self._labels else (above[:, 0], below[:, 0])


class _Count(ConfusionMatrix):
    """One cell of the confusion matrix."""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self._given = thresholds
        self._start(check_thresholds(self.name, thresholds, 0.5))

    def result(self) -> Any:
        """The count so far: a scalar for one threshold, else one a threshold."""
        value = getattr(self, self._counts[0]).read_value().clone()
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self._given}


class TruePositives(_Count):
    """How many positives were found.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> TruePositives()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
        tensor(2.)
    """

    _counts = ("true_positives",)


class TrueNegatives(_Count):
    """How many negatives were left alone.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _counts = ("true_negatives",)


class FalsePositives(_Count):
    """How many negatives were taken for positives.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _counts = ("false_positives",)


class FalseNegatives(_Count):
    """How many positives were missed.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _counts = ("false_negatives",)


class Precision(ConfusionMatrix):
    """The share of positives among what was called positive.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        top_k: only the k highest scores of a row may be positive.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> Precision()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
        tensor(0.6667)
    """

    _direction = "up"
    _counts: Sequence[str] = ("true_positives", "false_positives")

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._given = thresholds
        self._start(check_thresholds(self.name, thresholds, 0.5 if top_k is None else _LOWEST), top_k, class_id)

    def result(self) -> Any:
        """The share so far."""
        found, other = (getattr(self, name).read_value() for name in self._counts)
        value = divide_no_nan(found, found + other)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        own = {"thresholds": self._given, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Recall(Precision):
    """The share of positives that were found.

    Args:
        thresholds: above it a prediction is positive (0.5 when missing); a list gives a value for each.
        top_k: only the k highest scores of a row may be positive.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> Recall()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
        tensor(0.6667)
    """

    _counts = ("true_positives", "false_negatives")


class _BestAt(ConfusionMatrix):
    """The best of one rate over the thresholds at which another is at least a given value."""

    _direction = "up"
    _counts = _MATRIX
    _given_as = ""
    _held: tuple[str, str] = ("", "")  # the rate that has to reach the value: part, rest
    _sought: tuple[str, str] = ("", "")  # the rate of which the best is taken

    def _begin(self, value: float, num_thresholds: int, class_id: int | None) -> None:
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{self.name}: expected {self._given_as} to be in [0, 1]. Received: {value!r}")
        self.value = value
        self.num_thresholds = num_thresholds
        self._start(even_thresholds(self.name, num_thresholds), class_id=class_id)

    def _rate(self, part: str, rest: str) -> Any:
        part = getattr(self, part).read_value()
        return divide_no_nan(part, part + getattr(self, rest).read_value())

    def result(self) -> Any:
        """The best rate so far; 0 where no threshold will do."""
        return torch.amax(self._rate(*self._sought) * (self._rate(*self._held) >= self.value))

    def get_config(self) -> dict[str, Any]:
        own = {self._given_as: self.value, "num_thresholds": self.num_thresholds, "class_id": self.class_id}
        return {**super().get_config(), **own}


_SENSITIVITY = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")
_PRECISION = ("true_positives", "false_positives")


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity at which the specificity is at least a given one.

    Args:
        specificity: the value to reach, in [0, 1].
        num_thresholds: how many thresholds, spread evenly, are tried.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _given_as = "specificity"
    _held, _sought = _SPECIFICITY, _SENSITIVITY

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._begin(specificity, num_thresholds, class_id)


class SpecificityAtSensitivity(_BestAt):
    """The best specificity at which the sensitivity is at least a given one.

    Args:
        sensitivity: the value to reach, in [0, 1].
        num_thresholds: how many thresholds, spread evenly, are tried.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _given_as = "sensitivity"
    _held, _sought = _SENSITIVITY, _SPECIFICITY

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._begin(sensitivity, num_thresholds, class_id)


class PrecisionAtRecall(_BestAt):
    """The best precision at which the recall is at least a given one.

    Args:
        recall: the value to reach, in [0, 1].
        num_thresholds: how many thresholds, spread evenly, are tried.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _given_as = "recall"
    _held, _sought = _SENSITIVITY, _PRECISION

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._begin(recall, num_thresholds, class_id)


class RecallAtPrecision(_BestAt):
    """The best recall at which the precision is at least a given one.

    Args:
        precision: the value to reach, in [0, 1].
        num_thresholds: how many thresholds, spread evenly, are tried.
        class_id: only this class counts.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _given_as = "precision"
    _held, _sought = _PRECISION, _SENSITIVITY

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._begin(precision, num_thresholds, class_id)
