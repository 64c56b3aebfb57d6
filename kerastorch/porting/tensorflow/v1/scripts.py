"""Layers as functions, the script's own options, files.

Source: https://www.tensorflow.org/api_docs/python/tf/compat/v1
"""

from __future__ import annotations

import argparse
import inspect
import sys
from types import SimpleNamespace
from typing import Any

from .... import layers as keras
from .._functions import refuse
from ..io import gfile as files
from ..io import records

__all__ = [
    "app",
    "flags",
    "gfile",
    "layers",
    "python_io",
]


_NOT_THERE = ("self", "kwargs", "output_padding")  # of the constructors' arguments


class _Layers:
    """``tf.layers``: Keras's layers as functions of a tensor, and by their classes."""

    _FUNCTIONS = {
        "average_pooling1d": "AveragePooling1D",
        "average_pooling2d": "AveragePooling2D",
        "batch_normalization": "BatchNormalization",
        "conv1d": "Conv1D",
        "conv2d": "Conv2D",
        "conv2d_transpose": "Conv2DTranspose",
        "conv3d": "Conv3D",
        "dense": "Dense",
        "dropout": "Dropout",
        "flatten": "Flatten",
        "max_pooling1d": "MaxPooling1D",
        "max_pooling2d": "MaxPooling2D",
        "separable_conv2d": "SeparableConv2D",
    }

    _DEFAULTS = {"dropout": {"rate": 0.5}}
    _TRAINED = ("batch_normalization", "dropout")

    def __getattr__(self, name: str) -> Any:
        if name in self._FUNCTIONS:
            kind = getattr(keras, self._FUNCTIONS[name])

            def call(inputs: Any, *args: Any, training: Any = False, reuse: Any = None, **kwargs: Any) -> Any:
                order = [key for key in inspect.signature(kind.__init__).parameters if key not in _NOT_THERE]
                kwargs = {**self._DEFAULTS.get(name, {}), **dict(zip(order, args)), **kwargs}
                return kind(**kwargs)(inputs, **({"training": training} if name in self._TRAINED else {}))

            return call
        if not name.startswith("_") and hasattr(keras, name):
            return getattr(keras, name)
        refuse(f"layers.{name}", "keras.layers has its layers")


layers = _Layers()


# ------------------------------------------------------------------- flags, files, app


class _Flags:
    """The script's options: defined by ``DEFINE_…``, read from the command line when one is asked for."""

    def __init__(self) -> None:
        self.__dict__["_known"] = {}
        self.__dict__["_values"] = None

    def define(self, name: str, default: Any, help: str = "", kind: Any = str, **kwargs: Any) -> None:
        """Adds an option."""
        self._known[name] = (kind, default)
        self.__dict__["_values"] = None

    def _parse(self) -> dict[str, Any]:
        if self._values is None:
            parser = argparse.ArgumentParser(add_help=False)
            for name, (kind, default) in self._known.items():
                parser.add_argument(f"--{name}", type=kind, default=default)
            found, _ = parser.parse_known_args(sys.argv[1:])
            self.__dict__["_values"] = vars(found)
        return self._values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._known:
            raise AttributeError(name)
        return self._parse()[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._parse()[name] = value
        self._known.setdefault(name, (str, value))

    def flag_values_dict(self) -> dict[str, Any]:
        """All options by name."""
        return dict(self._parse())


_flags = _Flags()


def _boolean(text: str) -> bool:
    return str(text).lower() in ("1", "true", "yes", "y", "t")


def _listed(text: Any) -> list[str]:
    return text if isinstance(text, list) else [part for part in str(text).split(",") if part]


def _definer(kind: Any) -> Any:
    return lambda name, default, help="", **kwargs: _flags.define(name, default, help, kind)


flags = SimpleNamespace(
    DEFINE_bool=_definer(_boolean),
    DEFINE_boolean=_definer(_boolean),
    DEFINE_enum=lambda name, default, values, help="", **kwargs: _flags.define(name, default, help),
    DEFINE_float=_definer(float),
    DEFINE_integer=_definer(int),
    DEFINE_list=_definer(_listed),
    DEFINE_string=_definer(str),
    FLAGS=_flags,
    mark_flag_as_required=lambda name: None,
)


def _run(main: Any = None, argv: Any = None) -> None:
    """Calls the script's ``main`` with what is left of the command line, and ends."""
    main = main or sys.modules["__main__"].main  # type: ignore[attr-defined]
    sys.exit(main(sys.argv[:1] if argv is None else argv))


app = SimpleNamespace(flags=flags, run=_run)


class _Gfile:
    def __getattr__(self, name: str) -> Any:
        return getattr(files, name)


gfile = _Gfile()


class _PythonIO:
    def __getattr__(self, name: str) -> Any:
        return getattr(records, name)


python_io = _PythonIO()
