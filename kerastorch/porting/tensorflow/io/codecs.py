"""Bytes as numbers and back.

Source: https://www.tensorflow.org/api_docs/python/tf/io
"""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._dtypes import as_dtype, torch_type
from .._functions import text_or_tensor
from .._texts import TextTensor

__all__ = [
    "decode_base64",
    "decode_csv",
    "decode_raw",
    "encode_base64",
    "parse_tensor",
    "serialize_tensor",
]


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
    *,
    bytes: Any = None,
) -> Any:
    """Bytes as numbers of a type."""
    texts = TextTensor(input_bytes if input_bytes is not None else bytes)
    kind = as_dtype(out_type)
    order = np.dtype(kind.as_numpy_dtype).newbyteorder("<" if little_endian else ">")
    rows = [np.frombuffer(value, order).astype(kind.as_numpy_dtype) for value in texts.array.reshape(-1)]
    made = torch.from_numpy(np.stack(rows)) if rows else torch.zeros(0, dtype=kind.torch)
    return as_immutable(made.reshape(*texts.array.shape, *made.shape[1:]))


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> TextTensor:
    """Bytes as text, fit for addresses."""

    def encode(value: bytes) -> bytes:
        found = base64.urlsafe_b64encode(value)
        return found if pad else found.rstrip(b"=")

    return TextTensor(TextTensor(input).map(encode))


def decode_base64(input: Any, name: str | None = None) -> TextTensor:
    """The inverse of ``encode_base64``."""
    return TextTensor(TextTensor(input).map(lambda value: base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4))))


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Any = None,
    name: str | None = None,
) -> list[Any]:
    """The columns of lines of comma-separated values.

    Args:
        records: the lines.
        record_defaults: for each column the value of an empty field, or a dtype for a column that has none.
        field_delim: what separates fields.
        use_quote_delim: whether double quotes hold fields together.
        na_value: what else counts as an empty field.
        select_cols: which columns to take.

    Raises:
        ValueError: for an empty field of a column without a default.
    """
    lines = TextTensor(records)
    quoting = csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE
    rows = [
        next(csv.reader([line.decode()], delimiter=field_delim, quoting=quoting)) for line in lines.array.reshape(-1)
    ]
    if select_cols is not None:
        rows = [[row[i] for i in select_cols] for row in rows]
    columns = []
    for i, default in enumerate(record_defaults):
        kind, fallback = _default(default)
        fields = [row[i] if row[i] not in ("", na_value) else fallback for row in rows]
        if any(field is None for field in fields):
            raise ValueError(f"tf.io.decode_csv: expected a value in column {i}, which has no default. Received: none")
        columns.append(_column(fields, kind, lines.array.shape))
    return columns


def _default(default: Any) -> tuple[Any, Any]:
    """A column's dtype, and what an empty field stands for."""
    try:
        return as_dtype(default), None
    except (TypeError, ValueError):  # numpy finds no dtype in a tensor
        made = text_or_tensor(default)
        flat = made.array.reshape(-1) if isinstance(made, TextTensor) else made.reshape(-1).tolist()
        return as_dtype(made.dtype), flat[0] if len(flat) else None


def _column(fields: list[Any], kind: Any, shape: tuple[int, ...]) -> Any:
    if kind.name == "string":
        return TextTensor(np.asarray(TextTensor(fields).array).reshape(shape))
    read = float if kind.is_floating else int
    return as_immutable(torch.tensor([read(field) for field in fields], dtype=kind.torch).reshape(shape))


def serialize_tensor(tensor: Any, name: str | None = None) -> TextTensor:
    """A tensor as bytes, for ``parse_tensor``; numpy's file format, not TensorFlow's."""
    found = text_or_tensor(tensor)
    array = found.array.astype("S") if isinstance(found, TextTensor) else np.asarray(as_immutable(found))
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return TextTensor(buffer.getvalue())


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Any:
    """The inverse of ``serialize_tensor``.

    Raises:
        ValueError: when the bytes hold another type.
    """
    array = np.load(io.BytesIO(bytes(TextTensor(serialized))), allow_pickle=False)
    if as_dtype(out_type).name == "string":
        return TextTensor(array.astype(object))
    if torch_type(out_type) != torch.from_numpy(np.atleast_1d(array)).dtype:
        raise ValueError(f"tf.io.parse_tensor: expected {as_dtype(out_type).name}. Received: {array.dtype}")
    return as_immutable(torch.tensor(array))
