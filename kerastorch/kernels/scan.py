"""What the scans share: affine parts folded into weights, the inputs' products, the feedback of the last output.

A scan runs a recurrent layer step by step with a backward pass of its own. Its arrays put features before batch: gates
(time, gates * units, batch), outputs (time + 1, units, batch), the initial state first. So each gate of a step is one
block of memory, and a step's product with the recurrent weights writes all gates in place.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .pointwise import POINTWISE, Pointwise
from .workspace import by_numpy, rows_of

__all__ = ["Affine", "Feedback", "Inputs", "affine_of", "apply_in_place", "apply_of", "picked", "put"]

Tensor = torch.Tensor


class Affine:
    """The affine parts of gates' activations, moved into the weights, and the order in which a scan wants the gates.

    Args:
        gates: each gate's activation, in the scan's order.
        order: for each of the scan's gates its place in the weights.
        dtype: the weights' type.
        device: where they are.
    """

    def __init__(self, gates: Sequence[str], order: Sequence[int], dtype: torch.dtype, device: torch.device) -> None:
        known = [POINTWISE[name] for name in gates]
        self._count = len(order)
        self._order = torch.tensor(order, device=device)
        self._back = torch.argsort(self._order)
        self._plain = all(p.is_plain for p in known)
        self._slopes = torch.tensor([p.slope for p in known], dtype=dtype, device=device).view(-1, 1, 1)
        self._shifts = torch.tensor([p.shift for p in known], dtype=dtype, device=device).view(-1, 1)

    def weight(self, weight: Tensor) -> Tensor:
        """(gates * units, features) as the scan multiplies with it."""
        blocks = weight.detach().unflatten(0, (self._count, -1)).index_select(0, self._order)
        return (blocks if self._plain else blocks.mul_(self._slopes)).flatten(0, 1)

    def bias(self, bias: Tensor | None, like: Tensor) -> Tensor:
        """(gates * units,), zeros or shifts where there is none."""
        if bias is None:
            return self._shifts.expand(-1, like.shape[0] // self._count).flatten()
        scaled = self.slopes(bias)
        return scaled if self._plain else scaled.view(self._count, -1).add_(self._shifts).flatten()

    def slopes(self, bias: Tensor) -> Tensor:
        """(gates * units,) without the shifts, for a second bias."""
        blocks = bias.detach().unflatten(0, (self._count, -1)).index_select(0, self._order)
        return (blocks if self._plain else blocks.mul_(self._slopes[:, 0])).flatten()

    def gradient(self, grad: Tensor) -> Tensor:
        """The gradient of a weight or bias from that of what the scan multiplied with."""
        blocks = grad.unflatten(0, (self._count, -1)).index_select(0, self._back)
        if not self._plain:
            slopes = self._slopes if grad.ndim > 1 else self._slopes[:, 0]
            blocks.mul_(slopes.index_select(0, self._back))
        return blocks.flatten(0, 1)


@functools.lru_cache(maxsize=32)
def affine_of(gates: tuple[str, ...], order: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Affine:
    """An ``Affine``, made once: on a GPU its numbers are copied there."""
    return Affine(gates, order, dtype, device)


def picked(steps: Tensor, lengths: Tensor | None) -> Tensor:
    """The state after the last step that counts, (batch, units).

    Args:
        steps: states (time + 1, units, batch), that before the first step included.
        lengths: how many steps count for each sample; None: all.
    """
    if lengths is None:
        return steps[-1].t().clone(memory_format=torch.contiguous_format)
    return steps[lengths, :, torch.arange(len(lengths), device=steps.device)]


def put(steps: Tensor, gradient: Tensor, lengths: Tensor | None) -> None:
    """Adds the gradient of what ``picked`` gave to where it came from."""
    if lengths is None:
        steps[-1] += gradient.t()
    else:
        steps[lengths, :, torch.arange(len(lengths), device=steps.device)] += gradient


class Inputs:
    """The inputs' products with the weights, and their gradients, features before batch.

    Args:
        x: (batch, time, in).
        masks: dropout masks (batch, in), in the scan's order of gates: none, one for all gates, or one for each.
    """

    def __init__(self, x: Tensor, masks: Sequence[Tensor]) -> None:
        self._x, self._masks = x, masks

    def _parts(self, stacked: Tensor, axis: int) -> list[tuple[Tensor, Tensor | None]]:
        """Stacked gates with the mask of their input."""
        if len(self._masks) < 2:
            return [(stacked, self._masks[0] if self._masks else None)]
        return list(zip(stacked.chunk(len(self._masks), axis), self._masks, strict=True))

    def project(self, weight: Tensor, bias: Tensor, into: Tensor) -> None:
        """Writes the products, bias added, to ``into``, (time, gates * units, batch)."""
        weights, biases = self._parts(weight, 0), self._parts(bias, 0)
        for (target, mask), (w, _), (b, _) in zip(self._parts(into, 1), weights, biases, strict=True):
            x = self._x if mask is None else self._x * mask.unsqueeze(1)
            torch.baddbmm(b.view(1, -1, 1), w.expand(len(into), *w.shape), x.permute(1, 2, 0), out=target)

    def gradients(self, grads: Tensor, weight: Tensor, need_x: bool) -> tuple[Tensor | None, Tensor]:
        """From the products' gradient (gates * units, time * batch): that of ``x`` and of the weight."""
        x = self._x.transpose(0, 1)
        d_x, d_weights = None, []
        for (part, mask), (w, _) in zip(self._parts(grads, 0), self._parts(weight, 0), strict=True):
            fed = x if mask is None else x * mask
            d_weights.append(part @ fed.reshape(-1, x.shape[-1]))
            if need_x:
                fresh = (part.t() @ w).view(x.shape)
                fresh = fresh if mask is None else fresh.mul_(mask)
                d_x = fresh if d_x is None else d_x.add_(fresh)
        d_weight = d_weights[0] if len(d_weights) == 1 else torch.cat(d_weights)
        return None if d_x is None else d_x.transpose(0, 1), d_weight


class Feedback:
    """The product of each step's last output with the recurrent weights, and its backward pass.

    Args:
        gates: (time, gates * units, batch), what the products are added to.
        outputs: (time + 1, units, batch); entry ``t`` is what step ``t`` is fed.
        masks: how many dropout masks there are: none, one for all gates, or one for each.

    Attributes:
        forward: for each step a function that adds its product.
    """

    def __init__(self, gates: Tensor, outputs: Tensor, masks: int) -> None:
        self._units, batch = outputs.shape[1:]
        self._weight = gates.new_empty(gates.shape[1], self._units)
        self._transposed = gates.new_empty(self._units, gates.shape[1])  # a product with it as it lies is quicker
        self._masks = gates.new_empty(masks, self._units, batch)
        self._fed = torch.empty_like(self._masks)
        self.forward = [self._step(*pair) for pair in zip(gates.unbind(0), outputs.unbind(0))]

    def _step(self, gates: Tensor, last: Tensor) -> Callable[[], object]:
        weight, masks, fed = self._weight, self._masks, self._fed
        if not len(masks):
            return functools.partial(gates.addmm_, weight, last)
        if len(masks) == 1:
            return lambda: gates.addmm_(weight, torch.mul(last, masks[0], out=fed[0]))
        blocks, weights = gates.view_as(fed), weight.view(len(masks), self._units, self._units)
        return lambda: blocks.baddbmm_(weights, torch.mul(last, masks, out=fed))

    def backward(self, grads: Tensor, targets: Tensor) -> list[Callable[[], object]]:
        """For each step a function that adds to ``targets`` what the gates' gradient says about the output it was fed.

        Args:
            grads: (time, gates * units, batch).
            targets: (time + 1, units, batch).
        """
        return [self._back(*pair) for pair in zip(grads.unbind(0), targets.unbind(0))]

    def _back(self, grads: Tensor, target: Tensor) -> Callable[[], object]:
        weight, masks, fed = self._transposed, self._masks, self._fed
        if not len(masks):
            return functools.partial(target.addmm_, weight, grads)
        if len(masks) == 1:
            return lambda: target.addcmul_(torch.mm(weight, grads, out=fed[0]), masks[0])
        blocks = grads.view_as(fed)
        weights = self._weight.view(len(masks), self._units, self._units).transpose(1, 2)
        return lambda: target.add_(torch.bmm(weights, blocks, out=fed).mul_(masks).sum(0))

    def load(self, weight: Tensor, masks: Sequence[Tensor]) -> None:
        """Takes the weights (gates * units, units) and masks (batch, units) of a pass."""
        self._weight.copy_(weight)
        self._transposed.copy_(weight.t())
        for target, mask in zip(self._masks, masks):
            target.copy_(mask.t())

    def weight_gradient(self, grads: Tensor, outputs: Tensor) -> Tensor:
        """The gradient of the weights, from all steps at once.

        Args:
            grads: (gates * units, time * batch).
            outputs: what the steps were fed, (time, batch, units).
        """
        if not len(self._masks):
            return grads @ outputs.reshape(-1, self._units)
        parts = grads.chunk(len(self._masks))
        fed = [(outputs * mask.t()).view(-1, self._units) for mask in self._masks]
        return torch.cat([part @ rows for part, rows in zip(parts, fed)])


def apply_of(pointwise: Pointwise, sources: Tensor, targets: Tensor) -> tuple[Callable, list[Any], list[Any]]:
    """An activation's core as ``f(source, target)``, and the time steps to call it on; numpy's where it is quicker."""
    if pointwise.ufunc is not None and by_numpy(sources):
        return pointwise.ufunc, rows_of(sources), rows_of(targets)
    core = pointwise.core

    def apply(source: Tensor, target: Tensor) -> None:
        core(target.copy_(source))

    return apply, list(sources.unbind(0)), list(targets.unbind(0))


def apply_in_place(pointwise: Pointwise, blocks: Tensor) -> tuple[Callable, list[Any]]:
    """An activation's core as ``f(block)`` in place, and the time steps to call it on."""
    if pointwise.ufunc is not None and by_numpy(blocks):
        ufunc = pointwise.ufunc
        return (lambda block: ufunc(block, block)), rows_of(blocks)
    return pointwise.core, list(blocks.unbind(0))
