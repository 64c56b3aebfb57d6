"""Overlap of classes and F-scores: metrics of segmentation and of many labels.

Source: https://keras.io/api/metrics/segmentation_metrics/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config
from ..losses.functions import as_tensor
from .base import Metric, divide_no_nan

__all__ = ["IoU", "BinaryIoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "FBetaScore", "F1Score"]


class IoU(Metric):
    """Intersection over union of chosen classes, their mean: ``tp / (tp + fp + fn)``.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes that count.
        name: what it is called in logs.
        dtype: float type of the state.
        ignore_class: a class whose targets do not count.
        sparse_y_true: whether targets are class numbers; else the largest along ``axis`` is taken.
        sparse_y_pred: the same of predictions.
        axis: the axis of the classes.

    Example:
        >>> IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])
        tensor(0.3333)
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"{self.name}: expected target_class_ids below num_classes={num_classes}. "
                f"Received: {list(target_class_ids)!r}"
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_weight("total_confusion_matrix", (num_classes, num_classes))

    def _classes(self, values: Any, sparse: bool) -> Any:
        """Flat class numbers."""
        return (values if sparse else torch.argmax(values, dim=self.axis)).reshape(-1).to(torch.int64)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        y_pred = self.placed(y_pred)
        y_true = as_tensor(y_true, y_pred)
        found, right = self._classes(y_pred, self.sparse_y_pred), self._classes(y_true, self.sparse_y_true)
        if sample_weight is None:
            weights = torch.ones(right.shape, dtype=self._dtype, device=right.device)
        else:
            weights = as_tensor(sample_weight, y_pred).to(self._dtype)
            weights = weights.repeat_interleave(right.numel() // max(weights.numel(), 1)).reshape(-1)
        if self.ignore_class is not None:
            kept = right != self.ignore_class
            right, found, weights = torch.where(kept, right, 0), torch.where(kept, found, 0), weights * kept
        cells = torch.zeros(self.num_classes**2, dtype=self._dtype, device=right.device)
        cells = cells.scatter_add(0, right * self.num_classes + found, weights)
        self.total_cm.assign_add(cells.reshape(self.num_classes, self.num_classes))

    def result(self) -> Any:
        """The mean over the chosen classes that occurred."""
        cells = self.total_cm.read_value()
        diagonal = cells.diagonal()
        union = (cells.sum(0) + cells.sum(1) - diagonal)[self.target_class_ids]
        return divide_no_nan(
            divide_no_nan(diagonal[self.target_class_ids], union).sum(), (union != 0).sum().to(self._dtype)
        )

    def get_config(self) -> dict[str, Any]:
        names = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class BinaryIoU(IoU):
    """Intersection over union of two classes told apart by a threshold.

    Args:
        target_class_ids: the classes that count.
        threshold: at or above it a prediction is class 1.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        super().update_state(y_true, self.placed(y_pred) >= self.threshold, sample_weight)

    def get_config(self) -> dict[str, Any]:
        own = {"target_class_ids": self.target_class_ids, "threshold": self.threshold}
        return {**Metric.get_config(self), **own}


class MeanIoU(IoU):
    """Intersection over union, the mean over all classes that occurred.

    Args:
        num_classes: how many classes there are.
        name: what it is called in logs.
        dtype: float type of the state.
        ignore_class: a class whose targets do not count.
        sparse_y_true: whether targets are class numbers; else the largest along ``axis`` is taken.
        sparse_y_pred: the same of predictions.
        axis: the axis of the classes.

    Example:
        >>> MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])
        tensor(0.3333)
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        ids = range(num_classes)
        super().__init__(num_classes, ids, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "target_class_ids"}


class OneHotIoU(IoU):
    """``IoU`` of one-hot targets and scores.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes that count.
        name: what it is called in logs.
        dtype: float type of the state.
        ignore_class: a class whose targets do not count.
        sparse_y_pred: whether predictions are class numbers.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "sparse_y_true"}


class OneHotMeanIoU(MeanIoU):
    """``MeanIoU`` of one-hot targets and scores.

    Args:
        num_classes: how many classes there are.
        name: what it is called in logs.
        dtype: float type of the state.
        ignore_class: a class whose targets do not count.
        sparse_y_pred: whether predictions are class numbers.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "sparse_y_true"}


class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall.

    Args:
        average: None for one value a class, ``'micro'``, ``'macro'`` or ``'weighted'``.
        beta: how much more recall weighs than precision.
        threshold: above it a prediction is positive; None takes each row's largest.
        name: what it is called in logs.
        dtype: float type of the state.

    Raises:
        ValueError: for another average, or a beta or threshold that is not positive.

    Example:
        >>> FBetaScore(average="micro", threshold=0.5)([[1.0, 0.0], [1.0, 1.0]], [[0.9, 0.8], [0.9, 0.1]])
        tensor(0.6667)
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"{self.name}: expected average to be None, 'micro', 'macro' or 'weighted'. Received: {average!r}"
            )
        if not beta > 0:
            raise ValueError(f"{self.name}: expected beta to be above 0. Received: {beta!r}")
        if threshold is not None and not 0.0 < threshold <= 1.0:
            raise ValueError(f"{self.name}: expected threshold to be in (0, 1]. Received: {threshold!r}")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _sum(self, values: Any, weights: Any) -> Any:
        values = values if weights is None else values * weights.unsqueeze(-1)
        return values.sum() if self.average == "micro" else values.sum(dim=0)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of 0/1 targets and scores in, both of shape ``(samples, classes)``.

        Raises:
            ValueError: for any other shape.
        """
        y_pred = self.placed(y_pred).detach().to(self._dtype)
        y_true = as_tensor(y_true, y_pred).to(self._dtype)
        if y_true.ndim != 2 or y_pred.ndim != 2:
            raise ValueError(
                f"{self.name}: expected targets and predictions of shape (samples, classes). "
                f"Received: {tuple(y_true.shape)} and {tuple(y_pred.shape)}"
            )
        if not self._built:
            shape = () if self.average == "micro" else (y_pred.shape[-1],)
            for name in ("true_positives", "false_positives", "false_negatives", "support"):
                self.add_weight(name, shape)
            self._built = True
        if self.threshold is None:
            # A row of zeros has no largest class.
            chosen = (y_pred >= y_pred.amax(dim=-1, keepdim=True)) & (y_pred.abs() > 1e-9)
        else:
            chosen = y_pred > self.threshold
        chosen = chosen.to(self._dtype)
        weights = None if sample_weight is None else as_tensor(sample_weight, y_pred).to(self._dtype)
        self.true_positives.assign_add(self._sum(chosen * y_true, weights))
        self.false_positives.assign_add(self._sum(chosen * (1.0 - y_true), weights))
        self.false_negatives.assign_add(self._sum((1.0 - chosen) * y_true, weights))
        self.support.assign_add(self._sum(y_true, weights))

    def result(self) -> Any:
        """The score so far."""
        if not self._built:
            return torch.zeros((), dtype=self._dtype, device=config.device())
        hits, small = self.true_positives.read_value(), config.epsilon()
        precision = hits / (hits + self.false_positives.read_value() + small)
        recall = hits / (hits + self.false_negatives.read_value() + small)
        squared = self.beta**2
        score = precision * recall / (squared * precision + recall + small) * (1.0 + squared)
        if self.average == "weighted":
            support = self.support.read_value()
            return (score * (support / (support.sum() + small))).sum()
        return score if self.average is None else score.mean()

    def get_config(self) -> dict[str, Any]:
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall.

    Args:
        average: None for one value a class, ``'micro'``, ``'macro'`` or ``'weighted'``.
        threshold: above it a prediction is positive; None takes each row's largest.
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> F1Score(average="macro")([[1.0, 0.0], [0.0, 1.0]], [[0.9, 0.1], [0.2, 0.8]])
        tensor(1.0000)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "beta"}
