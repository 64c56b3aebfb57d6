"""A function as a layer."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import backend, eras
from ..backend.bytecode import func_dump, func_load, globals_of, was_dumped_here
from ..backend.registry import Registry, get_custom_objects
from ..backend.safe_mode import in_safe_mode
from ..backend.seeds import numpy_seed, numpy_seeds_drawn
from ..engine.layer import Layer
from ..engine.symbolic.immutable import shielded

__all__ = ["Lambda"]

_FUNCTIONS = Registry("function")
_CARRIED = ("function", "mask", "_output_shape")  # attributes that may be functions
# What a config may say that is a function, and what it is where the config does not tell.
_FUNCTION_TYPES = {"function": "function", "output_shape": "raw", "mask": "raw"}
_MODULES = ("module", "function_type_module", "output_shape_module", "mask_module")  # never imported


class _Written:
    """A function as a config holds it: plain data that, within the process, still knows the function itself.

    So a copy of a model needs no bytecode; a file holds the plain data only.
    """

    function: Callable

    def __deepcopy__(self, memo: dict) -> _Written:
        return self

    def __reduce__(self) -> Any:  # a pickle is a file, too
        plain = type(self).__mro__[2]
        return plain, (plain(self),)  # type: ignore[call-arg]


class _WrittenCode(_Written, tuple):
    """A lambda's bytecode."""


class _WrittenName(_Written, str):
    """A function's name."""


def _write(function: Any) -> tuple[Any, str]:
    if not callable(function):
        return function, "raw"
    if getattr(function, "__name__", None) == "<lambda>" and hasattr(function, "__code__"):
        written, kind = _WrittenCode(func_dump(function)), "lambda"
    else:
        written, kind = _WrittenName(getattr(function, "__name__", type(function).__name__)), "function"
        _remember(written, function)
    written.function = function
    return written, kind


class _Carried:
    """A function on its way through a pickle, which holds its code where it cannot say where to import it from."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __deepcopy__(self, memo: dict) -> _Carried:
        return self

    def __reduce__(self) -> Any:
        function = self.function
        if not isinstance(function, types.FunctionType) or _importable(function):
            return _Carried, (function,)
        return _unpickled, (func_dump(function), function.__module__, function.__kwdefaults__)


def _importable(function: Any) -> bool:
    found: Any = sys.modules.get(function.__module__)
    for part in function.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is function


def _unpickled(code: Any, module: str, keyword_defaults: Any) -> _Carried:
    names = sys.modules.get(module)
    function = func_load(code, globs=None if names is None else vars(names))
    function.__kwdefaults__ = keyword_defaults
    return _Carried(function)


# The functions that this process wrote down by name: it finds them again in its own files. None where two functions
# bear one name.
_named: dict[str, Callable | None] = {}


def _remember(name: str, function: Callable) -> None:
    name = str(name)
    _named[name] = function if _named.setdefault(name, function) is function else None


def _read(value: Any, kind: str, name: str, custom_objects: dict[str, Any] | None) -> Any:
    """What a config says is a function, in the form of any generation."""
    if isinstance(value, dict) and value.get("class_name") == "function":  # Keras 3
        value, kind = value.get("config"), "function"
    if isinstance(value, dict) and value.get("class_name") == "__lambda__":
        written = value.get("config") or {}
        value, kind = written.get("value") or [written.get(key) for key in ("code", "defaults", "closure")], "lambda"
    if kind == "raw" or value is None or callable(value):
        return tuple(value) if isinstance(value, list) else value
    if isinstance(value, str) and kind == "function":
        try:
            return _FUNCTIONS.find(value, custom_objects)
        except ValueError:
            known = value.function if isinstance(value, _Written) else _named.get(value)
            if known is None:
                raise
            return known
    if isinstance(value, _Written):
        return value.function
    given = {**get_custom_objects(), **(custom_objects or {})}.get(name)
    if callable(given):
        return given
    if in_safe_mode() and not was_dumped_here(value):
        raise ValueError(
            f"Lambda {name}: expected no code in a file, since it runs as whoever loads it; pass the function as "
            f"custom_objects={{{name!r}: function}}, or safe_mode=False for a file that you trust. Received: bytecode"
        )
    own = globals_of(value) or {"K": backend, "np": np, "torch": torch}
    return func_load(value, globs={**own, **get_custom_objects(), **(custom_objects or {})})


def _plain(value: Any) -> Any:
    """An argument as files hold it."""
    return {"type": "ndarray", "value": value.tolist()} if isinstance(value, np.ndarray) else value


def _from_plain(value: Any) -> Any:
    is_array = isinstance(value, dict) and set(value) == {"type", "value"} and value["type"] == "ndarray"
    return np.array(value["value"]) if is_array else value


class Lambda(Layer):
    """Applies a function of tensors.

    Args:
        function: takes the input (a tensor or a list of them), gives a tensor; may take ``mask``.
        output_shape: the output's shape without the batch axis, or a function of the input shape; found out by itself
            when missing.
        mask: the output's mask, or a function ``(inputs, mask)`` that gives it.
        arguments: further keyword arguments of the function.
        **kwargs: the arguments of every layer.

    Raises:
        TypeError: when the function cannot be called.

    Source: https://keras.io/api/layers/core_layers/lambda/

    Example:
        >>> import torch
        >>> Lambda(lambda x: x * 2)(torch.ones(1, 2)).tolist()
        [[2.0, 2.0]]
    """

    def __init__(
        self,
        function: Callable,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda: expected function to be callable. Received: {function!r}")
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        if mask is not None:
            self.supports_masking = True
        if output_shape is not None and not callable(output_shape) and not isinstance(output_shape, (tuple, list)):
            raise TypeError(f"Lambda: expected output_shape to be a tuple or a function. Received: {output_shape!r}")
        self._output_shape = tuple(output_shape) if isinstance(output_shape, list) else output_shape

    def call(self, inputs: Any, mask: Any = None) -> Any:
        code = getattr(self.function, "__code__", None)
        takes_mask = code is not None and "mask" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        extra = {**self.arguments, "mask": mask} if takes_mask else self.arguments
        return shielded(self.function)(inputs, **extra)

    def _must_trace(self) -> bool:
        return True

    def compute_output_shape(self, input_shape: Any) -> Any:
        given = self._output_shape
        if given is None:
            return self._traced_output_shape(input_shape)
        if callable(given):
            return tuple(given(input_shape))
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        return (first[0] if first else None, *given)

    def _trace(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        before = numpy_seeds_drawn()
        found = super()._trace(args, kwargs)
        if self._output_shape is None and eras.current().initializer_draws == "numpy":
            # Keras 2 calls the function twice, the second time to learn the shape: what is drawn next depends on it.
            for _ in range(numpy_seeds_drawn() - before):
                numpy_seed()
        return found

    def _claimed_shapes(self, inputs: Any) -> Any:
        return None if self._output_shape is None else super()._claimed_shapes(inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if callable(self.mask) and not isinstance(self.mask, torch.Tensor):
            return self.mask(inputs, mask)
        return self.mask

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {**state, **{name: _Carried(state[name]) for name in _CARRIED}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**state, **{name: state[name].function for name in _CARRIED}})

    def get_config(self) -> dict[str, Any]:
        function, function_type = _write(self.function)
        shape, shape_type = _write(self._output_shape)
        found = {
            **super().get_config(),
            "function": function,
            "function_type": function_type,
            "output_shape": shape,
            "output_shape_type": shape_type,
            "arguments": {key: _plain(value) for key, value in self.arguments.items()},
        }
        if callable(self.mask) and not isinstance(self.mask, torch.Tensor):
            found["mask"], found["mask_type"] = _write(self.mask)
        return found

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Lambda:
        """The layer that a config describes.

        Args:
            config: what ``get_config()`` gave; bytecode in it is refused unless the caller trusts it.
            custom_objects: named functions; one under the layer's own name stands in for bytecode.

        Raises:
            ValueError: for bytecode, or a name that nobody knows.
        """
        given = {k: v for k, v in config.items() if k not in _MODULES}
        name = given.get("name", "")
        kinds = {key: given.pop(f"{key}_type", default) for key, default in _FUNCTION_TYPES.items()}
        for key, kind in kinds.items():
            if key in given:
                given[key] = _read(given[key], kind, name, custom_objects)
        given["arguments"] = {key: _from_plain(value) for key, value in (given.get("arguments") or {}).items()}
        return cls(**given)
