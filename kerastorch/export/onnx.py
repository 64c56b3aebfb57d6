"""A model as an ONNX file."""

from __future__ import annotations

import os
from typing import Any

import torch

from .. import config
from ..saving import files
from .torch_module import to_torch

__all__ = ["program_of", "to_onnx"]

_ONE_FILE = 1 << 30  # bytes; from 1.5 GiB on torch gives ONNX two files


def _examples_of(model: Any, module: torch.nn.Module) -> tuple[tuple[torch.Tensor, ...], tuple[dict[int, Any], ...]]:
    """Inputs to trace a model with, and the axes of each whose size stays free."""
    device = next(iter([*module.parameters(), *module.buffers(), torch.empty(0, device=config.device())])).device
    examples, free = [], []
    for tensor in model.inputs:
        shape = [7 - i if n is None else n for i, n in enumerate(tensor.shape)]
        examples.append(torch.ones(shape, dtype=tensor.dtype, device=device))
        free.append({i: torch.export.Dim.DYNAMIC for i, n in enumerate(tensor.shape) if n is None})
    return tuple(examples), tuple(free)


def program_of(model: Any, module: torch.nn.Module) -> Any:
    """A model's module as a program of torch.export, whose axes of unknown size stay free.

    Args:
        model: a built ``Sequential`` or functional model.
        module: what ``to_torch`` made of it.

    Raises:
        ValueError: for what torch.export cannot follow: a loop over an axis of unknown size, a look at values.
    """
    examples, free = _examples_of(model, module)
    try:
        return torch.export.export(module, examples, dynamic_shapes=free)
    except Exception as error:  # torch raises many kinds, of many lines
        unknown = [tensor.name for tensor in model.inputs if None in tensor.shape[1:]]
        hint = f"; give {', '.join(unknown)} a known shape, since loops over time are unrolled" if unknown else ""
        raise ValueError(
            f"export: expected a model that torch.export can follow{hint}. Received: {_cause(error)}"
        ) from error


def _cause(error: BaseException) -> str:
    """The first line of what lies at the bottom of an error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).splitlines()[0].strip() if str(error) else type(error).__name__


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
        ValueError: for a model without a graph, with a layer that keeps states from batch to batch, or with what
            torch.export or ONNX cannot follow.

    Source: https://docs.pytorch.org/docs/stable/onnx.html
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(f"to_onnx: needs {error.name}; pip install 'kerastorch[onnx]'") from None
    module = to_torch(model)
    traced = program_of(model, module)
    try:
        program = torch.onnx.export(
            traced,
            dynamo=True,
            input_names=list(model.input_names),
            output_names=list(model.output_names),
            opset_version=opset_version,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        raise ValueError(f"to_onnx: expected operations that ONNX has. Received: {_cause(error)}") from error
    if sum(p.nbytes for p in module.state_dict().values()) > _ONE_FILE:
        program.save(os.fspath(path))  # torch writes the weights to a second file, which the first one names
        return
    with files.replacing(path) as partial:
        program.save(partial)
