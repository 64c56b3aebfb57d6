"""GRU over a whole sequence: torch's fused kernel, scans with their own backward pass, and the plain loop.

Gates lie in Keras's order z (update), r (reset), h (candidate). The reset gate acts before the product with the
recurrent weights (Cho et al., 2014, arXiv:1406.1078) or after it (``reset_after``: arXiv:1406.1078v1 and cuDNN).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable

from kerastorch.kernels.pointwise import POINTWISE, arrays_of, function_of
from kerastorch.kernels.recurrence import (
    Activation,
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

__all__ = ["gru", "gru_slow", "gru_step"]

Tensor = torch.Tensor


def gru(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    *,
    recurrent_bias: Tensor | None = None,
    reset_after: bool = False,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
) -> tuple[Tensor, Tensor]:
    """Runs a GRU over a sequence, on the quickest path that computes the same.

    Args:
        x: (batch, time, in).
        weight_ih: (3 * units, in).
        weight_hh: (3 * units, units).
        bias: (3 * units,) or None, added to the inputs' products.
        h: the output before the first step, (batch, units).
        recurrent_bias: (3 * units,) or None, added to the recurrent products; only with ``reset_after``.
        reset_after: whether the reset gate acts after the recurrent product.
        activation: a name of ``kernels.pointwise.POINTWISE`` (such activations have a fast path) or any callable.
        recurrent_activation: the same, for the gates z and r.
        mask: bool (batch, time); a step that it leaves out repeats the output.
        input_masks: dropout masks (batch, in): none, one for all gates, or one for each gate.
        recurrent_masks: dropout masks (batch, units): none, one for all gates, or one for each gate.

    Returns:
        All outputs (batch, time, units) and the last one.

    Example:
        >>> y, h = gru(torch.ones(2, 5, 3), torch.ones(12, 3), torch.ones(12, 4), None, torch.zeros(2, 4))
        >>> y.shape, h.shape
        (torch.Size([2, 5, 4]), torch.Size([2, 4]))
    """
    activations = (activation, recurrent_activation)
    mask = needed(mask)
    plain = mask is None and not recurrent_masks and len(input_masks) < 2
    # On a CPU torch's GRU is a loop of its own, slower than the scan below.
    if plain and reset_after and x.device.type == "cuda" and fused_applies(x, activations):
        return _fused(x, weight_ih, weight_hh, bias, recurrent_bias, h, input_masks)
    tensors = (weight_ih, weight_hh, bias, recurrent_bias, h, *input_masks)
    if recurrent_masks or not scan_applies(x, tensors, activations):
        return gru_slow(
            x,
            weight_ih,
            weight_hh,
            bias,
            h,
            recurrent_bias=recurrent_bias,
            reset_after=reset_after,
            activation=activation,
            recurrent_activation=recurrent_activation,
            mask=mask,
            input_masks=input_masks,
            recurrent_masks=recurrent_masks,
        )
    gates = (recurrent_activation, recurrent_activation, activation)
    weight_ih, bias = fold(weight_ih, bias, gates)
    weight_hh, recurrent_bias = fold(weight_hh, recurrent_bias, gates, shift=False)
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    scan = _ScanAfter if reset_after else _ScanBefore
    outputs, h = scan.apply(inputs, weight_hh, recurrent_bias, h, mask, activation, recurrent_activation)
    return outputs.transpose(0, 1), h


def gru_slow(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None,
    h: Tensor,
    *,
    recurrent_bias: Tensor | None = None,
    reset_after: bool = False,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    mask: Tensor | None = None,
    input_masks: Sequence[Tensor] = (),
    recurrent_masks: Sequence[Tensor] = (),
) -> tuple[Tensor, Tensor]:
    """The slow twin of ``gru``: ``gru_step`` in a loop."""
    inputs = project(time_major(x), weight_ih, bias, input_masks)
    outputs = []
    for t in range(x.shape[1]):
        new_h = gru_step(
            inputs[t],
            weight_hh,
            h,
            recurrent_bias=recurrent_bias,
            reset_after=reset_after,
            activation=activation,
            recurrent_activation=recurrent_activation,
            recurrent_masks=recurrent_masks,
        )
        h = hold_back(mask, t, new_h, h)
        outputs.append(h)
    return torch.stack(outputs, 1), h


def gru_step(
    inputs: Tensor,
    weight_hh: Tensor,
    h: Tensor,
    *,
    recurrent_bias: Tensor | None = None,
    reset_after: bool = False,
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
    recurrent_masks: Sequence[Tensor] = (),
) -> Tensor:
    """One step of a GRU.

    Args:
        inputs: the input's products with the weights, bias added, (batch, 3 * units).
        weight_hh: (3 * units, units).
        h: the last output.
        recurrent_bias: (3 * units,) or None, added to the recurrent products; only with ``reset_after``.
        reset_after: whether the reset gate acts after the recurrent product.
        activation: a name of ``kernels.pointwise.POINTWISE`` or any callable.
        recurrent_activation: the same, for the gates.
        recurrent_masks: dropout masks of ``h``: none, one for all gates, or one for each gate.

    Returns:
        The new output.
    """
    act, rec = function_of(activation), function_of(recurrent_activation)
    w_z, w_r, w_h = weight_hh.chunk(3)
    b_z, b_r, b_h = recurrent_bias.chunk(3) if recurrent_bias is not None else (None, None, None)
    x_z, x_r, x_h = inputs.chunk(3, -1)
    # A mask shared by all gates drops the old output altogether, in the mix below too, as Keras does.
    old = h * recurrent_masks[0] if len(recurrent_masks) == 1 else h
    h_z, h_r, h_h = (h * m for m in recurrent_masks) if len(recurrent_masks) == 3 else (old, old, old)
    z = rec(x_z + F.linear(h_z, w_z, b_z))
    r = rec(x_r + F.linear(h_r, w_r, b_r))
    fed = r * F.linear(h_h, w_h, b_h) if reset_after else F.linear(r * h_h, w_h)
    return z * old + (1 - z) * act(x_h + fed)


def _fused(x, weight_ih, weight_hh, bias, recurrent_bias, h, masks):
    if masks:
        x = x * masks[0].unsqueeze(1)

    def reset_first(stacked: Tensor) -> Tensor:
        z, r, candidate = stacked.chunk(3)
        return torch.cat([r, z, candidate])

    weights = [reset_first(weight_ih), reset_first(weight_hh)]
    if bias is not None:
        weights += [reset_first(bias), reset_first(recurrent_bias)]
    training = torch.is_grad_enabled()
    state = h.unsqueeze(0).contiguous()
    out, h = torch._VF.gru(x, state, one_block(weights), bias is not None, 1, 0.0, training, False, True)
    return out, h.squeeze(0)


class _ScanBefore(torch.autograd.Function):
    """The recurrent part, reset gate before the product. ``inputs`` (time, batch, 3 * units) becomes the gates."""

    @staticmethod
    def forward(ctx, inputs, weight, recurrent_bias, h, mask, activation, recurrent_activation):
        gates = inputs.detach()
        outputs = gates.new_empty(gates.shape[0] + 1, *h.shape)
        outputs[0] = h
        reset = torch.empty_like(outputs[1:])
        _forward_before(gates, weight, outputs, reset, mask, activation, recurrent_activation)
        ctx.save_for_backward(gates, weight, outputs, reset, mask)
        ctx.activations = activation, recurrent_activation
        ctx.set_materialize_grads(False)
        return outputs[1:], outputs[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h):
        gates, weight, outputs, reset, mask = ctx.saved_tensors
        hold = Hold(mask, gates.device.type == "cpu")
        # r scales h on its way into the candidate; the gradient of their product is known step by step only
        grads, carry = _local_derivatives(gates, outputs, hold, lambda _: outputs[:-1], *ctx.activations)
        units = outputs.shape[-1]
        d_hidden = _incoming(outputs, d_outputs, d_h)
        _backward_before(grads, gates, carry, weight, d_hidden, hold)
        flat = grads.view(-1, 3 * units)
        d_weight = torch.cat(
            [
                flat[:, : 2 * units].t() @ outputs[:-1].view(-1, units),
                flat[:, 2 * units :].t() @ reset.view(-1, units),
            ]
        )
        return grads, d_weight, None, d_hidden[0], None, None, None


class _ScanAfter(torch.autograd.Function):
    """The recurrent part, reset gate after the product. ``inputs`` (time, batch, 3 * units) becomes the gates."""

    @staticmethod
    def forward(ctx, inputs, weight, recurrent_bias, h, mask, activation, recurrent_activation):
        gates = inputs.detach()
        outputs = gates.new_empty(gates.shape[0] + 1, *h.shape)
        outputs[0] = h
        fed = torch.empty_like(outputs[1:])
        _forward_after(gates, weight, recurrent_bias, outputs, fed, mask, activation, recurrent_activation)
        ctx.save_for_backward(gates, weight, outputs, fed, mask)
        ctx.activations = activation, recurrent_activation
        ctx.biased = recurrent_bias is not None
        ctx.set_materialize_grads(False)
        return outputs[1:], outputs[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_outputs, d_h):
        gates, weight, outputs, fed, mask = ctx.saved_tensors
        hold = Hold(mask, gates.device.type == "cpu")
        grads, carry = _local_derivatives(gates, outputs, hold, lambda own: fed * own, *ctx.activations)
        units = outputs.shape[-1]
        _, r, _ = gates.split(units, -1)
        d_z, d_r, d_candidate = grads.split(units, -1)
        d_hidden = _incoming(outputs, d_outputs, d_h)
        into = torch.cat([d_z, d_r, r * d_candidate], -1)  # what reaches the recurrent products
        _backward_after(grads, into, carry, weight, d_hidden, hold)
        flat = into.view(-1, 3 * units)
        d_weight = flat.t() @ outputs[:-1].view(-1, units)
        return grads, d_weight, flat.sum(0) if ctx.biased else None, d_hidden[0], None, None, None


def _incoming(outputs, d_outputs, d_h):
    d_hidden = torch.zeros_like(outputs)
    if d_outputs is not None:
        d_hidden[1:] = d_outputs
    if d_h is not None:
        d_hidden[-1] += d_h
    return d_hidden


def _local_derivatives(gates, outputs, hold, reaching_r, activation, recurrent_activation):
    """For all steps at once, per unit of the output's gradient: that of the gates' inputs, and what h hands down.

    ``reaching_r`` gives the factor by which r acts, from the candidate's own.
    """
    rec, act = POINTWISE[recurrent_activation], POINTWISE[activation]
    units = outputs.shape[-1]
    z, r, candidate = gates.split(units, -1)
    grads = torch.empty_like(gates)
    d_z, d_r, d_candidate = grads.split(units, -1)
    rec.backward(outputs[:-1] - candidate, z, d_z)
    act.backward(1.0 - z, candidate, d_candidate)
    rec.backward(reaching_r(d_candidate), r, d_r)
    carry = z
    if hold.active:
        grads.mul_(hold.valid)
        carry = torch.where(hold.valid, z, 1.0)
    return grads, carry


def _forward_before(gates, weight, outputs, reset, mask, activation, recurrent_activation):
    units = weight.shape[1]
    m, views, out, by_reset, scratch = arrays_of(gates, outputs, reset, torch.empty_like(outputs[0]))
    multiply, add, subtract = m.multiply, m.add, m.subtract
    z, r, candidate = (list(views[..., k * units : (k + 1) * units]) for k in range(3))
    out, by_reset = list(out), list(by_reset)
    rec, (z_and_r,) = select(recurrent_activation, gates[..., : 2 * units])
    act, (pre,) = select(activation, gates[..., 2 * units :])
    rows, last, resets = gates[..., : 2 * units].unbind(0), outputs.unbind(0), reset.unbind(0)
    tails = gates[..., 2 * units :].unbind(0)
    gate_weight, candidate_weight = weight[: 2 * units].t(), weight[2 * units :].t()
    hold = Hold(mask, gates.device.type == "cpu")
    for t in range(len(rows)):
        rows[t].addmm_(last[t], gate_weight)
        rec(z_and_r[t], z_and_r[t])
        multiply(r[t], out[t], out=by_reset[t])
        tails[t].addmm_(resets[t], candidate_weight)
        act(pre[t], pre[t])
        subtract(out[t], candidate[t], out=scratch)
        multiply(z[t], scratch, out=scratch)
        add(candidate[t], scratch, out=out[t + 1])
        if hold.active:
            hold.apply(t, out[t + 1], out[t])


def _backward_before(grads, gates, carry, weight, d_hidden, hold):
    units = weight.shape[1]
    returned = torch.empty_like(d_hidden[0])
    m, local, views, carry, hidden, back, scratch = arrays_of(
        grads, gates, carry, d_hidden, returned, torch.empty_like(returned)
    )
    multiply, add = m.multiply, m.add
    d_z, d_r, d_candidate = (list(local[..., k * units : (k + 1) * units]) for k in range(3))
    r, carry, hidden = list(views[..., units : 2 * units]), list(carry), list(hidden)
    heads, tails = grads[..., : 2 * units].unbind(0), grads[..., 2 * units :].unbind(0)
    targets = d_hidden.unbind(0)
    gate_weight, candidate_weight = weight[: 2 * units], weight[2 * units :]
    for t in range(len(carry) - 1, -1, -1):
        d_h = hidden[t + 1]
        multiply(d_z[t], d_h, out=d_z[t])
        multiply(d_candidate[t], d_h, out=d_candidate[t])
        torch.mm(tails[t], candidate_weight, out=returned)  # gradient of r * h
        multiply(d_r[t], back, out=d_r[t])
        multiply(d_h, carry[t], out=scratch)
        add(hidden[t], scratch, out=hidden[t])
        multiply(back, r[t], out=scratch)
        add(hidden[t], scratch, out=hidden[t])
        targets[t].addmm_(heads[t], gate_weight)


def _forward_after(gates, weight, recurrent_bias, outputs, fed, mask, activation, recurrent_activation):
    units = weight.shape[1]
    product = gates.new_empty(*outputs.shape[1:2], 3 * units)
    m, views, out, kept, fresh, scratch = arrays_of(gates, outputs, fed, product, torch.empty_like(outputs[0]))
    multiply, add, subtract = m.multiply, m.add, m.subtract
    heads = list(views[..., : 2 * units])
    z, r, candidate = (list(views[..., k * units : (k + 1) * units]) for k in range(3))
    out, kept = list(out), list(kept)
    rec, (z_and_r,) = select(recurrent_activation, gates[..., : 2 * units])
    act, (pre,) = select(activation, gates[..., 2 * units :])
    last, transposed = outputs.unbind(0), weight.t()
    bias = gates.new_zeros(()) if recurrent_bias is None else recurrent_bias
    fresh_head, fresh_tail = fresh[:, : 2 * units], fresh[:, 2 * units :]
    hold = Hold(mask, gates.device.type == "cpu")
    for t in range(len(z)):
        torch.addmm(bias, last[t], transposed, out=product)
        add(heads[t], fresh_head, out=heads[t])
        rec(z_and_r[t], z_and_r[t])
        kept[t][...] = fresh_tail
        multiply(r[t], fresh_tail, out=scratch)
        add(candidate[t], scratch, out=candidate[t])
        act(pre[t], pre[t])
        subtract(out[t], candidate[t], out=scratch)
        multiply(z[t], scratch, out=scratch)
        add(candidate[t], scratch, out=out[t + 1])
        if hold.active:
            hold.apply(t, out[t + 1], out[t])


def _backward_after(grads, into, carry, weight, d_hidden, hold):
    units = weight.shape[1]
    steps, batch = carry.shape[:2]
    m, local, reaching, carry, hidden, scratch = arrays_of(grads, into, carry, d_hidden, torch.empty_like(d_hidden[0]))
    multiply, add = m.multiply, m.add
    by_gate = list(reaching.reshape(steps, batch, 3, units))
    candidate = list(local[..., 2 * units :])
    carry, hidden = list(carry), list(hidden)
    rows, targets = into.unbind(0), d_hidden.unbind(0)
    for t in range(steps - 1, -1, -1):
        d_h = hidden[t + 1]
        multiply(by_gate[t], d_h[:, None], out=by_gate[t])
        multiply(candidate[t], d_h, out=candidate[t])
        multiply(d_h, carry[t], out=scratch)
        add(hidden[t], scratch, out=hidden[t])
        targets[t].addmm_(rows[t], weight)
    grads[..., : 2 * units] = into[..., : 2 * units]
