"""Workspaces are lent to one pass at a time and kept within bounds."""

from __future__ import annotations

import gc
import threading

import pytest
import torch

from kerastorch.kernels import workspace
from kerastorch.kernels.lstm import lstm
from kerastorch.kernels.workspace import arithmetic, borrow, rows_of

pytestmark = pytest.mark.usefixtures("one_thread")
LIKE = torch.zeros(1)


class Space:
    def __init__(self, size=1):
        self.bytes = size


@pytest.fixture(autouse=True)
def own_shelves(monkeypatch):
    monkeypatch.setattr(workspace, "_shelves", {})


def test_a_workspace_comes_back_when_its_lease_ends():
    first = borrow(LIKE, ("a",), Space)
    space = first.workspace
    second = borrow(LIKE, ("a",), Space)
    assert second.workspace is not space
    del first
    assert borrow(LIKE, ("a",), Space).workspace is space
    assert borrow(LIKE, ("b",), Space).workspace is not space
    assert borrow(LIKE.double(), ("a",), Space).workspace is not space


def test_the_shelves_are_bounded():
    for i in range(9):
        del_me = borrow(LIKE, (i,), lambda: Space(workspace._KEPT_BYTES // 3))
        del del_me
    kept = [space for shelf in workspace._shelves.values() for space in shelf]
    assert sum(space.bytes for space in kept) <= workspace._KEPT_BYTES and len(kept) == 3


def test_nothing_is_kept_for_a_gpu():
    meta = torch.zeros(1, device="meta")
    lease = borrow(meta, ("a",), Space)
    del lease
    assert not workspace._shelves


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rows_share_memory(dtype):
    stacked = torch.zeros(2, 3, 4, dtype=dtype)
    first, second = rows_of(stacked[:, 1:])
    multiply, add, subtract = arithmetic(stacked)
    stacked[:, 1:] = torch.arange(1.0, 9.0).view(2, 4)
    multiply(first, second, first)
    assert stacked[0, 1:].sum() == 204  # 1 + 4 + 9 + ... + 64
    subtract(second, second, second)
    add(second, second, second)
    assert stacked[1].sum() == 0


def arguments(seed):
    torch.manual_seed(seed)
    shapes = [(3, 4, 2), (20, 2), (20, 5), (20,), (3, 5), (3, 5)]
    return [torch.randn(shape, requires_grad=True) for shape in shapes]


def grads(given):
    return torch.autograd.grad(lstm(*given, recurrent_activation="hard_sigmoid")[0].square().sum(), given)


def test_passes_between_each_other_do_not_mix():
    given = [arguments(seed) for seed in range(3)]
    wanted = [grads(g) for g in given]
    losses = [lstm(*g, recurrent_activation="hard_sigmoid")[0].square().sum() for g in given]
    for seed in (1, 0, 2):
        found = torch.autograd.grad(losses[seed], given[seed])
        assert all(torch.equal(a, b) for a, b in zip(found, wanted[seed]))
    losses.clear()
    gc.collect()
    assert sum(len(shelf) for shelf in workspace._shelves.values()) == 3


def test_threads_do_not_share_a_workspace():
    given, wrong = [arguments(seed) for seed in range(3)], []
    wanted = [grads(g) for g in given]

    def work(seed):
        for _ in range(30):
            if not all(torch.equal(a, b) for a, b in zip(grads(given[seed]), wanted[seed])):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
