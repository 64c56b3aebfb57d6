"""Reading HDF5 files that a stranger may have made: nothing outside of the file, nothing larger than the file.

A link may name another file, external storage may name any file of the disk, and a declared shape costs its writer
nothing. So names are followed step by step over hard links only, and sizes are checked before memory is taken.

Source: https://docs.hdfgroup.org/hdf5/latest/
"""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np

from .errors import FileError, brief

__all__ = ["attribute", "check_dataset", "child", "children", "holds", "numbers", "text", "texts", "total_numbers"]

_FILTERS = {"deflate", "shuffle", "fletcher32", "lzf"}  # those that h5py brings along; others would load plugins
_DEFLATE_RATIO = 1032  # how far deflate can shrink zeros, the most of those filters
_NUMBERS = "fiub"
_ATTRIBUTE_LIMIT = 1 << 28  # no attribute of a Keras file is longer


def child(group: Any, name: str) -> Any:
    """A member of a group, found over hard links.

    Args:
        group: the open group.
        name: the member's name; may lead through groups, ``'dense_1/kernel:0'``.

    Raises:
        FileError: when it is missing, or is a link to another place or file.
    """
    found = group
    for part in str(name).split("/"):
        if part in ("", "."):
            continue
        if not isinstance(found, h5py.Group):
            raise FileError(f"load: expected a group on the way to {name!r}. Received: numbers")
        link = found.get(part, getlink=True)
        if link is None:
            raise FileError(f"load: expected {name!r} in the file. Received: a file without it")
        if not isinstance(link, h5py.HardLink):
            raise FileError(
                f"load: expected {name!r} to lie in the file itself. Received: a {type(link).__name__} to "
                f"{link.path!r}{' of ' + repr(link.filename) if isinstance(link, h5py.ExternalLink) else ''}"
            )
        found = found[part]
    return found


def holds(group: Any, name: str) -> bool:
    """Whether a name leads to something in the file itself; no link is followed to find out."""
    try:
        child(group, name)
    except FileError:
        return False
    return True


def children(group: Any) -> list[str]:
    """The names in a group."""
    return [str(name) for name in group]


def attribute(node: Any, name: str, default: Any = None) -> Any:
    """An attribute's value; ``default`` where there is none.

    Raises:
        FileError: when it declares more than the file can hold.
    """
    if name not in node.attrs:
        return default
    held = node.attrs.get_id(name)
    declared = int(np.prod(held.shape, dtype=object)) * held.get_type().get_size() if held.shape else 0
    if declared > min(_file_size(node), _ATTRIBUTE_LIMIT):
        raise FileError(f"load: expected attribute {name!r} to fit into the file. Received: one of {declared} bytes")
    return node.attrs[name]


def texts(value: Any) -> list[str]:
    """The strings of an attribute that holds a list of them.

    Raises:
        FileError: when it holds something else.
    """
    found = []
    for entry in np.ravel(np.asarray(value, dtype=object)).tolist():
        if not isinstance(entry, (bytes, str)):
            raise FileError(f"load: expected a list of names. Received: {type(entry).__name__}")
        found.append(text(entry))
    return found


def text(value: Any) -> str:
    """One string.

    Raises:
        FileError: when it is none.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, (bytes, str)):
        raise FileError(f"load: expected text. Received: {type(value).__name__}")
    try:
        return value.decode("utf-8") if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError as error:
        raise FileError(f"load: expected UTF-8 text. Received: other bytes ({brief(error)})") from None


def numbers(group: Any, name: str, limit: int | None = None) -> np.ndarray:
    """An array from a file.

    Args:
        group: the open group it lies in.
        name: its name.
        limit: how many numbers are wanted at most.

    Raises:
        FileError: when it is no array of numbers, lies outside of the file, or declares more than the file holds.
        ValueError: when it holds more than is wanted.
    """
    found = child(group, name)
    if not isinstance(found, h5py.Dataset):
        raise FileError(f"load: expected numbers at {name!r}. Received: {type(found).__name__}")
    count = check_dataset(found, name)
    if limit is not None and count > limit:
        raise ValueError(f"load: expected at most {limit} numbers at {name!r}. Received: shape {found.shape}")
    array = np.asarray(found[()])
    if array.dtype.kind not in _NUMBERS:
        # numpy has no bfloat16: it is the upper half of a float32
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return array


def _is_bfloat16(dataset: Any) -> bool:
    """Whether it is an array of Keras 3's own kind, two opaque bytes a number."""
    return dataset.dtype.kind == "V" and dataset.dtype.itemsize == 2 and attribute(dataset, "dtype") == "bfloat16"


def check_dataset(dataset: Any, name: str) -> int:
    """How many numbers a dataset holds, once it is known that they are in the file.

    Raises:
        FileError: when they are not, or are no numbers.
    """
    plist = dataset.id.get_create_plist()
    if dataset.is_virtual or plist.get_external_count():
        raise FileError(f"load: expected {name!r} to lie in the file itself. Received: one that lies in other files")
    dtype = dataset.dtype
    if dtype.kind not in _NUMBERS and not _is_bfloat16(dataset):
        raise FileError(f"load: expected numbers at {name!r}. Received: dtype {dtype}")
    if dataset.shape is None:
        raise FileError(f"load: expected numbers at {name!r}. Received: an empty dataspace")
    count = int(np.prod(dataset.shape, dtype=object)) if dataset.shape else 1
    declared, held = count * dtype.itemsize, dataset.id.get_storage_size()
    ratio = _DEFLATE_RATIO if _check_filters(plist, name) else 1
    size = _file_size(dataset)
    if held > size or declared > max(held, 0) * ratio:
        raise FileError(
            f"load: expected the numbers of {name!r} in the file of {size} bytes. "
            f"Received: a declared shape of {dataset.shape}, {declared} bytes"
        )
    if dataset.chunks is not None:
        chunk = int(np.prod(dataset.chunks, dtype=object)) * dtype.itemsize
        if chunk > max(4 * declared, 1 << 20):
            raise FileError(f"load: expected chunks no larger than {name!r}. Received: chunks of {chunk} bytes")
    return count


def _check_filters(plist: Any, name: str) -> bool:
    """Whether the numbers are packed.

    Raises:
        FileError: when a filter does it that is not built in.
    """
    for i in range(plist.get_nfilters()):
        code, _, _, given = plist.get_filter(i)
        label = {1: "deflate", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}.get(code)
        if label not in _FILTERS:
            raise FileError(f"load: expected {name!r} to be packed by deflate or lzf. Received: filter {given!r}")
    return plist.get_nfilters() > 0


def total_numbers(group: Any) -> int:
    """How many numbers all arrays below a group hold.

    Raises:
        FileError: when one of them declares more than the file holds.
    """
    total, waiting, seen = 0, [group], set()
    while waiting:
        here = waiting.pop()
        for name in children(here):
            if not isinstance(here.get(name, getlink=True), h5py.HardLink):
                continue  # refused when somebody asks for it
            found = here[name]
            address = h5py.h5o.get_info(found.id).addr
            if address in seen:
                continue  # two names of one object: a group may even hold itself
            seen.add(address)
            if isinstance(found, h5py.Group):
                waiting.append(found)
            elif isinstance(found, h5py.Dataset) and found.dtype.kind in _NUMBERS:
                total += check_dataset(found, name)
    return total


def _file_size(node: Any) -> int:
    return int(h5py.h5i.get_file_id(node.id).get_filesize())
