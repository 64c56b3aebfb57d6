"""Arrays whose axes run backwards, such as images with their colours turned round, go wherever others do."""

import numpy as np
import pytest

import kerastorch as keras
from kerastorch import backend as K

X = np.arange(4 * 3 * 3 * 3, dtype="float32").reshape(4, 3, 3, 3)[..., ::-1]
Y = np.arange(4.0)[::-1, None]


@pytest.fixture
def model():
    layers = [keras.layers.Conv2D(2, 2, input_shape=(3, 3, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    "use",
    [
        lambda model, x, y: model.predict(x),
        lambda model, x, y: model(x).detach().numpy(),
        lambda model, x, y: model.predict_on_batch(x),
        lambda model, x, y: model.evaluate(x, y, verbose=0, sample_weight=y[:, 0]),
        lambda model, x, y: model.test_on_batch(x, y),
        lambda model, x, y: model.evaluate_generator(iter([(x, y)]), 1),
        lambda model, x, y: K.function([model.input], [model.output])([x])[0],
        lambda model, x, y: K.eval(K.constant(x)),
        lambda model, x, y: K.eval(K.variable(x)),
        lambda model, x, y: K.eval(K.variable(np.zeros_like(x)) + x),
        lambda model, x, y: keras.Model(model.inputs, model.inputs[0] * x[:1]).predict(x),
    ],
)
def test_same_as_a_copy(use, model):
    np.testing.assert_array_equal(use(model, X, Y), use(model, X.copy(), Y.copy()))


def test_assigning():
    variable = K.variable(np.zeros_like(X))
    K.set_value(variable, X)
    assert np.array_equal(K.get_value(variable), X)
    layer = keras.layers.Dense(3, use_bias=True, input_shape=(2,))
    layer.build((None, 2))
    values = [np.arange(6.0).reshape(2, 3)[::-1], np.arange(3.0)[::-1]]
    layer.set_weights(values)
    for value, expected in zip(layer.get_weights(), values, strict=True):
        np.testing.assert_array_equal(value, expected)
