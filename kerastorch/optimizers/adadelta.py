"""Adadelta.

Source: https://keras.io/api/optimizers/adadelta/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .hyper import Hyper

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """Steps as large as recent steps were, in proportion to recent gradients.

    ``a`` and ``d`` are running mean squares of gradients and of steps:
    ``step = g * sqrt(d + epsilon) / sqrt(a + epsilon);  w -= lr * step``.

    Args:
        lr: learning rate, a number or a schedule; 1 by default (0.001 in later generations).
        rho: how much of the running means stays.
        epsilon: keeps the quotient finite and gets the first steps going; ``K.epsilon()`` by default.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> float(Adadelta().lr)
        1.0

    Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method, https://arxiv.org/abs/1212.5701
    """

    slots = ("accumulators", "delta_accumulators")
    arguments = ("lr", "rho", "decay", "epsilon")
    saves_iterations = False
    lr = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        rho: float = 0.95,
        epsilon: float | None = None,
        decay: float = 0.0,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Adadelta", lr, learning_rate, decay)
        self.rho = rho
        self.epsilon = epsilon_of(epsilon)

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        squares, deltas = group.state["accumulators"], group.state["delta_accumulators"]
        torch._foreach_mul_(squares, self.rho)
        torch._foreach_addcmul_(squares, grads, grads, 1.0 - self.rho)
        step = group.plus(deltas, self.epsilon)
        torch._foreach_div_(step, group.plus(squares, self.epsilon, place=1))
        torch._foreach_sqrt_(step)
        torch._foreach_mul_(step, grads)
        torch._foreach_mul_(deltas, self.rho)
        torch._foreach_addcmul_(deltas, step, step, 1.0 - self.rho)
        if isinstance(lr, Tensor):
            torch._foreach_mul_(step, lr)
            torch._foreach_sub_(group.params, step)
        else:
            torch._foreach_sub_(group.params, step, alpha=lr)
