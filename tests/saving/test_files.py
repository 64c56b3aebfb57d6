"""Files: what is written is read back whole; a failed write leaves the old file."""

import json
import os

import h5py
import numpy as np
import pytest

from kerastorch import layers, optimizers
from kerastorch.models import Model, Sequential, load_model, model_from_json
from kerastorch.saving import files


def convnet():
    model = Sequential(
        [
            layers.Conv2D(3, 3, activation="relu", input_shape=(6, 6, 1)),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax", kernel_regularizer="l2", kernel_constraint="max_norm"),
        ]
    )
    model.compile(optimizers.Adam(lr=0.01), "categorical_crossentropy", metrics=["accuracy"])
    return model


X, Y = np.random.default_rng(0).normal(size=(16, 6, 6, 1)), np.eye(2)[np.arange(16) % 2]


def assert_same(a, b):
    for left, right in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_whole_model(tmp_path):
    model = convnet()
    model.fit(X, Y, epochs=2, verbose=0)
    path = tmp_path / "model.h5"
    model.save(path)
    other = load_model(path)
    assert_same(model, other)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    assert other.get_config() == model.get_config() and other.metrics_names == ["loss", "acc"]
    for left, right in zip(model.optimizer.get_weights(), other.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
    drop = [m.get_layer(index=3) for m in (model, other)]
    for layer in drop:
        layer.rate = 0.0
    model.train_on_batch(X, Y), other.train_on_batch(X, Y)
    assert_same(model, other)  # the same next step


def test_layout(tmp_path):
    model = convnet()
    model.save(str(tmp_path / "model.h5"))
    names = [layer.name for layer in model.layers]
    with h5py.File(tmp_path / "model.h5") as file:
        assert set(file.attrs) == {"keras_version", "backend", "model_config", "training_config"}
        assert [n.decode() for n in file["model_weights"].attrs["layer_names"]] == names
        group = file["model_weights"][names[0]]
        assert [n.decode() for n in group.attrs["weight_names"]] == [f"{names[0]}/kernel:0", f"{names[0]}/bias:0"]
        assert group[f"{names[0]}/kernel:0"].shape == (3, 3, 1, 3)
        assert json.loads(file.attrs["training_config"])["optimizer_config"]["class_name"] == "Adam"


def test_weights_by_order_and_by_name(tmp_path):
    model, path = convnet(), tmp_path / "w.h5"
    model.save_weights(path)
    other = convnet()
    other.load_weights(path)
    assert_same(model, other)
    part = Sequential([layers.Conv2D(3, 3, input_shape=(6, 6, 1), name=model.layers[0].name), layers.Flatten()])
    part.load_weights(path, by_name=True)
    np.testing.assert_array_equal(part.get_weights()[0], model.get_weights()[0])
    misfit = Sequential([layers.Conv2D(4, 3, input_shape=(6, 6, 1), name=model.layers[0].name)])
    with pytest.raises(ValueError, match=r"shape \(3, 3, 1, 4\)"):
        misfit.load_weights(path, by_name=True)
    before = misfit.get_weights()
    with pytest.warns(UserWarning, match="Skipping loading"):
        misfit.load_weights(path, by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(before[0], misfit.get_weights()[0])


def test_weights_of_a_whole_model_file(tmp_path):
    model = convnet()
    model.save(tmp_path / "m.h5")
    other = convnet()
    other.load_weights(tmp_path / "m.h5")
    assert_same(model, other)
    with pytest.raises(ValueError, match="weights only"):
        model.save_weights(tmp_path / "w.h5")
        load_model(tmp_path / "w.h5")


def test_graphs(tmp_path):
    a, b = layers.Input((3,), name="a"), layers.Input((4,), name="b")
    shared = layers.Dense(4, name="shared")
    inner_in = layers.Input((4,))
    inner = Model(inner_in, layers.Dense(4, activation="tanh")(inner_in), name="inner")
    model = Model([a, b], [shared(inner(shared(layers.Dense(4)(a)))), inner(b)])
    model.compile("sgd", "mse", loss_weights=[1.0, 0.5])
    model.save(tmp_path / "g.h5")
    other = load_model(tmp_path / "g.h5")
    assert_same(model, other)
    data = [np.ones((2, 3)), np.ones((2, 4))]
    for left, right in zip(model.predict(data), other.predict(data), strict=True):
        np.testing.assert_array_equal(left, right)
    assert model_from_json(model.to_json()).to_json() == model.to_json()
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]


def test_custom_objects(tmp_path):
    class Twice(layers.Layer):
        def call(self, x):
            return 2 * x

    def loss(y_true, y_pred):
        return (y_true - y_pred) ** 2

    model = Sequential([Twice(input_shape=(2,))])
    model.compile("sgd", loss)
    model.save(tmp_path / "c.h5")
    with pytest.raises(ValueError, match="Unknown layer.*Twice"):
        load_model(tmp_path / "c.h5")
    other = load_model(tmp_path / "c.h5", custom_objects={"Twice": Twice, "loss": loss})
    assert other.predict(np.ones((1, 2))).tolist() == [[2.0, 2.0]]


def test_without_optimizer_and_uncompiled(tmp_path):
    model = convnet()
    model.save(tmp_path / "m.h5", include_optimizer=False)
    with pytest.warns(UserWarning, match="not compiled"):
        other = load_model(tmp_path / "m.h5")
    assert other.optimizer is None
    model.save(tmp_path / "m.h5")
    assert load_model(tmp_path / "m.h5", compile=False).optimizer is None


def test_open_files_and_groups(tmp_path):
    model = convnet()
    with h5py.File(tmp_path / "many.h5", "w") as file:
        model.save(file.create_group("first"))
        model.save_weights(file.create_group("second"))
        assert_same(model, load_model(file["first"]))
        model.load_weights(file["second"])


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    model, path = convnet(), tmp_path / "w.h5"
    model.save_weights(path)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(h5py.Group, "create_dataset", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            model.save_weights(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["w.h5"]


def test_overwrite_asks(tmp_path, monkeypatch):
    model, path = convnet(), tmp_path / "w.h5"
    path.write_text("mine")
    answers = iter(["what?", "n", "y"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    model.save_weights(path, overwrite=False)
    assert path.read_text() == "mine"
    model.save_weights(path, overwrite=False)
    assert h5py.is_hdf5(path)


def test_missing_folder(tmp_path):
    with pytest.raises(ValueError, match="folder.*nowhere"):
        convnet().save(tmp_path / "nowhere" / "m.h5")


def test_long_lists_of_names(tmp_path):
    names = [f"layer_with_a_long_name_{i:05d}" for i in range(4000)]
    with h5py.File(tmp_path / "n.h5", "w") as file:
        files.write_names(file, "layer_names", names)
        assert "layer_names" not in file.attrs and "layer_names1" in file.attrs
        assert files.read_names(file, "layer_names") == names
