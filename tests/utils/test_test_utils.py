"""The helpers that Keras's own tests use, for authors of layers."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch.utils import test_utils


def test_data_is_drawn_as_keras_draws_it():
    np.random.seed(3)
    (x, y), (x_test, y_test) = test_utils.get_test_data(3, 2, (2,), num_classes=4)
    np.random.seed(3)
    labels = np.random.randint(0, 4, size=(5,))
    rows = [np.random.normal(loc=label, scale=0.7, size=(2,)) for label in labels]
    assert np.array_equal(np.concatenate([y, y_test]), labels)
    np.testing.assert_allclose(np.concatenate([x, x_test]), rows, rtol=1e-6)
    (x, y), _ = test_utils.get_test_data(4, 1, (3,), (2,), classification=False)
    assert y.shape == (4, 2) and y.dtype == np.float32


def test_a_right_layer_passes():
    data = np.ones((2, 3), dtype="float32")
    got = test_utils.layer_test(keras.layers.Dropout, {"rate": 0.5}, input_data=data, expected_output=data)
    assert np.array_equal(got, data)
    assert test_utils.layer_test(
        keras.layers.Embedding, {"input_dim": 10, "output_dim": 2}, (2, 3), "int32", expected_output_dtype="float32"
    ).shape == (2, 3, 2)


def test_wrong_layers_fail():
    class Shape(keras.layers.Layer):
        def call(self, inputs):
            return inputs[:, :1]

        def compute_output_shape(self, input_shape):
            return input_shape

    class Config(keras.layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs):
            return inputs * self.factor

    with pytest.raises(AssertionError):
        test_utils.layer_test(Shape, input_shape=(2, 3))
    with pytest.raises(AssertionError):
        test_utils.layer_test(keras.layers.Activation, {"activation": "relu"}, (2, 3), expected_output=np.zeros((2, 3)))
    with pytest.raises(TypeError, match="factor"):
        with keras.utils.CustomObjectScope({"Config": Config}):
            test_utils.layer_test(Config, {"factor": 2.0}, (2, 3))
    with pytest.raises(ValueError, match="neither"):
        test_utils.layer_test(keras.layers.Dense, {"units": 1})
