"""CIFAR-10: 60,000 colour pictures of ten kinds of things, 32x32.

0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; https://keras.io/api/datasets/cifar10/
"""

from __future__ import annotations

import os

import numpy as np

from .. import eras
from ..utils.file_utils import get_folder
from ._common import Split
from .cifar import column, images, load_batch

__all__ = ["load_data"]


def load_data() -> Split:
    """The images and the numbers of their kinds.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of (50000, 32, 32, 3) and (10000, 32, 32, 3), or with the
        channels before the rows where ``image_data_format()`` says so; y of (50000, 1) and (10000, 1).

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    folder = get_folder(
        "cifar-10-batches-py",
        origin="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        file_hash="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    )
    batches = [load_batch(os.path.join(folder, f"data_batch_{number}")) for number in range(1, 6)]
    x_train = np.concatenate([x for x, _ in batches])
    y_train = np.concatenate([y for _, y in batches]).astype("uint8")
    x_test, y_test = load_batch(os.path.join(folder, "test_batch"))
    y_test = column(y_test).astype("int64" if eras.current().datasets == "keras2" else "uint8")
    return (images(x_train), column(y_train)), (images(x_test), y_test)
