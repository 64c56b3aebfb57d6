"""Metrics by name."""

from __future__ import annotations

from typing import Any

from .. import losses
from ..backend.names import snake_case
from ..backend.registry import Registry
from . import (
    accuracies,
    adapters,
    auc,
    base,
    confusion,
    correlation,
    functions,
    regression,
    segmentation,
)

__all__ = ["REGISTRY", "get", "serialize", "deserialize"]

REGISTRY = Registry("metric function")

# Classes first: where a function has a class's name in lower case (Keras 3 knows classes by those), it wins.
for _module in (accuracies, regression, confusion, auc, correlation, segmentation):
    for _name in _module.__all__:
        REGISTRY.register(getattr(_module, _name), snake_case(_name))
for _class in (base.Metric, base.Mean, base.Sum, base.MeanMetricWrapper):
    REGISTRY.register(_class)
for _module in (losses.functions, functions):
    for _name in _module.__all__:
        REGISTRY.register(getattr(_module, _name))
for _name in ("mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "kld", "KLD", "bce", "BCE", "cosine"):
    REGISTRY.alias(**{_name: getattr(losses, _name)})


def get(identifier: Any) -> Any:
    """What an entry of ``compile(metrics=...)`` means.

    Args:
        identifier: a name, a ``{'class_name', 'config'}`` dict, a function of ``(y_true, y_pred)``, a ``Metric`` class
            or object, a torchmetrics-like object (which comes back as a ``TorchMetricAdapter``) or a torch loss.

    Raises:
        ValueError: for an unknown name (the nearest known one is given), and for anything that is no metric.

    Example:
        >>> type(get("AUC")).__name__
        'AUC'
    """
    if adapters.is_torch_metric(identifier):
        return adapters.TorchMetricAdapter(identifier)
    try:
        found = REGISTRY.get(identifier)
    except TypeError as error:
        raise ValueError(str(error)) from None
    if adapters.is_torch_metric(found):
        return adapters.TorchMetricAdapter(found)
    return losses.get(found) if found is not None and not base.is_stateful(found) else found


def serialize(metric: Any) -> Any:
    """The name of a metric function or the config dict of a metric object.

    Example:
        >>> serialize(base.Mean())
        {'class_name': 'Mean', 'config': {'name': 'mean', 'dtype': 'float32'}}
    """
    return REGISTRY.serialize(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The inverse of ``serialize``.

    Args:
        config: a name or a config dict.
        custom_objects: further names and what they stand for.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize("mae").__name__
        'mean_absolute_error'
    """
    return REGISTRY.deserialize(config, custom_objects)
