"""Convolutional cells run over time."""

from __future__ import annotations

from typing import Any

import torch

from ...backend import conv_utils
from ...engine.input_spec import InputSpec
from ...kernels.loop import rnn
from ..recurrent.base import zeros_for_rows
from ..recurrent.rnn import RNN
from .cells import ConvLSTMCell

__all__ = ["ConvRNN", "ConvRNN1D", "ConvRNN2D", "ConvRNN3D"]

Tensor = torch.Tensor


class ConvRNN(RNN):
    """Runs a convolutional cell over the time axis; the arguments are those of ``ConvRNN2D``."""

    rank: int

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        if unroll:
            raise TypeError(
                f"{kind}: expected unroll=False, since convolutional cells do not unroll. Received: {unroll}"
            )
        if isinstance(cell, (list, tuple)):
            raise TypeError(f"{kind}: expected one cell, since convolutional cells do not stack. Received: {len(cell)}")
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll, **kwargs)
        self.input_spec = [InputSpec(ndim=self.rank + 3)]
        self._step_shape: tuple[int | None, ...] | None = None

    def _state_shapes(self, batch: int | None) -> list[tuple[int | None, ...]]:
        if self._step_shape is None:
            shape: list[int | None] = [None] * (self.rank + 2)
            shape[conv_utils.channel_axis(self.cell.data_format)] = self.cell.filters
        else:
            shape = list(self.cell.compute_output_shape(self._step_shape))
        return [(batch, *shape[1:])] * len(self.cell.state_size)

    def get_initial_state(self, inputs: Tensor) -> list[Tensor]:
        shape = self.cell.compute_output_shape((inputs.shape[0], *inputs.shape[2:]))
        return [zeros_for_rows(inputs, shape[1:]) for _ in self.cell.state_size]

    def build(self, input_shape: Any) -> None:
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        self._step_shape = (first[0], *first[2:])
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        state = tuple(self.cell.compute_output_shape((input_shape[0], *input_shape[2:])))
        output = (*input_shape[:2], *state[1:]) if self.return_sequences else state
        return [output, *([state] * len(self.cell.state_size))] if self.return_state else output

    def _run_cell(
        self,
        inputs: Tensor,
        states: list[Tensor],
        constants: list[Tensor] | None,
        mask: Tensor | None,
        training: bool | None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        cell = self.cell
        if constants is not None or inputs.shape[1] == 0 or type(cell).call is not ConvLSTMCell.call:
            return super()._run_cell(inputs, states, constants, mask, training)
        cell.forget_masks()
        dropped, recurrent = cell._kept_masks(inputs[:, 0], states[1], training)
        # All steps' inputs go through one convolution.
        dropped = [m.repeat_interleave(inputs.shape[1], 0) for m in dropped]
        x = cell.project(inputs.flatten(0, 1), dropped).unflatten(0, inputs.shape[:2])
        return rnn(
            lambda now, current: cell.advance(now, current, recurrent),
            x,
            states,
            go_backwards=self.go_backwards,
            mask=mask,
            zeros_first=self._starts_with_zeros(),
        )


class ConvRNN1D(ConvRNN):
    """Runs a convolutional cell over sequences of sequences; as ``ConvRNN2D``, with one spatial axis."""

    rank = 1


class ConvRNN2D(ConvRNN):
    """Runs a convolutional cell over the time axis of sequences of images.

    Args:
        cell: a cell like ``ConvLSTM2DCell``, which says the shape of its states by ``compute_output_shape``.
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last states are the first ones of the same sample in the next batch.
        unroll: must be False.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, time, rows, columns, channels), or with the channels before the rows; output without the time axis
        unless ``return_sequences``.

    Raises:
        TypeError: for ``unroll=True`` or a list of cells.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/

    Example:
        >>> from kerastorch.layers import ConvLSTM2DCell
        >>> ConvRNN2D(ConvLSTM2DCell(4, 3), return_sequences=True)(torch.ones(2, 5, 8, 8, 1)).shape
        torch.Size([2, 5, 6, 6, 4])
    """

    rank = 2


class ConvRNN3D(ConvRNN):
    """Runs a convolutional cell over sequences of volumes; as ``ConvRNN2D``, with three spatial axes."""

    rank = 3
