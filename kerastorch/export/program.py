"""``Model.export``: a model as a file for inference.

Source: https://keras.io/api/models/model_saving_apis/export/
"""

from __future__ import annotations

import os
from typing import Any

import torch

from ..saving import files
from .onnx import program_of, to_onnx
from .torch_module import to_torch

__all__ = ["export_model"]

_FORMATS = ("torch", "onnx")


def export_model(
    model: Any, filepath: str | os.PathLike, format: str | None = None, verbose: bool | None = None
) -> None:
    """Writes a model for inference: a program of torch.export, or an ONNX file.

    Args:
        model: a built ``Sequential`` or functional model.
        filepath: the file.
        format: ``'torch'`` (``torch.export.load`` reads it) or ``'onnx'``; by the path's ending, ``.pt2`` or ``.onnx``,
            when missing.
        verbose: whether to say where it was written.

    Raises:
        ImportError: for ONNX without the packages onnx and onnxscript.
        TypeError: for something else than a model.
        ValueError: for another format, a model without a graph, and what torch.export cannot follow.

    Example:
        >>> import kerastorch as keras
        >>> export_model(keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]), "net.pt2", verbose=True)
        Saved artifact at 'net.pt2'.
        >>> torch.export.load("net.pt2").module()(torch.ones(5, 3)).shape
        torch.Size([5, 2])
    """
    path = os.fspath(filepath)
    if format is None:
        format = {".pt2": "torch", ".onnx": "onnx"}.get(os.path.splitext(path)[1], "tf_saved_model")
    if format not in _FORMATS:
        raise ValueError(
            "export: expected format='torch' for a .pt2 file or format='onnx', since TensorFlow's formats need "
            f"TensorFlow. Received: format={format!r}, filepath={path!r}"
        )
    if format == "onnx":
        to_onnx(model, path)
    else:
        program = program_of(model, to_torch(model))
        with files.replacing(path) as partial:
            torch.export.save(program, partial)
    if verbose:
        print(f"Saved artifact at {path!r}.")
