"""TensorFlow for scripts of the tf.keras generation: ``import tensorflow as tf`` while ``install()`` is in force.

The functions that such scripts call, on torch tensors. ``tf.keras`` is kerastorch. What is computed has a gradient
only while a ``GradientTape`` records, tensors print and index as TensorFlow's do (``_tensors.py``), and what is not
here says so when it is asked for (``_spaces.py``).

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from ...backend import seeds
from ...engine.symbolic import script
from . import _spaces
from ._dtypes import DType, as_dtype
from ._tensors import Tensor

__version__ = "2.15.0"

newaxis = None
for _name in filter(None, _spaces.SPACES):
    globals()[_name] = _spaces.space(_name)
for _name in (
    "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 "
    "string"
).split():
    globals()[_name] = as_dtype(_name)
    setattr(_spaces.space("dtypes"), _name, as_dtype(_name))
half, double = as_dtype("float16"), as_dtype("float64")


def begin() -> None:
    """From here on a script sees tensors as TensorFlow has them; ``import tensorflow`` does this."""
    script.see_as(Tensor)


def end() -> None:
    """Takes ``begin`` back, the seed and the methods of arrays; ``uninstall()`` does this."""
    script.see_as(None)
    seeds.set_seed(None)
    behavior = sys.modules.get(f"{__name__}.experimental.numpy.behavior")
    if behavior is not None:
        behavior.forget()


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "keras" and sys.modules.get("tensorflow") is sys.modules[__name__]:
        return importlib.import_module("tensorflow.keras")  # with the version of the era in force
    if name in _spaces.INNER or name.endswith(("_ops", "_op")) and name not in ("no_op", "raw_ops"):
        return sys.modules[__name__]
    if name in _spaces.MODULE_NAMES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "summary_ops_v2":  # an inner name of tf.summary
        return importlib.import_module(f"{__name__}.summary")
    found = _spaces.find("", name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_spaces.MODULE_NAMES, *_spaces.names_of("")} - {"begin", "end", "script", "seeds"})


__all__ = ["DType", "Tensor", "as_dtype", "begin", "end", "newaxis"]
