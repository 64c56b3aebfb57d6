"""Code that uses tensors of the graph without being given them gives what the same graph gives that passes them."""

import copy

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.layers import Dense, Dropout, Input, Lambda, Layer, TimeDistributed, multiply
from kerastorch.models import Model

X = np.random.RandomState(0).rand(8, 3).astype("float32")
Y = np.random.RandomState(1).rand(8, 2).astype("float32")


def branches():
    x = Input((3,))
    return x, Dense(2, name="kept")(x), Dense(2, name="used")(x)


class Times(Layer):
    """Multiplies by a tensor of the graph."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


@pytest.mark.parametrize("kind", ["lambda", "layer", "K function", "inner layer", "nested"])
def test_a_layers_code_uses_another_tensor(kind):
    x, kept, used = branches()
    makers = {
        "lambda": lambda: Lambda(lambda t: t * used)(kept),
        "layer": lambda: Times(used)(kept),
        "K function": lambda: Lambda(lambda t: K.concatenate([t, used])[:, :2] * K.identity(used))(kept),
        "inner layer": lambda: Lambda(lambda t: multiply([t, used]))(kept),
        "nested": lambda: Lambda(lambda t: Lambda(lambda s: s * used)(t))(kept),
    }
    model = Model(x, makers[kind]())
    both = Model(x, [kept, used]).predict(X)
    np.testing.assert_allclose(model.predict(X), both[0] * both[1], rtol=1e-5)


def test_it_learns_as_the_graph_that_passes_the_tensor():
    """Only what the arguments come from belongs to the model, as in Keras; gradients go through the rest, too."""
    x, kept, used = branches()
    hidden, passed = Model(x, Lambda(lambda t: t * used)(kept)), Model(x, multiply([kept, used]))
    assert [layer.name for layer in hidden.layers if layer.weights] == ["kept"]
    kernel, other = passed.get_layer("kept").get_weights()[0], passed.get_layer("used").get_weights()[0]
    hidden.compile("sgd", "mse")
    loss = hidden.train_on_batch(X, Y)
    left, right = X @ kernel, X @ other
    error = left * right - Y
    np.testing.assert_allclose(loss, np.mean(error**2), rtol=1e-5)
    expected = kernel - 0.01 * X.T @ (2 * error * right / error.size)
    np.testing.assert_allclose(hidden.get_weights()[0], expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(passed.get_layer("used").get_weights()[0], other)


def test_a_model_with_such_a_layer_is_called_again():
    x, kept, used = branches()
    inner = Model(x, Lambda(lambda t: t * used)(kept))
    fresh = Input((3,))
    outer = Model(fresh, inner(fresh))
    np.testing.assert_allclose(outer.predict(X), inner.predict(X), rtol=1e-6)
    np.testing.assert_allclose(inner(torch.from_numpy(X)).detach().numpy(), inner.predict(X), rtol=1e-5)


def test_a_copy_of_such_a_model():
    x, kept, used = branches()
    model = Model(x, Lambda(lambda t: t * used)(kept))
    np.testing.assert_allclose(copy.deepcopy(model).predict(X), model.predict(X), rtol=1e-6)


def test_the_training_phase_of_what_is_used():
    """Dropout outside of the code that uses it follows the model's phase: nothing is dropped in a prediction."""
    x = Input((3,))
    dropped = Dropout(0.5)(x)
    model = Model(x, Lambda(lambda t: t - dropped)(x))
    np.testing.assert_array_equal(model.predict(X), np.zeros_like(X))
    with keras.backend.learning_phase_scope(1):
        assert np.abs(K.function([x], [dropped])([X])[0] - X).max() > 0


def test_variables_and_functions_of_them_need_no_data():
    x, weight = Input((3,)), K.variable([1.0, 2.0, 3.0])
    doubled = weight * 2.0
    model = Model(x, Lambda(lambda t: t * doubled)(x))
    np.testing.assert_allclose(model.predict(X), X * [2, 4, 6], rtol=1e-6)
    K.set_value(weight, np.zeros(3))
    np.testing.assert_array_equal(model.predict(X), np.zeros_like(X))


def test_a_tensor_of_another_graph_is_an_error():
    _, kept, _ = branches()
    x, other, _ = branches()
    with pytest.raises(ValueError, match="Graph disconnected"):
        Model(x, Lambda(lambda t: t * kept)(other))


# -------------------------------------------------------------------------------- losses


class Distance(Layer):
    """Adds a loss and gives its first input on, as variational autoencoders are often written."""

    def __init__(self, code=None, **kwargs):
        super().__init__(**kwargs)
        self.code = code

    def call(self, inputs):
        target, found = inputs
        loss = K.mean(K.square(target - found))
        if self.code is not None:
            loss += K.mean(K.square(self.code))
        self.add_loss(loss, inputs=inputs)
        return target


@pytest.mark.parametrize("uses_code", [False, True])
def test_a_layers_loss_is_all_that_a_model_needs(uses_code):
    x = Input((3,))
    code = Dense(2)(x)
    found = Dense(3)(code)
    model = Model(x, Distance(code if uses_code else None)([x, found]))
    plain = Model(x, [found, code])
    kernels = model.get_weights()
    model.compile("sgd", loss=None)
    values = plain.predict(X)
    expected = np.mean((X - values[0]) ** 2) + (np.mean(values[1] ** 2) if uses_code else 0)
    np.testing.assert_allclose(model.evaluate(X, verbose=0), expected, rtol=1e-5)
    history = model.fit(X, epochs=2, batch_size=8, verbose=0, validation_data=(X, None)).history
    np.testing.assert_allclose(history["loss"][0], expected, rtol=1e-5)
    assert history["val_loss"][1] < history["val_loss"][0] < history["loss"][0]
    assert np.abs(model.get_weights()[0] - kernels[0]).max() > 0


def test_penalties_alone_are_something_to_minimise():
    model = keras.models.Sequential([Dense(2, input_dim=3, activity_regularizer="l2", use_bias=False)])
    model.compile("sgd", loss=None)
    expected = 0.01 * np.sum((X @ model.get_weights()[0]) ** 2)
    np.testing.assert_allclose(model.evaluate(X, verbose=0, batch_size=8), expected, rtol=1e-4)
    with pytest.raises(ValueError, match="compile: expected a loss for at least one output"):
        keras.models.Sequential([Dense(2, input_dim=3)]).compile("sgd", loss=None)


def test_losses_and_metrics_that_use_tensors_of_the_graph():
    x = Input((3,))
    code = Dense(2)(x)
    model = Model(x, Dense(2)(code))
    outputs, codes = Model(x, [model.output, code]).predict(X)

    def loss(y_true, y_pred):
        return K.mean(K.square(y_true - y_pred), axis=-1) + K.mean(K.square(code), axis=-1)

    def size(y_true, y_pred):
        return K.mean(code)

    def size_of_sample(y_true, y_pred):
        return K.mean(code, axis=-1)

    model.compile("sgd", loss, metrics=[size, size_of_sample, "mae"])
    assert model.metrics_names == ["loss", "size", "size_of_sample", "mean_absolute_error"]
    expected = [np.mean((Y - outputs) ** 2) + np.mean(codes**2), codes.mean(), codes.mean(), np.abs(Y - outputs).mean()]
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.train_on_batch(X, Y), expected, rtol=1e-5)


def test_time_steps():
    x = Input((4, 3))
    last = Lambda(lambda t: t[:, -1])(x)
    repeated = TimeDistributed(Dense(3, use_bias=False, kernel_initializer="identity"))(x)
    model = Model(x, Lambda(lambda t: t + K.repeat(last, 4))(repeated))
    data = np.random.RandomState(2).rand(2, 4, 3).astype("float32")
    np.testing.assert_allclose(model.predict(data), data + data[:, -1:], rtol=1e-6)
