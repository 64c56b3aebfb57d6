"""Accuracies that remember.

Source: https://keras.io/api/metrics/accuracy_metrics/
"""

from __future__ import annotations

from typing import Any

import torch

from ..losses.functions import as_tensor
from . import functions as fn
from .base import Mean, MeanMetricWrapper

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
]


class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(fn.accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions are on the right side of the threshold.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        threshold: above it a prediction counts as 1.
    """

    _direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(fn.binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the likeliest class is the one-hot target's.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(fn.categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the likeliest class is the target's number.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(fn.sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(Mean):
    """How often the one-hot target's class is among the k likeliest; ties count as hits.

    Args:
        k: how many classes count.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.k = k

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        y_pred = self.placed(y_pred)
        labels = torch.argmax(as_tensor(y_true, y_pred), dim=-1)
        super().update_state(fn.in_top_k(y_pred, labels, self.k), sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}


class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """How often the target's class number is among the k likeliest; ties count as hits.

    Args:
        k: how many classes count.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, k: int = 5, name: str | None = "sparse_top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(k, name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of class numbers and predictions in."""
        y_pred = self.placed(y_pred)
        labels = as_tensor(y_true, y_pred).reshape_as(y_pred[..., 0]).to(torch.int64)
        Mean.update_state(self, fn.in_top_k(y_pred, labels, self.k), sample_weight)
