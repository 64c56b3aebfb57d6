"""Keras's metric functions of ``(y_true, y_pred)``: one number a sample, no look at the values.

Every loss function is a metric function too.

Source: https://keras.io/api/metrics/
"""

from __future__ import annotations

from typing import Any

import torch

from .. import config, eras
from ..losses.functions import as_floats, as_tensor, cosine

__all__ = [
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "cosine_similarity",
]


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where prediction and target are equal, else 0.

    Example:
        >>> accuracy([[1.0], [2.0]], [[1.0], [3.0]])
        tensor([[1.],
                [0.]])
    """
    y_pred = as_tensor(y_pred)
    return torch.eq(as_tensor(y_true, y_pred), y_pred).to(config.torch_dtype(None))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """The share of predictions on the right side of the threshold.

    Keras 2 rounds the predictions, half to even: 0.5 counts as 0. Later eras compare with the threshold.

    Args:
        y_true: targets of 0 and 1.
        y_pred: probabilities of the same shape.
        threshold: above it a prediction counts as 1.

    Shape:
        ``(samples, ..., features)`` to ``(samples, ...)``.

    Example:
        >>> binary_accuracy([[1.0, 0.0]], [[0.5, 0.5]])
        tensor([0.5000])

    Source: https://keras.io/api/metrics/accuracy_metrics/
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    if threshold != 0.5 or eras.current().binary_accuracy == "threshold":
        y_pred = (y_pred > threshold).to(y_pred.dtype)
    else:
        y_pred = torch.round(y_pred)
    return torch.mean(torch.eq(y_true, y_pred), dim=-1, dtype=config.torch_dtype(None))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is the one-hot target's, else 0.

    Shape:
        ``(samples, ..., classes)`` to ``(samples, ...)``.

    Example:
        >>> categorical_accuracy([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.4, 0.6]])
        tensor([1., 0.])
    """
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred)
    return torch.eq(torch.argmax(y_true, dim=-1), torch.argmax(y_pred, dim=-1)).to(config.torch_dtype(None))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is the target's number, else 0.

    Args:
        y_true: class numbers of shape ``(samples, ...)`` or ``(samples, ..., 1)``.
        y_pred: scores of shape ``(samples, ..., classes)``.

    Example:
        >>> sparse_categorical_accuracy([[1], [0]], [[0.2, 0.8], [0.4, 0.6]])
        tensor([1., 0.])
    """
    y_pred = as_tensor(y_pred)
    found = torch.argmax(y_pred, dim=-1)
    return torch.eq(as_tensor(y_true, y_pred).reshape_as(found), found).to(config.torch_dtype(None))


def in_top_k(y_pred: Any, labels: Any, k: int) -> Any:
    """1 where fewer than k classes score above the label's: ties are hits, scores that are not finite never are."""
    inside = torch.clamp(labels, 0, y_pred.shape[-1] - 1)
    chosen = torch.gather(y_pred, -1, inside.unsqueeze(-1))
    better = torch.sum(y_pred > chosen, dim=-1)
    hits = (better < k) & torch.all(torch.isfinite(y_pred), dim=-1) & torch.eq(inside, labels)
    return hits.to(config.torch_dtype(None))


def _by_era(hits: Any) -> Any:
    """Keras 2's top-k functions take the batch's mean themselves."""
    return hits.mean(dim=-1) if eras.current().top_k_accuracy == "batch" else hits


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """How often the one-hot target's class is among the k likeliest; ties count as hits.

    Args:
        y_true: one-hot targets.
        y_pred: scores of the same shape.
        k: how many classes count.

    Shape:
        ``(samples, classes)`` to a scalar in Keras 2, to ``(samples,)`` in the later eras.

    Example:
        >>> top_k_categorical_accuracy([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], [[0.3, 0.2, 0.1], [0.1, 0.2, 0.7]], k=2)
        tensor(0.5000)
    """
    y_pred = as_tensor(y_pred)
    return _by_era(in_top_k(y_pred, torch.argmax(as_tensor(y_true, y_pred), dim=-1), k))


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """How often the target's class number is among the k likeliest; ties count as hits.

    Args:
        y_true: class numbers of shape ``(samples,)`` or ``(samples, 1)``.
        y_pred: scores of shape ``(samples, classes)``.
        k: how many classes count.

    Shape:
        A scalar in Keras 2, ``(samples,)`` in the later eras.

    Example:
        >>> sparse_top_k_categorical_accuracy([[1], [0]], [[0.3, 0.2, 0.1], [0.1, 0.2, 0.7]], k=2)
        tensor(0.5000)
    """
    y_pred = as_tensor(y_pred)
    labels = as_tensor(y_true, y_pred).reshape_as(y_pred[..., 0]).to(torch.int64)
    return _by_era(in_top_k(y_pred, labels, k))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between targets and predictions; as a metric it is 1, not -1, for the same direction.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis of the vectors.

    Example:
        >>> cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]])
        tensor([1.])
    """
    return cosine(y_true, y_pred, axis)
