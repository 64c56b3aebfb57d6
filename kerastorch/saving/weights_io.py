"""Weights to HDF5 and back, in the layout that Keras 2 and tf.keras share.

Source: Keras 2.2.4, ``keras.engine.saving``.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from .. import eras
from ..engine.layer import Layer, partition
from ..engine.network import Network
from ..engine.weights import Weight
from . import deferred, files, guard, layered
from .legacy import convert

__all__ = ["layer_weights", "save_weights", "load_weights", "write_weights", "read_weights"]

# Files say which arithmetic made them: with this one, convolution kernels are not flipped.
BACKEND = "tensorflow"


def layer_weights(layer: Any) -> list[Weight]:
    """A layer's weights in the order of files: trainable ones first."""
    trainable, fixed = partition(layer)
    return trainable + fixed


def _stack(model: Any) -> list[Any]:
    return [model] if isinstance(model, Layer) and not isinstance(model, Network) else model.layers


def save_weights(model: Any, filepath: Any, overwrite: bool = True, save_format: str | None = None) -> None:
    """Writes a model's weights.

    Args:
        model: the model.
        filepath: where to; a path or an open HDF5 file or group.
        overwrite: False asks before an existing file is replaced.
        save_format: None, ``'h5'`` or ``'tf'``; the file is HDF5 in any case.

    Raises:
        ValueError: before the model is built, or for another format.
        OSError: when the file cannot be written.
    """
    if save_format not in (None, "h5", "hdf5", "keras", "tf"):
        raise ValueError(f"save_weights: expected save_format 'h5' or 'tf'. Received: {save_format!r}")
    files.make_folders(filepath, save_format)
    if not model.built:
        raise ValueError(
            f"save_weights: expected a built model. Received: {model.name!r}, whose shapes are not known yet"
        )
    if files.may_write(filepath, overwrite):
        with files.writing(filepath) as file:
            if _wants_layers(filepath):
                layered.write(file, model)
            else:
                write_weights(file, model)


def _wants_layers(filepath: Any) -> bool:
    """Whether a path means Keras 3's layout, which has a file ending of its own."""
    return not isinstance(filepath, h5py.Group) and str(filepath).endswith(".weights.h5") and _is_later()


def _is_later() -> bool:
    return eras.current().name == "keras3"


def write_weights(group: Any, model: Any) -> None:
    """Writes the weights into an HDF5 group, one group a layer."""
    layers = _stack(model)
    files.write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = BACKEND.encode()
    group.attrs["keras_version"] = eras.current().version.encode()
    for layer in layers:
        weights = layer_weights(layer)
        names = _unique([weight.full_name for weight in weights])
        target = group.create_group(layer.name)
        files.write_names(target, "weight_names", names)
        for name, weight in zip(names, weights, strict=True):
            target.create_dataset(name, data=weight.numpy())


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        result.append(name if not count else f"{name.removesuffix(':0')}_{count}:0")
    return result


def load_weights(
    model: Any, filepath: Any, by_name: bool = False, skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Reads weights into a model; when anything does not fit, none are changed.

    Args:
        model: the model, built.
        filepath: a weight file or a file that holds a whole model.
        by_name: match layers by name instead of by order.
        skip_mismatch: with ``by_name``, leave out layers whose shapes differ, with a warning.
        reshape: reshape weights that hold as many numbers.

    Raises:
        ValueError: when layers, numbers of weights or shapes do not match.
        MissingFileError, FileError: when the file is missing or unreadable.
    """
    if skip_mismatch and not by_name and eras.current().name == "keras2":
        raise ValueError("load_weights: expected by_name=True beside skip_mismatch=True. Received: by_name=False")
    if not model.built and files.is_tensorflow_path(filepath):
        path = files.existing(filepath, "a weight file")
        deferred.later(model, lambda: load_weights(model, path, by_name, skip_mismatch, reshape))
        return
    if not model.built:
        raise ValueError(
            f"load_weights: expected a built model. Received: {model.name!r}, whose shapes are not known yet"
        )
    if not isinstance(filepath, h5py.Group) and zipfile.is_zipfile(files.existing(filepath, "a weight file")):
        from . import archive

        archive.read_weights(model, files.existing(filepath), skip_mismatch)
        return
    with files.reading(filepath) as file:
        if layered.is_layered(file):
            layered.read(file, model, skip_mismatch)
            return
        group = guard.child(file, "model_weights") if is_whole_model(file) else file
        read_weights(group, model, by_name=by_name, skip_mismatch=skip_mismatch, reshape=reshape)


def is_whole_model(file: Any) -> bool:
    """Whether the weights lie in a group of their own, beside an architecture."""
    return "layer_names" not in file.attrs and "layer_names0" not in file.attrs and "model_weights" in file


def read_weights(
    group: Any, model: Any, *, by_name: bool = False, skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Reads weights from an HDF5 group; see ``load_weights``."""
    pairs = _by_name(group, model, skip_mismatch, reshape) if by_name else _by_order(group, model, reshape)
    for weight, array in pairs:
        weight.load(array)


def _stored(group: Any, name: str, limit: int) -> list[np.ndarray]:
    layer_group = guard.child(group, name)
    names = files.read_names(layer_group, "weight_names")
    return [guard.numbers(layer_group, weight_name, limit) for weight_name in names]


def _version(group: Any, attribute: str, default: str) -> str:
    return guard.text(guard.attribute(group, attribute, default))


def _by_order(group: Any, model: Any, reshape: bool) -> list[tuple[Weight, np.ndarray]]:
    layers = [layer for layer in _stack(model) if layer_weights(layer)]
    names = [name for name in files.read_names(group, "layer_names") if len(_names_of(group, name))]
    if len(names) != len(layers):
        raise ValueError(
            f"load_weights: expected as many layers as model {model.name!r} has. "
            f"Received: a file to load weights of {len(names)} layers into a model with {len(layers)} layers."
        )
    pairs = []
    for name, layer in zip(names, layers, strict=True):
        pairs += _match(layer, name, _prepared(group, layer, name), reshape)
    return pairs


def _names_of(group: Any, name: str) -> list[str]:
    return files.read_names(guard.child(group, name), "weight_names")


def _prepared(group: Any, layer: Layer, name: str) -> list[np.ndarray]:
    """The stored arrays in today's layout."""
    version, backend = _version(group, "keras_version", "1"), _version(group, "backend", BACKEND)  # Keras 1 wrote none
    # twice, since cuDNN's layers keep two biases where others keep one
    limit = 2 * sum(int(np.prod(weight.shape)) for weight in layer_weights(layer)) + 64
    return convert(layer, _stored(group, name, limit), version, backend)


def _match(layer: Layer, name: str, arrays: list[np.ndarray], reshape: bool) -> list[tuple[Weight, np.ndarray]]:
    weights = layer_weights(layer)
    if len(weights) != len(arrays):
        raise ValueError(
            f"load_weights: expected weights that fit; layer {layer.name!r} expects {len(weights)} weights, "
            f"but the saved layer {name!r} has others. Received: {len(arrays)} arrays"
        )
    pairs = []
    for weight, array in zip(weights, arrays, strict=True):
        if reshape and array.size == int(np.prod(weight.shape)):
            array = array.reshape(weight.shape)
        if tuple(array.shape) != weight.shape:
            raise ValueError(
                f"load_weights: expected weights that fit; {weight.full_name} of layer {layer.name!r} has shape "
                f"{weight.shape}, but the saved layer {name!r} has another. Received: shape {tuple(array.shape)}"
            )
        pairs.append((weight, array))
    return pairs


def _by_name(group: Any, model: Any, skip_mismatch: bool, reshape: bool) -> list[tuple[Weight, np.ndarray]]:
    index: dict[str, list[Layer]] = {}
    for layer in _stack(model):
        index.setdefault(layer.name, []).append(layer)
    pairs = []
    for name in files.read_names(group, "layer_names"):
        for layer in index.get(name, ()):
            try:
                pairs += _match(layer, name, _prepared(group, layer, name), reshape)
            except ValueError as error:
                if not skip_mismatch or isinstance(error, OSError):
                    raise
                warnings.warn(
                    f"Skipping loading of weights for layer {layer.name!r} due to mismatch of its weights: {error}",
                    stacklevel=4,
                )
    return pairs
