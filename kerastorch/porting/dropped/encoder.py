"""scikit-learn's ``OneHotEncoder`` with the arguments that it lost, for scripts of their time.

A module of its own, since it is imported while ``sklearn.preprocessing`` is.

Source: scikit-learn 0.19, ``sklearn.preprocessing``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.preprocessing

__all__ = ["OneHotEncoder"]

_Encoder = sklearn.preprocessing.OneHotEncoder


class OneHotEncoder(_Encoder):
    """``OneHotEncoder`` that also understands ``sparse``, ``categorical_features`` and ``n_values``.

    Args:
        n_values: number of values of each feature, or ``'auto'``; values are then 0 and up.
        categorical_features: indices or mask of the columns that are encoded; the others follow unchanged.
        sparse: the former name of ``sparse_output``.
        **kwargs: as in scikit-learn.
    """

    def __init__(
        self, n_values: Any = None, categorical_features: Any = None, sparse: bool = True, **kwargs: Any
    ) -> None:
        self.n_values, self.categorical_features, self.sparse = n_values, categorical_features, sparse
        if n_values not in (None, "auto"):
            counts = [n_values] if isinstance(n_values, int) else n_values
            kwargs["categories"] = [np.arange(count) for count in counts]
        kwargs.setdefault("sparse_output", sparse)
        super().__init__(**kwargs)

    def _split(self, X: Any) -> tuple[Any, Any]:  # scikit-learn's name
        X = np.asarray(X)
        chosen = np.zeros(X.shape[1], bool)
        chosen[self.categorical_features if self.categorical_features != "all" else slice(None)] = True
        return X[:, chosen], X[:, ~chosen]

    def fit(self, X: Any, y: Any = None) -> OneHotEncoder:
        """Learns the values of the encoded columns."""
        return super().fit(X if self.categorical_features is None else self._split(X)[0], y)

    def transform(self, X: Any) -> Any:
        """The encoded columns, and the others behind them."""
        if self.categorical_features is None:
            return super().transform(X)
        from scipy import sparse

        encoded, others = self._split(X)
        joined = sparse.hstack([sparse.csr_matrix(super().transform(encoded)), sparse.csr_matrix(others.astype(float))])
        return joined.tocsr() if self.sparse else joined.toarray()

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """``fit`` and ``transform``."""
        return self.fit(X, y).transform(X)

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return sorted({"n_values", "categorical_features", "sparse", *_Encoder._get_param_names()})
