"""What neural networks compute: activations, losses, convolutions, pooling.

Source: https://keras.io/api/ops/nn/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..backend import nn as _k
from ..backend.convolution import convolve, convolve_transposed
from ..backend.spatial import pool
from ._making import converted, floats, operation, unary
from .ctc import *  # noqa: F403
from .ctc import __all__ as _ctc
from .folding import *  # noqa: F403
from .folding import __all__ as _folding
from .indexing import multi_hot, one_hot
from .reducing import moments

_UNARY: dict[str, Callable] = {
    "log_sigmoid": F.logsigmoid,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "swish": F.silu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "tanh_shrink": F.tanhshrink,
    "hard_silu": F.hardswish,
    "hard_swish": F.hardswish,
}
_WHOLE_TOO: dict[str, Callable] = {"relu": torch.relu, "relu6": F.relu6, "hard_tanh": F.hardtanh}
globals().update(unary(_UNARY, floats))
globals().update(unary(_WHOLE_TOO))

__all__ = [
    *_UNARY,
    *_WHOLE_TOO,
    *_ctc,
    *_folding,
    "average_pool",
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "celu",
    "conv",
    "conv_transpose",
    "depthwise_conv",
    "dot_product_attention",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "in_top_k",
    "layer_normalization",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "moments",
    "multi_hot",
    "normalize",
    "one_hot",
    "rms_normalization",
    "separable_conv",
    "soft_shrink",
    "softmax",
    "sparse_categorical_crossentropy",
    "squareplus",
    "threshold",
]


@operation
def hard_sigmoid(x: Any) -> Any:
    """Keras 3's hard sigmoid, ``relu6(x + 3) / 6``, whatever the era."""
    return F.relu6(floats(x) + 3.0) / 6.0


@operation
def elu(x: Any, alpha: float = 1.0) -> Any:
    """``x`` above zero, ``alpha * (exp(x) - 1)`` below."""
    return F.elu(floats(x), alpha)


@operation
def celu(x: Any, alpha: float = 1.0) -> Any:
    """``x`` above zero, ``alpha * (exp(x / alpha) - 1)`` below."""
    return F.celu(floats(x), alpha)


@operation
def gelu(x: Any, approximate: bool = True) -> Any:
    """``x`` times the normal distribution's probability of being below ``x``; by the formula with tanh by default."""
    return F.gelu(floats(x), approximate="tanh" if approximate else "none")


@operation
def glu(x: Any, axis: int = -1) -> Any:
    """One half times the sigmoid of the other."""
    return F.glu(floats(x), axis)


@operation
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """``x`` above zero, a part of it below."""
    return F.leaky_relu(floats(x), negative_slope)


@operation
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Zero between minus the threshold and the threshold."""
    return F.hardshrink(floats(x), threshold)


@operation
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Moved towards zero by the threshold."""
    return F.softshrink(floats(x), threshold)


@operation
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """``x`` above the threshold, another value elsewhere."""
    return F.threshold(converted(x), threshold, default_value)


@operation
def squareplus(x: Any, b: float = 4) -> Any:
    """``(x + sqrt(x^2 + b)) / 2``."""
    x = floats(x)
    return (x + torch.sqrt(x * x + b)) / 2


def _along(x: Any, axis: Any, function: Callable) -> Any:
    x = floats(x)
    if axis is None:
        return function(x.reshape(-1), -1).reshape(x.shape)
    if isinstance(axis, int):
        return function(x, axis)
    wanted = [one % x.ndim for one in axis]
    order = [i for i in range(x.ndim) if i not in wanted] + wanted
    moved = x.permute(order)
    found = function(moved.flatten(x.ndim - len(wanted)), -1).reshape(moved.shape)
    return found.permute([order.index(i) for i in range(x.ndim)])


@operation
def softmax(x: Any, axis: Any = -1) -> Any:
    """Exponentials, divided by their sum over axes."""
    return _along(x, axis, torch.softmax)


@operation
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of ``softmax``."""
    return _along(x, axis, torch.log_softmax)


@operation
def normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """Divided by the norm along an axis."""
    return F.normalize(floats(x), p=order, dim=axis, eps=config.epsilon() if epsilon is None else epsilon)


@operation
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether each target is among the ``k`` likeliest classes."""
    return _k.in_top_k(converted(predictions), converted(targets), k)


@operation
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The crossentropy of probabilities along an axis."""
    return _k.categorical_crossentropy(converted(target), floats(output), from_logits, axis)


@operation
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The crossentropy with classes as numbers."""
    output = floats(output)
    log = torch.log_softmax(output, axis) if from_logits else _log_probabilities(output, axis)
    target = converted(target).long()
    if target.ndim == output.ndim:
        target = target.squeeze(-1)
    return -torch.gather(log, axis, target.unsqueeze(axis)).squeeze(axis)


def _log_probabilities(output: Any, axis: int) -> Any:
    output = output / output.sum(axis, keepdim=True)
    return torch.log(output.clamp(config.epsilon(), 1 - config.epsilon()))


@operation
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The crossentropy of each element."""
    target, output = floats(target), floats(output)
    if from_logits:
        return F.binary_cross_entropy_with_logits(output, target, reduction="none")
    output = output.clamp(config.epsilon(), 1 - config.epsilon())
    return -(target * torch.log(output) + (1 - target) * torch.log(1 - output))


# ---------------------------------------------------------------------- convolutions and pooling


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _format(data_format: str | None) -> str:
    return config.image_data_format() if data_format is None else data_format


def _kernel(kernel: Any) -> Any:
    """(*sizes, channels, filters) as torch has it."""
    kernel = converted(kernel)
    return kernel.permute(kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2))


@operation
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A convolution over 1, 2 or 3 axes; the kernel is (*sizes, channels, filters)."""
    x, weight = converted(inputs), _kernel(kernel)
    rank, form = x.ndim - 2, _format(data_format)
    groups = x.shape[1 if form == "channels_first" else -1] // weight.shape[1]
    strides, rates = _each(strides, rank), _each(dilation_rate, rank)
    return convolve(x, weight, None, strides, padding, form, rates, groups, "ops.conv")


@operation
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """The gradient of a convolution; the kernel is (*sizes, filters, channels)."""
    x, weight = converted(inputs), _kernel(kernel)
    rank = x.ndim - 2
    extra = None if output_padding is None else _each(output_padding, rank)
    form, rates = _format(data_format), _each(dilation_rate, rank)
    return convolve_transposed(x, weight, None, _each(strides, rank), padding, extra, form, rates)


@operation
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A convolution of each channel by itself; the kernel is (*sizes, channels, multiplier)."""
    x, kernel = converted(inputs), converted(kernel)
    rank = x.ndim - 2
    channels, many = kernel.shape[-2:]
    weight = kernel.permute(rank, rank + 1, *range(rank)).reshape(channels * many, 1, *kernel.shape[:rank])
    form, strides, rates = _format(data_format), _each(strides, rank), _each(dilation_rate, rank)
    return convolve(x, weight, None, strides, padding, form, rates, channels, "ops.depthwise_conv")


@operation
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A depthwise convolution, and one that mixes the channels."""
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel, 1, "valid", data_format)


def _pooled(inputs: Any, mode: str, size: Any, strides: Any, padding: str, data_format: str | None) -> Any:
    x = converted(inputs)
    rank = x.ndim - 2
    size = _each(size, rank)
    strides = size if strides is None else _each(strides, rank)
    return pool(x, mode, size, strides, padding, _format(data_format), f"ops.{mode}_pool")


@operation
def max_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Any:
    """The greatest of each window."""
    return _pooled(inputs, "max", pool_size, strides, padding, data_format)


@operation
def average_pool(
    inputs: Any, pool_size: Any, strides: Any = None, padding: str = "valid", data_format: str | None = None
) -> Any:
    """The mean of each window."""
    return _pooled(inputs, "avg", pool_size, strides, padding, data_format)


# ---------------------------------------------------------------------- normalization, attention


@operation
def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Any:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset`` along an axis."""
    x = floats(x)
    shape = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]
    factor = torch.rsqrt(converted(variance) + epsilon)
    factor = factor if scale is None else factor * converted(scale)
    found = (x - converted(mean).reshape(shape)) * factor.reshape(shape)
    return found if offset is None else found + converted(offset).reshape(shape)


@operation
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """Mean 0 and variance 1 along axes, then scale and shift."""
    x = floats(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    wanted = [axis] if isinstance(axis, int) else list(axis)
    variance, mean = torch.var_mean(x, wanted, correction=0, keepdim=True)
    found = (x - mean) * torch.rsqrt(variance + epsilon)
    found = found if gamma is None else found * converted(gamma)
    return found if beta is None else found + converted(beta)


@operation
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Any:
    """Mean square 1 along axes, then scale."""
    x = floats(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    wanted = [axis] if isinstance(axis, int) else list(axis)
    found = x * torch.rsqrt(x.square().mean(wanted, keepdim=True) + epsilon)
    return found if scale is None else found * converted(scale)


@operation
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """Attention over (batch, steps, heads, size).

    Raises:
        NotImplementedError: for ``attn_logits_soft_cap``.
    """
    if attn_logits_soft_cap is not None:
        raise NotImplementedError("ops.dot_product_attention: expected attn_logits_soft_cap=None. Received: a number")
    q, k, v = (floats(x).transpose(1, 2) for x in (query, key, value))
    added = None if bias is None else floats(bias)
    if mask is not None:
        hidden = torch.zeros(mask.shape, dtype=q.dtype, device=q.device).masked_fill(
            ~converted(mask).bool(), -torch.inf
        )
        added = hidden if added is None else added + hidden
    if is_causal and added is not None:
        past = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device).tril()
        added, is_causal = added.masked_fill(~past, -torch.inf), False
    found = F.scaled_dot_product_attention(q, k, v, attn_mask=added, is_causal=is_causal, scale=scale)
    return found.transpose(1, 2)
