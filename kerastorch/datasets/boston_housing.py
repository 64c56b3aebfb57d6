"""Boston housing: 13 figures each of 506 suburbs, and the median price of their houses in 1,000 dollars.

Source: Harrison, Rubinfeld, "Hedonic prices and the demand for clean air", 1978;
https://keras.io/api/datasets/boston_housing/
"""

from __future__ import annotations

from ..utils.file_utils import get_file
from ._common import (
    ORIGIN,
    Split,
    check_test_split,
    random_generator,
    shuffle_together,
    split_tail,
)
from ._read import load_npz

__all__ = ["load_data"]


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int | None = 113) -> Split:
    """The figures and the prices.

    Args:
        path: the file's name under ``~/.keras/datasets``, or an absolute path.
        test_split: the fraction that is test data.
        seed: of the shuffling before the split.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: float64 of (404, 13), (404,), (102, 13) and (102,) by default.

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken, or ``test_split`` is no fraction.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(test_split=0.1)  # doctest: +SKIP
    """
    check_test_split("boston_housing.load_data", test_split)
    path = get_file(
        path,
        origin=ORIGIN + "boston_housing.npz",
        file_hash="f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    )
    x, y = shuffle_together(random_generator(seed), *load_npz(path, ["x", "y"]))
    return split_tail(x, y, test_split)
