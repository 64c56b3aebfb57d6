"""Whole models to files and back: which format a path means.

Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

from typing import Any

import h5py

from . import archive, files, h5_model, torch_files
from .formats import chosen_format

__all__ = ["save_model", "load_model"]


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    include_optimizer: bool | str = True,
    save_format: str | None = None,
    zipped: bool | None = None,
    **kwargs: Any,
) -> None:
    """Writes architecture, weights, compile arguments and optimizer state to a file.

    Args:
        model: the model.
        filepath: where to; a path or an open HDF5 file or group. A path that ends in ``.keras`` gives the zip archive
            of tf.keras 2.12 and Keras 3, any other one Keras 2's HDF5 file.
        overwrite: False asks before an existing file is replaced.
        include_optimizer: False leaves the optimizer out. A format in this place is understood, as tf.keras has it.
        save_format: ``'h5'`` or ``'keras'`` instead of what the path says; ``'tf'`` gives an HDF5 file, too.
        zipped: True or None, as in Keras 3.
        **kwargs: ``signatures``, ``options`` and ``save_traces`` of tf.keras, which belong to TensorFlow's own format.

    Raises:
        ValueError: before the model is built, or for another format.
        OSError: when the file cannot be written.
    """
    if isinstance(include_optimizer, str):
        save_format, include_optimizer = include_optimizer, True
    kind = chosen_format("save", filepath, save_format, ("keras", "h5"), kwargs)
    if zipped is False:
        raise ValueError(
            "save: expected zipped=True or None, since only whole files are written. Received: zipped=False"
        )
    files.make_folders(filepath, save_format)
    if not model.built:
        raise ValueError(f"save: expected a built model. Received: {model.name!r}, whose shapes are not known yet")
    write = archive.write if kind == "keras" else h5_model.write
    write(model, filepath, overwrite, include_optimizer)


def load_model(
    filepath: Any,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    options: Any = None,
) -> Any:
    """Reads a model from an ``.h5`` or ``.keras`` file of any Keras generation.

    Args:
        filepath: a path, an open HDF5 file or group, or the folder of an unpacked ``.keras`` archive.
        custom_objects: the caller's own classes and functions by name. A function under the name of a ``Lambda`` layer
            stands in for the code that the file has for it.
        compile: False leaves the model uncompiled.
        safe_mode: False lets ``Lambda`` layers bring their code along: only for a file that you trust.
        options: None; tf.keras's are for TensorFlow's own format.

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
    if options is not None:
        raise ValueError(
            "load_model: expected options=None, since they are for TensorFlow's own format, which only TensorFlow "
            f"reads. Received: {options!r}"
        )
    if isinstance(filepath, h5py.Group):
        return h5_model.read(filepath, custom_objects, compile, safe_mode)
    if archive.is_unpacked(filepath):
        return archive.read(files.as_text(filepath), custom_objects, compile, safe_mode)
    path = files.existing(filepath, "a model file")
    if files.ending(path) in torch_files.ENDINGS:
        raise files.FileError(
            f"load_model: expected a file with an architecture in it; build the model and use load_weights(). "
            f"Received: {path!r}, a state_dict"
        )
    read = archive.read if files.is_zip(path) or files.ending(path) == ".keras" else h5_model.read
    return read(path, custom_objects, compile, safe_mode)
