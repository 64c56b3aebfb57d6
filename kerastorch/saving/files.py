"""HDF5 files opened with clear errors, and any file written so that a kill leaves the old one or the new one."""

from __future__ import annotations

import io
import mmap
import os
import platform
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import h5py
import numpy as np

from .. import eras
from . import guard, heaps
from .errors import FileError, MissingFileError, as_file_errors, brief

__all__ = [
    "HEADER_LIMIT",
    "FileError",
    "MissingFileError",
    "as_text",
    "ending",
    "existing",
    "is_tensorflow_path",
    "is_zip",
    "make_folders",
    "reading",
    "reading_bytes",
    "replacing",
    "writing",
    "may_write",
    "read_names",
    "write_names",
]

_PARTIAL = ".partial"
HEADER_LIMIT = 64512  # bytes that HDF5 leaves for one attribute; longer lists are split as Keras splits them


def existing(filepath: Any, what: str = "a file") -> str:
    """The path as text.

    Raises:
        MissingFileError: when there is no such file.
        FileError: when it is no file, or one that only TensorFlow reads.
    """
    path = as_text(filepath)
    if os.path.isfile(f"{path}.index") or os.path.isfile(os.path.join(path, "saved_model.pb")):
        kind = "SavedModel" if os.path.isdir(path) else "checkpoint"
        raise FileError(
            f"load: expected {what}; load it with TensorFlow and save it as .h5 or .keras there. "
            f"Received: {path!r}, a {kind} of TensorFlow"
        )
    if not os.path.exists(path):
        raise MissingFileError(f"load: expected {what}. Received: {path!r}, which does not exist")
    if not os.path.isfile(path):
        raise FileError(f"load: expected {what}. Received: {path!r}, which is no file")
    return path


def as_text(filepath: Any) -> str:
    """A path of any kind as text.

    Raises:
        TypeError: when it is no path.
    """
    return os.fsdecode(os.fspath(filepath))


def ending(filepath: Any) -> str:
    """What a path ends in, in lower case; empty for an open HDF5 file or group.

    Example:
        >>> ending("model.H5"), ending("model.weights.h5"), ending("model")
        ('.h5', '.h5', '')
    """
    return "" if isinstance(filepath, h5py.Group) else os.path.splitext(as_text(filepath))[1].lower()


@contextmanager
def reading(filepath: Any) -> Iterator[Any]:
    """An HDF5 file, opened for reading; an open file or group is passed through.

    Raises:
        MissingFileError: when there is no such file.
        FileError: when it is no HDF5 file, or a truncated one.
    """
    if isinstance(filepath, h5py.Group):
        with as_file_errors("a whole Keras file"):
            yield filepath
        return
    path = existing(filepath, "an HDF5 file")
    with open(path, "rb") as stream:
        if os.fstat(stream.fileno()).st_size:
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                heaps.check(mapped, path)
    try:
        file = h5py.File(path, "r")
    except Exception as error:  # HDF5 raises many kinds for damaged files
        raise FileError(
            f"load: expected an HDF5 file. Received: {path!r}, which is none or is damaged ({brief(error)})"
        ) from None
    with file, as_file_errors(f"{path!r} to be a whole Keras file"):
        yield file


@contextmanager
def reading_bytes(data: bytes, name: str) -> Iterator[Any]:
    """An HDF5 file that is in memory, as a member of an archive is.

    Raises:
        FileError: when it is none, or a damaged one.
    """
    heaps.check(data, name)
    try:
        file = h5py.File(io.BytesIO(data), "r")
    except Exception as error:  # HDF5 raises many kinds for damaged files
        raise FileError(f"load: expected weights in {name!r}. Received: a damaged HDF5 file ({brief(error)})") from None
    with file, as_file_errors(f"{name!r} to be a whole Keras file"):
        yield file


@contextmanager
def writing(filepath: Any) -> Iterator[Any]:
    """An HDF5 file that takes the place of the old one only once it is complete.

    Raises:
        OSError: when the folder is missing or not writable.
    """
    if isinstance(filepath, h5py.Group):
        yield filepath
        return
    with replacing(filepath) as partial, h5py.File(partial, "w") as file:
        yield file


@contextmanager
def replacing(filepath: Any) -> Iterator[str]:
    """The path of a new file beside the old one, which it replaces when the block ends well.

    A kill at any moment leaves the old file or the new one. What is left of the new one then is deleted by the next
    write to the same path.

    Raises:
        OSError: when the folder is missing or not writable, or the path is that of a folder or device.
    """
    path = os.path.realpath(as_text(filepath))  # a link stays a link, and its target is replaced
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        raise MissingFileError(f"save: expected a folder to write to. Received: {folder!r}, which does not exist")
    if os.path.exists(path) and not os.path.isfile(path):
        raise FileError(f"save: expected the path of a file. Received: {path!r}, which is none")
    _sweep(folder, name)
    partial = os.path.join(folder, f"{_mark(name)}{os.getpid()}-{secrets.token_hex(4)}{_PARTIAL}")
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # with the rights that the umask leaves
    try:
        yield partial
        with open(partial, "rb+") as done:
            os.fsync(done.fileno())
        if os.path.exists(path):
            shutil.copymode(path, partial)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.unlink(partial)
        raise
    _sync(folder)


def _mark(name: str) -> str:
    """How the names of unfinished files begin that this machine writes in place of a file."""
    return f".{name[:100]}.{platform.node()[:30].replace(os.sep, '_')}-"


def _sweep(folder: str, name: str) -> None:
    """Deletes what killed processes of this machine left of a file."""
    if os.name != "posix":
        return
    mark = _mark(name)
    for entry in os.listdir(folder):
        owner = entry.removeprefix(mark).split("-")[0]
        if not entry.startswith(mark) or not entry.endswith(_PARTIAL) or not owner.isdigit():
            continue
        try:
            os.kill(int(owner), 0)  # asks whether it lives, and does nothing else
        except ProcessLookupError:
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, entry))
        except OSError:  # somebody else's process
            continue


def _sync(folder: str) -> None:
    """Makes a new name in a folder survive a crash of the machine, where the system can."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_zip(path: str) -> bool:
    """Whether a file is a zip archive; an HDF5 file that holds one is none."""
    return not h5py.is_hdf5(path) and zipfile.is_zipfile(path)


def is_tensorflow_path(filepath: Any, save_format: str | None = None) -> bool:
    """Whether tf.keras would write TensorFlow's own format: what it means there is a file of ours."""
    if isinstance(filepath, h5py.Group) or eras.current().plain_paths != "tensorflow":
        return False
    ending = os.path.splitext(os.fspath(filepath))[1]
    return save_format == "tf" or save_format is None and ending not in (".h5", ".hdf5", ".keras")


def make_folders(filepath: Any, save_format: str | None = None) -> None:
    """Makes the folder of a file where tf.keras would, for its own format."""
    if is_tensorflow_path(filepath, save_format):
        os.makedirs(os.path.dirname(os.path.abspath(os.fspath(filepath))), exist_ok=True)


def may_write(filepath: Any, overwrite: bool) -> bool:
    """Whether to write: asks at the terminal when the file exists and ``overwrite=False``."""
    if overwrite or isinstance(filepath, h5py.Group) or not os.path.isfile(as_text(filepath)):
        return True
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"[WARNING] {as_text(filepath)} already exists - overwrite? [y/n]").strip().lower()
    return answer == "y"


def write_names(group: Any, attribute: str, values: list[str]) -> None:
    """A list of names as an attribute, split over several where it is too long for one."""
    data = [value.encode("utf-8") for value in values]
    longest = max((len(value) for value in data), default=0)
    if longest > HEADER_LIMIT:
        raise ValueError(f"save: expected names of less than {HEADER_LIMIT} bytes. Received: one of {longest} bytes")
    per_chunk = max(1, HEADER_LIMIT // max(1, longest))
    if len(data) <= per_chunk:
        group.attrs[attribute] = _fixed(data)
        return
    for k, start in enumerate(range(0, len(data), per_chunk)):
        group.attrs[f"{attribute}{k}"] = _fixed(data[start : start + per_chunk])


def _fixed(data: list[bytes]) -> np.ndarray:
    """Names as fixed-length strings, as Keras's files have them."""
    return np.array(data, dtype=None if data else "S1")


def read_names(group: Any, attribute: str) -> list[str]:
    """The names that ``write_names`` wrote.

    Raises:
        FileError: when there are none.
    """
    found = guard.attribute(group, attribute)
    if found is not None:
        return guard.texts(found)
    names: list[str] = []
    k = 0
    while (found := guard.attribute(group, f"{attribute}{k}")) is not None:
        names += guard.texts(found)
        k += 1
    if k == 0:
        raise FileError(f"load: expected a Keras weight file. Received: an HDF5 file without {attribute!r}")
    return names
