"""Small work on one thread: waking another takes longer than what it would do.

Source: https://pytorch.org/docs/stable/notes/cpu_threading_torchscript_inference.html
"""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["one_thread"]


class one_thread:
    """A context in which torch computes on one thread where ``small`` is true, and as ever where it is not.

    Args:
        small: whether the work is small.

    Example:
        >>> with one_thread(True):
        ...     torch.get_num_threads()
        1
    """

    def __init__(self, small: bool) -> None:
        self._small = small

    def __enter__(self) -> None:
        self._before = torch.get_num_threads() if self._small else 1
        if self._before > 1:
            torch.set_num_threads(1)

    def __exit__(self, *error: Any) -> None:
        if self._before > 1:
            torch.set_num_threads(self._before)
