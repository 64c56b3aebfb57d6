"""Activations, crossentropies, normalisation: what networks add to arithmetic.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import config, eras
from ..engine.symbolic import recordable
from .convert import as_tensor, floats

__all__ = [
    "batch_normalization",
    "bias_add",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "elu",
    "hard_sigmoid",
    "in_top_k",
    "normalize_batch_in_training",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "sparse_categorical_crossentropy",
    "tanh",
]

_FUSED_EPSILON = 1.001e-5  # the least that TensorFlow's fused kernel takes


# ----------------------------------------------------------------- activations


@recordable
def relu(x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> torch.Tensor:
    """``max(x, 0)``, or more generally a line that is cut off.

    Args:
        x: a tensor.
        alpha: the slope below the threshold.
        max_value: the largest output; None for no bound.
        threshold: below it the output is ``alpha * (x - threshold)``, from it on x itself.

    Each of the three may be a tensor, of a shape that goes with that of x.

    Example:
        >>> relu(torch.tensor([-2.0, 1.0, 9.0]), alpha=0.5, max_value=6.0).tolist()
        [-1.0, 1.0, 6.0]
    """
    x = as_tensor(x)
    if any(isinstance(limit, torch.Tensor) for limit in (alpha, max_value, threshold)):
        return _relu_of_tensors(x, alpha, max_value, threshold)
    if alpha != 0 and max_value is None and threshold == 0:
        return F.leaky_relu(x, alpha)
    above = torch.where(x > threshold, x, 0.0) if threshold != 0 else torch.relu(x)
    if max_value is not None:
        relu6 = threshold == 0 and max_value == 6  # whose gradient at 6 is 0, where a bound's own is 1
        above = F.relu6(x) if relu6 else torch.clamp(above, 0.0, max(max_value, 0.0))
    return above - alpha * torch.relu(threshold - x) if alpha != 0 else above


def _relu_of_tensors(x: torch.Tensor, alpha: Any, max_value: Any, threshold: Any) -> torch.Tensor:
    above = torch.where(x > threshold, x, torch.zeros_like(x))
    if max_value is not None:
        bound = torch.as_tensor(max_value, dtype=x.dtype, device=x.device).clamp(min=0.0)
        above = torch.where(above > bound, bound, above)  # at the bound the gradient is x's own, as TensorFlow has it
    return above - alpha * torch.relu(threshold - x)


@recordable
def elu(x: Any, alpha: float = 1.0) -> torch.Tensor:
    """x where it is positive, ``alpha * (exp(x) - 1)`` elsewhere.

    Args:
        x: a tensor.
        alpha: a factor for negative elements.

    Example:
        >>> elu(torch.tensor([1.0, 0.0])).tolist()
        [1.0, 0.0]
    """
    return F.elu(floats(x), alpha)


@recordable
def softmax(x: Any, axis: int = -1) -> torch.Tensor:
    """Exponentials scaled to sum to 1 along an axis.

    Args:
        x: a tensor.
        axis: the axis; the last by default.

    Example:
        >>> softmax(torch.zeros(1, 4)).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """
    return torch.softmax(floats(x), axis)


@recordable
def softplus(x: Any) -> torch.Tensor:
    """``log(exp(x) + 1)``.

    Example:
        >>> softplus(torch.tensor([0.0]))
        tensor([0.6931])
    """
    return F.softplus(floats(x), threshold=50.0)


@recordable
def softsign(x: Any) -> torch.Tensor:
    """``x / (|x| + 1)``.

    Example:
        >>> softsign(torch.tensor([1.0])).tolist()
        [0.5]
    """
    return F.softsign(floats(x))


@recordable
def sigmoid(x: Any) -> torch.Tensor:
    """``1 / (1 + exp(-x))``.

    Example:
        >>> sigmoid(torch.tensor([0.0])).tolist()
        [0.5]
    """
    return torch.sigmoid(floats(x))


@recordable
def hard_sigmoid(x: Any) -> torch.Tensor:
    """A sigmoid of straight lines: ``0.2 * x + 0.5`` between 0 and 1, in Keras 3 ``relu6(x + 3) / 6``.

    Example:
        >>> hard_sigmoid(torch.tensor([-3.0, 0.0, 3.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    x = floats(x)
    return F.hardsigmoid(x) if eras.current().hard_sigmoid == "relu6" else torch.clamp(0.2 * x + 0.5, 0.0, 1.0)


@recordable
def tanh(x: Any) -> torch.Tensor:
    """The hyperbolic tangents.

    Example:
        >>> tanh(torch.tensor([0.0])).tolist()
        [0.0]
    """
    return torch.tanh(floats(x))


# --------------------------------------------------------------- crossentropies


def _check_axis(axis: int, output: Any) -> None:
    if not -output.ndim <= axis < output.ndim:
        raise ValueError(f"crossentropy: expected axis to be one of output's {output.ndim}. Received: axis={axis}")


@recordable
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> torch.Tensor:
    """The crossentropy of target distributions and predicted ones, summed along the classes' axis.

    Args:
        target: a tensor like ``output``.
        output: probabilities, which are scaled to sum to 1 and clipped, or logits.
        from_logits: whether ``output`` has yet to go through a softmax.
        axis: the classes' axis.

    Raises:
        ValueError: for an axis that is not there.

    Example:
        >>> categorical_crossentropy(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]]))
        tensor([0.6931])
    """
    output = floats(output)
    target = as_tensor(target, output).to(output.dtype)
    _check_axis(axis, output)
    return -torch.sum(target * _log_probabilities(output, from_logits, axis), axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return torch.log_softmax(output, axis)
    small = config.epsilon()
    return torch.log(torch.clamp(output / torch.sum(output, axis, keepdim=True), small, 1.0 - small))


@recordable
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    """The crossentropy of class numbers and predicted distributions.

    Args:
        target: class numbers, whole or float, shaped as ``output`` without the classes' axis or with size 1 there.
        output: probabilities, which are clipped, or logits.
        from_logits: whether ``output`` has yet to go through a softmax.
        axis: the classes' axis.

    Returns:
        A tensor without the classes' axis; NaN for a number out of range.

    Raises:
        ValueError: for an axis that is not there.

    Example:
        >>> sparse_categorical_crossentropy(torch.tensor([1]), torch.tensor([[0.5, 0.5]]))
        tensor([0.6931])
    """
    output = floats(output)
    _check_axis(axis, output)
    output = torch.movedim(output, axis, -1)
    if not from_logits:
        small = config.epsilon()
        output = torch.log(torch.clamp(output, small, 1.0 - small))
    labels = as_tensor(target).reshape(-1).to(device=output.device, dtype=torch.int64)
    logs = torch.log_softmax(output, -1).reshape(-1, output.shape[-1])
    inside = (labels >= 0) & (labels < output.shape[-1])
    found = torch.gather(logs, 1, torch.where(inside, labels, 0).unsqueeze(1)).squeeze(1)
    return -torch.where(inside, found, torch.nan).reshape(output.shape[:-1])


@recordable
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> torch.Tensor:
    """The crossentropy of targets and probabilities, element by element.

    Args:
        target: a tensor like ``output``.
        output: probabilities, which are clipped, or logits.
        from_logits: whether ``output`` has yet to go through a sigmoid.

    Example:
        >>> binary_crossentropy(torch.tensor([1.0]), torch.tensor([0.5]))
        tensor([0.6931])
    """
    output = floats(output)
    target = as_tensor(target, output).to(output.dtype)
    logits = output if from_logits else torch.logit(output, eps=config.epsilon())
    target, logits = torch.broadcast_tensors(target, logits)
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none")


@recordable
def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> torch.Tensor:
    """``binary_crossentropy`` weighed by how wrong a prediction is.

    Args:
        target: a tensor like ``output``.
        output: probabilities or logits.
        apply_class_balancing: whether to weigh the classes by ``alpha`` and ``1 - alpha``.
        alpha: the weight of class 1.
        gamma: the power of the error.
        from_logits: whether ``output`` has yet to go through a sigmoid.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017), https://arxiv.org/abs/1708.02002

    Example:
        >>> binary_focal_crossentropy(torch.tensor([1.0]), torch.tensor([0.5]))
        tensor([0.1733])
    """
    probability = torch.sigmoid(floats(output)) if from_logits else floats(output)
    target = as_tensor(target, probability).to(probability.dtype)
    right = target * probability + (1.0 - target) * (1.0 - probability)
    value = torch.pow(1.0 - right, gamma) * binary_crossentropy(target, probability)
    return value * (target * alpha + (1.0 - target) * (1.0 - alpha)) if apply_class_balancing else value


@recordable
def categorical_focal_crossentropy(
    target: Any, output: Any, alpha: float = 0.25, gamma: float = 2.0, from_logits: bool = False, axis: int = -1
) -> torch.Tensor:
    """``categorical_crossentropy`` weighed by how wrong a prediction is.

    Args:
        target: a tensor like ``output``.
        output: probabilities or logits.
        alpha: a factor.
        gamma: the power of the error.
        from_logits: whether ``output`` has yet to go through a softmax.
        axis: the classes' axis.

    Source: Lin et al., Focal Loss for Dense Object Detection (2017), https://arxiv.org/abs/1708.02002

    Example:
        >>> categorical_focal_crossentropy(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]]))
        tensor([0.0433])
    """
    output = torch.softmax(floats(output), axis) if from_logits else floats(output)
    target = as_tensor(target, output).to(output.dtype)
    small = config.epsilon()
    output = torch.clamp(output / torch.sum(output, axis, keepdim=True), small, 1.0 - small)
    return torch.sum(-alpha * torch.pow(1.0 - output, gamma) * target * torch.log(output), axis)


@recordable
def in_top_k(predictions: Any, targets: Any, k: int) -> torch.Tensor:
    """Whether the right class is among the k likeliest; classes that tie with the last of them count.

    Args:
        predictions: (batch, classes).
        targets: (batch,) class numbers.
        k: how many.

    Example:
        >>> in_top_k(torch.tensor([[0.1, 0.6, 0.3]]), torch.tensor([2]), 2).tolist()
        [True]
    """
    predictions = as_tensor(predictions)
    targets = as_tensor(targets).to(device=predictions.device, dtype=torch.int64)
    inside = (targets >= 0) & (targets < predictions.shape[1])
    chosen = torch.gather(predictions, 1, torch.where(inside, targets, 0).unsqueeze(1))
    better = torch.sum(predictions > chosen, 1)
    return (better < k) & inside & torch.isfinite(chosen.squeeze(1))


# ---------------------------------------------------------------- normalisation


@recordable
def bias_add(x: Any, bias: Any, data_format: str | None = None) -> torch.Tensor:
    """Adds a bias to each sample.

    Args:
        x: (batch, …).
        bias: one number for each channel, or one for each element of a sample, with the channels last in its shape.
        data_format: where the channels of ``x`` are.

    Raises:
        ValueError: for a bias of another number of axes.

    Example:
        >>> bias_add(torch.zeros(1, 2, 3), torch.tensor([1.0, 2.0]), "channels_first")[0, :, 0].tolist()
        [1.0, 2.0]
    """
    data_format = config.normalize_data_format(data_format, "bias_add")
    x = as_tensor(x)
    bias = as_tensor(bias, x)
    if bias.ndim not in (1, x.ndim - 1):
        raise ValueError(f"bias_add: expected a bias of 1 or {x.ndim - 1} axes. Received: shape {tuple(bias.shape)}")
    if data_format == "channels_first" and x.ndim > 2:
        # as in Keras, the elements of a full bias are read in order, not moved with the axis
        bias = bias.reshape(bias.shape[-1], *([1] * (x.ndim - 2) if bias.ndim == 1 else bias.shape[:-1]))
    return x + bias


@recordable
def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> torch.Tensor:
    """``(x - mean) / sqrt(var + epsilon) * gamma + beta``.

    Args:
        x: a tensor.
        mean: the mean, for each channel or in a shape that broadcasts.
        var: the variance, likewise.
        beta: what to add, likewise; None for nothing.
        gamma: what to multiply by, likewise; None for nothing.
        axis: the channels' axis.
        epsilon: added to the variance.

    Example:
        >>> one = torch.ones(1)
        >>> batch_normalization(torch.tensor([[3.0]]), one, one, None, 2 * one, epsilon=0.0).tolist()
        [[4.0]]
    """
    x = floats(x)
    axis = axis % x.ndim
    if x.ndim == 4 and axis == 3:
        epsilon = max(epsilon, _FUSED_EPSILON)

    def along(part: Any) -> Any:
        part = as_tensor(part, x)
        return part.reshape(-1, *[1] * (x.ndim - axis - 1)) if part.ndim == 1 else part

    scale = torch.rsqrt(along(var) + epsilon)
    scale = scale if gamma is None else scale * along(gamma)
    shift = -along(mean) * scale
    return x * scale + (shift if beta is None else shift + along(beta))


@recordable
def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Sequence[int], epsilon: float = 1e-3
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A batch normalised by its own mean and variance.

    Args:
        x: a tensor.
        gamma: what to multiply by, for each channel; None for nothing.
        beta: what to add, for each channel; None for nothing.
        reduction_axes: the axes to take mean and variance over.
        epsilon: added to the variance.

    Returns:
        The normalised tensor, the mean and the variance. For images the variance is that of a sample, with n - 1 as
        divisor, as TensorFlow's fused kernel gives it.

    Example:
        >>> y, mean, var = normalize_batch_in_training(torch.tensor([[1.0], [3.0]]), None, None, [0], epsilon=0.0)
        >>> y.flatten().tolist(), mean.tolist(), var.tolist()
        ([-1.0, 1.0], [2.0], [1.0])
    """
    x = floats(x)
    axes = [axis % x.ndim for axis in reduction_axes]
    fused = x.ndim == 4 and axes == [0, 1, 2]
    if fused:
        epsilon = max(epsilon, _FUSED_EPSILON)
    kept = [1 if axis in axes else size for axis, size in enumerate(x.shape)]
    mean = torch.mean(x, axes, keepdim=True)
    var = torch.var(x, axes, correction=0, keepdim=True)
    y = (x - mean) * torch.rsqrt(var + epsilon)
    if gamma is not None:
        y = y * as_tensor(gamma, x).reshape(kept)
    if beta is not None:
        y = y + as_tensor(beta, x).reshape(kept)
    mean, var = (part.reshape([size for axis, size in enumerate(x.shape) if axis not in axes]) for part in (mean, var))
    count = x.numel() // max(var.numel(), 1)
    return y, mean, var * (count / (count - 1)) if fused and count > 1 else var
