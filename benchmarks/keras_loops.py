"""What a Keras script does with a row, in kerastorch and in any other Keras. Nothing of torch is imported here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import keras_models
from benchmarks.rows import Row

__all__ = ["KerasScript"]


class KerasScript:
    """A compiled model and its data.

    Args:
        row: what to do.
        keras: the Keras module.
    """

    def __init__(self, row: Row, keras: Any) -> None:
        self.row, self.keras = row, keras
        self.model = getattr(keras_models, row.model)(keras)
        xs, self.y = row.data()
        self.x = xs if len(xs) > 1 else xs[0]

    def fit(self, shuffle: bool = True) -> tuple[float, float]:
        """One pass over the data; gives its mean loss and accuracy."""
        found = self.model.fit(self.x, self.y, batch_size=self.row.batch, epochs=1, verbose=0, shuffle=shuffle)
        names = sorted(found.history, key=lambda name: name != "loss")
        return tuple(float(found.history[name][0]) for name in names)

    def evaluate(self) -> tuple[float, float]:
        """The mean loss and accuracy, in inference."""
        return tuple(self.model.evaluate(self.x, self.y, batch_size=self.row.batch, verbose=0))

    def predict(self) -> Any:
        """The outputs for all samples, as an array."""
        return self.model.predict(self.x, batch_size=self.row.batch, verbose=0)

    def predict_one(self) -> None:
        """Single samples, one after another."""
        for _ in range(self.row.steps):
            self.model.predict(self.x, verbose=0)

    def train_on_batch(self) -> None:
        """Steps on arrays that a script hands over one by one."""
        for _ in range(self.row.steps):
            self.model.train_on_batch(self.x, self.y)

    def generator(self) -> float:
        """An epoch of batches that a generator yields."""
        fit = self.model.fit_generator if self.keras.__version__.startswith("2.2") else self.model.fit
        return float(fit(self._yielded(), steps_per_epoch=self.row.steps, epochs=1, verbose=0).history["loss"][0])

    def _yielded(self) -> Iterator[tuple[Any, Any]]:
        while True:
            yield self.x, self.y
