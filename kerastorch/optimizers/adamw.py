"""AdamW: Adam with decoupled weight decay.

Source: https://keras.io/api/optimizers/adamw/
"""

from __future__ import annotations

from typing import Any

from .adam import Adam

__all__ = ["AdamW"]


class AdamW(Adam):
    """Adam whose weights first shrink by ``lr * weight_decay`` times themselves.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        weight_decay: strength of the decay.
        beta_1: how much of the gradients' running mean stays.
        beta_2: how much of the squares' running mean stays.
        epsilon: keeps the quotient finite; ``K.epsilon()`` by default.
        amsgrad: whether to divide by the largest ``v`` so far.
        **kwargs: ``learning_rate``, ``decay``, clipping and name, see ``Optimizer``.

    Example:
        >>> AdamW().weight_decay
        0.004

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, https://arxiv.org/abs/1711.05101
    """

    def __init__(
        self,
        lr: Any = None,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = None,
        amsgrad: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(lr, beta_1, beta_2, epsilon, amsgrad=amsgrad, weight_decay=weight_decay, **kwargs)
