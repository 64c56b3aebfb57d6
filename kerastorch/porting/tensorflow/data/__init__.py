"""Data sets.

Source: https://www.tensorflow.org/api_docs/python/tf/data
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .._functions import refusing
from .dataset import AUTOTUNE, INFINITE, UNKNOWN, Dataset, DatasetIterator, DatasetSpec, Options
from .files import CsvDataset, FixedLengthRecordDataset, TextLineDataset, TFRecordDataset, make_csv_dataset

__all__ = [
    "AUTOTUNE",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "INFINITE_CARDINALITY",
    "Iterator",
    "Options",
    "TFRecordDataset",
    "TextLineDataset",
    "UNKNOWN_CARDINALITY",
    "experimental",
    "make_initializable_iterator",
    "make_one_shot_iterator",
]

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN
Iterator = DatasetIterator


def make_one_shot_iterator(dataset: Dataset) -> DatasetIterator:
    """An iterator, as TensorFlow 1 made them."""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Dataset) -> Any:
    """Not here."""
    return dataset.make_initializable_iterator()


def _assert_cardinality(expected: int) -> Any:
    """For ``Dataset.apply``: says how many elements there are."""
    return lambda dataset: Dataset(dataset._make, int(expected), dataset._spec, dataset._rows)


def _method(name: str) -> Any:
    """For ``Dataset.apply``: a method of the data set."""
    return lambda *args, **kwargs: lambda dataset: getattr(dataset, name)(*args, **kwargs)


def _shuffle_and_repeat(buffer_size: int, count: Any = None, seed: Any = None) -> Any:
    """For ``Dataset.apply``: the elements in random order, so many times over."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def _map_and_batch(map_func: Any, batch_size: int, *args: Any, drop_remainder: bool = False, **kwargs: Any) -> Any:
    """For ``Dataset.apply``: a function of each element, and batches."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


class _Policy:
    AUTO, FILE, DATA, OFF, HINT = 0, 1, 2, -1, 3


experimental = SimpleNamespace(
    AUTOTUNE=AUTOTUNE,
    AutoShardPolicy=_Policy,
    Counter=Dataset.counter,
    CsvDataset=CsvDataset,
    INFINITE_CARDINALITY=INFINITE,
    RandomDataset=Dataset.random,
    UNKNOWN_CARDINALITY=UNKNOWN,
    assert_cardinality=_assert_cardinality,
    bucket_by_sequence_length=_method("bucket_by_sequence_length"),
    cardinality=lambda dataset: dataset.cardinality(),
    choose_from_datasets=Dataset.choose_from_datasets,
    dense_to_ragged_batch=_method("ragged_batch"),
    enumerate_dataset=_method("enumerate"),
    get_single_element=lambda dataset: dataset.get_single_element(),
    group_by_window=_method("group_by_window"),
    ignore_errors=_method("ignore_errors"),
    load=Dataset.load,
    make_csv_dataset=make_csv_dataset,
    map_and_batch=_map_and_batch,
    parallel_interleave=_method("interleave"),
    prefetch_to_device=lambda *args, **kwargs: lambda dataset: dataset,
    sample_from_datasets=Dataset.sample_from_datasets,
    save=lambda dataset, path, **kwargs: dataset.save(path),
    scan=_method("scan"),
    shuffle_and_repeat=_shuffle_and_repeat,
    take_while=_method("take_while"),
    unbatch=_method("unbatch"),
    unique=_method("unique"),
)


__getattr__ = refusing(__name__)
