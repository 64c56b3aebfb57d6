"""Data sets.

Source: https://www.tensorflow.org/api_docs/python/tf/data
"""

from __future__ import annotations

from collections import abc
from types import SimpleNamespace
from typing import Any, NoReturn

from .._functions import refuse, refusing
from ..errors import FailedPreconditionError, OutOfRangeError
from .dataset import AUTOTUNE, INFINITE, UNKNOWN, Dataset, DatasetIterator, DatasetSpec, Options, OptionsPart
from .files import CsvDataset, FixedLengthRecordDataset, TextLineDataset, TFRecordDataset, make_csv_dataset
from .specs import probing

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

    def counted(dataset: Dataset) -> abc.Iterator[Any]:
        count = 0
        for item in dataset._make():
            count += 1
            yield item
        if count != expected and not probing():
            raise FailedPreconditionError(f"assert_cardinality: expected {expected} elements. Received: {count}")

    def apply(dataset: Dataset) -> Dataset:
        return Dataset(lambda: counted(dataset), int(expected), dataset._spec, kind="_AssertCardinalityDataset")

    return apply


def _method(name: str) -> Any:
    """For ``Dataset.apply``: a method of the data set."""
    return lambda *args, **kwargs: lambda dataset: getattr(dataset, name)(*args, **kwargs)


def _shuffle_and_repeat(buffer_size: int, count: Any = None, seed: Any = None) -> Any:
    """For ``Dataset.apply``: the elements in random order, so many times over."""
    return lambda dataset: _called("_ShuffleAndRepeatDataset", dataset.shuffle(buffer_size, seed).repeat(count))


def _map_and_batch(map_func: Any, batch_size: int, *args: Any, drop_remainder: bool = False, **kwargs: Any) -> Any:
    """For ``Dataset.apply``: a function of each element, and batches."""
    return lambda dataset: _called("_MapAndBatchDataset", dataset.map(map_func).batch(batch_size, drop_remainder))


def _to_device(device: Any, *args: Any, **kwargs: Any) -> Any:
    """For ``Dataset.apply``: the same elements, which reach the script on the device of the process anyhow."""
    return lambda dataset: Dataset(dataset._make, UNKNOWN, dataset._spec, kind="_PrefetchDataset")


def _called(kind: str, dataset: Dataset) -> Dataset:
    dataset._kind = kind
    return dataset


def _at(dataset: Dataset, index: int) -> Any:
    """One element by its number.

    Raises:
        OutOfRangeError: when there are fewer.
    """
    for found in dataset.skip(index).take(1):
        return found
    raise OutOfRangeError(f"tf.data.experimental.at: expected a number below the count of elements. Received: {index}")


class _Experimental(SimpleNamespace):
    """``tf.data.experimental``."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(f"data.experimental.{name}")


class _Policy:
    AUTO, FILE, DATA, OFF, HINT = 0, 1, 2, -1, 3


experimental = _Experimental(
    AUTOTUNE=AUTOTUNE,
    AutoShardPolicy=_Policy,
    AutotuneOptions=OptionsPart,
    Counter=Dataset.counter,
    CsvDataset=CsvDataset,
    DistributeOptions=OptionsPart,
    INFINITE_CARDINALITY=INFINITE,
    OptimizationOptions=OptionsPart,
    RandomDataset=Dataset.random,
    ThreadingOptions=OptionsPart,
    UNKNOWN_CARDINALITY=UNKNOWN,
    assert_cardinality=_assert_cardinality,
    at=_at,
    bucket_by_sequence_length=_method("bucket_by_sequence_length"),
    cardinality=lambda dataset: dataset.cardinality(),
    choose_from_datasets=Dataset.choose_from_datasets,
    copy_to_device=_to_device,
    dense_to_ragged_batch=_method("ragged_batch"),
    dense_to_sparse_batch=_method("sparse_batch"),
    enumerate_dataset=_method("enumerate"),
    from_list=Dataset.from_list,
    get_single_element=lambda dataset: dataset.get_single_element(),
    group_by_window=_method("group_by_window"),
    ignore_errors=_method("ignore_errors"),
    load=Dataset.load,
    make_csv_dataset=make_csv_dataset,
    map_and_batch=_map_and_batch,
    parallel_interleave=_method("interleave"),
    prefetch_to_device=_to_device,
    rejection_resample=_method("rejection_resample"),
    sample_from_datasets=Dataset.sample_from_datasets,
    save=lambda dataset, path, **kwargs: dataset.save(path),
    scan=_method("scan"),
    snapshot=_method("snapshot"),
    shuffle_and_repeat=_shuffle_and_repeat,
    take_while=_method("take_while"),
    unbatch=_method("unbatch"),
    unique=_method("unique"),
)


__getattr__ = refusing(__name__)
