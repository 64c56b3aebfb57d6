"""Keras 3's weights in several HDF5 files, which a ``.weights.json`` file beside them lists.

Source: Keras 3, ``keras.src.saving.saving_lib.ShardedH5IOStore``.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from . import files, guard, layered, plain
from .errors import FileError

__all__ = ["read"]

_LONGEST = 16 << 20  # bytes of a list of files; the published models' have some thousand


def read(model: Any, path: str, skip_mismatch: bool = False) -> None:
    """Reads a model's weights.

    Args:
        model: the model, built.
        path: the ``.weights.json`` file.
        skip_mismatch: leave out layers that do not fit, with a warning.

    Raises:
        FileError: when the list or a file in it is missing, damaged, or in another folder.
        ValueError: when a number of weights or a shape differs.
    """
    if os.path.getsize(path) > _LONGEST:
        raise FileError(f"load_weights: expected a list of at most {_LONGEST} bytes. Received: {path!r}")
    with open(path, "rb") as file:
        listed = plain.from_json(guard.text(file.read()), "a list of weight files")
    places = listed.get("weight_map") if isinstance(listed, dict) else None
    if not isinstance(places, dict):
        raise FileError(f"load_weights: expected a list of weight files with a weight_map. Received: {path!r}")
    with ExitStack() as stack:
        layered.read(_Shards(os.path.dirname(os.path.abspath(path)), places, stack), model, skip_mismatch)


class _Shards:
    """Where ``layered.read`` finds the arrays of a path: in the files that are listed for it."""

    def __init__(self, folder: str, places: dict[str, Any], stack: ExitStack) -> None:
        self.folder, self.places, self.stack = folder, places, stack
        self.opened: dict[str, layered.OneFile] = {}

    def groups(self, path: str) -> list[Any]:
        """The groups that hold the arrays of a path."""
        names = self.places.get(f"/{path}") or []
        return [group for name in ([names] if isinstance(names, str) else names) for group in self._in(name, path)]

    def _in(self, name: Any, path: str) -> list[Any]:
        if not isinstance(name, str) or os.path.basename(name) != name or name in ("", ".", ".."):
            raise FileError(f"load_weights: expected weight files in the folder of their list. Received: {name!r}")
        if name not in self.opened:
            opened = self.stack.enter_context(files.reading(os.path.join(self.folder, name)))
            self.opened[name] = layered.OneFile(opened)
        return self.opened[name].groups(path)
