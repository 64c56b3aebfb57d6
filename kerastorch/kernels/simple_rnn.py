"""The plain recurrent network ``h = activation(x W + h U + b)`` over a whole sequence.

Source: Elman, Finding Structure in Time (1990).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.autograd.function import once_differentiable

from kerastorch.kernels.pointwise import POINTWISE, arrays_of, function_of
from kerastorch.kernels.recurrence import (
    Activation,
    Feed,
    Hold,
    fold,
    hold_back,
    needed,
    project,
    scan_applies,
    select,
    time_major,
)

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
) -> tuple[Tensor, Tensor]:
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

    Returns:
        All outputs (batch, time, units) and the last one.

    Example:
        >>> y, h = simple_rnn(torch.ones(2, 5, 3), torch.ones(4, 3), torch.ones(4, 4), None, torch.zeros(2, 4))
        >>> y.shape
        torch.Size([2, 5, 4])
    """
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
    weight_ih, bias = fold(weight_ih, bias, (activation,))
    weight_hh, _ = fold(weight_hh, None, (activation,), shift=False)
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    recurrent_mask = recurrent_masks[0] if recurrent_masks else None
    outputs, h = _Scan.apply(inputs, weight_hh, h, recurrent_mask, mask, activation)
    return outputs.transpose(0, 1), h


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


class _Scan(torch.autograd.Function):
    """The recurrent part. ``inputs`` (time, batch, units) is consumed."""

    @staticmethod
    def forward(ctx, inputs, weight, h, recurrent_mask, mask, activation):
        fresh = inputs.detach()
        outputs = fresh.new_empty(fresh.shape[0] + 1, *h.shape)
        outputs[0] = h
        feed = Feed(outputs, weight, () if recurrent_mask is None else (recurrent_mask,)).forward(fresh)
        act, (pre,) = select(activation, fresh)
        _, new, kept = arrays_of(fresh, outputs)
        new, kept = list(new), list(kept)
        hold = Hold(mask, fresh.device.type == "cpu")
        for t in range(len(new)):
            feed(t)
            act(pre[t], pre[t])
            kept[t + 1][...] = new[t]
            if hold.active:
                hold.apply(t, kept[t + 1], kept[t])
        ctx.save_for_backward(fresh, weight, outputs, recurrent_mask, mask)
        ctx.activation = activation
        ctx.set_materialize_grads(False)
        return outputs[1:], outputs[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h):
        fresh, weight, outputs, recurrent_mask, mask = ctx.saved_tensors
        hold = Hold(mask, fresh.device.type == "cpu")
        grads = torch.empty_like(fresh)
        POINTWISE[ctx.activation].backward(torch.ones_like(fresh), fresh, grads)
        if hold.active:
            grads.mul_(hold.valid)
        d_hidden = torch.zeros_like(outputs)
        if d_outputs is not None:
            d_hidden[1:] = d_outputs
        if d_h is not None:
            d_hidden[-1] += d_h
        feed = Feed(outputs, weight, () if recurrent_mask is None else (recurrent_mask,))
        send = feed.backward(grads, d_hidden)
        m, local, hidden = arrays_of(grads, d_hidden)
        local, hidden = list(local), list(hidden)
        for t in range(len(local) - 1, -1, -1):
            m.multiply(local[t], hidden[t + 1], out=local[t])
            send(t)
            if hold.active:
                hold.pass_back(t, d_hidden[t + 1], d_hidden[t])
        return grads, feed.weight_gradient(grads), d_hidden[0], None, None, None
