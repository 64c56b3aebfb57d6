"""Keras's backend functions, ``from kerastorch import backend as K``: on tensors and on symbolic tensors alike.

Torch tensors are computed on at once. What a function is given a symbolic tensor of, or a variable while no data is
computed on, becomes a part of the graph: ``K.function`` and models run it, ``K.eval`` gives its value.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

import sys
from typing import Any

from . import (
    control,
    ctc,
    differentiation,
    functions,
    math,
    nn,
    random,
    reductions,
    session,
    shaping,
    tensors,
    values,
    windows,
)
from .control import *  # noqa: F403
from .ctc import *  # noqa: F403
from .differentiation import *  # noqa: F403
from .functions import *  # noqa: F403
from .math import *  # noqa: F403
from .nn import *  # noqa: F403
from .random import *  # noqa: F403
from .reductions import *  # noqa: F403
from .session import *  # noqa: F403
from .session import _get_available_gpus  # noqa: F401 - scripts ask for it by this name
from .shaping import *  # noqa: F403
from .tensors import *  # noqa: F403
from .updates import moving_average_update, update, update_add, update_sub
from .values import *  # noqa: F403
from .variable import Variable  # noqa: F401 - where Keras 3's layers find it
from .windows import *  # noqa: F403

_FAMILIES = (
    control,
    ctc,
    differentiation,
    functions,
    math,
    nn,
    random,
    reductions,
    session,
    shaping,
    tensors,
    values,
    windows,
)

__all__ = ["moving_average_update", "update", "update_add", "update_sub"]
for _family in _FAMILIES:
    __all__ += _family.__all__

_BACKEND = "tensorflow"
_NOT_HERE = {
    "tf": "there is no TensorFlow below; use torch's functions or the K functions",
    "theano_backend": "there is no Theano below; use torch's functions or the K functions",
    "cntk_backend": "there is no CNTK below; use torch's functions or the K functions",
    "get_graph": "there is no TensorFlow graph; K.function runs symbolic tensors",
}


def __getattr__(name: str) -> Any:
    if name == "tensorflow_backend":  # keras.backend.tensorflow_backend.set_session and the like
        return sys.modules[__name__]
    if name in _NOT_HERE:
        raise AttributeError(f"K.{name}: {_NOT_HERE[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
