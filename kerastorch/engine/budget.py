"""How many numbers the weights of a model that comes from a file may hold.

An architecture is a few bytes whatever sizes it declares, but its weights have to be in the file. So while a file is
read, weights are made only as long as the file holds as many numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["weight_budget", "check_state", "spend"]

_LEAST_STATE = 1 << 22  # numbers that a state may have beside any weights

# how many numbers are left, and how many there were
_left: ContextVar[list[int] | None] = ContextVar("kerastorch_weight_budget", default=None)


@contextmanager
def weight_budget(numbers: int) -> Iterator[None]:
    """Lets the block make weights of that many numbers.

    Example:
        >>> with weight_budget(10):
        ...     spend("a", "kernel", (2, 4))
        ...     spend("a", "bias", (4,))
        Traceback (most recent call last):
        ...
        ValueError: Layer a: expected weight 'bias' to be in the file, which holds 2 more numbers. Received: shape (4,)
    """
    token = _left.set([int(numbers), int(numbers)])
    try:
        yield
    finally:
        _left.reset(token)


def check_state(owner: str, shape: Sequence[int]) -> None:
    """Refuses states of a stateful layer that are out of all proportion to the file.

    Raises:
        ValueError: when they are.
    """
    left = _left.get()
    if left is not None and math.prod(shape) > max(_LEAST_STATE, 16 * left[1]):
        raise ValueError(
            f"Layer {owner}: expected a state in proportion to the weights in the file. Received: shape {tuple(shape)}"
        )


def spend(owner: str, name: str, shape: Sequence[int]) -> None:
    """Takes a weight's size off the budget, where there is one.

    Raises:
        ValueError: when the budget is spent.
    """
    left = _left.get()
    if left is None:
        return
    if math.prod(shape) > left[0]:
        raise ValueError(
            f"Layer {owner}: expected weight {name!r} to be in the file, which holds {left[0]} more numbers. "
            f"Received: shape {tuple(shape)}"
        )
    left[0] -= math.prod(shape)
