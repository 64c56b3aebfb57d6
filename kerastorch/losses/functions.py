"""Keras's loss functions of ``(y_true, y_pred)``, one number a sample: the last axis is reduced.

The arithmetic is Keras's own, clipping and renormalising included, in few and fused torch kernels and without a look at
the values. Targets take the predictions' float type; labels of a sparse loss become int64.

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

from .. import config, eras
from ..backend.convert import beside
from ..engine.symbolic import building, is_graph_type, read
from ..engine.symbolic.immutable import seen

__all__ = [
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "squared_hinge",
    "hinge",
    "categorical_hinge",
    "logcosh",
    "log_cosh",
    "huber",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "kullback_leibler_divergence",
    "kl_divergence",
    "poisson",
    "cosine_proximity",
    "cosine_similarity",
]


def as_tensor(value: Any, like: Any = None) -> Any:
    """``value`` as a tensor: symbolic ones as they are, floats from the host in ``floatx()``.

    It is put where ``like`` is; a single number on the host meets any device as it is.
    """
    if is_graph_type(value) and building():
        value = read(value)  # as K functions take a variable
    if hasattr(value, "to"):
        return beside(value, like)
    value = torch.as_tensor(value, device=getattr(like, "device", None))
    return value.to(config.torch_dtype(None)) if value.is_floating_point() else value


def as_floats(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors, the targets in the predictions' dtype; whole-number predictions become ``floatx()``."""
    y_pred = as_tensor(y_pred)
    if not y_pred.dtype.is_floating_point:
        y_pred = y_pred.to(config.torch_dtype(None))
    y_true = as_tensor(y_true, y_pred)
    return (y_true if y_true.dtype == y_pred.dtype else y_true.to(y_pred.dtype)), y_pred


@seen
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of squared differences.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.

    Shape:
        ``(samples, ..., features)`` to ``(samples, ...)``.

    Example:
        >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]])
        tensor([2.5000])

    Source: https://keras.io/api/losses/regression_losses/
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return torch.square(y_pred - y_true).mean(dim=-1)


@seen
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of absolute differences.

    Example:
        >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
        tensor([1.5000])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return torch.abs(y_pred - y_true).mean(dim=-1)


@seen
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of absolute differences in per cent of the target; a target of zero counts as ``epsilon()``.

    Example:
        >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
        tensor([25.])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    scale = torch.clamp(torch.abs(y_true), min=config.epsilon())
    return 100.0 * torch.abs((y_true - y_pred) / scale).mean(dim=-1)


@seen
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of squared differences of ``log(1 + x)``, x at least ``epsilon()``.

    Example:
        >>> mean_squared_logarithmic_error([[0.0]], [[1.0]])
        tensor([0.4805])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    first = torch.log(torch.clamp(y_pred, min=config.epsilon()) + 1.0)
    second = torch.log(torch.clamp(y_true, min=config.epsilon()) + 1.0)
    return torch.square(first - second).mean(dim=-1)


def _signed(y_true: Any) -> Any:
    """Labels for a hinge loss: {0, 1} become {-1, 1} in the eras that do so, decided on the device."""
    if eras.current().hinge_labels == "raw":
        return y_true
    binary = torch.all((y_true == 0) | (y_true == 1))
    return torch.where(binary, 2.0 * y_true - 1.0, y_true)


@seen
def hinge(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``max(1 - y_true * y_pred, 0)``, for targets of -1 and 1.

    Example:
        >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]])
        tensor([1.])

    Source: https://keras.io/api/losses/hinge_losses/
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return torch.clamp(1.0 - _signed(y_true) * y_pred, min=0.0).mean(dim=-1)


@seen
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``max(1 - y_true * y_pred, 0) ** 2``.

    Example:
        >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]])
        tensor([1.2500])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return torch.square(torch.clamp(1.0 - _signed(y_true) * y_pred, min=0.0)).mean(dim=-1)


@seen
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """``max(best wrong class - right class + 1, 0)``, for one-hot targets.

    Example:
        >>> categorical_hinge([[0.0, 1.0, 0.0]], [[0.2, 0.5, 0.3]])
        tensor([0.8000])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    right = torch.sum(y_true * y_pred, dim=-1)
    wrong = torch.amax((1.0 - y_true) * y_pred, dim=-1)
    return torch.relu(wrong - right + 1.0)


@seen
def logcosh(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``log(cosh(error))``: a square for small errors, a straight line for large ones.

    Example:
        >>> logcosh([[0.0]], [[1.0]])
        tensor([0.4338])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    error = y_pred - y_true
    return (error + F.softplus(-2.0 * error) - math.log(2.0)).mean(dim=-1)


@seen
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """``logcosh`` under its later name.

    Example:
        >>> log_cosh([[0.0]], [[1.0]])
        tensor([0.4338])
    """
    return logcosh(y_true, y_pred)


@seen
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the squared error up to ``delta``, linear beyond.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        delta: where the straight line begins.

    Example:
        >>> huber([[0.0, 0.0]], [[0.5, 3.0]])
        tensor([1.3125])

    Source: Huber (1964), Robust Estimation of a Location Parameter.
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    error = y_pred - y_true
    size = torch.abs(error)
    return torch.where(size <= delta, 0.5 * torch.square(error), delta * size - 0.5 * delta**2).mean(dim=-1)


def smooth_labels(y_true: Any, amount: float, classes: int) -> Any:
    """Targets moved by ``amount`` towards the uniform distribution over ``classes``."""
    return y_true * (1.0 - amount) + amount / classes if amount else y_true


def looked_up(y_pred: Any, from_logits: bool) -> tuple[Any, bool]:
    """In tf.keras, what went into the softmax or sigmoid that the predictions come from, whichever of the two it was.

    Its crossentropies start from there: nothing is clipped, and a binary crossentropy of a softmax is the one of the
    softmax's logits.
    """
    logits = getattr(y_pred, "_keras_logits", None)
    if logits is None or eras.current().crossentropy != "tf.keras":
        return y_pred, from_logits
    return logits, True


@seen
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Crossentropy of one-hot (or soft) targets and class probabilities.

    Probabilities are scaled to sum to 1, then clipped to ``[epsilon, 1 - epsilon]``, as Keras does.

    Args:
        y_true: target distributions.
        y_pred: probabilities, or logits when ``from_logits``.
        from_logits: whether ``y_pred`` has yet to go through a softmax.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the classes' axis.

    Example:
        >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        tensor([0.6931])

    Source: https://keras.io/api/losses/probabilistic_losses/
    """
    y_pred, from_logits = looked_up(y_pred, from_logits)
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, y_pred.shape[axis])
    if from_logits:
        logs = F.log_softmax(y_pred, dim=axis)
    else:
        small = config.epsilon()
        logs = torch.log(torch.clamp(y_pred / y_pred.sum(dim=axis, keepdim=True), small, 1.0 - small))
    return -torch.sum(y_true * logs, dim=axis)


def class_logits(y_pred: Any) -> Any:
    """Logits (last axis) whose crossentropy is Keras's for these probabilities.

    It clips, takes the logarithm and lets the softmax renormalise.
    """
    small = config.epsilon()
    return torch.log(torch.clamp(y_pred, small, 1.0 - small))


def sparse_loss_of(probabilities: Any, labels: Any, reduction: str = "none") -> Any:
    """The crossentropy of flat int64 ``labels`` and 2D ``probabilities``; labels out of range as in ``sparse_loss``.

    Keras 3 renormalises, clips and takes the logarithm of all of a row, and uses one number of it.
    """
    if eras.current().crossentropy != "keras3":
        return sparse_loss(class_logits(probabilities), labels, reduction=reduction)
    if labels.shape[0] != probabilities.shape[0]:
        raise ValueError(
            "sparse_categorical_crossentropy: expected a label for each row of probabilities. "
            f"Received: {labels.shape[0]} labels and {probabilities.shape[0]} rows"
        )
    on_gpu = getattr(probabilities, "is_cuda", False)
    inside = torch.clamp(labels, 0, probabilities.shape[-1] - 1) if on_gpu else labels
    try:
        picked = torch.gather(probabilities, 1, inside.unsqueeze(1)).squeeze(1)
    except (IndexError, RuntimeError) as error:
        if "out of bounds" not in str(error):
            raise
        raise _label_outside(probabilities) from None
    small = config.epsilon()
    values = -torch.log(torch.clamp(picked / probabilities.sum(dim=-1), small, 1.0 - small))
    if on_gpu:
        values = torch.where(inside == labels, values, math.nan)
    return values.mean() if reduction == "mean" else values


def sparse_loss(logits: Any, labels: Any, normalized: bool = False, reduction: str = "none") -> Any:
    """Negative log-likelihood of flat int64 ``labels`` in 2D ``logits``, or ``normalized`` log-probabilities.

    A label out of range raises on the CPU; on a GPU, where nobody waits for the answer, its loss is NaN as in
    TensorFlow.
    """
    loss = F.nll_loss if normalized else F.cross_entropy
    if getattr(logits, "is_cuda", False):
        inside = torch.clamp(labels, 0, logits.shape[-1] - 1)
        values = torch.where(inside == labels, loss(logits, inside, reduction="none"), math.nan)
        return values.mean() if reduction == "mean" else values
    try:
        return loss(logits, labels, reduction=reduction)
    except IndexError:
        raise _label_outside(logits) from None


def _label_outside(scores: Any) -> ValueError:
    return ValueError(
        "sparse_categorical_crossentropy: expected every label to be in "
        f"[0, {scores.shape[-1] - 1}]. Received: a label outside"
    )


@seen
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """Crossentropy of class numbers and class probabilities.

    Args:
        y_true: class numbers, whole or float, of shape ``(samples, ...)`` or ``(samples, ..., 1)``.
        y_pred: probabilities, or logits when ``from_logits``.
        from_logits: whether ``y_pred`` has yet to go through a softmax.
        ignore_class: a class number whose loss is 0.
        axis: the classes' axis.

    Shape:
        ``(samples, ..., classes)`` to ``(samples, ...)``.

    Raises:
        ValueError: for a label out of range, where the tensors are on the CPU.

    Example:
        >>> sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.25, 0.75]])
        tensor([0.6931, 1.3863])
    """
    y_pred, from_logits = looked_up(y_pred, from_logits)
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred)
    if axis not in (-1, y_pred.ndim - 1):
        y_pred = torch.movedim(y_pred, axis, -1)
    labels = y_true.reshape(-1).to(torch.int64)
    ignored = None
    if ignore_class is not None:
        ignored = labels == ignore_class
        labels = torch.where(ignored, 0, labels)
    flat = y_pred if y_pred.ndim == 2 else y_pred.reshape(-1, y_pred.shape[-1])
    values = sparse_loss(flat, labels) if from_logits else sparse_loss_of(flat, labels)
    if ignored is not None:
        values = torch.where(ignored, 0.0, values)
    return values.reshape_as(y_pred[..., 0]) if y_pred.ndim != 2 else values


@seen
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Mean crossentropy of targets in [0, 1] and probabilities clipped to ``[epsilon, 1 - epsilon]``.

    Args:
        y_true: targets.
        y_pred: probabilities, or logits when ``from_logits``.
        from_logits: whether ``y_pred`` has yet to go through a sigmoid.
        label_smoothing: how far targets move towards 0.5.
        axis: the axis over which the mean is taken.

    Example:
        >>> binary_crossentropy([[1.0], [0.0]], [[0.0], [1.0]])
        tensor([16.1181, 15.9424])
    """
    y_pred, from_logits = looked_up(y_pred, from_logits)
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    if from_logits or eras.current().crossentropy != "tf.keras":
        logits = y_pred if from_logits else torch.logit(y_pred, eps=config.epsilon())
        return F.binary_cross_entropy_with_logits(logits, y_true, reduction="none").mean(dim=axis)
    small = config.epsilon()
    y_pred = torch.clamp(y_pred, small, 1.0 - small)
    values = y_true * torch.log(y_pred + small) + (1.0 - y_true) * torch.log(1.0 - y_pred + small)
    return -values.mean(dim=axis)


@seen
def kullback_leibler_divergence(y_true: Any, y_pred: Any) -> Any:
    """Sum of ``y_true * log(y_true / y_pred)``, both clipped to ``[epsilon, 1]``.

    Example:
        >>> kullback_leibler_divergence([[0.5, 0.5]], [[0.25, 0.75]])
        tensor([0.1438])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = torch.clamp(y_true, config.epsilon(), 1.0)
    y_pred = torch.clamp(y_pred, config.epsilon(), 1.0)
    return torch.sum(y_true * torch.log(y_true / y_pred), dim=-1)


@seen
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """``kullback_leibler_divergence`` under its later name.

    Example:
        >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])
        tensor([0.1438])
    """
    return kullback_leibler_divergence(y_true, y_pred)


@seen
def poisson(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``y_pred - y_true * log(y_pred + epsilon)``.

    Example:
        >>> poisson([[0.0]], [[1.0]])
        tensor([1.])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    return (y_pred - y_true * torch.log(y_pred + config.epsilon())).mean(dim=-1)


def cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between targets and predictions: 1 where they point the same way."""
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = y_true * torch.rsqrt(torch.clamp(torch.sum(y_true * y_true, dim=axis, keepdim=True), min=1e-12))
    y_pred = y_pred * torch.rsqrt(torch.clamp(torch.sum(y_pred * y_pred, dim=axis, keepdim=True), min=1e-12))
    return torch.sum(y_true * y_pred, dim=axis)


@seen
def cosine_proximity(y_true: Any, y_pred: Any) -> Any:
    """Minus the cosine of the angle between targets and predictions.

    Example:
        >>> cosine_proximity([[1.0, 0.0]], [[2.0, 0.0]])
        tensor([-1.])
    """
    return -cosine(y_true, y_pred)


@seen
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """``cosine_proximity`` under its later name: -1 where targets and predictions point the same way.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis of the vectors.

    Example:
        >>> cosine_similarity([[1.0, 0.0]], [[2.0, 0.0]])
        tensor([-1.])
    """
    return -cosine(y_true, y_pred, axis)
