"""Python functions as text and back, as Keras writes the functions of ``Lambda`` layers.

Source: https://keras.io/api/layers/core_layers/lambda/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import marshal
import types
from collections.abc import Callable
from typing import Any

__all__ = ["func_dump", "func_load", "globals_of", "was_dumped_here"]

# The globals of the functions that this process wrote down, by the hash of their code: who reads back the very code
# that it wrote runs nobody else's.
_dumped: dict[bytes, dict[str, Any]] = {}


def func_dump(func: Callable) -> tuple[str, tuple | None, tuple | None]:
    """A Python function as ``(code, defaults, closure)``, the code as base64 text of its bytecode.

    Bytecode fits one version of Python only.

    Example:
        >>> func_load(func_dump(lambda x: x + 1))(2)
        3
    """
    raw = marshal.dumps(func.__code__)
    _dumped[_digest(raw)] = func.__globals__
    code = base64.encodebytes(raw).decode("ascii")
    closure = tuple(cell.cell_contents for cell in func.__closure__) if func.__closure__ else None
    return code, func.__defaults__, closure


def func_load(
    code: str | tuple | list,
    defaults: tuple | list | None = None,
    closure: tuple | list | None = None,
    globs: dict[str, Any] | None = None,
) -> Callable:
    """The function that ``func_dump`` wrote down.

    The function can do whatever its author wanted: call this only with code that you trust. Loading a model never
    calls it unasked.

    Args:
        code: the code, or the whole result of ``func_dump``.
        defaults: the default arguments.
        closure: the values that the function closes over.
        globs: the function's globals; by default this module's.

    Raises:
        ValueError: when the text is no bytecode of this version of Python.
    """
    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
    try:
        loaded = marshal.loads(_decoded(code))
    except (ValueError, EOFError, TypeError) as error:
        raise ValueError(f"func_load: expected bytecode of this version of Python. Received: {error}") from None
    if not isinstance(loaded, types.CodeType):
        raise ValueError(f"func_load: expected bytecode. Received: {type(loaded).__name__}")
    cells = None
    if closure is not None:
        cells = tuple(value if isinstance(value, types.CellType) else types.CellType(value) for value in closure)
    arguments = tuple(defaults) if defaults is not None else None
    return types.FunctionType(loaded, globals() if globs is None else globs, loaded.co_name, arguments, cells)


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def was_dumped_here(dumped: Any) -> bool:
    """Whether this process wrote this very code down, so that it is not a stranger's.

    Args:
        dumped: what ``func_dump`` gave.

    Example:
        >>> was_dumped_here(func_dump(lambda x: x + 1))
        True
    """
    return globals_of(dumped) is not None


def globals_of(dumped: Any) -> dict[str, Any] | None:
    """The globals of the function that this process wrote down so; None for another's."""
    code = dumped[0] if isinstance(dumped, (tuple, list)) and dumped else dumped
    return _dumped.get(_digest(_decoded(code))) if isinstance(code, str) else None


def _decoded(text: str) -> bytes:
    """Bytecode from base64, or from the raw text that Keras before 2.1.2 wrote."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return text.encode("raw_unicode_escape")
