"""Event files for TensorBoard, written by torch's own writer."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from .. import eras
from ..backend import phase
from ..backend.telling import warn
from ..training import step
from ..training.callback import Callback
from .event_files import as_images, labels_of, plain, writer_of
from .tensorboard_runs import Runs

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Writes what TensorBoard shows: losses and metrics, histograms of weights, outputs and gradients, the graph.

    Needs the package ``tensorboard``: ``pip install kerastorch[tensorboard]``. Look with ``tensorboard --logdir=logs``.

    Args:
        log_dir: the folder of the event files.
        histogram_freq: every how many epochs to write histograms of the weights, and of the layers' outputs for the
            first batch of the validation data; 0: never.
        batch_size: rows fed to the model for histograms and embeddings.
        write_graph: whether to write the graph of the model's operations.
        write_grads: whether histograms include the gradients of the loss on that batch.
        write_images: whether to show the weights as images, with the histograms.
        embeddings_freq: every how many epochs to write embeddings; 0: never.
        embeddings_layer_names: layers whose outputs are the embeddings; all Embedding layers when missing.
        embeddings_metadata: a file with a line a row of the data, or ``{layer name: file}``.
        embeddings_data: what is fed to the model for the embeddings.
        update_freq: ``'epoch'``, ``'batch'``, or every how many samples to write losses and metrics.
        profile_batch: has no effect: use ``torch.profiler``.
        write_steps_per_second: whether to write how many steps a second there are, from tf.keras on.

    From tf.keras on there is one folder for training and one for validation, ``update_freq`` counts batches, histograms
    are of weights alone and embeddings are the layers' weights; what needs other data to be shown is not written.

    Raises:
        ImportError: without ``tensorboard``; a script that runs unmodified gets a warning.
        ValueError: when embeddings or gradients are asked for without the data they need.

    Example:
        >>> TensorBoard("./logs", update_freq="batch").update_freq
        1

    Source: https://keras.io/api/callbacks/tensorboard/
    """

    def __init__(
        self,
        log_dir: str | os.PathLike = "./logs",
        histogram_freq: int = 0,
        batch_size: int = 32,
        write_graph: bool = True,
        write_grads: bool = False,
        write_images: bool = False,
        embeddings_freq: int = 0,
        embeddings_layer_names: Sequence[str] | None = None,
        embeddings_metadata: str | Mapping[str, str] | None = None,
        embeddings_data: Any = None,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        write_steps_per_second: bool = False,
    ) -> None:
        super().__init__()
        if update_freq not in ("epoch", "batch") and not (isinstance(update_freq, int) and update_freq > 0):
            raise ValueError(
                "TensorBoard: expected update_freq to be 'epoch', 'batch' or a positive number. "
                f"Received: update_freq={update_freq!r}"
            )
        self._runs = Runs(self) if eras.current().board == "runs" else None
        if embeddings_freq and embeddings_data is None and self._runs is None:
            raise ValueError(
                f"TensorBoard: expected embeddings_data beside embeddings_freq={embeddings_freq}. Received: None"
            )
        if profile_batch:
            warn("TensorBoard: profile_batch has no effect; use torch.profiler.")
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.batch_size = batch_size
        self.write_graph = write_graph
        self.write_grads = write_grads
        self.write_images = write_images
        self.embeddings_freq = embeddings_freq
        self.embeddings_layer_names = embeddings_layer_names
        self.embeddings_metadata = embeddings_metadata or {}
        self.embeddings_data = embeddings_data
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.write_steps_per_second = write_steps_per_second
        self._writer: Any = None
        self.samples_seen = 0
        self.samples_seen_at_last_write = 0

    def listens_to(self, hook: str) -> bool:
        runs = self._runs is not None
        wanted = {
            "on_batch_begin": runs and self.update_freq != "epoch",
            "on_batch_end": self.update_freq != "epoch",
            "on_epoch_begin": runs and self.write_steps_per_second,
            "on_test_end": runs,
        }
        # a class of a script's may do more in a hook
        own = type(self).__dict__.keys() if type(self) is not TensorBoard else ()
        name = hook.replace("_train_batch_", "_batch_")
        return super().listens_to(hook) and (hook in own or name in own or wanted.get(name, True))

    def set_model(self, model: Any) -> None:
        """Stores the model and says where its events go."""
        super().set_model(model)
        if self._runs is None:
            self._writer = writer_of(self.log_dir)
        else:
            self._train_dir, self._val_dir = self._runs.folder("train"), self._runs.folder("validation")

    @property
    def writer(self) -> Any:
        """Writes to ``log_dir`` itself: what loops of a script's own write to."""
        if self._writer is None:
            self._writer = writer_of(self.log_dir)
        return self._writer

    @writer.setter
    def writer(self, writer: Any) -> None:
        self._writer = writer

    @property
    def _train_writer(self) -> Any:
        """What classes of scripts write to in tf.keras."""
        return self._runs.writer("train")

    @property
    def _val_writer(self) -> Any:
        return self._runs.writer("validation")

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.train_begin()
        if self.write_graph and self.model is not None:
            self._add_graph()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.epoch_begin()

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.batch_begin()

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.update_freq == "epoch":
            return
        if self._runs is not None:
            self._runs.batch_end(logs or {})
            return
        self.samples_seen += logs["size"]
        if self.samples_seen - self.samples_seen_at_last_write >= self.update_freq:
            self._add_scalars(logs, self.samples_seen)
            self.samples_seen_at_last_write = self.samples_seen

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.epoch_end(epoch, logs or {})
            return
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._add_histograms(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._add_embeddings(epoch)
        self._add_scalars(logs or {}, epoch if self.update_freq == "epoch" else self.samples_seen)

    def on_test_end(self, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.test_end(logs or {})

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._runs is not None:
            self._runs.close()
        else:
            self.writer.close()

    def _add_scalars(self, logs: Mapping[str, Any], index: int) -> None:
        for name, value in logs.items():
            if name not in ("batch", "size"):
                self.writer.add_scalar(name, float(value), index)
        self.writer.flush()

    def _add_graph(self) -> None:
        try:
            shapes = [tensor.shape for tensor in getattr(self.model, "inputs", None) or ()]
            if not shapes or any(axis is None for shape in shapes for axis in shape[1:]):
                raise ValueError(f"an axis of free size: {shapes}" if shapes else "no input shape is known")
            inputs = self.model._on_device([np.zeros((shape[0] or 1, *shape[1:]), np.float32) for shape in shapes])
            with phase.of(False), torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the tracer warns of every size that it takes for fixed
                writer = self.writer if self._runs is None else self._train_writer
                writer.add_graph(self.model, inputs[0] if len(inputs) == 1 else [inputs], use_strict_trace=False)
        except Exception as error:  # tracing is torch's and may refuse any operation; the run matters more
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warn(f"TensorBoard: the graph could not be written ({reason}).")

    def _add_histograms(self, epoch: int) -> None:
        for weight in self.model.ordered_weights():
            tag = weight.full_name.replace(":", "_")
            self.writer.add_histogram(tag, plain(weight.view), epoch)
            if self.write_images:
                images = as_images(plain(weight.view))
                if images is not None:
                    self.writer.add_images(tag, images, epoch, dataformats="NHWC")
        if self.validation_data is None:
            if self.write_grads:
                raise ValueError(
                    "TensorBoard: validation_data must be provided to fit(), as arrays, beside write_grads=True. "
                    "Received: none"
                )
            return
        n_inputs = len(self.model.inputs)
        rest = (len(self.validation_data) - n_inputs) // 2
        rows = [array[: self.batch_size] for array in self.validation_data]
        xs, ys, ws = rows[:n_inputs], rows[n_inputs : n_inputs + rest], rows[n_inputs + rest :]
        for tag, output in self._outputs_of(self.model.layers, xs).items():
            self.writer.add_histogram(tag, output, epoch)
        if self.write_grads:
            self._add_gradients(epoch, xs, ys, ws)

    def _add_gradients(self, epoch: int, xs: list[Any], ys: list[Any], ws: list[Any]) -> None:
        model = self.model
        xs, ys, ws = model._standardize(xs, ys if len(ys) > 1 else ys[0], ws if len(ws) > 1 else ws[0])
        batch = model._on_device(xs, ys, ws)
        split = len(xs), len(xs) + len(ys)
        weights = [weight for weight in model.ordered_weights() if weight.tensor.requires_grad]
        with phase.of(False), torch.enable_grad():
            total = step.score(
                model._ready_program(), batch[: split[0]], batch[split[0] : split[1]], batch[split[1] :]
            )[0]
            gradients = torch.autograd.grad(total, [weight.tensor for weight in weights], allow_unused=True)
        for weight, gradient in zip(weights, gradients):
            if gradient is not None:
                tag = weight.full_name.replace(":", "_") + "_grad"
                self.writer.add_histogram(tag, plain(weight.view_of(gradient)), epoch)

    def _outputs_of(self, layers: Sequence[Any], xs: list[Any]) -> dict[str, torch.Tensor]:
        """What each layer gives for these inputs, in inference, under ``<layer>_out``."""
        found: dict[str, torch.Tensor] = {}

        def take(layer: Any, inputs: Any, outputs: Any) -> None:
            several = isinstance(outputs, (list, tuple))
            for i, output in enumerate(outputs if several else [outputs]):
                found[f"{layer.name}_out_{i}" if several else f"{layer.name}_out"] = plain(output)

        with _listening(layers, take):
            self.model.predict_on_batch(xs if len(xs) > 1 else xs[0])
        return found

    def _add_embeddings(self, epoch: int) -> None:
        names = self.embeddings_layer_names or [
            layer.name for layer in self.model.layers if type(layer).__name__ == "Embedding"
        ]
        layers = [self.model.get_layer(name) for name in names]
        data = self.embeddings_data if isinstance(self.embeddings_data, (list, tuple)) else [self.embeddings_data]
        count = len(data[0])
        parts = [
            self._outputs_of(layers, [array[start : start + self.batch_size] for array in data])
            for start in range(0, count, self.batch_size)
        ]
        for name in names:
            rows = torch.cat([part[f"{name}_out"] for part in parts]).reshape(count, -1)
            metadata = self.embeddings_metadata
            file = metadata if isinstance(metadata, (str, os.PathLike)) else metadata.get(name)
            labels, header = labels_of(file, self.log_dir)
            self.writer.add_embedding(rows, metadata=labels, metadata_header=header, tag=name, global_step=epoch)


@contextmanager
def _listening(layers: Sequence[Any], take: Any):
    handles = [layer.register_forward_hook(take) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
