"""California housing: 8 figures each of 20,640 districts, and the median price of their houses in dollars.

Source: Pace, Barry, "Sparse Spatial Autoregressions", 1997; https://keras.io/api/datasets/california_housing/
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

_SMALL = 600


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int | None = 113,
) -> Split:
    """The figures and the prices.

    Args:
        version: ``'large'`` for all districts, ``'small'`` for the first 600.
        path: the file's name under ``~/.keras/datasets``, or an absolute path.
        test_split: the fraction that is test data.
        seed: of the shuffling before the split.

    Shape:
        ``(x_train, y_train), (x_test, y_test)``: (16512, 8), (16512,), (4128, 8) and (4128,) by default.

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when it is broken, ``test_split`` is no fraction, or for another ``version``.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data("small")  # doctest: +SKIP
    """
    check_test_split("california_housing.load_data", test_split)
    if version not in ("large", "small"):
        raise ValueError(f"california_housing.load_data: expected version 'large' or 'small'. Received: {version!r}")
    path = get_file(
        path,
        origin=ORIGIN + "california_housing.npz",
        file_hash="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    )
    x, y = load_npz(path, ["x", "y"])
    if version == "small":
        x, y = x[:_SMALL], y[:_SMALL]
    x, y = shuffle_together(random_generator(seed), x, y)
    return split_tail(x, y, test_split)
