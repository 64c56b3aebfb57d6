"""LSTM over a whole sequence: torch's fused kernel, a scan with its own backward pass, and the plain loop.

Gates lie in the order i, f, c, o, which is Keras's and torch's alike. Source: Hochreiter & Schmidhuber, Long Short-Term
Memory (1997); forget gate: Gers et al., Learning to Forget (2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .lstm_scan import scan
from .on_gpu import lstm_scan
from .opaque import opaque_with_gradient
from .pointwise import POINTWISE, function_of
from .recurrence import (
    Activation,
    as_one_applies,
    fused_applies,
    hold_back,
    masked,
    needed,
    one_block,
    project,
    scan_applies,
    time_major,
)

__all__ = ["lstm", "lstm_both_ways", "lstm_slow", "lstm_step"]

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
    given = x, weight_ih, weight_hh, bias, h, c, mask, tuple(input_masks), tuple(recurrent_masks)
    activations = (activation, recurrent_activation)
    if as_one_applies(x, mask, activations):
        product = x.numel() * weight_ih.shape[0]
        return opaque_with_gradient(_lstm, *given, activations, need_outputs, need_cell, product=product)
    return _lstm(*given, activations, need_outputs, need_cell)


def _lstm(
    x, weight_ih, weight_hh, bias, h, c, mask, input_masks, recurrent_masks, activations, need_outputs, need_cell
):
    mask = needed(mask)
    if not recurrent_masks and len(input_masks) < 2 and fused_applies(x, activations):
        if mask is None:
            return _fused(x, weight_ih, weight_hh, bias, h, c, input_masks)
        if not need_cell:  # the kernel keeps the cell states between the steps to itself

            def fused(x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
                outputs, _, _ = _fused(x, weight_ih, weight_hh, bias, h, c, input_masks)
                return outputs, _last_of(outputs, lengths, h)

            return *masked(x, mask, h, need_outputs, fused), None
    tensors = (weight_ih, weight_hh, bias, h, c, *input_masks, *recurrent_masks)
    if not recurrent_masks and scan_applies(x, tensors, activations):
        on_gpu = lstm_scan(x, activations)
        if on_gpu is not None:
            inputs = project(time_major(x), weight_ih, bias, input_masks)
            outputs, h, c = on_gpu(inputs, weight_hh, h, c, mask, *activations)
            return outputs.transpose(0, 1), h, c
    # The activation meets the cell state too, where there are no weights that its affine part could go to.
    if not scan_applies(x, tensors, activations) or not POINTWISE[activations[0]].is_plain:
        return lstm_slow(
            x,
            weight_ih,
            weight_hh,
            bias,
            h,
            c,
            activation=activations[0],
            recurrent_activation=activations[1],
            mask=mask,
            input_masks=input_masks,
            recurrent_masks=recurrent_masks,
        )
    fixed = (weight_ih, weight_hh, bias, h, c, input_masks, recurrent_masks, *activations, need_outputs)
    if mask is None:
        return scan(x, None, *fixed)
    return masked(x, mask, h, need_outputs, lambda x, lengths: scan(x, lengths, *fixed))


def lstm_both_ways(
    x: Tensor,
    weights: Sequence[tuple[Tensor, Tensor, Tensor | None]],
    activation: Activation = "tanh",
    recurrent_activation: Activation = "sigmoid",
) -> tuple[Tensor, Tensor, Tensor] | None:
    """Runs two LSTMs over a sequence, one forwards and one backwards, by one call of torch's fused kernel.

    The kernel walks backwards by itself, so nothing is turned round, and cuDNN runs both at the same time.

    Args:
        x: (batch, time, in).
        weights: ``weight_ih``, ``weight_hh`` and ``bias`` of each direction, the forward one first, all of one shape.
        activation: as for ``lstm``.
        recurrent_activation: the same, for the gates.

    Returns:
        All outputs (batch, time, 2 * units), the last output and the last cell state (2, batch, units); None where the
        kernel does not compute these activations here.

    Example:
        >>> one_way = torch.ones(16, 3), torch.ones(16, 4), None
        >>> y, h, c = lstm_both_ways(torch.ones(2, 5, 3), [one_way, one_way])
        >>> y.shape, bool((y[:, 0, 4:] == h[1]).all())
        (torch.Size([2, 5, 8]), True)
    """
    tensors = [t for direction in weights for t in direction if t is not None]
    if not fused_applies(x, (activation, recurrent_activation)) or any(t.dtype != x.dtype for t in tensors):
        return None
    zeros = x.new_zeros(2, x.shape[0], weights[0][1].shape[1])
    return _kernel(x, [_biased(*direction) for direction in weights], zeros, zeros)


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
    states = (h.unsqueeze(0).contiguous(), c.unsqueeze(0).contiguous())
    out, h, c = _kernel(x, [_biased(weight_ih, weight_hh, bias)], *states)
    return out, h.squeeze(0), c.squeeze(0)


def _biased(weight_ih: Tensor, weight_hh: Tensor, bias: Tensor | None) -> list[Tensor]:
    """Weights as torch's kernel wants them: it has two biases, Keras's LSTM one."""
    return [weight_ih, weight_hh] if bias is None else [weight_ih, weight_hh, bias, torch.zeros_like(bias)]


def _kernel(x: Tensor, directions: Sequence[list[Tensor]], h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    weights = one_block([weight for direction in directions for weight in direction])
    training, has_biases = torch.is_grad_enabled(), len(directions[0]) == 4
    return torch._VF.lstm(x, (h, c), weights, has_biases, 1, 0.0, training, len(directions) == 2, True)


def _last_of(outputs: Tensor, lengths: Tensor, h: Tensor) -> Tensor:
    """The output after the last step that counts, fetched from where it lies in memory: time before batch."""
    batch = len(lengths)
    place = (lengths - 1).clamp(min=0) * batch + torch.arange(batch, device=lengths.device)
    rows = outputs.transpose(0, 1).flatten(0, 1)
    return torch.where(lengths.unsqueeze(1) > 0, rows.index_select(0, place), h)
