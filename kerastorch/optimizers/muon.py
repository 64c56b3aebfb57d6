"""Muon: momentum, made orthogonal.

Source: https://keras.io/api/optimizers/muon/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .base import Number, Optimizer
from .binding import Binding, Group
from .hyper import Hyper

__all__ = ["Muon"]


class Muon(Optimizer):
    """Matrices step by their momentum with all singular values near 1; other weights learn by AdamW.

    Args:
        lr: learning rate, a number or a schedule; 0.001 by default.
        adam_beta_1: AdamW's, for weights that are no matrices.
        adam_beta_2: AdamW's.
        adam_weight_decay: AdamW's.
        epsilon: AdamW's.
        weight_decay: the matrices' decay.
        exclude_layers: patterns of names of matrices that learn by AdamW.
        exclude_embeddings: whether matrices of embeddings do.
        muon_a: a factor of the Newton-Schulz iteration.
        muon_b: another.
        muon_c: another.
        adam_lr_ratio: AdamW's rate over the learning rate.
        momentum: how much of the momentum stays.
        ns_steps: how often to iterate.
        nesterov: whether to look ahead.
        rms_rate: the size of steps, as a part of the root of the longer side; None for their own size.
        learning_rate: the later name of ``lr``.
        **kwargs: clipping, means and name, see ``Optimizer``.

    Example:
        >>> weight = torch.nn.Parameter(torch.eye(2))
        >>> opt = Muon(0.1, weight_decay=None, rms_rate=None)
        >>> _ = opt.apply_gradients([(torch.tensor([[5.0, 0.0], [0.0, 0.01]]), weight)])
        >>> (torch.eye(2) - weight.detach()).diagonal().gt(0.005).tolist()
        [True, True]

    Source: Jordan et al., https://kellerjordan.github.io/posts/muon/; Liu et al., https://arxiv.org/abs/2502.16982
    """

    slots = ("momentum", "velocity")
    files_by_weight = True
    arguments = """lr adam_beta_1 adam_beta_2 adam_weight_decay epsilon exclude_layers exclude_embeddings muon_a muon_b
    muon_c adam_lr_ratio momentum ns_steps nesterov rms_rate""".split()
    lr = Hyper()

    def __init__(
        self,
        lr: Any = None,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        learning_rate: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight_decay=weight_decay, **kwargs)
        self.set_rate("Muon", lr, learning_rate)
        self.adam_beta_1, self.adam_beta_2, self.epsilon = adam_beta_1, adam_beta_2, epsilon
        self.adam_weight_decay, self.adam_lr_ratio = adam_weight_decay, adam_lr_ratio
        self.exclude_layers, self.exclude_embeddings = list(exclude_layers or []), exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.momentum, self.ns_steps, self.nesterov, self.rms_rate = momentum, ns_steps, nesterov, rms_rate

    def _by_adam(self, param: Tensor, name: str) -> bool:
        """Whether a weight learns by AdamW."""
        if param.ndim != 2 or (self.exclude_embeddings and "embedding" in name.lower()):
            return True
        return any(re.search(pattern, name) for pattern in self.exclude_layers)

    def _sides(self, binding: Binding, group: Group) -> tuple[list[int], list[int]]:
        """The places of the matrices in a group, and those of the other weights."""
        sides: tuple[list[int], list[int]] = ([], [])
        for i, (param, name) in enumerate(zip(group.params, group.select(binding.names))):
            sides[self._by_adam(param, name)].append(i)
        return sides

    @property
    def weights(self) -> list[Tensor]:
        """iterations, then for each weight the momentum and, where AdamW learns it, the mean square."""
        if self._chosen_weights is not None or self._current is None:
            return Optimizer.weights.fget(self)
        bound = self._current
        extra = [t for slot in self.slots[2:] for t in bound.keras_view(self._slot(slot))]
        pairs = zip(*(bound.keras_view(self._slot(slot)) for slot in self.slots[:2]))
        state = []
        for param, name, (momentum, square) in zip(bound.params, bound.names, pairs):
            state += [momentum, square] if self._by_adam(param, name) else [momentum]
        return [self.iterations, *extra, *state]

    @weights.setter
    def weights(self, new: list[Tensor]) -> None:
        self._chosen_weights = new

    def shrink(self, binding: Binding, group: Group, rate: Number) -> None:
        kept = {id(p) for p in self._decayed(binding, group)}
        for places, decay in zip(self._sides(binding, group), (self.weight_decay, self.adam_weight_decay)):
            params = [group.params[i] for i in places if id(group.params[i]) in kept]
            if decay and params:
                torch._foreach_mul_(params, 1.0 - rate * decay)

    def update(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        matrices, others = self._sides(self._current, group)
        for i in matrices:
            self._muon(group.params[i], grads[i], group.state["momentum"][i], lr)
        if others:
            part = group.part(others)
            self._adam(part, [grads[i] for i in others], lr * self.adam_lr_ratio, count)

    def _muon(self, param: Tensor, grad: Tensor, momentum: Tensor, lr: Number) -> None:
        momentum.mul_(self.momentum).add_(grad)
        step = grad + self.momentum * momentum if self.nesterov else momentum
        step = lr * self._orthogonal(step)
        if self.rms_rate is not None:
            step = step * (max(param.shape) ** 0.5 * self.rms_rate)
        param.sub_(step)

    def _orthogonal(self, x: Tensor) -> Tensor:
        """The matrix with its singular values pulled towards 1, by a quintic Newton-Schulz iteration."""
        tall = x.shape[-2] > x.shape[-1]
        x = x.mT if tall else x
        x = x / (torch.linalg.vector_norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.mT
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.mT if tall else x

    def _adam(self, group: Group, grads: list[Tensor], lr: Number, count: int | Tensor) -> None:
        done, squares_done = group.corrections(count + 1, self.adam_beta_1, self.adam_beta_2)
        means, squares = group.state["momentum"], group.state["velocity"]
        torch._foreach_lerp_(means, grads, 1 - self.adam_beta_1)
        torch._foreach_lerp_(squares, torch._foreach_mul(grads, grads), 1 - self.adam_beta_2)
        below = torch._foreach_sqrt(squares)
        torch._foreach_add_(below, self.epsilon)
        factor = lr * squares_done**0.5 / done
        torch._foreach_sub_(group.params, [(m * factor / b).to(m.dtype) for m, b in zip(means, below)])
