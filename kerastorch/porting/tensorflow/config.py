"""Devices and settings of the process. What torch does by itself is accepted and has no effect.

Source: https://www.tensorflow.org/api_docs/python/tf/config
"""

from __future__ import annotations

import contextlib
from collections import namedtuple
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import torch

__all__ = [
    "LogicalDevice",
    "LogicalDeviceConfiguration",
    "PhysicalDevice",
    "device",
    "experimental",
    "functions_run_eagerly",
    "get_logical_device_configuration",
    "get_soft_device_placement",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "optimizer",
    "run_functions_eagerly",
    "set_logical_device_configuration",
    "set_soft_device_placement",
    "set_visible_devices",
    "threading",
]

PhysicalDevice = namedtuple("PhysicalDevice", "name device_type")
LogicalDevice = namedtuple("LogicalDevice", "name device_type")
LogicalDeviceConfiguration = namedtuple(
    "LogicalDeviceConfiguration", "memory_limit experimental_priority experimental_device_ordinal", defaults=(None,) * 3
)


def _devices(kind: type, prefix: str, device_type: str | None) -> list[Any]:
    count = {"CPU": 1, "GPU": torch.cuda.device_count()}
    wanted = [device_type] if device_type else list(count)
    return [kind(f"{prefix}{name}:{i}", name) for name in wanted for i in range(count.get(name, 0))]


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of a type, ``'CPU'`` or ``'GPU'``; of both when none is given.

    Example:
        >>> list_physical_devices("CPU")
        [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """
    return _devices(PhysicalDevice, "/physical_device:", device_type)


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices of a type, as programs name them."""
    return _devices(LogicalDevice, "/device:", device_type)


get_visible_devices = list_physical_devices


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Chooses devices; no GPU among them means that the CPU computes."""
    from ... import config

    chosen = devices if isinstance(devices, (list, tuple)) and not hasattr(devices, "name") else [devices]
    if device_type in (None, "GPU") and not any(getattr(d, "device_type", "") == "GPU" for d in chosen):
        if device_type == "GPU" or not chosen:
            config.set_device("cpu")


def get_logical_device_configuration(device: Any) -> None:
    """None: a device is one device."""


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Accepted: torch takes memory as it needs it, and a device is one device."""


def set_soft_device_placement(enabled: bool) -> None:
    """Accepted: everything runs where its tensors are."""


def get_soft_device_placement() -> bool:
    """True."""
    return True


_eager = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Accepted: functions always run eagerly."""
    global _eager
    _eager = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """What ``run_functions_eagerly`` was told."""
    return _eager


@contextlib.contextmanager
def device(device_name: Any) -> Iterator[None]:
    """A block for a device; accepted, since tensors and models stay together on the device of the process."""
    yield


# ---------------------------------------------------------------------- sub-spaces


def _set_memory_growth(device: Any, enable: bool) -> None:
    """Accepted: torch takes GPU memory as it needs it."""


def _get_memory_growth(device: Any) -> bool:
    """True: torch takes GPU memory as it needs it."""
    return True


def _memory_info(device: str) -> dict[str, int]:
    """Bytes that tensors take now and took at most."""
    if not torch.cuda.is_available():
        return {"current": 0, "peak": 0}
    return {"current": torch.cuda.memory_allocated(), "peak": torch.cuda.max_memory_allocated()}


def _device_details(device: Any) -> dict[str, Any]:
    """A GPU's name and compute capability."""
    if getattr(device, "device_type", "") != "GPU":
        return {}
    index = int(device.name.rsplit(":", 1)[1])
    return {
        "device_name": torch.cuda.get_device_name(index),
        "compute_capability": torch.cuda.get_device_capability(index),
    }


def _enable_op_determinism() -> None:
    """Torch chooses algorithms that give the same bits at each run."""
    torch.use_deterministic_algorithms(True, warn_only=True)


def _accepted(*args: Any, **kwargs: Any) -> None:
    """Accepted: how torch computes is settled elsewhere."""


experimental = SimpleNamespace(
    VirtualDeviceConfiguration=LogicalDeviceConfiguration,
    enable_op_determinism=_enable_op_determinism,
    enable_tensor_float_32_execution=_accepted,
    get_device_details=_device_details,
    get_memory_growth=_get_memory_growth,
    get_memory_info=_memory_info,
    get_visible_devices=get_visible_devices,
    get_virtual_device_configuration=get_logical_device_configuration,
    list_logical_devices=list_logical_devices,
    list_physical_devices=list_physical_devices,
    reset_memory_stats=_accepted,
    set_memory_growth=_set_memory_growth,
    set_synchronous_execution=_accepted,
    set_virtual_device_configuration=set_logical_device_configuration,
    set_visible_devices=set_visible_devices,
)
optimizer = SimpleNamespace(
    get_experimental_options=dict,
    get_jit=lambda: "",
    set_experimental_options=_accepted,
    set_jit=_accepted,
)
threading = SimpleNamespace(
    get_inter_op_parallelism_threads=torch.get_num_interop_threads,
    get_intra_op_parallelism_threads=torch.get_num_threads,
    set_inter_op_parallelism_threads=_accepted,
    set_intra_op_parallelism_threads=lambda num_threads: torch.set_num_threads(num_threads) if num_threads else None,
)
