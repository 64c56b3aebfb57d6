"""What ``keras.engine.saving`` (and ``keras.engine.topology`` before it) had that scripts call beside save and load.

Source: Keras 2.2.4, ``keras.engine.saving``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from ..saving import files, h5_weights, load_model, save_model
from ..saving.legacy import convert

__all__ = [
    "HDF5_OBJECT_HEADER_LIMIT",
    "load_attributes_from_hdf5_group",
    "load_weights_from_hdf5_group",
    "load_weights_from_hdf5_group_by_name",
    "pickle_model",
    "preprocess_weights_for_loading",
    "save_attributes_to_hdf5_group",
    "save_weights_to_hdf5_group",
    "unpickle_model",
]

HDF5_OBJECT_HEADER_LIMIT = files.HEADER_LIMIT


class _Stack:
    """A list of layers, seen as the model that the functions below are not given."""

    name = "of the given layers"

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)


def preprocess_weights_for_loading(
    layer: Any,
    weights: list[np.ndarray],
    original_keras_version: str | None = None,
    original_backend: str | None = None,
    reshape: bool = False,
) -> list[np.ndarray]:
    """A layer's arrays from an older Keras or another kind of layer, as this layer's ``set_weights`` takes them.

    Args:
        layer: the layer they are meant for.
        weights: arrays as they stand in the file.
        original_keras_version: the Keras that wrote them; None for today's layout.
        original_backend: what that Keras ran on.
        reshape: give each array the shape of the layer's weight where it holds as many numbers.

    Raises:
        ValueError: when recurrent weights are those of another kind of layer that cannot be brought in line.

    Example:
        >>> import kerastorch as keras
        >>> fast = keras.models.Sequential([keras.layers.CuDNNLSTM(2, input_shape=(3, 4))])
        >>> plain = keras.models.Sequential([keras.layers.LSTM(2, input_shape=(3, 4))])
        >>> [w.shape for w in preprocess_weights_for_loading(plain.layers[0], fast.get_weights())]
        [(4, 8), (2, 8), (8,)]
    """
    arrays = convert(layer, list(weights), original_keras_version or "2", original_backend or h5_weights.BACKEND)
    own = h5_weights.layer_weights(layer)
    if not reshape or len(own) != len(arrays):
        return arrays
    return [
        array.reshape(weight.shape) if array.size == int(np.prod(weight.shape)) else array
        for weight, array in zip(own, arrays, strict=True)
    ]


def save_weights_to_hdf5_group(f: Any, layers: Sequence[Any]) -> None:
    """Writes the weights of some layers into an open HDF5 file or group."""
    h5_weights.write_weights(f, _Stack(layers))


def load_weights_from_hdf5_group(f: Any, layers: Sequence[Any], reshape: bool = False) -> None:
    """Reads weights into some layers, in order.

    Args:
        f: an open HDF5 file or group.
        layers: the layers.
        reshape: reshape weights that hold as many numbers.

    Raises:
        ValueError: when layers, numbers of weights or shapes do not match; nothing is written then.
    """
    h5_weights.read_weights(f, _Stack(layers), reshape=reshape)


def load_weights_from_hdf5_group_by_name(
    f: Any, layers: Sequence[Any], skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Reads weights into the layers whose names the file has.

    Args:
        f: an open HDF5 file or group.
        layers: the layers.
        skip_mismatch: leave out layers whose shapes differ, with a warning.
        reshape: reshape weights that hold as many numbers.

    Raises:
        ValueError: when numbers of weights or shapes do not match; nothing is written then.
    """
    h5_weights.read_weights(f, _Stack(layers), by_name=True, skip_mismatch=skip_mismatch, reshape=reshape)


def save_attributes_to_hdf5_group(group: Any, name: str, data: Sequence[Any]) -> None:
    """Writes a list of names as an attribute, split over several where it is too long for one."""
    files.write_names(group, name, [item.decode("utf-8") if isinstance(item, bytes) else item for item in data])


def load_attributes_from_hdf5_group(group: Any, name: str) -> list[str]:
    """The names that ``save_attributes_to_hdf5_group`` wrote."""
    return files.read_names(group, name)


def pickle_model(model: Any) -> dict[str, bytes]:
    """A model as plain data that pickles: its HDF5 file in memory.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(2, input_dim=3)])
        >>> unpickle_model(pickle_model(model)).output_shape
        (None, 2)
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        save_model(model, file)
    return {"h5": buffer.getvalue()}


def unpickle_model(state: dict[str, bytes]) -> Any:
    """The model that ``pickle_model`` wrote down."""
    with h5py.File(io.BytesIO(state["h5"]), "r") as file:
        return load_model(file)
