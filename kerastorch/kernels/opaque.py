"""Functions that a recording of a step takes as one operation, whatever they compute with.

Source: ``kerastorch.training.tape``, which records.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["opaque", "recorded_by"]


class _State(threading.local):
    recorder: Callable[[Callable[..., Any], tuple, int], Any] | None = None


_state = _State()


def opaque(function: Callable[..., Any], *args: Any, product: int = 0) -> Any:
    """Calls a function; where a step is being recorded, as one operation of it.

    Args:
        function: gives the same results for the same tensors, whatever else is in the process, and writes to none that
            it did not make.
        *args: its arguments: tensors, results of other such functions, and what stays the same from step to step.
        product: multiplications of its largest matrix product.

    Example:
        >>> opaque(max, 1, 2)
        2
    """
    recorder = _state.recorder
    return function(*args) if recorder is None else recorder(function, args, product)


@contextlib.contextmanager
def recorded_by(recorder: Callable[[Callable[..., Any], tuple, int], Any]) -> Iterator[None]:
    """Hands this thread's calls of ``opaque`` to somebody, who makes them.

    Args:
        recorder: given the function, its arguments and its largest product, it gives the function's results.

    Example:
        >>> with recorded_by(lambda function, args, product: (function.__name__, function(*args))):
        ...     opaque(max, 1, 2)
        ('max', 2)
    """
    before, _state.recorder = _state.recorder, recorder
    try:
        yield
    finally:
        _state.recorder = before
