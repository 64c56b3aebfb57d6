"""Metric functions and stateful metrics, by name or as they are.

Example:
    >>> from kerastorch import metrics
    >>> metrics.get("binary_accuracy").__name__
    'binary_accuracy'

Source: https://keras.io/api/metrics/
"""

from __future__ import annotations

from ..losses import (
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
from . import (
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
from .accuracies import *  # noqa: F403
from .adapters import *  # noqa: F403
from .auc import *  # noqa: F403
from .base import *  # noqa: F403
from .confusion import *  # noqa: F403
from .correlation import *  # noqa: F403
from .functions import *  # noqa: F403
from .naming import *  # noqa: F403
from .registry import *  # noqa: F403
from .regression import *  # noqa: F403
from .segmentation import *  # noqa: F403

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
