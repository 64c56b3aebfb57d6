"""Whole models to files and back: which format a path means.

Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

import os
import zipfile
from typing import Any

import h5py

from . import archive, files, h5_model

__all__ = ["save_model", "load_model"]


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Writes architecture, weights, compile arguments and optimizer state to a file.

    Args:
        model: the model.
        filepath: where to; a path or an open HDF5 file or group. A path that ends in ``.keras`` gives the zip archive
            of tf.keras 2.12 and Keras 3, any other one Keras 2's HDF5 file.
        overwrite: False asks before an existing file is replaced.
        include_optimizer: False leaves the optimizer out.
        save_format: ``'h5'`` or ``'keras'`` instead of what the path says; ``'tf'`` gives an HDF5 file, too.

    Raises:
        ValueError: before the model is built, or for another format.
        OSError: when the file cannot be written.
    """
    if save_format not in (None, "h5", "hdf5", "keras", "tf"):
        raise ValueError(f"save: expected save_format 'h5', 'keras' or 'tf'. Received: save_format={save_format!r}")
    files.make_folders(filepath, save_format)
    if not model.built:
        raise ValueError(f"save: expected a built model. Received: {model.name!r}, whose shapes are not known yet")
    is_group = isinstance(filepath, h5py.Group)
    zipped = not is_group and (save_format == "keras" or (save_format is None and _ending(filepath) == ".keras"))
    write = archive.write if zipped else h5_model.write
    write(model, filepath, overwrite, include_optimizer)


def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Reads a model from an ``.h5`` or ``.keras`` file of any Keras generation.

    Args:
        filepath: a path or an open HDF5 file or group.
        custom_objects: the caller's own classes and functions by name.
        compile: False leaves the model uncompiled.
        safe_mode: False lets ``Lambda`` layers bring their code along: only for a file that you trust.

    Raises:
        MissingFileError, FileError: when the file is missing or unreadable.
        ValueError: when it holds no model, or an unknown class.

    Example:
        >>> import os, tempfile, kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(2, input_dim=3)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.h5")
        >>> model.save(path)
        >>> load_model(path).output_shape
        (None, 2)
    """
    if not isinstance(filepath, h5py.Group):
        path = files.existing(filepath, "a model file")
        if zipfile.is_zipfile(path) or _ending(path) == ".keras":
            return archive.read(path, custom_objects, compile, safe_mode)
    return h5_model.read(filepath, custom_objects, compile, safe_mode)


def _ending(filepath: Any) -> str:
    return os.path.splitext(os.fspath(filepath))[1].lower()
