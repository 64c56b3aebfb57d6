"""``tf.train.Example``: named lists of numbers or bytes, in protocol buffers' encoding, and how they are parsed.

Source: https://www.tensorflow.org/api_docs/python/tf/train/Example,
https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable
from .._dtypes import as_dtype
from .._functions import text_or_tensor
from .._texts import TextTensor
from ..arrays import stack
from ..ragged import RaggedTensor, stack_rows
from ..sparse import SparseTensor

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "VarLenFeature",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
]

FixedLenFeature = namedtuple("FixedLenFeature", "shape dtype default_value", defaults=(None,))
FixedLenSequenceFeature = namedtuple(
    "FixedLenSequenceFeature", "shape dtype allow_missing default_value", defaults=(False, None)
)
VarLenFeature = namedtuple("VarLenFeature", "dtype")
RaggedFeature = namedtuple("RaggedFeature", "dtype value_key partitions", defaults=(None, ()))


# --------------------------------------------------------------------- encoding


def _varint(value: int) -> bytes:
    value %= 1 << 64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: their numbers, and bytes or whole numbers."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _read_varint(data, at)
        elif kind == 2:
            length, at = _read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            width = 4 if kind == 5 else 8
            value, at = data[at : at + width], at + width
        yield number, value


class _List:
    """A list of values of one kind."""

    number = 0

    def __init__(self, value: Any = ()) -> None:
        self.value = list(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _List) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(value={self.value!r})"


class BytesList(_List):
    """A list of bytes."""

    number = 1

    def encoded(self) -> bytes:
        return b"".join(_field(1, v.encode() if isinstance(v, str) else bytes(v)) for v in self.value)

    @classmethod
    def decoded(cls, data: bytes) -> BytesList:
        return cls(value for _, value in _fields(data))


class FloatList(_List):
    """A list of floats."""

    number = 2

    def encoded(self) -> bytes:
        return _field(1, struct.pack(f"<{len(self.value)}f", *map(float, self.value))) if self.value else b""

    @classmethod
    def decoded(cls, data: bytes) -> FloatList:
        packed = b"".join(value for _, value in _fields(data))
        return cls(struct.unpack(f"<{len(packed) // 4}f", packed))


class Int64List(_List):
    """A list of whole numbers."""

    number = 3

    def encoded(self) -> bytes:
        return _field(1, b"".join(_varint(int(v)) for v in self.value)) if self.value else b""

    @classmethod
    def decoded(cls, data: bytes) -> Int64List:
        found: list[int] = []
        for _, value in _fields(data):
            if isinstance(value, int):
                found.append(value)
                continue
            at = 0
            while at < len(value):
                number, at = _read_varint(value, at)
                found.append(number)
        return cls(n - (1 << 64) if n >= 1 << 63 else n for n in found)


_LISTS = {"bytes_list": BytesList, "float_list": FloatList, "int64_list": Int64List}


class Feature:
    """One list of values, of one of three kinds."""

    def __init__(self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None) -> None:
        given = {"bytes_list": bytes_list, "float_list": float_list, "int64_list": int64_list}
        self.kind = next((name for name, value in given.items() if value is not None), None)
        for name, cls in _LISTS.items():
            setattr(self, name, given[name] if given[name] is not None else cls())

    @property
    def values(self) -> list[Any]:
        """The values, of whichever kind."""
        return getattr(self, self.kind).value if self.kind else []

    def WhichOneof(self, name: str) -> str | None:  # protocol buffers' name
        """The kind that there is."""
        return self.kind

    def encoded(self) -> bytes:
        if self.kind is None:
            return b""
        held = getattr(self, self.kind)
        return _field(held.number, held.encoded())

    @classmethod
    def decoded(cls, data: bytes) -> Feature:
        for number, value in _fields(data):
            for name, kind in _LISTS.items():
                if kind.number == number:
                    return cls(**{name: kind.decoded(value)})
        return cls()

    def __repr__(self) -> str:
        return f"Feature({self.kind}={self.values!r})"


class FeatureList:
    """A sequence of lists of values."""

    def __init__(self, feature: Any = ()) -> None:
        self.feature = list(feature)

    def encoded(self) -> bytes:
        return b"".join(_field(1, f.encoded()) for f in self.feature)

    @classmethod
    def decoded(cls, data: bytes) -> FeatureList:
        return cls(Feature.decoded(value) for _, value in _fields(data))


class _Map:
    """Values by name."""

    kind: Any = Feature

    def __init__(self, entries: Any) -> None:
        self.entries = dict(entries or {})

    def encoded(self) -> bytes:
        return b"".join(
            _field(1, _field(1, key.encode()) + _field(2, value.encoded())) for key, value in self.entries.items()
        )

    @classmethod
    def decoded(cls, data: bytes) -> Any:
        entries = {}
        for _, entry in _fields(data):
            parts = dict(_fields(entry))
            entries[parts.get(1, b"").decode()] = cls.kind.decoded(parts.get(2, b""))
        return cls(entries)


class Features(_Map):
    """Lists of values by name."""

    def __init__(self, feature: Any = None) -> None:
        super().__init__(feature)
        self.feature = self.entries


class FeatureLists(_Map):
    """Sequences of lists of values by name."""

    kind = FeatureList

    def __init__(self, feature_list: Any = None) -> None:
        super().__init__(feature_list)
        self.feature_list = self.entries


class Example:
    """Lists of values by name.

    Args:
        features: the lists.

    Example:
        >>> one = Example(Features({"x": Feature(int64_list=Int64List([1, -2]))}))
        >>> Example.FromString(one.SerializeToString()).features.feature["x"].int64_list.value
        [1, -2]
    """

    def __init__(self, features: Features | None = None) -> None:
        self.features = features if features is not None else Features()

    def SerializeToString(self) -> bytes:  # protocol buffers' name
        """The bytes of a record."""
        return _field(1, self.features.encoded())

    def ParseFromString(self, serialized: Any) -> int:  # protocol buffers' name
        """Reads the bytes of a record into this one."""
        data = bytes(serialized)
        for number, value in _fields(data):
            if number == 1:
                self.features = Features.decoded(value)
        return len(data)

    @classmethod
    def FromString(cls, serialized: Any) -> Example:  # protocol buffers' name
        """The record of some bytes."""
        found = cls()
        found.ParseFromString(serialized)
        return found

    def __repr__(self) -> str:
        return f"Example(features={self.features.feature!r})"


class SequenceExample:
    """Lists of values, and sequences of them, by name.

    Args:
        context: the lists.
        feature_lists: the sequences.
    """

    def __init__(self, context: Features | None = None, feature_lists: FeatureLists | None = None) -> None:
        self.context = context if context is not None else Features()
        self.feature_lists = feature_lists if feature_lists is not None else FeatureLists()

    def SerializeToString(self) -> bytes:  # protocol buffers' name
        """The bytes of a record."""
        return _field(1, self.context.encoded()) + _field(2, self.feature_lists.encoded())

    @classmethod
    def FromString(cls, serialized: Any) -> SequenceExample:  # protocol buffers' name
        """The record of some bytes."""
        parts = dict(_fields(bytes(serialized)))
        return cls(Features.decoded(parts.get(1, b"")), FeatureLists.decoded(parts.get(2, b"")))


# ---------------------------------------------------------------------- parsing


def _typed(values: list[Any], dtype: Any, shape: Any = None) -> Any:
    kind = as_dtype(dtype)
    if kind.name == "string":
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return TextTensor(array if shape is None else array.reshape(tuple(shape)))
    made = torch.tensor(values, dtype=kind.torch)
    return as_immutable(made if shape is None else made.reshape(tuple(shape)))


def _fixed(name: str, feature: Feature | None, spec: Any) -> Any:
    values = feature.values if feature is not None else []
    if values:
        return _typed(values, spec.dtype, spec.shape)
    if spec.default_value is None:
        raise ValueError(f"tf.io: expected a value of {name!r}, which has no default. Received: none")
    made = text_or_tensor(spec.default_value, spec.dtype)
    if isinstance(made, TextTensor):
        return TextTensor(np.broadcast_to(made.array, tuple(spec.shape)))
    return as_immutable(made.expand(tuple(spec.shape)))


def _one(features: dict[str, Feature], specs: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, spec in specs.items():
        feature = features.get(getattr(spec, "value_key", None) or name)
        values = feature.values if feature is not None else []
        if isinstance(spec, FixedLenFeature):
            found[name] = _fixed(name, feature, spec)
        elif isinstance(spec, FixedLenSequenceFeature):
            found[name] = _typed(values, spec.dtype, (-1, *spec.shape))
        elif isinstance(spec, VarLenFeature):
            places = np.arange(len(values))[:, None]
            found[name] = SparseTensor(places, _typed(values, spec.dtype), [len(values)])
        elif isinstance(spec, RaggedFeature):
            found[name] = _typed(values, spec.dtype)
        else:
            raise TypeError(f"tf.io: expected a feature's description for {name!r}. Received: {spec!r}")
    return found


def parse_single_example(
    serialized: Any, features: dict[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The values of one record.

    Args:
        serialized: its bytes.
        features: for each name what it holds: ``FixedLenFeature``, ``VarLenFeature`` …

    Raises:
        ValueError: when a value without a default is not there.
    """
    return _one(Example.FromString(bytes(TextTensor(serialized))).features.feature, features)


def parse_example(
    serialized: Any, features: dict[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The values of several records, one row each."""
    rows = [parse_single_example(record, features) for record in TextTensor(serialized)]
    return {key: _batched([row[key] for row in rows]) for key in features}


def _batched(values: list[Any]) -> Any:
    if isinstance(values[0], SparseTensor):
        longest = max(v.shape[0] for v in values)
        places = [(i, j) for i, v in enumerate(values) for j in range(v.shape[0])]
        flat = [item for v in values for item in np.asarray(v.values).tolist()]
        kind = values[0].dtype
        return SparseTensor(np.asarray(places).reshape(-1, 2), _typed(flat, kind), [len(values), longest])
    if len({tuple(v.shape) for v in values}) > 1:
        return stack_rows(values)
    return stack(values)


def parse_single_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values and the sequences of one record."""
    record = SequenceExample.FromString(bytes(TextTensor(serialized)))
    sequences = {}
    for key, spec in (sequence_features or {}).items():
        held = record.feature_lists.feature_list.get(key, FeatureList())
        rows = [_typed(feature.values, spec.dtype, getattr(spec, "shape", None)) for feature in held.feature]
        sequences[key] = stack(rows) if isinstance(spec, FixedLenSequenceFeature) else stack_rows(rows)
    return _one(record.context.feature, context_features or {}), sequences


def parse_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values and the sequences of several records, and the sequences' lengths."""
    parsed = [parse_single_sequence_example(r, context_features, sequence_features) for r in TextTensor(serialized)]
    contexts = {key: _batched([c[key] for c, _ in parsed]) for key in (context_features or {})}
    rows = {key: [s[key] for _, s in parsed] for key in (sequence_features or {})}
    lengths = {key: as_immutable(torch.tensor([len(r) for r in values])) for key, values in rows.items()}
    ragged = {key: stack_rows(values) for key, values in rows.items()}
    return contexts, {k: r.to_tensor() if isinstance(r, RaggedTensor) else r for k, r in ragged.items()}, lengths
