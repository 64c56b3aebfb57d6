"""A run that was killed ends, when it is run again, with the weights of the run that was not."""

import multiprocessing
import os
import random
import signal
import time

import numpy as np
import pytest
import torch

import kerastorch as keras

from .killed_run import data, model, run

KILLS = int(os.environ.get("KERASTORCH_KILLS", "3"))


class Killed(Exception):
    """Stands for a kill inside of this process."""


class KillAt(keras.callbacks.Callback):
    """Stops everything after so many batches; what counts them is no plain value, so no backup brings it back."""

    def __init__(self, batches):
        super().__init__()
        self._left = iter(range(batches - 1, -1, -1))

    def on_batch_end(self, batch, logs=None):
        if next(self._left, None) == 0:
            raise Killed


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    run(str(folder))
    return dict(np.load(folder / "final.npz"))


def assert_same(found, expected):
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


@pytest.mark.parametrize("kills", [(1,), (3,), (4, 5), (6,), (17, 3, 9), (25,)])
def test_goes_on_to_the_same_bits(kills, uninterrupted, tmp_path):
    for batches in kills:
        callback = KillAt(batches)
        with pytest.raises(Killed):
            run(str(tmp_path), more=[callback])
    run(str(tmp_path), more=[KillAt(0)])
    assert_same(dict(np.load(tmp_path / "final.npz")), uninterrupted)
    assert os.listdir(tmp_path / "backup") == []


@pytest.mark.parametrize("shuffle", [False, "batch"])
def test_other_orders(shuffle, tmp_path):
    (tmp_path / "whole").mkdir()
    run(str(tmp_path / "whole"), shuffle=shuffle)
    with pytest.raises(Killed):
        run(str(tmp_path), more=[KillAt(11)], shuffle=shuffle)
    run(str(tmp_path), more=[KillAt(0)], shuffle=shuffle)
    assert_same(dict(np.load(tmp_path / "final.npz")), dict(np.load(tmp_path / "whole" / "final.npz")))


def test_epochs_only(uninterrupted, tmp_path):
    with pytest.raises(Killed):
        run(str(tmp_path), more=[KillAt(14)], save_freq="epoch")
    state = torch.load(tmp_path / "backup" / "training.pt", weights_only=True)
    assert (state["epoch"], state["batch"]) == (2, 0)
    run(str(tmp_path), more=[KillAt(0)], save_freq="epoch")
    assert_same(dict(np.load(tmp_path / "final.npz")), uninterrupted)


class Rows(keras.utils.Sequence):
    def __init__(self):
        self.x, self.y = data()

    def __len__(self):
        return 6

    def __getitem__(self, i):
        return self.x[16 * i : 16 * i + 16], self.y[16 * i : 16 * i + 16]


def test_a_sequence_goes_on_at_an_epoch(tmp_path):
    def once(folder, killer):
        net = model()
        keep = keras.callbacks.BackupAndRestore(folder, save_freq=2)
        net.fit_generator(Rows(), epochs=4, verbose=0, shuffle=False, callbacks=[keep, killer])
        return net.get_weights()

    expected = once(tmp_path / "a", KillAt(0))
    with pytest.raises(Killed):
        once(tmp_path / "b", KillAt(15))
    for a, b in zip(once(tmp_path / "b", KillAt(0)), expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_finished_run_is_not_run_again(tmp_path):
    def once():
        net = model()
        keep = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
        history = net.fit(*data(), epochs=2, verbose=0, callbacks=[keep])
        return net.get_weights(), history.history["loss"]

    (first, losses), (second, again) = once(), once()
    assert losses == again and len(losses) == 2
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_backup_of_another_model(tmp_path):
    net = keras.Sequential([keras.layers.Dense(1, input_shape=(6,))])
    net.compile("sgd", "mse")
    net.fit(
        *data(), verbose=0, epochs=1, callbacks=[keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)]
    )
    other = model()
    before = other.get_weights()
    with pytest.raises(
        ValueError, match="BackupAndRestore: expected the backup of a model like .* Received: one of another"
    ):
        other.fit(*data(), verbose=0, epochs=2, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])
    for a, b in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_damaged_backup(tmp_path):
    (tmp_path / "training.pt").write_bytes(b"PK\x03\x04 not a backup")
    with pytest.raises(ValueError, match="to be a backup"):
        model().fit(*data(), verbose=0, epochs=1, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])


@pytest.mark.parametrize("save_freq", [0, -1, True, "batch", 1.5])
def test_bad_save_freq(save_freq):
    with pytest.raises(ValueError, match="BackupAndRestore: expected save_freq .* Received: save_freq="):
        keras.callbacks.BackupAndRestore("folder", save_freq=save_freq)


def test_no_folder():
    with pytest.raises(ValueError, match="expected backup_dir to name a folder"):
        keras.callbacks.BackupAndRestore("")


def _child(folder):
    torch.set_num_threads(1)
    run(folder, save_freq=1)


@pytest.mark.cpu  # a forked process has no CUDA
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_real_kills(tmp_path):
    """``kill -9`` at random moments, again and again, until a run comes through. KERASTORCH_KILLS sets how many."""
    context, rng, kills = multiprocessing.get_context("fork"), random.Random(1), 0
    begun = time.monotonic()
    child = context.Process(target=_child, args=(str(tmp_path / "timed"),))
    (tmp_path / "timed").mkdir()
    child.start()
    child.join()
    whole = time.monotonic() - begun
    uninterrupted = dict(np.load(tmp_path / "timed" / "final.npz"))  # on one thread: more round sums differently
    number = 0
    while kills < KILLS:
        folder = tmp_path / str(number)
        folder.mkdir()
        number += 1
        while not (folder / "final.npz").exists():
            child = context.Process(target=_child, args=(str(folder),))
            child.start()
            child.join(rng.uniform(0, whole) if kills < KILLS else None)
            if child.is_alive():
                os.kill(child.pid, signal.SIGKILL)
                child.join()
                kills += 1
            else:
                assert child.exitcode == 0
        assert_same(dict(np.load(folder / "final.npz")), uninterrupted)
