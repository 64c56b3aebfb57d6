"""Losses of the later Keras generations: focal crossentropies, overlap of masks, CTC.

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..engine.symbolic.immutable import seen
from .functions import as_floats, as_tensor, binary_crossentropy, smooth_labels

__all__ = [
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "circle",
    "ctc",
    "dice",
    "tversky",
]


@seen
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Binary crossentropy times ``(1 - p_t) ** gamma``, which plays down what is already right.

    Args:
        y_true: targets in [0, 1].
        y_pred: probabilities, or logits when ``from_logits``.
        apply_class_balancing: whether class 1 weighs ``alpha`` and class 0 ``1 - alpha``.
        alpha: weight of class 1.
        gamma: how strongly easy examples are played down.
        from_logits: whether ``y_pred`` has yet to go through a sigmoid.
        label_smoothing: how far targets move towards 0.5.
        axis: the axis over which the mean is taken.

    Example:
        >>> binary_focal_crossentropy([[1.0]], [[0.5]])
        tensor([0.1733])

    Source: Lin et al. (2017), Focal Loss for Dense Object Detection, https://arxiv.org/abs/1708.02002
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = torch.sigmoid(y_pred)
    values = binary_crossentropy(y_true.unsqueeze(-1), y_pred.unsqueeze(-1))
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = torch.pow(1.0 - right, gamma) * values
    if apply_class_balancing:
        values = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * values
    return values.mean(dim=axis)


@seen
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Categorical crossentropy whose terms weigh ``alpha * (1 - p) ** gamma``.

    Args:
        y_true: target distributions.
        y_pred: probabilities, or logits when ``from_logits``.
        alpha: weight of every class.
        gamma: how strongly easy examples are played down.
        from_logits: whether ``y_pred`` has yet to go through a softmax.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the classes' axis.

    Example:
        >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        tensor([0.0433])

    Source: Lin et al. (2017), Focal Loss for Dense Object Detection, https://arxiv.org/abs/1708.02002
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, y_pred.shape[axis])
    if from_logits:
        y_pred = torch.softmax(y_pred, dim=axis)
    small = config.epsilon()
    chances = torch.clamp(y_pred / y_pred.sum(dim=axis, keepdim=True), small, 1.0 - small)
    return torch.sum(alpha * torch.pow(1.0 - chances, gamma) * -y_true * torch.log(chances), dim=axis)


@seen
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """One minus Dice's overlap: ``2 * sum(t * p) / (sum(t) + sum(p))``.

    Args:
        y_true: targets in [0, 1].
        y_pred: predictions in [0, 1].
        axis: the axes summed over; None sums over all.

    Example:
        >>> dice([[1.0, 0.0]], [[1.0, 1.0]])
        tensor(0.3333)
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    total = torch.sum(y_true, dim=axis) + torch.sum(y_pred, dim=axis) + config.epsilon()
    return 1.0 - 2.0 * torch.sum(y_true * y_pred, dim=axis) / total


@seen
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """One minus Tversky's overlap; Keras weighs missed targets by ``alpha`` and false alarms by ``beta``.

    Args:
        y_true: targets in [0, 1].
        y_pred: predictions in [0, 1].
        alpha: weight of ``sum((1 - p) * t)``.
        beta: weight of ``sum(p * (1 - t))``.
        axis: the axes summed over; None sums over all.

    Example:
        >>> tversky([[1.0, 0.0]], [[1.0, 1.0]])
        tensor(0.3333)

    Source: Salehi et al. (2017), https://arxiv.org/abs/1706.05721
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    both = torch.sum(y_true * y_pred, dim=axis)
    missed = torch.sum((1.0 - y_pred) * y_true, dim=axis)
    extra = torch.sum(y_pred * (1.0 - y_true), dim=axis)
    return 1.0 - both / (both + missed * alpha + extra * beta + config.epsilon())


@seen
def ctc(y_true: Any, y_pred: Any) -> Any:
    """Connectionist temporal classification: label sequences against unaligned logits.

    Args:
        y_true: labels of shape ``(samples, longest)``; 0 is padding and the blank.
        y_pred: logits of shape ``(samples, steps, classes)``.

    Raises:
        ValueError: for any other number of axes.

    Example:
        >>> ctc([[1, 2]], torch.zeros(1, 2, 3))
        tensor([2.1972])

    Source: Graves et al. (2006), Connectionist Temporal Classification.
    """
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred)
    if y_true.ndim != 2 or y_pred.ndim != 3:
        raise ValueError(
            "ctc: expected targets of shape (samples, longest) and logits of shape (samples, steps, classes). "
            f"Received: {tuple(y_true.shape)} and {tuple(y_pred.shape)}"
        )
    logs = F.log_softmax(y_pred, dim=-1).transpose(0, 1)
    steps = torch.full((y_pred.shape[0],), y_pred.shape[1], dtype=torch.int64, device=y_pred.device)
    lengths = torch.sum(y_true != 0, dim=-1)
    return F.ctc_loss(logs, y_true.to(torch.int64), steps, lengths, blank=0, reduction="none")


@seen
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """``(1 - p ** q) / q`` for the probability ``p`` of the right class: between crossentropy and absolute error.

    Args:
        y_true: class numbers.
        y_pred: probabilities.
        q: nearer to 0 as crossentropy, nearer to 1 as the absolute error, which minds wrong labels less.

    Example:
        >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
        tensor([1.])

    Source: Zhang and Sabuncu (2018), Generalized Cross Entropy Loss, https://arxiv.org/abs/1805.07836
    """
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true).long().to(y_pred.device)
    classes = torch.arange(y_pred.shape[-1], device=y_pred.device)
    right = torch.where(y_true.unsqueeze(-1) == classes, y_pred, 0).sum(-1)
    return (1 - torch.pow(right, q)) / q


@seen
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """How much further than others samples of the same class are from each other on the unit sphere.

    Args:
        y_true: class numbers.
        y_pred: embeddings of length 1.
        ref_labels: classes of what they are compared with; ``y_true`` by default.
        ref_embeddings: its embeddings; ``y_pred`` by default.
        remove_diagonal: whether a sample is not compared with the reference of its own number.
        gamma: a scale.
        margin: how far apart is far enough.

    Example:
        >>> circle([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], gamma=1.0)
        tensor([1.0899, 1.8509, 0.0000])

    Source: Sun et al. (2020), Circle Loss, https://arxiv.org/abs/2002.10857
    """
    y_pred = as_tensor(y_pred)
    others = y_pred if ref_embeddings is None else as_tensor(ref_embeddings, y_pred)
    labels = as_tensor(y_true).long().reshape(-1, 1).to(y_pred.device)
    keys = labels if ref_labels is None else as_tensor(ref_labels).long().reshape(-1, 1).to(y_pred.device)
    away = torch.clamp(1 - y_pred @ others.T, min=0.0)
    same = labels == keys.T
    wanted = same & ~torch.eye(*same.shape, dtype=torch.bool, device=same.device) if remove_diagonal else same
    near = -gamma * torch.clamp(margin + away, min=0.0) * (margin - away)
    far = gamma * torch.clamp(1 + margin - away, min=0.0) * (1 - margin - away)
    nothing = float("-inf")
    pulled = torch.logsumexp(torch.where(wanted, near, nothing), 1)
    pushed = torch.logsumexp(torch.where(same, nothing, far), 1)
    return torch.nn.functional.softplus(pulled + pushed)
