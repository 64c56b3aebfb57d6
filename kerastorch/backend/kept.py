"""Values that gradients still need, kept when a variable is written first.

TensorFlow's gradients use the values that variables had when a tape recorded, even if ``apply_gradients`` or ``assign``
came in between; torch computes with what is in memory, and refuses when that was changed. While several gradients may
be asked for one after the other, ``keeping()`` notes what autograd saves, and ``before_writing`` copies it if needed.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch

__all__ = ["before_writing", "keeping"]


class _Saved:
    """A tensor that autograd saved."""

    __slots__ = ("tensor", "__weakref__")

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor


_by_memory: dict[int, weakref.WeakSet] = {}


def _place(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _pack(tensor: torch.Tensor) -> _Saved:
    saved = _Saved(tensor)
    key = _place(tensor)
    if key not in _by_memory:
        _by_memory[key] = weakref.WeakSet()
        weakref.finalize(saved, _forget, key)
    _by_memory[key].add(saved)
    return saved


def _forget(key: int) -> None:
    if not _by_memory.get(key):
        _by_memory.pop(key, None)


def _unpack(saved: _Saved) -> torch.Tensor:
    return saved.tensor


def keeping() -> Any:
    """For a ``with`` block whose gradients may be asked for after variables were written.

    Example:
        >>> weight = torch.ones(1, requires_grad=True)
        >>> with keeping():
        ...     y = (weight * weight).sum()
        >>> before_writing([weight])
        >>> with torch.no_grad():
        ...     _ = weight.fill_(5.0)
        >>> torch.autograd.grad(y, weight)[0].item()
        2.0
    """
    return torch.autograd.graph.saved_tensors_hooks(_pack, _unpack)


def before_writing(tensors: Iterable[torch.Tensor]) -> None:
    """Has to be called before the memory of these tensors is written."""
    if not _by_memory:
        return
    for tensor in tensors:
        for saved in _by_memory.pop(_place(tensor), ()):
            saved.tensor = saved.tensor.clone()
