"""NumPy's functions on tensors: ``import tensorflow.experimental.numpy as tnp``.

What they give has NumPy's types: numbers and lists are int64 and float64 by themselves, and beside a tensor they take
its type where it can hold them. A symbolic tensor among the arguments makes a call a part of the graph.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy
"""

from __future__ import annotations

import numpy as np

from ..._functions import refusing
from ..._tensors import Tensor
from . import arranging, asking, computing, making, random, reducing
from .arranging import *  # noqa: F403
from .asking import *  # noqa: F403
from .behavior import experimental_enable_numpy_behavior
from .computing import *  # noqa: F403
from .making import *  # noqa: F403
from .reducing import *  # noqa: F403

e, inf, pi, newaxis = np.e, np.inf, np.pi, None
ndarray = Tensor
bool_, object_, inexact = np.bool_, np.object_, np.inexact
float_, int_, complex_ = np.float64, np.int64, np.complex128
_TYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128".split()
for _name in _TYPES:
    globals()[_name] = getattr(np, _name)

__all__ = [
    "bool_",
    "complex_",
    "e",
    "experimental_enable_numpy_behavior",
    "float_",
    "inexact",
    "inf",
    "int_",
    "ndarray",
    "newaxis",
    "object_",
    "pi",
    "random",
    *_TYPES,
]
for _module in (arranging, asking, computing, making, reducing):
    __all__ += _module.__all__

__getattr__ = refusing(__name__)
