"""RMSprop.

Source: https://keras.io/api/optimizers/rmsprop/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .. import eras
from . import fused
from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .hyper import Hyper

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Gradients divided by the root of their running mean square: ``w -= lr * g / (sqrt(a) + epsilon)``.

    Later Keras generations take ``sqrt(a + epsilon)``.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        rho: how much of the running mean stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        momentum: how much of the last step is added to the next one.
        centered: whether to divide by the standard deviation instead of the root mean square.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> RMSprop(rho=0.5).epsilon
        1e-07

    Source: Hinton, Neural Networks for Machine Learning, lecture 6e.
    """

    slots = ("accumulators",)
    arguments = ("lr", "rho", "decay", "epsilon")
    saves_iterations = False
    lr = Hyper()
    rho = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        rho: float = 0.9,
        epsilon: float | None = None,
        decay: float = 0.0,
        *,
        momentum: float = 0.0,
        centered: bool = False,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("RMSprop", lr, learning_rate, decay)
        self.rho = rho
        self.epsilon = epsilon_of(epsilon)
        self.momentum = momentum
        self.centered = centered
        self._outside = eras.current().rmsprop_epsilon == "outside"
        if momentum:
            self.slots = (*self.slots, "momentums")
        if centered:
            self.slots = (*self.slots, "means")
        self.arguments = RMSprop.arguments + (("momentum", "centered") if momentum or centered else ())

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        rho, squares = self.rho.item(), group.state["accumulators"]
        if self._outside and not self.momentum and not self.centered:
            # With beta_1 = 0, Adam's first moment is the gradient itself; the kernel writes it back unchanged.
            fused.adam(group, grads, grads, squares, [], lr=lr, beta_1=0.0, beta_2=rho, epsilon=self.epsilon)
            return
        torch._foreach_mul_(squares, rho)
        torch._foreach_addcmul_(squares, grads, grads, 1.0 - rho)
        below = squares
        if self.centered:
            means = group.state["means"]
            torch._foreach_lerp_(means, grads, 1.0 - rho)
            below = torch._foreach_addcmul(squares, means, means, -1.0)
        below = group.plus(below, 0.0 if self._outside else self.epsilon)
        torch._foreach_sqrt_(below)
        if self._outside:
            torch._foreach_add_(below, self.epsilon)
        if not self.momentum:
            fused.subtract_ratio(group.params, grads, below, lr)
            return
        momentums = group.state["momentums"]
        torch._foreach_mul_(momentums, self.momentum)
        fused.subtract_ratio(momentums, grads, below, -lr)
        torch._foreach_sub_(group.params, momentums)
