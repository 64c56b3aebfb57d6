"""Training loops written by hand in PyTorch: as most people write them, and as well as it can be done."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks import torch_models as models
from benchmarks.rows import Row

__all__ = ["HAND", "Hand", "Usual", "Tuned", "Floor", "Compiled", "loss_of", "hits_of", "on_device"]


@dataclass(frozen=True)
class Hand:
    """What the loops need to know of a model.

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
    # torch has no layers with hard_sigmoid gates: these are its own, with sigmoid
    "lstm_layer": Hand(lambda: nn.LSTM(128, 128, batch_first=True)),
    "sigmoid_layer": Hand(lambda: nn.LSTM(128, 128, batch_first=True)),
    "small_layer": Hand(lambda: nn.LSTM(32, 32, batch_first=True)),
    "gru_layer": Hand(lambda: nn.GRU(128, 128, batch_first=True)),
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


def loss_of(row: Row) -> Callable[[Tensor, Tensor], Tensor]:
    """The row's loss, a function of logits and labels."""
    return F.cross_entropy if row.loss == "sparse" else F.binary_cross_entropy_with_logits


def hits_of(row: Row, logits: Tensor, labels: Tensor) -> Tensor:
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
        row: what to do.
        device: where.
    """

    def __init__(self, row: Row, device: torch.device) -> None:
        self.row, self.hand, self.device = row, HAND[row.model], device
        torch.manual_seed(0)
        self.model = self.make_model().to(device)
        self.optimizer = self.make_optimizer()
        self.loss = loss_of(row)
        self.arrays, self.labels = row.data()
        self.xs = on_device(self.arrays, self.hand.images, device)
        self.y = on_device([self.labels], False, device)[0]

    def make_model(self) -> nn.Module:
        return self.hand.usual()

    def make_optimizer(self) -> torch.optim.Optimizer:
        return _USUAL[self.hand.optimizer](list(self.model.parameters()))

    def probabilities(self, logits: Tensor) -> Tensor:
        """What a Keras model gives, whose last layer has the activation."""
        return logits.softmax(1) if self.row.loss == "sparse" else logits.sigmoid()

    def _order(self, shuffle: bool) -> Tensor:
        count = len(self.y)
        return torch.randperm(count, device=self.device) if shuffle else torch.arange(count, device=self.device)

    def fit(self, shuffle: bool = True) -> tuple[float, float]:
        """One pass over the data; gives its mean loss and accuracy."""
        self.model.train()
        count, batch = len(self.y), self.row.batch
        order = self._order(shuffle)
        total, hits = 0.0, 0.0
        for start in range(0, count, batch):
            index = order[start : start + batch]
            loss, right = self._learn([x[index] for x in self.xs], self.y[index])
            total += loss * len(index)
            hits += right
        return total / count, hits / count

    def _learn(self, xs: Sequence[Tensor], y: Tensor) -> tuple[float, float]:
        self.optimizer.zero_grad()
        logits = self.model(*xs)
        loss = self.loss(logits, y)
        loss.backward()
        self.optimizer.step()
        return loss.item(), hits_of(self.row, logits, y).item()

    def evaluate(self) -> tuple[float, float]:
        """The mean loss and accuracy, in inference."""
        self.model.eval()
        count, batch = len(self.y), self.row.batch
        total, hits = 0.0, 0.0
        with torch.no_grad():
            for start in range(0, count, batch):
                xs, y = [x[start : start + batch] for x in self.xs], self.y[start : start + batch]
                logits = self.model(*xs)
                total += self.loss(logits, y).item() * len(y)
                hits += hits_of(self.row, logits, y).item()
        return total / count, hits / count

    def predict(self) -> np.ndarray:
        """The outputs for all samples, as an array."""
        self.model.eval()
        batch, found = self.row.batch, []
        with torch.no_grad():
            for start in range(0, len(self.y), batch):
                xs = on_device([a[start : start + batch] for a in self.arrays], self.hand.images, self.device)
                found.append(self.probabilities(self.model(*xs)).cpu().numpy())
        return np.concatenate(found)

    def predict_one(self) -> None:
        """Single samples, one after another."""
        self.model.eval()
        for _ in range(self.row.steps):
            with torch.no_grad():
                (x,) = on_device(self.arrays, self.hand.images, self.device)
                self.probabilities(self.model(x)).cpu().numpy()

    def train_on_batch(self) -> None:
        """Steps on arrays that a script hands over one by one."""
        self.model.train()
        for _ in range(self.row.steps):
            self._from_arrays(self.arrays, self.labels)

    def _from_arrays(self, xs: Sequence[np.ndarray], y: np.ndarray) -> tuple[float, float]:
        return self._learn(on_device(xs, self.hand.images, self.device), on_device([y], False, self.device)[0])

    def generator(self) -> float:
        """An epoch of batches that a generator yields."""
        self.model.train()
        total = 0.0
        for xs, y in itertools.islice(self._yielded(), self.row.steps):
            total += self._from_arrays(xs, y)[0]
        return total / self.row.steps

    def _yielded(self) -> Iterator[tuple[list[np.ndarray], np.ndarray]]:
        while True:
            yield self.arrays, self.labels

    def layer(self) -> None:
        """Forward and backward through one recurrent layer, to the gradients of inputs and weights."""
        (x,) = self.xs
        x.requires_grad_()
        weights = list(self.model.parameters())
        for _ in range(self.row.steps):
            outputs, _ = self.model(x)
            torch.autograd.grad(outputs.sum(), [x, *weights])


class Tuned(Usual):
    """The loop of somebody who knows where time goes.

    Fused optimizer, channels_last images, batches gathered on the device with ``index_select``, nothing read before the
    epoch's end.
    """

    def __init__(self, row: Row, device: torch.device) -> None:
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

    def fit(self, shuffle: bool = True) -> tuple[float, float]:
        order = self._order(shuffle).split(self.row.batch)
        return self._epoch(([x.index_select(0, i) for x in self.xs], self.y.index_select(0, i)) for i in order)

    def _epoch(self, batches: Iterator[tuple[Sequence[Tensor], Tensor]]) -> tuple[float, float]:
        device, count = self.y.device, 0
        total, hits = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
        model, optimizer, loss_of_batch, row = self.model, self.optimizer, self.loss, self.row
        for xs, y in batches:
            optimizer.zero_grad(set_to_none=True)
            logits = model(*xs)
            loss = loss_of_batch(logits, y)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss.detach() * len(y)
                hits += hits_of(row, logits.detach(), y)
            count += len(y)
        return total.item() / count, hits.item() / count

    def evaluate(self) -> tuple[float, float]:
        self.model.eval()
        device, batch, count = self.y.device, self.row.batch, len(self.y)
        total, hits = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
        with torch.inference_mode():
            for *xs, y in zip(*(t.split(batch) for t in (*self.xs, self.y))):
                logits = self.model(*xs)
                total += self.loss(logits, y) * len(y)
                hits += hits_of(self.row, logits, y)
        return total.item() / count, hits.item() / count

    def predict(self) -> np.ndarray:
        self.model.eval()
        xs = on_device(self.arrays, self.hand.images, self.device)
        with torch.inference_mode():
            found = [self.probabilities(self.model(*part)) for part in zip(*(x.split(self.row.batch) for x in xs))]
            return torch.cat(found).cpu().numpy()

    def predict_one(self) -> None:
        self.model.eval()
        (array,) = self.arrays
        for _ in range(self.row.steps):
            with torch.inference_mode():
                self.probabilities(self.model(torch.from_numpy(array).to(self.device))).cpu().numpy()

    def generator(self) -> float:
        self.model.train()
        arrays = itertools.islice(self._yielded(), self.row.steps)
        images, device = self.hand.images, self.device
        return self._epoch((on_device(xs, images, device), on_device([y], False, device)[0]) for xs, y in arrays)[0]


class Floor(Tuned):
    """The tuned loop around a model that differs from the row's but for which torch has a kernel."""

    def make_model(self) -> nn.Module:
        return self.hand.floor()


class Compiled(Tuned):
    """The tuned loop with the model given to ``torch.compile``, which needs a C++ compiler where it runs."""

    def make_model(self) -> nn.Module:
        return torch.compile(super().make_model())
