"""Models whose inputs come in a dict: graphs and classes of the caller's, in training and called by hand."""

import numpy as np
import pytest
import torch

import kerastorch as keras

L = keras.layers
X = {"p": np.arange(3.0).reshape(3, 1), "q": np.arange(6.0).reshape(3, 2)}
Y = np.ones((3, 1))


def weighed(model):
    model.layers[-1].set_weights([np.array([[1.0], [10.0], [100.0]]), np.zeros(1)])
    return model


EXPECTED = X["q"] @ [[1.0], [10.0]] + 100 * X["p"]


@pytest.mark.parametrize("names", [("p", "q"), ("first", "second")])
def test_a_graph_made_of_a_dict(names):
    inputs = {"p": L.Input((1,), name=names[0]), "q": L.Input((2,), name=names[1])}
    model = weighed(keras.models.Model(inputs, L.Dense(1)(L.concatenate([inputs["q"], inputs["p"]]))))
    np.testing.assert_allclose(model.predict(X), EXPECTED)
    np.testing.assert_allclose(model({key: torch.tensor(x) for key, x in X.items()}).detach(), EXPECTED)
    around = keras.models.Model(inputs, model(inputs))
    assert around.output_shape == (None, 1)
    np.testing.assert_allclose(around.predict({key: X[key] for key in ("q", "p")}), EXPECTED)
    around.compile("sgd", "mse")
    around.fit(X, Y, epochs=1, verbose=0)
    with pytest.raises(ValueError, match="Received: none for"):
        model({"p": X["p"]})


class Joined(keras.models.Model):
    """Looks its inputs up by their keys."""

    def __init__(self):
        super().__init__()
        self.join, self.dense = L.Concatenate(), L.Dense(1)

    def call(self, inputs):
        return self.dense(self.join([inputs[key] for key in sorted(inputs, reverse=True)]))


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_model_of_the_callers_gets_the_dict(eagerly):
    model = Joined()
    model.compile("sgd", "mse", run_eagerly=eagerly)
    model.fit(X, Y, epochs=1, verbose=0)
    weighed(model)
    np.testing.assert_allclose(model.predict(X), EXPECTED)
    assert model.evaluate(X, EXPECTED, verbose=0) < 1e-6
    np.testing.assert_allclose(model(X).detach(), EXPECTED)


def test_a_dict_of_one():
    class Only(keras.models.Model):
        def __init__(self):
            super().__init__()
            self.dense = L.Dense(1)

        def call(self, inputs):
            return self.dense(inputs["only"])

    model = Only()
    model.compile("sgd", "mse")
    model.fit({"only": X["q"]}, Y, epochs=1, verbose=0)
    assert model.predict({"only": X["q"]}).shape == (3, 1)
