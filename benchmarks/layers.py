"""Single recurrent layers of kerastorch, forward and backward."""

from __future__ import annotations

import torch

import kerastorch
from benchmarks.rows import Row
from kerastorch import layers
from kerastorch.backend import phase

__all__ = ["LAYERS", "OneLayer"]

LAYERS = {
    "lstm_layer": lambda: layers.LSTM(128, recurrent_activation="hard_sigmoid", return_sequences=True),
    "sigmoid_layer": lambda: layers.LSTM(128, recurrent_activation="sigmoid", return_sequences=True),
    "small_layer": lambda: layers.LSTM(32, recurrent_activation="hard_sigmoid", return_sequences=True),
    "gru_layer": lambda: layers.GRU(128, recurrent_activation="hard_sigmoid", return_sequences=True),
}


class OneLayer:
    """A layer and its input.

    Args:
        row: what to do.
        device: where.
    """

    def __init__(self, row: Row, device: str) -> None:
        kerastorch.config.set_device(device)
        self.row = row
        self.x = torch.from_numpy(row.data()[0][0]).to(device).requires_grad_()
        self.run = LAYERS[row.model]()
        with phase.of(True):
            self.run(self.x)

    def layer(self) -> None:
        """Forward and backward, to the gradients of inputs and weights."""
        weights = list(self.run.parameters())
        with phase.of(True):
            for _ in range(self.row.steps):
                torch.autograd.grad(self.run(self.x).sum(), [self.x, *weights])
