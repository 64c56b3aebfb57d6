"""AdamW that needs no schedule, since it averages its own way.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Group
from .hyper import Hyper

__all__ = ["ScheduleFreeAdamW"]


class ScheduleFreeAdamW(Optimizer):
    """Steps of a point ``z`` of its own; the weights lie between it and the mean of all its places.

    Args:
        lr: learning rate; 0.0025 by default.
        beta_1: how near the weights are to the mean.
        beta_2: how much of the squares' running mean stays.
        epsilon: keeps the quotient finite.
        warmup_steps: over how many steps the rate rises from 0.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay, means and name, see ``Optimizer``.

    Example:
        >>> ScheduleFreeAdamW().get_config()["warmup_steps"]
        0

    Source: Defazio et al., The Road Less Scheduled, https://arxiv.org/abs/2405.15682
    """

    slots = ("momentum", "velocity")
    arguments = ("lr", "beta_1", "beta_2", "epsilon", "warmup_steps")
    lr = Hyper()
    beta_1 = Hyper()
    beta_2 = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("ScheduleFreeAdamW", lr, learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def create_state(self, group: Group) -> None:
        super().create_state(group)
        torch._foreach_copy_(group.state["momentum"], [p.detach() for p in group.params])

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        beta_1, beta_2 = self.beta_1.item(), self.beta_2.item()
        step = count + 1
        if self.warmup_steps > 0:
            risen = step / self.warmup_steps
            lr = lr * (risen.clamp(max=1.0) if isinstance(risen, Tensor) else min(risen, 1.0))
        (squares_done,) = group.corrections(step, beta_2)
        points, squares = group.state["momentum"], group.state["velocity"]
        torch._foreach_lerp_(squares, torch._foreach_mul(grads, grads), 1 - beta_2)
        below = torch._foreach_sqrt([v / squares_done for v in squares])
        torch._foreach_add_(below, self.epsilon)
        means = [(p - (1 - beta_1) * z) / beta_1 for p, z in zip(group.params, points)]
        torch._foreach_sub_(points, [(g * lr / b).to(g.dtype) for g, b in zip(grads, below)])
        for p, z, mean in zip(group.params, points, means):
            mean = (1 - 1 / step) * mean + (1 / step) * z
            p.copy_((1 - beta_1) * z + beta_1 * mean)
