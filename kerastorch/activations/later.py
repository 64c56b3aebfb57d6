"""The activation functions that came after Keras 2; known in every era."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .keras2 import REGISTRY, check_axis, of_arrays

__all__ = [
    "silu",
    "hard_silu",
    "gelu",
    "mish",
    "leaky_relu",
    "relu6",
    "celu",
    "glu",
    "log_softmax",
    "log_sigmoid",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "threshold",
    "squareplus",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "swish",
    "hard_swish",
]


@REGISTRY.register
@of_arrays
def silu(x: torch.Tensor) -> torch.Tensor:
    """``x * sigmoid(x)``, also called swish.

    Example:
        >>> silu(torch.tensor([1.0]))
        tensor([0.7311])

    Source: https://arxiv.org/abs/1710.05941
    """
    return F.silu(x)


@REGISTRY.register
@of_arrays
def hard_silu(x: torch.Tensor) -> torch.Tensor:
    """``x * relu6(x + 3) / 6``, also called hard swish.

    Example:
        >>> hard_silu(torch.tensor([0.0, 1.0, 3.0]))
        tensor([0.0000, 0.6667, 3.0000])

    Source: https://arxiv.org/abs/1905.02244
    """
    return F.hardswish(x)


@REGISTRY.register
@of_arrays
def gelu(x: torch.Tensor, approximate: bool = False) -> torch.Tensor:
    """``x`` times the normal distribution's probability of being below ``x``.

    Args:
        x: a tensor.
        approximate: whether to use the formula with tanh.

    Example:
        >>> gelu(torch.tensor([1.0]))
        tensor([0.8413])

    Source: https://arxiv.org/abs/1606.08415
    """
    return F.gelu(x, approximate="tanh" if approximate else "none")


@REGISTRY.register
@of_arrays
def mish(x: torch.Tensor) -> torch.Tensor:
    """``x * tanh(softplus(x))``.

    Example:
        >>> mish(torch.tensor([1.0]))
        tensor([0.8651])

    Source: https://arxiv.org/abs/1908.08681
    """
    return F.mish(x)


@REGISTRY.register
@of_arrays
def leaky_relu(x: torch.Tensor, negative_slope: float = 0.2) -> torch.Tensor:
    """``x`` above zero, ``negative_slope * x`` below.

    Args:
        x: a tensor.
        negative_slope: the slope below zero.

    Example:
        >>> leaky_relu(torch.tensor([-1.0, 2.0]))
        tensor([-0.2000,  2.0000])
    """
    return F.leaky_relu(x, negative_slope)


@REGISTRY.register
@of_arrays
def relu6(x: torch.Tensor) -> torch.Tensor:
    """``x`` cut at 0 and 6.

    Example:
        >>> relu6(torch.tensor([-1.0, 2.0, 9.0]))
        tensor([0., 2., 6.])
    """
    return F.relu6(x)


@REGISTRY.register
@of_arrays
def celu(x: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """``x`` above zero, ``alpha * (exp(x / alpha) - 1)`` below.

    Args:
        x: a tensor.
        alpha: the value that it falls to, with a minus sign.

    Example:
        >>> celu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])

    Source: https://arxiv.org/abs/1704.07483
    """
    return F.celu(x, alpha)


@REGISTRY.register
@of_arrays
def glu(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """The first half of ``x`` times the sigmoid of the second.

    Args:
        x: a tensor with an even number of entries along the axis.
        axis: the axis that is halved.

    Raises:
        ValueError: when the axis is missing or odd.

    Example:
        >>> glu(torch.tensor([[2.0, 0.0]]))
        tensor([[1.]])

    Source: https://arxiv.org/abs/1612.08083
    """
    check_axis("glu", x, axis)
    if x.shape[axis] is not None and x.shape[axis] % 2:
        raise ValueError(f"glu: expected an even number of entries along axis {axis}. Received: shape {tuple(x.shape)}")
    return F.glu(x, dim=axis)


@REGISTRY.register
@of_arrays
def log_softmax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """Logarithm of ``softmax``.

    Args:
        x: a tensor.
        axis: the axis whose exponentials sum to one.

    Raises:
        ValueError: when the axis is missing.

    Example:
        >>> log_softmax(torch.zeros(1, 2))
        tensor([[-0.6931, -0.6931]])
    """
    check_axis("log_softmax", x, axis)
    return torch.log_softmax(x, dim=axis)


@REGISTRY.register
@of_arrays
def log_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """Logarithm of ``sigmoid``.

    Example:
        >>> log_sigmoid(torch.tensor([0.0]))
        tensor([-0.6931])
    """
    return F.logsigmoid(x)


@REGISTRY.register
@of_arrays
def hard_tanh(x: torch.Tensor) -> torch.Tensor:
    """``x`` cut at -1 and 1.

    Example:
        >>> hard_tanh(torch.tensor([-2.0, 0.5]))
        tensor([-1.0000,  0.5000])
    """
    return F.hardtanh(x)


@REGISTRY.register
@of_arrays
def hard_shrink(x: torch.Tensor, threshold: float = 0.5) -> torch.Tensor:
    """``x`` where it is further than ``threshold`` from zero, else zero.

    Args:
        x: a tensor.
        threshold: the distance.

    Example:
        >>> hard_shrink(torch.tensor([-2.0, 0.3]))
        tensor([-2.,  0.])
    """
    return F.hardshrink(x, threshold)


@REGISTRY.register
@of_arrays
def soft_shrink(x: torch.Tensor, threshold: float = 0.5) -> torch.Tensor:
    """``x`` brought nearer to zero by ``threshold``.

    Args:
        x: a tensor.
        threshold: the distance.

    Example:
        >>> soft_shrink(torch.tensor([-2.0, 0.3]))
        tensor([-1.5000,  0.0000])
    """
    return F.softshrink(x, threshold)


@REGISTRY.register
@of_arrays
def tanh_shrink(x: torch.Tensor) -> torch.Tensor:
    """``x - tanh(x)``.

    Example:
        >>> tanh_shrink(torch.tensor([1.0]))
        tensor([0.2384])
    """
    return x - torch.tanh(x)


@REGISTRY.register
@of_arrays
def threshold(x: torch.Tensor, threshold: float, default_value: float) -> torch.Tensor:
    """``x`` above the threshold, else ``default_value``.

    Args:
        x: a tensor.
        threshold: what ``x`` has to exceed.
        default_value: what it becomes otherwise.

    Example:
        >>> threshold(torch.tensor([0.5, 2.0]), 1.0, -1.0)
        tensor([-1.,  2.])
    """
    return F.threshold(x, threshold, default_value)


@REGISTRY.register
@of_arrays
def squareplus(x: torch.Tensor, b: float = 4) -> torch.Tensor:
    """``(x + sqrt(x ** 2 + b)) / 2``.

    Args:
        x: a tensor.
        b: how smooth it is.

    Example:
        >>> squareplus(torch.tensor([0.0]))
        tensor([1.])

    Source: https://arxiv.org/abs/2112.11687
    """
    return (x + torch.sqrt(torch.square(x) + b)) / 2


@REGISTRY.register
@of_arrays
def sparse_plus(x: torch.Tensor) -> torch.Tensor:
    """Zero up to -1, ``x`` from 1 on, ``(x + 1) ** 2 / 4`` between.

    Example:
        >>> sparse_plus(torch.tensor([-2.0, 0.0, 2.0]))
        tensor([0.0000, 0.2500, 2.0000])
    """
    return torch.where(x < 1, torch.square(torch.clamp(x + 1, min=0.0)) / 4, x)


@REGISTRY.register
@of_arrays
def sparse_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """``(x + 1) / 2`` cut at 0 and 1.

    Example:
        >>> sparse_sigmoid(torch.tensor([-2.0, 0.0, 2.0]))
        tensor([0.0000, 0.5000, 1.0000])

    Source: https://arxiv.org/abs/1901.02324
    """
    return 0.5 * F.hardtanh(x) + 0.5


@REGISTRY.register
@of_arrays
def sparsemax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """The nearest probability distribution to ``x`` along an axis: like softmax, with exact zeros.

    Args:
        x: a tensor.
        axis: the axis that sums to one.

    Raises:
        ValueError: when the axis is missing.

    Example:
        >>> sparsemax(torch.tensor([[1.0, 0.5, -1.0]]))
        tensor([[0.7500, 0.2500, 0.0000]])

    Source: https://arxiv.org/abs/1602.02068
    """
    check_axis("sparsemax", x, axis)
    logits = x.movedim(axis, -1)
    ordered = torch.sort(logits, dim=-1, descending=True).values
    totals = torch.cumsum(ordered, dim=-1) - 1
    counts = torch.cumsum(torch.ones_like(ordered), dim=-1)
    support = (ordered * counts > totals).to(ordered.dtype)
    size = torch.sum(support, dim=-1, keepdim=True)
    level = (torch.sum(support * ordered, dim=-1, keepdim=True) - 1) / size
    return torch.clamp(logits - level, min=0.0).movedim(-1, axis)


swish = silu
hard_swish = hard_silu
REGISTRY.alias(swish=silu, hard_swish=hard_silu)
