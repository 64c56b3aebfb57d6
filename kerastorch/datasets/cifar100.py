"""CIFAR-100: 60,000 colour pictures of a hundred kinds of things in twenty groups, 32x32.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; https://keras.io/api/datasets/cifar100/
"""

from __future__ import annotations

import os

from ..utils.file_utils import get_folder
from ._common import Split
from .cifar import column, images, load_batch

__all__ = ["load_data"]


def load_data(label_mode: str = "fine") -> Split:
    """The images and the numbers of their kinds or groups.

    Args:
        label_mode: ``'fine'`` for the hundred kinds, ``'coarse'`` for the twenty groups.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: x uint8 of (50000, 32, 32, 3) and (10000, 32, 32, 3), or with the
        channels before the rows where ``image_data_format()`` says so; y int64 of (50000, 1) and (10000, 1).

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken, or for another ``label_mode``.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data("coarse")  # doctest: +SKIP
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f"cifar100.load_data: expected label_mode 'fine' or 'coarse'. Received: {label_mode!r}")
    folder = get_folder(
        "cifar-100-python",
        origin="https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
        file_hash="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    )
    (x_train, y_train), (x_test, y_test) = (
        load_batch(os.path.join(folder, name), label_key=label_mode + "_labels") for name in ("train", "test")
    )
    return (images(x_train), column(y_train)), (images(x_test), column(y_test))
