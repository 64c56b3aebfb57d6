"""Crossentropies from what goes into a softmax or sigmoid, with the numbers that Keras gets from what comes out.

Source: Keras 2.2.4, ``keras.backend.categorical_crossentropy`` and its kin.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import config, eras
from . import functions as fn

__all__ = [
    "binary_crossentropy_from_logits",
    "categorical_crossentropy_from_logits",
    "clipped_logits",
    "sparse_categorical_crossentropy_from_logits",
    "sparse_from_logits",
]


@functools.cache
def _clip_bounds(dtype: torch.dtype, epsilon: float) -> tuple[float, float, float, float]:
    """The logarithms, then the logits, of ``epsilon`` and ``1 - epsilon``: 1 - 1e-7 is 0.99999988 in float32."""
    kind = np.float64 if dtype == torch.float64 else np.float32
    ends = np.array([kind(epsilon), kind(1.0) - kind(epsilon)], "float64")
    with np.errstate(divide="ignore"):  # an epsilon too small for the dtype clips nothing: infinite bounds
        return *np.log(ends).tolist(), *np.log(ends / (1.0 - ends)).tolist()


def _log_probabilities(logits: Any) -> Any:
    """Logarithms of softmax probabilities, clipped where Keras clips the probabilities."""
    logs = F.log_softmax(logits, dim=-1)
    if eras.current().crossentropy == "tf.keras":
        return logs
    low, high, _, _ = _clip_bounds(logits.dtype, config.epsilon())
    return torch.clamp(logs, low, high)


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
    values = sparse_from_logits(y_true, y_pred, "none")
    return values.reshape_as(y_pred[..., 0]) if y_pred.ndim != 2 else values


def sparse_from_logits(y_true: Any, y_pred: Any, reduction: str) -> Any:
    """Flat crossentropies of class numbers, or their mean."""
    labels = y_true.reshape(-1).to(torch.int64)
    flat = y_pred if y_pred.ndim == 2 else y_pred.reshape(-1, y_pred.shape[-1])
    return fn.sparse_loss(_log_probabilities(flat), labels, eras.current().crossentropy != "keras2", reduction)


def clipped_logits(logits: Any) -> Any:
    """Logits no further out than those of the clipped probabilities."""
    if eras.current().crossentropy == "tf.keras":
        return logits
    _, _, low, high = _clip_bounds(logits.dtype, config.epsilon())
    return torch.clamp(logits, low, high)


def binary_crossentropy_from_logits(y_true: Any, y_pred: Any) -> Any:
    """``binary_crossentropy(y_true, sigmoid(y_pred))`` without leaving the logits, flat past Keras's clip.

    Probabilities near 1 come in steps of 6e-8, so for a logit above 8 and a target of 0 the fifth digit of Keras's own
    number depends on how its sigmoid rounds; this is the number without that rounding. In the tf.keras era nothing is
    clipped, since that Keras looks the logits up itself.

    Example:
        >>> binary_crossentropy_from_logits(torch.tensor([[1.0], [0.0]]), torch.tensor([[-50.0], [50.0]]))
        tensor([16.1181, 15.9424])
    """
    return fn.binary_crossentropy(y_true, clipped_logits(y_pred), from_logits=True)
