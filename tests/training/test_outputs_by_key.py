"""A model whose outputs are a dict: the order and the names that Keras 3.15 on torch gave for the same model."""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras, layers


@pytest.fixture(autouse=True)
def keras3():
    eras.set_era("keras3")
    keras.backend.clear_session()


def made():
    first, second = layers.Input((3,)), layers.Input((2,))
    ones = {"kernel_initializer": "ones"}
    outputs = {"b": layers.Dense(1, name="q", **ones)(first), "a": layers.Dense(1, name="p", **ones)(second)}
    return keras.models.Model({"z": first, "y": second}, outputs)


def test_dicts_are_gone_through_by_their_keys():
    model = made()
    assert model.output_names == ["p", "q"]
    assert [layer.name for layer in model.layers] == ["input_layer_1", "input_layer", "p", "q"]


def test_targets_losses_and_logs_go_by_key():
    model = made()
    model.compile("sgd", loss={"b": "mse", "a": "mae"}, metrics={"a": ["mae"]})
    x = {"z": np.ones((4, 3)), "y": np.ones((4, 2))}
    logs = model.evaluate(x, {"b": np.ones((4, 1)), "a": np.ones((4, 1))}, verbose=0, return_dict=True)
    assert logs["b_loss"] == pytest.approx((3 - 1) ** 2)
    assert logs["a_loss"] == logs["a_mae"] == pytest.approx(2 - 1)
    assert logs["loss"] == pytest.approx(5)
    assert sorted(model.fit(x, {"b": np.ones((4, 1)), "a": np.ones((4, 1))}, verbose=0).history) == [
        "a_loss",
        "a_mae",
        "b_loss",
        "loss",
    ]
    found = model.predict(x, verbose=0)
    assert {key: value.shape for key, value in found.items()} == {"a": (4, 1), "b": (4, 1)}


def test_a_class_that_gives_a_dict_is_scored_and_predicts_by_key():
    class Two(keras.models.Model):
        def __init__(self):
            super().__init__()
            self.part = layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            found = self.part(x)
            return {"once": found, "twice": 2 * found}

    model, x = Two(), np.ones((4, 3))
    model.compile("sgd", loss={"once": "mse", "twice": "mae"})
    logs = model.evaluate(x, {"once": np.ones((4, 1)), "twice": np.ones((4, 1))}, verbose=0, return_dict=True)
    assert logs == pytest.approx({"once_loss": 4.0, "twice_loss": 5.0, "loss": 9.0})
    found = model.predict(x, verbose=0)
    assert {key: value.ravel().tolist() for key, value in found.items()} == {"once": [3.0] * 4, "twice": [6.0] * 4}
