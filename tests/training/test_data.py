"""Batches: Keras's order, the right rows, files on disk read in runs."""

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

from kerastorch.layers import Dense
from kerastorch.models import Sequential
from kerastorch.training.data import Columns, batch_shuffle, epoch_order


def rows(columns, order, size):
    return [batch[0].flatten().tolist() for batch in columns.batches(order, size)]


def test_batches_in_order_and_by_index():
    columns = Columns([np.arange(7.0)[:, None], None], [torch.float32, None])
    assert rows(columns, None, 3) == [[0, 1, 2], [3, 4, 5], [6]]
    assert rows(columns, np.array([6, 0, 5, 1, 4, 2, 3]), 4) == [[6, 0, 5, 1], [4, 2, 3]]
    assert all(batch[1] is None for batch in columns.batches(None, 3))
    assert columns.whole()[0].shape == (7, 1)


def test_many_small_batches_cross_chunks():
    n = 1000
    order = np.random.default_rng(0).permutation(n)
    columns = Columns([np.arange(n)[:, None]], [None])
    assert sum(rows(columns, order, 3), []) == order.tolist()


def test_types():
    arrays = [np.zeros((2, 1), "uint8"), np.zeros((2, 1), "float64"), np.zeros((2, 1), ">f4"), np.zeros((2, 1), bool)]
    batch = next(iter(Columns(arrays, [torch.float32] * 4).batches(None, 2)))
    assert [t.dtype for t in batch] == [torch.float32] * 4
    whole = next(iter(Columns([np.zeros((2, 1), "uint16"), np.zeros((2, 1), "int32")], [None] * 2).batches(None, 2)))
    assert [t.dtype for t in whole] == [torch.int64, torch.int32]
    turned = Columns([np.arange(6.0).reshape(3, 2)[::-1]], [torch.float32])
    assert rows(turned, None, 3) == [[4, 5, 2, 3, 0, 1]]


def test_shuffling_draws_as_keras_does():
    np.random.seed(3)
    wanted = np.arange(10)
    np.random.shuffle(wanted)
    once = wanted.copy()
    np.random.shuffle(wanted)
    np.random.seed(3)
    order = epoch_order(np.arange(10), True, 4)
    assert order.tolist() == once.tolist()
    assert epoch_order(order, True, 4).tolist() == wanted.tolist()
    assert epoch_order(np.arange(4), False, 4).tolist() == [0, 1, 2, 3]


def test_batch_shuffle_keeps_runs_and_the_last_batch():
    np.random.seed(0)
    order = batch_shuffle(np.arange(11), 3)
    assert order[9:].tolist() == [9, 10]
    runs = order[:9].reshape(3, 3)
    assert sorted(runs[:, 0].tolist()) == [0, 3, 6] and (np.diff(runs) == 1).all()


class Reads:
    """An array on disk that remembers which slices were read."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.read = array, array.shape, array.dtype, []

    def __len__(self):
        return len(self.array)

    def __getitem__(self, key):
        self.read.append((key.start, key.stop))
        return self.array[key]


def test_data_on_disk_is_read_batch_by_batch(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"], file["y"] = np.random.rand(10, 3), np.random.rand(10, 1)
    model = Sequential([Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    with h5py.File(path) as file:
        model.fit(file["x"], file["y"], batch_size=4, epochs=2, shuffle="batch", verbose=0)
        model.fit(file["x"], file["y"], batch_size=4, epochs=1, shuffle=False, verbose=0)
        model.evaluate(file["x"], file["y"], verbose=0)
        assert model.predict(file["x"]).shape == (10, 1)
        before = model.get_weights()
        with pytest.raises(ValueError, match="shuffle='batch'"):
            model.fit(file["x"], file["y"], epochs=1, verbose=0)
        np.testing.assert_array_equal(before[0], model.get_weights()[0])
    spy = Reads(np.random.rand(10, 3))
    model.fit(spy, np.zeros(10), batch_size=4, epochs=1, shuffle="batch", verbose=0)
    assert sorted(spy.read) == [(0, 4), (4, 8), (8, 10)]


@pytest.mark.parametrize("kind", ["numpy", "tensor", "list", "pandas", "series target", "float16", "int"])
def test_kinds_of_input(kind):
    x, y = np.arange(24.0).reshape(8, 3) / 24, np.arange(8.0)
    cast = {
        "numpy": (x, y),
        "tensor": (torch.from_numpy(x), torch.from_numpy(y)),
        "list": (x.tolist(), y.tolist()),
        "pandas": (pd.DataFrame(x), pd.DataFrame({"y": y})),
        "series target": (pd.DataFrame(x), pd.Series(y)),
        "float16": (x.astype("float16"), y.astype("float16")),
        "int": ((x * 24).astype("int64"), y.astype("uint8")),
    }[kind]
    model = Sequential([Dense(1, input_dim=3, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    found = model.evaluate(*cast, verbose=0)
    scale = 24 if kind == "int" else 1
    wanted = np.mean((x.sum(1) * scale - y) ** 2)
    np.testing.assert_allclose(found, wanted, rtol=2e-3 if kind == "float16" else 1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda():
    columns = Columns([np.arange(6.0)[:, None]], [torch.float32])
    assert all(batch[0].device.type == "cuda" for batch in columns.batches(np.arange(6), 4))
