"""The rows' models as a PyTorch script writes them: modules that give logits.

Sizes and hyperparameters are those of ``keras_models``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = [
    "mlp",
    "tiny",
    "CNN",
    "LastOfLSTM",
    "HardCells",
    "HardLSTM",
    "LastOfGRU",
    "MaskedLSTM",
    "PackedLSTM",
    "BiLSTM",
    "embedding",
    "ResNet",
    "TwoTower",
]


def mlp() -> nn.Module:
    """784-512-512-10 with dropout."""
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )


def tiny() -> nn.Module:
    """20-64-64-1."""
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))


class CNN(nn.Module):
    """Two convolutions and two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.drop1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.drop2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = torch.flatten(self.drop1(F.max_pool2d(x, 2)), 1)
        return self.fc2(self.drop2(F.relu(self.fc1(x))))


class LastOfLSTM(nn.Module):
    """Embedding, LSTM, and a dense layer on its last output."""

    def __init__(self, words: int, width: int, units: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, units, batch_first=True)
        self.dense = nn.Linear(units, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, (h, _) = self.lstm(self.embedding(x))
        return self.dense(h[-1])


def _hard_step(gates: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    i, f, g, o = gates.chunk(4, 1)
    i, f, o = (torch.clamp(0.2 * gate + 0.5, 0.0, 1.0) for gate in (i, f, o))
    c = f * c + i * torch.tanh(g)
    return o * torch.tanh(c), c


class HardCells(nn.Module):
    """An LSTM with hard_sigmoid gates, which torch has no layer for: a cell called step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20000, 128)
        self.inputs = nn.Linear(128, 512)
        self.recurrent = nn.Linear(128, 512, bias=False)
        self.dense = nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embedding(x)
        h = c = x.new_zeros(len(x), 128)
        for t in range(x.shape[1]):
            h, c = _hard_step(self.inputs(x[:, t]) + self.recurrent(h), c)
        return self.dense(h)


class HardLSTM(HardCells):
    """The same with the inputs of all steps multiplied at once, before the loop."""

    def forward(self, x: Tensor) -> Tensor:
        inputs = self.inputs(self.embedding(x).transpose(0, 1))
        h = c = inputs.new_zeros(inputs.shape[1], 128)
        weight = self.recurrent.weight.t()
        for gates in inputs.unbind(0):
            h, c = _hard_step(torch.addmm(gates, h, weight), c)
        return self.dense(h)


class LastOfGRU(nn.Module):
    """Embedding, GRU, and a dense layer on its last output."""

    def __init__(self, words: int, width: int, units: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.gru = nn.GRU(width, units, batch_first=True)
        self.dense = nn.Linear(units, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, h = self.gru(self.embedding(x))
        return self.dense(h[-1])


class MaskedLSTM(LastOfLSTM):
    """As above, for sequences padded with zeros at their ends.

    The LSTM runs over the padding and the output of each last real step is picked, which gives the same numbers as
    packing: on a CPU packed sequences miss the fused kernel and take several times as long.
    """

    def forward(self, x: Tensor) -> Tensor:
        outputs, _ = self.lstm(self.embedding(x))
        last = (x != 0).sum(1) - 1
        return self.dense(outputs[torch.arange(len(x), device=x.device), last])


class PackedLSTM(LastOfLSTM):
    """As above, with packed sequences, as most people write it."""

    def forward(self, x: Tensor) -> Tensor:
        lengths = (x != 0).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.dense(h[-1])


class BiLSTM(nn.Module):
    """Two bidirectional LSTMs, one on the other."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5000, 64)
        self.lstm = nn.LSTM(64, 64, num_layers=2, bidirectional=True, batch_first=True)
        self.dense = nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, (h, _) = self.lstm(self.embedding(x))
        return self.dense(torch.cat([h[-2], h[-1]], 1))


def embedding() -> nn.Module:
    """Embedding, Flatten, Dense."""
    return nn.Sequential(nn.Embedding(4000, 32), nn.Flatten(), nn.Linear(6400, 1))


class _Block(nn.Module):
    def __init__(self, inputs: int, filters: int, strides: int) -> None:
        super().__init__()
        self.strides = strides
        self.conv1 = nn.Conv2d(inputs, filters, 3, strides, 0 if strides > 1 else 1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.around = nn.Conv2d(inputs, filters, 1, strides, bias=False) if strides > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x, (0, 1, 0, 1)) if self.strides > 1 else x  # where Keras's 'same' pads
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(padded)))))
        return F.relu(self.around(x) + y)


class ResNet(nn.Module):
    """One residual block for each of 16, 32 and 64 filters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16, eps=1e-3, momentum=0.01)
        self.blocks = nn.Sequential(_Block(16, 16, 1), _Block(16, 32, 2), _Block(32, 64, 2))
        self.dense = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(F.relu(self.norm(self.conv(x))))
        return self.dense(x.mean((2, 3)))


class TwoTower(nn.Module):
    """Two inputs, a tower of dense layers on each, joined."""

    def __init__(self) -> None:
        super().__init__()
        self.towers = nn.ModuleList(
            nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()) for _ in range(2)
        )
        self.joined = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.joined(torch.cat([self.towers[0](a), self.towers[1](b)], 1))
