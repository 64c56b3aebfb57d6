"""Configurations of every Keras generation, brought into the form that Keras 2 writes.

Keras 3 and tf.keras 2.13 wrap each object as ``{'module', 'class_name', 'config', 'registered_name'}`` and each call as
``{'args', 'kwargs'}``; Keras 1 names most arguments differently. Modules that a file names are never imported: only
class names count, and they are looked up among kerastorch's own and the caller's ``custom_objects``.

Source: Keras 3, ``keras.src.saving.serialization_lib``; Keras 2.2.4, ``keras.legacy.interfaces``.
"""

from __future__ import annotations

import inspect
from typing import Any

from ..backend.registry import get_custom_objects
from ..backend.safe_mode import in_safe_mode
from ..engine import functions
from ..engine.network import Network
from . import keras1
from .errors import FileError

__all__ = ["class_name_of", "objective", "optimizer_config", "refuse_paths", "to_keras2"]

_MODELS = ("Sequential", "Model", "Functional")
_NESTED = ("layer", "backward_layer", "forward_layer", "cell")
# Arguments of later generations, dropped where they ask for nothing that Keras 2 would not do.
_NEUTRAL: tuple[Any, ...] = (None, False, 0, 0.0, "auto", [], {}, "", "float32", 0.99)
_RENAMED = {"batch_shape": "batch_input_shape", "negative_slope": "alpha"}
_READ_FROM = ("vocabulary", "idf_weights")  # what some layers read from a file when they are given its name
_CODE = ("function", "output_shape", "mask")
_TENSOR = "__keras_tensor__"


def class_name_of(model: Any) -> str:
    """The class name that a file has for a model: a subclass with a graph is written as the model it is."""
    kind = type(model)
    return kind.__name__


def to_keras2(entry: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> dict[str, Any]:
    """A layer or model as ``{'class_name', 'config'}`` in Keras 2's terms.

    Args:
        entry: the description, of any generation.
        custom_objects: the caller's own classes: their configurations stay as they are, except for wrapped objects.

    Raises:
        ValueError: when it is no such description, or asks for something that is not there.
    """
    known = {**get_custom_objects(), **(custom_objects or {})}
    return _layer(entry, known)


def _layer(entry: Any, known: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
        raise FileError(f"load: expected layers as {{'class_name', 'config'}}. Received: {type(entry).__name__}")
    name = _name_of(entry, known)
    config = entry.get("config")
    if (name in _MODELS and name not in known) or _is_chain(known.get(name), config):
        return {"class_name": name, "config": _model(config, known)}
    if not isinstance(config, dict):
        raise FileError(f"load: expected the config of {name} to be a dict. Received: {type(config).__name__}")
    if name not in known:
        refuse_paths(name, config)
        name, config = keras1.renamed(name, config)
    config = {key: value for key, value in config.items() if key not in ("build_config", "build_input_shape")}
    for key in _NESTED:
        if isinstance(config.get(key), dict) and "class_name" in config[key]:
            config[key] = _layer(config[key], known)
    if isinstance(config.get("cells"), list):
        config["cells"] = [_layer(cell, known) for cell in config["cells"]]
    raw = _CODE if name == "Lambda" else ()  # Lambda itself decides what becomes of code
    config = {key: value if key in raw else _value(value) for key, value in config.items()}
    if "layers" in config and isinstance(config.get("input_layers"), (list, dict)):
        return {"class_name": name, "config": _model(entry["config"], known)}
    return {"class_name": name, "config": config if name in known else _trimmed(name, config)}


def _is_chain(kind: Any, config: Any) -> bool:
    """Whether a config is that of a script's own class of Sequential models."""
    is_model = isinstance(kind, type) and issubclass(kind, Network)
    return is_model and isinstance(config, dict) and isinstance(config.get("layers"), list)


def refuse_paths(name: str, config: Any) -> None:
    """Refuses arguments that would have a layer read another file, or a place in the network.

    Raises:
        ValueError: when there is one, unless code is trusted too.
    """
    for key in _READ_FROM if isinstance(config, dict) and in_safe_mode() else ():
        if isinstance(config.get(key), str):
            raise ValueError(
                f"load: expected the {key} of {name} in the file itself; pass safe_mode=False if you trust it. "
                f"Received: {config[key]!r}, the name of another file"
            )


def _name_of(entry: dict[str, Any], known: dict[str, Any]) -> str:
    """The class's name; ``Package>Name`` of a registered class where the caller gave that."""
    registered = entry.get("registered_name")
    for name in (registered, entry["class_name"]):
        if isinstance(name, str) and name in known:
            return name
    return entry["class_name"].rsplit(">", 1)[-1]


def _model(config: Any, known: dict[str, Any]) -> Any:
    """The config of a Sequential or functional model, a bare list of layers in the older files."""
    if isinstance(config, list):
        return [_layer(entry, known) for entry in config]
    if not isinstance(config, dict):
        raise FileError(f"load: expected the config of a model to be a dict. Received: {type(config).__name__}")
    entries = config.get("layers")
    if not isinstance(entries, list):
        return {key: _value(value) for key, value in config.items()}
    members = [_member(entry, known) for entry in entries]
    result = {"name": config.get("name"), "layers": members}
    if config.get("trainable") is False:
        result["trainable"] = False
    for key in ("input_layers", "output_layers"):
        if key in config:
            result[key] = _counted_alike(_places(config[key]), entries)
    if "build_input_shape" in config:
        result["build_input_shape"] = _value(config["build_input_shape"])
    return result


def _member(entry: Any, known: dict[str, Any]) -> dict[str, Any]:
    """A layer of a model, with its name and calls in a functional one."""
    if isinstance(entry, dict) and entry.get("class_name") not in known:
        entry = functions.located(entry)
    if functions.stands_for_function(entry):
        return entry
    found = _layer(entry, known)
    if "inbound_nodes" in entry:
        calls = entry["inbound_nodes"]
        if not isinstance(calls, list):
            raise FileError(f"load: expected a list of calls. Received: {type(calls).__name__}")
        found["name"] = entry.get("name")
        found["inbound_nodes"] = [_call(call) for call in calls]
    return found


def _call(call: Any) -> list[Any]:
    """One call as Keras 2 writes it: ``[[layer, call, output, arguments], …]``."""
    if isinstance(call, dict):
        arguments = dict(call.get("kwargs") or {})
        sources = [_history(tensor) for tensor in _tensors(call.get("args") or [])]
    elif isinstance(call, list):
        if call and isinstance(call[0], str):
            call = [call]
        sources = [list(source[:3]) for source in call]
        arguments = dict(call[0][3]) if call and len(call[0]) > 3 and isinstance(call[0][3], dict) else {}
    else:
        raise FileError(f"load: expected a call as a list or dict. Received: {type(call).__name__}")
    plain: dict[str, Any] = {}
    for key, value in arguments.items():
        tensors = _tensors(value) if key != "mask" else []
        more = [_history(tensor) for tensor in tensors] or _old_places(value, key)
        if more:
            sources += more  # a recurrent layer's initial_state: Keras 2 lists it among the inputs
        elif value is not None and key != "mask":
            plain[key] = _value(value)
    return [[*source, plain if k == 0 else {}] for k, source in enumerate(sources)]


def _tensors(value: Any) -> list[dict[str, Any]]:
    """The symbolic tensors in a call's arguments, in order."""
    if isinstance(value, dict):
        if value.get("class_name") == _TENSOR:
            return [value]
        return [tensor for entry in value.values() for tensor in _tensors(entry)]
    if isinstance(value, list):
        return [tensor for entry in value for tensor in _tensors(entry)]
    return []


def _history(tensor: dict[str, Any]) -> list[Any]:
    history = tensor.get("config", {}).get("keras_history")
    if not isinstance(history, list) or len(history) != 3:
        raise FileError(f"load: expected the origin of a tensor. Received: {history!r}")
    return list(history)


def _old_places(value: Any, key: str) -> list[list[Any]]:
    """The same as tf.keras wrote it, ``[layer, call, output]``, in arguments that take tensors."""
    if key not in ("initial_state", "constants") or not isinstance(value, list):
        return []
    entries = [value] if value and isinstance(value[0], str) else value
    return [list(entry[:3]) for entry in entries]


def _places(value: Any) -> list[Any]:
    """Inputs or outputs of a model as a list of ``[layer, call, output]``."""
    if isinstance(value, dict):
        return [place for entry in value.values() for place in _places(entry)]
    if isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str):
        return [list(value[:3])]
    if isinstance(value, list):
        return [place for entry in value for place in _places(entry)]
    raise FileError(f"load: expected places in a graph. Received: {type(value).__name__}")


def _counted_alike(places: list[Any], entries: list[Any]) -> list[Any]:
    """Inputs or outputs with the calls of nested models counted as everywhere else.

    Keras 3 counts a nested functional model's calls from 1 here, since it has been called once to be made, and from 0
    where layers are called.
    """
    if not any(isinstance(call, dict) for entry in entries for call in entry.get("inbound_nodes") or ()):
        return places
    nested = {e.get("name") for e in entries if isinstance(e.get("config"), dict) and "input_layers" in e["config"]}
    return [[p[0], p[1] - 1, p[2]] if p[0] in nested and isinstance(p[1], int) and p[1] else p for p in places]


def _value(value: Any) -> Any:
    """A value in Keras 2's terms: wrapped objects unwrapped, policies as names, code refused."""
    if isinstance(value, list):
        return [_value(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    name = value.get("class_name")
    if not isinstance(name, str):
        return {key: _value(entry) for key, entry in value.items()}
    if name == "__tuple__":
        return tuple(_value(entry) for entry in value.get("items") or ())
    if name == "__lambda__" and in_safe_mode():
        raise ValueError(
            "load: expected no code in the file, which could do anything; pass safe_mode=False if you trust it. "
            "Received: a function as bytecode"
        )
    if name in ("__lambda__", "__numpy__", "__tensor__", "__bytes__"):
        return value
    if name == "function":
        return value.get("config")
    if name in ("DTypePolicy", "Policy", "FloatDTypePolicy"):
        return (value.get("config") or {}).get("name")
    config = value.get("config", {})
    return {"class_name": name.rsplit(">", 1)[-1], "config": _value(config)}


# Layers that have no choice of data_format here, whatever Keras 3 writes.
_ONE_FORMAT = ("ZeroPadding1D", "Cropping1D", "UpSampling1D")


def _trimmed(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Arguments as today's layer takes them; later ones that ask for nothing are left out."""
    from .. import layers

    accepted = _accepted(layers.REGISTRY.objects.get(name))
    result = {}
    for key, value in config.items():
        if key == "data_format" and name in _ONE_FORMAT and value in (None, "channels_last"):
            continue
        renamed = key if key in accepted else _RENAMED.get(key, key)
        if renamed in accepted or not accepted:
            result[renamed] = value
        elif not any(value is neutral or value == neutral for neutral in _NEUTRAL):
            result[key] = value  # the layer says what is wrong with it
    return result


def _accepted(kind: Any) -> set[str]:
    """The keyword arguments of a class's constructor, those it passes on included."""
    found: set[str] = set()
    for base in getattr(kind, "__mro__", ()):
        if "__init__" not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        found |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters) or base.__name__ == "Layer":
            break
    return found


def optimizer_config(given: Any) -> Any:
    """An optimizer's name or ``{'class_name', 'config'}`` in today's terms."""
    if not isinstance(given, dict):
        return given
    found = _value(given)
    name, config = found.get("class_name"), found.get("config")
    if not isinstance(name, str) or not isinstance(config, dict):
        raise FileError("load_model: expected the optimizer as {'class_name', 'config'}. Received: something else")
    config = {key: value for key, value in config.items() if value is not None or key == "epsilon"}
    if not config.get("use_ema"):
        for key in ("use_ema", "ema_momentum", "ema_overwrite_frequency"):
            config.pop(key, None)
    if "learning_rate" in config and "lr" in config:
        config.pop("lr")
    return {"class_name": name, "config": config}


def objective(given: Any, model: Any = None) -> Any:
    """Losses or metrics in today's terms: tf.keras wraps their functions in objects."""
    if isinstance(given, dict):
        if "class_name" in given:
            found = _value(given)
            config = found.get("config")
            if isinstance(config, dict) and "fn" in config and found["class_name"].endswith("Wrapper"):
                return config["fn"]
            return config if found["class_name"] == "function" else found
        return {key: objective(value) for key, value in given.items()}
    if isinstance(given, list):
        found = [objective(entry) for entry in given]
        if model is not None and len(found) == 1 and isinstance(found[0], list) and len(model.output_names) == 1:
            return found[0]
        return found
    return given
