"""Optimizers, with Keras's own arithmetic on torch's fused kernels.

Example:
    >>> from kerastorch import optimizers
    >>> type(optimizers.get("sgd")).__name__
    'SGD'

Source: https://keras.io/api/optimizers/
"""

from __future__ import annotations

import inspect
from typing import Any

from ..backend.registry import Registry, get_custom_objects
from . import schedules
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .base import Optimizer
from .binding import Binding, MissingGradientError
from .clipping import clip_norm
from .ftrl import Ftrl
from .lamb import Lamb
from .lion import Lion
from .loss_scale import LossScaleOptimizer
from .muon import Muon
from .nadam import Nadam
from .rmsprop import RMSprop
from .schedule_free import ScheduleFreeAdamW
from .sgd import SGD
from .tf_optimizer import TFOptimizer
from .torch_optimizer import TorchOptimizer, is_torch_optimizer

__all__ = [
    "Optimizer",
    "SGD",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adam",
    "Adamax",
    "Nadam",
    "AdamW",
    "Ftrl",
    "Lion",
    "Adafactor",
    "Lamb",
    "Muon",
    "ScheduleFreeAdamW",
    "LossScaleOptimizer",
    "TFOptimizer",
    "TorchOptimizer",
    "Binding",
    "MissingGradientError",
    "schedules",
    "clip_norm",
    "get",
    "serialize",
    "deserialize",
    "REGISTRY",
    "sgd",
    "rmsprop",
    "adagrad",
    "adadelta",
    "adam",
    "adamax",
    "nadam",
]

REGISTRY = Registry("optimizer")
for _class in (SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam, AdamW, Ftrl, Lion, LossScaleOptimizer):
    REGISTRY.register(_class)
for _class in (Adafactor, Lamb, Muon, ScheduleFreeAdamW):
    REGISTRY.register(_class)
_BY_LOWER = {name.lower(): name for name in REGISTRY.objects}

sgd, rmsprop, adagrad, adadelta = SGD, RMSprop, Adagrad, Adadelta
adam, adamax, nadam = Adam, Adamax, Nadam


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """An optimizer as a config dict.

    Example:
        >>> serialize(SGD(lr=0.5))["class_name"]
        'SGD'
    """
    return REGISTRY.serialize(optimizer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """An optimizer from its config dict; built-in names count in any case.

    Raises:
        ValueError: for an unknown class.

    Example:
        >>> float(deserialize({"class_name": "sgd", "config": {"lr": 0.5}}).lr)
        0.5
    """
    if isinstance(config, dict) and isinstance(config.get("class_name"), str):
        name = config["class_name"]
        if name not in (custom_objects or {}) and name not in get_custom_objects() and name.lower() in _BY_LOWER:
            config["class_name"] = name.lower()  # in the caller's dict too, as Keras 2 does
            config = {**config, "class_name": _BY_LOWER[name.lower()]}
    return REGISTRY.deserialize(config, custom_objects)


def get(identifier: Any, custom_objects: dict[str, Any] | None = None) -> Optimizer:
    """The optimizer that an argument means.

    Args:
        identifier: a name in any case, a config dict, an optimizer or its class, or a torch optimizer: an instance,
            a class, or a function that makes one from the parameters.
        custom_objects: further names.

    Raises:
        ValueError: for an unknown name, with the nearest one.
        TypeError: for an object that is none of these.

    Example:
        >>> type(get("RMSPROP")).__name__
        'RMSprop'
        >>> type(get(__import__("torch").optim.Adam)).__name__
        'TorchOptimizer'
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}}, custom_objects)
    if isinstance(identifier, dict):
        return deserialize(identifier, custom_objects)
    if inspect.isclass(identifier) and issubclass(identifier, Optimizer):
        return identifier()
    if is_torch_optimizer(identifier) or callable(identifier):
        return TorchOptimizer(identifier)
    raise TypeError(
        "optimizer: expected a name, a config dict, an optimizer, or a torch optimizer, its class or a function of the "
        f"parameters. Received: {identifier!r}"
    )
