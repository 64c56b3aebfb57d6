"""Keras 3's ``keras.distribution``, as far as one process needs it.

A kerastorch model is a ``torch.nn.Module``: many devices are torch's own business, ``DistributedDataParallel`` and
``torchrun`` among others. What would share out weights here raises ``AttributeError``.

Source: https://keras.io/api/distribution/
"""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["distribution", "get_device_count", "list_devices", "set_distribution"]

_KINDS = {"cpu": "cpu", "gpu": "cuda", "cuda": "cuda"}
_ABSENT = "a model is a torch.nn.Module here, which torch's DistributedDataParallel or FSDP share out"


def list_devices(device_type: str | None = None) -> list[str]:
    """The devices that there are, as ``"gpu:0"``.

    Args:
        device_type: ``"cpu"`` or ``"gpu"``; by default the GPUs where there are any, else the CPU.

    Raises:
        ValueError: for another type.

    Example:
        >>> list_devices("cpu")
        ['cpu:0']
    """
    name = device_type.lower() if device_type else ("gpu" if torch.cuda.is_available() else "cpu")
    if name not in _KINDS:
        raise ValueError(f"list_devices: expected cpu, gpu or None. Received: device_type={device_type!r}")
    shown = "gpu" if _KINDS[name] == "cuda" else "cpu"
    return [f"{shown}:{i}" for i in range(torch.cuda.device_count() if shown == "gpu" else 1)]


def get_device_count(device_type: str | None = None) -> int:
    """How many devices of a type there are; see ``list_devices``."""
    return len(list_devices(device_type))


def distribution() -> None:
    """None: weights are not distributed."""


def set_distribution(value: Any) -> None:
    """Takes None, which shares out nothing.

    Raises:
        NotImplementedError: for anything else.
    """
    if value is not None:
        raise NotImplementedError(f"set_distribution: expected None, since {_ABSENT}. Received: {value!r}")


def __getattr__(name: str) -> Any:
    known = "DataParallel DeviceMesh LayoutMap ModelParallel TensorLayout distribute_tensor initialize".split()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{f': {_ABSENT}' if name in known else ''}")
