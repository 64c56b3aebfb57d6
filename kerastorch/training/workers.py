"""Threads and processes that compute batches for the queues of ``enqueuers``.

With ``use_multiprocessing`` each thread hands its work to a process of its own over a pipe and watches that process, so
one that is killed is an error here, not a wait without end.
"""

from __future__ import annotations

import contextlib
import gc
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import wait
from multiprocessing.pool import RemoteTraceback
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np

__all__ = ["GRACE", "AtOnce", "Done", "Workers", "failed", "threads"]

GRACE = 1.0  # seconds that a worker has to finish what it does before it is left alone or, as a process, ended
_START = threading.Lock()  # a process forked while another's pipe is being set up would keep that pipe open


class Done:
    """A result that is there already, or an error, asked for as of a ``Future``."""

    __slots__ = ("_value", "_error")

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self._value, self._error = value, error

    def result(self) -> Any:
        """The value.

        Raises:
            BaseException: the error that there was instead.
        """
        if self._error is not None:
            raise self._error
        return self._value


def failed(error: BaseException) -> Done:
    """What raises an error for the one who asks for the result."""
    return Done(error=error)


class AtOnce:
    """The work of a single thread, done by the thread that asks for it: handing a batch over costs more than many do.

    Args:
        task: what to compute.

    Example:
        >>> AtOnce(abs).submit(-2).result()
        2
    """

    def __init__(self, task: Callable) -> None:
        self._task = task

    def submit(self, argument: Any) -> Done:
        """``task(argument)``."""
        try:
            return Done(self._task(argument))
        except BaseException as error:  # whatever it is, it belongs to the one who waits for the batch
            return failed(error)

    def close(self) -> None:
        """Nothing is left to end."""


def threads(count: int, task: Callable) -> Workers | AtOnce:
    """What computes ``task(argument)`` in so many threads."""
    return AtOnce(task) if count == 1 else Workers(count, task)


class Workers:
    """Daemon threads, each with a process of its own where a context is given, that compute ``task(argument)``.

    Args:
        count: how many.
        task: what to compute.
        context: the multiprocessing context, or None for threads only.
        seed: process ``n`` seeds numpy's global generator with ``seed + n``; None leaves it as it was inherited.
    """

    def __init__(self, count: int, task: Callable, context: Any = None, seed: int | None = None) -> None:
        self._tasks: queue.SimpleQueue = queue.SimpleQueue()
        self._remotes: list[_Remote] = []
        try:
            for number in range(count if context is not None else 0):
                self._remotes.append(_Remote(context, task, None if seed is None else seed + number))
        except BaseException:
            self.close()
            raise
        for call in self._remotes or [task] * count:
            threading.Thread(target=self._serve, args=(call,), daemon=True).start()

    def submit(self, argument: Any) -> Future:
        """The future result of ``task(argument)``."""
        future: Future = Future()
        self._tasks.put((future, argument))
        return future

    def close(self) -> None:
        """Drops what waits, lets what runs finish for a moment, and ends the processes."""
        with contextlib.suppress(queue.Empty):
            while (waiting := self._tasks.get_nowait()) is not None:
                waiting[0].cancel()
        self._tasks.put(None)
        deadline = time.monotonic() + GRACE
        for remote in self._remotes:
            remote.close(deadline)

    def _serve(self, call: Callable) -> None:
        while (item := self._tasks.get()) is not None:
            future, argument = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call(argument)
            except BaseException as error:  # whatever it is, it belongs to the one who waits for the batch
                future.set_exception(error)
            else:
                future.set_result(result)
        self._tasks.put(None)  # for the next thread


class _Remote:
    """``task(argument)``, computed by a process that lives as long as this object is open."""

    def __init__(self, context: Any, task: Callable, seed: int | None) -> None:
        with _START:
            self._connection, theirs = context.Pipe()
            try:
                self._process = context.Process(target=_work, args=(self._connection, theirs, task, seed), daemon=True)
                self._process.start()
            finally:
                theirs.close()
        self._busy = threading.Lock()

    def __call__(self, argument: Any) -> Any:
        with self._busy:
            try:
                self._connection.send((argument,))
                wait([self._connection, self._process.sentinel])
                done, value, trace = self._connection.recv()
            except (EOFError, OSError):
                self._process.join(GRACE)
                code = self._process.exitcode
                raise RuntimeError(
                    f"A data worker process ended with exit code {code} while computing a batch."
                ) from None
        if done:
            return value
        raise value from RemoteTraceback(trace)

    def close(self, deadline: float) -> None:
        """Ends the process, by force when it is still busy at the deadline."""
        if self._busy.acquire(timeout=max(0.0, deadline - time.monotonic())):
            with contextlib.suppress(OSError):
                self._connection.send(None)
            self._process.join(max(0.0, deadline - time.monotonic()))
            self._busy.release()
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _work(parent_end: Any, connection: Any, task: Callable, seed: int | None) -> None:
    """What a worker process does: answers arguments with results or exceptions until it is told to end."""
    gc.freeze()  # a tensor of the parent's that was collected here would call on a GPU that this process cannot use
    parent_end.close()  # so that the pipe closes when the parent dies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if seed is not None:
        np.random.seed(seed)
    with contextlib.suppress(EOFError, OSError):
        for (argument,) in iter(connection.recv, None):
            connection.send_bytes(_answer(task, argument))


def _answer(task: Callable, argument: Any) -> Any:
    """The pickled triple: whether it went well, the result or the exception, the traceback's text."""
    try:
        value = task(argument)
    except Exception as error:
        answer = (False, error, traceback.format_exc())
        with contextlib.suppress(Exception):
            payload = ForkingPickler.dumps(answer)
            ForkingPickler.loads(payload)  # an exception may pickle and yet not unpickle
            return payload
        return ForkingPickler.dumps((False, RuntimeError(f"{type(error).__name__}: {error}"), answer[2]))
    try:
        return ForkingPickler.dumps((True, value, ""))
    except Exception as error:
        reason = f"A data worker process cannot send a batch of type {type(value).__name__}: {error}"
        return ForkingPickler.dumps((False, RuntimeError(reason), traceback.format_exc()))
