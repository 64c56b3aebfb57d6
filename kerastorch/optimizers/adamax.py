"""Adamax.

Source: https://keras.io/api/optimizers/adamax/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .hyper import Hyper

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """Adam with the infinity norm: ``u = max(beta_2*u, |g|);  w -= lr / (1 - beta_1^t) * m / (u + epsilon)``.

    Args:
        lr: learning rate, a number or a schedule; 0.002 by default (0.001 in later generations).
        beta_1: how much of the gradients' running mean stays.
        beta_2: how much of the norm stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> float(Adamax(beta_1=0.5).beta_1)
        0.5

    Source: Kingma and Ba, section 7.1, https://arxiv.org/abs/1412.6980
    """

    slots = ("m", "u")
    arguments = ("lr", "beta_1", "beta_2", "decay", "epsilon")
    lr = Hyper()
    beta_1 = Hyper()
    beta_2 = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = None,
        decay: float = 0.0,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Adamax", lr, learning_rate, decay)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon_of(epsilon)

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        beta_1, beta_2 = self.beta_1.item(), self.beta_2.item()
        means, norms = group.state["m"], group.state["u"]
        torch._foreach_lerp_(means, grads, 1.0 - beta_1)
        torch._foreach_mul_(norms, beta_2)
        torch._foreach_maximum_(norms, torch._foreach_abs(grads))
        below = group.plus(norms, self.epsilon)
        (done,) = group.corrections(count + 1, beta_1)
        fused.subtract_ratio(group.params, means, below, lr / done)
