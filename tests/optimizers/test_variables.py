"""What ``optimizer.variables`` lists: in Keras 3 the count, the rate, and the slots of each weight by name."""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras


def fitted(optimizer):
    first = keras.layers.Input(shape=(3,))
    model = keras.models.Model(first, keras.layers.Dense(2, name="d")(first))
    model.compile(optimizer, "mse")
    before = len(model.optimizer.variables)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    return before, model.optimizer


# Expected: Keras 3.15 on torch.
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("SGD", {}, []),
        ("SGD", {"momentum": 0.9}, ["d_kernel_momentum", "d_bias_momentum"]),
        ("Adam", {}, ["d_kernel_momentum", "d_kernel_velocity", "d_bias_momentum", "d_bias_velocity"]),
        (
            "RMSprop",
            {"momentum": 0.5},
            ["d_kernel_velocity", "d_bias_velocity", "d_kernel_momentum", "d_bias_momentum"],
        ),
        ("Adagrad", {}, ["d_kernel_accumulator", "d_bias_accumulator"]),
        ("Adamax", {}, ["d_kernel_momentum", "d_kernel_norm", "d_bias_momentum", "d_bias_norm"]),
        ("Lion", {}, ["d_kernel_momentum", "d_bias_momentum"]),
    ],
)
def test_variables_of_keras_3(name, arguments, expected):
    eras.set_era("keras3")
    before, optimizer = fitted(getattr(keras.optimizers, name)(**arguments))
    assert before == 2
    assert [variable.name for variable in optimizer.variables[2:]] == expected
    assert int(optimizer.variables[0]) == 1 and float(optimizer.variables[1]) == pytest.approx(float(optimizer.lr))
    if expected:
        optimizer.variables[2].assign(np.full(optimizer.variables[2].shape, 0.5))
        assert float(optimizer.variables[2].mean()) == 0.5


def test_earlier_variables_are_the_weights():
    eras.set_era("tf.keras")
    _, optimizer = fitted(keras.optimizers.Adam())
    assert [tuple(v.shape) for v in optimizer.variables()] == [tuple(w.shape) for w in optimizer.weights]
