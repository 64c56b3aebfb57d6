"""Models of which not every output has a loss: how targets are given and what is logged, as each real Keras did.

Expected: what tf_keras 2.21 and Keras 3.15 on torch logged for the same calls; those of Keras 2.2.4 are golden cases.
"""

from __future__ import annotations

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import eras

pytestmark = pytest.mark.filterwarnings("ignore:SGD. the loss has no gradient")  # the other output's weights
X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")


def logged(era, loss, targets, **arguments):
    eras.set_era(era)
    first = keras.layers.Input(shape=(3,))
    outputs = [keras.layers.Dense(1, name=name, kernel_initializer="ones")(first) for name in "ab"]
    model = keras.models.Model(first, outputs)
    model.compile("sgd", loss, **arguments)
    history = model.fit(X, targets, epochs=1, batch_size=8, verbose=0).history
    return {name: value for name, (value,) in history.items()}


@pytest.mark.parametrize("targets", [Y, [None, Y], [Y, Y]], ids=["one", "none and one", "both"])
@pytest.mark.parametrize(
    ("era", "expected"), [("tf.keras", {"loss": 4.0, "b_loss": 4.0}), ("keras3", {"loss": 4.0})], ids=str
)
def test_targets_of_outputs_without_a_loss_are_passed_over(era, expected, targets):
    assert logged(era, [None, "mse"], targets) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("era", "expected"),
    [("tf.keras", {"loss": 4.0, "a_loss": 4.0, "a_mae": 2.0}), ("keras3", {"loss": 4.0, "a_mae": 2.0})],
)
@pytest.mark.filterwarnings("ignore:compile. output 'b' has no loss")
def test_metrics_keep_the_outputs_name(era, expected):
    assert logged(era, {"a": "mse"}, {"a": Y}, metrics={"a": "mae"}) == pytest.approx(expected)


def test_keras_2_has_a_target_for_each_loss():
    with pytest.raises(ValueError, match="y: expected 1 array. Received: a list of 2 arrays"):
        logged("keras2", [None, "mse"], [Y, Y])
