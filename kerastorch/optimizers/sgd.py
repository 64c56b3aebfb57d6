"""Stochastic gradient descent.

Source: https://keras.io/api/optimizers/sgd/
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

from kerastorch.optimizers import fused
from kerastorch.optimizers.base import Number, Optimizer
from kerastorch.optimizers.binding import Group
from kerastorch.optimizers.hyper import Hyper

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent with momentum: ``v = momentum*v - lr*g;  w += v``.

    Without momentum the velocity is not kept, so ``get_weights`` gives zeros for it.

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
        self._moves = float(self.momentum) != 0.0

    def create_state(self, group: Group) -> None:
        if self._moves:
            group.create("moments")

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        momentum = self.momentum.item()
        if momentum == 0.0 and not self._moves:
            fused.plain_sgd(group, grads, lr)
            return
        self._moves = True
        fused.sgd(group, grads, group.held("moments"), lr=lr, momentum=momentum, nesterov=self.nesterov)
