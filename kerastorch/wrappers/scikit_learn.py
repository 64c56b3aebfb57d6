"""Models as scikit-learn estimators: pipelines, cross validation and grid search take them.

scikit-learn itself is imported only when it asks for its tags, so this module works without it.

Source: Keras 2.2.4, ``keras.wrappers.scikit_learn``; https://scikit-learn.org/stable/developers/develop.html
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..models import Sequential
from ..utils.generic_utils import has_arg
from ..utils.np_utils import to_categorical

__all__ = ["BaseWrapper", "KerasClassifier", "KerasRegressor"]


class BaseWrapper:
    """What both estimators share. Use ``KerasClassifier`` or ``KerasRegressor``.

    Args:
        build_fn: function, or object with ``__call__``, that gives a compiled model; None for a subclass that has a
            ``__call__`` of its own.
        **sk_params: arguments of ``build_fn``, and of the model's ``fit``, ``predict`` and ``evaluate``; all of them
            can be searched over.

    Raises:
        ValueError: for an argument that nobody takes.
    """

    _estimator_type = "estimator"

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = self._translated(sk_params)
        self.check_params(self.sk_params)

    @staticmethod
    def _translated(params: dict[str, Any]) -> dict[str, Any]:
        if "nb_epoch" not in params:
            return params
        warnings.warn("nb_epoch is now called epochs.", stacklevel=3)
        params = dict(params)
        return {"epochs": params.pop("nb_epoch"), **params}

    def _builder(self) -> Callable[..., Any]:
        """What makes the model.

        Raises:
            ValueError: when there is nothing.
        """
        builder = self.build_fn if self.build_fn is not None else getattr(self, "__call__", None)  # noqa: B004
        if not callable(builder):
            raise ValueError(
                f"{type(self).__name__}: expected build_fn to be a function that gives a compiled model. "
                f"Received: build_fn={self.build_fn!r}"
            )
        return builder

    def check_params(self, params: dict[str, Any]) -> None:
        """Refuses arguments that nobody takes.

        Args:
            params: by name.

        Raises:
            ValueError: naming the first of them.
        """
        takers = [Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate, self._builder()]
        for name in params:
            if not any(has_arg(function, name) for function in takers):
                raise ValueError(
                    f"{type(self).__name__}: expected arguments of build_fn, fit, predict or evaluate. "
                    f"Received: {name!r}"
                )

    def get_params(self, deep: bool = True, **params: Any) -> dict[str, Any]:
        """The arguments of the estimator.

        Args:
            deep: accepted as in scikit-learn; there are no estimators within.
            **params: likewise.
        """
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> BaseWrapper:
        """Changes arguments of the estimator.

        Args:
            **params: by name.

        Returns:
            The estimator itself.

        Raises:
            ValueError: for an argument that nobody takes.
        """
        before = self.build_fn
        self.build_fn = params.pop("build_fn", before)
        params = self._translated(params)
        try:
            self.check_params(params)
        except ValueError:
            self.build_fn = before
            raise
        self.sk_params.update(params)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Builds a new model and trains it.

        Args:
            x: samples.
            y: targets.
            **kwargs: arguments of the model's ``fit``, before those of the estimator.

        Returns:
            The ``History``.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        y = self._for_loss(np.asarray(y))
        arguments = copy.deepcopy(self.filter_sk_params(Sequential.fit))
        arguments.update(kwargs)
        return self.model.fit(x, y, **arguments)

    def _for_loss(self, y: np.ndarray) -> np.ndarray:
        """One-hot targets, where the model's loss wants them."""
        loss = self.model.loss
        name = getattr(loss, "__name__", None) or getattr(loss, "name", loss)
        return to_categorical(y) if name == "categorical_crossentropy" and y.ndim != 2 else y

    def filter_sk_params(self, fn: Callable[..., Any], override: dict[str, Any] | None = None) -> dict[str, Any]:
        """The estimator's arguments that a function takes.

        Args:
            fn: the function.
            override: further arguments, which come first.
        """
        found = {name: value for name, value in self.sk_params.items() if has_arg(fn, name)}
        return {**found, **(override or {})}

    # --------------------------------------------------- what scikit-learn asks

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def __sklearn_tags__(self) -> Any:
        from sklearn import utils

        kind = self._estimator_type
        return utils.Tags(
            estimator_type=kind,
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags() if kind == "classifier" else None,
            regressor_tags=utils.RegressorTags() if kind == "regressor" else None,
        )


class KerasClassifier(BaseWrapper):
    """A model as a scikit-learn classifier; see ``BaseWrapper`` for its arguments.

    Attributes:
        classes_: the labels, in the order of the model's outputs.
        model: the trained model.

    Example:
        >>> import kerastorch as keras
        >>> def build(units=4):
        ...     L = keras.layers
        ...     model = keras.models.Sequential(
        ...         [L.Dense(units, activation="relu", input_dim=2), L.Dense(3, activation="softmax")]
        ...     )
        ...     model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        ...     return model
        >>> classifier = KerasClassifier(build, units=5, epochs=2, verbose=0)
        >>> history = classifier.fit(np.eye(2).repeat(3, axis=0), list("aabbcc"))
        >>> classifier.predict(np.eye(2)).shape, classifier.classes_.tolist()
        ((2,), ['a', 'b', 'c'])

    Source: Keras 2.2.4, ``keras.wrappers.scikit_learn``.
    """

    _estimator_type = "classifier"

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Builds a new model and trains it.

        Args:
            x: samples.
            y: labels of any kind, or one-hot rows.
            sample_weight: weights of the samples.
            **kwargs: arguments of the model's ``fit``, before those of the estimator.

        Returns:
            The ``History``.

        Raises:
            ValueError: for labels of more than two dimensions.
        """
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim in (1, 2):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"{type(self).__name__}: expected y of 1 or 2 dimensions. Received: shape {y.shape}")
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The label of each sample.

        Args:
            x: samples.
            **kwargs: arguments of the model's ``predict``.
        """
        found = self.model.predict(x, **self.filter_sk_params(Sequential.predict_classes, kwargs))
        return self.classes_[found.argmax(axis=-1) if found.shape[-1] > 1 else (found > 0.5).astype("int32")]

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of each label; two columns for a model with a single output, as scikit-learn has it.

        Args:
            x: samples.
            **kwargs: arguments of the model's ``predict``.
        """
        found = self.model.predict(x, **self.filter_sk_params(Sequential.predict_proba, kwargs))
        return np.hstack([1 - found, found]) if found.shape[1] == 1 else found

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The accuracy.

        Args:
            x: samples.
            y: their labels.
            **kwargs: arguments of the model's ``evaluate``.

        Raises:
            ValueError: when the model was compiled without the metric.
        """
        y = self._for_loss(np.searchsorted(self.classes_, y))
        values = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        for name, value in zip(self.model.metrics_names, values if isinstance(values, list) else [values]):
            if name in ("acc", "accuracy"):
                return value
        raise ValueError(
            f"{type(self).__name__}: expected a model compiled with metrics=['accuracy'] for score(). "
            f"Received: metrics {self.model.metrics_names}"
        )


class KerasRegressor(BaseWrapper):
    """A model as a scikit-learn regressor; see ``BaseWrapper`` for its arguments.

    Attributes:
        model: the trained model.

    Example:
        >>> import kerastorch as keras
        >>> def build():
        ...     model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> regressor = KerasRegressor(build, epochs=2, verbose=0)
        >>> history = regressor.fit(np.eye(2), [1.0, 2.0])
        >>> regressor.predict(np.eye(2)).shape
        (2,)

    Source: Keras 2.2.4, ``keras.wrappers.scikit_learn``.
    """

    _estimator_type = "regressor"

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The output for each sample.

        Args:
            x: samples.
            **kwargs: arguments of the model's ``predict``.
        """
        found = self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return np.squeeze(found, axis=-1) if found.shape[-1] == 1 else found

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """Minus the loss, so that more is better.

        Args:
            x: samples.
            y: their targets.
            **kwargs: arguments of the model's ``evaluate``.
        """
        values = self.model.evaluate(x, np.asarray(y), **self.filter_sk_params(Sequential.evaluate, kwargs))
        return -(values[0] if isinstance(values, list) else values)
