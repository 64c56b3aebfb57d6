"""Optimizers that scripts write by ``build`` and ``update_step`` learn what they learn in their own Keras."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras

GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import custom  # noqa: E402

RUNS = [
    pytest.param(era, run, id=f"{era}-{i}")
    for era in custom.CLASSES
    for i, run in enumerate(json.loads((GOLDEN / f"custom_{era}.json").read_text())["runs"])
]


@pytest.mark.parametrize(("era", "run"), RUNS)
def test_like_their_own_keras(era, run):
    keras.set_era(era)
    model, losses = custom.train(keras, custom.CLASSES[era](keras), **run["arguments"])
    np.testing.assert_allclose(losses, run["losses"], rtol=2e-5)
    for found, expected in zip(model.get_weights(), run["weights"], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-6)


def test_state_goes_through_a_file(tmp_path):
    keras.set_era("keras3")
    kind = custom.keras3_class(keras)
    model, _ = custom.train(keras, kind, clipnorm=1.0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"Mine": kind})
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for a, b in zip(model.optimizer.get_weights(), again.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loop_of_ones_own():
    keras.set_era("keras3")
    optimizer = custom.keras3_class(keras)(0.5, momentum=0.0)
    variable = keras.Variable(np.array([1.0, 2.0], "float32"))
    optimizer.apply([torch.tensor([1.0, 0.0])], [variable])
    np.testing.assert_allclose(variable.numpy(), [1 - 0.5 / np.sqrt(2), 2.0], rtol=1e-6)
    optimizer.learning_rate = 0.0
    optimizer.apply([torch.tensor([1.0, 5.0])], [variable])
    np.testing.assert_allclose(variable.numpy(), [1 - 0.5 / np.sqrt(2), 2.0], rtol=1e-6)
    assert int(optimizer.iterations) == 2


def test_numbers_of_names_and_initializers_agree():
    optimizer = custom.keras3_class(keras)(0.1)
    with pytest.raises(ValueError, match="expected an initializer for each of 2 names. Received: 1"):
        optimizer.add_optimizer_variables([torch.ones(1)], ["a", "b"], ["zeros"])


def test_fit_asks_a_scripts_own_apply():
    keras.set_era("keras3")

    class Doubling(keras.optimizers.SGD):
        def apply(self, grads, trainable_variables=None):
            super().apply([2 * g for g in grads], trainable_variables)

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(Doubling(0.1), "mse")
    model.fit(np.ones((4, 2)), np.zeros((4, 1)), batch_size=2, verbose=0, shuffle=False)
    kernel, bias = model.get_weights()  # Keras 3.15 has 0.36 and -0.64
    np.testing.assert_allclose(kernel, [[0.36], [0.36]], rtol=1e-6)
    np.testing.assert_allclose(bias, [-0.64], rtol=1e-6)
