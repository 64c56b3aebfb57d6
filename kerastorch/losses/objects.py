"""The loss classes of tf.keras and Keras 3: each is a loss function with a reduction and a name.

Every class takes ``reduction``, ``name`` and ``dtype`` as ``Loss`` does, after the arguments of its own.

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

from typing import Any

from . import extra
from . import functions as fn
from .base import LossFunctionWrapper

__all__ = [
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "LogCosh",
    "Huber",
    "CosineSimilarity",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "KLDivergence",
    "Poisson",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "Circle",
    "Dice",
    "Tversky",
    "CTC",
    "SparseCategoricalCrossentropy",
]


class MeanSquaredError(LossFunctionWrapper):
    """Mean of squared differences."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(fn.mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of absolute differences."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(fn.mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean of absolute differences in per cent of the target."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(fn.mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of squared differences of logarithms."""

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(fn.mean_squared_logarithmic_error, reduction, name, dtype)


class LogCosh(LossFunctionWrapper):
    """Mean of ``log(cosh(error))``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(fn.log_cosh, reduction, name, dtype)


class Huber(LossFunctionWrapper):
    """Half the squared error up to ``delta``, linear beyond.

    Args:
        delta: where the straight line begins.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(fn.huber, reduction, name, dtype, delta=delta)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between targets and predictions.

    Args:
        axis: the axis of the vectors.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(fn.cosine_similarity, reduction, name, dtype, axis=axis)


class Hinge(LossFunctionWrapper):
    """Mean of ``max(1 - y_true * y_pred, 0)``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None
    ) -> None:
        super().__init__(fn.hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """Mean of ``max(1 - y_true * y_pred, 0) ** 2``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(fn.squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """``max(best wrong class - right class + 1, 0)``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(fn.categorical_hinge, reduction, name, dtype)


class KLDivergence(LossFunctionWrapper):
    """Sum of ``y_true * log(y_true / y_pred)``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(fn.kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """Mean of ``y_pred - y_true * log(y_pred)``."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(fn.poisson, reduction, name, dtype)


class BinaryCrossentropy(LossFunctionWrapper):
    """Mean crossentropy of targets in [0, 1] and probabilities.

    Args:
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the axis of the classes.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            fn.binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary crossentropy that plays down easy examples.

    Args:
        apply_class_balancing: whether class 1 weighs ``alpha`` and class 0 ``1 - alpha``.
        alpha: weight of class 1 (binary) or of every class.
        gamma: how strongly easy examples are played down.
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the axis of the classes.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            extra.binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of one-hot targets and class probabilities.

    Args:
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the axis of the classes.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            fn.categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical crossentropy that plays down easy examples.

    Args:
        alpha: weight of class 1 (binary) or of every class.
        gamma: how strongly easy examples are played down.
        from_logits: whether predictions have yet to become probabilities.
        label_smoothing: how far targets move towards the uniform distribution.
        axis: the axis of the classes.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            extra.categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """``(1 - p ** q) / q`` for the probability of the right class, which minds wrong labels less than crossentropy.

    Args:
        q: nearer to 0 as crossentropy, nearer to 1 as the absolute error.
        reduction, name, dtype: as for ``Loss``.

    Raises:
        ValueError: unless ``q`` is between 0 and 1.
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"CategoricalGeneralizedCrossEntropy: expected q between 0 and 1. Received: q={q}")
        super().__init__(extra.categorical_generalized_cross_entropy, reduction, name, dtype, q=q)


class Circle(LossFunctionWrapper):
    """How much further than others samples of the same class are from each other; the mean is over those that lose.

    Args:
        gamma: a scale.
        margin: how far apart is far enough.
        remove_diagonal: whether samples are not compared with themselves.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        arguments = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(extra.circle, reduction, name, dtype, **arguments)

    def _reduce(self, values: Any, weights: Any, mask: Any) -> Any:
        losing = values > 0
        return super()._reduce(values, weights, losing if mask is None else losing & mask.bool())


class Dice(LossFunctionWrapper):
    """One minus Dice's overlap of two masks.

    Args:
        axis: the axes summed over; None sums over all.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        axis: Any = None,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        dtype: Any = None,
    ) -> None:
        super().__init__(extra.dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """One minus Tversky's overlap of two masks.

    Args:
        alpha: weight of false positives.
        beta: weight of false negatives.
        axis: the axes summed over; None sums over all.
        reduction, name, dtype: as for ``Loss``.
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        axis: Any = None,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        dtype: Any = None,
    ) -> None:
        super().__init__(extra.tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification: label sequences against unaligned logits."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None
    ) -> None:
        super().__init__(extra.ctc, reduction, name, dtype)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of class numbers and class probabilities.

    Args:
        from_logits: whether predictions have yet to become probabilities.
        ignore_class: a class number whose loss is 0; the mean leaves its entries out.
        reduction, name, dtype: as for ``Loss``.
        axis: the axis of the classes.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        axis: int = -1,
    ) -> None:
        # tf.keras 2.3 has the reduction in second place.
        if isinstance(ignore_class, str):
            ignore_class, reduction = None, ignore_class
        super().__init__(
            fn.sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        ignored = self._fn_kwargs["ignore_class"]
        if ignored is not None:
            y_pred = fn.as_tensor(y_pred)
            y_true = fn.as_tensor(y_true, y_pred)
            labels = y_true.squeeze(-1) if y_true.ndim == y_pred.ndim else y_true
            kept = labels != ignored
            mask = kept if mask is None else mask.to(kept.dtype) & kept
        return super().__call__(y_true, y_pred, sample_weight, mask)
