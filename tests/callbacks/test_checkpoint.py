"""ModelCheckpoint beyond the scripted runs: batches, file names, bad arguments, real files."""

import os
import pathlib

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.callbacks import CallbackList, ModelCheckpoint


class Model:
    def __init__(self):
        self.saved = []

    def save(self, filepath, overwrite=True):
        self.saved.append(filepath)

    save_weights = save


def started(**arguments):
    save = ModelCheckpoint(**arguments)
    hooks = CallbackList([save])
    model = Model()
    hooks.set_model(model)
    hooks.on_train_begin()
    return hooks, model


def test_every_few_batches():
    hooks, model = started(filepath="e{epoch}b{batch}-{loss:.1f}", save_freq=3)
    for epoch in range(2):
        hooks.on_epoch_begin(epoch)
        for batch in range(4):
            hooks.on_batch_end(batch, {"batch": batch, "size": 8, "loss": np.float32(batch)})
        hooks.on_epoch_end(epoch, {"loss": 1.0})
    assert model.saved == ["e1b3-2.0", "e2b2-1.0"]


def test_costs_nothing_in_a_batch_unless_asked():
    assert not started(filepath="m")[0].listens_to("on_batch_end")
    assert started(filepath="m", save_freq=1)[0].listens_to("on_train_batch_end")


def test_threshold(capsys):
    hooks, model = started(
        filepath="m",
        monitor="loss",
        save_best_only=True,
        initial_value_threshold=0.5,
        verbose=1,
        save_weights_only=True,
    )
    for epoch, loss in enumerate([0.75, 0.25]):
        hooks.on_epoch_end(epoch, {"loss": loss})
    assert model.saved == ["m"]
    assert capsys.readouterr().out == (
        "\nEpoch 00001: loss did not improve from 0.50000"
        "\n\nEpoch 00002: loss improved from 0.50000 to 0.25000, saving model to m\n"
    )


def test_makes_folders_and_takes_paths(tmp_path):
    hooks, model = started(filepath=tmp_path / "a" / "{epoch:02d}" / "m.h5")
    hooks.on_epoch_end(1, {})
    assert model.saved == [str(tmp_path / "a" / "02" / "m.h5")] and (tmp_path / "a" / "02").is_dir()


def test_unknown_name_in_the_path():
    hooks, model = started(filepath="{epoch}-{val_acc:.2f}.h5")
    with pytest.raises(ValueError, match=r"filepath.*\(loss\).*Received.*'val_acc' is unknown"):
        hooks.on_epoch_end(0, {"loss": 1.0})
    assert model.saved == []


@pytest.mark.parametrize("wrong", [{"save_freq": "batch"}, {"save_freq": 0}, {"period": 0}, {"period": 1.5}])
def test_bad_arguments(wrong):
    with pytest.raises(ValueError, match=f"ModelCheckpoint: expected {next(iter(wrong))}.*Received"):
        ModelCheckpoint("m.h5", **wrong)


def test_unknown_mode_falls_back_to_auto():
    with pytest.warns(RuntimeWarning, match="going on with 'auto'. Received: mode='least'"):
        assert ModelCheckpoint("m.h5", mode="least").mode == "auto"


@pytest.mark.parametrize("weights_only", [True, False])
def test_best_file_holds_the_best_weights(tmp_path, weights_only):
    rng = np.random.RandomState(0)
    x, y = rng.rand(32, 3).astype("float32"), rng.rand(32, 1).astype("float32")
    model = keras.Sequential([keras.layers.Dense(4, activation="tanh", input_dim=3), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(lr=0.7), "mse")
    kept = []

    class Keep(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append((logs["val_loss"], self.model.get_weights()))

    path = tmp_path / "best.h5"
    save = ModelCheckpoint(path, save_best_only=True, save_weights_only=weights_only)
    model.fit(x, y, epochs=6, batch_size=8, validation_split=0.25, verbose=0, callbacks=[Keep(), save])
    best = min(kept, key=lambda pair: pair[0])[1]
    if weights_only:
        model.load_weights(path)
        found = model.get_weights()
    else:
        found = keras.models.load_model(path).get_weights()
    for ours, theirs in zip(found, best):
        np.testing.assert_array_equal(ours, theirs)
    assert os.listdir(tmp_path) == ["best.h5"] and isinstance(path, pathlib.Path)
