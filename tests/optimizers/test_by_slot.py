"""Optimizers that scripts write by slots, as tf.keras had them up to 2.10, learn what they learn there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.porting import tensor_names
from kerastorch.porting import tensorflow as tf

GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import by_slot  # noqa: E402

RUNS = list(enumerate(json.loads((GOLDEN / "by_slot.json").read_text())["runs"]))


@pytest.fixture(autouse=True)
def as_in_a_script():
    keras.set_era("tf.keras")
    tensor_names.install()
    yield
    tensor_names.uninstall()


@pytest.mark.parametrize(("i", "run"), RUNS)
def test_like_tf_keras(i, run):
    make, arguments = by_slot.RUNS[i]
    model, losses = by_slot.train(keras, make(keras, tf), **arguments(keras))
    np.testing.assert_allclose(losses, run["losses"], rtol=2e-5)
    for found, expected in zip(model.get_weights(), run["weights"], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-6)
    assert [list(np.shape(w)) for w in model.optimizer.get_weights()] == run["state"]
    plain = {k: v for k, v in model.optimizer.get_config().items() if not isinstance(v, dict)}
    assert plain == {k: pytest.approx(v) for k, v in run["config"].items() if not isinstance(v, dict)}


@pytest.mark.parametrize("i", [0, 2, 4, 5])
def test_state_goes_through_a_file(i, tmp_path):
    make, arguments = by_slot.RUNS[i]
    kind = make(keras, tf)
    model, _ = by_slot.train(keras, kind, **arguments(keras))
    model.save(tmp_path / "model.h5")
    again = keras.models.load_model(tmp_path / "model.h5", custom_objects={kind.__name__: kind})
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for each in (model, again):
        each.fit(by_slot.X, by_slot.Y, epochs=1, batch_size=5, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_loop_of_ones_own():
    optimizer = by_slot.momentum(keras, tf)(0.5)
    variable = tf.Variable([1.0, 2.0])
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(variable * variable)
        optimizer.apply_gradients([(tape.gradient(loss, variable), variable)])
    assert int(optimizer.iterations) == 2 and optimizer.get_slot_names() == ["m", "v"]
    assert optimizer.get_slot(variable, "m").shape == (2,) and float(optimizer.learning_rate) == 0.5
    with pytest.raises(KeyError, match=r"expected a slot that add_slot made .* one of \['m', 'v'\]. Received: 'q'"):
        optimizer.get_slot(variable, "q")
    optimizer.learning_rate = 0.0
    before = variable.numpy().copy()
    optimizer.apply_gradients([(tf.ones(2), variable)])
    np.testing.assert_array_equal(variable.numpy(), before)


def test_a_class_without_a_formula_says_so():
    class Nothing(keras.optimizers.Optimizer):
        def _resource_apply_dense(self, grad, var, apply_state=None):
            return super()._resource_apply_dense(grad, var, apply_state)

    with pytest.raises(NotImplementedError, match="Nothing: expected an optimizer class to define update"):
        Nothing("Nothing", lr=0.1).apply_gradients([(tf.ones(2), tf.Variable([1.0, 2.0]))])
