"""Files of records (TFRecord): length, checksum, bytes, checksum.

Source: https://www.tensorflow.org/tutorials/load_data/tfrecord
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from .._texts import TextTensor
from .files import path_of

__all__ = ["TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]


def _table() -> list[int]:
    table = []
    for i in range(256):
        value = i
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _table()


def _checksum(data: bytes) -> bytes:
    """Castagnoli's CRC-32 as record files mask it."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    value ^= 0xFFFFFFFF
    return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)


class TFRecordOptions:
    """How a file of records is compressed.

    Args:
        compression_type: ``''``, ``'GZIP'`` or ``'ZLIB'``.
        compression_level: from 0 to 9.
        **kwargs: sizes of buffers, accepted as in TensorFlow.
    """

    def __init__(
        self, compression_type: str | None = None, compression_level: int | None = None, **kwargs: Any
    ) -> None:
        self.compression_type = compression_type or ""
        self.compression_level = compression_level


class TFRecordWriter:
    """Writes records to a file.

    Args:
        path: the file.
        options: how it is compressed, ``TFRecordOptions`` or a name.
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        self._kind = getattr(options, "compression_type", options) or ""
        name = path_of(path)
        self._file: Any = gzip.open(name, "wb") if self._kind == "GZIP" else open(name, "wb")
        self._pack = zlib.compressobj() if self._kind == "ZLIB" else None

    def write(self, record: Any) -> None:
        """Writes one record."""
        data = bytes(TextTensor(record)) if not isinstance(record, bytes) else record
        length = struct.pack("<Q", len(data))
        whole = length + _checksum(length) + data + _checksum(data)
        self._file.write(self._pack.compress(whole) if self._pack else whole)

    def flush(self) -> None:
        """Writes what waits."""
        self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        if self._pack:
            self._file.write(self._pack.flush())
        self._file.close()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a file.

    Raises:
        DataLossError: for a file that ends within a record.
    """
    from ..errors import DataLossError

    kind, name = getattr(options, "compression_type", options) or "", path_of(path)
    with gzip.open(name, "rb") if kind == "GZIP" else open(name, "rb") as file:
        if kind == "ZLIB":
            import io

            file = io.BytesIO(zlib.decompress(file.read()))
        while head := file.read(12):
            if len(head) < 12:
                raise DataLossError(f"{name}: expected whole records. Received: a file that ends within one")
            (length,) = struct.unpack("<Q", head[:8])
            data = file.read(length)
            if len(data) < length or len(file.read(4)) < 4:
                raise DataLossError(f"{name}: expected whole records. Received: a file that ends within one")
            yield data
