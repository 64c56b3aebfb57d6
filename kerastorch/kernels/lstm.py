"""LSTM over a whole sequence: torch's fused kernel, a scan with its own backward pass, and the plain loop.

Gates lie in the order i, f, c, o, which is Keras's and torch's alike. Source: Hochreiter & Schmidhuber, Long Short-Term
Memory (1997); forget gate: Gers et al., Learning to Forget (2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.autograd.function import once_differentiable

from kerastorch.kernels.on_gpu import lstm_scan
from kerastorch.kernels.pointwise import POINTWISE, arrays_of, function_of
from kerastorch.kernels.recurrence import (
    Activation,
    Feed,
    Hold,
    fold,
    fused_applies,
    hold_back,
    needed,
    one_block,
    project,
    scan_applies,
    select,
    time_major,
)

__all__ = ["lstm", "lstm_slow", "lstm_step"]

Tensor = torch.Tensor


def lstm(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    c: Tensor,
    *,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
    need_outputs: bool = True,
    need_cell: bool = True,
) -> tuple[Tensor | None, Tensor, Tensor | None]:
    """Runs an LSTM over a sequence, on the quickest path that computes the same.

    The fast paths can be differentiated once; ``kernels.fast_paths(False)`` leaves the one that can be any number of
    times.

    Args:
        x: (batch, time, in).
        weight_ih: (4 * units, in).
        weight_hh: (4 * units, units).
        bias: (4 * units,) or None.
        h: the output before the first step, (batch, units).
        c: the cell state before the first step, (batch, units).
        activation: a name of ``kernels.pointwise.POINTWISE`` (such activations have a fast path) or any callable.
        recurrent_activation: the same, for the gates i, f and o.
        mask: bool (batch, time); a step that it leaves out repeats the output and keeps the state.
        input_masks: dropout masks (batch, in): none, one for all gates, or one for each gate.
        recurrent_masks: dropout masks (batch, units): none, one for all gates, or one for each gate.
        need_outputs: False allows None in the place of all outputs.
        need_cell: False allows None in the place of the last cell state.

    Returns:
        All outputs (batch, time, units), the last output and the last cell state.

    Example:
        >>> zeros = torch.zeros(2, 4)
        >>> y, h, c = lstm(torch.ones(2, 5, 3), torch.ones(16, 3), torch.ones(16, 4), None, zeros, zeros)
        >>> y.shape, bool((y[:, -1] == h).all())
        (torch.Size([2, 5, 4]), True)
    """
    activations = (activation, recurrent_activation)
    mask = needed(mask)
    if not recurrent_masks and len(input_masks) < 2 and fused_applies(x, activations):
        if mask is None:
            return _fused(x, weight_ih, weight_hh, bias, h, c, input_masks)
        if not need_cell:
            return _fused_masked(x, weight_ih, weight_hh, bias, h, c, input_masks, mask, need_outputs)
    tensors = (weight_ih, weight_hh, bias, h, c, *input_masks, *recurrent_masks)
    if not recurrent_masks and scan_applies(x, tensors, activations):
        on_gpu = lstm_scan(x, activations)
        if on_gpu is not None:
            inputs = project(time_major(x), weight_ih, bias, input_masks)
            outputs, h, c = on_gpu(inputs, weight_hh, h, c, mask, activation, recurrent_activation)
            return outputs.transpose(0, 1), h, c
    # The activation meets the cell state too, where there are no weights that its affine part could go to.
    if not scan_applies(x, tensors, activations) or not POINTWISE[activation].is_plain:
        return lstm_slow(
            x,
            weight_ih,
            weight_hh,
            bias,
            h,
            c,
            activation=activation,
            recurrent_activation=recurrent_activation,
            mask=mask,
            input_masks=input_masks,
            recurrent_masks=recurrent_masks,
        )
    gates = (recurrent_activation, recurrent_activation, activation, recurrent_activation)
    weight_ih, bias = fold(weight_ih, bias, gates)
    weight_hh, _ = fold(weight_hh, None, gates, shift=False)
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    masks = torch.stack(tuple(recurrent_masks)) if recurrent_masks else None
    outputs, h, c = _Scan.apply(inputs, weight_hh, h, c, masks, mask, activation, recurrent_activation)
    return outputs.transpose(0, 1), h, c


def lstm_slow(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    c: Tensor,
    *,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
) -> tuple[Tensor, Tensor, Tensor]:
    """The slow twin of ``lstm``: ``lstm_step`` in a loop."""
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    outputs = []
    for t in range(x.shape[1]):
        new_h, new_c = lstm_step(inputs[t], weight_hh, h, c, activation, recurrent_activation, recurrent_masks)
        h, c = hold_back(mask, t, new_h, h), hold_back(mask, t, new_c, c)
        outputs.append(h)
    return torch.stack(outputs, 1), h, c


def lstm_step(
    inputs: Tensor,
    weight_hh: Tensor,
    h: Tensor,
    c: Tensor,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    recurrent_masks: Sequence[Tensor] = (),
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM, as the paper writes it.

    Args:
        inputs: the input's products with the weights, bias added, (batch, 4 * units).
        weight_hh: (4 * units, units).
        h: the last output.
        c: the last cell state.
        activation: a name of ``kernels.pointwise.POINTWISE`` or any callable.
        recurrent_activation: the same, for the gates.
        recurrent_masks: dropout masks of ``h``: none, one for all gates, or one for each gate.

    Returns:
        The new output and cell state.
    """
    act, rec = function_of(activation), function_of(recurrent_activation)
    i, f, g, o = (inputs + project(h, weight_hh, None, recurrent_masks)).chunk(4, -1)
    c = rec(f) * c + rec(i) * act(g)
    return rec(o) * act(c), c


def _fused(
    x: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias: Tensor | None, h: Tensor, c: Tensor, masks: Sequence[Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    if masks:
        x = x * masks[0].unsqueeze(1)
    weights = [weight_ih, weight_hh]
    if bias is not None:
        weights += [bias, torch.zeros_like(bias)]  # torch's kernel has two biases, Keras's LSTM one
    states = (h.unsqueeze(0).contiguous(), c.unsqueeze(0).contiguous())
    training = torch.is_grad_enabled()
    out, h, c = torch._VF.lstm(x, states, one_block(weights), bias is not None, 1, 0.0, training, False, True)
    return out, h.squeeze(0), c.squeeze(0)


def _fused_masked(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    c: Tensor,
    masks: Sequence[Tensor],
    mask: Tensor,
    need_outputs: bool,
) -> tuple[Tensor | None, Tensor, None]:
    """The steps that count are moved to the front, run without a mask, and each output is fetched from where it is.

    Nothing here waits for a device. The cell state after the last step that counts stays inside the fused kernel.
    """
    batch, steps = mask.shape
    sample = torch.arange(batch, device=x.device)
    counted = mask.cumsum(1)
    at_end = False
    if x.device.type == "cpu":  # where looking costs nothing
        at_end = not bool((mask[:, 1:] & ~mask[:, :-1]).any())
        steps = max(int(counted[:, -1].max()), 1)
    if not at_end:
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True) + sample.unsqueeze(1) * mask.shape[1]
        order = order[:, :steps]
        x = x.flatten(0, 1).index_select(0, order.flatten()).unflatten(0, order.shape)
    out, _, _ = _fused(x[:, :steps], weight_ih, weight_hh, bias, h, c, masks)
    rows = out.transpose(0, 1).flatten(0, 1)  # the kernel's own order, time before batch: no copy
    place = (counted - 1).clamp(min=0) * batch + sample.unsqueeze(1)
    last = torch.where(counted[:, -1:] > 0, rows.index_select(0, place[:, -1]), h)
    if not need_outputs:
        return None, last, None
    out = rows.index_select(0, place.flatten()).unflatten(0, place.shape)
    return torch.where(counted.unsqueeze(-1) > 0, out, h.unsqueeze(1)), last, None


class _Scan(torch.autograd.Function):
    """The recurrent part, from the inputs' products (time, batch, 4 * units).

    The gates lie gate by gate, (time, 4, batch, units) in the order i, f, o, c: what a step works on is then one block
    of memory for each gate, or for the three gates that share an activation.
    """

    @staticmethod
    def forward(ctx, inputs, weight, h, c, masks, mask, activation, recurrent_activation):
        steps, batch, units = inputs.shape[0], h.shape[0], h.shape[1]
        gates = inputs.new_empty(steps, 4, batch, units)
        by_gate = inputs.view(steps, batch, 4, units).transpose(1, 2)
        gates[:, :2] = by_gate[:, :2]
        gates[:, 2], gates[:, 3] = by_gate[:, 3], by_gate[:, 2]
        outputs = gates.new_empty(steps + 1, batch, units)
        cells = torch.empty_like(outputs)
        outputs[0], cells[0] = h, c
        _run_forward(gates, weight, outputs, cells, masks, mask, activation, recurrent_activation)
        ctx.save_for_backward(gates, weight, outputs, cells, masks, mask)
        ctx.activations = activation, recurrent_activation
        ctx.set_materialize_grads(False)
        return outputs[1:], outputs[-1].clone(), cells[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h, d_c):
        gates, weight, outputs, cells, masks, mask = ctx.saved_tensors
        hold = Hold(mask, gates.device.type == "cpu")
        grads, through, carry = _local_derivatives(gates, outputs, cells, hold, *ctx.activations)
        d_hidden = torch.zeros_like(outputs)
        if d_outputs is not None:
            d_hidden[1:] = d_outputs
        if d_h is not None:
            d_hidden[-1] += d_h
        d_cell = torch.zeros_like(outputs[0]) if d_c is None else d_c.clone(memory_format=torch.contiguous_format)
        feed = Feed(outputs, weight, () if masks is None else masks.unbind(0))
        _run_backward(grads, through, carry, d_hidden, d_cell, feed, hold)
        needed = ctx.needs_input_grad
        d_weight = feed.weight_gradient(grads) if needed[1] else None
        return grads, d_weight, d_hidden[0] if needed[2] else None, d_cell if needed[3] else None, *[None] * 4


def _run_forward(gates, weight, outputs, cells, masks, mask, activation, recurrent_activation):
    """Turns the inputs' products into gates, outputs and cell states, in place; a handful of calls a step."""
    squashed = torch.empty_like(outputs[:1])
    m, views, out, cell, squash, scratch = arrays_of(gates, outputs, cells, squashed[0], torch.empty_like(squashed[0]))
    multiply, add = m.multiply, m.add
    i, f, o, g = (list(views[:, k]) for k in range(4))
    out, cell = list(out), list(cell)
    feed = _feed(gates, weight, outputs, masks)
    rec, (i_f_o,) = select(recurrent_activation, gates[:, :3])
    act, (g_pre, cell_pre, (squash_pre,)) = select(activation, gates[:, 3], cells[1:], squashed)
    hold = Hold(mask, gates.device.type == "cpu")
    for t in range(len(i)):
        feed(t)
        rec(i_f_o[t], i_f_o[t])
        act(g_pre[t], g_pre[t])
        new_c = cell[t + 1]
        multiply(f[t], cell[t], out=new_c)
        multiply(i[t], g[t], out=scratch)
        add(new_c, scratch, out=new_c)
        act(cell_pre[t], squash_pre)
        multiply(o[t], squash, out=out[t + 1])
        if hold.active:
            hold.apply(t, new_c, cell[t])
            hold.apply(t, out[t + 1], out[t])


def _feed(gates, weight, outputs, masks):
    """``step(t)``: adds the last output's product with the recurrent weights to the gates of step ``t``."""
    batch, units = outputs.shape[1:]
    blocks = _as_i_f_o_c(weight.view(4, units, units)).transpose(1, 2)
    rows = gates.unbind(0)
    if masks is None:
        fed = outputs.unsqueeze(1).expand(-1, 4, batch, units).unbind(0)
        return lambda t: rows[t].baddbmm_(fed[t], blocks)
    masks = _as_i_f_o_c(masks) if len(masks) == 4 else masks.expand(4, batch, units)
    last = outputs.unbind(0)
    return lambda t: rows[t].baddbmm_(last[t] * masks, blocks)


def _as_i_f_o_c(blocks: Tensor) -> Tensor:
    """One block a gate, from Keras's order; slices, since a list of indices would have to travel to a GPU."""
    return torch.cat((blocks[:2], blocks[3:], blocks[2:3]))


def _local_derivatives(gates, outputs, cells, hold, activation, recurrent_activation):
    """For all steps at once, per unit of gradient: the effect of the gates, and of the cell by way of the output."""
    rec, act = POINTWISE[recurrent_activation], POINTWISE[activation]
    steps, _, batch, units = gates.shape
    i, f, o, g = gates.unbind(1)
    squashed = torch.empty_like(cells[1:])
    apply, (whole, target) = select(activation, cells[None, 1:], squashed[None])
    apply(whole[0], target[0])
    grads, through = gates.new_empty(steps, batch, 4 * units), torch.empty_like(squashed)
    d_i, d_f, d_g, d_o = grads.split(units, -1)
    rec.backward(g, i, d_i)
    rec.backward(cells[:-1], f, d_f)
    act.backward(i, g, d_g)
    rec.backward(squashed, o, d_o)
    act.backward(o, squashed, through)
    carry = f
    if hold.active:
        grads.mul_(hold.valid)
        through.mul_(hold.valid)
        carry = torch.where(hold.valid, f, 1.0)
    return grads, through, carry


def _run_backward(grads, through, carry, d_hidden, d_cell, feed, hold):
    """Walks back in time; ``grads`` (local derivatives at first) becomes the gradient of the inputs, in place."""
    steps, _, units = through.shape
    m, local, through, carry, hidden, cell, scratch = arrays_of(
        grads, through, carry, d_hidden, d_cell, torch.empty_like(d_cell)
    )
    multiply, add = m.multiply, m.add
    by_cell = grads[..., : 3 * units].unflatten(-1, (3, units)).unbind(0)  # i, f and g act through the cell
    by_hidden = list(local[..., 3 * units :])
    cell_row = d_cell.unsqueeze(1)
    through, carry, hidden = list(through), list(carry), list(hidden)
    send = feed.backward(grads, d_hidden)
    for t in range(steps - 1, -1, -1):
        d_h = hidden[t + 1]
        multiply(d_h, through[t], out=scratch)
        add(cell, scratch, out=cell)
        by_cell[t].mul_(cell_row)
        part = by_hidden[t]
        multiply(part, d_h, out=part)
        multiply(cell, carry[t], out=cell)
        send(t)
        if hold.active:
            hold.pass_back(t, d_hidden[t + 1], d_hidden[t])
