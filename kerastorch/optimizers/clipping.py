"""Gradients kept within a norm.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

__all__ = ["clip_each", "clip_norm", "clip_together", "common_factor"]


def clip_norm(g: Any, c: float, n: Any) -> Any:
    """A gradient scaled down to a norm where its own is above that.

    Args:
        g: the gradient, a tensor or a symbolic one.
        c: the norm that is allowed; 0 for any.
        n: the gradient's norm.

    Example:
        >>> clip_norm(torch.tensor([3.0, 4.0]), 1.0, torch.tensor(5.0))
        tensor([0.6000, 0.8000])
    """
    return g if c <= 0 else torch.where(n >= c, g * (c / n), g)


def clip_together(grads: Sequence[Tensor], limit: float) -> Sequence[Tensor]:
    """Gradients scaled by one factor so that the norm over all of them does not exceed ``limit``.

    A norm of NaN leaves them alone, as in Keras: only the broken gradient spoils its weight.

    Example:
        >>> [g.tolist() for g in clip_together([torch.tensor([3.0]), torch.tensor([4.0])], 2.5)]
        [[1.5], [2.0]]
    """
    norms = _norms(grads)
    if all(n.device.type == "cpu" for n in norms):
        total = math.sqrt(sum(n.item() ** 2 for n in norms))
        return torch._foreach_mul(grads, limit / total) if total >= limit else grads
    scale = common_factor(norms, limit)
    if all(n.device == scale.device for n in norms):
        return torch._foreach_mul(grads, scale)
    return [g * scale.to(g.device) for g in grads]


def common_factor(norms: list[Tensor], limit: float) -> Tensor:
    """What to multiply gradients of these norms with, as a 0-d tensor on the first one's device.

    Example:
        >>> common_factor([torch.tensor(3.0), torch.tensor(4.0)], 2.5).item()
        0.5
    """
    device = norms[0].device
    total = torch.linalg.vector_norm(torch.stack([n.to(device) for n in norms]))
    return torch.where(total >= limit, limit / total, 1.0)


def clip_each(grads: Sequence[Tensor], limit: float) -> Sequence[Tensor]:
    """Each gradient scaled so that its own norm does not exceed ``limit``.

    Example:
        >>> [g.tolist() for g in clip_each([torch.tensor([3.0, 4.0]), torch.tensor([0.5])], 2.5)]
        [[1.5, 2.0], [0.5]]
    """
    return torch._foreach_mul(grads, [(limit / n.clamp_min(limit)).to(g.dtype) for g, n in zip(grads, _norms(grads))])


def _norms(grads: Sequence[Tensor]) -> list[Tensor]:
    """The norm of each gradient, in float32 at least: squares of float16 overflow soon."""
    dtype = torch.float64 if any(g.dtype == torch.float64 for g in grads) else torch.float32
    return torch._foreach_norm(grads, 2, dtype)
