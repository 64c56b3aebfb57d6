"""The way out: a model as a plain PyTorch module, as PyTorch source, as an ONNX file.

What comes out does not import kerastorch. ``torch.export.export(model, …)`` works on a model itself.
"""

from .onnx import to_onnx
from .source import to_source
from .torch_module import to_torch

__all__ = ["to_onnx", "to_source", "to_torch"]
