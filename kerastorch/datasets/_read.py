"""Readers of the files that data sets come in. Nothing in a file can run code.

The pickles among them (CIFAR's batches, the object arrays of IMDB and Reuters) hold arrays, lists, numbers and bytes;
anything else is refused, and arrays are built here rather than by what the file says.
"""

from __future__ import annotations

import functools
import gzip
import json
import math
import os
import pickle
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Any, BinaryIO

import numpy as np

__all__ = ["load_idx", "load_json", "load_npy", "load_npz", "load_pickle"]

_KINDS = "biufcSUO"  # dtypes that an array in a pickle may have


class _Dtype:
    """A dtype as a pickle describes it: a code such as ``'u1'``, then a state whose second item is the byte order."""

    def __init__(self, code: str | bytes, *_: Any) -> None:
        self._code = code.decode("ascii") if isinstance(code, bytes) else code
        self._order = "="

    def __setstate__(self, state: tuple) -> None:
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError(f"unknown byte order {order!r}")
        self._order = order

    def built(self) -> np.dtype:
        if self._code[:1] not in _KINDS or not self._code[1:].isdigit():
            raise pickle.UnpicklingError(f"refused dtype {self._code!r}")
        return np.dtype("O" if self._code[0] == "O" else self._order + self._code)


class _Array(np.ndarray):
    """An array whose content comes from a pickle."""

    def __setstate__(self, state: tuple) -> None:
        version, shape, dtype, is_fortran, content = state
        built, count = dtype.built(), math.prod(shape)
        kind, length = (list, count) if built.hasobject else (bytes, count * built.itemsize)
        if not isinstance(content, kind) or len(content) != length or any(n < 0 for n in shape):
            raise pickle.UnpicklingError(f"an array of shape {shape} and dtype {built} has other content")
        super().__setstate__((version, shape, built, bool(is_fortran), content))


def _reconstruct(*_: Any) -> np.ndarray:
    return np.ndarray.__new__(_Array, (0,), "u1")  # as numpy does it: an empty array, whose state is set after


def _frombuffer(content: bytes, dtype: _Dtype, shape: tuple, order: str) -> np.ndarray:
    return np.frombuffer(content, dtype.built()).reshape(shape, order=order).copy()


def _scalar(dtype: _Dtype, content: bytes) -> Any:
    return np.frombuffer(content, dtype.built())[0]


def _encode(text: str, encoding: str) -> bytes:
    return text.encode("latin1")  # how Python 3 writes bytes for Python 2


def _no_bytes() -> bytes:
    return b""  # how Python 3 writes empty bytes for Python 2


_ALLOWED = {
    ("numpy", "ndarray"): "ndarray",  # an argument of _reconstruct; nothing a file could call
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
}
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[_core + ".multiarray", "_reconstruct"] = _reconstruct
    _ALLOWED[_core + ".multiarray", "scalar"] = _scalar
    _ALLOWED[_core + ".numeric", "_frombuffer"] = _frombuffer


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is refused, as it could run code")
        return _ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to objects outside the file")


def _unpickle(file: BinaryIO) -> Any:
    return _Unpickler(file, encoding="bytes").load()


def _checked(path: str | os.PathLike, what: str, read: Callable[[], Any]) -> Any:
    """Reads; any way in which a file can be broken becomes one sentence."""
    try:
        return read()
    except FileNotFoundError:
        raise
    except (
        *(OSError, EOFError, ValueError, KeyError, TypeError, IndexError, AttributeError),
        *(pickle.UnpicklingError, zipfile.BadZipFile, zlib.error, MemoryError, OverflowError),
    ) as error:
        raise ValueError(
            f"Expected {what}. Received: {os.fspath(path)}, which is broken or of another kind ({error}); delete it to "
            "have it downloaded again."
        ) from error


def load_pickle(path: str | os.PathLike) -> dict[str, Any]:
    """The dict in one of CIFAR's batches, its keys as text.

    Raises:
        ValueError: when the file is broken, holds no dict, or asks for anything but plain data.
    """

    def read() -> dict[str, Any]:
        with open(path, "rb") as file:
            content = _unpickle(file)
        named = {key.decode("utf8") if isinstance(key, bytes) else key: value for key, value in content.items()}
        return {key: value.view(np.ndarray) if isinstance(value, _Array) else value for key, value in named.items()}

    return _checked(path, "a pickled dict of arrays and lists", read)


def load_npz(path: str | os.PathLike, names: Iterable[str]) -> list[np.ndarray]:
    """Arrays of a ``.npz`` file, object arrays of plain data among them.

    Raises:
        ValueError: when the file is broken, has no such array, or asks for anything but plain data.
    """

    def read() -> list[np.ndarray]:
        with zipfile.ZipFile(path) as archive:
            return [_read_npy(functools.partial(archive.open, name + ".npy")) for name in names]

    return _checked(path, f"an .npz file with the arrays {', '.join(names)}", read)


def load_npy(path: str | os.PathLike) -> np.ndarray:
    """The array of a ``.npy`` file, one of objects that are plain data among them.

    Raises:
        ValueError: when the file is broken or asks for anything but plain data.
    """
    return _checked(path, "an .npy file", lambda: _read_npy(lambda: open(path, "rb")))


def _read_npy(opened: Callable[[], IO[bytes]]) -> np.ndarray:
    with opened() as file:
        version = np.lib.format.read_magic(file)
        headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = headers[version](file)
        if dtype.hasobject:
            return np.asarray(_unpickle(file)).reshape(shape)
    with opened() as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def load_idx(path: str | os.PathLike) -> np.ndarray:
    """The bytes of a gzipped IDX file, the format of MNIST and Fashion-MNIST.

    Raises:
        ValueError: when the file is broken.
    """

    def read() -> np.ndarray:
        with gzip.open(path, "rb") as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:3] != b"\0\0\x08":  # two zeros, then the code of unsigned bytes
                raise ValueError("it does not begin as an IDX file of bytes")
            shape = np.frombuffer(file.read(4 * magic[3]), ">i4").tolist()
            content = file.read()
        if len(content) != math.prod(shape):
            raise ValueError(f"{math.prod(shape)} bytes are announced, {len(content)} are there")
        return np.frombuffer(bytearray(content), "u1").reshape(shape)

    return _checked(path, "a gzipped IDX file", read)


def load_json(path: str | os.PathLike) -> dict[str, int]:
    """The dict in a JSON file.

    Raises:
        ValueError: when the file is broken.
    """

    def read() -> dict[str, int]:
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    return _checked(path, "a JSON file", read)
