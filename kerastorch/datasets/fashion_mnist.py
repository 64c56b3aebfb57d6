"""Fashion-MNIST: 70,000 pictures of ten kinds of clothing, 28x28 grey values.

0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

Source: Xiao, Rasul, Vollgraf, https://arxiv.org/abs/1708.07747; https://keras.io/api/datasets/fashion_mnist/
"""

from __future__ import annotations

import os

from ..utils.file_utils import get_file
from ._common import ORIGIN, Split
from ._read import load_idx

__all__ = ["load_data"]


def load_data() -> Split:
    """The images and the numbers of their kinds.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: uint8 of (60000, 28, 28), (60000,), (10000, 28, 28) and (10000,).

    Raises:
        OSError: when a file is neither cached nor reachable.
        ValueError: when one is broken.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    """
    files = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    folder = os.path.join("datasets", "fashion-mnist")
    x_train, y_train, x_test, y_test = (
        load_idx(get_file(name, origin=ORIGIN + name, cache_subdir=folder)) for name in files
    )
    return (x_train, y_train), (x_test, y_test)
