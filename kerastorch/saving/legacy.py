"""Weights of older Keras versions and of other kinds of layers, brought into the layout of the layer they are for.

Source: Keras 2.2.4, ``keras.engine.saving``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.holder import partition
from .errors import FileError

__all__ = ["convert"]

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")
_MODELS = ("Model", "Sequential", "Functional")

Arrays = list[np.ndarray]


def convert(layer: Any, arrays: Arrays, version: str, backend: str) -> Arrays:
    """A layer's stored arrays as today's ``get_weights()`` orders and shapes them.

    Args:
        layer: the layer they are meant for.
        arrays: as they stand in the file.
        version: the Keras version that wrote the file, ``'1'`` for Keras 1.
        backend: what that Keras ran on; Theano stored convolution kernels flipped.

    Raises:
        FileError: when recurrent weights are those of another kind of layer that cannot be brought in line.
    """
    kind = type(layer).__name__
    if not arrays:
        return arrays
    if kind == "Bidirectional":
        half = len(arrays) // 2
        ahead = convert(layer.forward_layer, arrays[:half], version, backend)
        return ahead + convert(layer.backward_layer, arrays[half:], version, backend)
    if kind == "TimeDistributed":
        return convert(layer.layer, arrays, version, backend)
    if kind in _MODELS:
        return _nested(layer, arrays, version, backend)
    if version.split(".")[0] == "1":
        arrays = _from_keras_1(layer, kind, list(arrays))
    if kind in _CONVOLUTIONS:
        arrays = _convolution(layer, kind, list(arrays), backend)
    if kind in ("LSTM", "CuDNNLSTM") and len(arrays) == 3:
        return _lstm(kind, arrays)
    if kind in ("GRU", "CuDNNGRU") and len(arrays) == 3:
        return _gru(layer, kind, arrays)
    return arrays


def _nested(model: Any, arrays: Arrays, version: str, backend: str) -> Arrays:
    """A nested model's arrays: the trainable ones of all its layers, then all others."""
    result, start = [], 0
    for which in (0, 1):
        for layer in model.layers:
            count = len(partition(layer)[which])
            if count:
                result += convert(layer, arrays[start : start + count], version, backend)
                start += count
    return result + arrays[start:]


def _convolution(layer: Any, kind: str, arrays: Arrays, backend: str) -> Arrays:
    kernels = range(2 if kind == "ConvLSTM2D" and len(arrays) > 1 else 1)
    if backend == "theano":
        for i in kernels:
            arrays[i] = _flipped(arrays[i])
    wanted = sum(partition(layer), [])
    for i in kernels:
        if i >= len(wanted) or wanted[i].shape == arrays[i].shape or arrays[i].ndim != 4:
            continue
        # Keras 1 and Theano files of old have (out, in, rows, columns); the other way undoes that where it was not so
        for axes in ((2, 3, 1, 0), (3, 2, 0, 1)):
            if wanted[i].shape == tuple(arrays[i].shape[axis] for axis in axes):
                arrays[i] = np.transpose(arrays[i], axes)
                break
    return arrays


def _flipped(kernel: np.ndarray) -> np.ndarray:
    """Theano convolved, which is correlation with the kernel turned around."""
    return kernel[(slice(None, None, -1),) * max(kernel.ndim - 2, 0)].copy()


def _from_keras_1(layer: Any, kind: str, arrays: Arrays) -> Arrays:
    first = layer.data_format == "channels_first" if hasattr(layer, "data_format") else False
    if kind == "Conv1D" and arrays[0].ndim == 4:
        kernel = arrays[0]  # (length, 1, in, out), or (out, in, length, 1) in Keras 1.1
        if kernel.shape[:2] != (layer.kernel_size[0], 1) or kernel.shape[3] != layer.filters:
            kernel = np.transpose(kernel, (2, 3, 1, 0))
        arrays[0] = kernel[:, 0, :, :]
    elif kind == "Conv2D" and first and arrays[0].ndim == 4:
        arrays[0] = np.transpose(arrays[0], (2, 3, 1, 0))
    elif kind == "Conv2DTranspose" and arrays[0].ndim == 4:
        arrays[0] = np.transpose(arrays[0], (2, 3, 0, 1) if first else (0, 1, 3, 2))
    elif kind == "Conv3D" and first and arrays[0].ndim == 5:
        arrays[0] = np.transpose(arrays[0], (2, 3, 4, 1, 0))
    elif kind == "GRU" and len(arrays) == 9:
        arrays = [np.concatenate([arrays[i], arrays[i + 3], arrays[i + 6]], axis=-1) for i in range(3)]
    elif kind in ("LSTM", "ConvLSTM2D") and len(arrays) == 12:
        # Keras 1 kept a triple for each gate, in the order i, c, f, o
        arrays = [np.concatenate([arrays[i], arrays[i + 6], arrays[i + 3], arrays[i + 9]], axis=-1) for i in range(3)]
        if kind == "ConvLSTM2D" and first:
            arrays[:2] = [np.transpose(kernel, (2, 3, 1, 0)) for kernel in arrays[:2]]
    return arrays


def _turned(kernels: np.ndarray, recurrent: np.ndarray, gates: int, from_cudnn: bool) -> Arrays:
    """Input and recurrent kernels between Keras's layout and cuDNN's, which stores each gate by columns."""
    order = "F" if from_cudnn else "C"
    across = [gate.T.reshape(gate.shape, order=order) for gate in np.split(kernels, gates, axis=1)]
    return [np.hstack(across), np.hstack([gate.T for gate in np.split(recurrent, gates, axis=1)])]


def _lstm(kind: str, arrays: Arrays) -> Arrays:
    """Between ``LSTM``, which has one bias, and ``CuDNNLSTM``, which has two."""
    units, bias = arrays[1].shape[0], arrays[2]
    sources = {(8 * units,): "CuDNNLSTM", (4 * units,): "LSTM"}
    if bias.shape not in sources:
        raise FileError(f"load_weights: expected an LSTM bias of shape {(4 * units,)}. Received: shape {bias.shape}")
    if sources[bias.shape] == kind:
        return arrays
    kernels = _turned(arrays[0], arrays[1], 4, from_cudnn=kind == "LSTM")
    return [*kernels, bias[: 4 * units] + bias[4 * units :] if kind == "LSTM" else np.tile(0.5 * bias, 2)]


def _gru(layer: Any, kind: str, arrays: Arrays) -> Arrays:
    """Between ``GRU(reset_after=True)`` and ``CuDNNGRU``; the other GRU computes something else."""
    units, bias = arrays[1].shape[0], arrays[2]
    sources = {
        (6 * units,): "CuDNNGRU",
        (2, 3 * units): "GRU(reset_after=True)",
        (3 * units,): "GRU(reset_after=False)",
    }
    if bias.shape not in sources:
        raise FileError(f"load_weights: expected a GRU bias of shape {(3 * units,)}. Received: shape {bias.shape}")
    source = sources[bias.shape]
    target = kind if kind == "CuDNNGRU" else f"GRU(reset_after={bool(layer.reset_after)})"
    if source == target:
        return arrays
    if "GRU(reset_after=False)" in (source, target):
        raise FileError(f"load_weights: {source} is not compatible with {target}, the kind of layer {layer.name!r}")
    return [*_turned(arrays[0], arrays[1], 3, source == "CuDNNGRU"), bias.reshape((2, -1) if kind == "GRU" else -1)]
