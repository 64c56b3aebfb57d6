"""Optical digits: 1,797 handwritten digits as 8x8 images with values from 0 to 16. They are part of the package.

Source: Alpaydin, Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
https://doi.org/10.24432/C50P49, CC BY 4.0 (digits.LICENSE.txt); the rows that scikit-learn's ``load_digits`` has.
"""

from __future__ import annotations

import importlib.resources

import numpy as np

from ._common import Split, check_test_split, shuffle_together, split_tail

__all__ = ["load_data"]


def load_data(test_split: float = 0.2, seed: int | None = 113) -> Split:
    """The images and the digits they show; nothing is downloaded.

    Args:
        test_split: the fraction that is test data.
        seed: of the shuffling before the split, which leaves numpy's global generator alone; None keeps the order.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: uint8 of (1437, 8, 8), (1437,), (360, 8, 8) and (360,) by default.

    Raises:
        ValueError: when ``test_split`` is no fraction.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, y_test.shape, int(x_train.max())
        ((1437, 8, 8), (360,), 16)
    """
    check_test_split("digits.load_data", test_split)
    with importlib.resources.files("kerastorch.datasets").joinpath("digits.npz").open("rb") as file:
        with np.load(file) as arrays:
            x, y = arrays["x"], arrays["y"]
    if seed is not None:
        x, y = shuffle_together(np.random.RandomState(seed), x, y)
    return split_tail(x, y, test_split)
