"""All layers, and layers as data.

Source: https://keras.io/api/layers/
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from ..backend.registry import Registry, described
from ..engine.input_spec import InputSpec as InputSpec
from ..engine.layer import Layer
from . import (
    advanced_activations,
    attention,
    convolutional,
    convolutional_recurrent,
    core,
    cudnn_recurrent,
    einsum_dense,
    embeddings,
    feature_columns,
    identity,
    image,
    lambda_layer,
    local,
    merge,
    noise,
    normalization,
    pipeline,
    pooling,
    preprocessing,
    recurrent,
    torch_module,
    wrappers,
)
from .advanced_activations import *  # noqa: F403
from .attention import *  # noqa: F403
from .convolutional import *  # noqa: F403
from .convolutional_recurrent import *  # noqa: F403
from .core import *  # noqa: F403
from .cudnn_recurrent import *  # noqa: F403
from .einsum_dense import *  # noqa: F403
from .embeddings import *  # noqa: F403
from .feature_columns import *  # noqa: F403
from .identity import *  # noqa: F403
from .image import *  # noqa: F403
from .lambda_layer import *  # noqa: F403
from .local import *  # noqa: F403
from .merge import *  # noqa: F403
from .noise import *  # noqa: F403
from .normalization import *  # noqa: F403
from .pipeline import *  # noqa: F403
from .pooling import *  # noqa: F403
from .preprocessing import *  # noqa: F403
from .recurrent import *  # noqa: F403
from .torch_module import *  # noqa: F403
from .wrappers import *  # noqa: F403

_MODULES = (
    core,
    identity,
    lambda_layer,
    wrappers,
    cudnn_recurrent,
    convolutional,
    convolutional_recurrent,
    pooling,
    recurrent,
    embeddings,
    local,
    merge,
    noise,
    normalization,
    advanced_activations,
    attention,
    einsum_dense,
    image,
    preprocessing,
    feature_columns,
    pipeline,
    torch_module,
)

REGISTRY = Registry("layer")
for _module in _MODULES:
    for _name in _module.__all__:
        _member = getattr(_module, _name)
        if inspect.isclass(_member):
            REGISTRY.alias(**{_name: _member})

__all__ = sorted(
    {"Layer", "InputSpec", "serialize", "deserialize"} | {name for module in _MODULES for name in module.__all__}
)


# what cannot be here, and why
_ELSEWHERE = {
    "FlaxLayer": "it runs a module of Flax, which is JAX",
    "JaxLayer": "it runs a function of JAX",
    "TFSMLayer": "it runs a SavedModel, a graph that only TensorFlow executes; load_model reads .keras and .h5 files",
}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        raise AttributeError(f"kerastorch.layers has no {name}, since {_ELSEWHERE[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# layers that architectures bring along, known once somebody names them
_OF_ARCHITECTURES = ("CustomScaleLayer", "GroupSum", "HalvingPad", "LayerScale", "StochasticDepth")

_OF_TABLES = ("FeatureSpace", "TFDConcat", "TFDIdentity")


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer as ``{'class_name', 'config'}``.

    Example:
        >>> serialize(core.Dense(2))["class_name"]
        'Dense'
    """
    return described(layer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer or model that a config describes.

    Args:
        config: ``{'class_name', 'config'}``.
        custom_objects: the caller's own classes by name.

    Raises:
        ValueError: for an unknown class.
    """
    from .. import models

    name = str(config.get("class_name")).removeprefix("Custom>") if isinstance(config, dict) else config
    if name in _OF_ARCHITECTURES:
        importlib.import_module("..applications.custom_layers", __package__)
    if name in _OF_TABLES:
        importlib.import_module("..utils.feature_space", __package__)
    # other names of what has the config of a functional model: tf.keras's, and Keras 0's
    known = {"Sequential": models.Sequential, "Model": models.Model, "Functional": models.Model, "Graph": models.Model}
    return REGISTRY.deserialize(config, {**known, **(custom_objects or {})})
