"""Variables as objects."""

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import eras


def test_repr_shows_name_and_values():
    assert (
        repr(K.variable(np.array([1.0, 2.0]), name="scale"))
        == "<tf.Variable 'scale:0' shape=(2,) dtype=float32, numpy=array([1., 2.], dtype=float32)>"
    )


def test_assigning_a_part_keeps_the_precision_of_a_weight():
    """As TensorFlow writes to the float32 variable behind an AutoCastVariable."""
    eras.set_era("tf.keras")

    class Writer(keras.layers.Layer):
        def build(self, input_shape):
            self.total = self.add_weight("total", (2,), initializer="zeros", trainable=False)
            self.factor = self.add_weight("factor", (2,), initializer="zeros")

        def call(self, x):
            self.total[0].assign(1.0001)
            self.factor[1].assign(1.0001)
            return x

    layer = Writer(dtype="mixed_bfloat16")
    layer(torch.ones(1, 2))
    np.testing.assert_array_equal(layer.get_weights(), np.float32([[0, 1.0001], [1.0001, 0]]))


def test_keras_3_makes_variables_by_initializers():
    """The first arguments of Keras 3's Variable: initializer, shape, dtype, trainable."""
    eras.set_era("keras3")
    assert K.Variable(keras.initializers.Ones(), (2, 3)).numpy().tolist() == [[1.0] * 3] * 2
    made = K.Variable(initializer="zeros", shape=(2,), dtype="float32", trainable=False, autocast=False)
    assert (made.numpy().tolist(), made.trainable) == ([0.0, 0.0], False)
    with pytest.raises(ValueError, match="shape beside an initializer"):
        K.Variable(initializer="zeros")
