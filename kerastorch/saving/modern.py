"""Configurations as tf.keras 2.12 and Keras 3 write them into ``.keras`` archives.

Source: Keras 3, ``keras.src.saving.serialization_lib`` and ``keras.src.models.functional``.
"""

from __future__ import annotations

from typing import Any

from .. import activations, eras
from ..engine.functions import FunctionLayer

__all__ = ["described"]

_FAMILIES = {"initializer": "initializers", "regularizer": "regularizers", "constraint": "constraints"}
# Layers of architectures, and the modules that Keras 3 has them in.
_OF_ARCHITECTURES = {
    "CustomScaleLayer": "inception_resnet_v2",
    "LayerScale": "convnext",
    "StochasticDepth": "convnext",
}
# Layers that the later generations do not have among the layers.
_MODULES = {
    "FeatureSpace": "keras.utils",
    "TFDConcat": "keras.src.layers.preprocessing.feature_space",
    "TFDIdentity": "keras.src.layers.preprocessing.feature_space",
}
_MODELS = ("Sequential", "Model", "Functional")
# Arguments that Keras 3's layers do not take; what they say is in the weights or in the input layer.
_GONE_IN_3 = ("batch_input_shape", "input_length", "input_dim", "implementation", "time_major", "noise_seed")
_GONE_OF = {
    "Lambda": ("function_type", "output_shape_type", "mask_type", "module", "output_shape_module"),
    **dict.fromkeys(("SpatialDropout2D", "SpatialDropout3D"), ("trainable", "noise_shape")),
    "SpatialDropout1D": ("trainable", "noise_shape", "data_format"),
}


def described(model: Any, training: dict[str, Any] | None) -> dict[str, Any]:
    """A model's class, configuration and compile arguments."""
    entry = _entry({"class_name": _kind(model), "config": model.get_config()}, model)
    if hasattr(model, "get_build_config"):
        entry["build_config"] = model.get_build_config()
    if training is not None:
        optimizer = training["optimizer_config"]
        entry["compile_config"] = {
            "optimizer": _wrapped("keras.optimizers", optimizer["class_name"], optimizer["config"]),
            "loss": training["loss"],
            "loss_weights": training["loss_weights"],
            "metrics": training["metrics"],
            "weighted_metrics": training.get("weighted_metrics"),
            "run_eagerly": False,
            "steps_per_execution": 1,
            "jit_compile": False,
        }
    return entry


def _kind(model: Any) -> str:
    from ..models import Model

    return "Functional" if type(model) is Model else type(model).__name__


def _wrapped(module: str | None, name: str, config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config, "registered_name": None if module else name}


def _function(name: str) -> dict[str, Any]:
    """A script's own function, by its name."""
    return {**_wrapped("builtins", "function", name), "registered_name": "function"}


def _entry(entry: dict[str, Any], layer: Any) -> dict[str, Any]:
    """A layer or model, wrapped."""
    name, config = entry["class_name"], entry["config"]
    module = "keras.layers"
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        functional = "input_layers" in config
        config = _graph(config, layer) if functional else _chain(config, layer)
        if not type(layer).__module__.startswith("kerastorch."):
            return _wrapped(None, name, config)
        name = "Functional" if functional else "Sequential"
        if not functional:
            return _wrapped("keras", name, config)
        if (
            eras.current().keras_archives == "tf.keras"
        ):  # whose module differs from release to release, while Model takes both
            return {**_wrapped("keras", "Model", config), "registered_name": "Model"}
        return {**_wrapped("keras.src.models.functional", name, config), "registered_name": name}
    if not type(layer).__module__.startswith("kerastorch."):
        return {**_wrapped(type(layer).__module__, name, config), "registered_name": name}
    if name in _OF_ARCHITECTURES and eras.current().keras_archives != "tf.keras":
        module = f"keras.src.applications.{_OF_ARCHITECTURES[name]}"
    if name in _MODULES:
        module = _MODULES[name]
    return _wrapped(module, name, _arguments(name, config, layer))


def _arguments(name: str, config: dict[str, Any], layer: Any) -> dict[str, Any]:
    later = eras.current().keras_archives != "tf.keras"
    result = {}
    for key, value in config.items():
        if name == "InputLayer":
            key = "batch_shape" if key == "batch_input_shape" and later else key
        elif later and (
            key in _GONE_IN_3 and (name, key) != ("Embedding", "input_dim") or key in _GONE_OF.get(name, ())
        ):
            continue
        family = _FAMILIES.get(key.rsplit("_", 1)[-1])
        if family and isinstance(value, dict) and "class_name" in value:
            value = _wrapped(f"keras.{family}", value["class_name"], value["config"])
        elif key == "cells":
            value = [_entry(cell, part) for cell, part in zip(value, layer.cells, strict=True)]
        elif later and name == "Lambda" and key in ("function", "output_shape", "mask") and isinstance(value, str):
            value = _function(value)
        elif later and key.endswith("activation") and isinstance(value, str) and not hasattr(activations, value):
            value = _function(value)
        elif key in ("layer", "cell", "forward_layer", "backward_layer") and isinstance(value, dict):
            part = getattr(layer, key, None)
            value = _entry(value, part if part is not None else layer)
        result[key] = value
    return result


def _chain(config: dict[str, Any], model: Any) -> dict[str, Any]:
    """A Sequential's layers, after the input layer that later generations list too."""
    members = {layer.name: layer for layer in model.layers}
    begins = model.inputs[0]._keras_history[0] if model._graph else None  # the only one that is not among the layers
    entries = [_entry(entry, members.get(entry["config"]["name"], begins)) for entry in config["layers"]]
    if model._graph and (not entries or entries[0]["class_name"] != "InputLayer"):
        x = model.inputs[0]
        shape = "batch_input_shape" if eras.current().keras_archives == "tf.keras" else "batch_shape"
        given = {shape: list(x.shape), "dtype": x.dtype_name, "name": model.input_names[0]}
        entries.insert(0, _wrapped("keras.layers", "InputLayer", given))
    return {"name": config.get("name"), "layers": entries}


def _graph(config: dict[str, Any], model: Any) -> dict[str, Any]:
    """A functional model's layers, with their calls in the later form."""
    members = {layer.name: layer for layer in model.operations}
    shapes = _shapes(model)
    nested = {e["name"] for e in config["layers"] if isinstance(e["config"], dict) and "layers" in e["config"]}
    # Keras 2 and tf.keras count the making of a nested model as its first call, Keras 3 does not
    later = eras.current().keras_archives != "tf.keras"
    skip = dict.fromkeys(nested, -1 if later else 0)
    entries = []
    for entry in config["layers"]:
        layer = members[entry["name"]]
        if isinstance(layer, FunctionLayer):
            entries.append(_shifted_calls(entry, skip) if later else entry)
            continue
        found = _entry(entry, layer)
        calls = [[[s[0], s[1] + skip.get(s[0], 0), *s[2:]] for s in call] for call in entry["inbound_nodes"]]
        found["inbound_nodes"] = [_call(call, shapes, layer) for call in calls] if later else calls
        entries.append({**found, "name": entry["name"]})

    # where a model begins and ends Keras 3 counts the making of a nested functional model after all
    if later:
        functional = {e["name"] for e in config["layers"] if e["name"] in nested and "input_layers" in e["config"]}
        skip = {name: shift for name, shift in skip.items() if name not in functional}

    def shifted(places: list[Any]) -> list[Any]:
        return [[place[0], place[1] + skip.get(place[0], 0), place[2]] for place in places]

    return {
        "name": config["name"],
        "trainable": True,
        "layers": entries,
        "input_layers": shifted(config["input_layers"]),
        "output_layers": shifted(config["output_layers"]),
    }


def _shifted_calls(entry: dict[str, Any], skip: dict[str, int]) -> dict[str, Any]:
    """A function's entry with the calls of nested models counted otherwise."""

    def shifted(value: Any) -> Any:
        if isinstance(value, dict) and "keras_history" in value:
            name, index, place = value["keras_history"]
            return {**value, "keras_history": [name, index + skip.get(name, 0), place]}
        if isinstance(value, dict):
            return {key: shifted(inner) for key, inner in value.items()}
        return [shifted(inner) for inner in value] if isinstance(value, list) else value

    return {**entry, "inbound_nodes": shifted(entry["inbound_nodes"])}


def _shapes(model: Any) -> dict[tuple[str, int, int], tuple[Any, str]]:
    found = {}
    for layer in model.operations:
        own = [node for node in layer._inbound_nodes if any(node is n for n in model._network_nodes)]
        for i, node in enumerate(own):
            for k, tensor in enumerate(node.outputs):
                found[layer.name, i, k] = (list(tensor.shape), tensor.dtype_name)
    return found


def _call(call: list[Any], shapes: dict[tuple[str, int, int], tuple[Any, str]], layer: Any) -> dict[str, Any]:
    """A layer's call as Keras 3 writes it down."""
    tensors = []
    for name, index, place, *_ in call:
        shape, dtype = shapes.get((name, index, place), (None, "float32"))
        config = {"shape": shape, "dtype": dtype, "keras_history": [name, index, place]}
        tensors.append({"class_name": "__keras_tensor__", "config": config})
    kwargs = call[0][3] if call else {}
    if len(tensors) > 1 and hasattr(layer, "return_state"):  # a recurrent layer and its first states
        return {"args": tensors[:1], "kwargs": {**kwargs, "initial_state": tensors[1:]}}
    return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": kwargs}
