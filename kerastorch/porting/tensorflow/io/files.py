"""Whole files.

Source: https://www.tensorflow.org/api_docs/python/tf/io
"""

from __future__ import annotations

import glob
import os
from typing import Any

from .._texts import TextTensor

__all__ = ["matching_files", "path_of", "read_file", "write_file"]


def path_of(value: Any) -> str:
    """A path out of text, a tensor of text or a ``Path``."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return bytes(TextTensor(value)).decode()


def read_file(filename: Any, name: str | None = None) -> TextTensor:
    """A file's bytes.

    Raises:
        NotFoundError: when it is not there.
    """
    from ..errors import NotFoundError

    path = path_of(filename)
    try:
        with open(path, "rb") as file:
            return TextTensor(file.read())
    except FileNotFoundError:
        raise NotFoundError(f"{path}; No such file or directory") from None


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Writes bytes to a file; folders on the way are made."""
    path = path_of(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(bytes(TextTensor(contents)))


def matching_files(pattern: Any, name: str | None = None) -> TextTensor:
    """The files that patterns match, sorted."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return TextTensor(sorted({path for each in patterns for path in glob.glob(path_of(each))}))
