"""Names that scripts ask of every tensor, dtype and array, on torch's and numpy's own while ``install()`` is in force.

Functions of a script that get torch's plain tensors, activations and regularizers among them, meet these names there:
``x.get_shape()``, ``x.dtype.base_dtype``.
"""

from __future__ import annotations

import ctypes
import gc
import types
from typing import Any

import numpy as np
import torch

from ..engine.symbolic.shape import Shape
from .shims import set_attribute

__all__ = ["install", "uninstall"]


def _shape(tensor: torch.Tensor) -> Shape:
    return Shape(tensor.shape)


def _set_shape(tensor: torch.Tensor, shape: Any) -> None:
    _shape(tensor).assert_is_compatible_with(shape)


def _of_dtype(name: str) -> property:
    def read(dtype: torch.dtype) -> Any:
        from .tensorflow._dtypes import as_dtype

        return getattr(as_dtype(dtype), name)

    return property(read)


_TENSOR = {"get_shape": _shape, "set_shape": _set_shape, "_keras_shape": property(lambda tensor: tuple(tensor.shape))}
_DTYPE = {
    name: _of_dtype(name)
    for name in ("base_dtype", "name", "as_numpy_dtype", "is_integer", "is_floating", "max", "min", "limits")
}


def _itemset(array: np.ndarray, *args: Any) -> None:
    array[args[0] if len(args) == 2 else args[:-1] or ...] = args[-1]


# methods that arrays lost with numpy 2
_ARRAY = {
    "itemset": _itemset,
    "ptp": lambda array, axis=None, **kwargs: np.ptp(array, axis, **kwargs),
    "tostring": lambda array, order="C": array.tobytes(order),
}
_BUILT_IN = {torch.dtype: _DTYPE, np.ndarray: _ARRAY}
_kept: dict[type, dict[str, Any]] = {}  # what our names replace


def _namespace(cls: type) -> dict[str, Any]:
    """The names of a class that takes no attributes in the ordinary way."""
    return next((found for found in gc.get_referents(cls.__dict__) if isinstance(found, dict)), {})


def install() -> None:
    """Adds the names; those of tensors go with the other shims."""
    for name, value in _TENSOR.items():
        set_attribute(torch.Tensor, name, value)
    for cls, added in _BUILT_IN.items():
        names = _namespace(cls)
        if (
            cls is np.ndarray
        ):  # numpy 2.0 to 2.2 keep attributes in the place of lost methods, which say that they are lost
            lost = {name for name in added if isinstance(names.get(name), types.GetSetDescriptorType)}
            _kept.setdefault(cls, {}).update({name: names.pop(name) for name in lost})
        names.update({name: value for name, value in added.items() if name not in names})
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


def uninstall() -> None:
    """Takes the names of dtypes and arrays back."""
    for cls, added in _BUILT_IN.items():
        names = _namespace(cls)
        for name, value in added.items():
            if names.get(name) is value:
                del names[name]
        names.update(_kept.pop(cls, {}))
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
