"""Keras 3's ``keras.ops``: numpy's functions and those of neural networks, on torch tensors and symbolic ones alike.

Every name of Keras 3.15's is here. Arrays, lists and numbers are converted; a symbolic tensor among the arguments makes
the call a part of the graph.

Source: https://keras.io/api/ops/
"""

from __future__ import annotations

import types

from . import (
    arrays,
    core,
    creating,
    elementwise,
    image,
    indexing,
    linalg,
    nans,
    nn,
    reducing,
    signal,
    statistics,
    vectorizing,
)
from .arrays import *  # noqa: F403
from .core import *  # noqa: F403
from .creating import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .indexing import *  # noqa: F403
from .linalg import *  # noqa: F403
from .nans import *  # noqa: F403
from .nn import *  # noqa: F403
from .reducing import *  # noqa: F403
from .signal import *  # noqa: F403
from .statistics import *  # noqa: F403
from .vectorizing import *  # noqa: F403

_MODULES = (arrays, core, creating, elementwise, indexing, linalg, nans, nn, reducing, signal, statistics, vectorizing)

__all__ = ["image", "linalg", "nn", "numpy"]
__all__ += sorted({*(name for module in _MODULES for name in module.__all__)} - set(__all__))

numpy = types.ModuleType(f"{__name__}.numpy", "The part of ``keras.ops`` that numpy has too.")
for _module in (arrays, creating, elementwise, indexing, linalg, nans, reducing, statistics, vectorizing):
    vars(numpy).update({name: getattr(_module, name) for name in _module.__all__})
