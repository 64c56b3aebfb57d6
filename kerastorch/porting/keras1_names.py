"""Functions and classes of Keras 1 that Keras 2 dropped or renamed, under their old names."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..regularizers import L1L2

__all__ = [
    "ActivityRegularizer",
    "WeightRegularizer",
    "accuracy",
    "activity_l1",
    "activity_l1l2",
    "activity_l2",
    "categorical_probas_to_classes",
    "l1l2",
    "layer_from_config",
    "make_batches",
    "print_layer_shapes",
    "probas_to_classes",
    "slice_arrays",
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


def WeightRegularizer(l1: float = 0.0, l2: float = 0.0) -> L1L2:  # Keras 1's name
    """Keras 1's penalty on weights, now ``L1L2``."""
    _old("WeightRegularizer", "L1L2")
    return L1L2(l1=l1, l2=l2)


def ActivityRegularizer(l1: float = 0.0, l2: float = 0.0) -> L1L2:  # Keras 1's name
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


def accuracy(p: Any, y: Any) -> float:
    """The part of predictions that are right.

    Example:
        >>> accuracy([1, 2, 3, 4], [1, 2, 0, 4])
        0.75
    """
    return float(np.mean([a == b for a, b in zip(p, y, strict=False)]))


def slice_arrays(arrays: Any, start: Any = None, stop: int | None = None) -> Any:
    """Rows of an array, or of each array in a list: a range, or those that a list names.

    Example:
        >>> slice_arrays([np.arange(4), np.arange(8)], 1, 3)
        [array([1, 2]), array([1, 2])]
    """
    chosen = np.asarray(start) if hasattr(start, "__len__") else slice(start, stop)
    if isinstance(arrays, list):
        return [None if array is None else array[chosen] for array in arrays]
    return arrays[chosen]


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Where batches begin and end.

    Example:
        >>> make_batches(5, 2)
        [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def layer_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """``layers.deserialize`` under its name in Keras 1."""
    from .. import layers

    return layers.deserialize(config, custom_objects=custom_objects)


def print_layer_shapes(model: Any, input_shapes: Any = None) -> None:
    """Prints the shapes of each layer's input and output; they are known, so none need be given."""
    for layer in model.layers:
        print(f"shape after {layer.name}: {layer.input_shape} -> {layer.output_shape}")
