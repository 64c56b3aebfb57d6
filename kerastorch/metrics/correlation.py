"""How far predictions follow targets: R², Pearson's and Lin's correlations.

Source: https://keras.io/api/metrics/correlation_metrics/
"""

from __future__ import annotations

from typing import Any

import torch

from .. import config
from ..backend.telling import warn
from ..losses.base import same_rank
from ..losses.functions import as_floats, as_tensor
from .base import MeanMetricWrapper, Metric

__all__ = [
    "PearsonCorrelation",
    "ConcordanceCorrelation",
    "R2Score",
    "pearson_correlation",
    "concordance_correlation",
]


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Pearson's correlation: 1 where predictions rise and fall with the targets.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis along which values are compared.

    Example:
        >>> pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])
        tensor([1.0000])
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    y_true = y_true - y_true.mean(dim=axis, keepdim=True)
    y_pred = y_pred - y_pred.mean(dim=axis, keepdim=True)
    y_true = y_true / torch.std(y_true, dim=axis, keepdim=True, correction=0)
    y_pred = y_pred / torch.std(y_pred, dim=axis, keepdim=True, correction=0)
    return (y_true * y_pred).mean(dim=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Lin's correlation: 1 only where predictions equal the targets.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis along which values are compared.

    Example:
        >>> concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])
        tensor([1.0000])

    Source: Lin (1989), A Concordance Correlation Coefficient to Evaluate Reproducibility.
    """
    y_true, y_pred = as_floats(y_true, y_pred)
    true_mean, pred_mean = y_true.mean(dim=axis, keepdim=True), y_pred.mean(dim=axis, keepdim=True)
    true_var = torch.var(y_true, dim=axis, keepdim=True, correction=0)
    pred_var = torch.var(y_pred, dim=axis, keepdim=True, correction=0)
    together = (y_true - pred_mean) * (y_pred - pred_mean)
    norm = true_var + pred_var + torch.square(true_mean - pred_mean)
    return (2.0 * together / (norm + config.epsilon())).mean(dim=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """Running mean of Pearson's correlation.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        axis: the axis along which values are compared.
    """

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """Running mean of Lin's correlation.

    Args:
        name: what it is called in logs.
        dtype: float type of the state.
        axis: the axis along which values are compared.
    """

    _direction = "up"

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)


class R2Score(Metric):
    """The share of the targets' variance that predictions explain, over all batches.

    Args:
        class_aggregation: ``'uniform_average'``, ``'variance_weighted_average'``, or None for one score a column.
        num_regressors: how many independent regressors to adjust the score for; 0 leaves it.
        name: what it is called in logs.
        dtype: float type of the state.

    Raises:
        ValueError: for another aggregation or a negative number.

    Example:
        >>> R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
        tensor(0.5714)
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise ValueError(
                f"{self.name}: expected class_aggregation to be one of {known}. Received: {class_aggregation!r}"
            )
        if num_regressors < 0:
            raise ValueError(f"{self.name}: expected num_regressors to be at least 0. Received: {num_regressors!r}")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_weight("num_samples")
        self._built = False

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of targets and predictions of shape ``(samples, features)`` in.

        Raises:
            ValueError: for any other shape.
        """
        y_pred = self.placed(y_pred).detach().to(self._dtype)
        y_true, y_pred = same_rank(as_tensor(y_true, y_pred).to(self._dtype), y_pred)
        if y_true.ndim != 2 or y_pred.ndim != 2:
            raise ValueError(
                f"{self.name}: expected targets and predictions of shape (samples, features). "
                f"Received: {tuple(y_true.shape)} and {tuple(y_pred.shape)}"
            )
        if not self._built:
            for name in ("squares", "sums", "residual", "count"):
                self.add_weight(name, (y_pred.shape[-1],))
            self._built = True
        weights = torch.ones_like(y_true)
        if sample_weight is not None:
            given = as_tensor(sample_weight, y_pred).to(self._dtype)
            weights = (given.unsqueeze(-1) if given.ndim == 1 else given).expand_as(y_true)
        self.sums.assign_add((y_true * weights).sum(dim=0))
        self.squares.assign_add((y_true * y_true * weights).sum(dim=0))
        self.residual.assign_add((torch.square(y_true - y_pred) * weights).sum(dim=0))
        self.count.assign_add(weights.sum(dim=0))
        self.num_samples.assign_add(y_true.numel())

    def result(self) -> Any:
        """The score so far."""
        if not self._built:
            return torch.zeros((), dtype=self._dtype, device=self.num_samples.device)
        sums = self.sums.read_value()
        spread = self.squares.read_value() - sums * (sums / self.count.read_value())
        scores = 1.0 - self.residual.read_value() / spread
        scores = torch.where(torch.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation is not None:
            scores = (spread * scores).sum() / spread.sum()
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores: Any) -> Any:
        seen = float(self.num_samples)  # a sync point: adjusting needs to know whether there is enough to go by
        if self.num_regressors >= seen - 1:
            warn(
                f"{self.name}: expected more than {self.num_regressors + 1} values for num_regressors="
                f"{self.num_regressors}, the score is not adjusted. Received: {seen:.0f}"
            )
            return scores
        return 1.0 - (1.0 - scores) * (seen - 1.0) / (seen - self.num_regressors - 1.0)

    def get_config(self) -> dict[str, Any]:
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
