"""Memory that a scan borrows for one pass: making it again would cost a small scan more than its arithmetic.

A workspace holds arrays and, for each time step, the views that the step works on. It is lent out from a forward pass
to the end of its backward pass and then goes back on the shelf for the next pass of the same sizes. On a GPU each pass
has its own: what a CUDA graph has recorded writes to the same memory again, whoever has it by then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import torch

__all__ = ["Lease", "borrow", "arithmetic", "by_numpy", "rows_of"]

_KEPT_BYTES = 64 << 20  # on all shelves together
_lock = threading.RLock()  # a lease may end wherever Python collects garbage, in the middle of borrow() too
_shelves: dict[Hashable, list[Any]] = {}  # the one used last is the last one


class Lease:
    """A borrowed workspace; it goes back when nobody holds the lease any more.

    Attributes:
        workspace: what was borrowed.
    """

    __slots__ = ("workspace", "_key")

    def __init__(self, key: Hashable | None, workspace: Any) -> None:
        self._key, self.workspace = key, workspace

    def __del__(self) -> None:
        if self._key is None:
            return
        with _lock:
            _shelves.setdefault(self._key, []).append(self.workspace)
            kept = sum(space.bytes for shelf in list(_shelves.values()) for space in shelf)
            for key in list(_shelves):
                while kept > _KEPT_BYTES and _shelves.get(key):
                    kept -= _shelves[key].pop().bytes
                if not _shelves.get(key):
                    _shelves.pop(key, None)


def borrow(like: torch.Tensor, key: tuple, make: Callable[[], Any]) -> Lease:
    """A workspace from the shelf, or a new one.

    Args:
        like: tells dtype and device.
        key: tells which workspaces are alike besides.
        make: makes one, with an attribute ``bytes``.
    """
    if like.device.type != "cpu":
        return Lease(None, make())
    key = (like.dtype, *key)
    with _lock:
        shelf = _shelves.pop(key, None)
        workspace = shelf.pop() if shelf else None
        if shelf:
            _shelves[key] = shelf
    return Lease(key, make() if workspace is None else workspace)


def by_numpy(like: torch.Tensor) -> bool:
    """Whether arithmetic on such tensors is done by numpy."""
    return like.device.type == "cpu" and like.dtype in (torch.float32, torch.float64)


def arithmetic(like: torch.Tensor) -> tuple[Callable, Callable, Callable]:
    """``multiply``, ``add`` and ``subtract``, each ``f(a, b, out)``, for what ``rows_of`` gives for such tensors."""
    if by_numpy(like):
        return np.multiply, np.add, np.subtract
    return tuple(
        lambda a, b, out, f=f: f(a, b, out=out)  # type: ignore[return-value]
        for f in (torch.mul, torch.add, torch.sub)
    )


def rows_of(tensor: torch.Tensor) -> list[Any]:
    """The entries along the first axis, each a flat array: numpy's on a CPU, where its calls cost half of torch's.

    Example:
        >>> [row.shape for row in rows_of(torch.zeros(2, 3, 4))]
        [(12,), (12,)]
    """
    if by_numpy(tensor):
        array = tensor.numpy()
        return [row.reshape(-1) for row in array]
    return [row.view(-1) for row in tensor]
