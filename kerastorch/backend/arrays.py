"""NumPy arrays on their way to torch."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["forward"]


def forward(value: Any) -> np.ndarray:
    """The value as an array none of whose axes runs backwards, which torch does not take.

    ``image[..., ::-1]``, colours in the other order, is such an array; it is copied, every other one is not.

    Example:
        >>> forward(np.arange(3)[::-1]).strides
        (8,)
    """
    array = np.asarray(value)
    return array.copy() if array.strides and min(array.strides) < 0 else array
