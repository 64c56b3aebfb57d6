"""What CIFAR-10 and CIFAR-100 share: the format of their batches.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html
"""

from __future__ import annotations

import os

import numpy as np

from .. import config
from ._read import load_pickle

__all__ = ["load_batch"]


def load_batch(fpath: str | os.PathLike, label_key: str = "labels") -> tuple[np.ndarray, list[int]]:
    """One file of images and labels.

    Args:
        fpath: the file.
        label_key: under which name the file has the labels.

    Shape:
        Images are uint8 of (n, 3, 32, 32).

    Raises:
        ValueError: when the file is broken or has no such labels.
    """
    content = load_pickle(fpath)
    missing = [key for key in ("data", label_key) if key not in content]
    if missing:
        raise ValueError(f"Expected a batch of CIFAR with {missing[0]!r}. Received: {fpath} with {sorted(content)}")
    return content["data"].reshape(-1, 3, 32, 32), content[label_key]


def images(channels_first: np.ndarray) -> np.ndarray:
    """Images with the channel axis where ``image_data_format()`` has it."""
    if config.image_data_format() == "channels_first":
        return channels_first
    return np.ascontiguousarray(channels_first.transpose(0, 2, 3, 1))


def column(labels: list[int] | np.ndarray) -> np.ndarray:
    """Labels as Keras gives them, (n, 1)."""
    return np.reshape(labels, (len(labels), 1))
