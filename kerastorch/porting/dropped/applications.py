"""What the package ``keras_applications``, which Keras 2.2 built its architectures with, had beside them.

Source: Keras-Applications 1.0.8.
"""

from __future__ import annotations

import importlib
from typing import Any

from ...applications import imagenet_utils

__all__ = ["correct_pad", "get_keras_submodule", "get_submodules_from_kwargs", "set_keras_submodules"]

_PACKAGE = __name__.split(".")[0]
__version__ = "1.0.8"


def get_keras_submodule(name: str) -> Any:
    """``keras.backend``, ``keras.layers``, ``keras.models`` or ``keras.utils``.

    Raises:
        ImportError: for another name.
    """
    if name not in (*imagenet_utils.MODULES, "engine"):
        raise ImportError(f"get_keras_submodule: expected one of {imagenet_utils.MODULES}. Received: {name!r}")
    return importlib.import_module(f"{_PACKAGE}.{name}")


def get_submodules_from_kwargs(kwargs: dict[str, Any]) -> list[Any]:
    """The modules ``backend``, ``layers``, ``models`` and ``utils``, those given first.

    Raises:
        TypeError: for anything else among the arguments.
    """
    for name in kwargs:
        if name not in imagenet_utils.MODULES:
            raise TypeError(f"Invalid keyword argument: {name}")
    return [kwargs.get(name) or get_keras_submodule(name) for name in imagenet_utils.MODULES]


def set_keras_submodules(**modules: Any) -> None:
    """Nothing to choose: there is one ``keras.backend``, and one of each of the others."""


def correct_pad(backend: Any, inputs: Any, kernel_size: Any) -> Any:
    """``keras.applications.imagenet_utils.correct_pad`` with the backend before its arguments."""
    return imagenet_utils.correct_pad(inputs, kernel_size)
