"""Layers, losses, optimizers and functions as plain data, in the form of Keras 3, and back.

``{'module', 'class_name', 'config', 'registered_name'}`` names a class. The module only tells a loss from a metric of
the same name: none is ever imported, and a name that is neither kerastorch's nor the caller's is refused.

Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch

from .. import activations, constraints, initializers, layers, losses, metrics, optimizers, regularizers
from ..backend import registry
from ..backend.bytecode import func_dump, func_load
from ..backend.safe_mode import in_safe_mode, safe_mode_scope, scoped_safe_mode
from . import dialects, plain

__all__ = ["deserialize_keras_object", "serialize_keras_object"]

# Where a class or function may be looked up, by a part of its module; one without a module is searched for in order.
_FAMILIES = {
    "schedules": optimizers.schedules,
    "layers": layers,
    "activations": activations,
    "initializers": initializers,
    "regularizers": regularizers,
    "constraints": constraints,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
}
_MODELS = ("Sequential", "Functional", "Model")
_PLAIN = (str, int, float, bool, type(None))


def serialize_keras_object(obj: Any) -> Any:
    """An object as plain data, such as a custom layer's ``get_config`` gives for the layers inside of it.

    Args:
        obj: a layer, model, loss, metric, optimizer, initializer, function, tensor or array, or a list, tuple or dict
            of such and of plain values.

    Raises:
        TypeError: for anything else.

    Example:
        >>> from kerastorch import regularizers
        >>> serialize_keras_object([1, regularizers.l2(0.5)])[1]["class_name"]
        'L1L2'
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        return type(obj)(serialize_keras_object(entry) for entry in obj)
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, (np.ndarray, torch.Tensor)):
        kind = "__numpy__" if isinstance(obj, np.ndarray) else "__tensor__"
        dtype = str(obj.dtype).removeprefix("torch.")
        return {"class_name": kind, "config": {"value": obj.tolist(), "dtype": dtype}}
    if getattr(obj, "__name__", "") == "<lambda>":
        return {"class_name": "__lambda__", "config": {"value": func_dump(obj)}}
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        return _wrapped(type(obj), serialize_keras_object(obj.get_config()))
    if callable(obj) and hasattr(obj, "__name__"):
        name = registry.get_registered_name(obj)
        return {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}
    raise TypeError(
        "serialize_keras_object: expected plain data, a function or an object with get_config(). "
        f"Received: {obj!r} of type {type(obj).__name__}"
    )


def _wrapped(kind: type, config: Any) -> dict[str, Any]:
    module, name = kind.__module__, registry.get_registered_name(kind)
    ours = module.startswith("kerastorch.")
    family = module.split(".")[1] if ours else ""
    public = "keras" if family == "models" else f"keras.{family}"
    return {
        "module": public if ours else module,
        "class_name": kind.__name__,
        "config": config,
        "registered_name": None if ours else name,
    }


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object that plain data describes; plain values come back as they are.

    Args:
        config: what ``serialize_keras_object`` gave, here or in a real Keras.
        custom_objects: the caller's own classes and functions by name.
        safe_mode: False lets functions bring their code along: only for data that you trust.
        **kwargs: ``module_objects``, further names.

    Raises:
        ValueError: for a name that nobody knows, or code in safe mode.
        TypeError: for an unknown argument.

    Example:
        >>> from kerastorch import layers
        >>> config = serialize_keras_object({"inner": layers.Dense(3)})
        >>> deserialize_keras_object(config)["inner"].units
        3
    """
    known = {**(kwargs.pop("module_objects", None) or {}), **(custom_objects or {})}
    if kwargs:
        raise TypeError(
            f"deserialize_keras_object: expected only known keyword arguments. Received: {next(iter(kwargs))!r}"
        )
    plain.checked(config, "a config")
    scoped = scoped_safe_mode()  # a file that is being loaded in safe mode stays so, whatever its classes ask for
    with registry.CustomObjectScope(known), safe_mode_scope(safe_mode if scoped is None else scoped):
        return _made(config, {**registry.get_custom_objects(), **known})


def _made(config: Any, known: dict[str, Any]) -> Any:
    if isinstance(config, str):
        return known.get(config, config)
    if isinstance(config, (list, tuple)):
        return type(config)(_made(entry, known) for entry in config)
    if not isinstance(config, dict):
        return config
    name, inner = config.get("class_name"), config.get("config")
    if not isinstance(name, str) or "config" not in config:
        return {key: _made(value, known) for key, value in config.items()}
    if name.startswith("__"):
        return _special(name, inner if isinstance(inner, dict) else {})
    if name == "function":
        return _function(inner, config.get("module"), known)
    custom = next((key for key in (config.get("registered_name"), name) if isinstance(key, str) and key in known), None)
    if custom is not None:
        return registry.Registry("object").deserialize({"class_name": custom, "config": inner}, known)
    dialects.refuse_paths(name, inner)
    for family in _families(config.get("module")):
        if family is layers:
            if name in _MODELS or name in layers.REGISTRY.objects:
                return layers.deserialize(dialects.to_keras2(config, known), known)
        elif _knows(family, name):
            entry = {"class_name": name, "config": _made(inner, known)}
            return family.deserialize(dialects.optimizer_config(entry) if family is optimizers else entry, known)
    raise ValueError(
        f"deserialize_keras_object: expected a class of kerastorch or of custom_objects. Received: {name!r}"
        f"{registry.nearest(name, layers.REGISTRY.objects)}"
    )


def _families(module: Any) -> list[Any]:
    """Where to look: the family that a module's name tells, else all of them."""
    parts = module.split(".") if isinstance(module, str) else ()
    told = next((family for part, family in _FAMILIES.items() if part in parts), None)
    return [told] if told is not None else list(_FAMILIES.values())


def _knows(family: Any, name: str) -> bool:
    found = getattr(family, name, None)
    return inspect.isclass(found) and hasattr(found, "get_config")


def _function(name: Any, module: Any, known: dict[str, Any]) -> Any:
    """A function by its name."""
    if not isinstance(name, str):
        raise ValueError(f"deserialize_keras_object: expected a function's name. Received: {type(name).__name__}")
    if name in known:
        return known[name]
    for family in _families(module):
        found = getattr(family, name, None) if not name.startswith("_") and name in _functions(family) else None
        if found is not None:
            return found
    raise ValueError(
        f"deserialize_keras_object: expected a function of kerastorch or of custom_objects. Received: {name!r}"
    )


def _functions(family: Any) -> list[str]:
    """The names of a family's functions that a model may be made of; those that read or make things are not."""
    if family not in (activations, losses, metrics):
        return []
    return [name for name in family.REGISTRY.objects if hasattr(family, name)]


def _special(name: str, inner: dict[str, Any]) -> Any:
    """What is neither a class nor a function."""
    if name == "__bytes__":
        return str(inner.get("value", "")).encode("utf-8")
    if name in ("__numpy__", "__tensor__"):
        array = np.array(inner.get("value"), dtype=str(inner.get("dtype")))
        if array.dtype.kind not in "fiub":
            raise ValueError(f"deserialize_keras_object: expected numbers. Received: dtype {array.dtype}")
        return array if name == "__numpy__" else torch.from_numpy(array)
    if name == "__tuple__":
        return tuple(inner.get("items") or ())
    if name == "__lambda__":
        if in_safe_mode():
            raise ValueError(
                "deserialize_keras_object: expected no code, since it runs as whoever loads it; pass safe_mode=False "
                "if you trust where it comes from. Received: a function as bytecode"
            )
        return func_load(inner.get("value") or [inner.get(key) for key in ("code", "defaults", "closure")])
    raise ValueError(f"deserialize_keras_object: expected a known kind of value. Received: {name!r}")
