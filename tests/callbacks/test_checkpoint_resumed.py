"""What ``ModelCheckpoint`` keeps beside a model: a killed run goes on from its file to the bits of the whole one."""

import io
import multiprocessing
import os
import random
import signal
import time
import zipfile

import h5py
import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import layers as L
from kerastorch.saving import FileError, run_state

KILLS = int(os.environ.get("KERASTORCH_KILLS", "3"))
EPOCHS = 6


class Stopped(Exception):
    """Stands for a kill inside of this process."""


class StopAfter(keras.callbacks.Callback):
    def __init__(self, batches):
        super().__init__()
        self._left = iter(range(batches - 1, -1, -1))

    def on_batch_end(self, batch, logs=None):
        if next(self._left, None) == 0:
            raise Stopped


def data():
    rng = np.random.RandomState(0)
    x = rng.randn(96, 6).astype("float32")
    return x, (x[:, :1] * x[:, 1:2] > 0).astype("float32")


def fresh():
    np.random.seed(3)
    random.seed(4)
    torch.manual_seed(5)
    keras.backend.clear_session()
    net = keras.Sequential(
        [
            L.Dense(16, activation="relu", input_shape=(6,)),
            L.Dropout(0.2, seed=7),
            L.BatchNormalization(),
            L.GaussianNoise(0.1),
            L.Dropout(0.3),
            L.Dense(1, activation="sigmoid"),
        ]
    )
    net.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    return net


def train(model, folder, ending=".h5", save_freq="epoch", more=(), **arguments):
    name = "{epoch:02d}" if save_freq == "epoch" else "latest"
    callbacks = [
        keras.callbacks.EarlyStopping("val_loss", patience=4),
        keras.callbacks.ModelCheckpoint(os.path.join(folder, name + ending), save_freq=save_freq),
        keras.callbacks.ReduceLROnPlateau("loss", patience=1, factor=0.5, min_delta=0.05),
        *more,
    ]
    x, y = data()
    return model.fit(
        x, y, batch_size=16, epochs=EPOCHS, validation_split=0.25, verbose=0, callbacks=callbacks, **arguments
    )


def disturb():
    keras.backend.clear_session()
    np.random.seed(99)
    random.seed(98)
    torch.manual_seed(97)


def state_of(model):
    return [*model.get_weights(), *model.optimizer.get_weights()]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("era", "ending"), [("keras2", ".h5"), ("tf.keras", ".h5"), ("tf.keras", ".keras"), ("keras3", ".keras")]
)
def test_epochs(era, ending, tmp_path):
    keras.set_era(era)
    whole = fresh()
    history = train(whole, tmp_path, ending)
    for epoch in (1, 4):
        disturb()
        model = keras.models.load_model(tmp_path / f"{epoch:02d}{ending}")
        rest = train(model, tmp_path, ending, initial_epoch=epoch)
        assert_same(state_of(model), state_of(whole))
        assert rest.history["loss"] == history.history["loss"][epoch:]


def test_a_second_time(tmp_path):
    whole = fresh()
    train(whole, tmp_path)
    (tmp_path / "again").mkdir()
    for epoch, folder in ((2, tmp_path), (3, tmp_path / "again"), (4, tmp_path / "again")):
        disturb()
        model = keras.models.load_model(folder / f"{epoch:02d}.h5")
        train(model, tmp_path / "again", initial_epoch=epoch)
        assert_same(state_of(model), state_of(whole))


def test_in_the_middle_of_an_epoch(tmp_path):
    whole = fresh()
    train(whole, tmp_path, save_freq=2)
    with pytest.raises(Stopped):
        train(fresh(), tmp_path, save_freq=2, more=[StopAfter(9)])  # of five batches an epoch; eight are in the file
    disturb()
    model = keras.models.load_model(tmp_path / "latest.h5")
    train(model, tmp_path, save_freq=2, initial_epoch=1, more=[StopAfter(10**6)])
    assert_same(state_of(model), state_of(whole))


@pytest.mark.parametrize(("begin", "rows"), [(1, 96), (0, 96), (2, 80)])
def test_other_runs_are_left_alone(begin, rows, tmp_path):
    train(fresh(), tmp_path)
    model = keras.models.load_model(tmp_path / "02.h5")
    drawn = []

    class Look(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            drawn.append(np.random.get_state()[1].copy())

    x, y = (part[:rows] for part in data())
    np.random.seed(11)
    model.fit(x, y, epochs=3, verbose=0, callbacks=[Look()], validation_split=0.25, initial_epoch=begin)
    np.testing.assert_array_equal(drawn[0], np.random.RandomState(11).get_state()[1])


def test_other_callbacks_begin_anew(tmp_path):
    train(fresh(), tmp_path)
    model = keras.models.load_model(tmp_path / "02.h5")
    stop = keras.callbacks.EarlyStopping("loss", patience=7)
    model.fit(*data(), epochs=3, initial_epoch=2, verbose=0, callbacks=[stop], validation_split=0.25)
    assert stop.patience == 7 and stop.wait == 0


def test_weights_alone_keep_nothing(tmp_path):
    save = keras.callbacks.ModelCheckpoint(str(tmp_path / "w.h5"), save_weights_only=True)
    model = fresh()
    model.fit(*data(), epochs=1, verbose=0, callbacks=[save])
    model.save(tmp_path / "m.h5")
    for name in ("w.h5", "m.h5"):
        with h5py.File(tmp_path / name) as file:
            assert run_state.NAME not in file


def broken(tmp_path, content):
    train(fresh(), tmp_path)
    with h5py.File(tmp_path / "01.h5", "a") as file:
        del file[run_state.NAME]
        file[run_state.NAME] = content
    return tmp_path / "01.h5"


class Opens:
    def __reduce__(self):
        return open, ("opened", "w")


def test_a_state_that_would_run_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    torch.save({"version": 1, "epoch": Opens()}, stream)
    with pytest.raises(FileError, match="the state of a run"):
        keras.models.load_model(broken(tmp_path, np.frombuffer(stream.getvalue(), "uint8")))
    assert not os.path.exists("opened")


@pytest.mark.parametrize("content", [np.zeros(7, "uint8"), np.zeros((2, 2)), {"version": 1}, [1, 2]])
def test_no_state_is_refused(content, tmp_path):
    if not isinstance(content, np.ndarray):
        stream = io.BytesIO()
        torch.save(content, stream)
        content = np.frombuffer(stream.getvalue(), "uint8")
    with pytest.raises(FileError, match="the state of a run"):
        keras.models.load_model(broken(tmp_path, content))


def test_no_text_gets_into_callbacks(tmp_path):
    """A path in a stranger's file must not become the place that the next checkpoint is written to."""
    train(fresh(), tmp_path)
    with h5py.File(tmp_path / "02.h5", "a") as file:
        state = torch.load(io.BytesIO(file[run_state.NAME][()].tobytes()), weights_only=True)
        for _, remembered in state["callbacks"]:
            remembered.update(filepath=str(tmp_path / "elsewhere.h5"), monitor="acc", on_epoch_end=1)
        stream = io.BytesIO()
        torch.save(state, stream)
        del file[run_state.NAME]
        file[run_state.NAME] = np.frombuffer(stream.getvalue(), "uint8")
    model = keras.models.load_model(tmp_path / "02.h5")
    train(model, tmp_path, initial_epoch=2)
    assert not (tmp_path / "elsewhere.h5").exists()


def test_it_is_a_member_of_archives(tmp_path):
    keras.set_era("keras3")
    train(fresh(), tmp_path, ".keras")
    with zipfile.ZipFile(tmp_path / "01.keras") as archive:
        assert run_state.NAME in archive.namelist()


def _child(folder):
    torch.set_num_threads(1)
    done = sorted(name for name in os.listdir(folder) if name.endswith(".h5") and not name.startswith("."))
    model = keras.models.load_model(os.path.join(folder, done[-1])) if done else fresh()
    train(model, folder, initial_epoch=int(done[-1][:2]) if done else 0)
    partial = os.path.join(folder, "final.partial.npz")
    np.savez(partial, *state_of(model))
    os.replace(partial, os.path.join(folder, "final.npz"))


@pytest.mark.cpu  # a forked process has no CUDA
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_real_kills(tmp_path):
    """``kill -9`` at random moments; each rerun begins at the newest file. KERASTORCH_KILLS sets how many."""
    context, rng, kills, number = multiprocessing.get_context("fork"), random.Random(2), 0, 0
    (tmp_path / "timed").mkdir()
    begun = time.monotonic()
    child = context.Process(target=_child, args=(str(tmp_path / "timed"),))
    child.start()
    child.join()
    whole = time.monotonic() - begun
    expected = dict(np.load(tmp_path / "timed" / "final.npz"))
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
        found = dict(np.load(folder / "final.npz"))
        assert_same([found[key] for key in expected], expected.values())
