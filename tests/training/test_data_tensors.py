"""Inputs and targets that are tensors by themselves; sparse matrices; what is readied before threads start."""

import numpy as np
import pytest
from scipy import sparse

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import layers as L
from kerastorch.models import Model, Sequential, clone_model

RNG = np.random.RandomState(0)
X, Y = RNG.randn(6, 4).astype("float32"), RNG.randn(6, 2).astype("float32")


def linear():
    return Sequential([L.Dense(2, input_dim=4, name="out")])


def twin_of(model):
    twin = clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def test_an_input_that_is_a_variable():
    data = K.variable(X)
    a, b = L.Input(tensor=data), L.Input((4,), name="b")
    model = Model([a, b], L.add([L.Dense(2)(a), L.Dense(2)(b)]))
    w = model.get_weights()
    expected = X @ w[0] + w[1] + X[::-1] @ w[2] + w[3]
    np.testing.assert_allclose(model.predict(X[::-1].copy()), expected, rtol=1e-5)
    np.testing.assert_allclose(model.predict({"b": X[::-1].copy()}), expected, rtol=1e-5)
    K.set_value(data, 2 * X)
    np.testing.assert_allclose(model.predict(X) - model.predict(0 * X), X @ w[2], rtol=1e-4, atol=1e-5)
    model.compile("sgd", "mse")
    loss = model.train_on_batch(X, Y)
    np.testing.assert_allclose(loss, np.mean((2 * X @ w[0] + w[1] + X @ w[2] + w[3] - Y) ** 2), rtol=1e-5)
    c, d = L.Input((4,)), L.Input((4,))
    nested = Model([c, d], model([c, d]))  # called as a layer it takes all its inputs
    np.testing.assert_allclose(nested.predict([2 * X, X]), model.predict(X), rtol=1e-5)


def test_a_model_that_is_fed_nothing():
    a = L.Input(tensor=K.variable(X))
    model = Model(a, L.Dense(2)(a))
    model.compile("sgd", "mse", target_tensors=K.variable(Y))
    first = model.evaluate(None, None, steps=2, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(first, np.mean((X @ kernel + bias - Y) ** 2), rtol=1e-5)
    assert model.fit(None, None, epochs=2, steps_per_epoch=3, verbose=0).history["loss"][1] < first
    assert model.predict(None, steps=2).shape == (12, 2) and model.predict_on_batch([]).shape == (6, 2)
    assert model.train_on_batch(None, None) == pytest.approx(model.test_on_batch({}, None), rel=0.2)
    with pytest.raises(ValueError, match="expected steps"):
        model.predict(None)
    with pytest.raises(ValueError, match="expected steps"):
        model.fit(None, None, batch_size=3)


@pytest.mark.parametrize("given", [lambda t: t, lambda t: [t], lambda t: {"out": t}], ids=["tensor", "list", "dict"])
def test_target_tensors_are_targets(given):
    model = linear()
    twin = twin_of(model)
    model.compile("sgd", "mse", target_tensors=given(K.variable(Y)))
    twin.compile("sgd", "mse")
    weight = np.array([1.0, 0, 1, 2, 0, 1])
    assert model.train_on_batch(X, None, sample_weight=weight) == twin.train_on_batch(X, Y, sample_weight=weight)
    for got, wanted in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(got, wanted)
    with pytest.raises(ValueError, match="y: expected None"):
        model.train_on_batch(X, Y)


def test_an_autoencoders_input_as_its_target():
    x = L.Input((4,))
    model = Model(x, [L.Dense(4, name="back")(x), L.Dense(2, name="side")(x)])
    twin = twin_of(model)
    model.compile("sgd", "mse", target_tensors={"back": x})
    twin.compile("sgd", "mse")
    assert model.train_on_batch(X, Y) == twin.train_on_batch(X, [X, Y])


def test_wrong_target_tensors():
    x = L.Input((4,))
    model = Model(x, [L.Dense(2, name="a")(x), L.Dense(2, name="b")(x)])
    target = K.variable(Y)
    for given, error, match in (
        ({"a", "b"}, TypeError, "a list or a dict"),
        ([target], ValueError, "one entry per model output. The model has 2 outputs"),
        (target, ValueError, "a single tensor"),
        ({"c": target}, ValueError, "names of outputs"),
        ([1.0, target], TypeError, "to hold tensors"),
    ):
        with pytest.raises(error, match=match):
            model.compile("sgd", "mse", target_tensors=given)
    placeholder = K.placeholder((None, 2))  # data is fed for it
    model.compile("sgd", "mse", target_tensors=[placeholder, target])
    model.train_on_batch(X, Y)


def test_clones_on_other_tensors():
    a, b = L.Input((4,)), L.Input((4,))
    shared = L.Dense(3)
    model = Model([a, b], L.Dense(2)(L.add([shared(a), shared(b)])))
    c, d = L.Input((4,), name="c"), L.Input((4,), name="d")
    clone = clone_model(model, [c, d])
    assert clone.inputs == [c, d] and [type(x).__name__ for x in clone.layers] == [
        type(x).__name__ for x in model.layers
    ]
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict([X, Y @ np.ones((2, 4))]), model.predict([X, Y @ np.ones((2, 4))]))
    fixed = clone_model(model, [K.variable(X), K.variable(2 * X)])
    fixed.set_weights(model.get_weights())
    np.testing.assert_allclose(fixed.predict_on_batch(None), model.predict([X, 2 * X]), rtol=1e-5)
    chain = clone_model(linear(), K.variable(X))
    chain.compile("sgd", "mse")
    chain.train_on_batch(None, Y)
    with pytest.raises(ValueError, match="2 input tensors. Received: 1"):
        clone_model(model, [c])


def test_sparse_matrices():
    matrix = sparse.random(7, 4, density=0.5, random_state=1).tocsc()
    target = sparse.random(7, 2, density=0.5, random_state=2)
    x = L.Input((4,), sparse=True)
    model = Model(x, L.Dense(2)(x))
    assert Model.from_config(model.get_config()).layers[0].sparse is True
    twin = twin_of(model)
    for one in (model, twin):
        one.compile("sgd", "mse")
    histories = []
    for one, inputs, targets in ((model, matrix, target), (twin, matrix.toarray(), target.toarray())):
        np.random.seed(1)
        histories.append(one.fit(inputs, targets, batch_size=2, epochs=2, validation_split=0.3, verbose=0).history)
    assert histories[0] == histories[1]
    np.testing.assert_allclose(model.predict(matrix, batch_size=3), twin.predict(matrix.toarray(), batch_size=3), 1e-5)
    assert model.train_on_batch(matrix, target) == twin.train_on_batch(matrix.toarray(), target.toarray())


def test_what_scripts_call_before_threads():
    model = linear()
    with pytest.raises(RuntimeError, match="compile"):
        model._make_train_function()
    model._make_predict_function()
    model.compile("sgd", "mse")
    model._make_train_function()
    model._make_test_function()
    assert model.train_on_batch(X, Y) > 0


def test_trainable_changed_since_compile():
    inner = linear()
    model = Sequential([inner, L.Dense(1)])
    model.compile("sgd", "mse")
    inner.trainable = False
    for act in (model.summary, lambda: model.train_on_batch(X, Y[:, :1])):
        with pytest.warns(UserWarning, match="Discrepancy"):
            act()
    model.compile("sgd", "mse")
    model.summary(print_fn=lambda line: None)


def test_a_deferred_model_remembers_its_input_shape():
    model = Sequential([L.Dense(3), Sequential([L.Dense(2)])])
    model.compile("sgd", "mse")
    assert "build_input_shape" not in model.get_config()
    model.train_on_batch(X, Y)
    again = Sequential.from_config(model.get_config())
    assert again.built and [w.shape for w in again.get_weights()] == [w.shape for w in model.get_weights()]
    assert "build_input_shape" not in linear().get_config()


def test_a_loss_without_a_gradient():
    model = Sequential(
        [L.Dense(3, input_dim=4), L.Lambda(lambda x: K.reshape(K.cast(K.argmax(x), "float32"), (-1, 1)))]
    )
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="gradient"):
        model.fit(X, Y[:, :1], verbose=0)


def test_losses_that_are_objects_of_a_script(tmp_path):
    class Mixed:
        def __init__(self, part):
            self.part = part

        def __call__(self, y_true, y_pred):
            return self.part * keras.losses.mse(y_true, y_pred) + (1 - self.part) * keras.losses.mae(y_true, y_pred)

        def get_config(self):
            return {"part": self.part}

    for loss in (Mixed(0.25), {"out": Mixed(0.25)}):
        model = linear()
        model.compile("sgd", loss)
        model.save(tmp_path / "model.h5")
        with keras.utils.CustomObjectScope({"Mixed": Mixed}):
            again = keras.models.load_model(tmp_path / "model.h5")
        assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
