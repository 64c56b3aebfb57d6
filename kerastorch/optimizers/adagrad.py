"""Adagrad.

Source: https://keras.io/api/optimizers/adagrad/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .defaults import value
from .hyper import Hyper

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of their squares: ``a += g^2;  w -= lr * g / (sqrt(a) + epsilon)``.

    Later Keras generations take ``sqrt(a + epsilon)`` and start ``a`` at 0.1.

    Args:
        lr: learning rate, a number or a schedule; 0.01 by default (0.001 in later generations).
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        initial_accumulator_value: where ``a`` starts; 0 by default (0.1 in later generations).
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> round(float(Adagrad().lr), 4)
        0.01

    Source: Duchi et al., Adaptive Subgradient Methods, https://jmlr.org/papers/v12/duchi11a.html
    """

    slots = ("accumulators",)
    arguments = ("lr", "decay", "epsilon")
    saves_iterations = False
    lr = Hyper()
    decay = Hyper()

    def __init__(
        self,
        lr: Any = None,
        epsilon: float | None = None,
        decay: float = 0.0,
        *,
        initial_accumulator_value: float | None = None,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Adagrad", lr, learning_rate, decay)
        self.epsilon = epsilon_of(epsilon)
        self.initial_accumulator_value = value("Adagrad", "initial_accumulator_value", initial_accumulator_value)
        self._outside = value("Adagrad", "epsilon_place") == "outside"
        if self.initial_accumulator_value != 0.0:
            self.arguments = (*self.arguments, "initial_accumulator_value")

    def create_state(self, group: Group) -> None:
        group.create("accumulators", self.initial_accumulator_value)

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        sums = group.state["accumulators"]
        if self._outside:
            fused.adagrad(group, grads, sums, lr=lr, epsilon=self.epsilon)
            return
        torch._foreach_addcmul_(sums, grads, grads, 1.0)
        below = group.plus(sums, self.epsilon)
        torch._foreach_sqrt_(below)
        fused.subtract_ratio(group.params, grads, below, lr)
