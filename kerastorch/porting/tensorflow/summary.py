"""``tf.summary``: numbers, images and text for TensorBoard. Needs the package tensorboard.

Source: https://www.tensorflow.org/api_docs/python/tf/summary
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...callbacks.event_files import writer_of
from ._functions import refusing
from ._texts import TextTensor, holds_text

__all__ = [
    "FileWriter",
    "SummaryWriter",
    "create_file_writer",
    "create_noop_writer",
    "experimental",
    "flush",
    "graph",
    "histogram",
    "image",
    "merge_all",
    "record_if",
    "scalar",
    "should_record_summaries",
    "text",
    "trace_export",
    "trace_off",
    "trace_on",
    "write",
]


class SummaryWriter:
    """Writes to the event files of a folder.

    Args:
        logdir: the folder; None writes nothing.
    """

    def __init__(self, logdir: Any) -> None:
        self._writer = None if logdir is None else writer_of(str(logdir))

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """A block whose summaries go here."""
        before = _current.writer, _current.step
        _current.writer = self
        _current.step = before[1] if step is None else step
        try:
            yield self
        finally:
            _current.writer, _current.step = before

    def set_as_default(self, step: Any = None) -> None:
        """Summaries go here from now on."""
        _current.writer = self
        _current.step = _current.step if step is None else step

    def flush(self) -> None:
        """Writes what waits."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Ends the files."""
        if self._writer is not None:
            self._writer.close()

    def init(self) -> None:
        """Nothing: the writer is ready."""

    # ------------------------------------------------- as TensorFlow 1 used it

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Writes the numbers of a ``tf.Summary``."""
        for value in getattr(summary, "value", ()):
            self._write("scalar", value.tag, value.simple_value, global_step)

    def add_graph(self, graph: Any, global_step: Any = None) -> None:
        """Nothing: there is no TensorFlow graph."""

    def _write(self, kind: str, tag: str, *data: Any, **options: Any) -> None:
        if self._writer is not None:
            getattr(self._writer, f"add_{kind}")(tag, *data, **options)


class FileWriter(SummaryWriter):
    """``SummaryWriter`` as TensorFlow 1 called it.

    Args:
        logdir: the folder.
        graph: a graph, which there is none of.
        **kwargs: sizes and times of waiting, accepted as in TensorFlow.
    """

    def __init__(self, logdir: Any, graph: Any = None, **kwargs: Any) -> None:
        super().__init__(logdir)


_current = SimpleNamespace(writer=None, step=None, recording=True)


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: Any = None, **kwargs: Any
) -> SummaryWriter:
    """A writer to the event files of a folder.

    Raises:
        ImportError: without the package tensorboard.
    """
    return SummaryWriter(logdir)


def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing."""
    return SummaryWriter(None)


def _step(step: Any) -> int:
    found = _current.step if step is None else step
    if found is None:
        raise ValueError("tf.summary: expected a step, here or by tf.summary.experimental.set_step. Received: None")
    return int(found)


def _add(kind: str, name: str, *data: Any, step: Any, **options: Any) -> bool:
    if _current.writer is None or not _current.recording:
        return False
    _current.writer._write(kind, name, *data, _step(step), **options)
    return True


def scalar(name: str, data: Any, step: Any = None, description: str | None = None, **kwargs: Any) -> bool:
    """Writes a number.

    Returns:
        Whether it was written: whether a writer is in force.
    """
    return _add("scalar", name, float(data), step=step)


def histogram(name: str, data: Any, step: Any = None, buckets: Any = None, description: Any = None) -> bool:
    """Writes how numbers are distributed."""
    return _add("histogram", name, np.asarray(data), step=step)


def image(name: str, data: Any, step: Any = None, max_outputs: int = 3, description: str | None = None) -> bool:
    """Writes the first images of a batch (images, height, width, channels)."""
    pictures = np.asarray(data)[:max_outputs]
    if pictures.dtype.kind == "f":
        pictures = np.clip(pictures, 0.0, 1.0)
    return _add("images", name, pictures, step=step, dataformats="NHWC")


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes text."""
    shown = "\n".join(v.decode() for v in TextTensor(data).array.reshape(-1)) if holds_text(data) else str(data)
    return _add("text", name, shown, step=step)


def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None) -> bool:
    """Writes a tensor, as a histogram."""
    return histogram(tag, tensor, step)


def graph(graph_data: Any) -> bool:
    """Nothing: there is no TensorFlow graph."""
    return False


def flush(writer: Any = None, name: str | None = None) -> None:
    """Writes what waits."""
    chosen = writer or _current.writer
    if chosen is not None:
        chosen.flush()


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """A block whose summaries are written when a condition holds."""
    before = _current.recording
    _current.recording = bool(condition() if callable(condition) else condition)
    try:
        yield
    finally:
        _current.recording = before


def should_record_summaries() -> bool:
    """Whether summaries are written."""
    return _current.writer is not None and _current.recording


def merge_all(*args: Any, **kwargs: Any) -> None:
    """None: summaries are written when they are made."""


def trace_on(*args: Any, **kwargs: Any) -> None:
    """Nothing: ``torch.profiler`` profiles."""


def trace_off() -> None:
    """Nothing."""


def trace_export(*args: Any, **kwargs: Any) -> None:
    """Nothing: ``torch.profiler`` profiles."""


def _set_step(step: Any) -> None:
    """The step of summaries that name none."""
    _current.step = step


experimental = SimpleNamespace(get_step=lambda: _current.step, set_step=_set_step)


__getattr__ = refusing(__name__)
