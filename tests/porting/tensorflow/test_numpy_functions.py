"""numpy's own functions on what scripts of TensorFlow 2 hold: they give arrays, as they do of TensorFlow's tensors."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.porting import tensorflow as tf

VALUES = np.array([[1.0, 2.0], [3.0, 4.0]], dtype="float32")


@pytest.mark.parametrize(
    "function",
    "sum max min std argmax round squeeze transpose cumsum sort mean median any prod ravel exp".split(),
)
def test_functions_of_tensors(function):
    compute = getattr(np, function)
    for holder in (tf.constant(VALUES), tf.Variable(VALUES)):
        found, expected = compute(holder), compute(VALUES)
        assert type(found) is type(expected)
        np.testing.assert_array_equal(found, expected)


def test_functions_of_several():
    tensor = tf.constant(VALUES)
    np.testing.assert_array_equal(np.concatenate([tensor, VALUES]), np.concatenate([VALUES, VALUES]))
    np.testing.assert_array_equal(np.mean(tensor, axis=0, keepdims=True), [[2.0, 3.0]])
    np.testing.assert_array_equal(np.where(tensor > 2, tensor, 0), [[0.0, 0.0], [3.0, 4.0]])


def test_means_of_losses():
    from kerastorch.engine import script
    from kerastorch.porting.tensorflow._tensors import Tensor

    keras.set_era("tf.keras")
    script.see_as(Tensor)
    try:
        loss = keras.losses.mean_squared_error(VALUES, np.zeros_like(VALUES))
        assert isinstance(loss, tf.Tensor) and np.mean(loss) == 7.5
    finally:
        script.see_as(None)


def test_parts_of_variables_are_assigned():
    from kerastorch.engine.immutable import foreign

    variable = tf.Variable(VALUES)
    with foreign():
        variable[0, 0].assign(9.0)
        variable[:, 1].assign([0.0, 1.0])
    assert variable.numpy().tolist() == [[9.0, 0.0], [3.0, 1.0]]
