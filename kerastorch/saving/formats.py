"""Which format is written for a path and the arguments beside it."""

from __future__ import annotations

import warnings
from typing import Any

import h5py

from .. import eras
from . import files

__all__ = ["chosen_format"]

_H5 = (".h5", ".hdf5")
# Arguments of tf.keras for TensorFlow's own format, with the values that ask for nothing.
_OF_TENSORFLOW: dict[str, Any] = {"signatures": None, "options": None, "save_traces": True}


def chosen_format(
    what: str, filepath: Any, save_format: str | None, known: tuple[str, ...], more: dict[str, Any]
) -> str:
    """The format that a path and the arguments ask for.

    Args:
        what: what is called, for messages.
        filepath: where to write.
        save_format: the caller's argument.
        known: the formats to choose from.
        more: further arguments, of which only those of TensorFlow's own format are known.

    Raises:
        ValueError: for another format.
        TypeError: for an unknown argument.
    """
    for key, value in more.items():
        if key not in _OF_TENSORFLOW:
            raise TypeError(f"{what}: expected only known keyword arguments. Received: {key!r}")
        if value != _OF_TENSORFLOW[key]:
            raise ValueError(
                f"{what}: expected {key}={_OF_TENSORFLOW[key]}, since it is for TensorFlow's own format, which only "
                f"TensorFlow writes. Received: {key}={value!r}"
            )
    end = files.ending(filepath)
    if save_format is not None:
        # what tf.keras writes in TensorFlow's own format is an HDF5 file here
        kind = {"hdf5": "h5", "tf": "h5"}.get(str(save_format).lower(), str(save_format).lower())
        if kind not in known:
            raise ValueError(f"{what}: expected save_format to be one of {known}. Received: {save_format!r}")
        return kind
    if end == ".keras" and "keras" in known:
        return "keras"
    if files.is_tensorflow_path(filepath):
        return "h5"
    if end not in _H5 and not isinstance(filepath, h5py.Group) and eras.current().other_endings != "h5":
        if eras.current().other_endings == "refused":
            raise ValueError(
                f"{what}: expected a path that ends in .keras or .h5. Received: {files.as_text(filepath)!r}"
            )
        warnings.warn(
            f"{what}: {files.as_text(filepath)!r} is written as an HDF5 file, since TensorFlow's own format is written "
            "by TensorFlow only; a path that ends in .keras or .h5 says so by itself.",
            stacklevel=5,
        )
    return "h5"
