"""What TensorBoard shows of a run in tf.keras and Keras 3: one folder for training and one for validation.

Source: https://keras.io/api/callbacks/tensorboard/
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from .. import eras
from .event_files import as_images, labels_of, plain, writer_of

__all__ = ["Runs"]


class Runs:
    """The event files of a ``TensorBoard`` callback.

    Losses and metrics are called ``epoch_…`` in both folders, ``batch_…`` where ``update_freq`` asks for them, and
    ``evaluation_…_vs_iterations`` at the end of each evaluation.

    Args:
        board: the callback, whose arguments say what to write.
    """

    def __init__(self, board: Any) -> None:
        self._board = board
        self._writers: dict[str, Any] = {}
        self._batches = 0
        self._epoch_began = self._batch_began = 0.0
        self._steps_before = 0

    def folder(self, part: str) -> str:
        """Where the events of ``'train'`` or ``'validation'`` are written."""
        return os.path.join(self._board.log_dir, part)

    def writer(self, part: str) -> Any:
        """The part's writer, made when it is first asked for."""
        if part not in self._writers:
            self._writers[part] = writer_of(self.folder(part))
        return self._writers[part]

    def close(self) -> None:
        """Ends the files; what is written later begins new ones."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def train_begin(self) -> None:
        self._batches = 0

    def epoch_begin(self) -> None:
        self._epoch_began, self._steps_before = time.perf_counter(), self._steps_done()

    def batch_begin(self) -> None:
        self._batches += 1
        self._batch_began = time.perf_counter()

    def batch_end(self, logs: Mapping[str, Any]) -> None:
        """Writes the numbers of a batch, one in so many."""
        board = self._board
        if board.update_freq == "epoch" or self._batches % board.update_freq:
            return
        values = dict(logs)
        if board.write_steps_per_second:
            values["steps_per_second"] = 1.0 / max(time.perf_counter() - self._batch_began, 1e-9)
        self._write("train", "batch_", values, self._batches)

    def epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Writes the numbers of an epoch, histograms of the weights, embeddings."""
        board = self._board
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        measured = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
        if train:
            train.update(self._rates())
            if board.write_steps_per_second:
                seconds = max(time.perf_counter() - self._epoch_began, 1e-9)
                train["steps_per_second"] = (self._steps_done() - self._steps_before) / seconds
        self._write("train", "epoch_", train, epoch)
        self._write("validation", "epoch_", measured, epoch)
        if board.histogram_freq and epoch % board.histogram_freq == 0:
            self._write_weights(epoch)
        if board.embeddings_freq and epoch % board.embeddings_freq == 0:
            self._write_embeddings(epoch)

    def test_end(self, logs: Mapping[str, Any]) -> None:
        """Writes the numbers of an evaluation, by how many steps the model has learnt."""
        if getattr(self._board.model, "optimizer", None) is not None:
            values = {f"{name}_vs_iterations": value for name, value in logs.items()}
            self._write("validation", "evaluation_", values, self._steps_done())

    def _steps_done(self) -> int:
        return int(getattr(getattr(self._board.model, "optimizer", None), "iterations", 0))

    def _write(self, part: str, prefix: str, values: Mapping[str, Any], index: int) -> None:
        if not values:
            return
        writer = self.writer(part)
        for name, value in values.items():
            writer.add_scalar(prefix + name, float(value), index)
        writer.flush()

    def _rates(self) -> dict[str, float]:
        """The learning rate: always in Keras 3, in tf.keras where a schedule gives it."""
        optimizer = self._board.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        held = getattr(optimizer, "lr", None)
        scheduled = getattr(held, "is_schedule", False)
        if held is None or not (scheduled or eras.current().board_rates == "always"):
            return {}
        return {"learning_rate": float(held(optimizer.iterations) if scheduled else held)}

    def _write_weights(self, epoch: int) -> None:
        writer = self.writer("train")
        for layer in self._board.model.layers:
            for weight in layer.weights:
                tag = (weight.path if eras.current().variable_names == "own" else weight.name).replace(":", "_")
                writer.add_histogram(f"{tag}/histogram", plain(weight), epoch)
                images = as_images(plain(weight)) if self._board.write_images else None
                if images is not None:
                    writer.add_images(f"{tag}/image", images, epoch, dataformats="NHWC")
        writer.flush()

    def _write_embeddings(self, epoch: int) -> None:
        """The rows of each Embedding layer, with the lines of its metadata."""
        metadata = self._board.embeddings_metadata
        layers = {layer.name: layer for layer in self._board.model.layers if type(layer).__name__ == "Embedding"}
        unknown = [] if isinstance(metadata, (str, os.PathLike)) else sorted(set(metadata) - set(layers))
        if unknown:
            raise ValueError(
                f"TensorBoard: expected embeddings_metadata to name Embedding layers of the model, {sorted(layers)}. "
                f"Received: {unknown}"
            )
        for name, layer in layers.items():
            file = metadata if isinstance(metadata, (str, os.PathLike)) else metadata.get(name)
            labels, header = labels_of(file, self._board.log_dir)
            self.writer("train").add_embedding(
                plain(layer.weights[0]), metadata=labels, metadata_header=header, tag=name, global_step=epoch
            )
