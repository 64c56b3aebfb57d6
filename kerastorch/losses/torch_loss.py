"""Losses of torch, called as torch calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from ..backend.registry import callable_name

__all__ = ["TorchLoss"]

# Torch losses whose targets are class numbers.
_CLASS_NUMBERS = frozenset(
    ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss", "cross_entropy", "nll_loss", "multi_margin_loss")
)


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
