"""Class vectors to matrices, and vectors to unit length.

Source: https://keras.io/api/utils/python_utils/#to_categorical-function
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch

from .. import ops
from ..engine.symbolic import is_symbolic

__all__ = ["to_categorical", "normalize"]


def to_categorical(
    y: Any = None, num_classes: int | None = None, dtype: str = "float32", *, x: Any = None
) -> np.ndarray:
    """Class numbers as rows of zeros with a one at the class.

    Args:
        y: class numbers from 0 to ``num_classes - 1``, of any shape; a last axis of length 1 is dropped. Fractions
            are cut off.
        num_classes: how many classes there are; None (or 0) means one more than the largest number.
        dtype: the result's dtype.
        x: ``y`` under its name in Keras 3.

    Shape:
        ``y.shape + (num_classes,)``.

    Raises:
        TypeError: without class numbers, or with both names of them.
        ValueError: when a class number is not below ``num_classes``.

    Example:
        >>> to_categorical([0, 2, 1], num_classes=3)
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]], dtype=float32)
    """
    if (y is None) == (x is None):
        given = "none" if y is None else "both"
        raise TypeError(f"to_categorical: expected y, or x as Keras 3 calls it. Received: {given}")
    y = x if y is None else y
    if isinstance(y, torch.Tensor):
        y = y.detach().cpu().numpy()
    y = np.array(y, dtype="int64")
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    y = y.ravel()
    if not num_classes:
        if not y.size:
            raise ValueError("to_categorical: expected num_classes, since y is empty. Received: num_classes=None")
        num_classes = int(y.max()) + 1
    if y.size and not -num_classes <= y.min() <= y.max() < num_classes:
        wrong = y.max() if y.max() >= num_classes else y.min()
        raise ValueError(
            f"to_categorical: expected class numbers from 0 to {num_classes - 1}. Received: y with {wrong} and "
            f"num_classes={num_classes}"
        )
    if y.size and y.min() < 0:
        warnings.warn(
            f"to_categorical: negative class numbers count from the end, so -1 is {num_classes - 1}.", stacklevel=2
        )
    categorical = np.zeros((y.shape[0], num_classes), dtype=dtype)
    categorical[np.arange(y.shape[0]), y] = 1
    return categorical.reshape((*shape, num_classes))


def normalize(x: Any, axis: int = -1, order: int | float = 2) -> Any:
    """An array whose vectors along an axis have length 1; vectors of zeros stay.

    Args:
        x: the array, or a tensor, which may be one of a graph.
        axis: the axis of the vectors.
        order: the norm's order, 2 for the Euclidean length.

    Example:
        >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    if isinstance(x, torch.Tensor) or is_symbolic(x):
        return ops.normalize(x, axis, order)
    length = np.atleast_1d(np.linalg.norm(x, order, axis))
    length[length == 0] = 1
    return x / np.expand_dims(length, axis)
