"""How scikit-learn was called before it dropped arguments, positions and module names.

``extend_…`` are called once when the module of that name is there; ``shims.uninstall()`` takes everything back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import shims

__all__ = [
    "KFold",
    "LeaveOneOut",
    "ShuffleSplit",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "extend_class_weight",
    "extend_estimators",
    "extend_metrics",
    "extend_model_selection",
    "extend_text",
    "fetch_mldata",
    "linear_assignment",
]

# class -> argument -> what it is called today; None for those that changed no result: how many processes, mostly
_ARGUMENTS: dict[str, dict[str, str | None]] = {
    "KMeans": {"n_jobs": None, "precompute_distances": None},
    "TSNE": {"n_iter": "max_iter"},
    "LogisticRegression": {"multi_class": None},
    "SpectralClustering": {},
    "GridSearchCV": {"iid": None},
    "RandomizedSearchCV": {"iid": None},
}


def extend_estimators(module: Any) -> None:
    """Lets the classes of a module take the arguments that they took."""
    for name, arguments in _ARGUMENTS.items():
        cls = getattr(module, name, None)
        if cls is not None:
            shims.set_attribute(cls, "__init__", shims.renaming(cls.__init__, arguments))


def extend_model_selection(module: Any) -> None:
    """Folds with arguments by position, and a seed where nothing is drawn; scores of a search as a list."""
    extend_estimators(module)
    for cls in (module.KFold, module.StratifiedKFold):
        shims.set_attribute(cls, "__init__", _folds(cls.__init__))
    for cls in (module.GridSearchCV, module.RandomizedSearchCV):
        shims.set_attribute(cls, "grid_scores_", property(_grid_scores))


def _folds(known: Callable) -> Callable:
    @functools.wraps(known)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # takes the constructor's place
        kwargs.update(zip(("n_splits", "shuffle", "random_state"), args, strict=False))
        if not kwargs.get("shuffle"):
            kwargs.pop("random_state", None)  # until 0.24 a seed without use
        known(self, **kwargs)

    return __init__


def _grid_scores(self: Any) -> list[tuple[Any, float, np.ndarray]]:
    found = self.cv_results_
    splits = [found[key] for key in sorted(found) if key.startswith("split") and key.endswith("_test_score")]
    return list(zip(found["params"], found["mean_test_score"], np.stack(splits, 1), strict=True))


class _Splits:
    """Folds of given data, as ``sklearn.cross_validation`` had them: iterating gives the places."""

    def __init__(self, splitter: Any, rows: int, labels: Any = None) -> None:
        self._splitter, self._rows, self._labels = splitter, np.zeros((rows, 1)), labels

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return self._splitter.split(self._rows, self._labels)

    def __len__(self) -> int:
        return self._splitter.get_n_splits(self._rows, self._labels)


class KFold(_Splits):
    """``model_selection.KFold`` of ``n`` rows."""

    def __init__(self, n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> None:
        super().__init__(_selection().KFold(n_folds, shuffle=shuffle, random_state=random_state), n)


class StratifiedKFold(_Splits):
    """``model_selection.StratifiedKFold`` of rows with the labels ``y``."""

    def __init__(self, y: Any, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> None:
        splitter = _selection().StratifiedKFold(n_folds, shuffle=shuffle, random_state=random_state)
        super().__init__(splitter, len(y), y)


class ShuffleSplit(_Splits):
    """``model_selection.ShuffleSplit`` of ``n`` rows."""

    def __init__(
        self, n: int, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
    ) -> None:
        how = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(_selection().ShuffleSplit(n_iter, **how), n)


class StratifiedShuffleSplit(_Splits):
    """``model_selection.StratifiedShuffleSplit`` of rows with the labels ``y``."""

    def __init__(
        self, y: Any, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
    ) -> None:
        how = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__(_selection().StratifiedShuffleSplit(n_iter, **how), len(y), y)


class LeaveOneOut(_Splits):
    """``model_selection.LeaveOneOut`` of ``n`` rows."""

    def __init__(self, n: int) -> None:
        super().__init__(_selection().LeaveOneOut(), n)


def _selection() -> Any:
    import sklearn.model_selection

    return sklearn.model_selection


def extend_metrics(module: Any) -> None:
    """``mean_squared_error(squared=False)``, the root."""
    known = module.mean_squared_error

    @functools.wraps(known)
    def mean_squared_error(*args: Any, squared: bool = True, **kwargs: Any) -> Any:
        found = known(*args, **kwargs)
        return found if squared else np.sqrt(found)

    shims.set_attribute(module, "mean_squared_error", mean_squared_error)


def extend_class_weight(module: Any) -> None:
    """``compute_class_weight`` with its arguments by position."""
    known = module.compute_class_weight

    @functools.wraps(known)
    def compute_class_weight(*args: Any, **kwargs: Any) -> Any:
        kwargs.update(zip(("class_weight", "classes", "y"), args, strict=False))
        return known(**{**kwargs, "classes": np.asarray(kwargs["classes"])})

    shims.set_attribute(module, "compute_class_weight", compute_class_weight)


def extend_text(module: Any) -> None:
    """``get_feature_names``, a list."""
    for cls in (module.CountVectorizer, module.TfidfVectorizer):
        names = lambda self: self.get_feature_names_out().tolist()  # noqa: E731 - one for each class
        shims.set_attribute(cls, "get_feature_names", names)


def linear_assignment(cost: Any) -> np.ndarray:
    """The pairs of row and column of least cost, one in each row."""
    from scipy.optimize import linear_sum_assignment

    return np.stack(linear_sum_assignment(cost), 1)


def fetch_mldata(dataname: str, target_name: str = "label", data_name: str = "data", data_home: Any = None) -> Any:
    """The MNIST that mldata.org had: that of ``keras.datasets.mnist``, training and test rows each sorted by label.

    Raises:
        OSError: for another data set, since the server is gone.
    """
    import sklearn.utils

    from ...datasets import mnist

    if dataname.lower().replace("-", " ") != "mnist original":
        raise OSError(f"fetch_mldata: mldata.org is gone; only 'MNIST original' can be had. Received: {dataname!r}")
    parts = [(x[np.argsort(y, kind="stable")], np.sort(y)) for x, y in mnist.load_data()]
    data, target = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return sklearn.utils.Bunch(
        data=data.reshape(len(data), -1), target=target.astype("float64"), COL_NAMES=["label", "data"]
    )
