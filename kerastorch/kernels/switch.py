"""Whether the fast paths are in use: ``KERASTORCH_FAST=0`` in the environment turns every one of them off.

Each fast path has a slow twin, the plain torch code that says what it computes; a test shows that both agree.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import torch

__all__ = ["PLAIN", "fast_enabled", "fast_paths", "tracing", "unwatched"]

PLAIN = (torch.Tensor, torch.nn.Parameter)  # the classes of tensors that nobody gave a meaning of their own

_fast = os.environ.get("KERASTORCH_FAST", "1").lower() not in ("0", "false", "off", "no")


def fast_enabled() -> bool:
    """True while fast paths may be taken."""
    return _fast


@contextlib.contextmanager
def fast_paths(enabled: bool) -> Iterator[None]:
    """Turns the fast paths on or off inside a ``with`` block.

    Args:
        enabled: False leaves only the slow twins, which also differentiate twice.

    Example:
        >>> with fast_paths(False):
        ...     fast_enabled()
        False
    """
    global _fast
    before, _fast = _fast, enabled
    try:
        yield
    finally:
        _fast = before


def tracing() -> bool:
    """True while torch.compile or torch.export reads the code; both want plain torch functions."""
    return torch.compiler.is_compiling() or torch.compiler.is_exporting()


def unwatched() -> bool:
    """True while fast paths may be taken that compilers, exporters and ``torch.func`` cannot look into."""
    return fast_enabled() and not tracing() and not torch._C._are_functorch_transforms_active()
