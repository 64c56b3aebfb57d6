"""Stochastic gradient descent.

Source: https://keras.io/api/optimizers/sgd/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Group
from .hyper import Hyper

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent with momentum: ``v = momentum*v - lr*g;  w += v``.

    Args:
        lr: learning rate, a number or a schedule; 0.01 by default.
        momentum: how much of the last velocity stays.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        nesterov: whether to step from where the velocity leads: ``w += momentum*v - lr*g``.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> float(SGD(lr=0.5, momentum=0.75).momentum)
        0.75
    """

    slots = ("moments",)
    arguments = ("lr", "momentum", "decay", "nesterov")
    lr = Hyper()
    momentum = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        momentum: float = 0.0,
        decay: float = 0.0,
        nesterov: bool = False,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("SGD", lr, learning_rate, decay)
        self.momentum = momentum
        self.nesterov = nesterov

    def create_state(self, group: Group) -> None:
        if self.momentum.item() != 0.0:
            group.create("moments")

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        momentum = self.momentum.item()
        if momentum == 0.0:
            fused.plain_sgd(group, grads, lr)
            # The velocity is now -lr*g, which nobody needs unless momentum is switched on or the state is saved.
            group.pending = (grads, lr.clone() if isinstance(lr, Tensor) else lr)
            return
        self.settle(group)
        fused.sgd(group, grads, group.held("moments"), lr=lr, momentum=momentum, nesterov=self.nesterov)

    def settle(self, group: Group) -> None:
        if group.pending is None:
            return
        grads, lr = group.pending
        group.pending = None
        with torch.no_grad():
            moments = group.held("moments")
            torch._foreach_copy_(moments, grads)
            torch._foreach_mul_(moments, -lr)
