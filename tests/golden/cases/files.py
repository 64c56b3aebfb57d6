"""Files in Keras 2's layout: those the real Keras wrote are read, those written here are laid out as its own."""

import json

import h5py
import numpy as np

from .kit import Area, results_of_fit
from .networks import blobs, classifier, convnet, perceptron, regression, tokens

area = Area("files", tolerance=1e-4)


def stored(name, make, metrics=("mae",)):
    """A trained model that the real Keras saved: what it holds, and how its training goes on.

    `make(k, t)` gives (model, x, y, loss, optimizer).
    """

    @area.run("load_model/" + name)
    def _(k, t):
        path = t.stored(name + ".h5")
        model, x, y, loss, optimizer = make(k, t)
        if t.recording:
            t.set_weights(model)
            model.compile(optimizer, loss, metrics=list(metrics))
            model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
            model.save(path)
        model = k.models.load_model(path)
        results = {
            "names": [layer.name for layer in model.layers],
            "config": model.get_config(),
            "loaded_weights": model.get_weights(),
            "loaded_predictions": model.predict(x),
            "optimizer": model.optimizer.get_config(),
            "optimizer_weights": model.optimizer.get_weights(),
            "metrics_names": model.metrics_names,
            "evaluate": model.evaluate(x, y, verbose=0),
        }
        history = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        results.update(results_of_fit(model, history, x))
        return results


for optimizer, arguments in (
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "decay": 0.01}),
    ("RMSprop", {"lr": 0.01, "decay": 0.1}),
    ("Adagrad", {"lr": 0.05}),
    ("Adadelta", {}),
    ("Adam", {"lr": 0.02, "amsgrad": True}),
    ("Adamax", {"lr": 0.02}),
    ("Nadam", {"lr": 0.02, "clipnorm": 1.0}),
):

    def make(k, t, optimizer=optimizer, arguments=arguments):
        x, y = regression(t)
        return perceptron(k, hidden=3), x, y, "mse", getattr(k.optimizers, optimizer)(**arguments)

    stored("perceptron_" + optimizer.lower(), make)


def _convnet(k, t):
    x = t.rng.standard_normal((10, 8, 8, 1))
    return convnet(k), x, np.eye(3)[t.rng.randint(0, 3, 10)], "categorical_crossentropy", "adam"


def _words(k, t):
    x, y = tokens(t)
    layers = [
        k.layers.Embedding(9, 4, mask_zero=True, embeddings_regularizer=k.regularizers.l2(0.01)),
        k.layers.LSTM(3, return_sequences=True, dropout=0.0, implementation=2),
        k.layers.LSTM(3, go_backwards=True, kernel_constraint=k.constraints.max_norm(2.0)),
        k.layers.Dense(1, activation="sigmoid", name="answer"),
    ]
    return k.models.Sequential(layers, name="reader"), x, y, "binary_crossentropy", k.optimizers.SGD(lr=0.1)


def _normalized(k, t):
    x, y = regression(t)
    layers = [
        k.layers.Dense(5, use_bias=False, input_dim=5),
        k.layers.BatchNormalization(momentum=0.9),
        k.layers.LeakyReLU(0.1),
        k.layers.Dense(2, trainable=False),
        k.layers.Dense(2),
    ]
    return k.models.Sequential(layers), x, y, "mse", k.optimizers.Adam(lr=0.01)


stored("convnet", _convnet, metrics=["accuracy"])
stored("words", _words, metrics=["acc"])
stored("normalized", _normalized)


@area.run("load_model/functional")
def _(k, t):
    path = t.stored("functional.h5")
    xs = [t.rng.standard_normal((6, 4)), t.rng.standard_normal((6, 3))]
    if t.recording:
        a, b = k.layers.Input(shape=(4,), name="a"), k.layers.Input(shape=(3,), name="b")
        shared = k.layers.Dense(3, activation="tanh", name="shared")
        joined = k.layers.concatenate([shared(a), shared(k.layers.Dense(4)(b))])
        model = k.models.Model([a, b], [k.layers.Dense(1, name="one")(joined), k.layers.Dense(2, name="two")(joined)])
        t.set_weights(model)
        model.save(path)
    model = k.models.load_model(path)
    return {"config": model.get_config(), "weights": model.get_weights(), "predictions": model.predict(xs)}


@area.run("load_model/nested")
def _(k, t):
    path = t.stored("nested.h5")
    x = t.rng.standard_normal((6, 4))
    if t.recording:
        inner = k.models.Sequential(
            [k.layers.Dense(3, input_dim=4), k.layers.BatchNormalization(), k.layers.Dense(2)], name="inner"
        )
        model = k.models.Sequential([inner, k.layers.Dense(1)])
        t.set_weights(model, scale=0.6)
        inner.layers[1].set_weights([np.abs(w) + 0.5 for w in inner.layers[1].get_weights()])
        model.save(path)
    model = k.models.load_model(path)
    return {"weights": model.get_weights(), "predictions": model.predict(x)}


@area.run("load_weights/in_order")
def _(k, t):
    path = t.stored("weights.h5")
    x, y = regression(t)
    model = perceptron(k)
    if t.recording:
        t.set_weights(model)
        model.save_weights(path)
    fresh = perceptron(k)
    fresh.load_weights(path)
    return {"weights": fresh.get_weights(), "predictions": fresh.predict(x)}


@area.run("load_weights/by_name")
def _(k, t):
    path = t.stored("weights_by_name.h5")
    if t.recording:
        layers = [k.layers.Dense(4, input_dim=3, name="shared"), k.layers.Dense(2, name="left_out")]
        model = k.models.Sequential(layers)
        t.set_weights(model)
        model.save_weights(path)
    layers = [
        k.layers.Dense(4, input_dim=3, name="shared"),
        k.layers.Dense(4, name="new", kernel_initializer="ones"),
        k.layers.Dense(2, name="other", kernel_initializer="zeros"),
    ]
    fresh = k.models.Sequential(layers)
    fresh.load_weights(path, by_name=True)
    return {"weights": fresh.get_weights()}


@area.run("load_weights/from_a_whole_model")
def _(k, t):
    """load_weights reads the weights out of what save() wrote."""
    path = t.stored("whole.h5")
    x, _labels, _y = blobs(t)
    if t.recording:
        model = classifier(k)
        t.set_weights(model)
        model.save(path)
    fresh = classifier(k)
    fresh.load_weights(path)
    return {"predictions": fresh.predict(x)}


@area.run("load_weights/into_part_by_name_skip_mismatch")
def _(k, t):
    path = t.stored("weights_mismatch.h5")
    if t.recording:
        model = k.models.Sequential([k.layers.Dense(4, input_dim=3, name="first"), k.layers.Dense(2, name="head")])
        t.set_weights(model)
        model.save_weights(path)
    layers = [k.layers.Dense(4, input_dim=3, name="first"), k.layers.Dense(5, name="head", kernel_initializer="zeros")]
    fresh = k.models.Sequential(layers)
    fresh.load_weights(path, by_name=True, skip_mismatch=True)
    return {"weights": fresh.get_weights()}


# What is written


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value


def attributes(node):
    """Names and values of a node's attributes; JSON is parsed, versions are left out."""
    found = {}
    for name, value in sorted(node.attrs.items()):
        if name in ("keras_version", "backend"):
            found[name] = "present"
        elif name in ("model_config", "training_config"):
            found[name] = json.loads(text(value))
        else:
            found[name] = [text(item) for item in np.asarray(value).tolist()]
    return found


def layout(path):
    """All nodes of an .h5 file; optimizer weights by shape only, since their names come from TensorFlow's graph."""
    nodes = {}

    def visit(name, node):
        if name.startswith("optimizer_weights"):
            return
        nodes[name] = {"attributes": attributes(node), "shape": getattr(node, "shape", None)}

    with h5py.File(path, "r") as f:
        f.visititems(visit)
        result = {"root": attributes(f), "names": sorted(nodes), "nodes": nodes}
        if "optimizer_weights" in f:
            group = f["optimizer_weights"]
            result["optimizer"] = [group[text(name)].shape for name in group.attrs["weight_names"]]
    return result


def written(name, make):
    @area.run("layout/" + name)
    def _(k, t):
        model, x, y, loss, optimizer = make(k, t)
        model.compile(optimizer, loss, metrics=["accuracy"], loss_weights=[0.5], sample_weight_mode=None)
        model.fit(x, y, batch_size=8, epochs=1, verbose=0)
        model.save(t.scratch("model.h5"))
        model.save(t.scratch("bare.h5"), include_optimizer=False)
        model.save_weights(t.scratch("weights.h5"))
        return {kind: layout(t.scratch(kind + ".h5")) for kind in ("model", "bare", "weights")}


def _plain(k, t):
    x, y = regression(t)
    return perceptron(k), x, y, "mse", k.optimizers.Adam(lr=0.02)


written("perceptron", _plain)
written("convnet", _convnet)
written("words", _words)
written("normalized", _normalized)


@area.run("round_trip/goes_on_as_if_never_saved")
def _(k, t):
    x, y = regression(t)
    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.Adam(lr=0.05, decay=0.01), "mse", metrics=["mae"])
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    model.save(t.scratch("model.h5"))
    model = k.models.load_model(t.scratch("model.h5"))
    return results_of_fit(model, model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0), x)


# to_json


def as_json(name, make):
    @area.run("to_json/" + name)
    def _(k, t):
        model = make(k, t)[0]
        told = json.loads(model.to_json())
        told.pop("backend")
        told.pop("keras_version")
        again = k.models.model_from_json(model.to_json())
        return {"told": told, "again": again.get_config() == model.get_config()}


as_json("perceptron", _plain)
as_json("convnet", _convnet)
as_json("words", _words)
as_json("normalized", _normalized)


@area.run("to_json/read")
def _(k, t):
    """JSON that the real Keras wrote gives the same model here."""
    model, x = _words(k, t)[:2]
    path = t.stored("words.json")
    if t.recording:
        with open(path, "w") as f:
            f.write(model.to_json(indent=1, sort_keys=True))
    with open(path) as f:
        model = k.models.model_from_json(f.read())
    t.set_weights(model)
    return {"config": model.get_config(), "predictions": model.predict(x)}
