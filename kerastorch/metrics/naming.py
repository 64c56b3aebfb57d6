"""What ``compile(metrics=...)`` means and what it is called in logs.

Source: Keras 2.2.4, ``keras.engine.training.Model.compile``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from .. import eras, losses
from ..backend.registry import callable_name
from . import functions as fn
from .registry import get

__all__ = ["resolve", "log_key", "unique_key"]

_SHORT = {"accuracy": "acc", "acc": "acc", "crossentropy": "ce", "ce": "ce"}

_KINDS = {
    ("acc", "binary"): fn.binary_accuracy,
    ("acc", "sparse"): fn.sparse_categorical_accuracy,
    ("acc", "categorical"): fn.categorical_accuracy,
    ("ce", "binary"): losses.binary_crossentropy,
    ("ce", "sparse"): losses.sparse_categorical_crossentropy,
    ("ce", "categorical"): losses.categorical_crossentropy,
}


def _kind(loss: Any, output_shape: Sequence[int | None], target_shape: Sequence[int | None] | None) -> str:
    """Which of the three accuracies (or crossentropies) an output calls for."""
    if output_shape[-1] == 1:
        return "binary"
    # torch's crossentropy takes class numbers and distributions alike, so there too the targets decide if known.
    if eras.current().accuracy_by == "loss" and (target_shape is None or not isinstance(loss, losses.TorchLoss)):
        function = getattr(loss, "fn", loss)
        if function is losses.binary_crossentropy:
            return "binary"
        return "sparse" if losses.is_sparse(loss) else "categorical"
    if target_shape is None:
        return "sparse" if losses.is_sparse(loss) else "categorical"
    return "sparse" if len(target_shape) < len(output_shape) or target_shape[-1] == 1 else "categorical"


def log_key(metric: Any, function: Any) -> str:
    """What a metric is called in logs, before prefixes and numbering.

    Args:
        metric: as given to ``compile``.
        function: what it resolved to.

    Example:
        >>> log_key("mse", losses.mean_squared_error)
        'mean_squared_error'
        >>> log_key("accuracy", fn.binary_accuracy)
        'acc'
    """
    if isinstance(metric, str):
        if eras.current().accuracy_key == "as_typed":
            return metric
        if metric in _SHORT:
            return _SHORT[metric]
    name = getattr(function, "name", None)
    return name if isinstance(name, str) else callable_name(function)


def unique_key(key: str, taken: Collection[str]) -> str:
    """The key itself, or with _1, _2 … behind it when it is taken.

    Example:
        >>> unique_key("acc", ["loss", "acc"])
        'acc_1'
    """
    number, found = 0, key
    while found in taken:
        number += 1
        found = f"{key}_{number}"
    return found


def resolve(
    metric: Any,
    loss: Any,
    output_shape: Sequence[int | None],
    target_shape: Sequence[int | None] | None = None,
    *,
    weighted: bool = False,
    output_name: str | None = None,
    taken: Collection[str] = (),
) -> tuple[str, Callable]:
    """The log key and the function or object of one metric of one output.

    Args:
        metric: a name, function, ``Metric``, config dict or torchmetrics-like object.
        loss: the output's loss, as ``losses.get`` returned it.
        output_shape: the output's shape.
        target_shape: the targets' shape, which decides what 'accuracy' means in the later eras.
        weighted: whether it comes from ``weighted_metrics``.
        output_name: the output's name, where the model has several.
        taken: keys that are already in use, 'loss' first.

    Returns:
        ``(key, metric)``: a function of ``(y_true, y_pred)`` or a stateful metric (``is_stateful``).

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> key, function = resolve("accuracy", losses.binary_crossentropy, (None, 3))
        >>> key, function.__name__
        ('acc', 'binary_accuracy')
        >>> resolve("mae", losses.mse, (None, 3), output_name="out", taken=["loss"])[0]
        'out_mean_absolute_error'
    """
    era = eras.current()
    name = metric.lower() if isinstance(metric, str) and era.accuracy_key == "as_typed" else metric
    if isinstance(name, str) and name in _SHORT:
        function = _KINDS[_SHORT[name], _kind(loss, output_shape, target_shape)]
    else:
        function = get(metric)
    key = log_key(metric, function)
    if weighted and era.accuracy_key != "as_typed":
        key = f"weighted_{key}"
    if output_name is not None:
        key = f"{output_name}_{key}"
    return unique_key(key, taken), function
