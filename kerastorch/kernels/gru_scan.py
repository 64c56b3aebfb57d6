"""The scans of a GRU: one large matrix product ahead of time, a handful of calls a step, a few large ones after it.

Gates lie in the order z, r, h, as in the weights. The slow twin is ``kernels.gru.gru_slow``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from .opaque import opaque
from .pointwise import POINTWISE
from .scan import Inputs, affine_of, apply_in_place, picked, put
from .workspace import Lease, arithmetic, borrow, rows_of

__all__ = ["scan"]

Tensor = torch.Tensor

_ORDER = (0, 1, 2)


def scan(
    x: Tensor,
    lengths: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    recurrent_bias: Tensor | None,
    h: Tensor,
    input_masks: Sequence[Tensor],
    reset_after: bool,
    activation: str,
    recurrent_activation: str,
    need_outputs: bool,
) -> tuple[Tensor | None, Tensor]:
    """Runs a GRU whose activations are keys of ``POINTWISE``.

    Args:
        x: (batch, time, in).
        lengths: how many steps count for each sample, (batch,); None: all of them.
        weight_ih, weight_hh, bias, recurrent_bias, h, input_masks, reset_after: as for ``gru``.
        activation: of the candidate.
        recurrent_activation: of the gates.
        need_outputs: False gives None in the place of all outputs.

    Returns:
        All outputs (batch, time, units), and that after the last step that counts.
    """
    kind = activation, recurrent_activation, reset_after
    given = weight_ih, weight_hh, bias, recurrent_bias, h
    outputs, h = _Scan.apply(x, lengths, *given, kind, need_outputs, *input_masks)
    return (outputs.transpose(0, 1) if need_outputs else None), h


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lengths, weight_ih, weight_hh, bias, recurrent_bias, h, kind, need_outputs, *masks):
        learning = any(ctx.needs_input_grad)
        given = x, lengths, weight_ih, weight_hh, bias, recurrent_bias, h, kind, masks, need_outputs or learning
        outputs, last, lease = opaque(_forward, *given, product=x.numel() * weight_ih.shape[0])
        if learning:
            ctx.save_for_backward(x, lengths, outputs, *masks)
            ctx.lease = lease
            ctx.biased = bias is not None, recurrent_bias is not None
            ctx.set_materialize_grads(False)
        return outputs[1:] if need_outputs else None, last

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h):
        x, lengths, outputs, *masks = ctx.saved_tensors
        needs = ctx.needs_input_grad
        given = ctx.lease, x, lengths, outputs, masks, d_outputs, d_h, needs[0], ctx.biased
        d_x, *grads = opaque(_backward, *given)
        return d_x, None, *grads, *[None] * (len(needs) - 7)


class _Space:
    """Arrays of a pass, and the views that each step works on."""

    def __init__(self, steps: int, units: int, batch: int, kind: tuple[str, str, bool], like: Tensor) -> None:
        act, rec, self.after = kind
        self.act, self.rec, self.units = POINTWISE[act], POINTWISE[rec], units
        self.affine = affine_of((rec, rec, act), _ORDER, like.dtype, like.device)
        self.gates = like.new_empty(steps, 3 * units, batch)
        # One row more than there are units, of ones: what the recurrent bias is multiplied with.
        self.outputs = like.new_ones(steps + 1, units + 1, batch)
        self.fed = like.new_empty(steps, (3 if self.after else 1) * units, batch)
        self.weight = like.new_empty(3 * units, units + 1)
        self.weight_ih: Tensor | None = None
        self.forward = self._forward_after() if self.after else self._forward_before()
        self.grads: Tensor | None = None  # the backward pass's arrays, made when there is one
        self.bytes = 3 * sum(t.numel() * t.element_size() for t in (self.gates, self.outputs, self.fed))

    def _mixed(self) -> tuple[list[Any], ...]:
        n = self.units
        z, candidate = rows_of(self.gates[:, :n]), rows_of(self.gates[:, 2 * n :])
        return z, candidate, rows_of(self.outputs[:-1, :n]), rows_of(self.outputs[1:, :n])

    def _forward_before(self) -> tuple[Any, ...]:
        n, gates = self.units, self.gates
        rec, heads = apply_in_place(self.rec, gates[:, : 2 * n])
        act, tails = apply_in_place(self.act, gates[:, 2 * n :])
        adders = [head.addmm_ for head in gates[:, : 2 * n].unbind(0)], [tail.addmm_ for tail in gates[:, 2 * n :]]
        last = self.outputs[:-1, :n].unbind(0)
        reset = rows_of(gates[:, n : 2 * n]), self.fed.unbind(0), rows_of(self.fed)
        return rec, act, list(zip(*adders, last, heads, tails, *reset, *self._mixed(), strict=True))

    def _forward_after(self) -> tuple[Any, ...]:
        n, gates = self.units, self.gates
        rec, heads = apply_in_place(self.rec, gates[:, : 2 * n])
        act, tails = apply_in_place(self.act, gates[:, 2 * n :])
        z_and_r, r = rows_of(gates[:, : 2 * n]), rows_of(gates[:, n : 2 * n])
        products = self.fed.unbind(0), rows_of(self.fed[:, : 2 * n]), rows_of(self.fed[:, 2 * n :])
        return (
            rec,
            act,
            list(zip(self.outputs[:-1].unbind(0), *products, heads, tails, z_and_r, r, *self._mixed(), strict=True)),
        )

    def make_backward(self) -> None:
        """Adds what the backward pass needs."""
        n, (steps, _, batch) = self.units, self.gates.shape
        self.grads = torch.empty_like(self.gates)
        self.into = torch.empty_like(self.gates) if self.after else self.grads  # what reaches the recurrent products
        self.d_outputs = self.gates.new_empty(steps + 1, n, batch)
        self.flat = self.gates.new_empty(3 * n, steps, batch)
        self.scratch, self.returned = (torch.empty_like(self.d_outputs[0]) for _ in range(2))
        z, targets = rows_of(self.gates[:, :n]), self.d_outputs[:-1]
        shared = rows_of(self.d_outputs[1:]), z, rows_of(targets), targets.unbind(0)
        parts = [rows_of(self.into[:, k * n : (k + 1) * n]) for k in range(3)]
        if self.after:
            steps_back = zip(*shared, *parts, rows_of(self.grads[:, 2 * n :]), self.into.unbind(0), strict=True)
        else:
            r, heads = rows_of(self.gates[:, n : 2 * n]), self.grads[:, : 2 * n].unbind(0)
            steps_back = zip(*shared, *parts, r, heads, self.grads[:, 2 * n :].unbind(0), strict=True)
        self.backward = list(steps_back)[::-1]


def _forward(
    x: Tensor,
    lengths: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    recurrent_bias: Tensor | None,
    h: Tensor,
    kind: tuple[str, str, bool],
    masks: Sequence[Tensor],
    need_outputs: bool,
) -> tuple[Tensor | None, Tensor, Lease]:
    sizes = x.shape[1], h.shape[1], h.shape[0], kind
    lease = borrow(x, ("gru", *sizes), lambda: _Space(*sizes, x))
    space: _Space = lease.workspace
    n = space.units
    space.weight_ih = space.affine.weight(weight_ih)
    Inputs(x, masks).project(space.weight_ih, space.affine.bias(bias, weight_ih), space.gates)
    space.weight[:, :n] = space.affine.weight(weight_hh)
    if recurrent_bias is None:
        space.weight[:, n].zero_()
    else:
        space.weight[:, n] = space.affine.slopes(recurrent_bias)
    space.outputs[0, :n] = h.t()
    (_run_after if space.after else _run_before)(space)
    kept = space.outputs[:, :n]
    return kept.transpose(1, 2).contiguous() if need_outputs else None, picked(kept, lengths), lease


def _run_before(space: _Space) -> None:
    rec, act, steps = space.forward
    multiply, add, subtract = arithmetic(space.gates)
    n = space.units
    first, second = space.weight[: 2 * n, :n], space.weight[2 * n :, :n]
    (scratch,) = rows_of(torch.empty_like(space.outputs[:1, :n]))
    for to_head, to_tail, last, head, tail, r, fed, by_reset, z, candidate, old, new in steps:
        to_head(first, last)
        rec(head)
        multiply(r, old, by_reset)
        to_tail(second, fed)
        act(tail)
        subtract(old, candidate, scratch)
        multiply(z, scratch, scratch)
        add(candidate, scratch, new)


def _run_after(space: _Space) -> None:
    rec, act, steps = space.forward
    multiply, add, subtract = arithmetic(space.gates)
    (scratch,) = rows_of(torch.empty_like(space.outputs[:1, : space.units]))
    for last, product, to_head, to_tail, head, tail, z_and_r, r, z, candidate, old, new in steps:
        torch.mm(space.weight, last, out=product)
        add(z_and_r, to_head, z_and_r)
        rec(head)
        multiply(r, to_tail, scratch)
        add(candidate, scratch, candidate)
        act(tail)
        subtract(old, candidate, scratch)
        multiply(z, scratch, scratch)
        add(candidate, scratch, new)


def _backward(
    lease: Lease,
    x: Tensor,
    lengths: Tensor | None,
    outputs: Tensor,
    masks: Sequence[Tensor],
    d_outputs: Tensor | None,
    d_h: Tensor | None,
    need_x: bool,
    biased: tuple[bool, bool],
) -> tuple[Tensor | None, ...]:
    space: _Space = lease.workspace
    if space.grads is None:
        space.make_backward()
    n, unfold = space.units, space.affine.gradient
    _local_derivatives(space)
    if d_outputs is None:
        space.d_outputs.zero_()
    else:
        space.d_outputs[0].zero_()
        space.d_outputs[1:].copy_(d_outputs.transpose(1, 2))
    if d_h is not None:
        put(space.d_outputs, d_h, lengths)
    (_back_after if space.after else _back_before)(space)
    fed = outputs[:-1].reshape(-1, n)
    d_recurrent_bias = None
    if space.after:
        flat = space.flat.copy_(space.into.transpose(0, 1)).flatten(1)
        d_hh = flat @ fed
        d_recurrent_bias = unfold(flat.sum(1)) if biased[1] else None
        space.flat[2 * n :].copy_(space.grads[:, 2 * n :].transpose(0, 1))
    else:
        flat = space.flat.copy_(space.grads.transpose(0, 1)).flatten(1)
        by_reset = space.fed.transpose(1, 2).reshape(-1, n)
        d_hh = torch.cat([flat[: 2 * n] @ fed, flat[2 * n :] @ by_reset])
    d_x, d_ih = Inputs(x, masks).gradients(flat, space.weight_ih, need_x)
    d_bias = unfold(flat.sum(1)) if biased[0] else None
    return d_x, unfold(d_ih), unfold(d_hh), d_bias, d_recurrent_bias, space.d_outputs[0].t().clone()


def _local_derivatives(space: _Space) -> None:
    """For all steps at once, per unit of the output's gradient: the effect of the gates' inputs."""
    n, grads = space.units, space.into
    act, rec = space.act.backward, space.rec.backward
    z, r, candidate = space.gates.split(n, 1)
    d_z, d_r, d_candidate = grads.split(n, 1)
    rec(space.outputs[:-1, :n] - candidate, z, d_z)
    act(1.0 - z, candidate, d_candidate)
    if space.after:
        rec(space.fed[:, 2 * n :] * d_candidate, r, d_r)
        space.grads[:, 2 * n :].copy_(d_candidate)
        d_candidate.mul_(r)
    else:  # r scales h on its way into the candidate; the gradient of their product is known step by step only
        rec(space.outputs[:-1, :n], r, d_r)


def _back_before(space: _Space) -> None:
    multiply, add, _ = arithmetic(space.gates)
    n = space.units
    first, second = space.weight[: 2 * n, :n].t().contiguous(), space.weight[2 * n :, :n].t().contiguous()
    returned, (back,), (scratch,) = space.returned, rows_of(space.returned[None]), rows_of(space.scratch[None])
    for d_out, z, target, into, d_z, d_r, d_candidate, r, head, tail in space.backward:
        multiply(d_z, d_out, d_z)
        multiply(d_candidate, d_out, d_candidate)
        torch.mm(second, tail, out=returned)  # gradient of r * h
        multiply(d_r, back, d_r)
        multiply(d_out, z, scratch)
        add(target, scratch, target)
        multiply(back, r, scratch)
        add(target, scratch, target)
        into.addmm_(first, head)


def _back_after(space: _Space) -> None:
    multiply, add, _ = arithmetic(space.gates)
    weight = space.weight[:, : space.units].t().contiguous()
    (scratch,) = rows_of(space.scratch[None])
    for d_out, z, target, into, d_z, d_r, d_fed, d_candidate, reaching in space.backward:
        multiply(d_z, d_out, d_z)
        multiply(d_r, d_out, d_r)
        multiply(d_fed, d_out, d_fed)
        multiply(d_candidate, d_out, d_candidate)
        multiply(d_out, z, scratch)
        add(target, scratch, target)
        into.addmm_(weight, reaching)
