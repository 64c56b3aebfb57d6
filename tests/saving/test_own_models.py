"""Models of a script's own class that are made of a graph or a list of layers keep their class in files and copies."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import eras
from kerastorch import layers as kl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from record_own_models import X as INPUTS  # noqa: E402
from record_own_models import made  # noqa: E402


class Scaled(keras.Model):
    """Trains with a step of its own, and compiles without a loss."""

    def train_step(self, data):
        x, y = data
        self.zero_grad()
        loss = ((self(x, training=True) - y) ** 2).mean()
        loss.backward()
        weights = self.trainable_weights
        with torch.no_grad():
            self.optimizer.apply([weight.value.grad for weight in weights], weights)
        return {"loss": loss}


class Chain(keras.models.Sequential):
    pass


OWN = {"Scaled": Scaled, "Chain": Chain}
X, Y = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3), np.ones((8, 2), "float32")


def scaled():
    first = kl.Input(shape=(3,))
    return Scaled(first, kl.Dense(2, name="top")(first))


def chain():
    made = Chain([kl.Dense(2, name="top")])
    made.build((None, 3))
    return made


@pytest.mark.parametrize("era", ["keras2", "tf.keras", "keras3"])
@pytest.mark.parametrize("make", [scaled, chain])
@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.filterwarnings("ignore:load_model. the file holds no compile")
def test_files_keep_the_class(era, make, name, tmp_path):
    eras.set_era(era)
    model = make()
    model.save(str(tmp_path / name))
    found = keras.models.load_model(str(tmp_path / name), custom_objects=OWN)
    assert type(found) is type(model)
    np.testing.assert_array_equal(found.predict(X, verbose=0), model.predict(X, verbose=0))
    again = type(model).from_config(model.get_config())
    assert type(again) is type(model) and again.count_params() == 8


@pytest.mark.parametrize("make", [scaled, chain])
@pytest.mark.filterwarnings("ignore:load_model. the file holds no compile")
def test_a_file_asks_for_the_class(make, tmp_path):
    make().save(str(tmp_path / "m.keras"))
    with pytest.raises(ValueError, match="Unknown layer.*'(Scaled|Chain)'"):
        keras.models.load_model(str(tmp_path / "m.keras"))


@pytest.mark.parametrize(("era", "kind"), [("keras2", keras.Model), ("tf.keras", Scaled), ("keras3", Scaled)])
def test_a_copy_is_of_the_class_that_the_era_gives(era, kind):
    eras.set_era(era)
    assert type(keras.models.clone_model(scaled())) is kind
    assert type(keras.models.clone_model(chain())) is keras.models.Sequential


def test_the_optimizer_of_a_model_without_a_loss(tmp_path):
    eras.set_era("keras3")
    model = scaled()
    model.compile(optimizer="adam")
    model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    model.save(str(tmp_path / "m.keras"))
    found = keras.models.load_model(str(tmp_path / "m.keras"), custom_objects=OWN)
    assert int(found.optimizer.iterations) == 4
    for each in (model, found):
        each.fit(X, Y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def arrays(path):
    """The names of all arrays in a file."""
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda name, node: found.append(name) if hasattr(node, "shape") else None)
    return found


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_weight_files_of_a_subclassed_model_are_laid_out_as_the_real_ones(era, tmp_path):
    eras.set_era(era)
    real, own = HERE / "data" / f"own_model.{era}.weights.h5", tmp_path / "own.weights.h5"
    expected = np.load(HERE / "data" / f"own_model.{era}.npy")
    model = made(keras, 2)
    model.load_weights(str(real))
    np.testing.assert_allclose(model.predict(INPUTS, verbose=0), expected, rtol=1e-5)
    model.save_weights(str(own))
    assert arrays(own) == arrays(real)
    again = made(keras, 3)
    again.load_weights(str(own))
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


class Plain(keras.Model):
    """As keras.io tells one to write it."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units, self.top = units, kl.Dense(units)

    def call(self, x):
        return self.top(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Unsaid(keras.Model):
    """Says nothing of its configuration."""

    def __init__(self, units=3):
        super().__init__()
        self.top = kl.Dense(units)

    def call(self, x):
        return self.top(x)


@pytest.fixture
def registered():
    """The classes as a script registers them, for one test."""
    for kind in (Plain, Unsaid):
        keras.utils.register_keras_serializable("own_models")(kind)


class Width(kl.Layer):
    def __init__(self, units=2, act=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.act = units, act


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("era", "make"), [("tf.keras", Plain), ("keras3", Plain), ("tf.keras", Unsaid)])
def test_a_subclassed_model_is_read_with_its_weights(era, make, tmp_path):
    eras.set_era(era)
    model = make(2)
    model.compile("adam", "mse")
    saver = keras.callbacks.ModelCheckpoint(str(tmp_path / "m.keras"))
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[saver])
    found = keras.models.load_model(str(tmp_path / "m.keras"))
    assert type(found) is make and int(found.optimizer.iterations) == 2
    np.testing.assert_array_equal(found.predict(X, verbose=0), model.predict(X, verbose=0))


def test_several_inputs_are_known_again(tmp_path):
    eras.set_era("keras3")

    @keras.utils.register_keras_serializable("own_models")
    class Sum(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.left, self.right = kl.Dense(2), kl.Dense(2)

        def call(self, inputs):
            return self.left(inputs["a"]) + self.right(inputs["b"])

        def get_config(self):
            return super().get_config()

    model, x = Sum(), {"a": X, "b": X[:, :2]}
    expected = model.predict(x, verbose=0)
    model.save(str(tmp_path / "m.keras"))
    with pytest.warns(UserWarning, match="no compile arguments"):
        found = keras.models.load_model(str(tmp_path / "m.keras"))
    np.testing.assert_array_equal(found.predict(x, verbose=0), expected)


@pytest.mark.parametrize(
    ("era", "expected"),
    [
        ("keras2", {"name": "w", "trainable": True}),
        ("tf.keras", {"name": "w", "trainable": True, "units": 5, "act": "relu"}),
        ("keras3", {"name": "w", "trainable": True, "units": 5, "act": "relu"}),
    ],
)
def test_what_a_layer_was_made_with_is_in_its_config(era, expected):
    eras.set_era(era)
    config = Width(5, act="relu", name="w").get_config()
    assert config == expected
    assert Width.from_config(config).units == expected.get("units", 2)


def test_keras_2_refuses_a_subclassed_model():
    with pytest.raises(NotImplementedError, match="a subclassed model has no configuration"):
        Unsaid(2).get_config()


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_a_sequential_that_begins_with_an_input_is_made_again(era):
    eras.set_era(era)
    model = keras.models.Sequential([kl.Input(shape=(4,)), kl.Dense(2)])
    assert [entry["class_name"] for entry in model.get_config()["layers"]] == ["InputLayer", "Dense"]
    copies = [
        keras.models.clone_model(model),
        keras.models.Sequential.from_config(model.get_config()),
        keras.models.model_from_json(model.to_json()),
    ]
    for copy in copies:
        copy.set_weights(model.get_weights())
        assert copy.input_shape == (None, 4)
    called = keras.models.Sequential([kl.Dense(2)])
    called(np.ones((1, 4), "float32"))
    assert len(keras.models.clone_model(called).weights) == 2
