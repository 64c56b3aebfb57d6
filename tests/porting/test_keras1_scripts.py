"""Scripts as they were written for Keras 0 and 1: their models learn and predict.

What the layers compute is tested where the layers are; here counts that the names come together.
"""

import importlib
import json
import warnings

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.engine.topology import Layer
from kerastorch.layers import Activation, Dense, Input, Merge, merge
from kerastorch.models import Graph, Model, Sequential, model_from_json
from kerastorch.porting import initializations
from kerastorch.porting.legacy_activations import ParametricSoftplus, SReLU


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def rows(count, size, seed=0):
    return np.random.RandomState(seed).rand(count, size).astype("float32")


# ---------------------------------------------------------------------------------- Graph


def graph():
    model = Graph()
    model.add_input(name="a", input_shape=(4,))
    model.add_input(name="b", input_shape=(4,))
    model.add_node(Dense(3), name="left", input="a")
    model.add_node(Dense(3), name="right", inputs=["a", "b"], merge_mode="concat")
    model.add_output(name="sum", inputs=["left", "right"], merge_mode="sum")
    model.add_node(Dense(2, activation="softmax"), name="classes", input="left", create_output=True)
    model.compile("rmsprop", {"sum": "mse", "classes": "categorical_crossentropy"})
    return model


def same_model():
    """The same as a functional model."""
    a, b = Input((4,)), Input((4,))
    left = Dense(3)(a)
    right = Dense(3)(keras.layers.concatenate([a, b]))
    model = Model([a, b], [keras.layers.add([left, right]), Dense(2, activation="softmax")(left)])
    model.compile("rmsprop", ["mse", "categorical_crossentropy"])
    return model


DATA = {"a": rows(8, 4), "b": rows(8, 4, 1), "sum": rows(8, 3, 2), "classes": np.eye(2)[np.arange(8) % 2]}


def both():
    graph_model, functional = graph(), same_model()
    functional.set_weights(graph_model.get_weights())
    return graph_model, functional


def test_graph_predicts_and_evaluates():
    model, functional = both()
    found = model.predict({"a": DATA["a"], "b": DATA["b"]})
    expected = functional.predict([DATA["a"], DATA["b"]])
    assert list(found) == ["sum", "classes"]
    np.testing.assert_allclose(found["sum"], expected[0], rtol=1e-6)
    np.testing.assert_allclose(found["classes"], expected[1], rtol=1e-6)
    x, y = [DATA["a"], DATA["b"]], [DATA["sum"], DATA["classes"]]
    np.testing.assert_allclose(model.evaluate(DATA, verbose=0), functional.evaluate(x, y, verbose=0), rtol=1e-6)
    np.testing.assert_allclose(model.test_on_batch(DATA), functional.test_on_batch(x, y), rtol=1e-6)
    np.testing.assert_array_equal(model.predict_on_batch(DATA)["sum"], model.predict(DATA)["sum"])


def test_graph_learns_as_the_functional_model_does():
    model, functional = both()
    x, y = [DATA["a"], DATA["b"]], [DATA["sum"], DATA["classes"]]
    options = {"batch_size": 4, "shuffle": False, "verbose": 0}
    history = model.fit(DATA, nb_epoch=2, validation_data=DATA, sample_weight={}, **options).history
    expected = functional.fit(x, y, epochs=2, validation_data=(x, y), **options).history
    assert {"loss", "sum_loss", "classes_loss", "val_loss", "val_sum_loss", "val_classes_loss"} == set(history)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    np.testing.assert_allclose(history["val_loss"], expected["val_loss"], rtol=1e-6)
    np.testing.assert_allclose(model.train_on_batch(DATA), functional.train_on_batch(x, y), rtol=1e-6)


def test_graph_learns_from_a_generator():
    model, functional = both()
    x, y = [DATA["a"], DATA["b"]], [DATA["sum"], DATA["classes"]]

    def dicts():
        while True:
            yield DATA

    def pairs():
        while True:
            yield x, y

    history = model.fit_generator(dicts(), samples_per_epoch=16, nb_epoch=2, validation_data=DATA, verbose=0).history
    expected = functional.fit_generator(pairs(), 2, epochs=2, validation_data=(x, y), verbose=0).history
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    np.testing.assert_allclose(history["val_loss"], expected["val_loss"], rtol=1e-6)


def test_graph_shares_a_layer():
    model, shared = Graph(), Dense(3)
    for name in ("a", "b"):
        model.add_input(name=name, input_shape=(4,))
    model.add_shared_node(shared, name="both", inputs=["a", "b"], merge_mode="mul", create_output=True)
    model.compile("sgd", {"both": "mse"})
    a, b = (DATA[name] @ shared.get_weights()[0] for name in ("a", "b"))
    np.testing.assert_allclose(model.predict(DATA)["both"], a * b, rtol=1e-5, atol=1e-6)
    apart = Graph()
    for name in ("a", "b"):
        apart.add_input(name=name, input_shape=(4,))
    other = Dense(3)
    apart.add_shared_node(other, name="same", inputs=["a", "b"], outputs=["one", "two"], create_output=True)
    apart.compile("sgd", {"one": "mse", "two": "mse"})
    np.testing.assert_allclose(apart.predict(DATA)["two"], DATA["b"] @ other.get_weights()[0], rtol=1e-5, atol=1e-6)


def test_graph_as_text_is_a_model():
    model = graph()
    copy = model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict([DATA["a"], DATA["b"]])[0], model.predict(DATA)["sum"], rtol=1e-6)
    assert json.loads(model.to_json())["class_name"] == "Graph"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda g: g.add_input(name="a", input_shape=(1,)), "expected a name that is not taken. Received: 'a'"),
        (lambda g: g.add_node(Dense(1), name="x", input="c"), "name of an input or node: a, b. Received: 'c'"),
        (lambda g: g.add_input(name="c", dtype="text"), "expected dtype 'float' or 'int'. Received: 'text'"),
        (lambda g: g.add_shared_node(Dense(1), "s", ["a", "b"], outputs=["c"]), "a name for each of 2 results"),
    ],
)
def test_graph_says_what_is_wrong(call, message):
    model = Graph()
    for name in ("a", "b"):
        model.add_input(name=name, input_shape=(4,))
    with pytest.raises(ValueError, match=message):
        call(model)


def test_graph_without_data_for_a_name():
    with pytest.raises(ValueError, match="Graph: expected data for 'b'. Received: data for a"):
        graph().predict({"a": DATA["a"]})


# ------------------------------------------------------------------- layers of one's own


class Attention(Layer):
    """As it stands in many a script: no add_weight, no super().build(), get_output_shape_for."""

    def __init__(self, **kwargs):
        self.init = initializations.get("normal")
        super().__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) == 3
        self.W = self.init((input_shape[-1],), name="W")
        self.trainable_weights = [self.W]

    def call(self, x, mask=None):
        scores = K.exp(K.tanh(K.sum(x * self.W, axis=-1)))
        weights = scores / K.expand_dims(K.sum(scores, axis=1), 1)
        return K.sum(x * K.expand_dims(weights, 2), axis=1)

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], input_shape[-1])


def test_a_layer_with_variables_of_its_own():
    layer = Attention(input_shape=(5, 3))
    model = Sequential([layer])
    x = np.random.RandomState(0).rand(2, 5, 3).astype("float32")
    scores = np.exp(np.tanh((x * layer.get_weights()[0]).sum(-1)))
    expected = (x * (scores / scores.sum(1, keepdims=True))[..., None]).sum(1)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)
    model.compile("sgd", "mse")
    before = layer.get_weights()[0].copy()
    model.fit(x, np.ones((2, 3)), nb_epoch=1, verbose=0)
    assert model.output_shape == (None, 3) and np.abs(layer.get_weights()[0] - before).max() > 0


def test_initializations():
    variable = initializations.get("uniform")((3, 4), name="W")
    assert K.int_shape(variable) == (3, 4) and variable.name.startswith("W")
    assert np.all(K.eval(initializations.one((2,))) == 1)
    assert np.abs(K.eval(initializations.uniform((40, 40), scale=0.2))).max() == pytest.approx(0.2, abs=0.01)
    assert K.eval(initializations.normal((90, 90), scale=0.3)).std() == pytest.approx(0.3, rel=0.05)
    np.testing.assert_array_equal(K.eval(initializations.identity((3, 3), scale=2.0)), 2 * np.eye(3))
    assert initializations.get(variable) is variable
    with pytest.raises(ValueError, match="Received: 'nothing'"):
        initializations.get("nothing")
    layer = Layer()
    weight = layer.add_weight((2, 3), initializer=initializations.get("one"), name="w")
    assert torch.all(weight == 1)


# ----------------------------------------------------------------------------- activations


def test_srelu():
    """Its three pieces, from the paper's formula."""
    layer = SReLU()
    x = torch.linspace(-3, 3, 13).reshape(1, 13)
    layer(x)
    t_left, a_left, t_right, a_right = (np.full(13, v, "float32") for v in (-1.0, 0.5, 2.0, 0.25))
    layer.set_weights([t_left, a_left, t_right, a_right])
    values = x.numpy()[0]
    expected = np.where(values <= -1, -1 + 0.5 * (values + 1), np.where(values >= 1, 1 + 0.25 * (values - 1), values))
    np.testing.assert_allclose(layer(x)[0].detach().numpy(), expected, rtol=1e-6)
    assert [w.shape for w in SReLU(shared_axes=[1], batch_input_shape=(None, 4, 5)).get_weights()] == []
    shared = SReLU(shared_axes=[1])
    shared(torch.zeros(2, 4, 5))
    assert {w.shape for w in shared.get_weights()} == {(1, 5)}


def test_parametric_softplus():
    layer = ParametricSoftplus(alpha_init=0.3, beta_init=2.0)
    x = torch.linspace(-2, 2, 5).reshape(1, 5)
    np.testing.assert_allclose(layer(x).detach().numpy(), 0.3 * np.log1p(np.exp(2 * x.numpy())), rtol=1e-5)
    copy = ParametricSoftplus.from_config(layer.get_config())
    assert (copy.alpha_init, copy.beta_init) == (0.3, 2.0)


# ------------------------------------------------------------------------------- the rest


def test_merged_branches():
    left, right = Sequential([Dense(3, input_dim=4)]), Sequential([Dense(3, input_dim=4)])
    model = Sequential([Merge([left, right], mode="concat"), Activation("linear")])
    expected = np.concatenate([left.predict(DATA["a"]), right.predict(DATA["b"])], 1)
    np.testing.assert_allclose(model.predict([DATA["a"], DATA["b"]]), expected, rtol=1e-6)
    x = Input((3,))
    assert merge([x, x], mode="sum").shape == merge([x, x], "mul").shape == (None, 3)


def test_functions_with_old_names_of_arguments():
    np.testing.assert_array_equal(keras.utils.to_categorical([0, 2], nb_classes=3), np.eye(3)[[0, 2]])
    x = torch.arange(32.0).reshape(1, 2, 4, 4)
    kernel = torch.ones(3, 3, 2, 1)
    new = K.conv2d(x, kernel, padding="same", data_format="channels_first")
    assert torch.equal(K.conv2d(x, kernel, border_mode="same", dim_ordering="th"), new)
    assert torch.equal(K.resize_images(x, 2, 2, dim_ordering="th"), K.resize_images(x, 2, 2, "channels_first"))
    pooled = K.pool2d(x, (2, 2), (2, 2), padding="valid", data_format="channels_first")
    assert torch.equal(K.pool2d(x, (2, 2), (2, 2), border_mode="valid", dim_ordering="th"), pooled)


def test_data_for_tests_and_reshape_as_keras_1_named_their_arguments():
    (x, y), (x_test, _) = keras.utils.test_utils.get_test_data(nb_train=4, nb_test=2, input_shape=(3,), nb_class=2)
    assert x.shape == (4, 3) and x_test.shape == (2, 3) and set(y) <= {0, 1}
    assert keras.layers.Reshape(dims=(2, 3))(torch.zeros(1, 6)).shape == (1, 2, 3)
    old = importlib.import_module("kerastorch.utils.np_utils")
    assert old.accuracy(np.array([1, 0, 2, 2]), [1, 1, 2, 2]) == 0.75


def test_a_layer_with_a_step_as_keras_1_had_it():
    class Count(keras.layers.recurrent.Recurrent):
        def __init__(self, output_dim, **kwargs):
            self.output_dim = output_dim
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.states = [None]
            self.built = True

        def get_output_shape_for(self, input_shape):
            return (input_shape[0], input_shape[1], self.output_dim)

        def get_initial_states(self, x):
            return [K.ones_like(x[:, 0, :1]) * 2.0]

        def preprocess_input(self, x):
            return x * 10.0

        def get_constants(self, x):
            return [K.sum(x)]

        def step(self, x, states):
            assert len(states) == 2
            return states[0] + x, [states[0] + x]

    layer = Count(1, return_sequences=True, consume_less="gpu", input_dim=1, input_length=3)
    model = Sequential([layer])
    assert model.predict(np.ones((1, 3, 1))).tolist() == [[[12.0], [22.0], [32.0]]]
    assert layer.get_config()["implementation"] == 2


def test_a_recurrent_layer_says_what_is_wrong():
    base = keras.layers.Recurrent
    with pytest.raises(ValueError, match="expected consume_less to be one of"):
        base(consume_less="tpu")
    with pytest.raises(NotImplementedError, match=r"expected Recurrent to define step\(inputs, states\)"):
        layer = base()
        layer.units, layer.states = 2, [None]
        layer(torch.ones(1, 2, 2))
    layer.states = [None, None]
    with pytest.raises(ValueError, match="expected 2 first states. Received: 1"):
        layer(torch.ones(1, 2, 2), initial_state=torch.ones(1, 2))


def test_functions_of_the_old_training_module():
    training = importlib.import_module("kerastorch.engine.training")
    assert [a.tolist() for a in training.slice_X([np.arange(4), np.arange(4) * 2], [0, 3])] == [[0, 3], [0, 6]]
    assert training.slice_X(np.arange(4), 2).tolist() == [2, 3]
    assert training.make_batches(5, 2) == [(0, 2), (2, 4), (4, 5)]
