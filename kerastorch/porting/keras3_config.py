"""What ``keras.config`` has in Keras 3 beside the settings that kerastorch has under the same names.

Source: https://keras.io/api/utils/config_utils/
"""

from __future__ import annotations

import warnings
from typing import Any

import torch

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_traceback_filtering",
    "is_flash_attention_enabled",
    "is_traceback_filtering_enabled",
    "set_backend",
    "set_dtype_policy",
]

_filtering = [True]


def backend() -> str:
    """The backend's name.

    Example:
        >>> backend()
        'torch'
    """
    return "torch"


def set_backend(backend: str) -> None:
    """There is one backend.

    Args:
        backend: ``'torch'``; another one warns.
    """
    if backend != "torch":
        warnings.warn(f"set_backend: everything is computed by torch. Received: {backend!r}", stacklevel=2)


def dtype_policy() -> Any:
    """The policy of new layers."""
    from .. import mixed_precision

    return mixed_precision.global_policy()


def set_dtype_policy(policy: Any) -> None:
    """Chooses the policy of new layers.

    Args:
        policy: a policy or its name.
    """
    from .. import mixed_precision

    mixed_precision.set_global_policy(policy)


def enable_traceback_filtering() -> None:
    """Remembered only: ``python -m kerastorch`` leaves the library's own frames out, a plain run shows them."""
    _filtering[0] = True


def disable_traceback_filtering() -> None:
    """Remembered only, like ``enable_traceback_filtering``."""
    _filtering[0] = False


def is_traceback_filtering_enabled() -> bool:
    """What was said last.

    Example:
        >>> is_traceback_filtering_enabled()
        True
    """
    return _filtering[0]


def enable_flash_attention() -> None:
    """Lets torch choose its fused attention on a GPU."""
    torch.backends.cuda.enable_flash_sdp(True)


def disable_flash_attention() -> None:
    """Keeps torch from its fused attention on a GPU."""
    torch.backends.cuda.enable_flash_sdp(False)


def is_flash_attention_enabled() -> bool:
    """Whether torch may choose its fused attention."""
    return torch.backends.cuda.flash_sdp_enabled()
