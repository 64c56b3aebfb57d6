"""Strategies: here each has one replica, the process itself.

Training on several GPUs is torch's to start: https://docs.pytorch.org/docs/stable/distributed.html

Source: https://www.tensorflow.org/api_docs/python/tf/distribute
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import torch

from ._functions import refuse
from .reducing import reduce_mean, reduce_sum

__all__ = [
    "CentralStorageStrategy",
    "DistributedDataset",
    "DistributedValues",
    "HierarchicalCopyAllReduce",
    "InputContext",
    "InputOptions",
    "MirroredStrategy",
    "MultiWorkerMirroredStrategy",
    "NcclAllReduce",
    "OneDeviceStrategy",
    "ReduceOp",
    "ReductionToOneDevice",
    "ReplicaContext",
    "Strategy",
    "TPUStrategy",
    "cluster_resolver",
    "experimental",
    "get_replica_context",
    "get_strategy",
    "has_strategy",
    "in_cross_replica_context",
]


class ReduceOp(enum.Enum):
    """How the values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


class InputContext:
    """Which part of the data a replica reads: all of it."""

    num_input_pipelines = 1
    input_pipeline_id = 0
    num_replicas_in_sync = 1

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The whole batch."""
        return global_batch_size


class ReplicaContext:
    """What code that runs in a replica can ask."""

    replica_id_in_sync_group = 0
    num_replicas_in_sync = 1

    @property
    def strategy(self) -> Strategy:
        """The strategy in force."""
        return get_strategy()

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The value itself: there is one replica."""
        return value

    def merge_call(self, merge_fn: Callable, args: tuple = (), kwargs: dict | None = None) -> Any:
        """What the function gives for the strategy and the values."""
        return merge_fn(get_strategy(), *args, **(kwargs or {}))


class Strategy:
    """One replica on the device of the process.

    Args:
        *args, **kwargs: devices and ways of communicating, accepted as in TensorFlow.

    Example:
        >>> strategy = MirroredStrategy()
        >>> with strategy.scope():
        ...     strategy.num_replicas_in_sync
        1
    """

    num_replicas_in_sync = 1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.extended = SimpleNamespace(
            worker_devices=("/device:GPU:0" if torch.cuda.is_available() else "/device:CPU:0",)
        )
        self.cluster_resolver = None

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """A block in which ``get_strategy()`` gives this one."""
        global _current
        before = _current
        _current = self
        try:
            yield self
        finally:
            _current = before

    def run(self, fn: Callable, args: tuple = (), kwargs: dict[str, Any] | None = None, options: Any = None) -> Any:
        """What the function gives."""
        return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: int | None) -> Any:
        """The value, summed or averaged over an axis where one is given."""
        if axis is None:
            return value
        total = str(getattr(reduce_op, "value", reduce_op)).upper() == "SUM"
        return (reduce_sum if total else reduce_mean)(value, axis)

    def gather(self, value: Any, axis: int) -> Any:
        """The value itself."""
        return value

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The data set itself."""
        return dataset

    def distribute_datasets_from_function(self, dataset_fn: Callable, options: Any = None) -> Any:
        """The data set that the function makes."""
        return dataset_fn(InputContext())

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_distribute_values_from_function(self, value_fn: Callable) -> Any:
        """The value that the function makes."""
        return value_fn(ReplicaContext())

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of all replicas: one."""
        return (value,)

    def experimental_make_numpy_dataset(self, numpy_input: Any) -> Any:
        """The rows of arrays as a data set."""
        from .data import Dataset

        return Dataset.from_tensor_slices(numpy_input)


class MirroredStrategy(Strategy):
    """Several GPUs in TensorFlow; here the device of the process."""


class OneDeviceStrategy(Strategy):
    """The device of the process."""


class CentralStorageStrategy(Strategy):
    """Several GPUs in TensorFlow; here the device of the process."""


class MultiWorkerMirroredStrategy(Strategy):
    """Several machines in TensorFlow; here the process itself."""


class TPUStrategy(Strategy):
    """Not here.

    Raises:
        NotImplementedError: always.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refuse("distribute.TPUStrategy", "there is no TPU; tf.distribute.get_strategy() runs on the process's device")


DistributedDataset = DistributedValues = object


class _Accepted:
    """Options of communication, which there is none of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


HierarchicalCopyAllReduce = NcclAllReduce = ReductionToOneDevice = InputOptions = _Accepted

_default = Strategy()
_current: Strategy = _default


def get_strategy() -> Strategy:
    """The strategy whose ``scope()`` this is in, a plain one elsewhere."""
    return _current


def has_strategy() -> bool:
    """Whether this is in a strategy's ``scope()``."""
    return _current is not _default


def get_replica_context() -> ReplicaContext:
    """The replica: the process itself."""
    return ReplicaContext()


def in_cross_replica_context() -> bool:
    """False: there is one replica."""
    return False


class _NoCluster:
    """A cluster, which there is none of.

    Raises:
        ValueError: always, as TensorFlow does where none is found; scripts go on without then.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError("tf.distribute: expected a cluster or TPU to be found. Received: none, there is one process")

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Always refused."""
        cls()
        raise AssertionError


cluster_resolver = SimpleNamespace(
    TPUClusterResolver=_NoCluster, SimpleClusterResolver=_NoCluster, TFConfigClusterResolver=_NoCluster
)
experimental = SimpleNamespace(
    CentralStorageStrategy=CentralStorageStrategy,
    CollectiveCommunication=SimpleNamespace(AUTO="AUTO", NCCL="NCCL", RING="RING"),
    CommunicationImplementation=SimpleNamespace(AUTO="AUTO", NCCL="NCCL", RING="RING"),
    CommunicationOptions=_Accepted,
    MultiWorkerMirroredStrategy=MultiWorkerMirroredStrategy,
    TPUStrategy=TPUStrategy,
)
