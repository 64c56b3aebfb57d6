"""Parts of symbolic tensors."""

from __future__ import annotations

from typing import Any

import torch

from .inference import infer
from .known import Spec, record_as
from .slicing import sliced, turns
from .tensor import SymbolicTensor, record

__all__ = ["part_of"]


def part_of(x: SymbolicTensor, key: Any) -> Any:
    """``x[key]``; a slice whose bounds only data will tell gives an axis of unknown length.

    Args:
        x: a symbolic tensor.
        key: numbers, slices, tensors, or a tuple of them.

    Example:
        >>> from kerastorch.engine.symbolic import placeholder
        >>> x, first = placeholder((None, 6, 4)), placeholder((), torch.int32)
        >>> part_of(x, (slice(None), slice(first, first + 2))).shape
        (None, None, 4)
    """
    keys = key if isinstance(key, tuple) else (key,)
    if turns(key):
        return record(sliced, (x, key), {}, "__getitem__")
    if not any(_moves(item) for item in keys):
        return record(torch.Tensor.__getitem__, (x, key), {})
    # A slice that is empty and one that is not show which axes of the result are its own.
    tried = [
        example
        for length in (0, 1)
        for example in infer(torch.Tensor.__getitem__, (x, tuple(_settled(item, length) for item in keys)), {})
    ]
    sizes = zip(*(example.shape for example in tried), strict=True)
    shape = [size[0] if len(set(size)) == 1 else None for size in sizes]
    return record_as(torch.Tensor.__getitem__, (x, key), {}, Spec(shape, tried[0].dtype), "__getitem__")


def _moves(item: Any) -> bool:
    """Whether a number, or a bound of a slice, has no value while the graph is built."""
    bounds = (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)
    return any(
        isinstance(bound, SymbolicTensor) and bound.unknown and not bound.ndim and bound.dtype != torch.bool
        for bound in bounds
    )


def _settled(item: Any, length: int) -> Any:
    if not _moves(item):
        return item
    return slice(0, length) if isinstance(item, slice) else 0
