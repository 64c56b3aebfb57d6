"""Sequence and the queues: order, epochs, errors and ends, with threads and with processes."""

import importlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from kerastorch.training.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, Sequence

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
BOTH = pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])


class Numbers(Sequence):
    def __init__(self, count=10, factor=1, delay=0.0):
        self.count, self.factor, self.delay = count, factor, delay

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        time.sleep(self.delay)
        return index * self.factor

    def on_epoch_end(self):
        self.factor *= 5


class Doing(Numbers):
    """Calls a function for each batch."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def __getitem__(self, index):
        return self.function(index)


def taken(enqueuer, count=None, **start):
    enqueuer.start(**{"workers": 3, "max_queue_size": 5, **start})
    try:
        batches = enqueuer.get()
        return list(batches) if count is None else [next(batches) for _ in range(count)]
    finally:
        enqueuer.stop()


@BOTH
def test_keeps_the_order_and_sees_what_an_epoch_changed(processes):
    got = taken(OrderedEnqueuer(Numbers(delay=0.001), use_multiprocessing=processes), 25)
    assert got == [*range(10), *(i * 5 for i in range(10)), *(i * 25 for i in range(5))]


def test_shuffles_with_pythons_generator():
    random.seed(3)
    first, second = list(range(10)), None
    random.shuffle(first)
    second = list(first)
    random.shuffle(second)
    random.seed(3)
    got = taken(OrderedEnqueuer(Numbers(), shuffle=True), 20)
    assert got == first + [i * 5 for i in second]


@BOTH
def test_two_at_a_time(processes):
    one, other = (OrderedEnqueuer(Numbers(4, factor), use_multiprocessing=processes) for factor in (1, 100))
    one.start(2, 3)
    other.start(2, 3)
    pairs = list(zip(one.get(), (next(other.get()) for _ in range(6))))
    one.stop()
    other.stop()
    assert pairs == [(0, 0), (1, 100), (2, 200), (3, 300), (0, 0), (5, 500)]


@BOTH
@pytest.mark.parametrize("batch", [np.arange(4).reshape(2, 2), torch.arange(3.0), (np.ones(2), {"a": [1]})], ids=type)
def test_batches_of_every_kind(batch, processes):
    got = taken(OrderedEnqueuer(Doing(lambda i: batch), use_multiprocessing=processes), 3)
    assert str(got) == str([batch] * 3) and type(got[0]) is type(batch)


@BOTH
def test_none_is_left_out(processes):
    got = taken(OrderedEnqueuer(Doing(lambda i: i if i % 2 else None), use_multiprocessing=processes), 7)
    assert got == [1, 3, 5, 7, 9, 1, 3]


def missing(index):
    raise IndexError(index, "is not there")


class Peculiar(Exception):
    def __init__(self, first, second):
        super().__init__("a message")


def peculiar(index):
    raise Peculiar(1, 2)


@BOTH
@pytest.mark.parametrize("make", ["sequence", "generator"])
def test_errors_reach_the_caller(make, processes):
    def failing():
        yield missing(0)

    if make == "sequence":
        enqueuer = OrderedEnqueuer(Doing(missing), use_multiprocessing=processes)
    else:
        enqueuer = GeneratorEnqueuer(failing(), use_multiprocessing=processes)
    with pytest.raises(IndexError, match="is not there"):
        taken(enqueuer, workers=1)
    assert not enqueuer.is_running()


def test_an_error_in_a_process_shows_where_it_was():
    with pytest.raises(IndexError) as caught:
        taken(OrderedEnqueuer(Doing(missing), use_multiprocessing=True))
    assert "in missing" in str(caught.value.__cause__)


def test_errors_and_batches_that_cannot_be_sent():
    with pytest.raises(RuntimeError, match="Peculiar: a message"):
        taken(OrderedEnqueuer(Doing(peculiar), use_multiprocessing=True))
    with pytest.raises(RuntimeError, match="cannot send a batch of type function"):
        taken(OrderedEnqueuer(Doing(lambda i: lambda: i), use_multiprocessing=True))


@pytest.mark.parametrize(
    "end", [lambda i: os.kill(os.getpid(), signal.SIGKILL), lambda i: os._exit(3)], ids=["-9", "3"]
)
def test_a_process_that_dies_is_an_error(end, request):
    code = request.node.callspec.id
    with pytest.raises(RuntimeError, match=f"ended with exit code {code} while computing a batch"):
        taken(OrderedEnqueuer(Doing(end), use_multiprocessing=True))


class NoLength(Numbers):
    def __len__(self):
        raise KeyError("length")


class BadEnd(Numbers):
    def on_epoch_end(self):
        raise KeyError("end")


@BOTH
@pytest.mark.parametrize(
    ("sequence", "error", "message"),
    [
        (NoLength(), KeyError, "length"),
        (BadEnd(2), KeyError, "end"),
        (Numbers(0), ValueError, "Numbers: expected a Sequence of at least one batch"),
        (Sequence(), NotImplementedError, "Sequence: a Sequence needs a method __len__"),
    ],
    ids=["length", "epoch end", "empty", "abstract"],
)
def test_errors_beside_the_batches_reach_the_caller(sequence, error, message, processes):
    with pytest.raises(error, match=message):
        taken(OrderedEnqueuer(sequence, use_multiprocessing=processes))


@pytest.mark.parametrize("name", ["workers", "max_queue_size"])
def test_wrong_numbers(name):
    with pytest.raises(ValueError, match=f"OrderedEnqueuer: expected {name} to be at least 1. Received: {name}=0"):
        OrderedEnqueuer(Numbers()).start(**{name: 0})


# Ends


@BOTH
@pytest.mark.parametrize("delay", [0.0, 30.0], ids=["full queue", "stuck workers"])
def test_stop_returns(delay, processes):
    enqueuer = OrderedEnqueuer(Numbers(100, delay=delay), use_multiprocessing=processes)
    enqueuer.start(3, 4)
    time.sleep(0.2)
    began = time.monotonic()
    enqueuer.stop()
    assert time.monotonic() - began < 5
    enqueuer.stop()
    assert not enqueuer.is_running() and multiprocessing.active_children() == []


def test_stop_ends_a_waiting_reader():
    enqueuer = OrderedEnqueuer(Numbers(delay=0.5))
    enqueuer.start(1, 1)
    got = []
    reader = threading.Thread(target=lambda: got.extend(enqueuer.get()), daemon=True)
    reader.start()
    time.sleep(0.1)
    enqueuer.stop()
    reader.join(5)
    assert not reader.is_alive() and got in ([], [0])


def test_stop_before_start():
    OrderedEnqueuer(Numbers()).stop()


@BOTH
def test_starts_again(processes):
    enqueuer = OrderedEnqueuer(Numbers(), use_multiprocessing=processes)
    assert taken(enqueuer, 3) == [0, 1, 2]
    assert taken(enqueuer, 3) == [0, 1, 2]


def test_processes_end_with_a_killed_parent(tmp_path):
    script = """
import multiprocessing, os, signal, sys
from kerastorch.training.enqueuers import OrderedEnqueuer, Sequence
class Numbers(Sequence):
    def __len__(self): return 5
    def __getitem__(self, index): return index
queues = [OrderedEnqueuer(Numbers(), use_multiprocessing=True) for _ in range(2)]
for each in queues:
    each.start(2, 2)
    next(each.get())
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    children = [int(pid) for pid in done.stdout.split()]
    assert len(children) == 4
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in children)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Generators


class Locked:
    def __init__(self, iterator):
        self.iterator, self.lock = iterator, threading.Lock()

    def __next__(self):
        with self.lock:
            return next(self.iterator)


def endless():
    number = 0
    while True:
        yield number
        number += 1


def slowly(count):
    for number in range(count):
        time.sleep(0.01)
        yield number


def test_an_endless_generator_of_one_thread_keeps_its_order():
    assert taken(GeneratorEnqueuer(endless()), 20, workers=1) == list(range(20))


def test_threads_share_a_generator():
    assert set(taken(GeneratorEnqueuer(Locked(endless())), 20)) <= set(range(30))


@pytest.mark.parametrize("size", [1, 10])
def test_finite_generators_end(size):
    assert taken(GeneratorEnqueuer(slowly(7)), workers=1, max_queue_size=size) == list(range(7))
    assert sorted(taken(GeneratorEnqueuer(Locked(slowly(30))), max_queue_size=size)) == list(range(30))
    assert taken(GeneratorEnqueuer(slowly(7), use_multiprocessing=True), workers=1, max_queue_size=size) == [*range(7)]
    assert taken(GeneratorEnqueuer(iter([])), workers=2, max_queue_size=size) == []


def test_each_process_runs_its_own_copy():
    got = taken(GeneratorEnqueuer(slowly(20), use_multiprocessing=True), workers=3)
    assert set(got) == set(range(20)) and len(got) > 20


def test_a_generator_that_threads_cannot_share():
    with pytest.raises(RuntimeError, match="The generator is not thread-safe"):
        taken(GeneratorEnqueuer(slowly(50)))


def test_random_seed():
    def draws():
        while True:
            time.sleep(0.01)
            yield np.random.randint(0, 1 << 30)

    got = taken(GeneratorEnqueuer(draws(), use_multiprocessing=True, random_seed=8), 20, workers=2)
    one, other = (set(np.random.RandomState(seed).randint(0, 1 << 30, 30)) for seed in (8, 9))
    assert set(got) <= one | other and set(got) & one and set(got) & other


def test_wait_time_warns():
    with pytest.warns(DeprecationWarning, match="wait_time has no effect"):
        GeneratorEnqueuer(endless(), wait_time=0.1)


def test_a_generator_needs_fork(monkeypatch):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(ValueError, match="cannot be sent to another process. Received: use_multiprocessing=True"):
        GeneratorEnqueuer(endless(), use_multiprocessing=True).start()


def test_spawned_processes(monkeypatch, tmp_path):
    spawn = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing, "get_context", lambda: spawn)
    (tmp_path / "sequence_for_spawn.py").write_text(
        "from kerastorch.training.enqueuers import Sequence\n"
        "class Squares(Sequence):\n"
        "    def __len__(self): return 4\n"
        "    def __getitem__(self, index): return index ** 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    squares = importlib.import_module("sequence_for_spawn").Squares()
    assert taken(OrderedEnqueuer(squares, use_multiprocessing=True), 5, workers=1) == [0, 1, 4, 9, 0]
    with pytest.raises(ValueError, match="expected a Sequence that can be pickled.* Received: Doing"):
        taken(OrderedEnqueuer(Doing(lambda i: i), use_multiprocessing=True), 1, workers=1)


def test_a_full_queue_is_filled_again_when_few_batches_are_left():
    """In bursts, since a thread that works between any two steps takes Python from them each time."""
    drawn = []

    def numbers():
        while True:
            drawn.append(len(drawn))
            yield drawn[-1]

    def settled():
        count = -1
        while count != len(drawn):
            count = len(drawn)
            time.sleep(0.05)
        return count

    enqueuer = GeneratorEnqueuer(numbers())
    enqueuer.start(workers=1, max_queue_size=8)
    batches = enqueuer.get()
    full = settled()
    assert full in (8, 9)  # one may be made that has no place yet
    assert [next(batches) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert settled() == full
    assert [next(batches) for _ in range(2)] == [5, 6]
    assert settled() >= full + 6
    enqueuer.stop()


@pytest.mark.parametrize("workers, size", [(1, 1), (3, 2), (4, 10)])
def test_no_worker_waits_while_batches_are_wanted(workers, size):
    at_once, most, lock = [0], [0], threading.Lock()

    class Slow(Numbers):
        def __getitem__(self, index):
            with lock:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            time.sleep(0.02)
            with lock:
                at_once[0] -= 1
            return index

    enqueuer = OrderedEnqueuer(Slow(60))
    enqueuer.start(workers=workers, max_queue_size=size)
    batches = enqueuer.get()
    for expected in range(40):
        assert next(batches) == expected
        if expected == 15:
            most[0] = 0
    assert most[0] == workers
    enqueuer.stop()


def test_a_generator_that_never_answers_does_not_hold_up_the_end():
    gate = threading.Event()

    def waiting():
        yield 1
        gate.wait()

    enqueuer = GeneratorEnqueuer(waiting())
    enqueuer.start(workers=1)
    assert next(enqueuer.get()) == 1
    began = time.monotonic()
    enqueuer.stop()
    gate.set()
    assert time.monotonic() - began < 10 and not enqueuer.is_running()
