"""Nadam: Adam with Nesterov momentum.

Source: https://keras.io/api/optimizers/Nadam/
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Binding, Group
from .defaults import epsilon as epsilon_of
from .defaults import value
from .hyper import Hyper, exact

__all__ = ["Nadam"]

_ALMOST_ONE = math.nextafter(1.0, 0.0)


class Nadam(Optimizer):
    """Adam that looks ahead along its momentum, with a momentum that warms up.

    ``mu_t = beta_1 * (1 - 0.5 * 0.96^(t*schedule_decay))``, and ``P_t`` is the product of the ``mu`` up to t:
    ``w -= lr * ((1-mu_t)/(1-P_t) * g + mu_(t+1)/(1-P_(t+1)) * m) / (sqrt(v/(1-beta_2^t)) + epsilon)``.

    Args:
        lr: learning rate, a number or a schedule; 0.002 by default (0.001 in later generations).
        beta_1: how much of the gradients' running mean stays.
        beta_2: how much of the squares' running mean stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        schedule_decay: speed of the momentum's warm-up; 0.004 by default (1 in later generations).
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> Nadam().schedule_decay
        0.004

    Source: Dozat, Incorporating Nesterov Momentum into Adam, https://cs229.stanford.edu/proj2015/054_report.pdf
    """

    slots = ("m", "v")
    arguments = ("lr", "beta_1", "beta_2", "epsilon", "schedule_decay")
    lr = Hyper()
    beta_1 = Hyper()
    beta_2 = Hyper()
    m_schedule = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = None,
        schedule_decay: float | None = None,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Nadam", lr, learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.m_schedule = 1.0
        self.epsilon = epsilon_of(epsilon)
        self.schedule_decay = value("Nadam", "schedule_decay", schedule_decay)

    def live(self) -> tuple[str, ...]:
        return (*super().live(), "m_schedule")

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        beta_1, beta_2 = self.beta_1.item(), self.beta_2.item()
        t = exact(count) + 1
        now = beta_1 * (1.0 - 0.5 * 0.96 ** (t * self.schedule_decay))
        after = beta_1 * (1.0 - 0.5 * 0.96 ** ((t + 1) * self.schedule_decay))
        product = (self.m_schedule.item() if group.host else group.here(self.m_schedule)) * now
        # With c = 1 - beta_2^t: sqrt(v / c) + epsilon = (sqrt(v) + epsilon * root) / root, with root = sqrt(c)
        (squares_done,) = group.corrections(count + 1, beta_2)
        root = squares_done**0.5
        of_grad = lr * root * (1.0 - now) / (1.0 - product)
        of_mean = lr * root * after / (1.0 - product * after)
        means, squares = group.state["m"], group.state["v"]
        if group.host:
            epsilon = self.epsilon * root
            fused.adam(group, grads, means, squares, [], lr=of_mean, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
            # The same quotient with the gradient above it: beta_1 = 0 gives m = g, and the largest beta_2 below 1
            # leaves v as it is (with 1 itself the kernel's own correction would divide by zero).
            fused.adam(group, grads, grads, squares, [], lr=of_grad, beta_1=0.0, beta_2=_ALMOST_ONE, epsilon=epsilon)
            return
        torch._foreach_lerp_(means, grads, 1.0 - beta_1)
        torch._foreach_mul_(squares, beta_2)
        torch._foreach_addcmul_(squares, grads, grads, 1.0 - beta_2)
        below = torch._foreach_sqrt(squares)
        fused.add_number(below, self.epsilon * root)
        above = torch._foreach_mul(grads, of_grad / of_mean)
        torch._foreach_add_(above, means)
        fused.subtract_ratio(group.params, above, below, of_mean)

    def finish(self, binding: Binding) -> None:
        host = self.iterations.device.type == "cpu"
        t = exact(self.iterations.item() if host else self.iterations) + 1
        self.m_schedule.mul_(self.beta_1.item() * (1.0 - 0.5 * 0.96 ** (t * self.schedule_decay)))
