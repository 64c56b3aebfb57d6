"""Checks the part of an HDF5 file that the HDF5 library itself may never come back from.

Text of any length lies in collections, ``GCOL`` blocks of objects one after the other. The library walks along an
object's size without asking whether that leads backwards, so that a damaged size makes it walk in a circle for ever.

Source: https://docs.hdfgroup.org/hdf5/latest/_f_m_t3.html, III.E, Global Heap
"""

from __future__ import annotations

from .errors import FileError

__all__ = ["check"]

_MARK = b"GCOL\x01"
_HEADER, _OBJECT, _LEAST = 16, 16, 4096  # bytes of headers with 8-byte sizes; the smallest collection that is read


def check(data: bytes, what: str) -> None:
    """Walks along each collection of a file.

    Args:
        data: the file's bytes, or a mapping of them.
        what: its name, for the message.

    Raises:
        FileError: when an object does not end within its collection.
    """
    at = data.find(_MARK)
    while at >= 0:
        size = int.from_bytes(data[at + 8 : at + 16], "little")
        if size >= _LEAST and not _leads_on(data[at : at + size], size):
            raise FileError(f"load: expected texts that lie in {what!r} one after the other. Received: a damaged file")
        at = data.find(_MARK, at + 1)


def _leads_on(collection: bytes, size: int) -> bool:
    """Whether each object of a collection leads to the next."""
    place = _HEADER
    while place + _OBJECT <= min(size, len(collection)):
        number = int.from_bytes(collection[place : place + 2], "little")
        length = int.from_bytes(collection[place + 8 : place + 16], "little")
        step = _OBJECT + (length + 7) // 8 * 8 if number else length  # what is free counts its own header
        if step < _OBJECT or place + step > size:
            return False
        place += step
    return True
