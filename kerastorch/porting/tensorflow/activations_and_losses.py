"""The parts of ``tf.nn`` beside convolutions: activations, losses, normalization, dropout, embeddings.

Source: https://www.tensorflow.org/api_docs/python/tf/nn
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from ._functions import axes_of, in_order_before_2, ints, number_like, op, pair, tensor
from .elementwise import floats
from .indexing import gather

__all__ = [
    "batch_normalization",
    "bias_add",
    "compute_average_loss",
    "crelu",
    "ctc_loss",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "l2_loss",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "relu_layer",
    "scale_regularization_loss",
    "selu",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "xw_plus_b",
]


@op
def relu(features: Any) -> torch.Tensor:
    """The positive part."""
    return F.relu(tensor(features))


@op
def relu6(features: Any) -> torch.Tensor:
    """The positive part, at most 6."""
    return F.relu6(tensor(features))


@op
def leaky_relu(features: Any, alpha: Any = 0.2) -> torch.Tensor:
    """The positive part, and ``alpha`` times the negative one."""
    x = floats(tensor(features))
    return F.leaky_relu(x, alpha) if isinstance(alpha, (int, float)) else torch.maximum(x, number_like(alpha, x) * x)


@op
def crelu(features: Any, axis: int = -1) -> torch.Tensor:
    """The positive and the negative part beside each other."""
    x = tensor(features)
    return F.relu(torch.cat([x, -x], axis))


@op
def elu(features: Any) -> torch.Tensor:
    """``x``, and ``exp(x) - 1`` where it is negative."""
    return F.elu(tensor(features))


@op
def selu(features: Any) -> torch.Tensor:
    """The scaled ``elu``."""
    return F.selu(tensor(features))


@op
def gelu(features: Any, approximate: bool = False) -> torch.Tensor:
    """``x`` times the share of a normal distribution below it."""
    return F.gelu(tensor(features), approximate="tanh" if approximate else "none")


@op
def silu(features: Any, beta: Any = 1.0) -> torch.Tensor:
    """``x`` times its sigmoid."""
    x = tensor(features)
    return F.silu(x) if isinstance(beta, (int, float)) and beta == 1 else x * torch.sigmoid(number_like(beta, x) * x)


swish = silu


@op
def softmax(logits: Any, axis: Any = None, *, dim: Any = None) -> torch.Tensor:
    """Probabilities along an axis, the last one by default."""
    axis = dim if axis is None else axis
    return F.softmax(floats(tensor(logits)), -1 if axis is None else ints(axis))


@op
def log_softmax(logits: Any, axis: Any = None) -> torch.Tensor:
    """Logarithms of ``softmax``."""
    return F.log_softmax(floats(tensor(logits)), -1 if axis is None else ints(axis))


# ------------------------------------------------------------------------- losses


@op
def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None) -> torch.Tensor:
    """The cross-entropy of independent classes, for each element."""
    logits, labels = pair(logits, labels)
    return F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype), reduction="none")


@op
def weighted_cross_entropy_with_logits(labels: Any, logits: Any, pos_weight: Any) -> torch.Tensor:
    """``sigmoid_cross_entropy_with_logits`` with a weight for positive labels."""
    logits, labels = pair(logits, labels)
    weight = tensor(pos_weight, like=logits)
    return F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype), pos_weight=weight, reduction="none")


@op
def softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, axis: int = -1, *, dim: int | None = None
) -> torch.Tensor:
    """The cross-entropy of probabilities along an axis, one number a row."""
    logits, labels = pair(logits, labels)
    axis = axis if dim is None else dim
    return -torch.sum(labels.to(logits.dtype) * F.log_softmax(logits, axis), axis)


softmax_cross_entropy_with_logits_v2 = softmax_cross_entropy_with_logits


@op
def sparse_softmax_cross_entropy_with_logits(labels: Any = None, logits: Any = None) -> torch.Tensor:
    """The cross-entropy of class numbers, one number a row."""
    logits = tensor(logits)
    labels = tensor(labels).to(logits.device).long()
    return -F.log_softmax(logits, -1).gather(-1, labels.unsqueeze(-1)).squeeze(-1)


@op
def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False) -> torch.Tensor:
    """The loss of counts whose logarithms are predicted."""
    log_input, targets = pair(log_input, targets)
    found = torch.exp(log_input) - log_input * targets
    if compute_full_loss:
        one = torch.ones_like(targets)
        stirling = targets * torch.log(targets) - targets + 0.5 * torch.log(2 * torch.pi * targets)
        found = found + torch.where((targets >= 0) & (targets <= one), torch.zeros_like(targets), stirling)
    return found


@op
def ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
) -> torch.Tensor:
    """The connectionist temporal classification loss of dense labels, one number a sequence."""
    logits = tensor(logits)
    logits = logits if logits_time_major else logits.transpose(0, 1)
    blank = logits.shape[-1] - 1 if blank_index is None else blank_index % logits.shape[-1]
    lengths = (tensor(logit_length).long(), tensor(label_length).long())
    return F.ctc_loss(F.log_softmax(logits, -1), tensor(labels).long(), *lengths, blank, "none")


@op
def l2_loss(t: Any) -> torch.Tensor:
    """Half the sum of squares."""
    return torch.sum(torch.square(tensor(t))) / 2


@op
def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None
) -> torch.Tensor:
    """The sum of the samples' losses, each times its weight, over the size of the batch."""
    losses = tensor(per_example_loss)
    if sample_weight is not None:
        weights = tensor(sample_weight, like=losses)
        losses = losses * weights.reshape(*weights.shape, *[1] * (losses.ndim - weights.ndim))
    count = losses.shape[0] if global_batch_size is None else ints(global_batch_size)
    return torch.sum(losses) / count


@op
def scale_regularization_loss(regularization_loss: Any) -> torch.Tensor:
    """The sum of penalties, over the number of replicas, which is one."""
    return torch.sum(tensor(regularization_loss))


# ------------------------------------------------------------------ normalization


@op
def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, *, keep_dims: bool | None = None) -> Any:
    """Mean and variance over axes."""
    x = tensor(x)
    places, keep = axes_of(axes, x), bool(keepdims or keep_dims)
    mean = x.mean(places, keepdim=True)
    variance = torch.square(x - mean).mean(places, keepdim=keep)
    return (mean if keep else x.mean(places)), variance


@op
def weighted_moments(x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False) -> Any:
    """Mean and variance over axes, each element counted as often as its weight says."""
    x, weights = pair(x, frequency_weights)
    places = axes_of(axes, x)
    weights = weights.expand_as(x)
    total = weights.sum(places, keepdim=True)
    mean = (x * weights).sum(places, keepdim=True) / total
    variance = (torch.square(x - mean) * weights).sum(places, keepdim=True) / total
    return (mean, variance) if keepdims else (mean.squeeze(places), variance.squeeze(places))


@op
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None, variance_epsilon: Any = 0.001
) -> torch.Tensor:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``."""
    x = tensor(x)
    factor = torch.rsqrt(tensor(variance, like=x) + variance_epsilon)
    factor = factor if scale is None else factor * tensor(scale, like=x)
    shift = -tensor(mean, like=x) * factor
    return x * factor + (shift if offset is None else shift + tensor(offset, like=x))


@op
def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
) -> torch.Tensor:
    """Each element over a power of the squares of those near it in the last axis."""
    x = tensor(input)
    squares = F.pad(torch.square(x), (depth_radius, depth_radius))
    total = squares.unfold(-1, 2 * depth_radius + 1, 1).sum(-1)
    return x / torch.pow(bias + alpha * total, beta)


@op
def bias_add(value: Any, bias: Any, data_format: str | None = None) -> torch.Tensor:
    """The tensor with a bias for each channel added."""
    x = tensor(value)
    bias = tensor(bias, like=x)
    first = data_format is not None and data_format.startswith("NC") and x.ndim > 2
    return x + (bias.reshape(-1, *[1] * (x.ndim - 2)) if first else bias)


@op
def xw_plus_b(x: Any, weights: Any, biases: Any) -> torch.Tensor:
    """``x @ weights + biases``."""
    x = tensor(x)
    return x @ tensor(weights, like=x) + tensor(biases, like=x)


@op
def relu_layer(x: Any, weights: Any, biases: Any) -> torch.Tensor:
    """The positive part of ``x @ weights + biases``."""
    x = tensor(x)
    return F.relu(x @ tensor(weights, like=x) + tensor(biases, like=x))


@op
@in_order_before_2("x", "keep_prob", "noise_shape", "seed")
def dropout(
    x: Any, rate: Any = None, noise_shape: Any = None, seed: int | None = None, *, keep_prob: Any = None
) -> torch.Tensor:
    """Some elements set to zero, the others scaled up.

    Args:
        x: a tensor of floats.
        rate: the share that is set to zero.
        noise_shape: the shape of what is drawn; where it is 1 elements stay or go together.
        seed: what is drawn depends on.
        keep_prob: one minus ``rate``, as TensorFlow 1 has it, in the place of ``rate`` there.

    Raises:
        ValueError: for a rate outside of [0, 1).
    """
    from .random import uniform

    x = tensor(x)
    share = 1 - keep_prob if rate is None else rate
    share = float(share) if isinstance(share, torch.Tensor) else share
    if not 0 <= share < 1:
        raise ValueError(f"tf.nn.dropout: expected rate to be in [0, 1). Received: rate={share}")
    if share == 0:
        return x
    shape = tuple(x.shape) if noise_shape is None else [n or x.shape[i] for i, n in enumerate(ints(noise_shape))]
    drawn = tensor(uniform(shape, dtype=x.dtype, seed=seed)).to(x.device)
    return torch.where(drawn >= share, x / (1 - share), torch.zeros((), dtype=x.dtype, device=x.device))


def embedding_lookup(
    params: Any, ids: Any, max_norm: float | None = None, name: str | None = None, partition_strategy: str = "mod"
) -> Any:
    """The rows of a table for given numbers, scaled down to ``max_norm`` where it is given."""
    from .elementwise import clip_by_norm

    if isinstance(params, (list, tuple)):
        if len(params) != 1:
            raise NotImplementedError("tf.nn.embedding_lookup: expected one table. Received: several parts of one")
        params = params[0]
    rows = gather(params, ids)
    return rows if max_norm is None else clip_by_norm(rows, max_norm, axes=list(range(tensor(ids).ndim, rows.ndim)))
