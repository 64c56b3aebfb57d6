"""What a GPU's programs have room for."""

from __future__ import annotations

import functools
from typing import Any

import torch

__all__ = ["keeps", "properties"]


@functools.cache
def properties(device: torch.device) -> Any:
    """What torch knows of a GPU."""
    return torch.cuda.get_device_properties(device)


def keeps(like: torch.Tensor, weights: int) -> bool:
    """Whether a program's shared memory has room for so many weights, those of float32 in two parts, and for a step.

    Args:
        like: data of the weights' type and device.
        weights: how many.
    """
    chip = properties(like.device)
    room = getattr(chip, "shared_memory_per_block_optin", 0) or chip.shared_memory_per_block
    return weights * like.dtype.itemsize * (2 if like.dtype == torch.float32 else 1) + (1 << 14) <= room
