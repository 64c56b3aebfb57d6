"""Arguments of recorded calls as plain data, in the form of Keras 3, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from ..symbolic import SymbolicTensor

__all__ = ["TENSOR", "decoded", "encoded", "plain_array", "without_ellipsis"]

TENSOR = "__keras_tensor__"
_PLAIN = (str, int, float, bool, type(None))


def plain_array(value: Any, what: str) -> np.ndarray:
    """A constant as an array.

    Raises:
        ValueError: for a variable, whose value may change.
    """
    if isinstance(value, nn.Parameter) or (isinstance(value, torch.Tensor) and value.requires_grad):
        raise ValueError(
            f"{what}: expected constants, to be written down. Received: a variable of shape {tuple(value.shape)}, "
            "whose value may change; give it to a layer"
        )
    return value.detach().as_subclass(torch.Tensor).cpu().numpy() if isinstance(value, torch.Tensor) else value


def encoded(value: Any, place: Callable[[SymbolicTensor], list[Any]], what: str) -> Any:
    """An argument as Keras 3 writes it.

    Args:
        value: the argument, any nesting.
        place: gives the layer, call and output that a symbolic tensor comes from.
        what: whose argument it is, for errors.

    Raises:
        ValueError: for what is no plain data.
    """
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, SymbolicTensor):
        config = {"shape": list(value.shape), "dtype": value.dtype_name, "keras_history": list(place(value))}
        return {"class_name": TENSOR, "config": config}
    if isinstance(value, slice):
        parts = {key: encoded(getattr(value, key), place, what) for key in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": parts}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(value, (np.ndarray, torch.Tensor)):
        array = plain_array(value, what)
        if isinstance(value, torch.Tensor) and not array.ndim:
            return array.item()
        return {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, (list, tuple)):
        return [encoded(entry, place, what) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: encoded(entry, place, what) for key, entry in value.items()}
    raise ValueError(f"{what}: expected plain data, to be written down. Received: {type(value).__name__}")


def decoded(value: Any, at: Callable[[list[Any]], SymbolicTensor]) -> Any:
    """The inverse of ``encoded``; ``at`` gives the tensor of a layer, call and output.

    Raises:
        ValueError: for an unknown kind of value.
    """
    if isinstance(value, (list, tuple)):
        return type(value)(decoded(entry, at) for entry in value)
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config")
    if not isinstance(kind, str):
        return {key: decoded(entry, at) for key, entry in value.items()}
    if kind == "__tuple__":
        items = value.get("items", config)
        return tuple(decoded(entry, at) for entry in items) if isinstance(items, list) else ()
    if kind == "__ellipsis__":
        return Ellipsis
    if not isinstance(config, dict):
        raise ValueError(f"Model config: expected a dict as the config of {kind}. Received: {type(config).__name__}")
    if kind == TENSOR:
        return at(config.get("keras_history"))
    if kind == "__slice__":
        return slice(*(decoded(config.get(key), at) for key in ("start", "stop", "step")))
    if kind in ("__numpy__", "__tensor__"):
        array = np.array(config.get("value"), dtype=str(config.get("dtype")))
        if array.dtype.kind in "fiub":
            return array
    if kind in ("DTypePolicy", "FloatDTypePolicy"):
        return config.get("name")
    raise ValueError(f"Model config: expected numbers and tensors as arguments of a function. Received: {kind!r}")


def without_ellipsis(key: Any, x: SymbolicTensor) -> Any:
    """What ``x[key]`` is given, full slices in place of ``...``, which not every reader of a file knows."""
    parts = key if isinstance(key, (list, tuple)) else (key,)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), None)
    if at is None:
        return key
    free = x.ndim - sum(part is not None for part in parts) + 1
    return (*parts[:at], *[slice(None)] * free, *parts[at + 1 :])
