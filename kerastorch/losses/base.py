"""Losses as objects, with a reduction and weights: ``loss(y_true, y_pred, sample_weight=None)``.

Source: https://keras.io/api/losses/#base-loss-api
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import config
from ..backend.names import snake_case
from . import functions as fn

__all__ = ["Loss", "LossFunctionWrapper", "Reduction"]

_REDUCTIONS = ("sum_over_batch_size", "sum", "none", "auto", "mean", "mean_with_sample_weight")


class Reduction:
    """The names of the reductions, as tf.keras spells them.

    Example:
        >>> Reduction.SUM
        'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"


def same_rank(first: Any, second: Any) -> tuple[Any, Any]:
    """Both with the same number of axes, where a last axis of 1 is all that tells them apart."""
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        return (first, second.unsqueeze(-1)) if second.ndim == 1 else (first.squeeze(-1), second)
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        return (first.unsqueeze(-1), second) if first.ndim == 1 else (first, second.squeeze(-1))
    return first, second


def _with_axes(weights: Any, count: int) -> Any:
    """Weights with axes of 1 behind their own, as many as what they weigh has; they may be symbolic."""
    while weights.ndim < count:
        weights = weights.unsqueeze(-1)
    return weights


class Loss:
    """The base of loss objects: write ``call(y_true, y_pred)`` with one number a sample, get weights and reduction.

    Args:
        name: what to call it; by default the class's name in lower case.
        reduction: ``'sum_over_batch_size'`` (also ``'auto'`` and ``'mean'``), ``'sum'``, ``'mean_with_sample_weight'``,
            ``'none'`` or None.
        dtype: float type of the computation; by default the predictions' own.

    Raises:
        ValueError: for an unknown reduction.

    Example:
        >>> class Cubed(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ((y_pred - y_true).abs() ** 3).mean(-1)
        >>> Cubed()([[0.0], [0.0]], [[1.0], [2.0]])
        tensor(4.5000)
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        # tf.keras puts the reduction first; a reduction is never a good name.
        if name in _REDUCTIONS:
            name, reduction = (None if reduction in _REDUCTIONS else reduction), name
        self.name = name or snake_case(type(self).__name__)
        if reduction is not None and reduction not in _REDUCTIONS:
            raise ValueError(
                f"{self.name}: expected reduction to be None or one of {_REDUCTIONS}. Received: {reduction!r}"
            )
        self.reduction = reduction
        self.dtype = None if dtype is None else config.torch_dtype(dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample; subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: expected the class to define call(self, y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        y_pred = fn.as_tensor(y_pred)
        y_true = fn.as_tensor(y_true, y_pred)
        if self.dtype is not None:
            y_true, y_pred = y_true.to(self.dtype), y_pred.to(self.dtype)
        return self._reduce(self.call(y_true, y_pred), sample_weight, mask)

    def _reduce(self, values: Any, weights: Any, mask: Any) -> Any:
        if mask is not None:
            mask = fn.as_tensor(mask, values).to(values.dtype)
            if self.reduction not in ("sum", "none", None, "mean_with_sample_weight"):
                # The divisor is the number of unmasked entries; 0 of them give a loss of 0, not NaN.
                mask = mask / (mask.mean() + config.epsilon() / max(mask.numel(), 1))
        if weights is not None:
            weights = fn.as_tensor(weights, values).to(values.dtype)
            if mask is not None:
                mask, weights = same_rank(mask, weights)
                weights = mask * _with_axes(weights, mask.ndim)
        else:
            weights = mask
        if weights is not None:
            values, weights = same_rank(values, weights)
            values = values * _with_axes(weights, values.ndim)
        if self.reduction in ("none", None):
            return values
        if self.reduction == "sum":
            return values.sum()
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = weights.sum()
            return values.sum() / total.where(total != 0, 1.0)
        return values.mean()

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to make the same loss again."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """The loss that ``get_config`` described."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss function with its arguments as an object.

    Args:
        fn: a function of ``(y_true, y_pred, **kwargs)``.
        reduction: as for ``Loss``.
        name: what to call it; by default the function's name.
        dtype: as for ``Loss``.
        **kwargs: further arguments of the function.

    Example:
        >>> LossFunctionWrapper(fn.huber, delta=2.0)([[0.0]], [[3.0]])
        tensor(4.)
    """

    def __init__(
        self,
        fn: Callable,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self._fn_kwargs}
        return config if type(self) is not LossFunctionWrapper else {"fn": self.fn, **config}
