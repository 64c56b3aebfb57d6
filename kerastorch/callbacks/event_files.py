"""Event files, which TensorBoard reads, written by torch's own writer.

Source: https://pytorch.org/docs/stable/tensorboard.html
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from .. import config
from ..backend.telling import warn

__all__ = ["as_images", "labels_of", "plain", "writer_of"]

_IMAGES_OF_ONE_WEIGHT = 3  # as many as TensorFlow showed


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


def plain(tensor: Any) -> torch.Tensor:
    """The values on the host, as floats."""
    return tensor.detach().as_subclass(torch.Tensor).float().cpu()


def as_images(weight: torch.Tensor) -> torch.Tensor | None:
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


def labels_of(file: str | os.PathLike | None, log_dir: str) -> tuple[list[Any] | None, list[str] | None]:
    """A line of a metadata file for each row; a file of several columns begins with their names.

    Args:
        file: the file, or None; one that is not there is looked for in the log's folder.
        log_dir: the folder of the event files.
    """
    if file is None:
        return None, None
    path = Path(file) if Path(file).exists() else Path(log_dir) / file
    lines = path.read_text(encoding="utf-8").splitlines()
    if "\t" not in lines[0]:
        return lines, None
    rows = [line.split("\t") for line in lines]
    return rows[1:], rows[0]
