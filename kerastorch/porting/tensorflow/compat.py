"""``tf.compat``: both versions are this package; text as bytes and back.

Source: https://www.tensorflow.org/api_docs/python/tf/compat
"""

from __future__ import annotations

import importlib
import numbers
from typing import Any

import numpy as np

__all__ = ["as_bytes", "as_str", "as_str_any", "as_text", "bytes_or_text_types", "path_to_str"]

__path__: list[str] = []  # compat.v1 and compat.v2 are found by the import alias

bytes_or_text_types = (bytes, str)
complex_types = (numbers.Complex, np.number)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Text as bytes."""
    return bytes_or_text.encode(encoding) if isinstance(bytes_or_text, str) else bytes(bytes_or_text)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as text."""
    return bytes_or_text.decode(encoding) if isinstance(bytes_or_text, bytes) else str(bytes_or_text)


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Anything as text."""
    return as_text(value, encoding) if isinstance(value, (str, bytes)) else str(value)


def path_to_str(path: Any) -> Any:
    """A path as text."""
    return as_str_any(path.__fspath__()) if hasattr(path, "__fspath__") else path


def __getattr__(name: str) -> Any:
    if name in ("v1", "v2"):
        return importlib.import_module(__name__.rpartition(".")[0])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
