"""Wrong input gives one sentence that names the culprit, and leaves the model as it was."""

import warnings

import h5py
import numpy as np
import pytest
import torch

from kerastorch import callbacks, layers, models
from kerastorch.models import Sequential

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(12, 4)).astype("float32"), rng.integers(0, 3, 12)
ONE_HOT = np.eye(3, dtype="float32")[Y]


def classifier(loss="sparse_categorical_crossentropy", **compile_arguments):
    model = Sequential([layers.Dense(5, activation="relu", input_dim=4), layers.Dense(3, activation="softmax")])
    model.compile("adam", loss, **compile_arguments)
    return model


def text_model():
    model = Sequential([layers.Embedding(10, 4, input_length=5), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def temporal_model():
    model = Sequential([layers.Dense(2, input_shape=(3, 4))])
    model.compile("sgd", "mse", sample_weight_mode="temporal")
    return model


def with_nan_in_graph():
    return np.array([[1, 2], [3]], dtype=object)


FIT = {
    "feature size": (classifier, lambda m: m.fit(X[:, :3], Y), "x.*dense_.*shape.*3"),
    "rank": (classifier, lambda m: m.fit(X[:, None], Y), "x.*2 dimensions.*Received: shape"),
    "lengths": (classifier, lambda m: m.fit(X, Y[:-1]), "y.*12.*Received: 11"),
    "sparse label too large": (classifier, lambda m: m.fit(X, Y + 1), "labels.*0 to 2.*Received: 3"),
    "sparse label negative": (classifier, lambda m: m.fit(X, Y - 1), "labels.*0 to 2.*Received: -1"),
    "one-hot for sparse": (classifier, lambda m: m.fit(X, ONE_HOT), r"y.*\(None, 1\).*Received: shape \(12, 3\)"),
    "class numbers for categorical": (
        lambda: classifier("categorical_crossentropy"),
        lambda m: m.fit(X, Y),
        "one-hot.*to_categorical",
    ),
    "target shape": (lambda: classifier("mse"), lambda m: m.fit(X, X), r"y.*Received: shape \(12, 4\)"),
    "index too large": (text_model, lambda m: m.fit(np.full((4, 5), 10), np.zeros(4)), "embedding_.*10"),
    "index negative": (text_model, lambda m: m.fit(np.full((4, 5), -1), np.zeros(4)), "embedding_.*-1"),
    "validation_split 1": (classifier, lambda m: m.fit(X, Y, validation_split=1.0), r"validation_split.*\(0, 1\)"),
    "validation_split negative": (classifier, lambda m: m.fit(X, Y, validation_split=-0.1), "validation_split"),
    "validation_split text": (classifier, lambda m: m.fit(X, Y, validation_split="0.1"), "validation_split"),
    "validation_split no rows": (classifier, lambda m: m.fit(X[:1], Y[:1], validation_split=0.5), "validation_split"),
    "validation_data one entry": (classifier, lambda m: m.fit(X, Y, validation_data=(X,)), "validation_data"),
    "validation_data shape": (classifier, lambda m: m.fit(X, Y, validation_data=(X[:, :2], Y)), "x.*shape"),
    "class missing": (classifier, lambda m: m.fit(X, Y, class_weight={0: 1.0, 1: 2.0}), r"class_weight.*\[2\]"),
    "class_weight list": (classifier, lambda m: m.fit(X, Y, class_weight=[1.0, 2.0, 3.0]), "class_weight.*dict"),
    "sample_weight rank": (classifier, lambda m: m.fit(X, Y, sample_weight=np.ones((12, 2))), "sample_weight.*1 dim"),
    "sample_weight length": (classifier, lambda m: m.fit(X, Y, sample_weight=np.ones(5)), r"sample_weight.*\(12,\)"),
    "sample_weight temporal rank": (
        temporal_model,
        lambda m: m.fit(np.ones((4, 3, 4)), np.ones((4, 3, 2)), sample_weight=np.ones(4)),
        "sample_weight.*2 dim",
    ),
    "empty": (classifier, lambda m: m.fit(X[:0], Y[:0]), "x.*at least one sample"),
    "empty predict": (classifier, lambda m: m.predict(X[:0]), "x.*at least one sample"),
    "ragged": (classifier, lambda m: m.fit(with_nan_in_graph(), Y[:2]), "x.*numbers"),
    "ragged list": (classifier, lambda m: m.fit([[1.0, 2.0], [1.0]], Y[:2]), "x.*length"),
    "text": (classifier, lambda m: m.fit(X.astype(str), Y), "x.*numbers"),
    "nothing": (classifier, lambda m: m.fit(None, Y), "x.*None"),
    "no target": (classifier, lambda m: m.fit(X), "y.*None"),
    "two arrays": (classifier, lambda m: m.fit([X, X], Y), "x.*1 array.*2"),
    "batch_size 0": (classifier, lambda m: m.fit(X, Y, batch_size=0), "batch_size"),
    "batch_size text": (classifier, lambda m: m.fit(X, Y, batch_size="32"), "batch_size"),
    "epochs negative": (classifier, lambda m: m.fit(X, Y, epochs=-1), "epochs"),
    "epochs fraction": (classifier, lambda m: m.fit(X, Y, epochs=1.5), "epochs"),
    "verbose": (classifier, lambda m: m.fit(X, Y, verbose=7), "verbose"),
    "shuffle": (classifier, lambda m: m.fit(X, Y, shuffle="batches"), "shuffle.*batch"),
    "unknown argument": (classifier, lambda m: m.fit(X, Y, batchsize=3), "batchsize"),
    "callback class": (classifier, lambda m: m.fit(X, Y, callbacks=[callbacks.History]), "callbacks"),
    "evaluate shape": (classifier, lambda m: m.evaluate(X[:, :2], Y), "x.*shape"),
    "train_on_batch shape": (classifier, lambda m: m.train_on_batch(X[:, :2], Y), "x.*shape"),
    "weights shape": (classifier, lambda m: m.set_weights([w.T for w in m.get_weights()]), r"dense_.*\(4, 5\)"),
    "weights number": (classifier, lambda m: m.set_weights(m.get_weights()[:-1]), "4 weights.*3"),
    "layer weights": (classifier, lambda m: m.layers[0].set_weights([np.ones((2, 2))]), "2 weights.*1"),
    "unknown layer": (classifier, lambda m: m.get_layer("nothing"), "nothing"),
    "layer index": (classifier, lambda m: m.get_layer(index=9), "9"),
    "compile optimizer": (classifier, lambda m: m.compile("adamm", "mse"), "optimizer.*adamm.*'[Aa]dam'"),
    "compile loss": (classifier, lambda m: m.compile("adam", "mean_squard_error"), "loss.*mean_squared_error"),
    "compile metric": (classifier, lambda m: m.compile("adam", "mse", metrics=["acurracy"]), "metric.*acurracy"),
    "compile sample_weight_mode": (
        classifier,
        lambda m: m.compile("adam", "mse", sample_weight_mode="time"),
        "sample_weight_mode.*temporal",
    ),
    "compile unknown": (classifier, lambda m: m.compile("adam", "mse", metric=["acc"]), "metric"),
    "compile no loss": (classifier, lambda m: m.compile("adam"), "loss"),
    "compile loss key": (classifier, lambda m: m.compile("adam", {"out": "mse"}), "loss.*out"),
    "add nothing": (classifier, lambda m: m.add(None), "layer"),
    "add a class": (classifier, lambda m: m.add(layers.Dense), "layer"),
    "add misfit": (classifier, lambda m: m.add(layers.Conv2D(3, 3)), "conv2d_.*4 dimensions"),
}


@pytest.mark.parametrize("make, act, pattern", FIT.values(), ids=FIT)
def test_model_is_left_as_it_was(make, act, pattern):
    model = make()
    weights, count, optimizer = model.get_weights(), len(model.layers), model.optimizer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((ValueError, TypeError), match=f"(?s){pattern}") as caught:
            act(model)
    assert "\n" not in str(caught.value)
    assert "Received" in str(caught.value)
    assert len(model.layers) == count and model.optimizer is optimizer
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


ARGUMENTS = {
    "units": (lambda: layers.Dense(-3), "Dense.*units.*-3"),
    "units text": (lambda: layers.Dense("3"), "Dense.*units"),
    "units zero": (lambda: layers.Dense(0), "Dense.*units"),
    "activation": (lambda: layers.Dense(3, activation="rellu"), "activation.*rellu.*'relu'"),
    "initializer": (lambda: layers.Dense(3, kernel_initializer="glorot_unifrom"), "initializer.*glorot_uniform"),
    "regularizer": (lambda: layers.Dense(3, kernel_regularizer="l3"), "regularizer.*l3"),
    "constraint": (lambda: layers.Dense(3, kernel_constraint="max_norn"), "constraint.*max_norm"),
    "unknown argument": (lambda: layers.Dense(3, activaton="relu"), "Dense.*activaton"),
    "filters": (lambda: layers.Conv2D(-1, 3), "Conv2D.*filters.*-1"),
    "kernel_size": (lambda: layers.Conv2D(1, (3, 3, 3)), "Conv2D.*kernel_size"),
    "strides": (lambda: layers.Conv2D(1, 3, strides=0), "Conv2D.*strides"),
    "padding": (lambda: layers.Conv2D(1, 3, padding="sama"), "padding.*sama"),
    "data_format": (lambda: layers.Conv2D(1, 3, data_format="last"), "data_format.*last"),
    "strides and dilation": (
        lambda: layers.Conv2D(1, 3, strides=2, dilation_rate=2).build((None, 9, 9, 1)),
        "strides.*dilation_rate",
    ),
    "pool_size": (lambda: layers.MaxPooling2D((2, 2, 2)), "MaxPooling2D.*pool_size"),
    "pool padding": (lambda: layers.MaxPooling2D(padding="full"), "padding.*full"),
    "rate": (lambda: layers.GaussianDropout(1.5), "GaussianDropout.*rate.*1.5"),
    "rate text": (lambda: layers.Dropout("0.5"), "Dropout.*rate"),
    "embedding": (lambda: layers.Embedding(-1, 4), "Embedding.*input_dim.*-1"),
    "embedding output": (lambda: layers.Embedding(4, 0), "Embedding.*output_dim"),
    "lstm": (lambda: layers.LSTM(-2), "LSTM.*units.*-2"),
    "lstm implementation": (lambda: layers.LSTM(2, implementation=7), "LSTM.*implementation.*7"),
    "lstm activation": (lambda: layers.LSTM(2, recurrent_activation="hard_sigmod"), "hard_sigmoid"),
    "permute": (lambda: layers.Permute((1, 3)), "Permute.*dims"),
    "repeat": (lambda: layers.RepeatVector(1.5), "RepeatVector.*n"),
    "reshape": (lambda: layers.Reshape((-1, -1)), "Reshape.*target_shape"),
    "input_shape": (lambda: layers.Dense(3, input_shape="4"), "Dense.*input_shape"),
    "name": (lambda: layers.Dense(3, name=4), "Dense.*name"),
    "dtype": (lambda: layers.Dense(3, input_dim=2, dtype="float33"), "dtype.*float33"),
    "flatten without length": (
        lambda: Sequential([layers.Embedding(10, 4), layers.Flatten(), layers.Dense(1)]).build((None, None)),
        "flatten_.*shape",
    ),
    "flatten without length, stacked": (
        lambda: Sequential([layers.Embedding(10, 4, batch_input_shape=(None, None)), layers.Flatten()]),
        "flatten_.*input_length",
    ),
    "unknown shape": (lambda: Sequential([layers.Dense(1, input_shape=(None,))]), "dense_.*last axis"),
    "embedding length": (
        lambda: layers.Embedding(10, 4, input_length=5)(torch.zeros(2, 4, dtype=torch.int64)),
        "embedding_.*5",
    ),
    "reshape misfit": (lambda: Sequential([layers.Reshape((5,), input_shape=(2, 3))]), "reshape_.*6"),
    "masked flatten": (
        lambda: Sequential([layers.Embedding(10, 4, mask_zero=True, input_length=3), layers.Flatten()]),
        "flatten_.*mask",
    ),
    "layer names": (lambda: Sequential([layers.Dense(1, name="a", input_dim=1), layers.Dense(1, name="a")]), "'a'"),
    "initial weights": (lambda: Sequential([layers.Dense(2, input_dim=3, weights=[np.ones((2, 2))])]), "2 weights"),
    "layer on a number": (lambda: layers.Dense(2)(3), "dense_"),
}


@pytest.mark.parametrize("act, pattern", ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments(act, pattern):
    with pytest.raises((ValueError, TypeError), match=f"(?s){pattern}") as caught:
        act()
    assert "\n" not in str(caught.value)
    assert "Received" in str(caught.value)


def test_before_compile():
    model = Sequential([layers.Dense(1, input_dim=4)])
    for act in (lambda: model.fit(X, Y), lambda: model.evaluate(X, Y), lambda: model.train_on_batch(X, Y)):
        with pytest.raises(RuntimeError, match=r"compile\(\) before"):
            act()


def test_before_the_shape_is_known():
    model = Sequential([layers.Dense(1)])
    for act in (model.summary, lambda: model.save_weights("never.h5"), lambda: model.load_weights("never.h5")):
        with pytest.raises(ValueError, match="sequential_"):
            act()
    with pytest.raises(RuntimeError, match="count_params"):
        layers.Dense(1).count_params()


def test_failed_add_can_be_repaired():
    model = Sequential([layers.Dense(4, input_dim=3)])
    layer = layers.Reshape((5,))
    with pytest.raises(ValueError):
        model.add(layer)
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_loss_that_is_no_number(bad):
    model = classifier("categorical_crossentropy")
    model.set_weights([np.ones_like(w) for w in model.get_weights()])  # no relu hides an infinite input
    x = X.copy()
    x[0, 0] = bad
    with pytest.warns(RuntimeWarning, match="loss is (nan|inf) after epoch 1"):
        model.fit(x, ONE_HOT, epochs=3, verbose=0)
    model = classifier("categorical_crossentropy")
    model.set_weights([np.ones_like(w) for w in model.get_weights()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(x, ONE_HOT, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1


@pytest.fixture
def weight_file(tmp_path):
    path = tmp_path / "w.h5"
    classifier().save_weights(path)
    return path


def damaged(kind, path):
    if kind == "missing":
        path.unlink()
    elif kind == "truncated":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif kind == "text":
        path.write_text("not HDF5")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "other HDF5":
        with h5py.File(path, "w") as file:
            file["x"] = [1, 2]


@pytest.mark.parametrize("kind", ["missing", "truncated", "text", "empty", "other HDF5"])
def test_files(kind, weight_file):
    model = classifier()
    before = model.get_weights()
    damaged(kind, weight_file)
    for act in (model.load_weights, models.load_model):
        with pytest.raises(ValueError, match="(?s)load.*Received") as caught:
            act(weight_file)
        assert "\n" not in str(caught.value)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_weights_that_do_not_match(weight_file):
    other = Sequential([layers.Dense(6, input_dim=4), layers.Dense(3)])
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"has shape \(4, 6\).*Received: shape \(4, 5\)"):
        other.load_weights(weight_file)
    with pytest.raises(ValueError, match="2 layers into a model with 1 layers"):
        Sequential([layers.Dense(5, input_dim=4)]).load_weights(weight_file)
    for old, new in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
