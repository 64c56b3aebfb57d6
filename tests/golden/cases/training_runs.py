"""Whole runs: splits, shuffling, epochs and steps, penalties and constraints, states, and calls batch by batch."""

import h5py
import numpy as np

from .kit import Area, ints, results_of_fit
from .networks import blobs, classifier, convnet, perceptron, regression, sequences, tokens

area = Area("training_runs", tolerance=1e-4)


def compiled(k, t, model, loss="mse", metrics=("mae",), optimizer=None, seed=7):
    t.set_weights(model)
    model.compile(optimizer or k.optimizers.SGD(lr=0.1), loss, metrics=list(metrics))
    t.seed(seed)
    return model


def fit(model, x, y, **arguments):
    settings = {"batch_size": 8, "epochs": 5, "verbose": 0}
    settings.update(arguments)
    return results_of_fit(model, model.fit(x, y, **settings), x)


# Penalties and constraints


def penalty(name, kind="regularizer", **make):
    @area.run(f"{kind}/{name}")
    def _(k, t):
        x, y = regression(t)
        arguments = {key: value(k) if callable(value) else value for key, value in make.items()}
        return fit(compiled(k, t, perceptron(k, **arguments)), x, y, validation_split=0.2)


penalty("kernel_l1", kernel_regularizer=lambda k: k.regularizers.l1(0.02))
penalty("kernel_l2", kernel_regularizer=lambda k: k.regularizers.l2(0.05))
penalty("kernel_l1_l2", kernel_regularizer=lambda k: k.regularizers.l1_l2(0.01, 0.02))
penalty("bias_l2", bias_regularizer="l2")
penalty("activity_l1", activity_regularizer=lambda k: k.regularizers.l1(0.01))
penalty("activity_l2", activity_regularizer=lambda k: k.regularizers.l2(0.02))
penalty("everywhere", kernel_regularizer="l1_l2", bias_regularizer="l1", activity_regularizer="l2")
penalty("custom", kernel_regularizer=lambda k: lambda w: 0.01 * k.backend.sum(k.backend.square(w)))
penalty("max_norm", "constraint", kernel_constraint=lambda k: k.constraints.max_norm(0.8))
penalty("max_norm_axis", "constraint", kernel_constraint=lambda k: k.constraints.max_norm(0.5, axis=1))
penalty("non_neg", "constraint", kernel_constraint="non_neg", bias_constraint="non_neg")
penalty("unit_norm", "constraint", kernel_constraint=lambda k: k.constraints.unit_norm())
penalty("min_max_norm", "constraint", kernel_constraint=lambda k: k.constraints.min_max_norm(0.4, 0.6, rate=0.5))
penalty(
    "and_regularizer", "constraint", kernel_constraint="max_norm", kernel_regularizer="l2", bias_constraint="max_norm"
)


@area.run("regularizer/activity_does_not_divide")
def _(k, t):
    """The penalty on outputs is a sum over the batch, so it depends on the batch size."""
    x, y = regression(t)
    model = compiled(k, t, perceptron(k, activity_regularizer=k.regularizers.l2(0.01)))
    return {"evaluate": [model.evaluate(x, y, batch_size=size, verbose=0) for size in (4, 7, 20)]}


@area.run("regularizer/convnet")
def _(k, t):
    layers = k.layers
    model = k.models.Sequential(
        [
            layers.Conv2D(
                3,
                3,
                input_shape=(6, 6, 2),
                activation="tanh",
                kernel_regularizer=k.regularizers.l1(0.01),
                kernel_constraint=k.constraints.max_norm(0.9, axis=[0, 1, 2]),
                activity_regularizer=k.regularizers.l2(0.001),
            ),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, kernel_constraint=k.constraints.unit_norm(axis=0)),
        ]
    )
    x, y = t.rng.standard_normal((10, 6, 6, 2)), t.rng.standard_normal((10, 2))
    return fit(compiled(k, t, model), x, y, batch_size=4)


@area.run("regularizer/lstm_and_embedding")
def _(k, t):
    layers, r, c = k.layers, k.regularizers, k.constraints
    model = k.models.Sequential(
        [
            layers.Embedding(
                9, 4, mask_zero=True, embeddings_regularizer=r.l2(0.01), embeddings_constraint=c.max_norm(1.0, 1)
            ),
            layers.LSTM(
                3,
                kernel_regularizer=r.l2(0.01),
                recurrent_regularizer=r.l1(0.01),
                bias_regularizer=r.l2(0.02),
                activity_regularizer=r.l2(0.01),
                kernel_constraint=c.max_norm(1.0),
                recurrent_constraint=c.unit_norm(),
                bias_constraint=c.non_neg(),
            ),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    x, y = tokens(t)
    return fit(compiled(k, t, model, "binary_crossentropy", ["accuracy"]), x, y, batch_size=4)


# Splits


@area.run("validation/split")
def _(k, t):
    x, y = regression(t)
    return fit(compiled(k, t, perceptron(k)), x, y, validation_split=0.33)


@area.run("validation/data")
def _(k, t):
    x, y = regression(t)
    return fit(compiled(k, t, perceptron(k)), x[:13], y[:13], validation_data=(x[13:], y[13:]))


@area.run("validation/data_overrides_split")
def _(k, t):
    x, y = regression(t)
    return fit(compiled(k, t, perceptron(k)), x[:13], y[:13], validation_data=(x[13:], y[13:]), validation_split=0.5)


@area.run("validation/does_not_change_training")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k))
    start = model.get_weights()
    fit(model, x[:12], y[:12], validation_data=(x[12:], y[12:]))
    after = model.get_weights()
    model.set_weights(start)
    t.seed(7)
    fit(model, x[:12], y[:12])
    return {"with": after, "without": model.get_weights()}


# Shuffling and batches


def batches(name, **arguments):
    @area.run("batches/" + name)
    def _(k, t):
        x, y = regression(t)
        return fit(compiled(k, t, perceptron(k)), x, y, **arguments)


batches("shuffle_default")
batches("shuffle_false", shuffle=False)
batches("shuffle_batch", shuffle="batch")
batches("shuffle_batch_does_not_divide", shuffle="batch", batch_size=6)
batches("size_1", batch_size=1)
batches("size_7", batch_size=7)
batches("larger_than_data", batch_size=64)
batches("default_size", batch_size=None)
batches("initial_epoch", initial_epoch=3)
batches("initial_epoch_is_epochs", initial_epoch=5)
batches("one_epoch", epochs=1)
batches("steps_per_epoch", batch_size=None, steps_per_epoch=3)
batches("split_and_shuffle_batch", shuffle="batch", validation_split=0.25, batch_size=4)


@area.run("batches/default_order_seen")
def _(k, t):
    """The order in which rows arrive: numpy's shuffle of the same list, once an epoch."""
    seen = []
    x, y = regression(t, rows=10)
    model = compiled(k, t, perceptron(k))

    class Watch(k.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append([int(logs["batch"]), int(logs["size"])])

    results = fit(model, x, y, batch_size=4, epochs=2, callbacks=[Watch()])
    results["seen"] = seen
    return results


@area.run("batches/global_generator_afterwards")
def _(k, t):
    """What fit draws from numpy's generator, and nothing else."""
    x, y = regression(t)
    model = compiled(k, t, perceptron(k))
    model.train_on_batch(x, y)
    t.seed(11)
    fit(model, x, y, epochs=3, validation_split=0.25)
    after_fit = np.random.randint(0, 10**6, 3)
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    fit(model, x, y, epochs=2, shuffle=False)
    return {"after_fit": after_fit, "after_the_rest": np.random.randint(0, 10**6, 3)}


@area.run("batches/hdf5_shuffle_batch")
def _(k, t):
    x, y = regression(t)
    path = t.scratch("data.h5")
    with h5py.File(path, "w") as f:
        f["x"], f["y"] = x, y
    model = compiled(k, t, perceptron(k))
    with h5py.File(path, "r") as f:
        history = model.fit(f["x"], f["y"], batch_size=6, epochs=5, shuffle="batch", verbose=0)
        return results_of_fit(model, history, x)


@area.run("batches/steps_with_validation")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k))
    return fit(
        model,
        x[:12],
        y[:12],
        batch_size=None,
        steps_per_epoch=2,
        validation_data=(x[12:], y[12:]),
        validation_steps=1,
    )


@area.run("batches/fit_twice_with_initial_epoch")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k), optimizer=k.optimizers.Adam(lr=0.02))
    first = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    results = fit(model, x, y, initial_epoch=2, epochs=5)
    results["first"] = {"history": first.history, "epochs": first.epoch}
    return results


# Calls batch by batch


@area.run("calls/train_on_batch")
def _(k, t):
    x, _labels, y = blobs(t)
    model = compiled(k, t, classifier(k), "categorical_crossentropy", ["accuracy"])
    return {
        "losses": [model.train_on_batch(x[i : i + 6], y[i : i + 6]) for i in (0, 6, 12, 0, 6)],
        "weights": model.get_weights(),
        "metrics_names": model.metrics_names,
    }


@area.run("calls/train_on_batch_without_metrics")
def _(k, t):
    x, y = regression(t)
    model = compiled(k, t, perceptron(k), metrics=[])
    return {"losses": [model.train_on_batch(x, y) for _ in range(3)], "test": model.test_on_batch(x, y)}


@area.run("calls/evaluate_and_predict")
def _(k, t):
    x, _labels, y = blobs(t)
    model = compiled(k, t, classifier(k), "categorical_crossentropy", ["accuracy", "mse"])
    return {
        "evaluate": [model.evaluate(x, y, batch_size=size, verbose=0) for size in (5, 22, 32)],
        "evaluate_default": model.evaluate(x, y, verbose=0),
        "evaluate_steps": model.evaluate(x, y, steps=2, verbose=0),
        "test_on_batch": model.test_on_batch(x, y),
        "predict": model.predict(x, batch_size=5),
        "predict_steps": model.predict(x[:3], steps=2),
        "predict_on_batch": model.predict_on_batch(x),
        "classes": model.predict_classes(x, batch_size=5),
        "probabilities": model.predict_proba(x),
        "weights": model.get_weights(),
    }


@area.run("calls/predict_classes_of_one_output")
def _(k, t):
    x, labels, _y = blobs(t, classes=2)
    model = compiled(k, t, classifier(k, 1, "sigmoid"), "binary_crossentropy")
    return {"classes": model.predict_classes(x), "probabilities": model.predict_proba(x, batch_size=4)}


# Layers that behave in a way of their own while training


@area.run("layers/batch_normalization")
def _(k, t):
    """No bias in front of it: its gradient would be rounding only."""
    model = k.models.Sequential(
        [
            k.layers.Dense(6, use_bias=False, input_dim=5),
            k.layers.BatchNormalization(momentum=0.8),
            k.layers.Activation("tanh"),
            k.layers.Dense(2),
        ]
    )
    x, y = regression(t)
    return fit(compiled(k, t, model), x, y, validation_split=0.2)


@area.run("layers/batch_normalization_images")
def _(k, t):
    layers = k.layers
    model = k.models.Sequential(
        [
            layers.Conv2D(4, 3, use_bias=False, input_shape=(6, 6, 2)),
            layers.BatchNormalization(),
            layers.Activation("tanh"),
            layers.AveragePooling2D(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    x, y = t.rng.standard_normal((10, 6, 6, 2)), t.rng.standard_normal((10, 2))
    return fit(compiled(k, t, model, optimizer=k.optimizers.Adam(lr=0.01)), x, y, batch_size=4, validation_split=0.2)


@area.run("layers/batch_normalization_frozen")
def _(k, t):
    model = k.models.Sequential(
        [
            k.layers.Dense(6, use_bias=False, input_dim=5),
            k.layers.BatchNormalization(trainable=False),
            k.layers.Dense(2, activation="tanh"),
        ]
    )
    x, y = regression(t)
    return fit(compiled(k, t, model), x, y, validation_split=0.2)


@area.run("layers/dropout_0")
def _(k, t):
    model = k.models.Sequential(
        [
            k.layers.Dropout(0.0, input_shape=(5,)),
            k.layers.Dense(4, activation="elu"),
            k.layers.Dropout(0),
            k.layers.Dense(2),
        ]
    )
    x, y = regression(t)
    return fit(compiled(k, t, model), x, y)


@area.run("layers/not_trainable")
def _(k, t):
    model = k.models.Sequential([k.layers.Dense(4, input_dim=5, trainable=False), k.layers.Dense(4), k.layers.Dense(2)])
    model.layers[1].trainable = False
    x, y = regression(t)
    results = fit(compiled(k, t, model), x, y)
    results["trainable"] = [len(model.trainable_weights), len(model.non_trainable_weights)]
    return results


@area.run("layers/trainable_counts_at_compile")
def _(k, t):
    """What is frozen after compile() goes on learning until the next compile()."""
    model = k.models.Sequential([k.layers.Dense(4, input_dim=5), k.layers.Dense(2)])
    x, y = regression(t)
    compiled(k, t, model)
    model.train_on_batch(x, y)
    model.layers[0].trainable = False
    results = {"first": model.train_on_batch(x, y), "weights_first": model.layers[0].get_weights()}
    model.compile(k.optimizers.SGD(lr=0.1), "mse")
    results["second"] = model.train_on_batch(x, y)
    results["weights_second"] = model.layers[0].get_weights() + model.layers[1].get_weights()
    return results


@area.run("layers/convnet")
def _(k, t):
    x = t.rng.standard_normal((14, 8, 8, 1))
    y = np.eye(3)[t.rng.randint(0, 3, 14)]
    return fit(compiled(k, t, convnet(k), "categorical_crossentropy", ["accuracy"]), x, y, batch_size=4)


@area.run("layers/convnet_strides_and_padding")
def _(k, t):
    layers = k.layers
    model = k.models.Sequential(
        [
            layers.Conv2D(3, 3, strides=2, padding="same", input_shape=(7, 6, 2)),
            layers.LeakyReLU(0.2),
            layers.ZeroPadding2D(),
            layers.Conv2D(3, 2, dilation_rate=2, activation="tanh"),
            layers.UpSampling2D(),
            layers.AveragePooling2D(padding="same"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    x, y = t.rng.standard_normal((10, 7, 6, 2)), t.rng.standard_normal((10, 2))
    return fit(compiled(k, t, model), x, y, batch_size=4)


@area.run("layers/channels_first_convnet")
def _(k, t):
    layers = k.layers
    model = k.models.Sequential(
        [
            layers.Conv2D(3, 3, data_format="channels_first", activation="tanh", input_shape=(2, 7, 6)),
            layers.MaxPooling2D(data_format="channels_first"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    x, y = t.rng.standard_normal((10, 2, 7, 6)), t.rng.standard_normal((10, 2))
    return fit(compiled(k, t, model), x, y, batch_size=4)


@area.run("layers/embedding_flatten")
def _(k, t):
    model = k.models.Sequential(
        [k.layers.Embedding(8, 3, input_length=4), k.layers.Flatten(), k.layers.Dense(1, activation="sigmoid")]
    )
    x = ints(8, 12, 4)(t.rng)
    y = (x.sum(1) % 2).astype("float64")
    return fit(compiled(k, t, model, "binary_crossentropy", ["acc"], "adam"), x, y, batch_size=5)


@area.run("layers/lstm_two_ways")
def _(k, t):
    model = k.models.Sequential(
        [
            k.layers.LSTM(4, return_sequences=True, implementation=1, input_shape=(5, 3)),
            k.layers.LSTM(3, implementation=2, go_backwards=True, recurrent_activation="sigmoid"),
            k.layers.RepeatVector(5),
            k.layers.LSTM(3, unroll=True, return_sequences=True, unit_forget_bias=False),
            k.layers.Dense(2),
        ]
    )
    x, y = sequences(t)
    return fit(compiled(k, t, model), x, y, batch_size=5)


@area.run("layers/reshape_permute_flatten")
def _(k, t):
    layers = k.layers
    model = k.models.Sequential(
        [
            layers.Dense(12, activation="tanh", input_dim=5),
            layers.Reshape((3, 4)),
            layers.Permute((2, 1)),
            layers.Dense(2, activation="softsign"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    x, y = regression(t)
    return fit(compiled(k, t, model), x, y)


# States


def stateful(name, masked=False, **arguments):
    """An epoch at a time with reset_states between, as the documentation does it."""

    @area.run("stateful/" + name)
    def _(k, t):
        layers = [k.layers.Masking(batch_input_shape=(3, 5, 3))] if masked else []
        layers.append(k.layers.LSTM(4, stateful=True, batch_input_shape=(3, 5, 3), **arguments))
        model = k.models.Sequential(layers + [k.layers.Dense(2)])
        x, y = sequences(t)
        y = y if arguments.get("return_sequences") else y[:, -1]
        if masked:
            x[::2, 3:] = 0
        compiled(k, t, model)
        losses = []
        for _epoch in range(5):
            history = model.fit(x, y, batch_size=3, epochs=1, shuffle=False, verbose=0)
            losses.append(history.history)
            model.reset_states()
        first = model.predict(x[:3], batch_size=3)
        return {
            "losses": losses,
            "weights": model.get_weights(),
            "first": first,
            "second": model.predict(x[:3], batch_size=3),
            "evaluate": model.evaluate(x, y, batch_size=3, verbose=0),
        }


stateful("plain")
stateful("return_sequences", return_sequences=True)
stateful("go_backwards", go_backwards=True)
stateful("masked", masked=True)


@area.run("stateful/without_reset")
def _(k, t):
    model = k.models.Sequential([k.layers.LSTM(4, stateful=True, batch_input_shape=(4, 5, 3)), k.layers.Dense(2)])
    x, y = sequences(t)
    compiled(k, t, model)
    validation = (x[8:], y[8:, -1])
    history = model.fit(x[:8], y[:8, -1], batch_size=4, epochs=5, shuffle=False, validation_data=validation, verbose=0)
    results = results_of_fit(model, history)
    results["predictions"] = model.predict(x[:8], batch_size=4)
    return results
