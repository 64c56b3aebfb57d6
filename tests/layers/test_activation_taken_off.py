"""The activation of a layer can be taken off after it was built, as scripts do that look at logits."""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras
from kerastorch import layers as kl


@pytest.mark.parametrize("era", ["keras2", "tf.keras", "keras3"])
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: kl.Dense(2, activation="softmax"), (3,)),
        (lambda: kl.Conv2D(2, 3, activation="tanh"), (4, 4, 1)),
        (lambda: kl.SeparableConv2D(2, 3, activation="relu"), (4, 4, 1)),
        (lambda: kl.Activation("sigmoid"), (3,)),
    ],
)
def test_what_is_left_is_linear(era, layer, shape):
    eras.set_era(era)
    model = keras.models.Sequential([kl.Input(shape=shape), layer()])
    x = np.random.RandomState(0).standard_normal((2, *shape)).astype("float32")
    for _ in range(10):  # as often as a step is recorded after
        model.predict(x, verbose=0)
    model.layers[-1].activation = None
    zero = model.predict(0 * x, verbose=0)
    once, twice = (model.predict(k * x, verbose=0) - zero for k in (1, 2))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-4, atol=1e-6)


def test_a_scripts_own_attribute_is_its_own():
    class Own(kl.Layer):
        def __init__(self):
            super().__init__()
            self.activation = None

    assert Own().activation is None
