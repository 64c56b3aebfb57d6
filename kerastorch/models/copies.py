"""Models from files, text and other models.

Source: https://keras.io/api/models/model_saving_apis/
"""

from __future__ import annotations

from typing import Any

from ..engine.network import as_list
from .model import Model
from .sequential import Sequential

__all__ = ["clone_model", "load_model", "model_from_config", "model_from_json", "model_from_yaml", "save_model"]


def load_model(filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True) -> Any:
    """Reads a model from a file; see ``kerastorch.saving.load_model``."""
    from ..saving import load_model as load

    return load(filepath, custom_objects, compile)


def save_model(model: Model, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Writes a model to a file; see ``kerastorch.saving.save_model``."""
    model.save(filepath, overwrite, include_optimizer)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that JSON text describes; see ``kerastorch.saving.model_from_json``."""
    from ..saving import model_from_json as load

    return load(json_string, custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that YAML text describes; see ``kerastorch.saving.model_from_yaml``."""
    from ..saving import model_from_yaml as load

    return load(yaml_string, custom_objects)


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that a dict describes; see ``kerastorch.saving.model_from_config``."""
    from ..saving import model_from_config as load

    return load(config, custom_objects)


def clone_model(model: Model, input_tensors: Any = None) -> Any:
    """The same architecture with fresh weights.

    Args:
        model: a Sequential or functional model.
        input_tensors: symbolic tensors to build the copy on, new inputs when missing.

    Raises:
        ValueError: for a subclassed model.

    Example:
        >>> import kerastorch as keras
        >>> clone_model(Sequential([keras.layers.Dense(2, input_dim=3)])).output_shape
        (None, 2)
    """
    if not isinstance(model, Model) or (not model._graph and not isinstance(model, Sequential)):
        raise ValueError(f"clone_model: expected a Sequential or functional model. Received: {type(model).__name__}")
    if isinstance(model, Sequential):
        layers = [type(layer).from_config(layer.get_config()) for layer in model.layers]
        if input_tensors is None:
            return Sequential(layers, name=model.name)
        tensors = as_list(input_tensors)
        return Sequential([tensors[0]._keras_history[0], *layers], name=model.name)
    copied = Model.from_config(model.get_config())
    if input_tensors is None:
        return copied
    return Model(input_tensors, copied(input_tensors), name=model.name)
