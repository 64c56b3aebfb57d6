"""What scikit-learn dropped, for scripts of their time.

Source: scikit-learn 0.19, ``sklearn.preprocessing`` and ``sklearn.datasets``.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import sklearn.utils
from sklearn.impute import SimpleImputer

__all__ = ["Imputer", "load_boston"]


class Imputer(SimpleImputer):
    """``SimpleImputer`` with its old arguments.

    Args:
        missing_values: what stands for a missing value, ``'NaN'`` among them.
        strategy: ``'mean'``, ``'median'`` or ``'most_frequent'``.
        axis: 0, along columns, the only one that is left.
        verbose: without effect.
        copy: whether the data is copied.

    Raises:
        ValueError: for ``axis=1``.
    """

    def __init__(
        self, missing_values: Any = "NaN", strategy: str = "mean", axis: int = 0, verbose: int = 0, copy: bool = True
    ) -> None:
        if axis != 0:
            raise ValueError(f"Imputer: expected axis=0, columns; transpose the data for rows. Received: axis={axis}")
        self.axis, self.verbose = axis, verbose
        super().__init__(
            missing_values=np.nan if missing_values == "NaN" else missing_values, strategy=strategy, copy=copy
        )


def load_boston(return_X_y: bool = False) -> Any:  # scikit-learn's name
    """The Boston housing data that scikit-learn removed: that of ``keras.datasets.boston_housing``.

    Args:
        return_X_y: whether to return ``(data, target)`` alone.
    """
    from ...datasets import boston_housing

    warnings.warn("load_boston: scikit-learn dropped this data set; it comes from keras.datasets.", stacklevel=2)
    (x, y), _ = boston_housing.load_data(test_split=0.0)
    if return_X_y:
        return x, y
    names = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split()
    text = "Boston house prices; see kerastorch.datasets.boston_housing."
    return sklearn.utils.Bunch(data=x, target=y, feature_names=np.array(names), DESCR=text, filename="boston_housing")
