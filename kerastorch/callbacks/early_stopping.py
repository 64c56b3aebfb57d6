"""Stopping when nothing gets better."""

from __future__ import annotations

from typing import Any

from .. import eras
from ..backend.telling import warn
from ..training.callback import Callback
from .monitor import Direction, checked_mode, epoch_name, first_best, monitored

__all__ = ["EarlyStopping"]


def _more_is_better(name: str) -> bool:
    if eras.current().early_stopping_auto == "ending":
        return name.endswith(("acc", "accuracy", "auc"))
    return "acc" in name


class EarlyStopping(Callback):
    """Stops training when a quantity has stopped improving.

    Args:
        monitor: the quantity's name in the logs.
        min_delta: a smaller change is no improvement.
        patience: for how many epochs without improvement to go on.
        verbose: 1 says when training stops, and which weights are brought back.
        mode: ``'min'``, ``'max'``, or ``'auto'``: by the quantity's name.
        baseline: what the quantity has to beat.
        restore_best_weights: whether to bring back the weights of the best epoch: when training is stopped, in later
            Kerases at the end of every training.
        start_from_epoch: the first epoch that counts.

    Example:
        >>> from types import SimpleNamespace
        >>> stop = EarlyStopping("loss", patience=2)
        >>> model = SimpleNamespace(stop_training=False)
        >>> stop.set_model(model)
        >>> stop.on_train_begin()
        >>> for epoch, loss in enumerate([0.5, 0.4, 0.6, 0.4]):
        ...     stop.on_epoch_end(epoch, {"loss": loss})
        >>> model.stop_training, stop.stopped_epoch
        (True, 3)

    Source: https://keras.io/api/callbacks/early_stopping/
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        self.monitor = monitor
        self.min_delta = min_delta
        self.patience = patience
        self.verbose = verbose
        self.mode = checked_mode("EarlyStopping", mode)
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = 0
        self.stopped_epoch = 0
        self.best_weights: list | None = None
        self.best_epoch = 0
        self._at_end = False
        self._direction: str | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_weights = None
        self.best_epoch = 0
        self._at_end = eras.current().best_weights == "end"
        self.best = None if self._at_end else self.baseline
        self._direction = None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self._direction is None:
            self._direction = Direction("EarlyStopping", self.monitor, self.mode, _more_is_better).find(self.model)
            if self.best is None:
                self.best = first_best(self._direction)
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        improved = self._improved(current, self.best)
        if improved:
            self.best = current
            # Later Kerases go on waiting while the baseline is not beaten.
            if not self._at_end or self.baseline is None or self._improved(current, self.baseline):
                self.wait = 0
        if self.restore_best_weights and (improved or (self._at_end and self.best_weights is None)):
            self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        if improved or self.wait < self.patience or (self._at_end and epoch == 0):
            return
        self.stopped_epoch = epoch
        self.model.stop_training = True
        if self.restore_best_weights and not self._at_end:
            self._restore()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"{epoch_name(self.stopped_epoch)}: early stopping")
        if self._at_end and self.best_weights is not None:
            self._restore()

    def get_monitor_value(self, logs: dict | None) -> Any:
        """The monitored value, None where it is missing."""
        return monitored("EarlyStopping", self.monitor, logs or {})

    def _improved(self, current: float, best: float | None) -> bool:
        if best is None:
            return True
        # A NaN improves nothing.
        if self._direction == "min":
            return bool(current + self.min_delta < best)
        return bool(current - self.min_delta > best)

    def _restore(self) -> None:
        if self.best_weights is None:
            warn(
                f"EarlyStopping: no epoch was better than {self.best}, so there are no best weights to restore; "
                "the model keeps its last ones.",
                RuntimeWarning,
            )
            return
        if self.verbose > 0:
            which = f": {self.best_epoch + 1}." if self._at_end else ""
            print(f"Restoring model weights from the end of the best epoch{which}")
        self.model.set_weights(self.best_weights)
