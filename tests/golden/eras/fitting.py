"""What fit does with the order of rows, with frozen layers, and what it leaves in the history."""

import numpy as np

from .kit import K2, K3, KERAS2_AND_TF, LATER, Area, chain, fitted, floats, outcome, regression, same_order

area = Area("fitting", tolerance=1e-4)


def linear(k, t, loss="mse", rate=0.1, **compiled):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(3), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(rate), loss, **compiled)
    return model, x, y


# epochs: the documented system's default of 10 stands in for Keras 2.2.4's 1


def epochs(name, fit):
    def body(k, t):
        model, x, y = linear(k, t)
        history = fit(model, x, y)
        return {"epochs": list(history.epoch), "history": floats(history.history)}

    area.add(f"fit_epochs/{name}", body, LATER)


epochs("arrays", lambda model, x, y: model.fit(x, y, batch_size=4, verbose=0, shuffle=False))
epochs("positional", lambda model, x, y: model.fit(x, y, 8, verbose=0, shuffle=False))
epochs("from_two", lambda model, x, y: model.fit(x, y, epochs=3, initial_epoch=2, verbose=0, shuffle=False))
epochs("validated", lambda model, x, y: model.fit(x, y, validation_split=0.25, verbose=0, shuffle=False))


@area.run("fit_epochs/given")
def _(k, t):
    model, x, y = linear(k, t)
    return fitted(model, x, y, epochs=2)


# shuffle


class Rows:
    """Reads the order in which rows were shown from the losses of batches of one row."""

    def __init__(self, k, t):
        rows = self

        class Reader(k.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                rows.means = []

            def on_batch_end(self, batch, logs=None):
                rows.means.append(float(logs["loss"]))

            on_train_batch_end = on_batch_end

            def on_epoch_end(self, epoch, logs=None):
                rows.epochs.append(rows.order())

        self.epochs, self.means, self.running = [], [], t.era != "keras2"
        self.reader = Reader()

    def order(self):
        """The loss of row i is i squared; the later generations report the mean of the epoch so far."""
        losses = np.array(self.means, dtype="float64")
        if self.running:
            losses = np.diff(np.concatenate([[0.0], losses * np.arange(1, len(losses) + 1)]))
        return np.round(np.sqrt(np.abs(losses))).astype("int64")


def shown(k, t, count, batch_size=1, epochs=2, **arguments):
    model = chain(k, (1,), k.layers.Dense(1, use_bias=False, kernel_initializer="ones"))
    model.compile(k.optimizers.SGD(0.0), "mse")
    x = np.arange(count, dtype="float64").reshape(-1, 1)
    rows = Rows(k, t)
    model.fit(x, 0 * x, batch_size, epochs=epochs, verbose=0, callbacks=[rows.reader], **arguments)
    return rows.epochs


def numpy_order(name, count, seed, **arguments):
    @area.run(f"shuffle_draws/{name}", K2)
    def _(k, t):
        t.seed(seed)
        return {"orders": shown(k, t, count, **arguments), "next": np.random.randint(0, 1000, 3)}


numpy_order("numpy", 12, 5)
numpy_order("numpy_validation_split", 12, 6, validation_split=0.25)
numpy_order("numpy_off", 8, 7, shuffle=False)


# What else draws from numpy in Keras 2: each initializer, each random operation of each call of a layer


def numpy_draws(name, build, shape=(5, 3)):
    @area.run(f"seeds_of_numpy/{name}", K2)
    def _(k, t):
        t.seed(5)
        first = k.layers.Input(shape)
        x = build(k.layers, k.models, k.backend, first)
        dense = k.layers.Dense(2)
        k.models.Model(first, dense(x))
        return {"weights": dense.get_weights()[0][:2], "next": np.random.randint(0, 10**6)}


numpy_draws("dropout", lambda L, M, K, x: L.Dropout(0.2)(L.Dense(4)(x)))
numpy_draws("dropout_with_a_seed", lambda L, M, K, x: L.Dropout(0.2, seed=3)(L.Dense(4)(x)))
numpy_draws("noise", lambda L, M, K, x: L.AlphaDropout(0.1)(L.GaussianDropout(0.3)(L.GaussianNoise(0.1)(x))))
numpy_draws("lstm", lambda L, M, K, x: L.LSTM(2, dropout=0.2, recurrent_dropout=0.1)(x))
numpy_draws("bidirectional_gru", lambda L, M, K, x: L.Bidirectional(L.GRU(2, dropout=0.2))(x))
numpy_draws("time_distributed", lambda L, M, K, x: L.TimeDistributed(L.Dropout(0.2))(x))
numpy_draws("cells", lambda L, M, K, x: L.RNN([L.LSTMCell(2, dropout=0.3), L.GRUCell(2, recurrent_dropout=0.2)])(x))
numpy_draws("nested", lambda L, M, K, x: M.Sequential([L.Dense(3, input_shape=(5, 3)), L.Dropout(0.1)])(x))
# the function of a Lambda is called twice where its shape is not told
numpy_draws(
    "lambda", lambda L, M, K, x: L.Lambda(lambda z: z + K.random_normal(K.shape(z)) * K.random_uniform((3,)))(x)
)
numpy_draws("lambda_dropout", lambda L, M, K, x: L.Lambda(K.dropout, arguments={"level": 0.3})(L.Dense(2)(x)))
numpy_draws("lambda_of_known_shape", lambda L, M, K, x: L.Lambda(lambda z: K.dropout(z, 0.5), output_shape=(5, 3))(x))


def own_order(name, count, **arguments):
    @area.run(f"shuffle_draws/{name}", LATER)
    def _(k, t):
        k.utils.set_random_seed(3)
        before = np.random.randint(0, 1000)
        orders = shown(k, t, count, **arguments)
        k.utils.set_random_seed(3)
        assert before == np.random.randint(0, 1000)
        again = shown(k, t, count, **arguments)
        return {
            "rows": [np.sort(order) for order in orders],
            "in_order": [bool(np.all(np.diff(order) > 0)) for order in orders],
            "epochs_alike": bool(np.array_equal(orders[0], orders[1])),
            "seeded": all(np.array_equal(a, b) for a, b in zip(orders, again)),
            "numpy_untouched": int(np.random.randint(0, 1000)) >= 0,
        }


own_order("own_generator", 12)
own_order("own_generator_validation_split", 12, validation_split=0.25)
own_order("off", 8, shuffle=False)


@area.run("shuffle_draws/torch", K3)
def _(k, t):
    """Keras 3 on torch draws from torch's global generator, so the order itself is known."""
    k.utils.set_random_seed(11)
    return {"orders": shown(k, t, 10)}


@area.run("shuffle_draws/torch_two_seeds", K3)
def _(k, t):
    found = []
    for seed in (1, 2):
        k.utils.set_random_seed(seed)
        found += shown(k, t, 7, epochs=1)
    return {"orders": found}


def batchwise(name, count, batch_size):
    @area.run(f"shuffle_batch/{name}", K2)
    def _(k, t):
        """Batches of neighbours come in numpy's order: the losses say which."""
        t.seed(9)
        model = chain(k, (1,), k.layers.Dense(1, use_bias=False, kernel_initializer="ones"))
        model.compile(k.optimizers.SGD(0.0), "mae")
        losses = []

        class Reader(k.callbacks.Callback):
            def on_batch_end(self, batch, logs=None):
                losses.append(float(logs["loss"]))

        x = np.arange(count, dtype="float64").reshape(-1, 1)
        model.fit(x, 0 * x, batch_size, epochs=2, verbose=0, shuffle="batch", callbacks=[Reader()])
        return {"losses": losses}

    if count % batch_size and count > batch_size:
        return

    @area.run(f"shuffle_batch/{name}_later", LATER)
    def _(k, t):
        """tf.keras permutes batches with a generator of its own; Keras 3 leaves them where they are."""
        k.utils.set_random_seed(4)
        model = chain(k, (1,), k.layers.Dense(1, use_bias=False, kernel_initializer="ones"))
        model.compile(k.optimizers.SGD(0.0), "mae")
        running = []

        class Reader(k.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                running.append(float(logs["loss"]))

        x = np.arange(count, dtype="float64").reshape(-1, 1)
        model.fit(x, 0 * x, batch_size, epochs=1, verbose=0, shuffle="batch", callbacks=[Reader()])
        means = np.diff(np.concatenate([[0.0], np.array(running) * np.arange(1, len(running) + 1)]))
        return {"means": np.sort(means) if t.era == "tf.keras" else means}


batchwise("even", 12, 3)
batchwise("with_a_rest", 11, 4)
batchwise("pairs", 10, 2)
batchwise("one_batch", 5, 8)


# validation_split: the last rows, in every generation


def split(name, share, rows, **arguments):
    @area.run(f"validation_split/{name}")
    def _(k, t):
        x, y = regression(t, rows)
        model = chain(k, (4,), k.layers.Dense(2))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.1), "mse")
        results = fitted(model, x, y, validation_split=share, **arguments)
        results["history"] = dict(sorted(results["history"].items()))  # its order is another row's matter
        return results


split("quarter", 0.25, 16)
split("a_third_of_ten", 0.33, 10)
split("a_tenth_of_fifteen", 0.1, 15, batch_size=5)


# Which weights train


@area.run("trainable_at/frozen_after_compile")
def _(k, t):
    model, x, y = linear(k, t)
    before = model.layers[1].get_weights()
    model.layers[1].trainable = False
    results = fitted(model, x, y)
    results["moved"] = not np.array_equal(before[0], model.layers[1].get_weights()[0])
    return results


@area.run("trainable_at/frozen_before_compile")
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(3), k.layers.Dense(2))
    t.set_weights(model)
    model.layers[1].trainable = False
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, x, y)


@area.run("trainable_at/thawed_after_compile", KERAS2_AND_TF)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(3), k.layers.Dense(2))
    t.set_weights(model)
    model.layers[1].trainable = False
    model.compile(k.optimizers.SGD(0.1), "mse")
    model.layers[1].trainable = True
    return fitted(model, x, y)


@area.run("trainable_at/two_models_share")
def _(k, t):
    """A GAN's pattern: a part is compiled on its own, frozen, and put into a second model."""
    part = chain(k, (3,), k.layers.Dense(1, activation="sigmoid"))
    t.set_weights(part)
    part.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    part.trainable = False
    whole = chain(k, (4,), k.layers.Dense(3), part)
    t.set_weights(whole)
    whole.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    noise, labels = t.rng.standard_normal((8, 4)), t.rng.randint(0, 2, (8, 1)).astype("float64")
    losses = [float(whole.train_on_batch(noise, labels)) for _ in range(2)]
    return {"losses": losses, "weights": whole.get_weights(), "part": part.get_weights()}


@area.run("trainable_at/gan_in_turns", KERAS2_AND_TF)
def _(k, t):
    part = chain(k, (3,), k.layers.Dense(1, activation="sigmoid"))
    t.set_weights(part)
    part.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    part.trainable = False
    whole = chain(k, (4,), k.layers.Dense(3), part)
    t.set_weights(whole)
    whole.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    losses = []
    for _ in range(3):
        losses.append(float(part.train_on_batch(t.rng.standard_normal((8, 3)), t.rng.randint(0, 2, (8, 1)))))
        losses.append(float(whole.train_on_batch(t.rng.standard_normal((8, 4)), np.ones((8, 1)))))
    return {"losses": losses, "weights": whole.get_weights()}


@area.run("trainable_at/gan_with_batchnorm", KERAS2_AND_TF)
def _(k, t):
    """Which statistics a frozen layer uses while a model trains that was compiled before it was frozen."""
    part = chain(k, (3,), k.layers.BatchNormalization(momentum=0.8), k.layers.Dense(1, activation="sigmoid"))
    t.set_weights(part)
    part.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    part.trainable = False
    whole = chain(k, (4,), k.layers.Dense(3), part)
    whole.layers[1].set_weights([t.rng.standard_normal((4, 3)), np.zeros(3)])
    whole.compile(k.optimizers.SGD(0.1), "binary_crossentropy")
    losses = []
    for _ in range(3):
        losses.append(float(part.train_on_batch(t.rng.standard_normal((8, 3)), t.rng.randint(0, 2, (8, 1)))))
        losses.append(float(whole.train_on_batch(t.rng.standard_normal((8, 4)), np.ones((8, 1)))))
    return {"losses": losses, "weights": whole.get_weights(), "frozen_after": part.trainable}


@area.run("network_weights/order")
def _(k, t):
    """The shapes say which weight is where."""
    layers = k.layers
    inner = chain(k, (3,), layers.BatchNormalization(), layers.Dense(4), layers.BatchNormalization())
    model = chain(k, (2,), layers.Dense(3), inner, layers.Dense(1))
    return {
        "get_weights": [list(w.shape) for w in model.get_weights()],
        "weights": [[int(size) for size in w.shape] for w in model.weights],
        "trainable": [[int(size) for size in w.shape] for w in model.trainable_weights],
    }


@area.run("network_weights/frozen_inside")
def _(k, t):
    layers = k.layers
    inner = chain(k, (3,), layers.Dense(4), layers.BatchNormalization(), layers.Dense(5))
    inner.layers[1].trainable = False
    model = chain(k, (2,), layers.Dense(3), inner)
    return {
        "get_weights": [list(w.shape) for w in model.get_weights()],
        "weights": [[int(size) for size in w.shape] for w in model.weights],
        "fixed": [[int(size) for size in w.shape] for w in model.non_trainable_weights],
    }


@area.run("network_weights/values_go_back")
def _(k, t):
    layers = k.layers
    inner = chain(k, (3,), layers.BatchNormalization(), layers.Dense(2))
    model = chain(k, (2,), layers.Dense(3), inner)
    values = [np.full(w.shape, 0.1 * (i + 1)) for i, w in enumerate(model.get_weights())]
    model.set_weights(values)
    return {"predictions": model.predict(t.rng.standard_normal((4, 2)), verbose=0)}


# The order of keys in a history


# The order of keys in a history


def order(name, metrics, **arguments):
    @area.run(f"history_order/{name}")
    def _(k, t):
        model, x, y = linear(k, t, metrics=metrics)
        return same_order(model.fit(x, y, batch_size=4, epochs=2, verbose=0, shuffle=False, **arguments))


order("loss_only", [], validation_split=0.25)
order("a_metric", ["mse"], validation_split=0.25)
order("two_metrics", ["mse", "mae"], validation_split=0.25)
order("no_validation", ["mse", "accuracy"])


@area.run("history_order/two_outputs")
def _(k, t):
    x, y = regression(t)
    first = k.layers.Input(shape=(4,))
    outputs = [k.layers.Dense(2, name=name)(first) for name in ("zed", "able")]
    model = k.models.Model(first, outputs)
    model.compile("sgd", "mse", metrics={"zed": ["mae"], "able": ["mae"]})
    history = model.fit(x, [y, y], batch_size=4, epochs=1, verbose=0, validation_data=(x, [y, y]))
    return same_order(history)


@area.run("history_order/with_learning_rate")
def _(k, t):
    model, x, y = linear(k, t, metrics=["mse"])
    schedule = k.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    return same_order(model.fit(x, y, epochs=2, verbose=0, validation_split=0.25, callbacks=[schedule]))


# A batch size where the data makes its batches itself


def streamed(name, run):
    @area.run(f"batch_size_of_streams/{name}", LATER)
    def _(k, t):
        class Rows(k.utils.Sequence):
            def __len__(self):
                return 2

            def __getitem__(self, i):
                return np.ones((3, 2)), np.ones((3, 1))

        def generator():
            while True:
                yield np.ones((3, 2)), np.ones((3, 1))

        model = chain(k, (2,), k.layers.Dense(1, kernel_initializer="ones"))
        model.compile(k.optimizers.SGD(0.1), "mse")
        return {"outcome": outcome(lambda: run(model, Rows(), generator()))}


streamed("fit", lambda model, rows, _: floats(model.fit(rows, batch_size=8, verbose=0).history))
streamed("evaluate", lambda model, rows, _: float(model.evaluate(rows, batch_size=8, verbose=0)))
streamed("predict", lambda model, rows, _: model.predict(rows, batch_size=8, verbose=0))
streamed(
    "fit_of_a_generator",
    lambda model, _, rows: floats(model.fit(rows, batch_size=8, steps_per_epoch=2, verbose=0).history),
)
