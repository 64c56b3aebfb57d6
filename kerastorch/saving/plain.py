"""Configurations as text: JSON and YAML turned into plain data of bounded depth and size, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from .errors import FileError, brief

__all__ = ["from_json", "from_yaml", "checked", "yaml"]

_DEEPEST = 200  # nested models of the published architectures stay below 30
_LARGEST = 2_000_000  # entries; YAML's aliases can make 10^9 of a few lines


def from_json(text: str, what: str = "JSON text") -> Any:
    """The data that JSON text describes.

    Raises:
        ValueError: when it is no JSON, or is nested too deeply.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise FileError(f"load: expected {what} nested at most {_DEEPEST} deep. Received: one nested deeper") from None
    except (ValueError, TypeError) as error:
        raise FileError(f"load: expected {what}. Received: text that is no JSON ({brief(error)})") from None
    return checked(data, what)


def from_yaml(text: str, what: str = "YAML text") -> Any:
    """The data that YAML text describes; tags that make Python objects are refused.

    Raises:
        ValueError: when it is no YAML, asks for objects, or refers to itself.
        ImportError: without the package pyyaml.
    """
    package = yaml()

    class Loader(package.SafeLoader):
        """Plain data, and Python's tuples, which Keras 2 wrote as such."""

    Loader.add_constructor(
        "tag:yaml.org,2002:python/tuple", lambda loader, node: tuple(loader.construct_sequence(node, deep=True))
    )
    Loader.add_constructor("tag:yaml.org,2002:python/unicode", lambda loader, node: loader.construct_scalar(node))
    try:
        data = package.load(text, Loader)  # a SafeLoader
    except RecursionError:
        raise FileError(f"load: expected {what} nested at most {_DEEPEST} deep. Received: one nested deeper") from None
    except (package.YAMLError, ValueError, TypeError) as error:
        said = brief(ValueError(str(error)))
        raise FileError(f"load: expected {what}. Received: text that is no plain YAML ({said})") from None
    return checked(data, what)


def yaml() -> Any:
    """The package pyyaml.

    Raises:
        ImportError: where it is missing.
    """
    try:
        import yaml as package
    except ImportError:
        raise ImportError("to_yaml: expected the package pyyaml; install kerastorch[yaml]") from None
    return package


def checked(data: Any, what: str) -> Any:
    """The same data, once it is known to be finite, not too deep and not too large.

    Args:
        data: nested dicts, lists and tuples.
        what: what it is, for the message.

    Raises:
        ValueError: when it contains itself, or more levels or entries than any model needs.

    Example:
        >>> checked({"units": [1, 2]}, "a config")
        {'units': [1, 2]}
        >>> endless = []
        >>> endless.append(endless)
        >>> checked(endless, "a config")
        Traceback (most recent call last):
        ...
        kerastorch.saving.errors.FileError: load: expected a config nested at most 200 deep. Received: one nested deeper
    """
    waiting: list[tuple[Any, int]] = [(data, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, (dict, list, tuple)):
            continue
        count += len(value)
        if depth > _DEEPEST:
            raise FileError(f"load: expected {what} nested at most {_DEEPEST} deep. Received: one nested deeper")
        if count > _LARGEST:
            raise FileError(f"load: expected {what} of at most {_LARGEST} entries. Received: a larger one")
        waiting += [(entry, depth + 1) for entry in (value.values() if isinstance(value, dict) else value)]
    return data
