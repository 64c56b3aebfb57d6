"""Adafactor: second moments of matrices kept as two vectors.

Source: https://keras.io/api/optimizers/adafactor/
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Group
from .hyper import Hyper

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """Gradients over the root of their mean squares, which matrices keep by rows and by columns.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        beta_2_decay: how fast the mean squares forget less, a power of the step.
        epsilon_1: added to squares of gradients.
        epsilon_2: the least size of weights that steps are measured by.
        clip_threshold: how far steps may be above the usual size.
        relative_step: whether the rate falls with the root of the step.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, weight decay, means and name, see ``Optimizer``.

    Example:
        >>> Adafactor().get_config()["relative_step"]
        True

    Source: Shazeer and Stern, Adafactor, https://arxiv.org/abs/1804.04235
    """

    slots = ("r", "c", "v")
    files_by_weight = True
    arguments = ("lr", "beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")
    lr = Hyper()

    def __init__(
        self,
        lr: Any = None,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.set_rate("Adafactor", lr, learning_rate)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def create_state(self, group: Group) -> None:
        """Rows and columns of the last two of Keras's axes; numbers that nobody needs for vectors."""
        shapes = [tuple(view.shape) for view in group.seen(group.params)]
        place = {"dtype": group.dtype, "device": group.device}
        rows = [shape[:-1] if len(shape) > 1 else () for shape in shapes]
        columns = [(*shape[:-2], *shape[-1:]) if len(shape) > 1 else () for shape in shapes]
        group.state["r"] = [torch.zeros(shape, **place) for shape in rows]
        group.state["c"] = [torch.zeros(shape, **place) for shape in columns]
        group.create("v")

    @property
    def weights(self) -> list[Tensor]:
        """iterations, then for each weight the mean squares of rows, of columns and of elements."""
        if self._chosen_weights is not None or self._current is None:
            return Optimizer.weights.fget(self)
        extra = [t for slot in self.slots[3:] for t in self._current.keras_view(self._slot(slot))]
        columns = (self._slot("r"), self._slot("c"), self._current.keras_view(self._slot("v")))
        state = [t for of_one in zip(*columns) for t in of_one]
        return [self.iterations, *extra, *state]

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self._chosen_weights = new

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        step = count + 1
        falling = step**-0.5
        least = torch.minimum if isinstance(lr, Tensor) or isinstance(falling, Tensor) else min
        if least is torch.minimum:
            lr, falling = (torch.as_tensor(x, device=group.device) for x in (lr, falling))
        if self.relative_step and not getattr(self.__dict__["lr"], "is_schedule", False):
            lr = least(lr, falling)
        rate, kept = least(lr, falling), 1 - step**self.beta_2_decay
        state = group.state
        columns = zip(group.seen(group.params), group.seen(grads), state["r"], state["c"], group.seen(state["v"]))
        for param, grad, r, c, v in columns:
            squares = grad.square() + self.epsilon_1
            if param.ndim > 1:
                r.copy_(kept * r + (1 - kept) * squares.mean(-1))
                c.copy_(kept * c + (1 - kept) * squares.mean(-2))
                v.copy_((r / r.mean(-1, keepdim=True)).unsqueeze(-1) * c.unsqueeze(-2))
            else:
                v.copy_(kept * v + (1 - kept) * squares)
            size = param.square().mean().sqrt().clamp(min=self.epsilon_2)
            move = grad / v.sqrt()
            move = move / (move.square().mean().sqrt() / self.clip_threshold).clamp(min=1.0)
            param.sub_(size * rate * move)
