"""Questions about tensors and types.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .....engine.symbolic import SymbolicTensor
from ... import making
from ..._dtypes import DType, as_dtype
from ..._tensors import TensorShape
from ._kinds import array_of, common, kind_of

__all__ = [
    "finfo",
    "iinfo",
    "iscomplexobj",
    "isrealobj",
    "isscalar",
    "issubdtype",
    "ndim",
    "promote_types",
    "result_type",
    "shape",
    "size",
]


def shape(a: Any) -> TensorShape:
    """The sizes of the axes, None for unknown ones."""
    return TensorShape(a.shape if isinstance(a, SymbolicTensor) else array_of(a).shape)


def ndim(a: Any) -> int:
    """How many axes there are."""
    return len(shape(a))


def size(x: Any, axis: int | None = None) -> Any:
    """How many elements there are, or how long an axis is; a symbolic tensor where only data tells."""
    sizes = shape(x) if axis is None else shape(x)[axis : axis + 1 or None]
    if None not in sizes:
        return math.prod(sizes)
    return making.size(x) if axis is None else making.shape(x)[axis]


def isscalar(num: Any) -> bool:
    """Whether something is one number."""
    return np.isscalar(num) or getattr(num, "ndim", None) == 0


def iscomplexobj(x: Any) -> bool:
    """Whether the type is one of complex numbers."""
    return (x.dtype if isinstance(x, SymbolicTensor) else array_of(x).dtype).is_complex


def isrealobj(x: Any) -> bool:
    """Whether the type is none of complex numbers."""
    return not iscomplexobj(x)


def _numpy_type(dtype: Any) -> np.dtype:
    return np.dtype(as_dtype(kind_of(dtype)).as_numpy_dtype)


def finfo(dtype: Any) -> np.finfo:
    """The limits of a type of floats."""
    return np.finfo(_numpy_type(dtype))


def iinfo(int_type: Any) -> np.iinfo:
    """The limits of a type of whole numbers."""
    return np.iinfo(_numpy_type(int_type))


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether a type is another one or of that kind."""
    return np.issubdtype(*(arg.as_numpy_dtype if isinstance(arg, DType) else arg for arg in (arg1, arg2)))


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The type in which values and types meet."""
    return as_dtype(common(*(_example(value) for value in arrays_and_dtypes)))


def promote_types(type1: Any, type2: Any) -> DType:
    """The type in which two types meet."""
    return result_type(as_dtype(kind_of(type1)), as_dtype(kind_of(type2)))


def _example(value: Any) -> Any:
    """Something of a type, for the type itself."""
    if isinstance(value, (DType, np.dtype, type, str)):
        return np.empty(0, _numpy_type(value))
    return value
