"""Adam, with AMSGrad.

Source: https://keras.io/api/optimizers/adam/
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .hyper import Hyper

__all__ = ["Adam"]


class Adam(Optimizer):
    """Running means of gradients and of their squares, corrected for having started at zero.

    ``w -= lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)``: Keras adds epsilon before the
    correction of ``v``, torch after it.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        beta_1: how much of the gradients' running mean stays.
        beta_2: how much of the squares' running mean stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        decay: the rate of step t is ``lr / (1 + decay*t)``.
        amsgrad: whether to divide by the largest ``v`` so far.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Example:
        >>> Adam(lr=0.5, amsgrad=True).get_config()["amsgrad"]
        True

    Source: Kingma and Ba, https://arxiv.org/abs/1412.6980; Reddi et al., https://openreview.net/forum?id=ryQu7f-RZ
    """

    slots = ("m", "v")
    arguments = ("lr", "beta_1", "beta_2", "decay", "epsilon", "amsgrad")
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
        amsgrad: bool = False,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Adam", lr, learning_rate, decay)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon_of(epsilon)
        self.amsgrad = amsgrad
        if amsgrad:
            self.slots = (*self.slots, "vhat")

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        beta_1, beta_2 = self.beta_1.item(), self.beta_2.item()
        done, squares_done = group.corrections(count + 1, beta_1, beta_2)
        state = group.state
        fused.adam(
            group,
            grads,
            state["m"],
            state["v"],
            state["vhat"] if self.amsgrad else [],
            lr=lr * squares_done**0.5 / done,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=self.epsilon,
        )

    @property
    def weights(self) -> list[Tensor]:
        """The state in Keras's order: iterations, every ``m``, every ``v``, and every ``vhat``.

        Without AMSGrad Keras keeps a ``vhat`` of shape (1,) for each weight, always zero; so do its files.
        """
        own = Optimizer.weights.fget(self)
        if self.amsgrad or self._by_slot or self._chosen_weights is not None or self._current is None:
            return own
        return [*own, *(torch.zeros(1) for _ in self._current.params)]

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self._chosen_weights = new

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Sets the state; the unused ``vhat`` may be missing, as in files of Keras before 2.1.3."""
        if (
            not self.amsgrad
            and not self._by_slot
            and self._current is not None
            and len(weights) == 1 + len(self.slots) * len(self._current.params)
        ):
            weights = [*weights, *(np.zeros(1, "float32") for _ in self._current.params)]
        super().set_weights(weights)
