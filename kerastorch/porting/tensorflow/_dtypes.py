"""TensorFlow's dtypes: names that are accepted wherever a dtype is, beside torch's own.

Source: https://www.tensorflow.org/api_docs/python/tf/dtypes/DType
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch

__all__ = ["DType", "as_dtype", "torch_type"]


class DType:
    """One of TensorFlow's dtypes; equal to torch's, to numpy's and to its name.

    Args:
        name: its name, ``'float32'``.

    Example:
        >>> kind = DType("float32")
        >>> kind == torch.float32, kind == "float32", kind.as_numpy_dtype is np.float32, kind.max
        (True, True, True, 3.4028234663852886e+38)
    """

    def __init__(self, name: str) -> None:
        self.name = name
        found = getattr(torch, name, None)
        self.torch = found if isinstance(found, torch.dtype) else None

    @property
    def as_numpy_dtype(self) -> Any:
        """The numpy type; ``object`` for text."""
        if self.torch is None:
            return object
        if self.torch is torch.bfloat16:
            return np.float32
        return np.bool_ if self.name == "bool" else getattr(np, self.name)

    @property
    def dtype(self) -> np.dtype:
        """The numpy dtype, so that numpy's functions take this one."""
        return np.dtype(self.as_numpy_dtype)

    @property
    def base_dtype(self) -> DType:
        """Itself: there are no reference types."""
        return self

    @property
    def real_dtype(self) -> DType:
        """The type of the parts of a complex number."""
        return as_dtype(self.torch.to_real()) if self.is_complex else self

    @property
    def is_floating(self) -> bool:
        """Whether it is a float type."""
        return self.torch is not None and self.torch.is_floating_point

    is_floating_point = is_floating

    @property
    def is_complex(self) -> bool:
        """Whether it is a complex type."""
        return self.torch is not None and self.torch.is_complex

    @property
    def is_bool(self) -> bool:
        """Whether it is the type of truth values."""
        return self.name == "bool"

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers."""
        return self.torch is not None and not (self.is_floating or self.is_complex or self.is_bool)

    @property
    def is_unsigned(self) -> bool:
        """Whether it holds no negative numbers."""
        return self.is_integer and self.name.startswith("u")

    @property
    def is_numpy_compatible(self) -> bool:
        """Whether numpy has it."""
        return self.torch is not torch.bfloat16

    @property
    def size(self) -> int:
        """How many bytes one number takes; 1 for text."""
        return 1 if self.torch is None else self.torch.itemsize

    itemsize = size

    def _limits(self) -> Any:
        if self.is_bool or self.torch is None:
            raise TypeError(f"tf.{self.name}: expected a type of numbers for its limits. Received: {self.name}")
        return torch.finfo(self.torch) if self.is_floating or self.is_complex else torch.iinfo(self.torch)

    @property
    def max(self) -> Any:
        """The largest number."""
        return self._limits().max

    @property
    def min(self) -> Any:
        """The smallest number."""
        return self._limits().min

    @property
    def limits(self) -> tuple[Any, Any]:
        """The smallest and the largest number; of a float type 0 and 1, as for pixels."""
        return (0, 1) if self.is_floating else (self.min, self.max)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both are the same type."""
        return self == as_dtype(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.name == other.name
        if other is None:
            return False
        try:
            return self.name == as_dtype(other).name
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.torch or self.name)

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __repr__(self) -> str:
        return f"tf.{self.name}"


_OTHER_NAMES = {"float": "float32", "double": "float64", "half": "float16", "int": "int32", "str": "string"}
_TYPES = {
    name: DType(name)
    for name in (
        "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 "
        "string"
    ).split()
}


def as_dtype(type_value: Any) -> DType:
    """The dtype that a name, a torch or numpy dtype, or a Python type means.

    Raises:
        TypeError: when there is none.

    Example:
        >>> as_dtype("int32"), as_dtype(torch.float64), as_dtype(bool)
        (tf.int32, tf.float64, tf.bool)
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, torch.dtype):
        name = str(type_value).removeprefix("torch.")
    elif isinstance(type_value, type) and type_value in (float, int, bool, str, bytes):  # numpy.dtype equals some
        name = {float: "float32", int: "int32", bool: "bool", str: "string", bytes: "string"}[type_value]
    elif isinstance(type_value, str):
        name = _OTHER_NAMES.get(type_value, type_value).removesuffix("_ref")
    else:
        try:
            name = np.dtype(type_value).name
        except TypeError:
            name = repr(type_value)
        name = "string" if name.startswith(("str", "bytes", "object")) else name
    if name not in _TYPES:
        raise TypeError(f"tf.as_dtype: expected a dtype or its name. Received: {type_value!r}")
    return _TYPES[name]


_BY_TORCH = {kind.torch: kind for kind in _TYPES.values() if kind.torch is not None}
_OF_TORCH = frozenset(("kerastorch", "torch"))


def told(dtype: torch.dtype) -> Any:
    """A tensor's type as whoever asks the property that calls this expects it.

    Torch's functions take no other types than torch's own, of which there can be no subclasses. So the package, torch
    and every module that has imported torch under its name are told torch's; scripts for TensorFlow are told its.
    """
    asks = sys._getframe(2).f_globals
    if "torch" in asks or asks.get("__name__", "").partition(".")[0] in _OF_TORCH:
        return dtype
    return _BY_TORCH.get(dtype, dtype)


def torch_type(dtype: Any) -> torch.dtype | None:
    """The torch dtype that an argument means; None for None.

    Raises:
        TypeError: for text, which torch has no tensors of, and for what is no dtype.
    """
    if dtype is None or isinstance(dtype, torch.dtype):
        return dtype
    found = as_dtype(dtype)
    if found.torch is None:
        raise TypeError(f"expected a type of numbers. Received: tf.{found.name}")
    return found.torch
