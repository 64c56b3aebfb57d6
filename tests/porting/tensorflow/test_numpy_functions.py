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
    from kerastorch.engine.symbolic import script
    from kerastorch.porting.tensorflow._tensors import Tensor

    keras.set_era("tf.keras")
    script.see_as(Tensor)
    try:
        loss = keras.losses.mean_squared_error(VALUES, np.zeros_like(VALUES))
        assert isinstance(loss, tf.Tensor) and np.mean(loss) == 7.5
    finally:
        script.see_as(None)


def test_parts_of_variables_are_assigned():
    from kerastorch.engine.symbolic.immutable import foreign

    variable = tf.Variable(VALUES)
    with foreign():
        variable[0, 0].assign(9.0)
        variable[:, 1].assign([0.0, 1.0])
    assert variable.numpy().tolist() == [[9.0, 0.0], [3.0, 1.0]]


def test_lists_of_numbers_into_layers():
    assert keras.layers.Lambda(lambda x: x * 2)([-1.0, 0.0, 1.0]).tolist() == [-2.0, 0.0, 2.0]
    assert keras.layers.Dense(1, kernel_initializer="ones")([[1, 2.5]]).tolist() == [[3.5]]


def test_defaults_of_columns_that_are_tensors():
    defaults = [0, np.nan, tf.constant(np.nan, dtype=tf.float64), "Hello", tf.constant([])]
    found = [column.numpy() for column in tf.io.decode_csv(",2,3,,5", defaults)]
    assert found == [0, 2.0, 3.0, b"Hello", 5.0]
    with pytest.raises(ValueError, match="expected a value in column 4"):
        tf.io.decode_csv("1,2,3,4,", defaults)


def test_what_classes_of_scripts_pass_on():
    class Rate(keras.optimizers.Optimizer):
        def __init__(self, name="Rate", **kwargs):
            super().__init__(name, **kwargs)

    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

    assert Rate(clipnorm=1.0).name == "Rate" and Net(dynamic=True, name="net").name == "net"
