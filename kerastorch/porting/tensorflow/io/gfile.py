"""File systems; the one of the machine.

Source: https://www.tensorflow.org/api_docs/python/tf/io/gfile
"""

from __future__ import annotations

import glob as python_glob
import os
import shutil
from collections.abc import Iterator
from typing import IO, Any

from ..errors import AlreadyExistsError, NotFoundError
from .files import path_of

__all__ = [
    "FastGFile",
    "GFile",
    "copy",
    "exists",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


def GFile(name: Any, mode: str = "r") -> IO[Any]:  # TensorFlow's name
    """An open file.

    Raises:
        NotFoundError: when it is not there.
    """
    path = path_of(name)
    try:
        return open(path, mode, encoding=None if "b" in mode else "utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"{path}; No such file or directory") from None


FastGFile = Open = GFile


def exists(path: Any) -> bool:
    """Whether a file or folder is there."""
    return os.path.exists(path_of(path))


def isdir(path: Any) -> bool:
    """Whether something is a folder."""
    return os.path.isdir(path_of(path))


def listdir(path: Any) -> list[str]:
    """What a folder holds."""
    return os.listdir(path_of(path))


def makedirs(path: Any) -> None:
    """Makes a folder, and those on the way."""
    os.makedirs(path_of(path), exist_ok=True)


def mkdir(path: Any) -> None:
    """Makes a folder."""
    os.mkdir(path_of(path))


def glob(pattern: Any) -> list[str]:
    """The files that patterns match."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [path for each in patterns for path in sorted(python_glob.glob(path_of(each)))]


def remove(path: Any) -> None:
    """Removes a file.

    Raises:
        NotFoundError: when it is not there.
    """
    try:
        os.remove(path_of(path))
    except FileNotFoundError:
        raise NotFoundError(f"{path_of(path)}; No such file or directory") from None


def rmtree(path: Any) -> None:
    """Removes a folder and what it holds."""
    shutil.rmtree(path_of(path))


def _make_way(path: str, overwrite: bool) -> None:
    if os.path.exists(path) and not overwrite:
        raise AlreadyExistsError(f"{path}; file already exists")


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copies a file.

    Raises:
        AlreadyExistsError: when there is one of that name, unless it may be overwritten.
    """
    _make_way(path_of(dst), overwrite)
    shutil.copyfile(path_of(src), path_of(dst))


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Moves a file.

    Raises:
        AlreadyExistsError: when there is one of that name, unless it may be overwritten.
    """
    _make_way(path_of(dst), overwrite)
    os.replace(path_of(src), path_of(dst))


def stat(path: Any) -> os.stat_result:
    """Size and times; ``.length`` is the size."""
    return _Stat(os.stat(path_of(path)))


class _Stat:
    def __init__(self, found: os.stat_result) -> None:
        self.length, self.mtime_nsec, self.is_directory = found.st_size, found.st_mtime_ns, found.st_mode & 0o40000 != 0


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator[tuple[str, list[str], list[str]]]:
    """Folders, and what each holds."""
    return os.walk(path_of(top), topdown, onerror)


def join(path: Any, *paths: Any) -> str:
    """Parts of a path as one."""
    return os.path.join(path_of(path), *(path_of(part) for part in paths))


Exists, IsDirectory, ListDirectory, MakeDirs, MkDir, Glob, Remove, DeleteRecursively, Copy, Rename, Stat, Walk = (
    exists, isdir, listdir, makedirs, mkdir, glob, remove, rmtree, copy, rename, stat, walk
)  # fmt: skip
