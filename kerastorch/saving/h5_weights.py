"""Weights in an HDF5 group, in the layout that Keras 2 and tf.keras share.

Source: Keras 2.2.4, ``keras.engine.saving``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import eras
from ..engine.layer import Layer, partition
from ..engine.network import Network
from ..engine.weights import Weight
from . import files, guard
from .legacy import convert

__all__ = ["BACKEND", "layer_weights", "read_weights", "write_weights"]

# Files say which arithmetic made them: with this one, convolution kernels are not flipped.
BACKEND = "tensorflow"


def layer_weights(layer: Any) -> list[Weight]:
    """A layer's weights in the order of files: trainable ones first."""
    trainable, fixed = partition(layer)
    return trainable + fixed


def _stack(model: Any) -> list[Any]:
    return [model] if isinstance(model, Layer) and not isinstance(model, Network) else model.layers


def write_weights(group: Any, model: Any) -> None:
    """Writes the weights into an HDF5 group, one group a layer."""
    layers = _stack(model)
    files.write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = BACKEND.encode()
    group.attrs["keras_version"] = eras.current().version.encode()
    for layer in layers:
        weights = layer_weights(layer)
        names = _unique([weight.full_name for weight in weights])
        target = group.require_group(layer.name)  # "conv/norm" may have come before "conv"
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
    names = [name for name in _layer_names(group) if len(_names_of(group, name))]
    if len(names) != len(layers):
        raise ValueError(
            f"load_weights: expected as many layers as model {model.name!r} has. "
            f"Received: a file to load weights of {len(names)} layers into a model with {len(layers)} layers."
        )
    pairs = []
    for name, layer in zip(names, layers, strict=True):
        pairs += _match(layer, name, _prepared(group, layer, name), reshape)
    return pairs


def _layer_names(group: Any) -> list[str]:
    """The names of a file's layers, each once: so no list of names makes a loader read more than the file holds.

    Raises:
        FileError: when one comes twice.
    """
    names = files.read_names(group, "layer_names")
    if len(set(names)) != len(names):
        raise files.FileError(
            f"load_weights: expected each layer once. Received: {len(names)} names, some of them twice"
        )
    return names


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
    for name in _layer_names(group):
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
