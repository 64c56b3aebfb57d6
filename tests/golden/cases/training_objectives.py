"""Five epochs with every loss, and the metrics that are logged beside it."""

import numpy as np

from .kit import Area, results_of_fit
from .networks import blobs, classifier, perceptron, regression, sequences, tokens

area = Area("training_objectives", tolerance=1e-4)


def train(k, t, model, x, y, loss, metrics=None, epochs=5, lr=0.1, **compile_arguments):
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=lr), loss, metrics=metrics, **compile_arguments)
    t.seed(4)
    history = model.fit(x, y, batch_size=8, epochs=epochs, verbose=0, validation_split=0.2)
    results = results_of_fit(model, history, x)
    results["metrics_names"] = model.metrics_names
    results["evaluate"] = model.evaluate(x, y, batch_size=8, verbose=0)
    return results


# Losses. Those on [0, 1] or on distributions get a model that gives such.

for name in "mse mean_absolute_error mape msle logcosh hinge squared_hinge cosine_proximity poisson kld".split():

    @area.run("loss/" + name)
    def _(k, t, name=name):
        x, y = regression(t)
        activation = None
        if name in ("mape", "msle", "poisson", "kld"):
            y, activation = np.abs(y) + 0.3, "sigmoid"
        if name in ("hinge", "squared_hinge"):
            y, activation = np.sign(y), "tanh"
        lr = 0.002 if name == "mape" else 0.1
        return train(k, t, perceptron(k, activation=activation), x, y, name, ["mae"], lr=lr)


@area.run("loss/categorical_crossentropy")
def _(k, t):
    x, _labels, y = blobs(t)
    return train(k, t, classifier(k), x, y, "categorical_crossentropy", ["accuracy"])


@area.run("loss/sparse_categorical_crossentropy")
def _(k, t):
    x, labels, _y = blobs(t)
    return train(k, t, classifier(k), x, labels, "sparse_categorical_crossentropy", ["accuracy"])


@area.run("loss/sparse_flat_integer_labels")
def _(k, t):
    x, labels, _y = blobs(t)
    return train(k, t, classifier(k), x, labels[:, 0].astype("int64"), "sparse_categorical_crossentropy", ["acc"])


@area.run("loss/binary_crossentropy")
def _(k, t):
    x, labels, _y = blobs(t, classes=2)
    return train(k, t, classifier(k, 1, "sigmoid"), x, labels, "binary_crossentropy", ["accuracy"])


@area.run("loss/binary_crossentropy_flat_labels")
def _(k, t):
    x, labels, _y = blobs(t, classes=2)
    return train(k, t, classifier(k, 1, "sigmoid"), x, labels[:, 0], "binary_crossentropy", ["accuracy"])


@area.run("loss/categorical_hinge")
def _(k, t):
    x, _labels, y = blobs(t)
    return train(k, t, classifier(k, activation="tanh"), x, y, "categorical_hinge", ["accuracy"])


@area.run("loss/function_object")
def _(k, t):
    x, y = regression(t)
    return train(k, t, perceptron(k), x, y, k.losses.mean_absolute_error, [k.metrics.mean_squared_error])


@area.run("loss/custom")
def _(k, t):
    def quartic(y_true, y_pred):
        return (y_pred - y_true) ** 4

    x, y = regression(t)
    return train(k, t, perceptron(k), x, y, quartic, ["mse"])


@area.run("loss/custom_with_backend")
def _(k, t):
    K = k.backend

    def huber(y_true, y_pred):
        error = K.abs(y_true - y_pred)
        quadratic = K.minimum(error, 0.5)
        return K.mean(0.5 * K.square(quadratic) + 0.5 * (error - quadratic), axis=-1)

    x, y = regression(t)
    return train(k, t, perceptron(k), x, y, huber, [huber])


@area.run("loss/in_a_list")
def _(k, t):
    x, y = regression(t)
    return train(k, t, perceptron(k), x, y, ["mse"], ["mae"], loss_weights=[0.5])


@area.run("loss/weight_by_output_name")
def _(k, t):
    x, y = regression(t)
    model = k.models.Sequential([k.layers.Dense(4, activation="tanh", input_dim=5), k.layers.Dense(2, name="out")])
    return train(k, t, model, x, y, {"out": "mse"}, {"out": "mae"}, loss_weights={"out": 2.0})


@area.run("loss/sequence_mse")
def _(k, t):
    x, y = sequences(t)
    model = k.models.Sequential([k.layers.LSTM(4, return_sequences=True, input_shape=(5, 3)), k.layers.Dense(2)])
    return train(k, t, model, x, y, "mse", ["mae", "accuracy"])


@area.run("loss/sequence_sparse_crossentropy")
def _(k, t):
    x, _y = sequences(t)
    y = t.rng.randint(0, 4, (12, 5, 1)).astype("float64")
    model = k.models.Sequential(
        [k.layers.LSTM(4, return_sequences=True, input_shape=(5, 3)), k.layers.Dense(4, activation="softmax")]
    )
    return train(k, t, model, x, y, "sparse_categorical_crossentropy")


@area.run("loss/sequence_categorical_crossentropy")
def _(k, t):
    x, _y = sequences(t)
    y = np.eye(4)[t.rng.randint(0, 4, (12, 5))]
    model = k.models.Sequential(
        [k.layers.LSTM(4, return_sequences=True, input_shape=(5, 3)), k.layers.Dense(4, activation="softmax")]
    )
    return train(k, t, model, x, y, "categorical_crossentropy", ["accuracy"])


@area.run("loss/binary_crossentropy_several_outputs")
def _(k, t):
    """'accuracy' beside binary_crossentropy is the binary one, whatever the number of outputs."""
    x, _labels, y = blobs(t)
    return train(k, t, classifier(k, activation="sigmoid"), x, y, "binary_crossentropy", ["accuracy"])


# Metrics and their names


def metrics(name, chosen, labels="one_hot", loss="categorical_crossentropy", epochs=2, **arguments):
    @area.run("metrics/" + name)
    def _(k, t):
        x, sparse, y = blobs(t, classes=6 if "top_k" in name else 3)
        model = classifier(k, 6 if "top_k" in name else 3)
        given = chosen(k) if callable(chosen) else chosen
        return train(k, t, model, x, y if labels == "one_hot" else sparse, loss, given, epochs=epochs, **arguments)


metrics("none", [])
metrics("acc", ["acc"])
metrics("accuracy_twice", ["accuracy", "acc"])
metrics("crossentropy", ["crossentropy", "ce"])
metrics("several", ["accuracy", "mae", "mse", "mean_squared_logarithmic_error"])
metrics("aliases", ["MSE", "mape", "cosine", "cosine_proximity", "kullback_leibler_divergence", "poisson", "hinge"])
metrics("explicit_names", ["categorical_accuracy", "categorical_crossentropy", "binary_accuracy", "logcosh"])
metrics("top_k", ["top_k_categorical_accuracy", "accuracy"])
metrics(
    "sparse", ["accuracy", "crossentropy", "sparse_categorical_accuracy"], "sparse", "sparse_categorical_crossentropy"
)
metrics("sparse_top_k", ["sparse_top_k_categorical_accuracy"], "sparse", "sparse_categorical_crossentropy")
metrics("accuracy_beside_mse", ["accuracy"], loss="mse")
metrics("functions", lambda k: [k.metrics.categorical_accuracy, k.losses.mean_absolute_error])
metrics("accuracy_beside_kld", ["accuracy"], loss="kullback_leibler_divergence")
metrics("weighted_metrics", ["acc"], weighted_metrics=["accuracy", "mae"])


@area.run("metrics/custom")
def _(k, t):
    def largest(y_true, y_pred):
        return k.backend.max(y_pred)

    def mean_pred(y_true, y_pred):
        return k.backend.mean(y_pred)

    def distance(y_true, y_pred):
        return (y_true - y_pred) ** 2

    x, _labels, y = blobs(t)
    return train(k, t, classifier(k), x, y, "mse", ["accuracy", largest, mean_pred, distance], epochs=2)


@area.run("metrics/top_k_of_two")
def _(k, t):
    def top_2(y_true, y_pred):
        return k.metrics.top_k_categorical_accuracy(y_true, y_pred, k=2)

    x, _labels, y = blobs(t)
    return train(k, t, classifier(k), x, y, "categorical_crossentropy", [top_2], epochs=2)


@area.run("metrics/binary_accuracy_of_one_output")
def _(k, t):
    x, labels, _y = blobs(t, classes=2)
    return train(k, t, classifier(k, 1, "sigmoid"), x, labels, "mse", ["accuracy", "binary_crossentropy"], epochs=2)


@area.run("metrics/do_not_weigh")
def _(k, t):
    """Plain metrics ignore sample weights; weighted ones do not."""
    x, _labels, y = blobs(t)
    model = classifier(k)
    t.set_weights(model)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", "mae"], weighted_metrics=["mae", "acc"])
    t.seed(1)
    weights = t.rng.uniform(0, 2, 22)
    weights[::5] = 0
    history = model.fit(x, y, batch_size=8, epochs=3, verbose=0, sample_weight=weights)
    results = results_of_fit(model, history)
    results["evaluate"] = model.evaluate(x, y, sample_weight=weights, verbose=0)
    results["names"] = model.metrics_names
    return results


@area.run("metrics/on_masked_sequences")
def _(k, t):
    """A mask leaves steps out of the loss and of weighted metrics, and out of plain ones too."""
    x, _y = tokens(t)
    y = np.eye(3)[t.rng.randint(0, 3, x.shape)]
    model = k.models.Sequential(
        [
            k.layers.Embedding(9, 3, mask_zero=True),
            k.layers.LSTM(4, return_sequences=True),
            k.layers.Dense(3, activation="softmax"),
        ]
    )
    return train(k, t, model, x, y, "categorical_crossentropy", ["accuracy", "mse"], weighted_metrics=["acc"])
