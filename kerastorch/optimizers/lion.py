"""Lion: steps by the sign of a momentum.

Source: https://keras.io/api/optimizers/lion/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Group
from .hyper import Hyper

__all__ = ["Lion"]


class Lion(Optimizer):
    """``w -= lr * sign(beta_1*m + (1-beta_1)*g);  m = beta_2*m + (1-beta_2)*g``.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        beta_1: weight of the momentum in the step.
        beta_2: how much of the momentum stays.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> round(float(Lion().beta_2), 2)
        0.99

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms, https://arxiv.org/abs/2302.06675
    """

    slots = ("m",)
    arguments = ("lr", "beta_1", "beta_2", "decay")
    lr = Hyper()
    beta_1 = Hyper()
    beta_2 = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        decay: float = 0.0,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Lion", lr, learning_rate, decay)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        momentum = group.state["m"]
        step = torch._foreach_lerp(momentum, grads, 1.0 - self.beta_1.item())
        torch._foreach_sign_(step)
        torch._foreach_mul_(step, lr)
        torch._foreach_sub_(group.params, step)
        torch._foreach_lerp_(momentum, grads, 1.0 - self.beta_2.item())
