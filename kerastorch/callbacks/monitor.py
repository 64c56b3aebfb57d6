"""What callbacks that watch one quantity share: which way is better, and a word when it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .. import eras
from ..backend.telling import warn

__all__ = ["Direction", "checked_mode", "epoch_name", "first_best", "monitored"]

_MODES = ("auto", "min", "max")

# Ends of names that tell, for metrics that do not declare a direction themselves.
_MORE = ("acc", "accuracy", "auc", "precision", "recall", "score", "iou")
_LESS = ("loss", "error", "crossentropy", "hinge", "poisson", "divergence", "logcosh", "mse", "mae", "mape", "msle")


def checked_mode(owner: str, mode: str) -> str:
    """The mode; an unknown one becomes ``'auto'`` with a warning, as in Keras."""
    if mode in _MODES:
        return mode
    warn(f"{owner}: expected mode to be one of {_MODES}; going on with 'auto'. Received: mode={mode!r}", RuntimeWarning)
    return "auto"


def epoch_name(epoch: int) -> str:
    """How a message of a callback calls an epoch, counted from 0.

    Example:
        >>> epoch_name(0)
        'Epoch 00001'
    """
    return f"Epoch {epoch + 1:05d}" if eras.current().told_epochs == "five_digits" else f"Epoch {epoch + 1}"


class Direction:
    """Whether less or more of a monitored quantity is better.

    Args:
        owner: the callback's name, for messages.
        monitor: the quantity's name in the logs.
        mode: ``'min'``, ``'max'`` or ``'auto'``.
        by_name: for ``'auto'``: whether a name is one of which more is better.

    Example:
        >>> more = Direction("EarlyStopping", "val_acc", "auto", lambda name: "acc" in name).find()
        >>> more
        'max'
    """

    def __init__(self, owner: str, monitor: str, mode: str, by_name: Callable[[str], bool]) -> None:
        self.owner = owner
        self.monitor = monitor
        self.mode = mode
        self.by_name = by_name

    def find(self, model: Any = None) -> str:
        """``'min'`` or ``'max'``.

        Raises:
            ValueError: where the era asks the metric, and neither the metric nor its name says.
        """
        if self.mode != "auto":
            return self.mode
        if eras.current().early_stopping_auto != "direction":
            return "max" if self.by_name(self.monitor) else "min"
        name = self.monitor.removeprefix("val_")
        declared = _declared_direction(getattr(model, "metrics", None) or (), name)
        if declared == "up" or (declared is None and name.endswith(_MORE)):
            return "max"
        if declared != "down" and not name.endswith(_LESS):
            raise ValueError(
                f"{self.owner}: expected mode='min' or mode='max', because neither the metric nor its name says. "
                f"Received: monitor={self.monitor!r}, mode='auto'"
            )
        return "min"


def _declared_direction(metrics: Iterable[Any], name: str) -> str | None:
    for metric in [inner for outer in metrics for inner in (getattr(outer, "metrics", None) or [outer])]:
        if getattr(metric, "name", None) == name:
            return getattr(metric, "_direction", None)
    return None


def first_best(direction: str) -> float | None:
    """What a quantity has to beat at first, in the era: None where anything is better."""
    if eras.current().first_best == "none":
        return None
    return np.inf if direction == "min" else -np.inf


def monitored(owner: str, monitor: str, logs: Mapping[str, Any], otherwise: str = "it did nothing") -> Any:
    """The monitored value; None, with a warning that says what happens then, where the logs do not have it."""
    value = logs.get(monitor)
    if value is None:
        warn(
            f"{owner}: expected monitor to be one of {', '.join(logs) or '(nothing is logged)'}; {otherwise}. "
            f"Received: monitor={monitor!r}",
            RuntimeWarning,
        )
    return value
