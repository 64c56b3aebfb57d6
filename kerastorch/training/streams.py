"""What makes its batches itself: generators, ``Sequence``, torch data sets and loaders, as one kind of thing.

Source: Keras 2.2.4, ``keras.engine.training_generator``; https://docs.pytorch.org/docs/stable/data.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset, default_collate

from .. import eras
from ..backend.telling import warn
from ..engine import checks
from . import standardize
from .data import epoch_order
from .enqueuers import GeneratorEnqueuer, OrderedEnqueuer, Sequence, begin_epoch

__all__ = [
    "DatasetBatches",
    "Samples",
    "Stream",
    "as_arrays",
    "as_batches",
    "inputs_of",
    "is_stream",
    "split_dataset",
    "unpack",
]

_DEFAULT_BATCH = 32


class Samples(int):
    """A number of steps that Keras 1 gave as a number of samples: batches are taken until they hold as many."""


def is_sequence(source: Any) -> bool:
    """Whether it gives batches by number: a ``Sequence``, ours or one that is written like it."""
    return isinstance(source, Sequence) or (hasattr(source, "__getitem__") and hasattr(source, "on_epoch_end"))


def is_stream(source: Any) -> bool:
    """Whether it yields data by itself, so that there is nothing to slice.

    Example:
        >>> is_stream(iter([])), is_stream(np.zeros((2, 3))), is_stream([[1, 2], [3, 4]])
        (True, False, False)
    """
    if isinstance(source, (list, tuple, dict, str, range)) or standardize.is_array(source):
        return False
    if is_sequence(source) or isinstance(source, (Dataset, DataLoader)) or hasattr(source, "__next__"):
        return True
    return hasattr(source, "__iter__") and not any(hasattr(source, name) for name in ("__array__", "to_numpy", "nnz"))


def as_arrays(source: Any) -> tuple[Any, ...] | None:
    """The tensors of a ``TensorDataset`` as (x,), (x, y) or (x, y, weights): faster than one sample at a time."""
    if isinstance(source, TensorDataset) and len(source.tensors) <= 3:
        return source.tensors
    return None


def split_dataset(dataset: Any, part: float) -> tuple[Any, Any]:
    """Cuts the last part off a map-style data set, where ``validation_split`` cuts arrays.

    Raises:
        ValueError: for anything that has no positions to cut at, and when a side is left without samples.
    """
    if not isinstance(dataset, Dataset) or isinstance(dataset, IterableDataset):
        raise ValueError(
            "fit: expected validation_split=0 for data that cannot be cut; pass validation_data. "
            f"Received: validation_split={part} with {type(dataset).__name__}"
        )
    count = len(dataset)
    cut = int(count * (1.0 - part))
    if not 0 < cut < count:
        raise ValueError(
            f"fit: expected validation_split to leave samples on both sides. Received: validation_split={part} "
            f"of {count} samples"
        )
    return Subset(dataset, range(cut)), Subset(dataset, range(cut, count))


class DatasetBatches(Sequence):
    """The batches of a map-style torch data set.

    Args:
        dataset: gives samples by number.
        batch_size: samples in a batch.
        shuffle: True for a new order each epoch, ``'batch'`` to permute whole batches, False.

    Example:
        >>> batches = DatasetBatches([(1.0, 0), (2.0, 1), (3.0, 0)], batch_size=2)
        >>> len(batches), batches[1]
        (2, (tensor([3.], dtype=torch.float64), tensor([0])))
    """

    def __init__(self, dataset: Any, batch_size: int, shuffle: bool | str = False) -> None:
        if len(dataset) == 0:
            raise ValueError(f"{type(dataset).__name__}: expected a data set of at least one sample. Received: none")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self._order = np.arange(len(dataset))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size].tolist()
        fetch = getattr(self.dataset, "__getitems__", None)
        samples = fetch(rows) if callable(fetch) else [self.dataset[row] for row in rows]
        batch = default_collate(samples)
        return tuple(batch) if isinstance(batch, list) else batch

    def on_epoch_end(self) -> None:
        """Draws the next epoch's order, as fit does for arrays."""
        if self.shuffle:
            self._order = epoch_order(self._order.copy(), self.shuffle, self.batch_size)


def _gives_samples(source: Any) -> bool:
    return isinstance(source, Dataset) and not is_sequence(source)


def as_batches(source: Any, owner: str, batch_size: Any, shuffle: bool | str = False, lenient: bool = False) -> Any:
    """The source as something that yields batches; a torch data set is cut into them.

    Args:
        source: a stream.
        owner: the method that was called.
        batch_size: for a torch data set only.
        shuffle: likewise.
        lenient: whether a batch size that has no use is passed over.

    Raises:
        ValueError: for a batch size where the source has one of its own; in the later eras that is a warning.
    """
    if _gives_samples(source):
        size = checks.positive_int(owner, "batch_size", _DEFAULT_BATCH if batch_size is None else batch_size)
        if isinstance(source, IterableDataset):
            return DataLoader(source, batch_size=size)
        return DatasetBatches(source, size, shuffle)
    if batch_size is not None and not lenient:
        problem = (
            f"{owner}: expected batch_size=None, since {type(source).__name__} makes its batches itself. "
            f"Received: batch_size={batch_size}"
        )
        if eras.current().batch_size_of_streams == "refused":
            raise ValueError(problem)
        warn(f"{problem}; it has no effect")
    return source


class Stream:
    """Batches of one source, epoch after epoch, with the workers that make them ahead of time.

    Args:
        source: a ``Sequence``, a generator, or anything that can be iterated over again and again (a ``DataLoader``).
        owner: the method that was called, for messages.
        workers: threads or processes; 0 to make each batch when it is needed. What is None here and below, a
            ``Sequence`` says itself.
        max_queue_size: how many batches may wait.
        use_multiprocessing: processes instead of threads.
        shuffle: whether the batches of a ``Sequence`` come in random order.

    A ``with`` block ends the workers, whatever happens in it.

    Example:
        >>> with Stream(iter([1, 2, 3]), "fit", workers=0) as stream:
        ...     list(stream.epoch(2)), list(stream.epoch(2)), stream.ended
        ([1, 2], [3], True)
    """

    def __init__(
        self,
        source: Any,
        owner: str,
        *,
        workers: int | None = None,
        max_queue_size: int | None = None,
        use_multiprocessing: bool | None = None,
        shuffle: bool = False,
    ) -> None:
        self.source, self.owner = source, owner
        own = source if isinstance(source, Sequence) else Sequence  # a Sequence may say itself how it is read
        workers = own.workers if workers is None else workers
        max_queue_size = own.max_queue_size if max_queue_size is None else max_queue_size
        use_multiprocessing = own.use_multiprocessing if use_multiprocessing is None else use_multiprocessing
        self.workers = checks.positive_int(owner, "workers", workers, zero=True)
        self.max_queue_size = checks.positive_int(owner, "max_queue_size", max_queue_size) if self.workers else 0
        self.use_multiprocessing, self.shuffle = bool(use_multiprocessing), bool(shuffle)
        self.ordered = is_sequence(source)
        self.endless = self.ordered or hasattr(source, "__next__")  # else a new iterator begins a new epoch
        self.ended = False
        self._told = False
        self._batches: Iterator[Any] | None = None
        self._enqueuer: Any = None
        self._most: int | None = None
        self._ahead: list[Any] = []
        if not self.endless and not hasattr(source, "__iter__"):
            raise TypeError(
                f"{owner}: expected a generator, a Sequence or a DataLoader. Received: {type(source).__name__}"
            )
        if not self.endless and (self.use_multiprocessing or self.workers > 1):
            warn(f"{owner}: workers and use_multiprocessing have no effect on {type(source).__name__}.")
        elif not self.ordered and self.use_multiprocessing and self.workers > 1:
            warn(
                f"{owner}: several processes that each run a generator give every batch several times; use a "
                "keras.utils.Sequence."
            )

    def __len__(self) -> int:
        """The number of batches in an epoch.

        Raises:
            TypeError: when the source has none.
        """
        if self.endless and not self.ordered:
            raise TypeError(f"{type(self.source).__name__} has no length")
        return len(self.source)

    def steps(self, given: Any, name: str, *, needed: bool) -> Any:
        """How many batches make an epoch: what was given, else the source's length, else None.

        Args:
            given: the argument.
            name: its name.
            needed: whether a source without a length is refused.

        Raises:
            ValueError: when it is no positive number, or missing and needed.
        """
        if given is not None:
            if isinstance(given, bool) or not isinstance(given, (int, float, np.number)) or not given > 0:
                raise ValueError(f"{self.owner}: expected {name} to be a positive number. Received: {name}={given!r}")
            return -(-given // self._rows_ahead()) if isinstance(given, Samples) else given
        try:
            count = len(self)
        except (TypeError, NotImplementedError, AttributeError):
            count = None
        if count == 0:
            raise ValueError(
                f"{self.owner}: expected at least one batch. Received: {type(self.source).__name__} of length 0"
            )
        if count is None and needed:
            raise ValueError(
                f"{self.owner}: expected {name} for a generator, which has no length; or use a keras.utils.Sequence. "
                f"Received: {name}=None"
            )
        return count

    def start(self) -> Stream:
        """Starts the workers, if they do not run yet."""
        if self._batches is None:
            self._batches = self._iterate()
        return self

    def _iterate(self) -> Iterator[Any]:
        if not self.endless:
            return iter(self.source)
        if self.workers == 0:
            return _in_order(self.source) if self.ordered else self.source
        if self.ordered:
            self._enqueuer = OrderedEnqueuer(self.source, self.use_multiprocessing, self.shuffle)
        else:
            self._enqueuer = GeneratorEnqueuer(self.source, self.use_multiprocessing)
        self._enqueuer.limit = self._most
        self._enqueuer.start(self.workers, self.max_queue_size)
        return self._enqueuer.get()

    def expect(self, steps: int | float | None, epochs: int = 1) -> None:
        """Says how many batches will be asked for at most, so that workers make no others."""
        self._most = None if steps is None else math.ceil(steps) * epochs
        if self._enqueuer is not None:
            self._enqueuer.limit = self._most

    def peek(self) -> Any:
        """The next batch, which ``epoch`` will give again; None when there is none."""
        self.start()
        if not self._ahead:
            self._ahead = [batch for _, batch in zip(range(1), self._batches)]
        return self._ahead[0] if self._ahead else None

    def _rows_ahead(self) -> int:
        """How many samples the next batch has."""
        leaf = self.peek()
        while isinstance(leaf, (tuple, list, dict)) and leaf:
            leaf = next(iter(leaf.values())) if isinstance(leaf, dict) else leaf[0]
        return max(1, len(leaf)) if hasattr(leaf, "shape") and len(leaf.shape) else 1

    def epoch(self, steps: int | float | None) -> Iterator[Any]:
        """The batches of one epoch; ``ended`` tells afterwards whether the source had too few.

        Args:
            steps: how many; None for all there are.
        """
        self.start()
        taken, fresh = 0, False
        while steps is None or taken < steps:
            try:
                batch = self._ahead.pop() if self._ahead else next(self._batches)
            except StopIteration:
                if self.endless or fresh or steps is None:
                    self.ended = self.endless or not taken
                    break
                if self._runs_out() and self._cut(steps, taken):
                    break
                self._batches, fresh = self._iterate(), True  # a loader starts over
                continue
            taken, fresh = taken + 1, False
            yield batch
        if not self.endless and steps in (None, _length_or_none(self.source)):
            self._batches = None  # the loader's own epoch is over

    def _runs_out(self) -> bool:
        """Whether the source is a data set of TensorFlow's, which later Kerases do not begin again within an epoch."""
        return hasattr(self.source, "element_spec") and eras.current().short_data_sets != "restart"

    def _cut(self, steps: int | float, taken: int) -> bool:
        """Whether the epoch ends here, since the data did: training too in tf.keras, while Keras 3 goes on after it."""
        if eras.current().short_data_sets == "end":
            self.ended = True
            return True
        if taken and not self._told:
            self._told = True
            warn(
                f"{self.owner}: expected {steps} batches an epoch; add .repeat() to the data set, or leave "
                f"steps_per_epoch out. Received: {taken}, so that epochs end early",
                UserWarning,
            )
        if taken:
            self._batches = None  # the next epoch begins the data again
        return bool(taken)

    def close(self) -> None:
        """Ends the workers."""
        if self._enqueuer is not None:
            self._enqueuer.stop()
        self._batches = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def _length_or_none(source: Any) -> int | None:
    try:
        return len(source)
    except (TypeError, NotImplementedError):
        return None


def _in_order(sequence: Any) -> Iterator[Any]:
    """A sequence's batches without workers, for ever."""
    while True:
        begin_epoch(sequence)
        yield from sequence if hasattr(sequence, "__iter__") else map(sequence.__getitem__, range(len(sequence)))
        if eras.current().inline_epoch_end:
            sequence.on_epoch_end()


def _problem(batch: Any, owner: str) -> ValueError:
    kind = f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, (tuple, list)) else type(batch).__name__
    return ValueError(f"{owner}: expected batches (x, y) or (x, y, sample_weight). Received: {kind}")


def unpack(batch: Any, owner: str, needs_targets: bool) -> tuple[Any, Any, Any]:
    """A batch as inputs, targets and weights.

    Args:
        batch: what the source yielded.
        owner: the method that was called.
        needs_targets: whether the model's loss asks for targets.

    Raises:
        ValueError: for a batch that is not (x, y) or (x, y, sample_weight).
    """
    if isinstance(batch, (tuple, list)) and len(batch) in (2, 3):
        return batch[0], batch[1], batch[2] if len(batch) == 3 else None
    if not needs_targets and batch is not None:
        return batch[0] if isinstance(batch, (tuple, list)) and len(batch) == 1 else batch, None, None
    raise _problem(batch, owner)


def inputs_of(source: Any, owner: str, n_inputs: int) -> Callable[[Any], Any]:
    """A function that picks the inputs out of a batch for prediction.

    A tuple begins with the inputs and may go on with targets and weights; a list is the inputs of a model with several.
    A ``DataLoader`` makes lists of tuples, so its lists count as tuples unless they are as long as the model's inputs.

    Args:
        source: what yields the batches.
        owner: the method that was called.
        n_inputs: how many inputs the model has.
    """
    lists_are_tuples = isinstance(source, DataLoader)

    def pick(batch: Any) -> Any:
        if lists_are_tuples and isinstance(batch, list):
            all_inputs = n_inputs > 1 and len(batch) == n_inputs and all(standardize.is_array(x) for x in batch)
            batch = batch if all_inputs else tuple(batch)
        if isinstance(batch, tuple):
            if not 1 <= len(batch) <= 3:
                raise _problem(batch, owner)
            return batch[0]
        return batch

    return pick
