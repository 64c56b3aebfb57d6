"""Batches made ahead of time: ``Sequence`` and the queues that workers fill from it or from a generator.

Source: https://keras.io/api/utils/python_utils/#sequence-class
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import queue
import random
import threading
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

from ..backend.telling import warn
from .workers import GRACE, AtOnce, Workers, failed, threads

__all__ = ["Sequence", "SequenceEnqueuer", "OrderedEnqueuer", "GeneratorEnqueuer"]


class _Length:
    """The length of its owner, unless a script's class has set an attribute of that name."""

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else len(owner)


class Sequence:
    """A data set that knows how many batches it has and gives each by its number.

    Subclasses write ``__getitem__`` and ``__len__``, and ``on_epoch_end`` where the data changes between epochs. Unlike
    a generator, workers can compute its batches at the same time and each sample is still seen once an epoch.

    Args:
        workers: how many of them, for methods that are not told; Keras 3 has these arguments here.
        use_multiprocessing: whether they are processes.
        max_queue_size: how many batches may wait.

    Example:
        >>> class Squares(Sequence):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> list(Squares())
        [0, 1, 4]
    """

    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10
    num_batches: Any = _Length()  # Keras 3's name for the number of batches

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    @abstractmethod
    def __getitem__(self, index: int) -> Any:
        """The batch at a position."""
        raise NotImplementedError(f"{type(self).__name__}: a Sequence needs a method __getitem__(self, index).")

    @abstractmethod
    def __len__(self) -> int:
        """The number of batches."""
        raise NotImplementedError(f"{type(self).__name__}: a Sequence needs a method __len__(self).")

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch."""

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]


def begin_epoch(sequence: Any) -> None:
    """Tells a sequence, where it wants to know, that an epoch begins."""
    begin = getattr(sequence, "on_epoch_begin", None)
    if begin is not None:
        begin()


class _WhenFew(threading.Condition):
    """Has a queue filled in bursts: once full, it asks for more when only ``low`` batches are left.

    A thread that makes one batch after each one taken would be in the way of every step, as Python runs one thread at
    a time.
    """

    def __init__(self, owner: queue.Queue, low: int) -> None:
        super().__init__(owner.mutex)
        self._owner, self._low = owner, low

    def notify(self, n: int = 1) -> None:
        if self._owner._qsize() <= self._low:
            super().notify(n)


class SequenceEnqueuer:
    """What both queues share: workers fill a queue that ``get()`` empties.

    Args:
        sequence: where the batches come from.
        use_multiprocessing: processes instead of threads.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.workers = 0
        self.limit: int | None = None  # how many batches will be asked for at most: no more are made ahead
        self._made = 0
        self.queue: queue.Queue | None = None
        self.run_thread: threading.Thread | None = None
        self.stop_signal: threading.Event | None = None
        self._workers: Workers | AtOnce | None = None

    def is_running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self.stop_signal is not None and not self.stop_signal.is_set()

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Starts the workers.

        Args:
            workers: how many.
            max_queue_size: how many batches may wait.

        Raises:
            ValueError: when one of them is below 1.
        """
        for name, value in (("workers", workers), ("max_queue_size", max_queue_size)):
            if value < 1:
                raise ValueError(f"{type(self).__name__}: expected {name} to be at least 1. Received: {name}={value!r}")
        self.workers = workers
        # no worker is ever without work while batches are wanted
        low = max(max_queue_size // 4, min(workers, max_queue_size - 1))
        self.queue = queue.Queue(max_queue_size)
        self.queue.not_full = _WhenFew(self.queue, low)
        self.stop_signal = threading.Event()
        self._workers = self._start_workers()
        self.run_thread = threading.Thread(target=self._main, daemon=True)
        self.run_thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Stops the workers; batches that wait are dropped.

        Args:
            timeout: how many seconds to wait for the thread that fills the queue.
        """
        if self.run_thread is None:
            return
        self.stop_signal.set()
        with self.queue.mutex:
            self.queue.queue.clear()
            self.queue.not_full.notify_all()
            self.queue.all_tasks_done.notify_all()
        # where it computes batches itself it may wait for data that never come
        self.run_thread.join(GRACE if timeout is None and isinstance(self._workers, AtOnce) else timeout)
        with self.queue.mutex:
            self.queue.queue.append(failed(CancelledError()))  # for one who still waits in get()
            self.queue.not_empty.notify_all()
        self._workers.close()

    def get(self) -> Iterator[Any]:
        """An iterator over the batches; a batch that is None is left out.

        Raises:
            Exception: whatever a worker raised.
        """
        try:
            while self.is_running():
                batch = self.queue.get().result()
                self.queue.task_done()
                if batch is not None:
                    yield batch
        except CancelledError:
            if self.is_running():
                raise
        except StopIteration:
            yield from self._rest()
        except Exception:
            self.stop()
            raise

    def _rest(self) -> Iterator[Any]:
        """What was under way when the first worker met the end of the data."""
        self.stop_signal.set()
        pending = []
        while self.run_thread.is_alive() or not self.queue.empty():
            with contextlib.suppress(queue.Empty):
                pending.append(self.queue.get(timeout=0.01))
        try:
            for future in pending:
                with contextlib.suppress(StopIteration):
                    batch = future.result()
                    if batch is not None:
                        yield batch
        finally:
            self.stop()

    def _enough(self) -> bool:
        return self.limit is not None and self._made >= self.limit

    def _put(self, argument: Any) -> None:
        self._made += 1
        self.queue.put(self._workers.submit(argument))

    def _main(self) -> None:
        try:
            self._run()
            if self._enough():
                self.queue.put(failed(StopIteration()))  # for one who asks for more all the same
        except BaseException as error:  # reaches the caller through get()
            self.queue.put(failed(error))

    @abstractmethod
    def _run(self) -> None:
        """Submits work and puts the futures on the queue until told to stop, or until there are enough."""

    @abstractmethod
    def _start_workers(self) -> Workers | AtOnce:
        """Workers that know the sequence as it is now."""


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of a ``Sequence``, epoch after epoch, in order whichever worker is faster.

    ``on_epoch_end`` of the sequence is called here, when the last batch of an epoch was taken; worker processes are
    restarted then, so that they see what it changed.

    Args:
        sequence: the ``Sequence``.
        use_multiprocessing: processes instead of threads.
        shuffle: whether Python's ``random`` orders the batches again in each epoch.

    Example:
        >>> class Squares(Sequence):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> enqueuer = OrderedEnqueuer(Squares())
        >>> enqueuer.start(workers=2, max_queue_size=4)
        >>> batches = enqueuer.get()
        >>> [next(batches) for _ in range(5)]
        [0, 1, 4, 0, 1]
        >>> enqueuer.stop()
    """

    def __init__(self, sequence: Sequence, use_multiprocessing: bool = False, shuffle: bool = False) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _start_workers(self) -> Workers | AtOnce:
        if not self.use_multiprocessing:
            return threads(self.workers, self.sequence.__getitem__)
        try:
            return Workers(self.workers, self.sequence.__getitem__, multiprocessing.get_context())
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ValueError(
                "OrderedEnqueuer: expected a Sequence that can be pickled, since processes are not forked here. "
                f"Received: {type(self.sequence).__name__} ({error})"
            ) from error

    def _run(self) -> None:
        order = list(range(len(self.sequence)))
        if not order:
            raise ValueError(
                f"{type(self.sequence).__name__}: expected a Sequence of at least one batch. Received: length 0"
            )
        while not self._enough():
            begin_epoch(self.sequence)
            if self.shuffle:
                random.shuffle(order)
            for index in order:
                if not self.is_running() or self._enough():
                    return
                self._put(index)
            with self.queue.all_tasks_done:
                while self.queue.unfinished_tasks and self.is_running():
                    self.queue.all_tasks_done.wait()
                whole = not self.queue.unfinished_tasks
            if not whole:
                return
            self.sequence.on_epoch_end()  # of the last epoch too, whoever stops the workers right after its last batch
            if not self.is_running():
                return
            if self.use_multiprocessing:
                self._workers.close()
                self._workers = self._start_workers()


class GeneratorEnqueuer(SequenceEnqueuer):
    """The batches of a generator, as workers draw them; with a finite one ``get()`` ends too.

    Threads share the generator, so with more than one it has to be thread-safe. Each process runs a copy of its own:
    with several, every batch comes several times.

    Args:
        sequence: the generator.
        use_multiprocessing: processes instead of threads.
        wait_time: has no effect, as in Keras since 2.1.
        random_seed: process ``n`` seeds numpy's global generator with ``random_seed + n``.

    Example:
        >>> enqueuer = GeneratorEnqueuer(iter([1, 2, 3]))
        >>> enqueuer.start(workers=1)
        >>> list(enqueuer.get())
        [1, 2, 3]
    """

    def __init__(
        self,
        sequence: Iterator,
        use_multiprocessing: bool = False,
        wait_time: float | None = None,
        random_seed: int | None = None,
    ) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.random_seed = random_seed
        if wait_time is not None:
            warn("GeneratorEnqueuer: wait_time has no effect.", DeprecationWarning)

    def _start_workers(self) -> Workers | AtOnce:
        if not self.use_multiprocessing:
            return threads(self.workers, self._next)
        if "fork" not in multiprocessing.get_all_start_methods():
            raise ValueError(
                "GeneratorEnqueuer: expected use_multiprocessing=False where processes cannot be forked, since a "
                "generator cannot be sent to another process. Received: use_multiprocessing=True"
            )
        context = multiprocessing.get_context("fork")
        return Workers(self.workers, self._next, context, self.random_seed)

    def _next(self, _: None) -> Any:
        try:
            return next(self.sequence)
        except ValueError as error:
            if "generator already executing" not in str(error):
                raise
            raise RuntimeError(
                "The generator is not thread-safe: with workers > 1 and use_multiprocessing=False several threads call "
                "it at once, so use workers=1, a lock around next(), or a Sequence."
            ) from error

    def _run(self) -> None:
        while self.is_running() and not self._enough():
            self._put(None)
