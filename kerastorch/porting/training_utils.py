"""What ``keras.engine.training_utils`` had that scripts call: checks of arrays, batches, the weighted loss.

Source: Keras 2.2.4, ``keras.engine.training_utils``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import losses
from ..losses.reduction import weighted_masked_mean
from ..training.data import batch_shuffle

__all__ = [
    "batch_shuffle",
    "check_array_length_consistency",
    "check_loss_and_target_compatibility",
    "iter_sequence_infinite",
    "make_batches",
    "weighted_masked_objective",
]


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Where each batch begins and ends.

    Args:
        size: how many samples there are.
        batch_size: samples in a batch.

    Example:
        >>> make_batches(5, 2)
        [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def iter_sequence_infinite(seq: Any) -> Iterator[Any]:
    """The batches of a sequence, over and over.

    Args:
        seq: can be iterated over again and again.
    """
    while True:
        yield from seq


def check_array_length_consistency(inputs: Any, targets: Any, weights: Any = None) -> None:
    """Refuses inputs, targets and weights of different lengths.

    Args:
        inputs: an array or a list of them; None entries count for nothing.
        targets: likewise.
        weights: likewise.

    Raises:
        ValueError: naming what differs.

    Example:
        >>> check_array_length_consistency([np.ones(3)], [np.zeros(3)], [np.ones(3)])
    """

    def counts(arrays: Any) -> list[int]:
        listed = arrays if isinstance(arrays, (list, tuple)) else [arrays]
        return sorted({0 if a is None else int(np.shape(a)[0]) for a in listed})

    found = {"inputs": counts(inputs), "targets": counts(targets), "weights": counts(weights)}
    for what, group in found.items():
        if len(group) > 1:
            raise ValueError(f"{what}: expected arrays with the same number of samples. Received: {group} samples")
    x, y, w = (group[0] for group in found.values())
    if x != y:
        raise ValueError(f"targets: expected as many samples as inputs, {x}. Received: {y} samples")
    if w != y:
        raise ValueError(f"weights: expected as many samples as targets, {y}. Received: {w} samples")


def check_loss_and_target_compatibility(
    targets: Sequence[Any], loss_fns: Sequence[Any], output_shapes: Sequence[Sequence[int | None]]
) -> None:
    """Refuses targets that a loss cannot compare with the outputs.

    Args:
        targets: one array an output.
        loss_fns: one loss an output, or None.
        output_shapes: the outputs' shapes.

    Raises:
        ValueError: naming the loss and the shapes.
    """
    same_shape = (losses.mean_squared_error, losses.binary_crossentropy, losses.categorical_crossentropy)
    for y, loss, shape in zip(targets, loss_fns, output_shapes, strict=True):
        if y is None or loss is None:
            continue
        name = getattr(loss, "__name__", type(loss).__name__)
        if loss is losses.categorical_crossentropy and y.shape[-1] == 1:
            raise ValueError(
                f"{name}: You are passing a target array of shape {y.shape}, but one-hot targets are expected; use "
                "to_categorical(y) or the loss sparse_categorical_crossentropy"
            )
        if loss in same_shape and any(
            want is not None and got != want for got, want in zip(y.shape[1:], tuple(shape)[1:], strict=False)
        ):
            raise ValueError(
                f"{name}: expected targets to have the same shape as the output, {tuple(shape)}. Received: {y.shape}"
            )


def weighted_masked_objective(fn: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """A loss that takes weights and a mask and gives one number.

    Args:
        fn: the loss, a function of ``(y_true, y_pred)``; None gives None.

    Example:
        >>> import torch
        >>> loss = weighted_masked_objective(lambda y_true, y_pred: y_pred - y_true)
        >>> loss(torch.zeros(2), torch.tensor([1.0, 3.0]), torch.tensor([1.0, 0.0]))
        tensor(1.)
    """
    if fn is None:
        return None

    def weighted(y_true: Any, y_pred: Any, weights: Any, mask: Any = None) -> Any:
        return weighted_masked_mean(fn(y_true, y_pred), weights, mask)

    return weighted
