"""From one number a sample to the scalar that is minimised: weights and masks.

``objective`` is what training calls. Without weights and mask the usual losses go straight to their mean in fused
kernels; the value is the same to rounding.

Source: Keras 2.2.4, ``keras.engine.training_utils.weighted_masked_objective``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config, eras
from ..engine.symbolic.immutable import shielded
from . import functions as fn
from . import logits
from .base import Loss
from .torch_loss import TorchLoss

__all__ = ["objective", "weighted_masked_mean", "is_sparse", "check_sparse_labels"]


def weighted_masked_mean(scores: Any, weights: Any = None, mask: Any = None) -> Any:
    """The mean of per-sample scores as Keras weighs it.

    A mask divides by the number of unmasked entries. Weights multiply the scores, reduced to the weights' rank first;
    Keras 2 then divides by the number of weights that are not zero, the later eras by the number of weights.

    Args:
        scores: ``(samples, ...)``, or a scalar from a loss that already took its mean.
        weights: ``(samples,)`` or ``(samples, steps)``, with a last axis of 1 or without, or None.
        mask: of the scores' shape, or None.

    Example:
        >>> weighted_masked_mean(torch.tensor([1.0, 2.0, 6.0]), torch.tensor([1.0, 1.0, 0.0]))
        tensor(1.5000)
    """
    if scores.ndim == 0 and weights is None and mask is None:
        return scores
    if not scores.dtype.is_floating_point:
        scores = scores.to(config.torch_dtype(None))
    if mask is not None:
        mask = mask.to(scores.dtype)
        scores = scores * mask / mask.mean()
    if weights is not None:
        if weights.ndim > scores.ndim and weights.shape[-1] == 1:
            weights = weights.squeeze(-1)
        if scores.ndim > weights.ndim:
            scores = scores.mean(dim=tuple(range(weights.ndim, scores.ndim)))
        weights = weights.to(scores.dtype)
        scores = scores * weights
        if eras.current().weighted_loss == "count_nonzero":
            scores = scores / (weights != 0).to(scores.dtype).mean()
    return scores.mean()


def _mse(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = fn.as_floats(y_true, y_pred)
    return F.mse_loss(y_pred, y_true)


def _mae(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = fn.as_floats(y_true, y_pred)
    return F.l1_loss(y_pred, y_true)


def _bce(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = fn.as_floats(y_true, y_pred)
    return F.binary_cross_entropy_with_logits(torch.logit(y_pred, eps=config.epsilon()), y_true)


def _bce_logits(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = fn.as_floats(y_true, y_pred)
    return F.binary_cross_entropy_with_logits(logits.clipped_logits(y_pred), y_true)


def _sparse(y_true: Any, y_pred: Any) -> Any:
    labels = y_true.reshape(-1).to(torch.int64)
    y_pred, from_logits = fn.looked_up(y_pred, False)
    flat = y_pred if y_pred.ndim == 2 else y_pred.reshape(-1, y_pred.shape[-1])
    return fn.sparse_loss(flat, labels, reduction="mean") if from_logits else fn.sparse_loss_of(flat, labels, "mean")


def _sparse_logits(y_true: Any, y_pred: Any) -> Any:
    return logits.sparse_from_logits(y_true, y_pred, "mean")


# Losses whose mean over everything is one fused kernel or two.
_MEANS = {
    fn.mean_squared_error: _mse,
    fn.mean_absolute_error: _mae,
    fn.sparse_categorical_crossentropy: _sparse,
    logits.sparse_categorical_crossentropy_from_logits: _sparse_logits,
    logits.binary_crossentropy_from_logits: _bce_logits,
}


def _scalar(value: Any) -> Any:
    return value.mean() if isinstance(value, torch.Tensor) and value.ndim else value


def objective(loss: Any) -> Callable:
    """``loss`` as a function ``(y_true, y_pred, weights=None, mask=None)`` that gives the scalar to minimise.

    Args:
        loss: what ``get`` returned: a function of ``(y_true, y_pred)``, a ``Loss`` or a ``TorchLoss``.

    Example:
        >>> mse = objective(fn.mean_squared_error)
        >>> mse(torch.tensor([[0.0], [0.0]]), torch.tensor([[1.0], [2.0]]))
        tensor(2.5000)
        >>> mse(torch.tensor([[0.0], [0.0]]), torch.tensor([[1.0], [2.0]]), weights=torch.tensor([1.0, 0.0]))
        tensor(1.)
    """
    called = shielded(loss)
    if isinstance(loss, Loss) and type(loss).__call__ is not Loss.__call__:  # it deals with weights in its own way
        return lambda y_true, y_pred, weights=None, mask=None: _scalar(
            called(y_true, y_pred) if weights is None else called(y_true, y_pred, weights)
        )
    if isinstance(loss, Loss):
        return lambda y_true, y_pred, weights=None, mask=None: called(y_true, y_pred, weights, mask)
    whole = _MEANS.get(loss) if inspect.isfunction(loss) else None
    if loss is fn.binary_crossentropy and eras.current().crossentropy != "tf.keras":
        whole = _bce
    same_shape = whole in (_mse, _mae)
    if isinstance(loss, TorchLoss):
        whole, called = loss, loss.per_sample

    def weighted(y_true: Any, y_pred: Any, weights: Any = None, mask: Any = None) -> Any:
        if whole is None or weights is not None or mask is not None or (same_shape and y_true.shape != y_pred.shape):
            return weighted_masked_mean(called(y_true, y_pred), weights, mask)
        return whole(y_true, y_pred)

    return weighted


def is_sparse(loss: Any) -> bool:
    """Whether targets of this loss are class numbers.

    Example:
        >>> is_sparse(fn.sparse_categorical_crossentropy), is_sparse(fn.mean_squared_error)
        (True, False)
    """
    inner = getattr(loss, "fn", loss)
    if isinstance(loss, TorchLoss):
        return loss.sparse
    return inner in (fn.sparse_categorical_crossentropy, logits.sparse_categorical_crossentropy_from_logits)


def check_sparse_labels(labels: Any, classes: int, owner: str = "sparse_categorical_crossentropy") -> None:
    """Checks, on the host and before training, that class numbers fit the output.

    Args:
        labels: an array or tensor of class numbers.
        classes: how many classes the output has.
        owner: what the error message names.

    Raises:
        ValueError: when a label is negative, too large or NaN.

    Example:
        >>> check_sparse_labels(np.array([0, 9]), 10)
    """
    values = np.asarray(labels.detach().cpu() if isinstance(labels, torch.Tensor) else labels)
    if values.size == 0:
        return
    low, high = values.min(), values.max()
    # As in Keras a fraction is cut off; NaN fails the comparison.
    if not (low > -1 and high < classes):
        wrong = high if low > -1 else low
        raise ValueError(f"{owner}: expected labels to be whole numbers from 0 to {classes - 1}. Received: {wrong}")
