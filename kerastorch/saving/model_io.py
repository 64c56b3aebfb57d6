"""Whole models: architecture as JSON or YAML text, and everything in one HDF5 file."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np

from .. import eras, optimizers
from ..backend.registry import CustomObjectScope, callable_name
from . import files
from .weights_io import BACKEND, read_weights, write_weights

__all__ = [
    "save_model",
    "load_model",
    "model_to_json",
    "model_from_json",
    "model_to_yaml",
    "model_from_yaml",
    "model_from_config",
]


def _json_default(value: Any) -> Any:
    """What JSON does not know: config objects, numpy values, functions by name."""
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if callable(value):
        return callable_name(value)
    raise TypeError(
        f"to_json: expected plain data in the configuration. Received: {value!r} of type {type(value).__name__}"
    )


def _described(model: Any) -> dict[str, Any]:
    return {
        "class_name": type(model).__name__,
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
    return json.dumps(_described(model), default=_json_default, **kwargs)


def model_to_yaml(model: Any, **kwargs: Any) -> str:
    """The architecture as YAML text.

    Args:
        model: the model.
        **kwargs: passed to ``yaml.dump``.

    Raises:
        ImportError: without the package pyyaml.
    """
    plain = json.loads(model_to_json(model))
    return _yaml().dump(plain, **kwargs)


def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        raise ImportError("to_yaml: expected the package pyyaml; install kerastorch[yaml]") from None
    return yaml


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that ``{'class_name', 'config'}`` describes, with fresh weights.

    Args:
        config: the description.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        ValueError: when it is no such description.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(
            f"model_from_config: expected a dict with 'class_name' and 'config'. Received: {type(config).__name__}"
        )
    from .. import layers

    with CustomObjectScope(custom_objects or {}):
        return layers.deserialize({"class_name": config["class_name"], "config": config["config"]}, custom_objects)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that JSON text describes, with fresh weights.

    Args:
        json_string: what ``to_json()`` gave.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        ValueError: when it is no JSON or describes no model.
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise ValueError(f"model_from_json: expected JSON text. Received: text that is none ({error})") from None
    return model_from_config(config, custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that YAML text describes, with fresh weights; the text cannot make objects.

    Args:
        yaml_string: what ``to_yaml()`` gave.
        custom_objects: the caller's own classes and functions by name.
    """
    return model_from_config(_yaml().safe_load(yaml_string), custom_objects)


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Writes architecture, weights, compile arguments and optimizer state to an ``.h5`` file.

    Args:
        model: the model.
        filepath: where to; a path or an open HDF5 file or group.
        overwrite: False asks before an existing file is replaced.
        include_optimizer: False leaves the optimizer out.

    Raises:
        ValueError: before the model is built.
        OSError: when the file cannot be written.
    """
    if not model.built:
        raise ValueError(f"save: expected a built model. Received: {model.name!r}, whose shapes are not known yet")
    described = _described(model)
    config = json.dumps({key: described[key] for key in ("class_name", "config")}, default=_json_default).encode()
    training = json.dumps(_training_config(model), default=_json_default).encode() if include_optimizer else None
    if not files.may_write(filepath, overwrite):
        return
    with files.writing(filepath) as file:
        file.attrs["keras_version"] = described["keras_version"].encode()
        file.attrs["backend"] = BACKEND.encode()
        file.attrs["model_config"] = config
        write_weights(file.create_group("model_weights"), model)
        if training is not None and training != b"null":
            file.attrs["training_config"] = training
            _write_optimizer(file, model)


def _training_config(model: Any) -> dict[str, Any] | None:
    """The arguments of ``compile``; None where there is nothing that another process could use."""
    optimizer = model.optimizer
    if optimizer is None:
        return None
    if isinstance(optimizer, optimizers.TorchOptimizer):
        warnings.warn("save: a torch optimizer has no Keras configuration, so it is not written.", stacklevel=4)
        return None
    return {
        "optimizer_config": {"class_name": type(optimizer).__name__, "config": optimizer.get_config()},
        "loss": model.loss,
        "metrics": model.metrics,
        "sample_weight_mode": model.sample_weight_mode,
        "loss_weights": model.loss_weights,
    }


def _write_optimizer(file: Any, model: Any) -> None:
    values = model.optimizer.get_weights()
    if not values:
        return
    group = file.create_group("optimizer_weights")
    kind = type(model.optimizer).__name__
    names = [f"training/{kind}/Variable{f'_{i}' if i else ''}:0" for i in range(len(values))]
    files.write_names(group, "weight_names", names)
    for name, value in zip(names, values, strict=True):
        group.create_dataset(name, data=value)


def load_model(filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True) -> Any:
    """Reads a model from an ``.h5`` file.

    Args:
        filepath: a path or an open HDF5 file or group.
        custom_objects: the caller's own classes and functions by name.
        compile: False leaves the model uncompiled.

    Raises:
        MissingFileError, FileError: when the file is missing or unreadable.
        ValueError: when it holds no model, or an unknown class.

    Example:
        >>> import os, tempfile, kerastorch as keras
        >>> model = keras.models.Sequential([keras.layers.Dense(2, input_dim=3)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.h5")
        >>> model.save(path)
        >>> load_model(path).output_shape
        (None, 2)
    """
    with files.reading(filepath) as file:
        described = file.attrs.get("model_config")
        if described is None:
            raise files.FileError(
                "load_model: expected a file with a model in it. Received: one with weights only; build the model and use "
                "load_weights()"
            )
        with CustomObjectScope(custom_objects or {}):
            model = model_from_json(_text(described), custom_objects)
            read_weights(file["model_weights"], model)
            if compile:
                _compile(model, file, custom_objects)
    return model


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _compile(model: Any, file: Any, custom_objects: dict[str, Any] | None) -> None:
    described = file.attrs.get("training_config")
    if described is None:
        warnings.warn("load_model: the file holds no compile arguments, so the model is not compiled.", stacklevel=3)
        return
    training = json.loads(_text(described))
    given = training["optimizer_config"]
    model.compile(
        optimizer=optimizers.deserialize(given, custom_objects=custom_objects),
        loss=training.get("loss") or None,
        metrics=training.get("metrics"),
        loss_weights=training.get("loss_weights"),
        sample_weight_mode=training.get("sample_weight_mode"),
    )
    if "optimizer_weights" in file:
        group = file["optimizer_weights"]
        values = [np.asarray(group[name]) for name in files.read_names(group, "weight_names")]
        model._ready_program().bind()
        try:
            model.optimizer.set_weights(values)
        except ValueError as error:
            warnings.warn(f"load_model: the optimizer starts anew, since its state does not fit: {error}", stacklevel=3)
