"""Metric functions and stateful metrics, by name or as they are.

Example:
    >>> from kerastorch import metrics
    >>> metrics.get("binary_accuracy").__name__
    'binary_accuracy'

Source: https://keras.io/api/metrics/
"""

from __future__ import annotations

from kerastorch.losses import (
    BCE,
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    bce,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    cosine,
    cosine_proximity,
    hinge,
    huber,
    kl_divergence,
    kld,
    kullback_leibler_divergence,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from kerastorch.metrics import (
    accuracies,
    adapters,
    auc,
    base,
    confusion,
    correlation,
    functions,
    naming,
    registry,
    regression,
    segmentation,
)
from kerastorch.metrics.accuracies import *  # noqa: F403
from kerastorch.metrics.adapters import *  # noqa: F403
from kerastorch.metrics.auc import *  # noqa: F403
from kerastorch.metrics.base import *  # noqa: F403
from kerastorch.metrics.confusion import *  # noqa: F403
from kerastorch.metrics.correlation import *  # noqa: F403
from kerastorch.metrics.functions import *  # noqa: F403
from kerastorch.metrics.naming import *  # noqa: F403
from kerastorch.metrics.registry import *  # noqa: F403
from kerastorch.metrics.regression import *  # noqa: F403
from kerastorch.metrics.segmentation import *  # noqa: F403

__all__ = [
    *base.__all__,
    *functions.__all__,
    *accuracies.__all__,
    *regression.__all__,
    *confusion.__all__,
    *auc.__all__,
    *correlation.__all__,
    *segmentation.__all__,
    *adapters.__all__,
    *naming.__all__,
    *registry.__all__,
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine",
    "cosine_proximity",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
