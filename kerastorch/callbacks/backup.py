"""A run that was killed goes on where it was."""

from __future__ import annotations

import glob
import os
from typing import Any

import torch

from ..backend.telling import warn
from ..saving import files
from ..saving.errors import as_file_errors
from ..training.callback import Callback
from ..training.position import Position, put_back, snapshot

__all__ = ["BackupAndRestore"]

_NAME = "training.pt"


class BackupAndRestore(Callback):
    """Keeps a backup of the whole run, and lets the next run go on from it.

    Run the same script again after a crash or a kill: its ``fit`` continues at the batch or epoch of the last backup
    and ends with the weights that the uninterrupted run would have ended with. The backup holds weights, optimizer
    state, the place in the epoch and the order of its samples, all random streams, and what the other callbacks
    remember in plain attributes. It is one file, replaced at once when the new one is complete, and read without
    running anything in it.

    In ``fit_generator``, and ``fit`` on a generator or a loader, the source itself starts over: backups are made at the
    ends of epochs only, and a source that depends on more than numpy's and torch's global random numbers and the number
    of the epoch should be a ``Sequence``.

    Args:
        backup_dir: a folder for the backup; made if missing.
        save_freq: ``'epoch'``, or after how many batches to save as well as at the end of each epoch; False for
            neither.
        delete_checkpoint: whether to delete the backup when training has ended.
        save_before_preemption: accepted as in tf.keras; there is no warning before a kill here, so it warns.
        double_checkpoint: accepted as in Keras 3; a backup is never half written, so one is enough.

    Raises:
        ValueError: for an empty ``backup_dir``, another ``save_freq``, and for the backup of another model.

    Example:
        >>> import numpy as np
        >>> import kerastorch as keras
        >>> def run(epochs):
        ...     keras.backend.clear_session()
        ...     model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
        ...     model.compile("adam", "mse")
        ...     keep = keras.callbacks.BackupAndRestore("backup", delete_checkpoint=False)
        ...     history = model.fit(np.ones((8, 2)), np.ones(8), epochs=epochs, verbose=0, callbacks=[keep])
        ...     return history.epoch
        >>> run(2), run(4)  # as if the second had been killed after two epochs
        ([0, 1], [0, 1, 2, 3])

    Source: https://keras.io/api/callbacks/backup_and_restore/
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike,
        save_freq: str | int | bool = "epoch",
        delete_checkpoint: bool = True,
        save_before_preemption: bool = False,
        double_checkpoint: bool = False,
    ) -> None:
        super().__init__()
        self._folder = os.fspath(backup_dir)
        if not self._folder:
            raise ValueError("BackupAndRestore: expected backup_dir to name a folder. Received: backup_dir=''")
        whole = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and save_freq is not False and not whole:
            raise ValueError(
                "BackupAndRestore: expected save_freq to be 'epoch' or a positive number of batches. "
                f"Received: save_freq={save_freq!r}"
            )
        if save_before_preemption:
            warn(
                "BackupAndRestore: save_before_preemption has no effect, since nothing tells of a kill beforehand; "
                "use save_freq."
            )
        self.backup_dir = backup_dir
        self.save_freq = save_freq
        self.delete_checkpoint = delete_checkpoint

    @property
    def path(self) -> str:
        """The backup's file."""
        return os.path.join(self._folder, _NAME)

    def on_train_begin(self, logs: dict | None = None) -> None:
        os.makedirs(self._folder, exist_ok=True)
        for unfinished in glob.glob(os.path.join(glob.escape(self._folder), f".{_NAME}.*.partial")):
            os.unlink(unfinished)  # of a run that was killed while it wrote
        position: Position = self.model._position
        position.keep = self._keep
        if os.path.isfile(self.path):
            self._take_up(position)

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.delete_checkpoint and os.path.isfile(self.path):
            os.unlink(self.path)

    def _take_up(self, position: Position) -> None:
        with as_file_errors(f"{self.path!r} to be a backup"):
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            if state["version"] != 1:
                raise ValueError(f"a backup of version {state['version']}")
        position.epoch, position.batch = state["epoch"], state["batch"]
        if state["order"] is not None and position.order is not None:
            if len(state["order"]) != len(position.order):
                raise ValueError(
                    f"BackupAndRestore: expected the {len(state['order'])} samples of the backup. "
                    f"Received: {len(position.order)}"
                )
            position.order = state["order"].numpy()
        if state["totals"] is not None:
            position.totals = state["totals"]
        model, others = position.model, self._others()
        position.resume = lambda: put_back(model, others, state)

    def _others(self) -> list[Any]:
        """The callbacks whose memory is kept: those of the run, without this one."""
        return [callback for callback in self.model._position.callbacks if callback is not self]

    def _keep(self, epoch_ended: bool) -> None:
        position = self.model._position
        if not epoch_ended:
            if not position.exact or not isinstance(self.save_freq, int) or self.save_freq is False:
                return
            if position.batch % self.save_freq:
                return
        elif self.save_freq is False:
            return
        with files.replacing(self.path) as partial:
            torch.save(snapshot(position, self._others()), partial)
