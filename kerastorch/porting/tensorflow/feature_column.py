"""What makes columns for ``keras.layers.DenseFeatures``.

Source: https://www.tensorflow.org/api_docs/python/tf/feature_column
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ... import initializers
from ...layers.feature_columns import (
    BucketizedColumn,
    CategoricalColumn,
    CrossedColumn,
    EmbeddingColumn,
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    IndicatorColumn,
    NumericColumn,
    VocabularyListCategoricalColumn,
)
from . import io
from ._dtypes import as_dtype

__all__ = [
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "make_parse_example_spec",
    "numeric_column",
]


def _checked_key(owner: str, key: Any) -> str:
    if not isinstance(key, str):
        raise ValueError(f"{owner}: expected key to be a string. Received: key={key!r}")
    return key


def _positive(owner: str, name: str, value: Any) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{owner}: expected {name} to be a positive integer. Received: {name}={value!r}")
    return value


def _categorical(owner: str, column: Any) -> CategoricalColumn:
    if not isinstance(column, CategoricalColumn):
        raise ValueError(f"{owner}: expected a column of categories. Received: {column!r}")
    return column


def numeric_column(
    key: str, shape: Any = (1,), default_value: Any = None, dtype: Any = "float32", normalizer_fn: Any = None
) -> NumericColumn:
    """Numbers as they are, or as ``normalizer_fn`` makes them."""
    owner = "numeric_column"
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    sizes = tuple(_positive(owner, "shape", size) for size in sizes)
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"{owner}: expected normalizer_fn to be a function. Received: {normalizer_fn!r}")
    if isinstance(default_value, (list, tuple)):
        default_value = tuple(default_value)
    elif default_value is not None:
        default_value = (default_value,) * math.prod(sizes)
    return NumericColumn(_checked_key(owner, key), sizes, default_value, as_dtype(dtype).name, normalizer_fn)


def bucketized_column(source_column: NumericColumn, boundaries: Sequence[float]) -> BucketizedColumn:
    """Numbers by the bucket that they fall into; each bucket begins with its boundary."""
    owner = "bucketized_column"
    if not isinstance(source_column, NumericColumn):
        raise ValueError(f"{owner}: expected source_column to be a numeric_column. Received: {source_column!r}")
    if len(source_column.shape) > 1:
        raise ValueError(f"{owner}: expected a source_column of one axis. Received: shape {source_column.shape}")
    edges = tuple(boundaries)
    if not edges or any(low >= high for low, high in zip(edges, edges[1:], strict=False)):
        raise ValueError(f"{owner}: expected boundaries that rise. Received: {list(edges)}")
    return BucketizedColumn(source_column, edges)


def categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1, num_oov_buckets: int = 0
) -> VocabularyListCategoricalColumn:
    """The place of a category in a list; others are ``default_value``, or hashed into ``num_oov_buckets``."""
    owner = "categorical_column_with_vocabulary_list"
    words = tuple(w.item() if hasattr(w, "item") else w for w in vocabulary_list)
    if not words or len(set(words)) < len(words):
        raise ValueError(f"{owner}: expected a vocabulary_list of different words. Received: {list(words)}")
    if num_oov_buckets and default_value not in (-1, None):
        raise ValueError(
            f"{owner}: expected default_value=-1 beside num_oov_buckets={num_oov_buckets}. "
            f"Received: default_value={default_value}"
        )
    kind = as_dtype(dtype).name if dtype is not None else "string" if isinstance(words[0], (str, bytes)) else "int64"
    words = tuple(w.decode() if isinstance(w, bytes) else w for w in words)
    return VocabularyListCategoricalColumn(_checked_key(owner, key), words, kind, default_value, num_oov_buckets)


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str,
    vocabulary_size: int | None = None,
    dtype: Any = "string",
    default_value: int | None = None,
    num_oov_buckets: int = 0,
    file_format: Any = None,
) -> VocabularyListCategoricalColumn:
    """The same with the words in a file, one a line."""
    if file_format is not None:
        raise ValueError(
            "categorical_column_with_vocabulary_file: expected a text file, file_format=None. "
            f"Received: {file_format!r}"
        )
    with open(vocabulary_file, encoding="utf-8") as file:
        words = [line.rstrip("\n") for line in file][:vocabulary_size]
    default = -1 if default_value is None else default_value
    return categorical_column_with_vocabulary_list(key, words, dtype, default, num_oov_buckets)


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = "string"
) -> HashedCategoricalColumn:
    """A bucket by the hash of a category."""
    owner = "categorical_column_with_hash_bucket"
    size = _positive(owner, "hash_bucket_size", hash_bucket_size)
    return HashedCategoricalColumn(_checked_key(owner, key), size, as_dtype(dtype).name)


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """Whole numbers below ``num_buckets`` as they are; others are ``default_value``, or an error without one."""
    owner = "categorical_column_with_identity"
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"{owner}: expected default_value to be below num_buckets. Received: {default_value}")
    return IdentityCategoricalColumn(
        _checked_key(owner, key), _positive(owner, "num_buckets", num_buckets), default_value
    )


def crossed_column(keys: Sequence[Any], hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Several features or columns of categories together, by the hash of all of them."""
    owner = "crossed_column"
    if len(keys) < 2:
        raise ValueError(f"{owner}: expected at least two keys. Received: {list(keys)}")
    for key in keys:
        if isinstance(key, HashedCategoricalColumn) or not isinstance(key, (str, CategoricalColumn)):
            raise ValueError(
                f"{owner}: expected keys to be names of features or columns of categories that do not hash. "
                f"Received: {key!r}"
            )
    return CrossedColumn(tuple(keys), _positive(owner, "hash_bucket_size", hash_bucket_size), hash_key)


def indicator_column(categorical_column: CategoricalColumn) -> IndicatorColumn:
    """Categories as vectors that count them."""
    return IndicatorColumn(_categorical("indicator_column", categorical_column))


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:
    """Categories as vectors that are learnt; those of several categories of a sample are combined."""
    owner = "embedding_column"
    if ckpt_to_load_from is not None or tensor_name_in_ckpt is not None:
        raise ValueError(f"{owner}: expected no checkpoint to load from. Received: {ckpt_to_load_from!r}")
    if combiner not in ("mean", "sum", "sqrtn"):
        raise ValueError(f"{owner}: expected combiner to be 'mean', 'sum' or 'sqrtn'. Received: {combiner!r}")
    size = _positive(owner, "dimension", dimension)
    made = (
        initializers.TruncatedNormal(0.0, 1 / math.sqrt(size)) if initializer is None else initializers.get(initializer)
    )
    column = _categorical(owner, categorical_column)
    return EmbeddingColumn(column, size, combiner, made, None, None, max_norm, trainable, use_safe_embedding_lookup)


def make_parse_example_spec(feature_columns: Sequence[Any]) -> dict[str, Any]:
    """What ``tf.io.parse_example`` needs to read the features of columns."""
    spec: dict[str, Any] = {}
    for column in feature_columns:
        _add_features(column, spec)
    return spec


def _add_features(column: Any, spec: dict[str, Any]) -> None:
    if isinstance(column, str):
        spec[column] = io.VarLenFeature(as_dtype("string"))
    elif isinstance(column, NumericColumn):
        spec[column.key] = io.FixedLenFeature(column.shape, as_dtype(column.dtype), column.default_value)
    elif isinstance(column, CrossedColumn):
        for key in column.keys:
            _add_features(key, spec)
    elif hasattr(column, "key"):
        spec[column.key] = io.VarLenFeature(as_dtype(getattr(column, "dtype", "int64")))
    else:
        _add_features(getattr(column, "source_column", None) or column.categorical_column, spec)
