"""Training loops written by hand in PyTorch: as most people write them, and as well as it can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks import torch_models as models
from benchmarks.rows import Training

__all__ = ["HAND", "Hand", "Usual", "Tuned", "loss_of", "hits_of", "on_device"]


@dataclass(frozen=True)
class Hand:
    """What the loops need to know of a row.

    Attributes:
        usual: makes the model of the usual loop.
        tuned: makes that of the tuned loop, where it is another one.
        optimizer: its name.
        images: whether inputs are images, which torch wants channels first.
        floor: makes a model that is not the same but shows what torch's own kernel could do.
    """

    usual: Callable[[], nn.Module]
    tuned: Callable[[], nn.Module] | None = None
    optimizer: str = "adam"
    images: bool = False
    floor: Callable[[], nn.Module] | None = None


HAND = {
    "mlp": Hand(models.mlp, optimizer="rmsprop"),
    "tiny": Hand(models.tiny),
    "cnn": Hand(models.CNN, optimizer="adadelta", images=True),
    "lstm": Hand(lambda: models.LastOfLSTM(20000, 128, 128)),
    "lstm_hard": Hand(models.HardCells, models.HardLSTM, floor=lambda: models.LastOfLSTM(20000, 128, 128)),
    "embedding": Hand(models.embedding),
    "resnet": Hand(models.ResNet, optimizer="sgd", images=True),
    "masked_lstm": Hand(lambda: models.PackedLSTM(5000, 64, 64), lambda: models.MaskedLSTM(5000, 64, 64)),
    "gru": Hand(lambda: models.LastOfGRU(5000, 64, 64)),
    "bilstm": Hand(models.BiLSTM),
    "two_tower": Hand(models.TwoTower),
}

_USUAL = {
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3, eps=1e-7),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, alpha=0.9, eps=1e-7),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-7),
}
_TUNED = {
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3, eps=1e-7, fused=True),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, fused=True),
    # There is no fused kernel of these two.
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, alpha=0.9, eps=1e-7, foreach=_foreach(p)),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0, rho=0.95, eps=1e-7, foreach=_foreach(p)),
}


def _foreach(params: Sequence[Tensor]) -> bool:
    """Lists of tensors at once pay on a GPU; on a CPU they walk through memory more often."""
    return params[0].is_cuda


def loss_of(row: Training) -> Callable[[Tensor, Tensor], Tensor]:
    """The row's loss, a function of logits and labels."""
    return F.cross_entropy if row.loss == "sparse" else F.binary_cross_entropy_with_logits


def hits_of(row: Training, logits: Tensor, labels: Tensor) -> Tensor:
    """How many samples of a batch are right."""
    if row.loss == "sparse":
        return (logits.argmax(1) == labels).sum()
    return ((logits > 0) == (labels > 0.5)).sum()


def on_device(xs: Sequence[np.ndarray], images: bool, device: torch.device) -> list[Tensor]:
    """Arrays as tensors on the device, images channels first, whole numbers as int64."""
    tensors = [torch.from_numpy(x) for x in xs]
    tensors = [t.permute(0, 3, 1, 2).contiguous() if images else t for t in tensors]
    return [(t if t.is_floating_point() else t.long()).to(device) for t in tensors]


class Usual:
    """The loop of most scripts: an optimizer as it comes, metrics fetched after each step.

    Args:
        row: what to train.
        device: where.
    """

    def __init__(self, row: Training, device: torch.device) -> None:
        self.row, self.hand = row, HAND[row.name]
        torch.manual_seed(0)
        self.model = self.make_model().to(device)
        self.optimizer = self.make_optimizer()
        self.loss = loss_of(row)
        xs, y = row.data()
        self.xs = on_device(xs, self.hand.images, device)
        self.y = on_device([y], False, device)[0]

    def make_model(self) -> nn.Module:
        return self.hand.usual()

    def make_optimizer(self) -> torch.optim.Optimizer:
        return _USUAL[self.hand.optimizer](list(self.model.parameters()))

    def epoch(self, shuffle: bool = True) -> tuple[float, float]:
        """One pass over the data; gives its mean loss and accuracy."""
        self.model.train()
        count, batch = len(self.y), self.row.batch
        order = torch.randperm(count) if shuffle else torch.arange(count)
        total, hits = 0.0, 0.0
        for start in range(0, count, batch):
            index = order[start : start + batch]
            xs, y = [x[index] for x in self.xs], self.y[index]
            self.optimizer.zero_grad()
            logits = self.model(*xs)
            loss = self.loss(logits, y)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(y)
            hits += hits_of(self.row, logits, y).item()
        return total / count, hits / count


class Tuned(Usual):
    """The loop of somebody who knows where time goes.

    Fused optimizer, channels_last images, batches gathered on the device with ``index_select``, nothing read before the
    epoch's end.
    """

    def __init__(self, row: Training, device: torch.device) -> None:
        super().__init__(row, device)
        if self.hand.images:
            self.model = self.model.to(memory_format=torch.channels_last)
            self.xs = [x.to(memory_format=torch.channels_last) for x in self.xs]
        self.optimizer = self.make_optimizer()
        self.model.train()

    def make_model(self) -> nn.Module:
        return (self.hand.tuned or self.hand.usual)()

    def make_optimizer(self) -> torch.optim.Optimizer:
        return _TUNED[self.hand.optimizer](list(self.model.parameters()))

    def epoch(self, shuffle: bool = True) -> tuple[float, float]:
        """One pass over the data; gives its mean loss and accuracy."""
        count, device = len(self.y), self.y.device
        order = torch.randperm(count, device=device) if shuffle else torch.arange(count, device=device)
        total, hits = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
        model, optimizer, loss_of_batch, row = self.model, self.optimizer, self.loss, self.row
        for index in order.split(row.batch):
            xs, y = [x.index_select(0, index) for x in self.xs], self.y.index_select(0, index)
            optimizer.zero_grad(set_to_none=True)
            logits = model(*xs)
            loss = loss_of_batch(logits, y)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss.detach() * len(y)
                hits += hits_of(row, logits.detach(), y)
        return total.item() / count, hits.item() / count


class Floor(Tuned):
    """The tuned loop around a model that differs from the row's but for which torch has a kernel."""

    def make_model(self) -> nn.Module:
        return self.hand.floor()


class Compiled(Tuned):
    """The tuned loop with the model given to ``torch.compile``, which needs a C++ compiler where it runs."""

    def make_model(self) -> nn.Module:
        return torch.compile(super().make_model())
