"""Architectures as data and text: JSON and YAML of every Keras generation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import eras
from ..backend import registry
from ..backend.safe_mode import safe_mode_scope
from . import dialects, modern, plain
from .errors import as_file_errors
from .h5_weights import BACKEND

__all__ = [
    "build",
    "described",
    "json_default",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "model_to_json",
    "model_to_yaml",
    "trusting",
]


def json_default(value: Any) -> Any:
    """What JSON does not know: config objects, numpy values, functions by name."""
    if hasattr(value, "get_config"):
        return registry.described(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if callable(value):
        return registry.get_registered_name(value) if hasattr(value, "__name__") else type(value).__name__
    raise TypeError(
        f"to_json: expected plain data in the configuration. Received: {value!r} of type {type(value).__name__}"
    )


def described(model: Any) -> dict[str, Any]:
    """A model's class, configuration and origin."""
    if eras.current().architectures == "keras3":
        return {**modern.described(model, None), "keras_version": eras.current().version, "backend": BACKEND}
    return {
        "class_name": dialects.class_name_of(model),
        "config": model.get_config(),
        "keras_version": eras.current().version,
        "backend": BACKEND,
    }


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The architecture as JSON text.

    Args:
        model: the model.
        **kwargs: passed to ``json.dumps``.
    """
    return json.dumps(described(model), default=json_default, **kwargs)


def model_to_yaml(model: Any, **kwargs: Any) -> str:
    """The architecture as YAML text.

    Args:
        model: the model.
        **kwargs: passed to ``yaml.dump``.

    Raises:
        ImportError: without the package pyyaml.
    """
    text = json.loads(model_to_json(model))
    return plain.yaml().dump(text, **kwargs)


@contextmanager
def trusting(custom_objects: dict[str, Any] | None, safe_mode: bool) -> Iterator[None]:
    """Inside the block names mean Keras's things and the caller's, and code runs only when ``safe_mode=False``."""
    with registry.CustomObjectScope(custom_objects or {}), safe_mode_scope(safe_mode):
        yield


def build(description: Any, custom_objects: dict[str, Any] | None, what: str) -> Any:
    """The model that parsed data describes; to be called inside of ``trusting``.

    Raises:
        ValueError: when it describes none; whatever a damaged description causes is turned into one.
    """
    from .. import layers

    plain.checked(description, what)
    if not isinstance(description, dict) or "class_name" not in description or "config" not in description:
        raise ValueError(
            f"model_from_config: expected a dict with 'class_name' and 'config'. Received: {type(description).__name__}"
        )
    with as_file_errors(what):
        entry = dialects.to_keras2(description, custom_objects)
        model = layers.deserialize(entry, custom_objects)
        if not hasattr(model, "set_weights"):
            raise ValueError(f"load: expected {what}. Received: the description of a {type(model).__name__}")
    return model


def model_from_config(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """The model that ``{'class_name', 'config'}`` describes, with fresh weights.

    Args:
        config: the description.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: False lets ``Lambda`` layers bring their code along: only for a description that you trust.

    Raises:
        ValueError: when it is no such description.
    """
    with trusting(custom_objects, safe_mode):
        return build(config, custom_objects, "a model's configuration")


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True) -> Any:
    """The model that JSON text describes, with fresh weights.

    Args:
        json_string: what ``to_json()`` gave, here or in any Keras.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: False lets ``Lambda`` layers bring their code along: only for text that you trust.

    Raises:
        ValueError: when it is no JSON or describes no model.
    """
    return model_from_config(plain.from_json(json_string), custom_objects, safe_mode)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True) -> Any:
    """The model that YAML text describes, with fresh weights; the text cannot make objects.

    Args:
        yaml_string: what ``to_yaml()`` gave, here or in any Keras.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: False lets ``Lambda`` layers bring their code along: only for text that you trust.

    Raises:
        ValueError: when it is no plain YAML or describes no model.
        ImportError: without the package pyyaml.
    """
    return model_from_config(plain.from_yaml(yaml_string), custom_objects, safe_mode)
