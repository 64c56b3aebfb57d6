"""Activation functions: from a tensor to a tensor, on torch tensors and symbolic ones alike.

An activation argument takes a name, a function, a ``torch`` callable, an activation module (``nn.GELU()``), a layer or
a config dict.

Source: https://keras.io/api/layers/activations/
"""

from __future__ import annotations

import warnings
from typing import Any

import torch

from ..backend import torch_callables
from .keras2 import (
    REGISTRY,
    elu,
    exponential,
    hard_sigmoid,
    linear,
    relu,
    selu,
    sigmoid,
    softmax,
    softplus,
    softsign,
    tanh,
)
from .later import (
    celu,
    gelu,
    glu,
    hard_shrink,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    silu,
    soft_shrink,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh_shrink,
    threshold,
)

__all__ = [
    "softmax",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "relu",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "exponential",
    "linear",
    "swish",
    "silu",
    "hard_silu",
    "hard_swish",
    "gelu",
    "mish",
    "leaky_relu",
    "relu6",
    "celu",
    "glu",
    "log_softmax",
    "log_sigmoid",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "threshold",
    "squareplus",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "get",
    "serialize",
    "deserialize",
]

_ADVANCED_LAYERS = ("LeakyReLU", "PReLU", "ELU", "ThresholdedReLU", "Softmax", "ReLU")


def serialize(activation: Any) -> Any:
    """The name of an activation function; a config dict for a layer or a module.

    Example:
        >>> serialize(tanh), serialize(torch.relu)
        ('tanh', 'relu')
        >>> serialize(torch.nn.GELU())
        {'class_name': 'torch.nn.GELU', 'config': {'approximate': 'none'}}
    """
    if activation is None:
        return None
    config = torch_callables.activation_config(activation)
    return REGISTRY.serialize(activation) if config is None else config


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation that a name or a config dict describes.

    Args:
        name: a name or a ``{'class_name', 'config'}`` dict.
        custom_objects: further names.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize("relu") is relu
        True
    """
    if not isinstance(name, (str, dict)):
        return REGISTRY.deserialize(name, custom_objects)
    found = torch_callables.activation(name)
    if found is None and (isinstance(name, dict) or name in _ADVANCED_LAYERS):
        found = _layer(name, custom_objects)
    return REGISTRY.deserialize(name, custom_objects) if found is None else found


def _layer(identifier: Any, custom_objects: dict[str, Any] | None) -> Any:
    """The layer that a name or a config dict means, None when it means none."""
    from .. import layers  # a level above: needed only when an activation is itself a layer

    config = identifier if isinstance(identifier, dict) else {"class_name": identifier, "config": {}}
    if not isinstance(getattr(layers, str(config.get("class_name")), None), type):
        return None
    return layers.deserialize(config, custom_objects)


def get(identifier: Any) -> Any:
    """What an ``activation`` argument means.

    Args:
        identifier: None (linear), a name, a function, a torch callable or module, a layer, or a config dict.

    Raises:
        ValueError: for an unknown name.
        ValueError: for anything else.

    Example:
        >>> get(None) is linear
        True
        >>> get(torch.relu)(torch.tensor([-1.0]))
        tensor([0.])
    """
    if identifier is None:
        return linear
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if hasattr(identifier, "get_config") and isinstance(identifier, torch.nn.Module):
        warnings.warn(
            f"Do not pass a layer instance (such as {type(identifier).__name__}) as the activation argument of another "
            "layer: add it to the model as a layer of its own.",
            stacklevel=2,
        )
    if not callable(identifier):
        raise ValueError(
            "activation function: expected a name, a config dict, a layer or a callable. "
            f"Received: {identifier!r} of type {type(identifier).__name__}"
        )
    return REGISTRY.get(identifier)
