"""Loss functions and loss objects, by name or as they are.

Example:
    >>> from kerastorch import losses
    >>> losses.get("mse").__name__
    'mean_squared_error'

Source: https://keras.io/api/losses/
"""

from __future__ import annotations

import inspect
from typing import Any

import torch

from ..backend.registry import Registry
from . import base, extra, functions, objects, reduction, torch_loss
from .base import *  # noqa: F403
from .extra import *  # noqa: F403
from .functions import *  # noqa: F403
from .functions import (
    binary_crossentropy,
    cosine_proximity,
    huber,
    kullback_leibler_divergence,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from .objects import *  # noqa: F403
from .reduction import *  # noqa: F403
from .torch_loss import TorchLoss

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence
bce = BCE = binary_crossentropy
cosine = cosine_proximity

_ALIASES = {
    "mse": mse,
    "MSE": mse,
    "mae": mae,
    "MAE": mae,
    "mape": mape,
    "MAPE": mape,
    "msle": msle,
    "MSLE": msle,
    "kld": kld,
    "KLD": kld,
    "bce": bce,
    "BCE": bce,
    "cosine": cosine,
    "huber_loss": huber,
}

REGISTRY = Registry("loss function")
for _name in (*functions.__all__, *extra.__all__):
    REGISTRY.register(globals()[_name])
for _name in (*objects.__all__, "Loss", "LossFunctionWrapper"):
    REGISTRY.register(globals()[_name])
REGISTRY.alias(**_ALIASES)

__all__ = [
    *base.__all__,
    *objects.__all__,
    *functions.__all__,
    *extra.__all__,
    *reduction.__all__,
    *torch_loss.__all__,
    *(name for name in _ALIASES if name != "huber_loss"),
    "REGISTRY",
    "get",
    "serialize",
    "deserialize",
]


def _torch_order(loss: Any) -> bool:
    """Whether a callable is torch's, called as (input, target); a first argument named y_true says it is not."""
    if isinstance(loss, torch.nn.Module):
        parameters = inspect.signature(loss.forward).parameters
        return next(iter(parameters), "") != "y_true"
    return getattr(loss, "__module__", None) == "torch.nn.functional"


def get(identifier: Any) -> Any:
    """What ``compile(loss=...)`` means.

    Args:
        identifier: None, a name, a ``{'class_name', 'config'}`` dict, a function of ``(y_true, y_pred)``, a ``Loss``
            class or object, an ``nn.Module`` or a function of ``torch.nn.functional`` (the last two come back as a
            ``TorchLoss``).

    Raises:
        ValueError: for an unknown name; the nearest known one is given.
        TypeError: for anything else.

    Example:
        >>> get("categorical_crossentropy").__name__
        'categorical_crossentropy'
        >>> get(torch.nn.L1Loss()).__name__
        'L1Loss'
    """
    found = REGISTRY.get(identifier)
    return TorchLoss(found) if found is not None and _torch_order(found) else found


def serialize(loss: Any) -> Any:
    """The name of a loss function or the config dict of a loss object.

    Example:
        >>> serialize(mse)
        'mean_squared_error'
    """
    return REGISTRY.serialize(loss)


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The inverse of ``serialize``.

    Args:
        name: a name or a config dict.
        custom_objects: further names and what they stand for.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).name
        'huber_loss'
    """
    return REGISTRY.deserialize(name, custom_objects)
