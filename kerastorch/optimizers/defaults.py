"""Default arguments and formulas that differ between Keras generations, as data.

``value(owner, name, given)`` is ``given`` unless that is None.

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

from typing import Any

from .. import config, eras

__all__ = ["DEFAULTS", "value", "epsilon"]

_KERAS2: dict[tuple[str, str], Any] = {
    ("Optimizer", "decay"): "apply",  # or 'ignore'
    ("SGD", "lr"): 0.01,
    ("RMSprop", "lr"): 0.001,
    ("Adagrad", "lr"): 0.01,
    ("Adagrad", "initial_accumulator_value"): 0.0,
    ("Adagrad", "epsilon_place"): "outside",  # sqrt(a) + epsilon, or 'inside': sqrt(a + epsilon)
    ("Adadelta", "lr"): 1.0,
    ("Adam", "lr"): 0.001,
    ("Adamax", "lr"): 0.002,
    ("Nadam", "lr"): 0.002,
    ("Nadam", "schedule_decay"): 0.004,
    ("AdamW", "lr"): 0.001,
    ("Lion", "lr"): 0.001,
    ("Ftrl", "lr"): 0.001,
    ("Lamb", "lr"): 0.001,
    ("ScheduleFreeAdamW", "lr"): 0.0025,
    ("Muon", "lr"): 0.001,
    ("Adafactor", "lr"): 0.001,
}

_LATER = {
    **_KERAS2,
    ("Adagrad", "lr"): 0.001,
    ("Adagrad", "initial_accumulator_value"): 0.1,
    ("Adagrad", "epsilon_place"): "inside",
    ("Adadelta", "lr"): 0.001,
    ("Adamax", "lr"): 0.001,
    ("Nadam", "lr"): 0.001,
    ("Nadam", "schedule_decay"): 1.0,
}

_KERAS3 = {**_LATER, ("Optimizer", "decay"): "ignore"}

DEFAULTS: dict[str, dict[tuple[str, str], Any]] = {"keras2": _KERAS2, "tf.keras": _LATER, "keras3": _KERAS3}


def value(owner: str, name: str, given: Any = None) -> Any:
    """An argument's value: what was given, else the era's default.

    Example:
        >>> value("Adadelta", "lr"), value("Adadelta", "lr", 0.5)
        (1.0, 0.5)
    """
    return DEFAULTS[eras.current().optimizers][owner, name] if given is None else given


def epsilon(given: float | None) -> float:
    """An optimizer's epsilon: what was given, else ``K.epsilon()``."""
    return config.epsilon() if given is None else given
