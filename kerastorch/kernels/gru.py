"""GRU over a whole sequence: torch's fused kernel, scans with their own backward pass, and the plain loop.

Gates lie in Keras's order z (update), r (reset), h (candidate). The reset gate acts before the product with the
recurrent weights (Cho et al., 2014, arXiv:1406.1078) or after it (``reset_after``: arXiv:1406.1078v1 and cuDNN).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from .gru_scan import scan
from .opaque import opaque_with_gradient
from .pointwise import function_of
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
    need_outputs: bool = True,
) -> tuple[Tensor | None, Tensor]:
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
        need_outputs: False allows None in the place of all outputs.

    Returns:
        All outputs (batch, time, units) and the last one.

    Example:
        >>> y, h = gru(torch.ones(2, 5, 3), torch.ones(12, 3), torch.ones(12, 4), None, torch.zeros(2, 4))
        >>> y.shape, h.shape
        (torch.Size([2, 5, 4]), torch.Size([2, 4]))
    """
    activations = (activation, recurrent_activation)
    given = x, weight_ih, weight_hh, bias, recurrent_bias, h, mask, tuple(input_masks), tuple(recurrent_masks)
    if as_one_applies(x, mask, activations):
        product = x.numel() * weight_ih.shape[0]
        return opaque_with_gradient(_gru, *given, activations, reset_after, need_outputs, product=product)
    return _gru(*given, activations, reset_after, need_outputs)


def _gru(
    x,
    weight_ih,
    weight_hh,
    bias,
    recurrent_bias,
    h,
    mask,
    input_masks,
    recurrent_masks,
    activations,
    reset_after,
    need_outputs,
):
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
            activation=activations[0],
            recurrent_activation=activations[1],
            mask=mask,
            input_masks=input_masks,
            recurrent_masks=recurrent_masks,
        )
    given = (weight_ih, weight_hh, bias, recurrent_bias, h, input_masks, reset_after, *activations, need_outputs)
    if mask is None:
        return scan(x, None, *given)
    return masked(x, mask, h, need_outputs, lambda x, lengths: scan(x, lengths, *given))


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
