"""Both directions of a ``Bidirectional(LSTM)`` in one call of torch's kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ...kernels.lstm import lstm_both_ways
from .base import kernel_name
from .cells import LSTMCell
from .gated import LSTM

__all__ = ["both_ways"]


def both_ways(layers: Sequence[Any], x: torch.Tensor, mask: Any) -> torch.Tensor | None:
    """What two LSTM layers give together, each output next to the step that it belongs to.

    Args:
        layers: the layer that goes forwards and the one that goes backwards.
        x: (batch, time, in).
        mask: which steps count.

    Returns:
        The outputs of both directions, (batch, time, 2 * units) or (batch, 2 * units); None where the layers do more
        than the kernel and have to be called one by one.
    """
    there, back = layers
    if mask is not None or there.go_backwards or not _is_plain(there, x) or not _is_plain(back, x):
        return None
    one, other = there.cell, back.cell
    names = [(kernel_name(cell.activation), kernel_name(cell.recurrent_activation)) for cell in (one, other)]
    if names[0] != names[1] or (one.units, one.use_bias) != (other.units, other.use_bias):
        return None
    weights = [(cell.weight_ih, cell.weight_hh, cell.bias if cell.use_bias else None) for cell in (one, other)]
    found = lstm_both_ways(x, weights, *names[0])
    if found is None:
        return None
    outputs, last, _ = found
    return outputs if there.return_sequences else torch.cat(last.unbind(0), -1)


def _is_plain(layer: Any, x: torch.Tensor) -> bool:
    """Whether the layer is Keras's own LSTM that does nothing but put out what it computes."""
    cell = layer.cell
    return (
        type(layer) is LSTM
        and type(cell) is LSTMCell
        and not (layer.stateful or layer.return_state or layer.unroll or layer.zero_output_for_mask)
        and not (cell.dropout or cell.recurrent_dropout)
        and layer.activity_regularizer is None
        and not (layer._forward_hooks or layer._forward_pre_hooks or layer._backward_hooks)
        and layer._compute in (None, x.dtype)
    )
