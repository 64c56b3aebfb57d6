"""Data sets of files: lines, records, tables.

Source: https://www.tensorflow.org/api_docs/python/tf/data
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from .._dtypes import as_dtype
from .._functions import text_or_tensor
from .._specs import TensorSpec
from .._texts import TextTensor
from ..errors import DataLossError, InvalidArgumentError, NotFoundError
from ..io.codecs import decode_csv
from ..io.files import matching_files, path_of
from ..io.records import tf_record_iterator
from .dataset import UNKNOWN, Dataset

__all__ = [
    "CsvDataset",
    "FixedLengthRecordDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "make_csv_dataset",
]


def _paths(filenames: Any) -> list[str]:
    if isinstance(filenames, Dataset):
        return [path_of(name) for name in filenames]
    if isinstance(filenames, (list, tuple)) or isinstance(filenames, TextTensor) and filenames.ndim:
        return [path_of(name) for name in filenames]
    return [path_of(filenames)]


class _FilesDataset(Dataset):
    """The records of files, one file after the other."""

    def __init__(self, filenames: Any, compression_type: Any = None) -> None:
        self._filenames, self._compression = filenames, compression_type
        super().__init__(self._all, UNKNOWN, self._described, kind=f"{type(self).__name__}V2")

    def _all(self) -> Iterator[Any]:
        for path in _paths(self._filenames):
            yield from self._records(path)

    def _records(self, path: str) -> Iterator[Any]:
        raise NotImplementedError

    def _described(self) -> Any:
        return TensorSpec((), "string")

    def _open(self, path: str) -> Any:
        if self._compression not in (None, "", "GZIP", "ZLIB"):
            raise InvalidArgumentError(
                f"{type(self).__name__}: expected compression_type to be None, 'GZIP' or 'ZLIB'. Received: "
                f"{self._compression!r}"
            )
        try:
            file = gzip.open(path, "rb") if self._compression == "GZIP" else open(path, "rb")
        except FileNotFoundError:
            raise NotFoundError(f"{path}; No such file or directory") from None
        if self._compression != "ZLIB":
            return file
        with file:
            return io.BytesIO(zlib.decompress(file.read()))


class TextLineDataset(_FilesDataset):
    """The lines of files.

    Args:
        filenames: the files.
        compression_type: None or ``'GZIP'``.
        buffer_size, num_parallel_reads: how TensorFlow reads, accepted.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(filenames, compression_type)

    def _records(self, path: str) -> Iterator[Any]:
        with self._open(path) as file:
            for line in file:
                yield TextTensor(line.rstrip(b"\n").rstrip(b"\r"))


class TFRecordDataset(_FilesDataset):
    """The records of files of records.

    Args:
        filenames: the files.
        compression_type: None, ``'GZIP'`` or ``'ZLIB'``.
        buffer_size, num_parallel_reads: how TensorFlow reads, accepted.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(filenames, compression_type)

    def _records(self, path: str) -> Iterator[Any]:
        self._open(path).close()
        try:
            for record in tf_record_iterator(path, self._compression):
                yield TextTensor(record)
        except (MemoryError, OverflowError):  # what stands where a length should is too large for one
            raise DataLossError(f"TFRecordDataset: expected a file of records. Received: {path}") from None


class FixedLengthRecordDataset(_FilesDataset):
    """The records of files whose records have one length.

    Args:
        filenames: the files.
        record_bytes: the length of a record.
        header_bytes: what to pass over at the beginning.
        footer_bytes: what to leave out at the end.
        buffer_size, num_parallel_reads: how TensorFlow reads, accepted.
        compression_type: None or ``'GZIP'``.
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(filenames, compression_type)
        self._sizes = record_bytes, header_bytes or 0, footer_bytes or 0

    def _records(self, path: str) -> Iterator[Any]:
        size, head, foot = self._sizes
        with self._open(path) as file:
            data = file.read()
        data = data[head : len(data) - foot]
        return (TextTensor(data[i : i + size]) for i in range(0, len(data) - size + 1, size))


class CsvDataset(_FilesDataset):
    """The lines of files of comma-separated values, as tuples of columns.

    Args:
        filenames: the files.
        record_defaults: for each column the value of an empty field, or a dtype.
        compression_type: None or ``'GZIP'``.
        buffer_size: how TensorFlow reads, accepted.
        header: whether the first line names the columns.
        field_delim: what separates fields.
        use_quote_delim: whether double quotes hold fields together.
        na_value: what else counts as an empty field.
        select_cols: which columns to take.
        exclude_cols: which columns to leave out.
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Any = None,
        exclude_cols: Any = None,
    ) -> None:
        super().__init__(filenames, compression_type)
        self._header, self._exclude = header, exclude_cols
        self._format = [record_defaults, field_delim, use_quote_delim, na_value, select_cols]

    def _described(self) -> Any:
        return tuple(TensorSpec((), _kind(default)) for default in self._format[0])

    def _records(self, path: str) -> Iterator[Any]:
        defaults, delim, quotes, missing, columns = self._format
        with self._open(path) as file:
            lines = (line.rstrip(b"\r\n") for line in file)
            if self._header:
                next(lines, None)
            for line in filter(None, lines):
                if self._exclude is not None:
                    count = line.count(delim.encode()) + 1
                    columns = [i for i in range(count) if i not in self._exclude]
                yield tuple(decode_csv(TextTensor(line), defaults, delim, quotes, missing, columns))


def _kind(default: Any) -> Any:
    """The type of a column: a dtype, or that of the value of an empty field."""
    try:
        return as_dtype(default)
    except TypeError:
        return as_dtype(text_or_tensor(default).dtype)


_BLANK = {"int32": 0, "int64": 0, "float32": 0.0, "float64": 0.0, "string": ""}


def _guessed(fields: list[str]) -> Any:
    """What an empty field of a column stands for, by the type of the others: whole numbers, floats or text."""
    given = [field for field in fields if field != ""]
    for kind, read in (("int32", int), ("float32", float)):
        try:
            for field in given:
                read(field)
        except ValueError:
            continue
        return _BLANK[kind]
    return _BLANK["string"]


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Any = None,
    column_defaults: Any = None,
    label_name: str | None = None,
    select_columns: Any = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: Any = None,
    num_parallel_reads: Any = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: Any = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:
    """The columns of files of comma-separated values, in batches: dicts by name, with a label apart where one is named.

    Args:
        file_pattern: the files, or a pattern of them.
        batch_size: rows in a batch.
        column_names: the columns' names; those of the first line when missing.
        column_defaults: for each column the value of an empty field, or a dtype; found from the first rows.
        label_name: the column that is given apart.
        select_columns: which columns to take, by name or number.
        field_delim: what separates fields.
        use_quote_delim: whether double quotes hold fields together.
        na_value: what else counts as an empty field.
        header: whether the first line names the columns.
        num_epochs: how often the rows come; without end when missing.
        shuffle: whether the rows come in random order.
        shuffle_buffer_size: from how many rows each is drawn.
        shuffle_seed: what the order depends on.
        prefetch_buffer_size, num_parallel_reads, sloppy: how TensorFlow reads, accepted.
        num_rows_for_inference: how many rows to find the types from; all when None.
        compression_type: None or ``'GZIP'``.
        ignore_errors: whether rows that cannot be read are passed over.
        encoding: of the text.

    Raises:
        ValueError: when no file matches, or the label is no column.
    """
    paths = list(matching_files(file_pattern))
    if not paths:
        raise ValueError(f"make_csv_dataset: expected files. Received: none that match {file_pattern!r}")
    opener = gzip.open if compression_type == "GZIP" else open
    quoting = csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE
    with opener(path_of(paths[0]), "rt", encoding=encoding, newline="") as file:
        rows = csv.reader(file, delimiter=field_delim, quoting=quoting)
        names = list(next(rows)) if header else None
        sample = list(itertools.islice(rows, num_rows_for_inference or None))
    names = list(column_names) if column_names is not None else names
    places = list(range(len(names)))
    if select_columns is not None:
        places = [names.index(c) if isinstance(c, str) else c for c in select_columns]
    chosen = [names[i] for i in places]
    if column_defaults is None:
        defaults = [_guessed(["" if row[i] == na_value else row[i] for row in sample]) for i in places]
    else:
        defaults = [_default(given) for given in column_defaults]
    if label_name is not None and label_name not in chosen:
        raise ValueError(f"make_csv_dataset: expected label_name to be one of {chosen}. Received: {label_name!r}")
    lines = CsvDataset(paths, defaults, compression_type, None, header, field_delim, use_quote_delim, na_value, places)

    def named(*values: Any) -> Any:
        found = OrderedDict(zip(chosen, values))
        return found if label_name is None else (found, found.pop(label_name))

    found = (lines.ignore_errors() if ignore_errors else lines).cache()
    if shuffle:
        found = found.shuffle(shuffle_buffer_size, shuffle_seed)
    return found.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None).map(named).prefetch(1)


def _default(value: Any) -> Any:
    """A column's default as ``decode_csv`` takes it: what an empty field of a dtype stands for, or the value."""
    try:
        return _BLANK[as_dtype(value).name]
    except (TypeError, KeyError):
        return value
