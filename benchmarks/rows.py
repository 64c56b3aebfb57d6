"""What is measured, one row each: a model, the work that is done with it, and what the ratios should stay under.

Nothing of torch is imported here, because other interpreters read this file too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["ROWS", "Row", "select"]

_MANY = 10000  # samples that are evaluated or predicted


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        name: what ``--rows`` calls it.
        title: what the table calls it.
        model: the function of ``keras_models``, and the entry of ``loops.HAND``.
        batch: samples in a step.
        steps: steps, or calls, in one turn; a turn's time is divided by it.
        make: gives ``(inputs, labels)`` for a numpy generator and a number of samples.
        loss: ``'sparse'`` (classes) or ``'binary'``.
        work: ``'fit'``, or what else is done: a method of each peer.
        limits: the ratio to another peer that is aimed at.
        most: the time in milliseconds that is aimed at.
    """

    name: str
    title: str
    model: str
    batch: int
    steps: int
    make: Callable[[Any, int], tuple[list[np.ndarray], np.ndarray]]
    loss: str = "binary"
    work: str = "fit"
    limits: dict[str, float] = field(default_factory=dict)
    most: float | None = None

    @property
    def samples(self) -> int:
        """How many samples the data of a turn has."""
        if self.work == "fit":
            return self.batch * self.steps
        return _MANY if self.work in ("evaluate", "predict") else self.batch

    def data(self, samples: int | None = None) -> tuple[list[np.ndarray], np.ndarray]:
        """Inputs and labels, the same for everybody."""
        return self.make(np.random.RandomState(0), samples or self.samples)

    def longer(self, times: int) -> Row:
        """The row with so many times the steps in a turn, up to 1000."""
        fixed = self.work in ("evaluate", "predict", "import")
        return self if fixed else dataclasses.replace(self, steps=max(self.steps, min(self.steps * times, 1000)))


def _labels(random: Any, n: int, classes: int) -> np.ndarray:
    return random.randint(0, classes, n).astype("int32") if classes else random.randint(0, 2, (n, 1)).astype("float32")


def _vectors(*widths: int, classes: int = 0) -> Callable:
    def make(random: Any, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        xs = [random.standard_normal((n, width)).astype("float32") for width in widths]
        return xs, _labels(random, n, classes)

    return make


def _sequences(steps: int, width: int) -> Callable:
    def make(random: Any, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        return [random.standard_normal((n, steps, width)).astype("float32")], _labels(random, n, 0)

    return make


def _images(size: int, channels: int) -> Callable:
    def make(random: Any, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        return [random.uniform(size=(n, size, size, channels)).astype("float32")], _labels(random, n, 10)

    return make


def _words(count: int, steps: int, padded: bool = False) -> Callable:
    def make(random: Any, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        x = random.randint(1, count, (n, steps)).astype("int32")
        if padded:
            x[np.arange(steps) >= random.randint(steps // 4, steps + 1, (n, 1))] = 0
        return [x], _labels(random, n, 0)

    return make


def _dashed(limits: dict[str, float]) -> dict[str, float]:
    return {peer.replace("_", "-"): limit for peer, limit in limits.items()}


def _fit(name: str, title: str, batch: int, steps: int, make: Callable, loss: str = "binary", **limits: float) -> Row:
    return Row(name, title, name, batch, steps, make, loss, limits={"tuned": 1.0, "usual": 0.9, **_dashed(limits)})


def _layer(name: str, title: str, batch: int, make: Callable, steps: int, limit: float) -> Row:
    return Row(name, title, name, batch, steps, make, work="layer", limits={"tuned": limit})


_MLP, _TINY = _vectors(784, classes=10), _vectors(20)

ROWS = [
    _fit("mlp", "MLP 784-512-512-10, dropout, RMSprop, batch 128", 128, 20, _MLP, "sparse", keras3_torch=1 / 1.8),
    _fit("cnn", "CNN 28x28, Adadelta, batch 128", 128, 3, _images(28, 1), "sparse", keras3_torch=1 / 1.8),
    _fit("lstm", "Embedding + LSTM(128), sigmoid, 80 steps, batch 32", 32, 8, _words(20000, 80), keras3_torch=0.2),
    _fit("lstm_hard", "the same with hard_sigmoid", 32, 8, _words(20000, 80), keras3_torch=0.2, floor=1.2),
    _fit("tiny", "tiny MLP 20-64-64-1, batch 32", 32, 200, _TINY, tuned=0.6, keras3_torch=0.2),
    _fit("embedding", "Embedding-Flatten-Dense, batch 32", 32, 50, _words(4000, 200)),
    _fit("resnet", "ResNet kind, 32x32, batch 64", 64, 3, _images(32, 3), "sparse"),
    _fit("masked_lstm", "masked LSTM(64), 80 steps, batch 32", 32, 12, _words(5000, 80, padded=True)),
    _fit("gru", "GRU(64), 80 steps, batch 32", 32, 12, _words(5000, 80)),
    _fit("bilstm", "2 x Bidirectional LSTM(64), 40 steps, batch 32", 32, 8, _words(5000, 40)),
    _fit("two_tower", "functional, two towers, batch 64", 64, 100, _vectors(32, 32)),
    _layer("lstm_layer", "LSTM layer, hard_sigmoid, (80, 32, 128, 128)", 32, _sequences(80, 128), 8, 1.2),
    _layer("sigmoid_layer", "LSTM layer, sigmoid, (80, 32, 128, 128)", 32, _sequences(80, 128), 8, 1.0),
    _layer("small_layer", "LSTM layer, hard_sigmoid, (200, 16, 32, 32)", 16, _sequences(200, 32), 20, 1.2),
    _layer("gru_layer", "GRU layer, hard_sigmoid, (80, 32, 128, 128)", 32, _sequences(80, 128), 8, 1.2),
    Row("evaluate", "evaluate() on 10,000 rows, MLP", "mlp", 32, 1, _MLP, "sparse", "evaluate"),
    Row("predict", "predict() of 10,000 rows, MLP", "mlp", 32, 1, _MLP, "sparse", "predict"),
    Row(
        "predict_one",
        "predict() of one row, tiny MLP",
        "tiny",
        1,
        300,
        _TINY,
        work="predict_one",
        limits={"tuned": 3.0, "keras3-torch": 0.05},
        most=0.2,
    ),
    Row("on_batch", "train_on_batch(), tiny MLP, batch 32", "tiny", 32, 200, _TINY, work="train_on_batch"),
    Row("generator", "fit from a generator, tiny MLP, batch 32", "tiny", 32, 200, _TINY, work="generator"),
    Row("import", "import", "tiny", 1, 1, _TINY, work="import"),
]
_FIRST = ["mlp", "cnn", "lstm", "lstm_hard", "tiny"]


def select(wanted: str | None) -> list[Row]:
    """The rows that ``--rows`` asks for: all of them, a list of names, or ``first``.

    Raises:
        SystemExit: for an unknown name.

    Example:
        >>> [row.batch for row in select("tiny,cnn")]
        [128, 32]
    """
    known = [row.name for row in ROWS]
    names = _FIRST if wanted == "first" else wanted.split(",") if wanted else known
    for name in names:
        if name not in known:
            raise SystemExit(f"run.py: expected --rows to name some of {', '.join(known)}. Received: {name}")
    return [row for row in ROWS if row.name in names]
