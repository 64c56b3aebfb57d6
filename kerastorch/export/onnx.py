"""A model as an ONNX file."""

from __future__ import annotations

import os
from typing import Any

import torch

from ..saving import files
from .torch_module import to_torch

__all__ = ["examples_of", "to_onnx"]

_ONE_FILE = 1 << 30  # bytes; from 1.5 GiB on torch gives ONNX two files


def examples_of(model: Any, module: torch.nn.Module) -> tuple[tuple[torch.Tensor, ...], tuple[dict[int, Any], ...]]:
    """Inputs to trace a model with, and the axes of each whose size stays free."""
    device = next(iter([*module.parameters(), *module.buffers(), torch.empty(0)])).device
    examples, free = [], []
    for tensor in model.inputs:
        shape = [7 - i if n is None else n for i, n in enumerate(tensor.shape)]
        examples.append(torch.ones(shape, dtype=tensor.dtype, device=device))
        free.append({i: torch.export.Dim.DYNAMIC for i, n in enumerate(tensor.shape) if n is None})
    return tuple(examples), tuple(free)


def to_onnx(model: Any, path: str | os.PathLike, opset_version: int | None = None) -> None:
    """Writes a model to an ONNX file, for onnxruntime and others.

    Inputs and outputs have the model's names, and axes of unknown size stay free.

    Args:
        model: a built ``Sequential`` or functional model.
        path: the file.
        opset_version: the version of ONNX's operators; torch's choice when missing.

    Raises:
        ImportError: without the packages onnx and onnxscript.
        TypeError: for something else than a model.
        ValueError: for a model without a graph, or with a layer that keeps states from batch to batch.

    Source: https://docs.pytorch.org/docs/stable/onnx.html
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(f"to_onnx: needs {error.name}; pip install 'kerastorch[onnx]'") from None
    module = to_torch(model)
    examples, free = examples_of(model, module)
    program = torch.onnx.export(
        module,
        examples,
        dynamo=True,
        input_names=list(model.input_names),
        output_names=list(model.output_names),
        dynamic_shapes=free,
        opset_version=opset_version,
        verbose=False,
    )
    if sum(p.nbytes for p in module.state_dict().values()) > _ONE_FILE:
        program.save(os.fspath(path))  # torch writes the weights to a second file, which the first one names
        return
    with files.replacing(path) as partial:
        program.save(partial)
