"""Models from files, text and other models.

Source: https://keras.io/api/models/model_saving_apis/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import eras
from ..engine.graph_config import config_to_graph
from ..engine.input_layer import Input, InputLayer
from ..engine.network import as_list
from .model import Model
from .sequential import Sequential

__all__ = ["clone_model", "load_model", "model_from_config", "model_from_json", "model_from_yaml", "save_model"]


def load_model(
    filepath: Any,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """Reads a model from a file; see ``kerastorch.saving.load_model``."""
    from ..saving import load_model as load

    return load(filepath, custom_objects, compile, safe_mode, **kwargs)


def save_model(
    model: Model, filepath: Any, overwrite: bool = True, include_optimizer: bool | str = True, **kwargs: Any
) -> None:
    """Writes a model to a file; see ``kerastorch.saving.save_model``."""
    model.save(filepath, overwrite, include_optimizer, **kwargs)


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


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
) -> Any:
    """The same architecture with fresh weights.

    Args:
        model: a Sequential or functional model.
        input_tensors: tensors to build the copy on, new inputs when missing. A variable is no input that data is given
            for: the copy computes from its values.
        clone_function: makes the copy of each layer but inputs; by default the layer's config does.
        call_function: None; the copy calls its layers as the model does.
        recursive: whether layers of models inside are given to ``clone_function``, in place of these models.

    Raises:
        ValueError: for a subclassed model, or another number of tensors.
        NotImplementedError: for a ``call_function``.

    Example:
        >>> import kerastorch as keras
        >>> clone_model(Sequential([keras.layers.Dense(2, input_dim=3)])).output_shape
        (None, 2)
    """
    from ..layers import deserialize

    if not isinstance(model, Model) or (not model._graph and not isinstance(model, Sequential)):
        raise ValueError(f"clone_model: expected a Sequential or functional model. Received: {type(model).__name__}")
    if call_function is not None:
        raise NotImplementedError("clone_model: expected call_function=None. Received: a function")

    def copied(layer: Any) -> Any:
        if clone_function is None or isinstance(layer, InputLayer):
            return type(layer).from_config(layer.get_config())
        if recursive and isinstance(layer, Model):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        return clone_function(layer)

    def made(config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if clone_function is None or config["class_name"] == "InputLayer":
            return deserialize(config, *args, **kwargs)
        return copied(model.get_layer(config["config"]["name"]))

    if isinstance(model, Sequential):
        layers = [copied(layer) for layer in model.layers]
        later = eras.current().architectures_begin == "input"
        if input_tensors is None and model._graph and (clone_function is not None or later):
            began = model.inputs[0]  # a function's layers need not know what the model begins with
            input_tensors = Input(batch_shape=tuple(began.shape), dtype=began.dtype)
        if input_tensors is None:
            return Sequential(layers, name=model.name)
        return Sequential([_as_input(as_list(input_tensors)[0])._keras_history[0], *layers], name=model.name)
    tensors = None if input_tensors is None else [_as_input(tensor) for tensor in as_list(input_tensors)]
    inputs, outputs = config_to_graph(model.get_config(), made, inputs=tensors)
    own = type(model).get_config is Model.get_config and eras.current().clones == "of_its_class"
    return (type(model) if own else Model)(inputs, outputs, name=model.name)


def _as_input(tensor: Any) -> Any:
    """The tensor as the beginning of a graph."""
    history = getattr(tensor, "_keras_history", None)
    return tensor if history and isinstance(history[0], InputLayer) else Input(tensor=tensor)
