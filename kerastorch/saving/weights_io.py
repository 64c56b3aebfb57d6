"""A model's weights to files and back: which format a path means.

Source: https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
"""

from __future__ import annotations

from typing import Any

import h5py

from .. import eras
from . import archive, deferred, files, guard, layered, sharded, torch_files
from .formats import chosen_format
from .h5_weights import read_weights, write_weights

__all__ = ["save_weights", "load_weights"]


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    save_format: str | None = None,
    max_shard_size: float | None = None,
    **kwargs: Any,
) -> None:
    """Writes a model's weights.

    Args:
        model: the model.
        filepath: where to; a path or an open HDF5 file or group. What ends in ``.pt``, ``.pth`` or ``.safetensors``
            becomes a ``state_dict`` of torch's, what ends in ``.weights.h5`` Keras 3's layout in the later generations,
            anything else Keras 2's.
        overwrite: False asks before an existing file is replaced.
        save_format: None, ``'h5'`` or ``'keras'``; ``'tf'`` gives an HDF5 file, too.
        max_shard_size: None; Keras 3 can split weights over several files, which no kill could leave whole.
        **kwargs: ``options`` of tf.keras, which belong to TensorFlow's own format.

    Raises:
        ValueError: before the model is built, or for another format.
        OSError: when the file cannot be written.
        ImportError: for ``.safetensors`` without the package of that name.
    """
    if max_shard_size is not None:
        raise ValueError(
            "save_weights: expected max_shard_size=None, since several files cannot be replaced at one moment. "
            f"Received: max_shard_size={max_shard_size!r}"
        )
    by_torch = save_format is None and files.ending(filepath) in torch_files.ENDINGS
    if not by_torch:
        chosen_format("save_weights", filepath, save_format, ("h5", "keras"), kwargs)
    files.make_folders(filepath, save_format)
    if not model.built:
        raise ValueError(
            f"save_weights: expected a built model. Received: {model.name!r}, whose shapes are not known yet"
        )
    if not files.may_write(filepath, overwrite):
        return
    if by_torch:
        torch_files.write(model, filepath)
        return
    with files.writing(filepath) as file:
        if eras.current().weights_files == "layered" and _wants_layers(filepath):
            layered.write(file, model)
        else:
            write_weights(file, model)


def _wants_layers(filepath: Any) -> bool:
    """Whether a path means Keras 3's layout, which has a file ending of its own."""
    return not isinstance(filepath, h5py.Group) and files.as_text(filepath).lower().endswith(".weights.h5")


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    reshape: bool = False,
    options: Any = None,
) -> None:
    """Reads weights into a model; when anything does not fit, none are changed.

    Args:
        model: the model, built.
        filepath: a weight file or a file that holds a whole model; which format it has, its content tells.
        skip_mismatch: leave out layers whose shapes differ, with a warning; in Keras 2 only with ``by_name``.
        by_name: match layers by name instead of by order.
        reshape: reshape weights that hold as many numbers.
        options: None; tf.keras's are for TensorFlow's own format.

    Raises:
        ValueError: when layers, numbers of weights or shapes do not match.
        MissingFileError, FileError: when the file is missing or unreadable.
    """
    if options is not None:
        raise ValueError(
            "load_weights: expected options=None, since they are for TensorFlow's own format, which only TensorFlow "
            f"reads. Received: {options!r}"
        )
    if skip_mismatch and not by_name and eras.current().weights_files == "named":
        raise ValueError("load_weights: expected by_name=True beside skip_mismatch=True. Received: by_name=False")
    if not model.built and files.is_tensorflow_path(filepath):
        path = files.existing(filepath, "a weight file")
        deferred.later(model, lambda: load_weights(model, path, skip_mismatch, by_name, reshape))
        return
    if not model.built:
        raise ValueError(
            f"load_weights: expected a built model. Received: {model.name!r}, whose shapes are not known yet"
        )
    if isinstance(filepath, h5py.Group):
        with files.reading(filepath) as file:
            _read_any(file, model, by_name, skip_mismatch, reshape)
    elif files.ending(filepath) in torch_files.ENDINGS:
        torch_files.read(model, filepath, by_name, skip_mismatch)
    elif files.ending(filepath) == ".json":
        _refuse_names(by_name)
        sharded.read(model, files.existing(filepath, "a file of sharded weights"), skip_mismatch)
    elif archive.is_unpacked(filepath) or files.is_zip(files.existing(filepath, "a weight file")):
        _refuse_names(by_name)
        archive.read_weights(model, files.as_text(filepath), skip_mismatch)
    else:
        with files.reading(filepath) as file:
            _read_any(file, model, by_name, skip_mismatch, reshape)


def _read_any(file: Any, model: Any, by_name: bool, skip_mismatch: bool, reshape: bool) -> None:
    """Reads an open HDF5 file of either layout."""
    if layered.is_layered(file):
        _refuse_names(by_name)
        layered.read(file, model, skip_mismatch)
        return
    group = guard.child(file, "model_weights") if is_whole_model(file) else file
    read_weights(group, model, by_name=by_name, skip_mismatch=skip_mismatch, reshape=reshape)


def _refuse_names(by_name: bool) -> None:
    if by_name:
        raise ValueError(
            "load_weights: expected by_name=False, since Keras 3's files know layers by their place only. "
            "Received: by_name=True"
        )


def is_whole_model(file: Any) -> bool:
    """Whether the weights lie in a group of their own, beside an architecture."""
    return "layer_names" not in file.attrs and "layer_names0" not in file.attrs and guard.holds(file, "model_weights")
