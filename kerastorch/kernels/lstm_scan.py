"""The scan of an LSTM: one large matrix product ahead of time, a handful of calls a step, a few large ones after it.

Gates lie in the order c, f, i, o (c: the candidate): the three gates that share an activation are one block of memory,
and so are the two that meet a pair of candidate and cell. The slow twin is ``kernels.lstm.lstm_slow``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from .opaque import opaque
from .pointwise import POINTWISE
from .scan import Feedback, Inputs, affine_of, apply_in_place, apply_of, picked, put
from .workspace import Lease, arithmetic, borrow, rows_of

__all__ = ["scan"]

Tensor = torch.Tensor

_ORDER = (2, 1, 0, 3)  # of c, f, i, o in the weights, where they lie as i, f, c, o


def scan(
    x: Tensor,
    lengths: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    c: Tensor,
    input_masks: Sequence[Tensor],
    recurrent_masks: Sequence[Tensor],
    activation: str,
    recurrent_activation: str,
    need_outputs: bool,
) -> tuple[Tensor | None, Tensor, Tensor]:
    """Runs an LSTM whose activations are keys of ``POINTWISE``, the first one without an affine part.

    Args:
        x: (batch, time, in).
        lengths: how many steps count for each sample, (batch,); None: all of them.
        weight_ih, weight_hh, bias, h, c, input_masks, recurrent_masks: as for ``lstm``.
        activation: of the candidate and the cell.
        recurrent_activation: of the gates.
        need_outputs: False gives None in the place of all outputs.

    Returns:
        All outputs (batch, time, units), and the output and cell state after the last step that counts.
    """
    names = activation, recurrent_activation
    split = len(input_masks)
    masks = (*_ordered(input_masks), *_ordered(recurrent_masks))
    outputs, h, c = _Scan.apply(x, lengths, weight_ih, weight_hh, bias, h, c, names, need_outputs, split, *masks)
    return (outputs.transpose(0, 1) if need_outputs else None), h, c


def _ordered(masks: Sequence[Tensor]) -> list[Tensor]:
    return [masks[place] for place in _ORDER] if len(masks) == len(_ORDER) else list(masks)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lengths, weight_ih, weight_hh, bias, h, c, names, need_outputs, split, *masks):
        learning = any(ctx.needs_input_grad)
        fed, dropped = masks[:split], masks[split:]
        given = x, lengths, weight_ih, weight_hh, bias, h, c, names, fed, dropped, need_outputs or learning
        outputs, last, cell, lease = opaque(_forward, *given, product=x.numel() * weight_ih.shape[0])
        if learning:
            ctx.save_for_backward(x, lengths, outputs, *fed)
            ctx.lease = lease
            ctx.biased = bias is not None
            ctx.set_materialize_grads(False)
        return outputs[1:] if need_outputs else None, last, cell

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h, d_c):
        x, lengths, outputs, *fed = ctx.saved_tensors
        needs = ctx.needs_input_grad
        found = opaque(_backward, ctx.lease, x, lengths, outputs, fed, d_outputs, d_h, d_c, needs[0], ctx.biased)
        d_x, d_ih, d_hh, d_bias, d_h, d_c = found
        return d_x, None, d_ih, d_hh, d_bias, d_h, d_c, *[None] * (len(needs) - 7)


class _Space:
    """Arrays of a pass, and the views that each step works on."""

    def __init__(self, steps: int, units: int, batch: int, names: tuple[str, str], masks: int, like: Tensor) -> None:
        self.act, self.rec = (POINTWISE[name] for name in names)
        self.affine = affine_of((names[0], *[names[1]] * 3), _ORDER, like.dtype, like.device)
        self.units = units
        self.gates = like.new_empty(steps, 4 * units, batch)
        self.pairs = like.new_empty(steps + 1, 2 * units, batch)  # the cell before a step, and the step's candidate
        self.outputs = like.new_empty(steps + 1, units, batch)
        self.squashed = like.new_empty(steps, units, batch)
        self.weight_ih: Tensor | None = None
        self.feedback = Feedback(self.gates, self.outputs, masks)
        self.forward = self._forward_steps()
        self.grads: Tensor | None = None  # the backward pass's arrays, made when there is one
        whole = (self.gates, self.pairs, self.outputs, self.squashed)
        self.bytes = 3 * sum(t.numel() * t.element_size() for t in whole)

    def _forward_steps(self) -> tuple[Any, ...]:
        n, gates, pairs = self.units, self.gates, self.pairs
        act, candidates, targets = apply_of(self.act, gates[:, :n], pairs[:-1, n:])
        _, cells, squashed = apply_of(self.act, pairs[1:, :n], self.squashed)
        rec, blocks = apply_in_place(self.rec, gates[:, n:])
        forget_and_input, output = rows_of(gates[:, n : 3 * n]), rows_of(gates[:, 3 * n :])
        new = rows_of(pairs[1:, :n]), rows_of(self.squashed), rows_of(self.outputs[1:])
        products = torch.empty_like(pairs[:1])
        (both,), (kept,), (added,) = rows_of(products), rows_of(products[:, :n]), rows_of(products[:, n:])
        steps = zip(
            self.feedback.forward,
            blocks,
            candidates,
            targets,
            forget_and_input,
            rows_of(pairs[:-1]),
            cells,
            squashed,
            output,
            *new,
            strict=True,
        )
        return act, rec, both, kept, added, list(steps)

    def make_backward(self) -> None:
        """Adds what the backward pass needs."""
        n, (steps, _, batch) = self.units, self.gates.shape
        self.grads = torch.empty_like(self.gates)
        self.through = torch.empty_like(self.squashed)
        self.d_outputs = torch.empty_like(self.outputs)
        self.d_cell = torch.empty_like(self.outputs[:1])
        self.flat = self.gates.new_empty(4 * n, steps, batch)
        parts = [rows_of(self.grads[:, k * n : (k + 1) * n]) for k in range(4)]
        forget, d_outputs = rows_of(self.gates[:, n : 2 * n]), rows_of(self.d_outputs[1:])
        sends = self.feedback.backward(self.grads, self.d_outputs[:-1])
        self.scratch = rows_of(torch.empty_like(self.d_cell))[0]
        self.backward = list(zip(d_outputs, rows_of(self.through), forget, *parts, sends, strict=True))[::-1]


def _forward(
    x: Tensor,
    lengths: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    c: Tensor,
    names: tuple[str, str],
    input_masks: Sequence[Tensor],
    recurrent_masks: Sequence[Tensor],
    need_outputs: bool,
) -> tuple[Tensor | None, Tensor, Tensor, Lease]:
    sizes = x.shape[1], h.shape[1], h.shape[0], names, len(recurrent_masks)
    lease = borrow(x, ("lstm", *sizes), lambda: _Space(*sizes, x))
    space: _Space = lease.workspace
    space.weight_ih = space.affine.weight(weight_ih)
    Inputs(x, input_masks).project(space.weight_ih, space.affine.bias(bias, weight_ih), space.gates)
    space.feedback.load(space.affine.weight(weight_hh), recurrent_masks)
    space.outputs[0], space.pairs[0, : space.units] = h.t(), c.t()
    _run(space)
    outputs = space.outputs.transpose(1, 2).contiguous() if need_outputs else None
    return outputs, picked(space.outputs, lengths), picked(space.pairs[:, : space.units], lengths), lease


def _run(space: _Space) -> None:
    act, rec, both, kept, added, steps = space.forward
    multiply, add, _ = arithmetic(space.gates)
    for feed, block, candidate, target, gates, pair, cell, squash, output, new_cell, squashed, new in steps:
        feed()
        rec(block)
        act(candidate, target)
        multiply(gates, pair, both)  # forget * cell, input * candidate
        add(kept, added, new_cell)
        act(cell, squash)
        multiply(output, squashed, new)


def _backward(
    lease: Lease,
    x: Tensor,
    lengths: Tensor | None,
    outputs: Tensor,
    input_masks: Sequence[Tensor],
    d_outputs: Tensor | None,
    d_h: Tensor | None,
    d_c: Tensor | None,
    need_x: bool,
    biased: bool,
) -> tuple[Tensor | None, ...]:
    space: _Space = lease.workspace
    if space.grads is None:
        space.make_backward()
    _local_derivatives(space)
    if d_outputs is None:
        space.d_outputs.zero_()
    else:
        space.d_outputs[0].zero_()
        space.d_outputs[1:].copy_(d_outputs.transpose(1, 2))
    if d_h is not None:
        put(space.d_outputs, d_h, lengths)
    d_cells = None
    space.d_cell.zero_()
    if d_c is not None and lengths is None:
        put(space.d_cell, d_c, None)
    elif d_c is not None:  # each sample's last cell is that of another step
        d_cells = torch.zeros_like(space.outputs)
        put(d_cells, d_c, lengths)
    _run_back(space, d_cells)
    flat = space.flat.copy_(space.grads.transpose(0, 1)).flatten(1)
    d_x, d_ih = Inputs(x, input_masks).gradients(flat, space.weight_ih, need_x)
    d_hh = space.feedback.weight_gradient(flat, outputs[:-1])
    unfold = space.affine.gradient
    d_bias = unfold(flat.sum(1)) if biased else None
    return d_x, unfold(d_ih), unfold(d_hh), d_bias, space.d_outputs[0].t().clone(), space.d_cell[0].t().clone()


def _local_derivatives(space: _Space) -> None:
    """For all steps at once, per unit of gradient: the effect of the gates, and of the cell by way of the output."""
    n, gates, pairs, grads = space.units, space.gates, space.pairs[:-1], space.grads
    act, rec = space.act.backward, space.rec.backward
    output = gates[:, 3 * n :]
    act(gates[:, 2 * n : 3 * n], pairs[:, n:], grads[:, :n])
    rec(pairs, gates[:, n : 3 * n], grads[:, n : 3 * n])
    rec(space.squashed, output, grads[:, 3 * n :])
    act(output, space.squashed, space.through)


def _run_back(space: _Space, d_cells: Tensor | None) -> None:
    """Walks back in time; ``grads`` (local derivatives at first) becomes the gradient of the gates' inputs."""
    multiply, add, _ = arithmetic(space.gates)
    (d_cell,), scratch = rows_of(space.d_cell), space.scratch
    more = None if d_cells is None else rows_of(d_cells)
    for t, (d_out, through, forget, d_candidate, d_forget, d_input, d_output, send) in enumerate(space.backward):
        multiply(d_out, through, scratch)
        add(d_cell, scratch, d_cell)
        if more is not None:
            add(d_cell, more[-1 - t], d_cell)
        multiply(d_candidate, d_cell, d_candidate)
        multiply(d_forget, d_cell, d_forget)
        multiply(d_input, d_cell, d_input)
        multiply(d_output, d_out, d_output)
        multiply(d_cell, forget, d_cell)
        send()
    if more is not None:
        add(d_cell, more[0], d_cell)
