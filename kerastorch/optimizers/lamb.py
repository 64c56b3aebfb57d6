"""Lamb: Adam whose steps are as long as the weights allow.

Source: https://keras.io/api/optimizers/lamb/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Group
from .defaults import epsilon as epsilon_of
from .hyper import Hyper

__all__ = ["Lamb"]


class Lamb(Optimizer):
    """Adam's direction, scaled for each weight by its norm over the direction's.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        beta_1: how much of the gradients' running mean stays.
        beta_2: how much of the squares' running mean stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay, means and name, see ``Optimizer``.

    Example:
        >>> weight = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
        >>> Lamb(0.1).apply_gradients([(torch.tensor([1.0, 1.0]), weight)]).item()
        1
        >>> round((torch.tensor([3.0, 4.0]) - weight.detach()).norm().item(), 4)  # 0.1 of the weight's norm
        0.5

    Source: You et al., Large Batch Optimization for Deep Learning, https://arxiv.org/abs/1904.00962
    """

    slots = ("momentum", "velocity")
    arguments = ("lr", "beta_1", "beta_2", "epsilon")
    lr = Hyper()
    beta_1 = Hyper()
    beta_2 = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = None,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Lamb", lr, learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon_of(epsilon)

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        beta_1, beta_2 = self.beta_1.item(), self.beta_2.item()
        done, squares_done = group.corrections(count + 1, beta_1, beta_2)
        means, squares = group.state["momentum"], group.state["velocity"]
        torch._foreach_lerp_(means, grads, 1 - beta_1)
        torch._foreach_lerp_(squares, torch._foreach_mul(grads, grads), 1 - beta_2)
        below = torch._foreach_sqrt([v / squares_done for v in squares])
        torch._foreach_add_(below, self.epsilon)
        steps = torch._foreach_div([m / done for m in means], below)
        lengths = zip(torch._foreach_norm(group.params), torch._foreach_norm(steps))
        ratios = [torch.where((own > 0) & (step > 0), own / step, 1.0) for own, step in lengths]
        torch._foreach_sub_(group.params, [(step * ratio * lr).to(step.dtype) for step, ratio in zip(steps, ratios)])
