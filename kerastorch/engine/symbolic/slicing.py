"""Slices of negative step, which torch has not: ``x[:, ::-1]``."""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["sliced", "turns"]


def turns(key: Any) -> bool:
    """Whether an index has a slice of negative step."""
    keys = key if isinstance(key, tuple) else (key,)
    return any(isinstance(item, slice) and isinstance(item.step, int) and item.step < 0 for item in keys)


def sliced(x: torch.Tensor, key: Any) -> torch.Tensor:
    """``x[key]``, over axes turned round where a slice goes backwards.

    Args:
        x: the tensor.
        key: numbers, slices, None and an ellipsis, or a tuple of them.

    Example:
        >>> sliced(torch.arange(6), slice(4, None, -2)).tolist()
        [4, 2, 0]
    """
    if not turns(key):
        return torch.Tensor.__getitem__(x, key)
    keys, found, axis = list(key) if isinstance(key, tuple) else [key], [], 0
    for place, item in enumerate(keys):
        if item is Ellipsis:
            axis = x.ndim - sum(rest is not None for rest in keys[place + 1 :])
        elif item is not None:
            if turns(item):
                size = x.shape[axis]
                start, stop, step = item.indices(size)
                x, item = x.flip(axis), slice(size - 1 - start, size - 1 - stop, -step)
            axis += 1
        found.append(item)
    return torch.Tensor.__getitem__(x, tuple(found))
