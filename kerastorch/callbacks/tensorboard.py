"""Event files for TensorBoard, written by torch's own writer."""

from __future__ import annotations

import os
import sys
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import config
from ..backend import phase
from ..backend.telling import warn
from ..training import step
from ..training.callback import Callback

__all__ = ["TensorBoard", "writer_of"]

_IMAGES_OF_ONE_WEIGHT = 3  # as many as TensorFlow showed


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
    ) -> None:
        super().__init__()
        if update_freq not in ("epoch", "batch") and not (isinstance(update_freq, int) and update_freq > 0):
            raise ValueError(
                "TensorBoard: expected update_freq to be 'epoch', 'batch' or a positive number of samples. "
                f"Received: update_freq={update_freq!r}"
            )
        if embeddings_freq and embeddings_data is None:
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
        self.writer: Any = None
        self.samples_seen = 0
        self.samples_seen_at_last_write = 0

    def listens_to(self, hook: str) -> bool:
        batches = hook in ("on_batch_end", "on_train_batch_end")
        return super().listens_to(hook) and (not batches or self.update_freq != "epoch")

    def set_model(self, model: Any) -> None:
        """Stores the model and opens ``writer``, which loops of a script's own write to."""
        super().set_model(model)
        self.writer = writer_of(self.log_dir)

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self.writer is None:
            self.writer = writer_of(self.log_dir)
        if self.write_graph:
            self._add_graph()

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.update_freq == "epoch":
            return
        self.samples_seen += logs["size"]
        if self.samples_seen - self.samples_seen_at_last_write >= self.update_freq:
            self._add_scalars(logs, self.samples_seen)
            self.samples_seen_at_last_write = self.samples_seen

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._add_histograms(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._add_embeddings(epoch)
        self._add_scalars(logs or {}, epoch if self.update_freq == "epoch" else self.samples_seen)

    def on_train_end(self, logs: dict | None = None) -> None:
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
                self.writer.add_graph(self.model, inputs[0] if len(inputs) == 1 else [inputs], use_strict_trace=False)
        except Exception as error:  # tracing is torch's and may refuse any operation; the run matters more
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warn(f"TensorBoard: the graph could not be written ({reason}).")

    def _add_histograms(self, epoch: int) -> None:
        for weight in _weights(self.model):
            tag = weight.full_name.replace(":", "_")
            self.writer.add_histogram(tag, _plain(weight.view), epoch)
            if self.write_images:
                images = _as_images(_plain(weight.view))
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
        weights = [weight for weight in _weights(model) if weight.tensor.requires_grad]
        with phase.of(False), torch.enable_grad():
            total = step.score(
                model._ready_program(), batch[: split[0]], batch[split[0] : split[1]], batch[split[1] :]
            )[0]
            gradients = torch.autograd.grad(total, [weight.tensor for weight in weights], allow_unused=True)
        for weight, gradient in zip(weights, gradients):
            if gradient is not None:
                tag = weight.full_name.replace(":", "_") + "_grad"
                self.writer.add_histogram(tag, _plain(weight.view_of(gradient)), epoch)

    def _outputs_of(self, layers: Sequence[Any], xs: list[Any]) -> dict[str, torch.Tensor]:
        """What each layer gives for these inputs, in inference, under ``<layer>_out``."""
        found: dict[str, torch.Tensor] = {}

        def take(layer: Any, inputs: Any, outputs: Any) -> None:
            several = isinstance(outputs, (list, tuple))
            for i, output in enumerate(outputs if several else [outputs]):
                found[f"{layer.name}_out_{i}" if several else f"{layer.name}_out"] = _plain(output)

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
            labels, header = self._labels_of(name)
            self.writer.add_embedding(rows, metadata=labels, metadata_header=header, tag=name, global_step=epoch)

    def _labels_of(self, name: str) -> tuple[list[Any] | None, list[str] | None]:
        """A line of the metadata file for each row; a file of several columns begins with their names."""
        metadata = self.embeddings_metadata
        file = metadata if isinstance(metadata, (str, os.PathLike)) else metadata.get(name)
        if file is None:
            return None, None
        path = Path(file) if Path(file).exists() else Path(self.log_dir) / file
        lines = path.read_text(encoding="utf-8").splitlines()
        if "\t" not in lines[0]:
            return lines, None
        rows = [line.split("\t") for line in lines]
        return rows[1:], rows[0]


class _NoWriter:
    """Takes what a writer takes and writes nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **kwargs: None


def writer_of(log_dir: str) -> Any:
    """Torch's writer of event files.

    Args:
        log_dir: the folder.

    Raises:
        ImportError: without tensorboard; a script that runs unmodified gets a warning.
    """
    # where TensorFlow's name is answered by another package, tensorboard would lean on what that has not got
    sys.modules.setdefault("tensorboard.compat.notf", types.ModuleType("tensorboard.compat.notf"))
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        needed = f"TensorBoard needs the package tensorboard: pip install kerastorch[tensorboard] ({error})"
        if config.lenient():
            warn(f"{needed}. Training goes on, and nothing is written to {log_dir}.")
            return _NoWriter()
        raise ImportError(needed) from None

    class Writer(SummaryWriter):
        def add_summary(self, summary: Any, global_step: int | None = None) -> None:
            """Writes the numbers of a ``tf.Summary``, as TensorFlow 1's writer does."""
            for value in summary.value:
                self.add_scalar(value.tag, float(value.simple_value), global_step)

    return Writer(log_dir)


def _weights(model: Any) -> list[Any]:
    return model.ordered_weights()


def _plain(tensor: Any) -> torch.Tensor:
    return tensor.detach().as_subclass(torch.Tensor).float().cpu()


def _as_images(weight: torch.Tensor) -> torch.Tensor | None:
    """A weight as grey images (n, height, width, 1) from 0 to 1; None for more than three axes of some length."""
    weight = weight.squeeze()
    if weight.ndim == 1:
        images = weight.reshape(1, -1, 1, 1)
    elif weight.ndim == 2:
        images = (weight.T if weight.shape[0] > weight.shape[1] else weight)[None, :, :, None]
    elif weight.ndim == 3:
        images = weight.permute(2, 0, 1)[:_IMAGES_OF_ONE_WEIGHT, :, :, None]
    else:
        return None
    low, high = images.min(), images.max()
    return (images - low) / (high - low).clamp_min(1e-12)


@contextmanager
def _listening(layers: Sequence[Any], take: Any):
    handles = [layer.register_forward_hook(take) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
