"""Tensors of two devices that meet in one call: TensorFlow and Keras 3 move them, where torch refuses.

Nothing is looked at beforehand. Only a call that torch has refused is made once more, with what lay on the CPU moved.

Source: https://www.tensorflow.org/guide/gpu, and ``convert_to_tensor`` of Keras 3's torch backend
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .trees import flatten, map_structure

__all__ = ["call_on_one_device", "moved_to", "on_cpu"]

_SAYINGS = ("device", "should be the same")  # torch's convolutions say the latter


def call_on_one_device(fn: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Calls a function, a second time where it was given tensors of the CPU beside those of another device.

    Args:
        fn: the function.
        args: its arguments.
        kwargs: its arguments by name.

    Raises:
        RuntimeError: torch's own, where moving tensors is no help.

    Example:
        >>> call_on_one_device(torch.add, (torch.ones(2), torch.ones(2)), {})
        tensor([2., 2.])
    """
    try:
        return fn(*args, **kwargs)
    except RuntimeError as error:
        device = _device_of((args, kwargs)) if any(saying in str(error) for saying in _SAYINGS) else None
        if device is None:
            raise
    args, kwargs = moved_to(device, (args, kwargs))
    return fn(*args, **kwargs)


def moved_to(device: torch.device, tree: Any) -> Any:
    """The tensors of the CPU that have axes moved to a device; single numbers are taken by every device.

    Example:
        >>> [x.device.type for x in moved_to(torch.device("meta"), [torch.ones(2), torch.tensor(1.0)])]
        ['meta', 'cpu']
    """

    def moved(leaf: Any) -> Any:
        return leaf.to(device) if on_cpu(leaf) else leaf

    return map_structure(moved, tree)


def on_cpu(leaf: Any) -> bool:
    """Whether something is a tensor with axes on the CPU.

    Example:
        >>> on_cpu(torch.ones(2)), on_cpu(torch.tensor(1.0))
        (True, False)
    """
    return isinstance(leaf, torch.Tensor) and leaf.device.type == "cpu" and leaf.ndim > 0


def _device_of(tree: Any) -> torch.device | None:
    """The device that tensors of the CPU meet; None where none of them has to be moved."""
    tensors = [leaf for leaf in flatten(tree) if isinstance(leaf, torch.Tensor)]
    others = [leaf.device for leaf in tensors if leaf.device.type not in ("cpu", "meta")]
    return others[0] if others and any(on_cpu(leaf) for leaf in tensors) else None
