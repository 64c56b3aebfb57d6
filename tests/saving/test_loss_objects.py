"""Loss and metric objects in a file: they come back with their arguments, whichever Keras wrote them."""

import json

import h5py
import numpy as np
import pytest

import kerastorch as keras
from kerastorch.layers import Dense, Input
from kerastorch.models import Model, load_model

X = np.random.RandomState(0).rand(6, 3).astype("float32")
Y = np.array([0, 1, 1, 0, 1, 0])


def model(loss, metrics):
    x = Input((3,))
    made = Model(x, [Dense(2, name="one")(x), Dense(2, name="two")(x)])
    made.compile("sgd", loss, metrics=metrics)
    return made


@pytest.mark.parametrize("form", ["one", "list", "dict"])
def test_they_come_back(tmp_path, form):
    keras.set_era("tf.keras")
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = {"one": logits, "list": [logits, "mse"], "dict": {"one": logits, "two": "mse"}}[form]
    metrics = {"one": [keras.metrics.MeanSquaredError()]}
    made = model(loss, metrics)
    made.save(str(tmp_path / "model.h5"))
    copy = load_model(str(tmp_path / "model.h5"))
    assert copy.metrics_names == made.metrics_names
    targets = [Y, Y if form == "one" else X[:, :2]]
    np.testing.assert_allclose(copy.evaluate(X, targets, verbose=0), made.evaluate(X, targets, verbose=0), rtol=1e-6)


def test_as_tf_keras_writes_them(tmp_path):
    """tf.keras 2.15 adds the function's name, and 'auto' where its reduction is the default."""
    keras.set_era("tf.keras")
    made = keras.models.Sequential([Dense(2, input_dim=3)])
    made.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    made.save(str(tmp_path / "model.h5"))
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        training = json.loads(file.attrs["training_config"])
        training["loss"]["config"].update(fn="sparse_categorical_crossentropy", reduction="auto")
        training["metrics"] = [[{"class_name": "MeanSquaredError", "config": {"name": "error", "dtype": "float32"}}]]
        file.attrs["training_config"] = json.dumps(training)
    copy = load_model(str(tmp_path / "model.h5"))
    assert copy.metrics_names == ["loss", "error"]
    np.testing.assert_allclose(copy.evaluate(X, Y, verbose=0)[0], made.evaluate(X, Y, verbose=0), rtol=1e-6)
