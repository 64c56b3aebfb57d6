"""The plain recurrent network ``h = activation(x W + h U + b)`` over a whole sequence.

Source: Elman, Finding Structure in Time (1990).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.autograd.function import once_differentiable

from .opaque import opaque, opaque_with_gradient
from .pointwise import POINTWISE, function_of
from .recurrence import (
    Activation,
    as_one_applies,
    hold_back,
    masked,
    needed,
    project,
    scan_applies,
    time_major,
)
from .scan import Feedback, Inputs, affine_of, apply_of, picked, put
from .workspace import arithmetic, borrow, rows_of

__all__ = ["simple_rnn", "simple_rnn_slow", "simple_rnn_step"]

Tensor = torch.Tensor


def simple_rnn(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    *,
    activation: Activation = "tanh",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
    need_outputs: bool = True,
) -> tuple[Tensor | None, Tensor]:
    """Runs a simple recurrent network over a sequence, on the quickest path that computes the same.

    Args:
        x: (batch, time, in).
        weight_ih: (units, in).
        weight_hh: (units, units).
        bias: (units,) or None.
        h: the output before the first step, (batch, units).
        activation: a name of ``kernels.pointwise.POINTWISE`` (such activations have a fast path) or any callable.
        mask: bool (batch, time); a step that it leaves out repeats the output.
        input_masks: at most one dropout mask (batch, in).
        recurrent_masks: at most one dropout mask (batch, units).
        need_outputs: False allows None in the place of all outputs.

    Returns:
        All outputs (batch, time, units) and the last one.

    Example:
        >>> y, h = simple_rnn(torch.ones(2, 5, 3), torch.ones(4, 3), torch.ones(4, 4), None, torch.zeros(2, 4))
        >>> y.shape
        torch.Size([2, 5, 4])
    """
    given = x, weight_ih, weight_hh, bias, h, mask, tuple(input_masks), tuple(recurrent_masks)
    if as_one_applies(x, mask, (activation,)):
        product = x.numel() * weight_ih.shape[0]
        return opaque_with_gradient(_simple_rnn, *given, activation, need_outputs, product=product)
    return _simple_rnn(*given, activation, need_outputs)


def _simple_rnn(x, weight_ih, weight_hh, bias, h, mask, input_masks, recurrent_masks, activation, need_outputs):
    mask = needed(mask)
    tensors = (weight_ih, weight_hh, bias, h, *input_masks, *recurrent_masks)
    if not scan_applies(x, tensors, (activation,)):
        return simple_rnn_slow(
            x,
            weight_ih,
            weight_hh,
            bias,
            h,
            activation=activation,
            mask=mask,
            input_masks=input_masks,
            recurrent_masks=recurrent_masks,
        )
    given = (weight_ih, weight_hh, bias, h, input_masks, recurrent_masks, activation, need_outputs)
    if mask is None:
        return _scan(x, None, *given)
    return masked(x, mask, h, need_outputs, lambda x, lengths: _scan(x, lengths, *given))


def simple_rnn_slow(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    *,
    activation: Activation = "tanh",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
) -> tuple[Tensor, Tensor]:
    """The slow twin of ``simple_rnn``: ``simple_rnn_step`` in a loop."""
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    outputs = []
    for t in range(x.shape[1]):
        h = hold_back(mask, t, simple_rnn_step(inputs[t], weight_hh, h, activation, recurrent_masks), h)
        outputs.append(h)
    return torch.stack(outputs, 1), h


def simple_rnn_step(
    inputs: Tensor,
    weight_hh: Tensor,
    h: Tensor,
    activation: Activation = "tanh",
    recurrent_masks: Sequence[Tensor] = (),
) -> Tensor:
    """One step: the new output from the input's product (bias added), the recurrent weights and the last output."""
    return function_of(activation)(inputs + project(h, weight_hh, None, recurrent_masks))


def _scan(x, lengths, weight_ih, weight_hh, bias, h, input_masks, recurrent_masks, activation, need_outputs):
    split, masks = len(input_masks), (*input_masks, *recurrent_masks)
    outputs, h = _Scan.apply(x, lengths, weight_ih, weight_hh, bias, h, activation, need_outputs, split, *masks)
    return (outputs.transpose(0, 1) if need_outputs else None), h


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lengths, weight_ih, weight_hh, bias, h, activation, need_outputs, split, *masks):
        learning = any(ctx.needs_input_grad)
        fed, dropped = masks[:split], masks[split:]
        given = x, lengths, weight_ih, weight_hh, bias, h, activation, fed, dropped, need_outputs or learning
        outputs, last, lease = opaque(_forward, *given, product=x.numel() * weight_ih.shape[0])
        if learning:
            ctx.save_for_backward(x, lengths, outputs, *fed)
            ctx.lease = lease
            ctx.biased = bias is not None
            ctx.set_materialize_grads(False)
        return outputs[1:] if need_outputs else None, last

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h):
        x, lengths, outputs, *fed = ctx.saved_tensors
        needs = ctx.needs_input_grad
        d_x, *grads = opaque(_backward, ctx.lease, x, lengths, outputs, fed, d_outputs, d_h, needs[0], ctx.biased)
        return d_x, None, *grads, *[None] * (len(needs) - 6)


class _Space:
    """Arrays of a pass, and the views that each step works on."""

    def __init__(self, steps: int, units: int, batch: int, activation: str, masks: int, like: Tensor) -> None:
        self.act = POINTWISE[activation]
        self.affine = affine_of((activation,), (0,), like.dtype, like.device)
        self.gates = like.new_empty(steps, units, batch)
        self.outputs = like.new_empty(steps + 1, units, batch)
        self.weight_ih: Tensor | None = None
        self.feedback = Feedback(self.gates, self.outputs, masks)
        self.apply, fresh, new = apply_of(self.act, self.gates, self.outputs[1:])
        self.forward = list(zip(self.feedback.forward, fresh, new, strict=True))
        self.grads: Tensor | None = None  # the backward pass's arrays, made when there is one
        self.bytes = 4 * sum(t.numel() * t.element_size() for t in (self.gates, self.outputs))

    def make_backward(self) -> None:
        """Adds what the backward pass needs."""
        self.grads, self.d_outputs = torch.empty_like(self.gates), torch.empty_like(self.outputs)
        self.flat = self.gates.new_empty(*self.gates.transpose(0, 1).shape)
        sends = self.feedback.backward(self.grads, self.d_outputs[:-1])
        self.backward = list(zip(rows_of(self.grads), rows_of(self.d_outputs[1:]), sends, strict=True))[::-1]


def _forward(x, lengths, weight_ih, weight_hh, bias, h, activation, input_masks, recurrent_masks, need_outputs):
    sizes = x.shape[1], h.shape[1], h.shape[0], activation, len(recurrent_masks)
    lease = borrow(x, ("simple", *sizes), lambda: _Space(*sizes, x))
    space: _Space = lease.workspace
    space.weight_ih = space.affine.weight(weight_ih)
    Inputs(x, input_masks).project(space.weight_ih, space.affine.bias(bias, weight_ih), space.gates)
    space.feedback.load(space.affine.weight(weight_hh), recurrent_masks)
    space.outputs[0] = h.t()
    apply = space.apply
    for feed, fresh, new in space.forward:
        feed()
        apply(fresh, new)
    outputs = space.outputs.transpose(1, 2).contiguous() if need_outputs else None
    return outputs, picked(space.outputs, lengths), lease


def _backward(lease, x, lengths, outputs, input_masks, d_outputs, d_h, need_x, biased):
    space: _Space = lease.workspace
    if space.grads is None:
        space.make_backward()
    space.act.backward(torch.ones_like(space.gates), space.outputs[1:], space.grads)
    if d_outputs is None:
        space.d_outputs.zero_()
    else:
        space.d_outputs[0].zero_()
        space.d_outputs[1:].copy_(d_outputs.transpose(1, 2))
    if d_h is not None:
        put(space.d_outputs, d_h, lengths)
    multiply, _, _ = arithmetic(space.gates)
    for local, d_out, send in space.backward:
        multiply(local, d_out, local)
        send()
    flat = space.flat.copy_(space.grads.transpose(0, 1)).flatten(1)
    d_x, d_ih = Inputs(x, input_masks).gradients(flat, space.weight_ih, need_x)
    unfold = space.affine.gradient
    d_hh = unfold(space.feedback.weight_gradient(flat, outputs[:-1]))
    return d_x, unfold(d_ih), d_hh, unfold(flat.sum(1)) if biased else None, space.d_outputs[0].t().clone()
