"""Columns of a table as what a network takes: the feature columns of TensorFlow, and the layer that runs them.

``tf.feature_column`` has the functions that make them; the columns are data, ``DenseFeatures`` holds the weights.

Source: https://www.tensorflow.org/api_docs/python/tf/feature_column
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import torch

from .. import initializers
from ..backend import names, text
from ..backend.fingerprints import concatenated, fingerprint64
from ..engine.layer import Layer

__all__ = ["DenseFeatures"]

_CROSS_KEY = 0xDECAFCAFFE  # where TensorFlow begins to join fingerprints
_WORD = 1 << 64
Ids = tuple[torch.Tensor, torch.Tensor]  # numbers of categories (batch, n), and which of them are there


def _raw(features: dict[str, Any], key: str) -> Any:
    """A feature of the data, (batch, n)."""
    if key not in features:
        raise ValueError(f"DenseFeatures: expected a feature {key!r}. Received: {sorted(features)}")
    found = features[key]
    if found.ndim == 0:
        raise ValueError(f"DenseFeatures: expected feature {key!r} to have a batch axis. Received: a scalar")
    return found.unsqueeze(-1) if found.ndim == 1 else found


def _texts(values: Any) -> list[bytes]:
    """Text, or whole numbers as their decimal text."""
    if isinstance(values, text.StringTensor):
        return list(text.text_of(values.as_subclass(torch.Tensor).flatten().tolist()))
    return [b"%d" % number for number in values.flatten().tolist()]


def _looked_up(values: Any, find: Callable[[bytes], int]) -> torch.Tensor:
    """What a function gives for each text; each different one is asked for once."""
    numbers = values.as_subclass(torch.Tensor) if isinstance(values, text.StringTensor) else values.to(torch.int64)
    different, places = torch.unique(numbers, return_inverse=True)
    if isinstance(values, text.StringTensor):
        different = different.as_subclass(text.StringTensor)
    found = torch.tensor([find(word) for word in _texts(different)], dtype=torch.int64, device=numbers.device)
    return found[places] if len(found) else numbers


def _present(values: Any) -> torch.Tensor:
    """Which entries are there: empty text and -1 stand for what is missing."""
    if isinstance(values, text.StringTensor):
        return values.as_subclass(torch.Tensor) != text.number_of("")
    return values != -1


class Column:
    """One column; subclasses are frozen dataclasses, whose fields are those of TensorFlow's configs."""

    @property
    def name(self) -> str:
        """What the column is sorted and its weights are named by."""
        return self.key  # type: ignore[attr-defined]

    def get_config(self) -> dict[str, Any]:
        """The fields, columns among them as ``{'class_name', 'config'}``."""
        return {field.name: _described(getattr(self, field.name)) for field in dataclasses.fields(self)}  # type: ignore


class DenseColumn(Column):
    """A column that gives numbers."""

    size: int

    def dense(self, features: dict[str, Any], layer: Layer) -> torch.Tensor:
        """(batch, size)."""
        raise NotImplementedError


class CategoricalColumn(Column):
    """A column that gives numbers of categories."""

    num_buckets: int

    def ids(self, features: dict[str, Any]) -> Ids:
        """The numbers, and which are there."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class NumericColumn(DenseColumn):
    """Numbers as they are, or as a function makes them."""

    key: str
    shape: tuple[int, ...] = (1,)
    default_value: Any = None
    dtype: str = "float32"
    normalizer_fn: Any = None

    @property
    def size(self) -> int:  # type: ignore[override]
        return math.prod(self.shape)

    def numbers(self, features: dict[str, Any]) -> torch.Tensor:
        """(batch, *shape)."""
        found = _raw(features, self.key)
        if isinstance(found, text.StringTensor):
            raise ValueError(f"DenseFeatures: expected numbers as feature {self.key!r}. Received: text")
        if self.normalizer_fn is not None:
            found = self.normalizer_fn(found)
        return found.to(torch.float32)

    def dense(self, features: dict[str, Any], layer: Layer) -> torch.Tensor:
        return self.numbers(features).flatten(1)


@dataclasses.dataclass(frozen=True)
class BucketizedColumn(DenseColumn, CategoricalColumn):
    """Numbers by the bucket that they fall into."""

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def _each(self) -> int:
        return len(self.boundaries) + 1

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.source_column.size * self._each

    @property
    def num_buckets(self) -> int:  # type: ignore[override]
        return self.size

    def _buckets(self, features: dict[str, Any]) -> torch.Tensor:
        numbers = self.source_column.numbers(features).flatten(1)
        edges = torch.tensor(self.boundaries, dtype=torch.float32, device=numbers.device)
        return torch.bucketize(numbers, edges, right=True)

    def dense(self, features: dict[str, Any], layer: Layer) -> torch.Tensor:
        return torch.nn.functional.one_hot(self._buckets(features), self._each).flatten(1).to(torch.float32)

    def ids(self, features: dict[str, Any]) -> Ids:
        buckets = self._buckets(features)
        found = buckets + self._each * torch.arange(buckets.shape[1], device=buckets.device)
        return found, torch.ones_like(found, dtype=torch.bool)


@dataclasses.dataclass(frozen=True)
class VocabularyListCategoricalColumn(CategoricalColumn):
    """The place in a list."""

    key: str
    vocabulary_list: tuple[Any, ...]
    dtype: str = "string"
    default_value: int = -1
    num_oov_buckets: int = 0

    @property
    def num_buckets(self) -> int:  # type: ignore[override]
        return len(self.vocabulary_list) + self.num_oov_buckets

    def ids(self, features: dict[str, Any]) -> Ids:
        values = _raw(features, self.key)
        encoded = [w if isinstance(w, bytes) else str(w).encode() for w in self.vocabulary_list]
        places = {word: place for place, word in enumerate(encoded)}

        def find(word: bytes) -> int:
            if word in places or not self.num_oov_buckets:
                return places.get(word, self.default_value)
            return len(places) + fingerprint64(word) % self.num_oov_buckets

        return _looked_up(values, find), _present(values)


@dataclasses.dataclass(frozen=True)
class HashedCategoricalColumn(CategoricalColumn):
    """A bucket by the hash."""

    key: str
    hash_bucket_size: int
    dtype: str = "string"

    @property
    def num_buckets(self) -> int:  # type: ignore[override]
        return self.hash_bucket_size

    def ids(self, features: dict[str, Any]) -> Ids:
        values = _raw(features, self.key)
        return _looked_up(values, lambda word: fingerprint64(word) % self.hash_bucket_size), _present(values)


@dataclasses.dataclass(frozen=True)
class IdentityCategoricalColumn(CategoricalColumn):
    """Whole numbers as they are."""

    key: str
    number_buckets: int
    default_value: int | None = None

    @property
    def num_buckets(self) -> int:  # type: ignore[override]
        return self.number_buckets

    def ids(self, features: dict[str, Any]) -> Ids:
        values = _raw(features, self.key)
        if isinstance(values, text.StringTensor) or values.is_floating_point():
            raise ValueError(f"DenseFeatures: expected whole numbers as feature {self.key!r}. Received: others")
        present, values = _present(values), values.to(torch.int64)
        outside = (values < 0) | (values >= self.number_buckets)
        if self.default_value is not None:
            return torch.where(outside, self.default_value, values), present
        if bool((outside & present).any()):
            raise ValueError(
                f"DenseFeatures: expected feature {self.key!r} to be from 0 to below {self.number_buckets}. "
                f"Received: {values[outside & present][0].item()}"
            )
        return values, present


@dataclasses.dataclass(frozen=True)
class CrossedColumn(CategoricalColumn):
    """Several columns together, by the hash of all of them."""

    keys: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None = None

    def _leaves(self) -> list[Any]:
        return [leaf for key in self.keys for leaf in (key._leaves() if isinstance(key, CrossedColumn) else [key])]

    @property
    def name(self) -> str:
        return "_X_".join(sorted(getattr(leaf, "name", leaf) for leaf in self._leaves()))

    @property
    def num_buckets(self) -> int:  # type: ignore[override]
        return self.hash_bucket_size

    @staticmethod
    def _words(features: dict[str, Any], leaf: Any) -> list[list[int]]:
        """For each sample the fingerprints of what a column gives: of text its hash, numbers as they are."""
        if isinstance(leaf, str):
            values = _raw(features, leaf)
            if not isinstance(values, text.StringTensor):
                return [[number % _WORD for number in row] for row in values.flatten(1).to(torch.int64).tolist()]
            width = values.shape[1]
            flat = [fingerprint64(word) for word in _texts(values)]
            return [flat[i : i + width] for i in range(0, len(flat), width)]
        numbers, present = leaf.ids(features)
        rows = zip(numbers.tolist(), present.tolist(), strict=True)
        return [[number % _WORD for number, there in zip(*row, strict=True) if there] for row in rows]

    def ids(self, features: dict[str, Any]) -> Ids:
        # TensorFlow joins columns before features of the data, whatever order they were named in
        leaves = sorted(self._leaves(), key=lambda leaf: isinstance(leaf, str))
        columns = [self._words(features, leaf) for leaf in leaves]
        first = self.hash_key or _CROSS_KEY
        rows = []
        for parts in zip(*columns, strict=True):
            row = []
            for words in itertools.product(*parts):
                joined = first
                for word in words:
                    joined = concatenated(joined, word)
                row.append(joined % self.hash_bucket_size)
            rows.append(row)
        width = max(map(len, rows), default=0)
        device = next(iter(features.values())).device
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], dtype=torch.int64, device=device)
        there = torch.tensor([[i < len(row) for i in range(width)] for row in rows], dtype=torch.bool, device=device)
        return ids.reshape(len(rows), width), there.reshape(len(rows), width)


@dataclasses.dataclass(frozen=True)
class IndicatorColumn(DenseColumn):
    """Categories as vectors that count them."""

    categorical_column: CategoricalColumn

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.categorical_column.num_buckets

    def dense(self, features: dict[str, Any], layer: Layer) -> torch.Tensor:
        numbers, present = self.categorical_column.ids(features)
        numbers, present = numbers.flatten(1), present.flatten(1)
        places = torch.where(present & (numbers >= 0), numbers, self.size)
        counts = torch.zeros(len(places), self.size + 1, device=places.device)
        return counts.scatter_add(1, places, torch.ones_like(places, dtype=counts.dtype))[:, : self.size]


@dataclasses.dataclass(frozen=True)
class EmbeddingColumn(DenseColumn):
    """Categories as vectors that are learnt."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str = "mean"
    initializer: Any = None
    ckpt_to_load_from: Any = None
    tensor_name_in_ckpt: Any = None
    max_norm: float | None = None
    trainable: bool = True
    use_safe_embedding_lookup: bool = True

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_embedding"

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.dimension

    @property
    def attribute(self) -> str:
        """Where the layer keeps the table."""
        return re.sub(r"\W", "_", f"{self.name}_weights")

    def create_state(self, layer: Layer) -> None:
        """Makes the table."""
        with names.name_scope(re.sub(r"[^A-Za-z0-9_.\-]", "_", self.name)):
            layer.add_weight(
                "embedding_weights",
                (self.categorical_column.num_buckets, self.dimension),
                initializer=self.initializer,
                trainable=self.trainable,
                attribute=self.attribute,
            )

    def dense(self, features: dict[str, Any], layer: Layer) -> torch.Tensor:
        numbers, present = self.categorical_column.ids(features)
        numbers, present = numbers.flatten(1), present.flatten(1)
        there = (present & (numbers >= 0)).unsqueeze(-1)
        vectors = getattr(layer, self.attribute)[numbers.clamp(min=0)]
        if self.max_norm is not None:
            vectors = vectors * (self.max_norm / vectors.norm(dim=-1, keepdim=True).clamp(min=self.max_norm))
        total, count = (vectors * there).sum(1), there.sum(1).clamp(min=1).to(vectors.dtype)
        return {"sum": total, "mean": total / count, "sqrtn": total / count.sqrt()}[self.combiner]


_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        NumericColumn,
        BucketizedColumn,
        VocabularyListCategoricalColumn,
        HashedCategoricalColumn,
        IdentityCategoricalColumn,
        CrossedColumn,
        IndicatorColumn,
        EmbeddingColumn,
    )
}


def _described(value: Any) -> Any:
    if isinstance(value, Column):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if isinstance(value, (list, tuple)):
        return [_described(entry) for entry in value]
    if isinstance(value, initializers.Initializer):
        found = initializers.serialize(value)
        if isinstance(value, initializers.TruncatedNormal):  # TensorFlow's own, whose config has a type
            found["config"]["dtype"] = "float32"
        return found
    return getattr(value, "__name__", value)


def _made(value: Any, custom_objects: dict[str, Any]) -> Any:
    """The column that a config describes; other values as they are."""
    if isinstance(value, (list, tuple)):
        return tuple(_made(entry, custom_objects) for entry in value)
    if not isinstance(value, dict) or value.get("class_name") not in _CLASSES:
        return value
    config = {key: _made(entry, custom_objects) for key, entry in value["config"].items()}
    if isinstance(config.get("initializer"), dict):
        told = config["initializer"]
        plain = {key: entry for key, entry in told["config"].items() if key != "dtype"}
        config["initializer"] = initializers.get({**told, "config": plain})
    function = config.get("normalizer_fn")
    if isinstance(function, str):
        if function not in custom_objects:
            raise ValueError(
                f"DenseFeatures: expected custom_objects to hold the normalizer_fn of {config['key']!r}. "
                f"Received: none named {function!r}"
            )
        config["normalizer_fn"] = custom_objects[function]
    return _CLASSES[value["class_name"]](**config)


class DenseFeatures(Layer):
    """Columns of a table side by side, in the order of their names.

    Args:
        feature_columns: dense columns of ``tf.feature_column``: numeric, bucketized, indicator and embedding ones.
        trainable: whether embeddings are learnt.
        name: name of the layer.
        partitioner: None; there is nothing to spread weights over.
        **kwargs: those of ``Layer``.

    Call arguments: ``cols_to_output_tensors``, a dict that is filled with what each column gives.

    Shape:
        a dict of (batch,) or (batch, n) by feature; output (batch, sum of the columns' sizes).

    Raises:
        ValueError: for columns that give no numbers, two columns of one name, or features that are missing.

    Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/DenseFeatures

    Example:
        >>> age = NumericColumn("age")
        >>> layer = DenseFeatures([age, BucketizedColumn(age, (18.0, 65.0))])
        >>> layer({"age": torch.tensor([10.0, 70.0])}).tolist()
        [[10.0, 1.0, 0.0, 0.0], [70.0, 0.0, 0.0, 1.0]]
    """

    capturable = False  # it looks at its data

    def __init__(
        self,
        feature_columns: Any,
        trainable: bool = True,
        name: str | None = None,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        if partitioner is not None:
            raise ValueError(f"DenseFeatures: expected partitioner=None. Received: {partitioner!r}")
        columns = [feature_columns] if isinstance(feature_columns, Column) else list(feature_columns)
        for column in columns:
            if not isinstance(column, DenseColumn):
                raise ValueError(
                    "DenseFeatures: expected columns that give numbers; indicator_column or embedding_column wraps a "
                    f"column of categories. Received: {column!r}"
                )
        self._feature_columns = sorted(columns, key=lambda column: column.name)
        for one, other in itertools.pairwise(self._feature_columns):
            if one.name == other.name:
                raise ValueError(f"DenseFeatures: expected columns of different names. Received: two of {one.name!r}")

    def build(self, input_shape: Any) -> None:
        for column in self._feature_columns:
            if isinstance(column, EmbeddingColumn):
                column.create_state(self)
        super().build(input_shape)

    def call(self, features: dict[str, Any], cols_to_output_tensors: Any = None, training: bool | None = None) -> Any:
        if not isinstance(features, dict):
            raise ValueError(f"Layer {self.name}: expected a dict of features. Received: {type(features).__name__}")
        found = [column.dense(features, self) for column in self._feature_columns]
        if cols_to_output_tensors is not None:
            cols_to_output_tensors.update(zip(self._feature_columns, found, strict=True))
        return torch.cat(found, -1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = list(input_shape.values()) if isinstance(input_shape, dict) else [input_shape]
        return (shapes[0][0], sum(column.size for column in self._feature_columns))

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        return self.compute_output_shape({key: tuple(x.shape) for key, x in args[0].items()}), torch.float32

    def _differs_in_training(self) -> bool:
        return False

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "feature_columns": _described(self._feature_columns), "partitioner": None}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> DenseFeatures:
        columns = _made(config["feature_columns"], custom_objects or {})
        return cls(**{**config, "feature_columns": columns})
