"""Ftrl: follow the regularized leader.

Source: https://keras.io/api/optimizers/ftrl/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import fused
from .base import Number, Optimizer
from .binding import Group
from .hyper import Hyper

__all__ = ["Ftrl"]


class Ftrl(Optimizer):
    """Follow the regularized leader, for shallow models with large sparse features.

    With ``n += g^2`` and ``z += g - (n_new^q - n_old^q) / lr * w`` where ``q = -learning_rate_power``, the weight
    becomes ``(clip(z, -l1, l1) - z) / (n^q / lr + 2*l2 + beta / lr)``.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        learning_rate_power: at most 0; 0 keeps the rate fixed.
        initial_accumulator_value: where ``n`` starts, at least 0.
        l1_regularization_strength: at least 0.
        l2_regularization_strength: at least 0.
        l2_shrinkage_regularization_strength: at least 0; adds ``2*strength*w`` to the gradient in ``z``.
        beta: the paper's beta.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay and name, see ``Optimizer``.

    Raises:
        ValueError: for a value outside its range.

    Example:
        >>> Ftrl().initial_accumulator_value
        0.1

    Source: McMahan et al., Ad Click Prediction, https://research.google.com/pubs/archive/41159.pdf
    """

    slots = ("accumulators", "linears")
    arguments = (
        "lr",
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )
    lr = Hyper()

    def __init__(
        self,
        lr: Any = None,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        *,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Ftrl", lr, learning_rate)
        if learning_rate_power > 0:
            raise ValueError(
                f"Ftrl: expected learning_rate_power to be at most 0. Received: "
                f"learning_rate_power={learning_rate_power!r}"
            )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in (*self.arguments[2:6],):
            if getattr(self, name) < 0:
                raise ValueError(f"Ftrl: expected {name} to be at least 0. Received: {name}={getattr(self, name)!r}")

    def create_state(self, group: Group) -> None:
        group.create("accumulators", self.initial_accumulator_value)
        group.create("linears")

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        sums, linears, params = group.state["accumulators"], group.state["linears"], group.params
        old = torch._foreach_pow(sums, -self.learning_rate_power)
        torch._foreach_addcmul_(sums, grads, grads, 1.0)
        new = torch._foreach_pow(sums, -self.learning_rate_power)
        change = torch._foreach_sub(new, old)
        torch._foreach_mul_(change, 1.0 / lr)
        torch._foreach_mul_(change, params)
        torch._foreach_add_(linears, grads)
        torch._foreach_sub_(linears, change)
        if self.l2_shrinkage_regularization_strength:
            torch._foreach_add_(linears, params, alpha=2.0 * self.l2_shrinkage_regularization_strength)
        torch._foreach_mul_(new, 1.0 / lr)
        fused.add_number(new, 2.0 * self.l2_regularization_strength + self.beta / lr)
        above = torch._foreach_clamp_min(linears, -self.l1_regularization_strength)
        torch._foreach_clamp_max_(above, self.l1_regularization_strength)
        torch._foreach_sub_(above, linears)
        torch._foreach_div_(above, new)
        torch._foreach_copy_(params, above)
