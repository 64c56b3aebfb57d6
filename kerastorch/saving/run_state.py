"""The state of a training run as bytes in a model's file; read without running anything in it."""

from __future__ import annotations

import io
from typing import Any

import torch

from ..training import checkpoint
from .errors import FileError, as_file_errors

__all__ = ["NAME", "dumped", "note"]

NAME = "kerastorch_run"  # of the dataset in HDF5 files, and of the member in archives


def dumped(model: Any) -> bytes | None:
    """What ``ModelCheckpoint`` wants kept beside the model that is being saved; None for nothing."""
    state = checkpoint.found_in(model)
    if state is None:
        return None
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


def note(model: Any, data: bytes) -> None:
    """Lets the model's next ``fit`` find what its file holds.

    Raises:
        FileError: when that is no state of a run.
    """
    what = f"the state of a run in {NAME!r}"
    with as_file_errors(what):
        state = torch.load(io.BytesIO(data), "cpu", weights_only=True)
        if not checkpoint.is_state(state):
            raise FileError(f"load: expected {what}. Received: something else")
    checkpoint.found_in(model, state)
