"""Weights of older Keras versions, brought into Keras 2's layout."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["convert"]

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")


def convert(layer: Any, arrays: list[np.ndarray], version: str, backend: str) -> list[np.ndarray]:
    """A layer's stored arrays as today's ``get_weights()`` orders and shapes them.

    Args:
        layer: the layer they are meant for.
        arrays: as they stand in the file.
        version: the Keras version that wrote the file, ``'1'`` for Keras 1.
        backend: what that Keras ran on; Theano stored convolution kernels flipped.
    """
    kind = type(layer).__name__
    if version.split(".")[0] == "1" and arrays:
        arrays = _from_keras_1(layer, kind, arrays)
    if backend == "theano" and kind in _CONVOLUTIONS and arrays:
        for i in range(2 if kind == "ConvLSTM2D" and len(arrays) > 1 else 1):
            arrays[i] = _flipped(arrays[i])
    return arrays


def _flipped(kernel: np.ndarray) -> np.ndarray:
    """Theano convolved, which is correlation with the kernel turned around."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)].copy()


def _from_keras_1(layer: Any, kind: str, arrays: list[np.ndarray]) -> list[np.ndarray]:
    if kind == "Conv1D" and arrays[0].ndim == 4:
        kernel = arrays[0]  # (length, 1, in, out), or (out, in, length, 1) from channels_first
        if kernel.shape[0] == layer.filters and kernel.shape[2:] == (layer.kernel_size[0], 1):
            kernel = np.transpose(kernel, (2, 3, 1, 0))
        arrays[0] = kernel[:, 0, :, :]
    elif kind == "Conv2D" and layer.data_format == "channels_first":
        arrays[0] = np.transpose(arrays[0], (2, 3, 1, 0))
    elif kind == "Conv2DTranspose":
        order = (2, 3, 0, 1) if layer.data_format == "channels_first" else (0, 1, 3, 2)
        arrays[0] = np.transpose(arrays[0], order)
    elif kind == "Conv3D" and layer.data_format == "channels_first":
        arrays[0] = np.transpose(arrays[0], (2, 3, 4, 1, 0))
    elif kind == "GRU" and len(arrays) == 9:
        arrays = [np.concatenate([arrays[i], arrays[i + 3], arrays[i + 6]], axis=-1) for i in range(3)]
    elif kind in ("LSTM", "ConvLSTM2D") and len(arrays) == 12:
        # Keras 1 kept a triple for each gate, in the order i, c, f, o
        arrays = [np.concatenate([arrays[i], arrays[i + 6], arrays[i + 3], arrays[i + 9]], axis=-1) for i in range(3)]
        if kind == "ConvLSTM2D" and layer.data_format == "channels_first":
            arrays[:2] = [np.transpose(kernel, (2, 3, 1, 0)) for kernel in arrays[:2]]
    return arrays
