"""What is measured: one row a model.

A training row names a model of ``keras_models`` and the module of ``torch_models`` that is the same. Nothing of torch
is imported here, because other interpreters read this file too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Training", "TRAINING", "select"]


@dataclass(frozen=True)
class Training:
    """A training row.

    Attributes:
        name: what ``--rows`` calls it, and the function of ``keras_models``.
        title: what the table calls it.
        batch: samples in a step.
        steps: steps in one turn.
        make: gives ``(inputs, labels)`` for a numpy generator and a number of samples.
        loss: ``'sparse'`` (classes) or ``'binary'``.
        issue: the issue whose acceptance the row is.
    """

    name: str
    title: str
    batch: int
    steps: int
    make: Callable[[Any, int], tuple[list[np.ndarray], np.ndarray]]
    loss: str = "binary"
    issue: int = 4

    def data(self, samples: int | None = None) -> tuple[list[np.ndarray], np.ndarray]:
        """Inputs and labels of one turn, the same for everybody."""
        return self.make(np.random.RandomState(0), samples or self.batch * self.steps)


def _vectors(*widths: int, classes: int = 0) -> Callable:
    def make(random: Any, n: int) -> tuple[list[np.ndarray], np.ndarray]:
        xs = [random.standard_normal((n, width)).astype("float32") for width in widths]
        return xs, _labels(random, n, classes)

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


def _labels(random: Any, n: int, classes: int) -> np.ndarray:
    return random.randint(0, classes, n).astype("int32") if classes else random.randint(0, 2, (n, 1)).astype("float32")


TRAINING = [
    Training("mlp", "MLP 784-512-512-10, dropout, RMSprop, batch 128", 128, 20, _vectors(784, classes=10), "sparse", 2),
    Training("cnn", "CNN 28x28, Adadelta, batch 128", 128, 3, _images(28, 1), "sparse", 2),
    Training("lstm", "Embedding + LSTM(128), sigmoid, 80 steps, batch 32", 32, 8, _words(20000, 80), issue=2),
    Training("lstm_hard", "the same with hard_sigmoid", 32, 8, _words(20000, 80), issue=2),
    Training("tiny", "tiny MLP 20-64-64-1, batch 32", 32, 200, _vectors(20), issue=2),
    Training("embedding", "Embedding-Flatten-Dense, batch 32", 32, 50, _words(4000, 200)),
    Training("resnet", "ResNet kind, 32x32, batch 64", 64, 3, _images(32, 3), "sparse"),
    Training("masked_lstm", "masked LSTM(64), 80 steps, batch 32", 32, 12, _words(5000, 80, padded=True)),
    Training("gru", "GRU(64), 80 steps, batch 32", 32, 12, _words(5000, 80)),
    Training("bilstm", "2 x Bidirectional LSTM(64), 40 steps, batch 32", 32, 8, _words(5000, 40)),
    Training("two_tower", "functional, two towers, batch 64", 64, 100, _vectors(32, 32)),
]


def select(wanted: str | None) -> list[str]:
    """The names of the rows that ``--rows`` asks for: all of them, a list, or ``issue2``.

    Raises:
        SystemExit: for an unknown name.

    Example:
        >>> select("tiny,lstm")
        ['tiny', 'lstm']
    """
    known = [row.name for row in TRAINING]
    if not wanted:
        return known
    if wanted == "issue2":
        return [row.name for row in TRAINING if row.issue == 2]
    names = wanted.split(",")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"run.py: expected --rows to name some of {', '.join(known)}. Received: {unknown[0]}")
    return names
