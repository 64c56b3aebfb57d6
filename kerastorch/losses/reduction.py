"""From one number a sample to the scalar that is minimised: weights, masks and torch losses.

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

from kerastorch import config, eras
from kerastorch.backend.registry import callable_name
from kerastorch.losses import functions as fn
from kerastorch.losses.base import Loss

__all__ = ["objective", "weighted_masked_mean", "TorchLoss", "logits_twin", "check_sparse_labels", "is_sparse"]


def weighted_masked_mean(scores: Any, weights: Any = None, mask: Any = None) -> Any:
    """The mean of per-sample scores as Keras weighs it.

    A mask divides by the number of unmasked entries. Weights multiply the scores, reduced to the weights' rank first;
    Keras 2 then divides by the number of weights that are not zero, the later eras by the number of weights.

    Args:
        scores: ``(samples, ...)``, or a scalar from a loss that already took its mean.
        weights: ``(samples,)`` or ``(samples, steps)``, or None.
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
        if scores.ndim > weights.ndim:
            scores = scores.mean(dim=tuple(range(weights.ndim, scores.ndim)))
        weights = weights.to(scores.dtype)
        scores = scores * weights
        if eras.current().weighted_loss == "count_nonzero":
            scores = scores / (weights != 0).to(scores.dtype).mean()
    return scores.mean()


def _clip_bounds(dtype: torch.dtype) -> tuple[float, float]:
    """``epsilon`` and ``1 - epsilon`` as numbers of this dtype hold them: 1 - 1e-7 is 0.99999988 in float32."""
    if dtype == torch.float64:
        return config.epsilon(), 1.0 - config.epsilon()
    return float(np.float32(config.epsilon())), float(np.float32(1.0) - np.float32(config.epsilon()))


def _log_probabilities(logits: Any) -> Any:
    """Logarithms of softmax probabilities, clipped where Keras clips the probabilities."""
    logs = F.log_softmax(logits, dim=-1)
    if eras.current().crossentropy == "tf.keras":
        return logs
    low, high = _clip_bounds(logits.dtype)
    return torch.clamp(logs, float(np.log(low)), float(np.log(high)))


def categorical_crossentropy_from_logits(y_true: Any, y_pred: Any) -> Any:
    """``categorical_crossentropy(y_true, softmax(y_pred))`` without leaving the logarithms.

    The numbers and gradients are those of the clipped probabilities: past the clip the loss is flat. In the tf.keras
    era nothing is clipped, since that Keras looks the logits up itself.

    Example:
        >>> categorical_crossentropy_from_logits(torch.tensor([[0.0, 1.0]]), torch.tensor([[100.0, 0.0]]))
        tensor([16.1181])
    """
    y_true, y_pred = fn.as_floats(y_true, y_pred)
    return -torch.sum(y_true * _log_probabilities(y_pred), dim=-1)


def sparse_categorical_crossentropy_from_logits(y_true: Any, y_pred: Any) -> Any:
    """``sparse_categorical_crossentropy(y_true, softmax(y_pred))`` without leaving the logarithms.

    Keras 2 renormalises what it clipped, which the second softmax does here; with a thousand classes that is 1e-4.

    Example:
        >>> sparse_categorical_crossentropy_from_logits(torch.tensor([1]), torch.tensor([[0.0, 0.0]]))
        tensor([0.6931])
    """
    values = _sparse_from_logits(y_true, y_pred, "none")
    return values.reshape_as(y_pred[..., 0]) if y_pred.ndim != 2 else values


def _sparse_from_logits(y_true: Any, y_pred: Any, reduction: str) -> Any:
    labels = y_true.reshape(-1).to(torch.int64)
    flat = y_pred if y_pred.ndim == 2 else y_pred.reshape(-1, y_pred.shape[-1])
    return fn.sparse_loss(_log_probabilities(flat), labels, eras.current().crossentropy != "keras2", reduction)


def _clipped_logits(logits: Any) -> Any:
    if eras.current().crossentropy == "tf.keras":
        return logits
    low, high = _clip_bounds(logits.dtype)
    return torch.clamp(logits, float(np.log(low / (1.0 - low))), float(np.log(high / (1.0 - high))))


def binary_crossentropy_from_logits(y_true: Any, y_pred: Any) -> Any:
    """``binary_crossentropy(y_true, sigmoid(y_pred))`` without leaving the logits, flat past Keras's clip.

    Probabilities near 1 come in steps of 6e-8, so for a logit above 8 and a target of 0 the fifth digit of Keras's own
    number depends on how its sigmoid rounds; this is the number without that rounding. In the tf.keras era nothing is
    clipped, since that Keras looks the logits up itself.

    Example:
        >>> binary_crossentropy_from_logits(torch.tensor([[1.0], [0.0]]), torch.tensor([[-50.0], [50.0]]))
        tensor([16.1181, 15.9424])
    """
    return fn.binary_crossentropy(y_true, _clipped_logits(y_pred), from_logits=True)


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
    return F.binary_cross_entropy_with_logits(_clipped_logits(y_pred), y_true)


def _sparse(y_true: Any, y_pred: Any) -> Any:
    labels = y_true.reshape(-1).to(torch.int64)
    flat = y_pred if y_pred.ndim == 2 else y_pred.reshape(-1, y_pred.shape[-1])
    return fn.sparse_loss(fn.class_logits(flat), labels, eras.current().crossentropy == "keras3", "mean")


def _sparse_logits(y_true: Any, y_pred: Any) -> Any:
    return _sparse_from_logits(y_true, y_pred, "mean")


_TWINS = {
    ("softmax", fn.categorical_crossentropy): categorical_crossentropy_from_logits,
    ("softmax", fn.sparse_categorical_crossentropy): sparse_categorical_crossentropy_from_logits,
    ("sigmoid", fn.binary_crossentropy): binary_crossentropy_from_logits,
}

# Losses whose mean over everything is one fused kernel or two.
_MEANS = {
    fn.mean_squared_error: _mse,
    fn.mean_absolute_error: _mae,
    fn.sparse_categorical_crossentropy: _sparse,
    sparse_categorical_crossentropy_from_logits: _sparse_logits,
    binary_crossentropy_from_logits: _bce_logits,
}


# Torch losses whose targets are class numbers.
_CLASS_NUMBERS = frozenset(
    ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss", "cross_entropy", "nll_loss", "multi_margin_loss")
)


def logits_twin(loss: Any, activation: str | Callable | None) -> Callable | None:
    """The function that gives ``loss`` from the values before ``activation``; None where there is none.

    Args:
        loss: a loss function of this package.
        activation: the activation (over the last axis) that made the predictions, or its name.

    Example:
        >>> logits_twin(fn.categorical_crossentropy, "softmax").__name__
        'categorical_crossentropy_from_logits'
        >>> logits_twin(fn.mean_squared_error, "sigmoid") is None
        True
    """
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", None)
    if not inspect.isfunction(loss):
        return None
    if name == "sigmoid" and eras.current().crossentropy == "keras3":
        return None  # its sigmoid is torch's own, so the path through the probabilities rounds exactly alike
    return _TWINS.get((name, loss))


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
    if isinstance(loss, Loss):
        return lambda y_true, y_pred, weights=None, mask=None: loss(y_true, y_pred, weights, mask)
    whole = _MEANS.get(loss) if inspect.isfunction(loss) else None
    if loss is fn.binary_crossentropy and eras.current().crossentropy != "tf.keras":
        whole = _bce
    same_shape = whole in (_mse, _mae)
    if isinstance(loss, TorchLoss):
        whole, loss = loss, loss.per_sample

    def weighted(y_true: Any, y_pred: Any, weights: Any = None, mask: Any = None) -> Any:
        if whole is None or weights is not None or mask is not None or (same_shape and y_true.shape != y_pred.shape):
            return weighted_masked_mean(loss(y_true, y_pred), weights, mask)
        return whole(y_true, y_pred)

    return weighted


class TorchLoss:
    """A torch loss, called as torch calls it: ``(input, target)``.

    Without weights and mask the module runs as it is. With them its unreduced values are weighed as Keras weighs, each
    sample's mean taken first.

    Args:
        loss: an ``nn.Module`` or a function of ``torch.nn.functional``.

    Example:
        >>> TorchLoss(torch.nn.L1Loss())(torch.tensor([[0.0]]), torch.tensor([[2.0]]))
        tensor(2.)
    """

    def __init__(self, loss: Callable) -> None:
        self.loss = loss
        self.__name__ = callable_name(loss)
        target = loss.forward if isinstance(loss, torch.nn.Module) else loss
        self._function_reduces = "reduction" in inspect.signature(target).parameters
        self.sparse = self.__name__ in _CLASS_NUMBERS
        home = loss if inspect.isfunction(loss) else type(loss)
        self._floats = str(getattr(home, "__module__", "")).startswith("torch.nn")

    def _target(self, y_true: Any, y_pred: Any) -> Any:
        """The target as torch wants it: class numbers as int64 without a last axis of 1, else y_pred's dtype."""
        if self.sparse:
            if y_true.ndim == y_pred.ndim and y_true.shape[1:] != y_pred.shape[1:] and y_true.shape[-1] == 1:
                y_true = y_true.squeeze(-1)
            if y_true.ndim < y_pred.ndim:
                return y_true.to(torch.int64)
        # Modules from elsewhere may want whole numbers; torch's own want what the predictions are.
        return y_true.to(y_pred.dtype) if self._floats or y_true.dtype.is_floating_point else y_true

    def __call__(self, y_true: Any, y_pred: Any) -> Any:
        return self.loss(y_pred, self._target(y_true, y_pred)).mean()

    def per_sample(self, y_true: Any, y_pred: Any) -> Any:
        """Values before the loss's own reduction, ``(samples, ...)``; the scalar where there is no other to be had."""
        target = self._target(y_true, y_pred)
        if self._function_reduces:
            values = self.loss(y_pred, target, reduction="none")
        elif getattr(self.loss, "reduction", None) in ("mean", "sum"):
            chosen, self.loss.reduction = self.loss.reduction, "none"
            try:
                values = self.loss(y_pred, target)
            finally:
                self.loss.reduction = chosen
        else:
            return self.loss(y_pred, target)
        return values if self.sparse or values.ndim < y_pred.ndim or values.ndim < 2 else values.mean(dim=-1)


def is_sparse(loss: Any) -> bool:
    """Whether targets of this loss are class numbers.

    Example:
        >>> is_sparse(fn.sparse_categorical_crossentropy), is_sparse(fn.mean_squared_error)
        (True, False)
    """
    inner = getattr(loss, "fn", loss)
    if isinstance(loss, TorchLoss):
        return loss.sparse
    return inner in (fn.sparse_categorical_crossentropy, sparse_categorical_crossentropy_from_logits)


def check_sparse_labels(labels: Any, classes: int, owner: str = "sparse_categorical_crossentropy") -> None:
    """Checks, on the host and before training, that class numbers fit the output.

    Args:
        labels: an array or tensor of class numbers.
        classes: how many classes the output has.
        owner: what the error message names.

    Raises:
        ValueError: when a label is negative, too large or not a whole number.

    Example:
        >>> check_sparse_labels(np.array([0, 9]), 10)
    """
    values = np.asarray(labels.detach().cpu() if isinstance(labels, torch.Tensor) else labels)
    if values.size == 0:
        return
    low, high = values.min(), values.max()
    if not (low >= 0 and high < classes):
        wrong = low if not low >= 0 else high
        raise ValueError(f"{owner}: expected labels to be whole numbers from 0 to {classes - 1}. Received: {wrong}")
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        wrong = values[values != np.floor(values)].flat[0]
        raise ValueError(f"{owner}: expected labels to be whole numbers from 0 to {classes - 1}. Received: {wrong}")
