"""Accuracy and its name; what weights and masks divide a loss by."""

import numpy as np

from .kit import ALL, K2, KERAS2_AND_TF, LATER, TF, Area, chain, fitted, floats, outcome, regression

area = Area("weighting", tolerance=1e-4)


def classes(t, rows=16, count=3):
    labels = t.rng.randint(0, count, rows)
    centers = 1.5 * t.rng.standard_normal((count, 4))
    return centers[labels] + t.rng.standard_normal((rows, 4)), np.eye(count)[labels], labels


def classifier(k, t, count=3, activation="softmax"):
    model = chain(k, (4,), k.layers.Dense(count, activation=activation))
    t.set_weights(model)
    return model


# The name and the kind of 'accuracy'


def named(name, metrics, sparse=False, loss="categorical_crossentropy"):
    def body(k, t):
        x, y, labels = classes(t)
        model = classifier(k, t)
        model.compile(k.optimizers.SGD(0.1), loss, metrics=metrics)
        results = fitted(model, x, labels if sparse else y, validation_split=0.25)
        return {"history": results["history"]}

    area.add(f"accuracy_key/{name}", body)


named("accuracy", ["accuracy"])
named("acc", ["acc"])
named("sparse", ["accuracy"], True, "sparse_categorical_crossentropy")
named("beside_another", ["mse", "accuracy"])


@area.run("accuracy_key/two_outputs")
def _(k, t):
    x, y, _ = classes(t)
    first = k.layers.Input(shape=(4,))
    left = k.layers.Dense(3, activation="softmax", name="left")(first)
    right = k.layers.Dense(3, activation="softmax", name="right")(first)
    model = k.models.Model(first, [left, right])
    t.set_weights(model)
    metrics = {"left": ["accuracy"], "right": ["accuracy"]}
    model.compile(k.optimizers.SGD(0.1), "categorical_crossentropy", metrics=metrics)
    history = model.fit(x, [y, y], epochs=2, batch_size=4, verbose=0, shuffle=False)
    return {"history": floats(history.history)}


def binary(name, count, activation="sigmoid", loss="binary_crossentropy", one_hot=False):
    def body(k, t):
        x, y, _ = classes(t, count=max(count, 2))
        if not one_hot:
            y = t.rng.randint(0, 2, (16, count)).astype("float64")
        model = classifier(k, t, count, activation)
        model.compile(k.optimizers.SGD(0.1), loss, metrics=["accuracy"])
        return {"evaluate": [float(v) for v in model.evaluate(x, y, verbose=0)]}

    area.add(f"accuracy_by/{name}", body)


binary("many_labels", 5)
binary("one_hot_with_softmax", 3, "softmax", one_hot=True)
binary("one_output", 1)
binary("mse_of_many", 4, loss="mse")


# Weights


def weights_of(t, rows, zeros=True):
    weights = t.rng.uniform(0.3, 2.0, rows)
    if zeros:
        weights[t.rng.uniform(0, 1, rows) < 0.4] = 0.0
    return weights


@area.run("weighted_loss/sample_weight")
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, x, y, sample_weight=weights_of(t, 16, zeros=False))


@area.run("weighted_loss/some_are_zero")
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse")
    weights = np.tile([0.0, 1.5, 0.7, 0.0], 4)
    return {
        "evaluate": float(model.evaluate(x, y, verbose=0, sample_weight=weights)),
        **fitted(model, x, y, sample_weight=weights),
    }


@area.run("weighted_loss/class_weight")
def _(k, t):
    x, y, _ = classes(t)
    model = classifier(k, t)
    model.compile(k.optimizers.SGD(0.1), "categorical_crossentropy")
    return fitted(model, x, y, class_weight={0: 0.5, 1: 2.0, 2: 0.0})


@area.run("weighted_loss/on_batch")
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mae")
    losses = [float(model.train_on_batch(x, y, sample_weight=np.tile([2.0, 0.0], 8))) for _ in range(2)]
    return {"losses": losses, "weights": model.get_weights()}


@area.run("weighted_loss/metric_is_not_weighted")
def _(k, t):
    x, y, _ = classes(t)
    model = classifier(k, t)
    model.compile(k.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    return fitted(model, x, y, sample_weight=np.tile([0.0, 1.5, 0.7, 1.0], 4))


# Masks


def masked(name, build, weights=None, loss="mse"):
    def body(k, t):
        x = t.rng.randint(1, 7, (8, 5))
        for row, count in zip(x, (1, 5, 3, 2, 4, 5, 2, 3)):
            row[count:] = 0
        model = chain(k, (5,), k.layers.Embedding(7, 3, mask_zero=True), *build(k))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), loss)
        y = t.rng.standard_normal((8, 5, 2))
        more = {} if weights is None else {"sample_weight": weights}
        return {"evaluate": float(model.evaluate(x, y, batch_size=4, verbose=0)), **fitted(model, x, y, **more)}

    area.add(f"masked_loss/{name}", body)


masked("dense", lambda k: [k.layers.Dense(2)])
masked("time_distributed", lambda k: [k.layers.TimeDistributed(k.layers.Dense(2))])
masked("recurrent", lambda k: [k.layers.SimpleRNN(2, return_sequences=True)])
masked("mae", lambda k: [k.layers.Dense(2)], loss="mae")


@area.run("masked_loss/vectors")
def _(k, t):
    x = t.rng.standard_normal((8, 5, 3))
    for row, count in zip(x, (1, 5, 3, 2, 4, 5, 2, 3)):
        row[count:] = 0
    model = chain(k, (5, 3), k.layers.Masking(), k.layers.LSTM(2, return_sequences=True, recurrent_activation="tanh"))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, x, t.rng.standard_normal((8, 5, 2)))


# A mask that comes to a layer that supports none


def unsupported(name, build):
    """Behind the layer an LSTM, which counts fewer steps where a mask came through."""

    def body(k, t):
        x = t.rng.randint(1, 7, (4, 6))
        for row, count in zip(x, (1, 6, 3, 4)):
            row[count:] = 0

        def made():
            model = chain(k, (6,), k.layers.Embedding(7, 4, mask_zero=True), *build(k))
            t.set_weights(model)
            return model.predict(x, verbose=0)

        return {"found": outcome(made)}

    area.add(f"unsupported_mask/{name}", body)


def lstm(k, **kwargs):
    return k.layers.LSTM(2, recurrent_activation="sigmoid", **kwargs)


def layer_that(k, **members):
    """A layer of the caller's that gives its input back."""
    members.setdefault("call", lambda self, inputs: inputs * 1.0)
    members.setdefault("compute_output_shape", lambda self, shape: shape)
    return type("Own", (k.layers.Layer,), members)()


unsupported("flatten", lambda k: [k.layers.Flatten(), k.layers.Dense(1)])
unsupported("convolution", lambda k: [k.layers.Conv1D(3, 2), lstm(k)])
unsupported("pooling", lambda k: [k.layers.MaxPooling1D(2), lstm(k)])
unsupported("global_pooling", lambda k: [k.layers.GlobalMaxPooling1D()])
unsupported("reshape", lambda k: [k.layers.Reshape((6, 2, 2)), k.layers.Reshape((6, 4)), lstm(k)])
unsupported("permute", lambda k: [k.layers.Permute((2, 1)), k.layers.Permute((2, 1)), lstm(k)])
unsupported("lambda", lambda k: [k.layers.Lambda(lambda x: x * 2.0, output_shape=(6, 4)), lstm(k)])
unsupported("custom", lambda k: [layer_that(k), lstm(k)])
unsupported(
    "custom_that_takes_a_mask",
    lambda k: [layer_that(k, call=lambda self, inputs, mask=None: inputs * (1.0 if mask is None else 2.0)), lstm(k)],
)
unsupported(
    "custom_with_compute_mask",
    lambda k: [layer_that(k, compute_mask=lambda self, inputs, mask=None: mask), lstm(k)],
)
unsupported("time_distributed", lambda k: [k.layers.TimeDistributed(k.layers.Dense(3)), lstm(k)])
unsupported("upsampling", lambda k: [k.layers.UpSampling1D(2), lstm(k)])
unsupported("zero_padding", lambda k: [k.layers.ZeroPadding1D(1), lstm(k)])
unsupported("cropping", lambda k: [k.layers.Cropping1D(1), lstm(k)])
unsupported("repeat", lambda k: [lstm(k), k.layers.RepeatVector(3), lstm(k)])
unsupported("activation", lambda k: [k.layers.Activation("tanh"), k.layers.LeakyReLU(), k.layers.PReLU(), lstm(k)])
unsupported("dense_and_norm", lambda k: [k.layers.Dense(3), k.layers.BatchNormalization(), lstm(k)])
unsupported("noise", lambda k: [k.layers.GaussianNoise(0.1), k.layers.SpatialDropout1D(0.1), lstm(k)])


# A class that a metric ignores


def ignored(name, shape, ignore, weights=None):
    def body(k, t):
        metric = k.metrics.SparseCategoricalCrossentropy(ignore_class=ignore)
        found = []
        for _ in range(2):
            scores = np.exp(t.rng.standard_normal((*shape, 3))).astype("float32")
            labels = t.rng.randint(0, 3, shape)
            given = {} if weights is None else {"sample_weight": t.rng.uniform(size=weights).astype("float32")}
            metric.update_state(labels, scores / scores.sum(-1, keepdims=True), **given)
            found.append(float(metric.result()))
        return {"means": np.array(found)}

    area.add(f"ignored_class/{name}", body, ("tf.keras", "keras3"))


ignored("plain", (6,), 2)
ignored("weighted", (6,), 0, (6,))
ignored("sequences", (4, 5), 1)
ignored("sequences_weighted", (4, 5), 1, (4, 5))


# Metrics of weights and masks, over batches that weigh differently


def counted(name, metric, masked=True, weight=None, how="metrics", eras=ALL):
    """Evaluates on four batches whose masks, and whose weights of samples or steps, differ."""

    def body(k, t):
        first = k.layers.Input(shape=(5, 2))
        below = k.layers.Masking()(first) if masked else first
        model = k.models.Model(first, k.layers.TimeDistributed(k.layers.Dense(3, activation="softmax"))(below))
        t.set_weights(model)
        x = t.rng.standard_normal((16, 5, 2))
        x[:4, 2:] = x[4:8, 4:] = x[8, 1:] = 0.0
        y = np.eye(3)[t.rng.randint(0, 3, (16, 5))]
        temporal = {"sample_weight_mode": "temporal"} if eras == K2 else {}
        model.compile("sgd", "categorical_crossentropy", **{how: [metric]}, **temporal)
        weights = None if weight is None else t.rng.uniform(0.1, 2.0, (16, 5)[:weight])
        return {"evaluate": [float(v) for v in model.evaluate(x, y, batch_size=4, sample_weight=weights, verbose=0)]}

    area.add(f"weighted_metrics/{name}", body, eras)


counted("masked_accuracy", "accuracy")
counted("masked_mae", "mae")
counted("samples", "accuracy", False, 1, "weighted_metrics", KERAS2_AND_TF)  # Keras 3 on torch fails
counted("samples_mae", "mae", False, 1, "weighted_metrics", KERAS2_AND_TF)
for only in (K2, LATER):
    counted("steps", "accuracy", False, 2, "weighted_metrics", only)
    counted("unweighted", "accuracy", True, 2, eras=only)
for only in (K2, TF):  # Keras 3 on torch multiplies the weights by the mask in place, and does so twice
    counted("masked_steps", "mae", True, 2, "weighted_metrics", only)
