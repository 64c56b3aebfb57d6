"""The arguments of a layer's call: their names, and what travels with those that are tensors: shapes and masks."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import config
from ..backend.arrays import forward
from .symbolic.devices import moved_to, on_cpu
from .symbolic.trees import flatten, map_structure

__all__ = [
    "Signature",
    "as_tensor",
    "as_tensors",
    "beside_weights",
    "masks_of",
    "plain_arguments",
    "shapes_for",
    "signature",
]


class Signature:
    """What a ``call`` takes.

    Args:
        call: the function.

    Example:
        >>> found = Signature(lambda self, query, value, query_mask=None: query)
        >>> found.first, sorted(found.names), found.masked
        ('query', ['query', 'query_mask', 'value'], ('query',))
    """

    def __init__(self, call: Callable) -> None:
        parameters = list(inspect.signature(call).parameters.values())
        if parameters and parameters[0].name == "self":
            parameters = parameters[1:]
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self.takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.names = frozenset(p.name for p in parameters if p.kind is not p.VAR_KEYWORD)
        self.first = next((p.name for p in parameters if p.kind is not p.VAR_KEYWORD), "inputs")
        self.positional = tuple(p.name for p in parameters if p.kind in kinds)
        self.trains = any(p.name == "training" and p.default is True for p in parameters)  # unless told otherwise
        self.needs_training = any(p.name == "training" and p.default is p.empty for p in parameters)
        self.masked = tuple(name for name in self.positional if f"{name}_mask" in self.names)

    def named(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """The call with its first argument by place and the others by name, as far as they have one."""
        known = self.positional[1 : len(args)]
        if len(known) < len(args) - 1:
            return args, kwargs
        return args[:1], {**dict(zip(known, args[1:], strict=True)), **kwargs}

    def arguments(self, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
        """All arguments by name."""
        return {**dict(zip(self.positional, args, strict=False)), **kwargs}


@functools.cache
def signature(call: Callable) -> Signature:
    """The signature of a ``call``, looked at once."""
    return Signature(call)


@functools.cache
def _shape_names(build: Callable) -> tuple[str, ...]:
    """The call arguments whose shapes a ``build`` of several parameters takes: ``query`` for ``query_shape``."""
    parameters = [p for p in inspect.signature(build).parameters.values() if p.name != "self"]
    named = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    if len(named) < 2 or not all(name.endswith("_shape") for name in named):
        return ()
    return tuple(name.removesuffix("_shape") for name in named)


def shapes_for(build: Callable, arguments: dict[str, Any], shape_of: Callable) -> dict[str, Any]:
    """The shapes by name that a ``build`` of several parameters is called with; {} for one that takes the first only.

    Args:
        build: the function.
        arguments: those of the call, by name.
        shape_of: gives the shape of a tensor.
    """
    return {
        f"{name}_shape": map_structure(shape_of, arguments[name])
        for name in _shape_names(build)
        if arguments.get(name) is not None
    }


def masks_of(arguments: dict[str, Any], sig: Signature, mask_of: Callable[[Any], Any]) -> dict[str, Any]:
    """The masks that go with arguments, for a call that asks for them by name: ``query_mask`` with ``query``.

    Args:
        arguments: those of the call, by name.
        sig: its signature.
        mask_of: the mask of one tensor, or None.
    """
    found = {}
    for name in sig.masked:
        masks = map_structure(mask_of, arguments.get(name))
        if any(mask is not None for mask in flatten(masks)):
            found[f"{name}_mask"] = masks
    return found


def as_tensors(tree: Any) -> Any:
    """Arrays in a tree of arguments as tensors, those of float64 in ``floatx()``."""
    return map_structure(lambda leaf: as_tensor(leaf) if _is_numbers(leaf) else leaf, tree)


def _is_numbers(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fiub"


def as_tensor(array: np.ndarray | np.generic) -> torch.Tensor:
    """An array of numbers as a tensor on the device, one of float64 in ``floatx()``."""
    tensor = torch.as_tensor(forward(array), device=config.device())
    return tensor.to(config.torch_dtype(None)) if tensor.dtype == torch.float64 else tensor


def beside_weights(layer: nn.Module, arguments: Any) -> Any:
    """Tensors of the CPU, such as torch's loaders give, moved to the layer's weights, as Keras 3 does.

    A layer without weights computes where its inputs are, a graph without any where its constants are.

    Args:
        layer: the layer.
        arguments: what it is called with, in any nesting.

    Example:
        >>> beside_weights(nn.Linear(2, 1), [torch.ones(1, 2)])[0].device.type
        'cpu'
    """
    device = config.device()
    if device.type == "cpu" or not any(map(on_cpu, flatten(arguments))):
        return arguments
    weight = next(itertools.chain(layer.parameters(), layer.buffers()), None)
    if weight is None and not getattr(layer, "_graph", False):
        return arguments
    return moved_to(device if weight is None else weight.device, arguments)


def plain_arguments(kind: type, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """What a class is being made with, by name; None where an argument is no plain data, or names are missing.

    Example:
        >>> class Units:
        ...     def __init__(self, units, scale=1.0):
        ...         pass
        >>> plain_arguments(Units, (3,), {"scale": 0.5}), plain_arguments(Units, (object(),), {})
        ({'units': 3, 'scale': 0.5}, None)
    """
    names, takes_any = _constructor(kind)
    if len(args) > len(names):
        return None
    given = {**dict(zip(names, args)), **kwargs}
    if not all(map(_is_plain, given.values())):
        return None
    return {name: value for name, value in given.items() if takes_any or name in names}


@functools.lru_cache(maxsize=512)
def _constructor(kind: type) -> tuple[tuple[str, ...], bool]:
    """The names that a class takes, and whether it takes any others."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = tuple(p.name for p in parameters if p.kind not in kinds)
    return names, any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in value.items())
    return value is None or isinstance(value, (str, int, float, bool))
