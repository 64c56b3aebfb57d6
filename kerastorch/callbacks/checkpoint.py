"""Saving the model while it trains."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .. import eras
from ..training import checkpoint
from ..training.callback import Callback
from .monitor import Direction, checked_mode, epoch_name, first_best, monitored

__all__ = ["ModelCheckpoint"]


def _more_is_better(name: str) -> bool:
    return "acc" in name or name.startswith("fmeasure")


class ModelCheckpoint(Callback):
    """Saves the model, or its weights, after epochs or batches.

    The file of a whole model also holds where the run stands: random states, what callbacks remember, what layers and
    metrics carry from batch to batch. ``fit(..., initial_epoch=n)`` of the model that ``load_model`` read from the
    file of epoch ``n`` goes on from there, to the bits that the uninterrupted run would have come to; so does the epoch
    that ``save_freq`` cut in two. Any other ``fit`` leaves all that alone, and so do other Kerases.

    Args:
        filepath: where to; may hold ``{epoch}`` and names of the logs, with formats, as in
            ``'w.{epoch:02d}-{val_loss:.2f}.h5'``. Missing folders are made.
        monitor: the quantity that says what is best.
        verbose: 1 says what is saved.
        save_best_only: whether to save only what beats everything before.
        save_weights_only: ``model.save_weights`` instead of ``model.save``.
        mode: ``'min'``, ``'max'``, or ``'auto'``: by the quantity's name.
        period: save every so many epochs.
        save_freq: ``'epoch'``, or a number: save every so many batches.
        initial_value_threshold: what the quantity has to beat to be saved at all.

    Raises:
        ValueError: for a ``save_freq`` or ``period`` that is none, and for a ``filepath`` with an unknown name.

    Example:
        >>> class Model:
        ...     def save_weights(self, filepath, overwrite):
        ...         print("saved", filepath)
        >>> save = ModelCheckpoint("w.{epoch:02d}-{loss:.2f}.h5", "loss", save_weights_only=True)
        >>> save.set_model(Model())
        >>> save.on_epoch_end(4, {"loss": 0.125})
        saved w.05-0.12.h5

    Source: https://keras.io/api/callbacks/model_checkpoint/
    """

    def __init__(
        self,
        filepath: str | os.PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        period: int = 1,
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__()
        if save_freq != "epoch" and not _is_count(save_freq):
            raise ValueError(
                "ModelCheckpoint: expected save_freq to be 'epoch' or a positive number of batches. "
                f"Received: save_freq={save_freq!r}"
            )
        if not _is_count(period):
            raise ValueError(
                f"ModelCheckpoint: expected period to be a positive number of epochs. Received: {period!r}"
            )
        self.filepath = os.fspath(filepath)
        checked = save_weights_only and eras.current().weights_endings == "checked"
        if checked and not self.filepath.endswith((".weights.h5", ".pt", ".safetensors")):
            raise ValueError(
                "ModelCheckpoint: expected filepath to end in .weights.h5 with save_weights_only=True, as the era "
                f"{eras.current().name} has it. Received: filepath={self.filepath!r}"
            )
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.mode = checked_mode("ModelCheckpoint", mode)
        self.period = period
        self.save_freq = save_freq
        self.best = initial_value_threshold
        self.epochs_since_last_save = 0
        self._batches_since_last_save = 0
        self._epoch = 0
        self._memory: checkpoint.Memory | None = None
        self._direction: str | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        position = getattr(self.model, "_position", None)
        whole = position is not None and position.model._program is not None and not self.save_weights_only
        self._memory = checkpoint.Memory(checkpoint.remembering(position)) if whole else None

    def listens_to(self, hook: str) -> bool:
        batches = hook in ("on_batch_end", "on_train_batch_end")
        return super().listens_to(hook) and (not batches or self.save_freq != "epoch")

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches_since_last_save += 1
        if self._batches_since_last_save >= self.save_freq:
            self._batches_since_last_save = 0
            self._save(self._epoch, {**(logs or {}), "batch": batch + 1}, ended=False)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.save_freq != "epoch":
            return
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: dict[str, Any], ended: bool = True) -> None:
        filepath = self._file_name(epoch, logs)
        if not self._wanted(epoch, logs, filepath):
            return
        folder = os.path.dirname(filepath)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(filepath, overwrite=True)
        elif self._memory is None:
            self.model.save(filepath, overwrite=True)
        else:
            with checkpoint.writing(self.model, checkpoint.kept_for(self._memory, self, logs if ended else None)):
                self.model.save(filepath, overwrite=True)
        if eras.current().saving_told == "before_and_after":
            self._say(epoch, f"finished saving model to {filepath}")

    def _wanted(self, epoch: int, logs: dict[str, Any], filepath: str) -> bool:
        """Whether to save now; says so."""
        if not self.save_best_only:
            self._say(epoch, f"saving model to {filepath}")
            return True
        saves = eras.current().unmonitored == "saved"
        current = monitored("ModelCheckpoint", self.monitor, logs, "it saves every time" if saves else "it did nothing")
        if current is None:
            return saves
        improved, best = self._improved(current), "None" if self.best is None else f"{self.best:0.5f}"
        if improved:
            self._say(epoch, f"{self.monitor} improved from {best} to {current:0.5f}, saving model to {filepath}")
            self.best = current
        else:
            self._say(epoch, f"{self.monitor} did not improve from {best}")
        return improved

    def _file_name(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return self.filepath.format(**{**logs, "epoch": epoch + 1})
        except (KeyError, IndexError) as error:
            raise ValueError(
                f"ModelCheckpoint: expected filepath to name only epoch and what is logged ({', '.join(logs)}). "
                f"Received: filepath={self.filepath!r}, in which {error} is unknown"
            ) from None

    def _improved(self, current: float) -> bool:
        if self._direction is None:
            self._direction = Direction("ModelCheckpoint", self.monitor, self.mode, _more_is_better).find(self.model)
            if self.best is None:
                self.best = first_best(self._direction)
        if self.best is None:
            return True
        return bool(current < self.best if self._direction == "min" else current > self.best)

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose > 0:
            print(f"\n{epoch_name(epoch)}: {what}")


def _is_count(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value > 0
