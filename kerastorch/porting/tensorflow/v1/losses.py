"""``tf.losses`` of TensorFlow 1: each loss is one number, the weighted mean over what has a weight.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1/losses
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from .... import losses as keras
from .._functions import before_2, op, pair, tensor

__all__ = ["losses"]


class Reduction:
    """How a loss becomes one number."""

    NONE = "none"
    SUM = "weighted_sum"
    MEAN = "weighted_mean"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    SUM_BY_NONZERO_WEIGHTS = SUM_OVER_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"


def _weighted(values: torch.Tensor, weights: Any, reduction: str) -> torch.Tensor:
    weights = tensor(weights, like=values).to(values.dtype).broadcast_to(values.shape)
    weighed = values * weights
    if reduction == Reduction.NONE:
        return weighed
    total = weighed.sum()
    if reduction == Reduction.SUM:
        return total
    counts = {
        Reduction.MEAN: weights.sum(),
        Reduction.SUM_OVER_BATCH_SIZE: torch.tensor(float(values.numel())),
        Reduction.SUM_BY_NONZERO_WEIGHTS: (weights != 0).sum(),
    }
    if reduction not in counts:
        raise ValueError(f"tf.losses: expected reduction to be one of tf.losses.Reduction. Received: {reduction!r}")
    count = counts[reduction].to(values)
    return torch.where(count == 0, torch.zeros_like(total), total / torch.where(count == 0, 1, count))


def _loss(values_of: Callable[..., torch.Tensor]) -> Callable:
    """A loss as TensorFlow 1 has it, from its values for each element."""

    @functools.wraps(values_of)
    @op
    def loss(
        *args: Any,
        weights: Any = 1.0,
        scope: str | None = None,
        loss_collection: Any = None,
        reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
        **kwargs: Any,
    ) -> torch.Tensor:
        if len(args) > 2:
            args, weights = args[:2], args[2]
        return _weighted(values_of(*args, **kwargs), weights, reduction)

    return loss


@_loss
def absolute_difference(labels: Any, predictions: Any) -> torch.Tensor:
    """Absolute differences."""
    labels, predictions = pair(labels, predictions)
    return (predictions - labels).abs()


@_loss
def mean_squared_error(labels: Any, predictions: Any) -> torch.Tensor:
    """Squared differences."""
    labels, predictions = pair(labels, predictions)
    return (predictions - labels).square()


@_loss
def huber_loss(labels: Any, predictions: Any, delta: float = 1.0) -> torch.Tensor:
    """Squared differences that grow linearly from ``delta`` on."""
    labels, predictions = pair(labels, predictions)
    return F.huber_loss(predictions, labels, reduction="none", delta=delta)


@_loss
def log_loss(labels: Any, predictions: Any, epsilon: float = 1e-7) -> torch.Tensor:
    """Crossentropies of probabilities."""
    labels, predictions = pair(labels, predictions)
    return -labels * (predictions + epsilon).log() - (1 - labels) * (1 - predictions + epsilon).log()


@_loss
def hinge_loss(labels: Any, logits: Any) -> torch.Tensor:
    """Hinge losses of labels 0 and 1."""
    labels, logits = pair(labels, logits)
    return torch.relu(1 - (2 * labels - 1) * logits)


@_loss
def cosine_distance(labels: Any, predictions: Any, axis: int | None = None, dim: int | None = None) -> torch.Tensor:
    """One minus the product of unit vectors along an axis."""
    labels, predictions = pair(labels, predictions)
    return 1 - (labels * predictions).sum(dim if axis is None else axis, keepdim=True)


@_loss
def sigmoid_cross_entropy(multi_class_labels: Any, logits: Any, label_smoothing: float = 0) -> torch.Tensor:
    """Crossentropies of independent classes."""
    logits = tensor(logits)
    labels = tensor(multi_class_labels).to(logits.dtype)
    labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="none")


@_loss
def softmax_cross_entropy(onehot_labels: Any, logits: Any, label_smoothing: float = 0) -> torch.Tensor:
    """Crossentropies of classes that exclude each other."""
    logits = tensor(logits)
    labels = tensor(onehot_labels).to(logits.dtype).detach()  # as TensorFlow 1 does
    labels = labels * (1 - label_smoothing) + label_smoothing / labels.shape[-1]
    return -(labels * logits.log_softmax(-1)).sum(-1)


@_loss
def sparse_softmax_cross_entropy(labels: Any, logits: Any) -> torch.Tensor:
    """Crossentropies of class numbers."""
    logits, labels = tensor(logits), tensor(labels).long()
    labels = labels.squeeze(-1) if labels.ndim == logits.ndim else labels
    return -logits.log_softmax(-1).gather(-1, labels.unsqueeze(-1)).squeeze(-1)


@op
def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: Any = None,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> torch.Tensor:
    """One number from the losses of single elements."""
    return _weighted(tensor(losses), weights, reduction)


_OWN = {
    each.__name__: each
    for each in (
        Reduction,
        absolute_difference,
        compute_weighted_loss,
        cosine_distance,
        hinge_loss,
        huber_loss,
        log_loss,
        mean_squared_error,
        sigmoid_cross_entropy,
        softmax_cross_entropy,
        sparse_softmax_cross_entropy,
    )
}


class _Losses:
    """``tf.losses``: TensorFlow 1's functions of labels and predictions in its scripts, else Keras's losses."""

    def __getattr__(self, name: str) -> Any:
        found = _OWN.get(name) if before_2() or not hasattr(keras, name) else None
        return getattr(keras, name) if found is None else found

    def __dir__(self) -> list[str]:
        return sorted({*_OWN, *dir(keras)})


losses = _Losses()
