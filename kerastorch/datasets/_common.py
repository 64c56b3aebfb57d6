"""What several loaders share: where the files are, Keras's shuffling, its splits."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import eras

__all__ = ["ORIGIN", "check_test_split", "random_generator", "shuffle_together", "split_tail"]

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def random_generator(seed: int | None) -> Any:
    """What shuffles: numpy's global generator, seeded, as Keras to 2.3 has it, or a generator of the loader's own."""
    if eras.current().datasets == "keras2":
        np.random.seed(seed)
        return np.random
    return np.random.RandomState(seed)


def shuffle_together(generator: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays, their rows in one new order."""
    order = np.arange(len(arrays[0]))
    generator.shuffle(order)
    return [array[order] for array in arrays]


def check_test_split(owner: str, test_split: float) -> None:
    """Refuses a fraction outside [0, 1).

    Raises:
        ValueError: for such a fraction.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"{owner}: expected test_split to be at least 0 and below 1. Received: {test_split!r}")


def split_tail(x: Any, y: Any, test_split: float) -> Split:
    """The last rows as test data."""
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])
