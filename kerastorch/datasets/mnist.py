"""MNIST: 70,000 handwritten digits, 28x28 grey values.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"; https://keras.io/api/datasets/mnist/
"""

from __future__ import annotations

from ..utils.file_utils import get_file
from ._common import ORIGIN, Split
from ._read import load_npz

__all__ = ["load_data"]


def load_data(path: str = "mnist.npz") -> Split:
    """The images and the digits they show.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: uint8 of (60000, 28, 28), (60000,), (10000, 28, 28) and (10000,).

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    path = get_file(
        path,
        origin=ORIGIN + "mnist.npz",
        file_hash="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    )
    x_train, y_train, x_test, y_test = load_npz(path, ["x_train", "y_train", "x_test", "y_test"])
    return (x_train, y_train), (x_test, y_test)
