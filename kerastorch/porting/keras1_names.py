"""Functions and classes of Keras 1 that Keras 2 dropped or renamed, under their old names."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..regularizers import L1L2

__all__ = [
    "ActivityRegularizer",
    "WeightRegularizer",
    "activity_l1",
    "activity_l1l2",
    "activity_l2",
    "categorical_probas_to_classes",
    "l1l2",
    "probas_to_classes",
]


def _old(name: str, now: str) -> None:
    warnings.warn(f"{name} is Keras 1's; it is now {now}.", stacklevel=3)


def l1l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Keras 1's ``l1_l2``.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.

    Example:
        >>> import warnings
        >>> warnings.simplefilter("ignore")
        >>> type(l1l2()).__name__
        'L1L2'
    """
    _old("l1l2", "l1_l2")
    return L1L2(l1=l1, l2=l2)


def activity_l1(l: float = 0.01) -> L1L2:  # noqa: E741 - Keras's name
    """Keras 1's ``l1`` of an output."""
    _old("activity_l1", "l1")
    return L1L2(l1=l)


def activity_l2(l: float = 0.01) -> L1L2:  # noqa: E741 - Keras's name
    """Keras 1's ``l2`` of an output."""
    _old("activity_l2", "l2")
    return L1L2(l2=l)


def activity_l1l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Keras 1's ``l1_l2`` of an output."""
    _old("activity_l1l2", "l1_l2")
    return L1L2(l1=l1, l2=l2)


def WeightRegularizer(l1: float = 0.0, l2: float = 0.0) -> L1L2:  # noqa: N802 - Keras 1's name
    """Keras 1's penalty on weights, now ``L1L2``."""
    _old("WeightRegularizer", "L1L2")
    return L1L2(l1=l1, l2=l2)


def ActivityRegularizer(l1: float = 0.0, l2: float = 0.0) -> L1L2:  # noqa: N802 - Keras 1's name
    """Keras 1's penalty on outputs, now ``L1L2``."""
    _old("ActivityRegularizer", "L1L2")
    return L1L2(l1=l1, l2=l2)


def probas_to_classes(y_pred: Any) -> np.ndarray:
    """The classes of predicted probabilities: the greatest of a row, or 1 where a single one is above one half.

    Example:
        >>> probas_to_classes(np.array([[0.2, 0.8], [0.9, 0.1]])).tolist()
        [1, 0]
    """
    y_pred = np.asarray(y_pred)
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return y_pred.argmax(axis=1)
    return (y_pred.reshape(-1) > 0.5).astype("int64")


def categorical_probas_to_classes(p: Any) -> np.ndarray:
    """The greatest of each row.

    Example:
        >>> categorical_probas_to_classes(np.array([[0.2, 0.8]])).tolist()
        [1]
    """
    return np.argmax(p, axis=1)
