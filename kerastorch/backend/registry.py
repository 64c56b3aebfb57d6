"""Names to objects and back: what ``get``, ``serialize`` and ``deserialize`` of every family share.

Each family (activations, initializers, layers …) owns one ``Registry``. Identifiers are what Keras accepts: a name, an
object, a ``{'class_name', 'config'}`` dict or a plain callable. ``CustomObjectScope`` adds the caller's own names.

Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from typing import Any

__all__ = [
    "CustomObjectScope",
    "Registry",
    "callable_name",
    "custom_object_scope",
    "described",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "nearest",
    "register_keras_serializable",
]

_custom_objects: dict[str, Any] = {}
_registered_names: dict[Any, str] = {}


def get_custom_objects() -> dict[str, Any]:
    """The process-wide dict of custom names; changes to it are seen everywhere."""
    return _custom_objects


class CustomObjectScope:
    """Makes custom names known inside a ``with`` block.

    Args:
        *args: dicts from name to class or function.
        custom_objects: such a dict by its name in Keras 3.

    Example:
        >>> def swish(x):
        ...     return x * x.sigmoid()
        >>> with CustomObjectScope({"swish": swish}):
        ...     get_custom_objects()["swish"] is swish
        True
    """

    def __init__(self, *args: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> None:
        self.custom_objects = args if custom_objects is None else (*args, custom_objects)
        self._backup: dict[str, Any] | None = None

    def __enter__(self) -> CustomObjectScope:
        self._backup = dict(_custom_objects)
        for objects in self.custom_objects:
            _custom_objects.update(objects)
        return self

    def __exit__(self, *exc: object) -> None:
        _custom_objects.clear()
        _custom_objects.update(self._backup or {})


def custom_object_scope(*args: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> CustomObjectScope:
    """``CustomObjectScope`` under its function name."""
    return CustomObjectScope(*args, custom_objects=custom_objects)


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """A decorator that lets files name a class or function, as ``package>name``, without ``custom_objects``.

    Args:
        package: what stands before the name, so that two packages may use the same one.
        name: the name; that of the class or function when missing.

    Raises:
        ValueError: for a class without ``get_config``, which could not be written down.

    Example:
        >>> @register_keras_serializable("mine")
        ... def double(x):
        ...     return 2 * x
        >>> get_registered_name(double), get_registered_object("mine>double") is double
        ('mine>double', True)

    Source: https://keras.io/api/models/model_saving_apis/serialization_utils/
    """

    def register(found: Any) -> Any:
        if inspect.isclass(found) and not hasattr(found, "get_config"):
            raise ValueError(
                f"register_keras_serializable: expected a class with get_config(). Received: {found.__name__}"
            )
        registered = f"{package}>{name or found.__name__}"
        _custom_objects[registered] = found
        _registered_names[found] = registered
        return found

    return register


def get_registered_name(obj: Any) -> str:
    """What a class or function is called in files: its registered name, else its own.

    Example:
        >>> get_registered_name(len)
        'len'
    """
    try:
        return _registered_names[obj]
    except (KeyError, TypeError):  # not registered, or nothing that can be
        return obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: dict[str, Any] | None = None
) -> Any:
    """The class or function behind a registered name; None when there is none.

    Args:
        name: the name, such as ``'package>name'``.
        custom_objects: further names.
        module_objects: names that come last.

    Example:
        >>> get_registered_object("nobody>knows") is None
        True
    """
    for table in (_custom_objects, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


def described(obj: Any) -> dict[str, Any]:
    """An object as ``{'class_name', 'config'}``."""
    return {"class_name": get_registered_name(type(obj)), "config": obj.get_config()}


def nearest(name: object, known: Iterable[str]) -> str:
    """A hint such as `` Did you mean 'relu'?``, empty where nothing is near."""
    names = {k.lower(): k for k in known}
    found = difflib.get_close_matches(str(name).lower(), names, 1, 0.6)
    return f" Did you mean {names[found[0]]!r}?" if found else ""


class Registry:
    """One family of named objects.

    Args:
        kind: what an error message calls a member: ``'activation function'``, ``'layer'`` …
        factories: whether a function that needs no argument makes the member (``l2()``) instead of being it (``relu``).

    Example:
        >>> shapes = Registry("shape")
        >>> @shapes.register
        ... class Square:
        ...     pass
        >>> type(shapes.get("Square")).__name__
        'Square'
    """

    def __init__(self, kind: str, factories: bool = False) -> None:
        self.kind = kind
        self.factories = factories
        self.objects: dict[str, Any] = {}

    def register(self, obj: Any = None, *names: str) -> Any:
        """Adds an object under its own name and the given aliases; usable as a decorator."""
        for name in (obj.__name__, *names):
            self.objects[name] = obj
        return obj

    def alias(self, **names: Any) -> None:
        """Adds further names."""
        self.objects.update(names)

    def find(self, name: str, custom_objects: dict[str, Any] | None = None) -> Any:
        """The object behind a name.

        Raises:
            ValueError: when nobody knows the name; the message gives the nearest one.
        """
        for table in (custom_objects or {}, _custom_objects, self.objects):
            if name in table:
                return table[name]
        registered = [found for full, found in _custom_objects.items() if full.endswith(f">{name}")]
        if len(registered) == 1:  # Keras 3 up to 3.6 wrote functions down without their package
            return registered[0]
        hint = nearest(name, self.objects)
        raise ValueError(f"Unknown {self.kind}: expected a known name. Received: {name!r}.{hint}")

    def deserialize(self, identifier: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        """The object that a name or a ``{'class_name', 'config'}`` dict describes.

        A class found by its name is called without arguments; a function is returned as it is.
        """
        if isinstance(identifier, str):
            found = self.find(identifier, custom_objects)
            return self._make(found, {})
        if not isinstance(identifier, dict) or "class_name" not in identifier or "config" not in identifier:
            raise ValueError(
                f"{self.kind}: expected a dict with the keys 'class_name' and 'config'. Received: {identifier!r}"
            )
        config = identifier["config"]
        if identifier["class_name"] == "function" and isinstance(config, str):  # how Keras 3 writes down a function
            return self.find(config, custom_objects)
        found = self.find(identifier["class_name"], custom_objects)
        if not hasattr(found, "from_config"):
            return self._make(found, config)
        if "custom_objects" in inspect.signature(found.from_config).parameters:
            merged = {**_custom_objects, **(custom_objects or {})}
            return found.from_config(config, custom_objects=merged)
        with CustomObjectScope(custom_objects or {}):
            return found.from_config(config)

    def _make(self, found: Any, config: dict[str, Any]) -> Any:
        """Calls a class, a function with arguments to take, or a factory; gives back anything else as it is."""
        if inspect.isclass(found) or config or (self.factories and _needs_nothing(found)):
            return found(**config)
        return found

    def get(self, identifier: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        """What an argument means: None, a name, a config dict, an instance or a callable.

        Raises:
            ValueError: for an unknown name.
            TypeError: for an object that is none of these.
        """
        if identifier is None:
            return None
        if isinstance(identifier, (str, dict)):
            return self.deserialize(identifier, custom_objects)
        if inspect.isclass(identifier) or (self.factories and any(identifier is own for own in self.objects.values())):
            return identifier()
        if callable(identifier):
            return identifier
        raise TypeError(
            f"{self.kind}: expected a name, a config dict, an object or a callable. Received: {identifier!r} "
            f"of type {type(identifier).__name__}"
        )

    def serialize(self, obj: Any) -> Any:
        """The inverse of ``deserialize``: a config dict for an object with ``get_config``, else a name."""
        if obj is None:
            return None
        if hasattr(obj, "get_config"):
            return described(obj)
        if getattr(obj, "__name__", None) is None:
            raise ValueError(
                f"{self.kind}: expected something with get_config() or a name, to be written down. Received: {obj!r}"
            )
        return get_registered_name(obj)


def _needs_nothing(fn: Callable) -> bool:
    """Whether a callable can be called without arguments."""
    try:
        inspect.signature(fn).bind()
    except (TypeError, ValueError):
        return False
    return True


def callable_name(fn: Callable) -> str:
    """What to call a function or callable object in a log: its name, else its class's."""
    return getattr(fn, "__name__", None) or type(fn).__name__
