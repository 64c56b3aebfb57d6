"""Losses as metrics that remember, and errors that are not losses.

Source: https://keras.io/api/metrics/regression_metrics/
"""

from __future__ import annotations

from typing import Any

import torch

from .. import config, eras, losses
from ..losses.base import same_rank
from ..losses.functions import as_floats, as_tensor
from . import functions as fn
from .base import Mean, MeanMetricWrapper, divide_no_nan

__all__ = [
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "LogCoshError",
    "CosineSimilarity",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "KLDivergence",
    "Poisson",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "RootMeanSquaredError",
    "MeanRelativeError",
]


class MeanSquaredError(MeanMetricWrapper):
    """Running mean of squared differences.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """Running mean of absolute differences.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Running mean of absolute differences in per cent of the target.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Running mean of squared differences of logarithms.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """Running mean of ``log(cosh(error))``.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.logcosh, name, dtype)


class CosineSimilarity(MeanMetricWrapper):
    """Running mean of the cosine between targets and predictions: 1 for the same direction.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        axis: the axis of the vectors.
    """

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(fn.cosine_similarity, name, dtype, axis=axis)


class Hinge(MeanMetricWrapper):
    """Running mean of the hinge loss.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """Running mean of the squared hinge loss.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Running mean of the categorical hinge loss.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)


class KLDivergence(MeanMetricWrapper):
    """Running mean of the Kullback-Leibler divergence.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """Running mean of the Poisson loss.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
    """

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """Running mean of the binary crossentropy.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards 0.5.
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(
            losses.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing
        )


class CategoricalCrossentropy(MeanMetricWrapper):
    """Running mean of the categorical crossentropy.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Running mean of the crossentropy of class numbers.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        from_logits: whether predictions have yet to become probabilities.
        axis: the axis of the classes.
        ignore_class: a class number whose samples count nothing.
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        axis: int = -1,
        ignore_class: int | None = None,
    ) -> None:
        options = {} if ignore_class is None else {"ignore_class": ignore_class}
        function = losses.sparse_categorical_crossentropy
        super().__init__(function, name, dtype, from_logits=from_logits, axis=axis, **options)
        self._ignored = ignore_class

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        # Keras 3 leaves samples of the ignored class out of the count only where there are weights.
        if self._ignored is not None and (sample_weight is not None or eras.current().crossentropy != "keras3"):
            labels = as_tensor(y_true, y_pred)
            labels = labels.squeeze(-1) if labels.ndim == as_tensor(y_pred).ndim else labels
            counted = (labels != self._ignored).to(self._dtype)
            if sample_weight is not None:
                weights = as_tensor(sample_weight, counted).to(self._dtype)
                weights = weights.squeeze(-1) if weights.ndim > counted.ndim else weights
                counted = counted * weights.reshape(weights.shape + (1,) * (counted.ndim - weights.ndim))
            sample_weight = counted
        super().update_state(y_true, y_pred, sample_weight)


class RootMeanSquaredError(Mean):
    """Square root of the running mean of squared differences.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.

    Example:
        >>> RootMeanSquaredError()([[0.0], [0.0]], [[3.0], [3.0]])
        tensor(3.)
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        y_true, y_pred = same_rank(*as_floats(y_true, self.placed(y_pred)))
        super().update_state(torch.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """The root so far."""
        return torch.sqrt(super().result())


class MeanRelativeError(Mean):
    """Running mean of absolute differences, each divided by a normalizer.

    Args:
        normalizer: what differences are divided by, of the predictions' shape; where it is 0 the error counts as 0.
        name: what it is called in logs.
        dtype: float type of the state.
    """

    _direction = "down"

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.register_buffer("normalizer", as_tensor(normalizer).to(device=config.device(), dtype=self._dtype))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions in."""
        y_true, y_pred = same_rank(*as_floats(y_true, self.placed(y_pred)))
        error = torch.abs(y_true - y_pred)
        super().update_state(divide_no_nan(error, self.normalizer.expand_as(error)), sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "normalizer": self.normalizer.tolist()}
