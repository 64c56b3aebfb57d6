"""Seeds of everything at once; what runs say on the screen.

Source: https://keras.io/api/utils/python_utils/
"""

from __future__ import annotations

import random

import numpy as np

from ..backend import seeds

__all__ = [
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
    "set_random_seed",
]


def set_random_seed(seed: int) -> None:
    """Seeds Python's, numpy's and torch's generators, and draws of ``tf.random``.

    Args:
        seed: a whole number from 0 to 2**32 - 1.

    Raises:
        ValueError: for anything else.

    Example:
        >>> set_random_seed(1)
        >>> first = random.random(), np.random.rand()
        >>> set_random_seed(1)
        >>> (random.random(), np.random.rand()) == first
        True
        >>> seeds.set_seed(None)
    """
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed: expected a whole number from 0 to 2**32 - 1. Received: seed={seed!r}")
    random.seed(seed)
    np.random.seed(seed)
    seeds.set_seed(seed)


_interactive = True


def enable_interactive_logging() -> None:
    """Says that runs report on the screen, as they do."""
    global _interactive
    _interactive = True


def disable_interactive_logging() -> None:
    """Says that runs report to logs. What ``verbose`` asks for is printed all the same."""
    global _interactive
    _interactive = False


def is_interactive_logging_enabled() -> bool:
    """What was said last.

    Example:
        >>> is_interactive_logging_enabled()
        True
    """
    return _interactive
