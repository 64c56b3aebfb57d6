"""The methods that take one batch: what was found right is not checked again, what differs is."""

import numpy as np
import pytest
import torch

from kerastorch import eras
from kerastorch import layers as kl
from kerastorch.models import Model, Sequential
from kerastorch.training import user_data

X, Y = np.ones((4, 3), np.float32), np.zeros((4, 2), np.float32)


@pytest.fixture
def model():
    model = Sequential([kl.Dense(2, input_dim=3)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def checks(monkeypatch):
    """Counts the batches that are looked at."""
    counted = []
    checked = user_data.UserData._checked

    def counting(self, *args):
        counted.append(args)
        return checked(self, *args)

    monkeypatch.setattr(user_data.UserData, "_checked", counting)
    return counted


def test_batches_of_one_kind_are_checked_once(model, checks):
    losses = [model.train_on_batch(X, Y) for _ in range(4)]
    assert len(checks) == 1 and losses == sorted(losses, reverse=True) and losses[-1] < losses[0]
    model.train_on_batch(X[:2], Y[:2])
    model.train_on_batch(X.astype("float64"), Y)
    model.train_on_batch(torch.from_numpy(X), Y)
    model.train_on_batch([X], [Y])
    assert len(checks) == 5


def test_lists_of_arrays_are_taken_as_they_are(checks):
    a, b = kl.Input((3,)), kl.Input((3,))
    model = Model([a, b], [kl.Dense(2)(a), kl.Dense(2)(b)])
    model.compile("sgd", "mse")
    first = model.train_on_batch([X, 2 * X], [Y, Y])
    again = model.test_on_batch([X, 2 * X], [Y, Y])
    assert len(checks) == 1 and again[0] < first[0]
    expected = ((model.predict([X, 2 * X])[0] - Y) ** 2).mean()
    np.testing.assert_allclose(model.test_on_batch([X, 2 * X], [Y, Y])[1], expected, rtol=1e-6)


def test_weights_are_looked_at_each_time(model):
    model.train_on_batch(X, Y)
    with pytest.raises(ValueError, match="sample_weight"):
        model.train_on_batch(X, Y, sample_weight=np.ones(3))
    with pytest.raises(ValueError, match="y: expected"):
        model.train_on_batch(X, Y[:, :1])


def test_class_numbers_are_looked_at_in_each_batch():
    model = Sequential([kl.Dense(2, activation="softmax", input_dim=3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = np.array([[0], [1], [0], [1]])
    model.train_on_batch(X, labels)
    before = model.get_weights()
    with pytest.raises(ValueError, match="y: expected"):
        model.train_on_batch(X, labels + 1)
    assert all((w == b).all() for w, b in zip(model.get_weights(), before))


def test_what_compile_and_add_change_counts(model):
    model.train_on_batch(X, Y)
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError, match="y: expected"):
        model.train_on_batch(X, Y[:, :1])
    model.compile("sgd", "mse")
    model.train_on_batch(X, Y)
    model.add(kl.Dense(5))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="y: expected"):
        model.train_on_batch(X, Y)


@pytest.mark.parametrize("method", ["predict", "predict_on_batch"])
def test_inputs_of_one_kind_are_checked_once(model, method, monkeypatch):
    counted, arrays = [], user_data.standardize.arrays
    monkeypatch.setattr(user_data.standardize, "arrays", lambda *a: counted.append(a) or arrays(*a))
    predict = getattr(model, method)
    for k in range(3):
        np.testing.assert_allclose(predict(k * X), k * predict(X), rtol=1e-6)
    assert len(counted) == 1
    with pytest.raises(ValueError, match="expected"):
        predict(X[:, :2])
    assert predict(X[0:1]).shape == (1, 2) and predict([X]).shape == (4, 2)
    model.add(kl.Dense(5))
    assert predict(X).shape == (4, 5)


def test_inputs_of_different_lengths_are_refused_each_time():
    a, b = kl.Input((3,)), kl.Input((3,))
    model = Model([a, b], kl.add([a, b]))
    for method in (model.predict, model.predict_on_batch, model.predict):
        with pytest.raises(ValueError, match="number of samples"):
            method([X, X[:2]])


def test_a_prediction_of_one_batch_draws_as_one_of_many(model):
    eras.set_era("keras3")
    after = []
    for size in (2, 4):
        torch.manual_seed(0)
        model.predict(X, batch_size=size, verbose=0)
        after.append(torch.rand(1).item())
    assert after[0] == after[1]
