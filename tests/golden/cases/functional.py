"""Graphs of layers: several inputs and outputs, shared and nested layers, and the weights of each output's loss."""

import numpy as np

from .kit import Area, lengths, normal, results_of_fit
from .networks import perceptron, sequences

area = Area("functional", tolerance=1e-4)


def two_by_two(k, activation="softmax"):
    """Inputs a (4) and b (3); outputs out_a (regression, 2) and out_b (3 classes)."""
    layers = k.layers
    a, b = layers.Input(shape=(4,), name="a"), layers.Input(shape=(3,), name="b")
    hidden = layers.concatenate([layers.Dense(4, activation="tanh")(a), layers.Dense(3, activation="tanh")(b)])
    out_a = layers.Dense(2, name="out_a")(hidden)
    out_b = layers.Dense(3, activation=activation, name="out_b")(layers.Dense(4, activation="tanh")(hidden))
    return k.models.Model(inputs=[a, b], outputs=[out_a, out_b])


def two_by_two_data(t, rows=18):
    xs = [t.rng.standard_normal((rows, 4)), t.rng.standard_normal((rows, 3))]
    return xs, [np.tanh(xs[0][:, :2] + xs[1][:, 1:]), np.eye(3)[t.rng.randint(0, 3, rows)]]


def two_by_two_run(name, loss, metrics=None, as_dict=False, fit=None, **compile_arguments):
    @area.run("two_by_two/" + name)
    def _(k, t):
        xs, ys = two_by_two_data(t)
        model = two_by_two(k)
        t.set_weights(model)
        model.compile(k.optimizers.SGD(lr=0.1), loss, metrics=metrics, **compile_arguments)
        t.seed(3)
        x = {"a": xs[0], "b": xs[1]} if as_dict else xs
        y = {"out_a": ys[0], "out_b": ys[1]} if as_dict else ys
        arguments = fit(t) if fit else {}
        history = model.fit(x, y, batch_size=5, epochs=5, verbose=0, **arguments)
        results = results_of_fit(model, history, x)
        results["metrics_names"] = model.metrics_names
        results["evaluate"] = model.evaluate(x, y, batch_size=7, verbose=0)
        results["train_on_batch"] = model.train_on_batch(x, y)
        return results


BOTH = ["mse", "categorical_crossentropy"]
BY_NAME = {"out_a": "mae", "out_b": "categorical_crossentropy"}


def _weights(t):
    first = t.rng.uniform(0.1, 2, 18)
    first[::4] = 0
    return first, t.rng.uniform(0.1, 2, 18)


two_by_two_run("one_loss_for_both", "mse")
two_by_two_run("losses_in_a_list", BOTH, metrics=["accuracy"])
two_by_two_run("losses_by_name", BY_NAME, metrics={"out_b": "accuracy"})
two_by_two_run("data_by_name", BY_NAME, as_dict=True, metrics={"out_a": ["mse", "mae"], "out_b": ["acc"]})
two_by_two_run("loss_weights_list", BOTH, loss_weights=[0.3, 2.0])
two_by_two_run("loss_weights_by_name", BY_NAME, loss_weights={"out_a": 2.0, "out_b": 0.1}, metrics=["mae"])
two_by_two_run("loss_weight_zero", BOTH, loss_weights=[1.0, 0.0])
two_by_two_run("validation_split", BOTH, metrics=["accuracy"], fit=lambda t: {"validation_split": 0.25})
two_by_two_run("sample_weight_list", BOTH, fit=lambda t: {"sample_weight": list(_weights(t))}, weighted_metrics=["mae"])
two_by_two_run("sample_weight_by_name", BOTH, fit=lambda t: {"sample_weight": {"out_a": _weights(t)[0]}})
two_by_two_run(
    "sample_weight_both_by_name",
    BOTH,
    metrics=["accuracy"],
    fit=lambda t: {"sample_weight": dict(zip(("out_a", "out_b"), _weights(t))), "validation_split": 0.2},
)
two_by_two_run("class_weight_by_name", BOTH, fit=lambda t: {"class_weight": {"out_b": {0: 1.0, 1: 3.0, 2: 0.5}}})


@area.run("two_by_two/validation_data")
def _(k, t):
    xs, ys = two_by_two_data(t)
    model = two_by_two(k)
    t.set_weights(model)
    model.compile("rmsprop", BOTH, metrics=["accuracy"])
    t.seed(3)
    weights = list(_weights(t))
    history = model.fit(
        [x[:12] for x in xs],
        [y[:12] for y in ys],
        batch_size=5,
        epochs=3,
        verbose=0,
        validation_data=([x[12:] for x in xs], [y[12:] for y in ys], [w[12:] for w in weights]),
    )
    return results_of_fit(model, history, xs)


@area.run("two_by_two/batches")
def _(k, t):
    xs, ys = two_by_two_data(t, rows=6)
    model = two_by_two(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), BOTH, metrics={"out_b": "accuracy"})
    return {
        "train": [model.train_on_batch(xs, ys) for _ in range(2)],
        "train_by_name": model.train_on_batch({"b": xs[1], "a": xs[0]}, {"out_b": ys[1], "out_a": ys[0]}),
        "train_weighted": model.train_on_batch(xs, ys, sample_weight=[np.arange(6) / 3.0, np.ones(6)]),
        "test": model.test_on_batch(xs, ys),
        "predict": model.predict_on_batch(xs),
    }


@area.run("two_by_two/loss_of_one_output_missing")
def _(k, t):
    xs, ys = two_by_two_data(t)
    model = two_by_two(k)
    t.set_weights(model)
    model.get_layer("out_a").trainable = False  # Keras 2 refuses weights that no loss depends on
    model.compile(k.optimizers.SGD(lr=0.1), [None, "categorical_crossentropy"])
    t.seed(3)
    history = model.fit(xs, ys[1], batch_size=5, epochs=3, verbose=0)
    results = results_of_fit(model, history, xs)
    results["metrics_names"] = model.metrics_names
    return results


@area.run("two_by_two/sample_weight_modes")
def _(k, t):
    layers = k.layers
    x = layers.Input(shape=(5, 3))
    hidden = layers.LSTM(4, return_sequences=True)(x)
    steps = layers.Dense(2, name="steps")(hidden)
    last = layers.Dense(1, name="last")(layers.LSTM(3)(hidden))
    model = k.models.Model(x, [steps, last])
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse", sample_weight_mode={"steps": "temporal", "last": None})
    xs, ys = sequences(t)
    t.seed(3)
    weights = {"steps": t.rng.uniform(0, 2, (12, 5)), "last": t.rng.uniform(0, 2, 12)}
    history = model.fit(xs, [ys, ys[:, -1, :1]], batch_size=5, epochs=4, verbose=0, sample_weight=weights)
    return results_of_fit(model, history, xs)


# Graphs


def trained(name, make, targets=2, shapes=((4,),), rows=12, loss="mse"):
    """Five epochs of the functional model that make(k) gives, and the config of its graph."""

    @area.run("graph/" + name)
    def _(k, t):
        xs = [t.rng.standard_normal((rows,) + shape) for shape in shapes]
        y = t.rng.standard_normal((rows, targets))
        model = make(k)
        t.set_weights(model)
        model.compile(k.optimizers.SGD(lr=0.05, momentum=0.5), loss)
        t.seed(3)
        history = model.fit(xs if len(xs) > 1 else xs[0], y, batch_size=5, epochs=5, verbose=0)
        results = results_of_fit(model, history, xs if len(xs) > 1 else xs[0])
        results["layers"] = [layer.name for layer in model.layers]
        results["shapes"] = [model.input_shape, model.output_shape]
        results["config"] = model.get_config()
        return results


def _shared(k):
    a, b = k.layers.Input(shape=(4,)), k.layers.Input(shape=(4,))
    shared = k.layers.Dense(3, activation="tanh")
    return k.models.Model([a, b], k.layers.Dense(2)(k.layers.concatenate([shared(a), shared(b)])))


def _residual(k):
    x = k.layers.Input(shape=(4,))
    h = k.layers.Dense(4, activation="tanh")(x)
    h = k.layers.add([x, h])
    h = k.layers.add([h, k.layers.Dense(4, activation="tanh")(h)])
    return k.models.Model(x, k.layers.Dense(2)(h))


def _nested(k):
    inner_in = k.layers.Input(shape=(4,))
    inner = k.models.Model(inner_in, k.layers.Dense(3, activation="tanh")(inner_in), name="inner")
    x = k.layers.Input(shape=(4,))
    deeper = k.models.Sequential([k.layers.Dense(3, activation="tanh", input_dim=3), k.layers.Dense(2)])
    return k.models.Model(x, deeper(inner(x)))


def _nested_shared(k):
    tower = perceptron(k, features=4, hidden=3, targets=3)
    a, b = k.layers.Input(shape=(4,)), k.layers.Input(shape=(4,))
    difference = k.layers.Lambda(lambda xs: k.backend.abs(xs[0] - xs[1]))([tower(a), tower(b)])
    return k.models.Model([a, b], k.layers.Dense(2)(difference))


def _attention(k):
    x = k.layers.Input(shape=(4, 3))
    h = k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True))(x)
    scores = k.layers.Flatten()(k.layers.TimeDistributed(k.layers.Dense(1, activation="tanh"))(h))
    weights = k.layers.Permute((2, 1))(k.layers.RepeatVector(6)(k.layers.Activation("softmax")(scores)))
    context = k.layers.Lambda(lambda v: k.backend.sum(v, axis=1))(k.layers.multiply([h, weights]))
    return k.models.Model(x, k.layers.Dense(2)(context))


def _images(k):
    layers = k.layers
    x = layers.Input(shape=(6, 6, 2))
    left = layers.Conv2D(2, 3, padding="same", activation="tanh")(x)
    right = layers.SeparableConv2D(2, 3, padding="same")(x)
    joined = layers.concatenate([left, right, layers.AveragePooling2D(3, strides=1, padding="same")(x)])
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2DTranspose(3, 2, strides=2)(joined))
    return k.models.Model(x, layers.Dense(2)(pooled))


def _encoder_decoder(k):
    source, target = k.layers.Input(shape=(4, 3)), k.layers.Input(shape=(5, 2))
    _out, h, c = k.layers.LSTM(3, return_state=True)(source)
    decoded = k.layers.LSTM(3, return_sequences=True)(target, initial_state=[h, c])
    return k.models.Model([source, target], k.layers.Dense(2)(k.layers.Flatten()(decoded)))


def _no_config(make, name, **arguments):
    """Lambdas have no config to compare."""

    def without(k):
        model = make(k)
        model.get_config = lambda: None
        return model

    trained(name, without, **arguments)


trained("shared_layer", _shared, shapes=((4,), (4,)))
trained("residual", _residual)
trained("nested_models", _nested)
_no_config(_nested_shared, "siamese", shapes=((4,), (4,)))
_no_config(_attention, "attention", shapes=((4, 3),))
trained("images", _images, shapes=((6, 6, 2),))
trained("encoder_decoder", _encoder_decoder, shapes=((4, 3), (5, 2)))


@area.run("graph/add_loss")
def _(k, t):
    """The variational autoencoder's way: a loss that is a tensor of the graph."""
    K = k.backend
    x = k.layers.Input(shape=(4,))
    mean = k.layers.Dense(2)(x)
    log_variance = k.layers.Dense(2)(x)
    z = k.layers.Lambda(lambda v: v[0] + 0.1 * K.exp(v[1] / 2))([mean, log_variance])
    out = k.layers.Dense(4)(z)
    model = k.models.Model(x, out)
    divergence = -0.5 * K.sum(1 + log_variance - K.square(mean) - K.exp(log_variance), axis=-1)
    model.add_loss(K.mean(K.sum(K.square(x - out), axis=-1) + divergence))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.02), loss=None)
    data = t.rng.standard_normal((12, 4))
    t.seed(3)
    history = model.fit(data, None, batch_size=5, epochs=5, verbose=0, validation_data=(data[:4], None))
    return results_of_fit(model, history, data)


@area.run("graph/masks_through_merges")
def _(k, t):
    a, b = k.layers.Input(shape=(5, 3)), k.layers.Input(shape=(5, 3))
    joined = k.layers.concatenate([k.layers.Masking()(a), k.layers.Masking()(b)])
    model = k.models.Model([a, b], k.layers.Dense(2)(k.layers.LSTM(3, return_sequences=True)(joined)))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse", metrics=["mae"])
    counts = [5, 3, 2, 4, 5, 1, 3, 5]
    xs = [lengths(5, 3, counts)(t.rng), lengths(5, 3, counts[::-1])(t.rng)]
    t.seed(3)
    history = model.fit(xs, t.rng.standard_normal((8, 5, 2)), batch_size=3, epochs=4, verbose=0)
    return results_of_fit(model, history, xs)


area.graph(
    "graph/input_used_twice",
    lambda k, x: k.layers.multiply([k.layers.Dense(4, activation="sigmoid")(x), x]),
    normal(3, 4),
    config=False,
)
area.graph(
    "graph/outputs_inside_the_graph",
    lambda k, x: [k.layers.Activation("tanh")(x), k.layers.Dense(2)(k.layers.Activation("relu")(x))],
    normal(3, 4),
    config=False,
)


@area.run("graph/model_over_layers_of_a_model")
def _(k, t):
    """A new model from the input to a hidden layer's output of a trained one."""
    base = perceptron(k)
    t.set_weights(base)
    hidden = k.models.Model(base.input, base.layers[0].output)
    x = t.rng.standard_normal((6, 5))
    results = {"hidden": hidden.predict(x)}
    base.compile("sgd", "mse")
    base.train_on_batch(x, np.ones((6, 2)))
    results["after_training"] = hidden.predict(x)
    clone = k.models.clone_model(base)
    clone.set_weights(base.get_weights())
    results["clone"] = clone.predict(x)
    results["clone_names"] = [layer.name for layer in clone.layers]
    return results


# What trains is settled at compile()


@area.run("trainable/gan")
def _(k, t):
    """The discriminator, compiled first, learns in its own steps; the combined model leaves it as it is."""
    layers = k.layers
    generator = perceptron(k, features=3, hidden=4, targets=4)
    discriminator = perceptron(k, features=4, hidden=5, targets=1, activation="sigmoid")
    t.set_weights(generator)
    t.set_weights(discriminator)
    discriminator.compile(k.optimizers.SGD(lr=0.1), "binary_crossentropy", metrics=["accuracy"])
    discriminator.trainable = False
    z = layers.Input(shape=(3,))
    combined = k.models.Model(z, discriminator(generator(z)))
    combined.compile(k.optimizers.SGD(lr=0.2, momentum=0.5), "binary_crossentropy")
    real, fake, one, zero = t.rng.standard_normal((6, 4)) + 1, [], np.ones((6, 1)), np.zeros((6, 1))
    losses = []
    for _step in range(4):
        noise = t.rng.standard_normal((6, 3))
        fake = generator.predict(noise)
        losses.append(discriminator.train_on_batch(real, one))
        losses.append(discriminator.train_on_batch(fake, zero))
        losses.append([combined.train_on_batch(noise, one), 0.0])
    results = {"losses": losses, "fake": fake}
    results["generator"] = generator.get_weights()
    results["discriminator"] = discriminator.get_weights()
    results["trainable"] = [len(m.trainable_weights) for m in (generator, discriminator, combined)]
    return results


@area.run("trainable/fine_tuning")
def _(k, t):
    base = k.models.Sequential(
        [
            k.layers.Dense(4, activation="tanh", input_dim=5),
            k.layers.BatchNormalization(),
            k.layers.Dense(4, activation="tanh"),
        ]
    )
    model = k.models.Sequential([base, k.layers.Dense(2)])
    x, y = t.rng.standard_normal((12, 5)), t.rng.standard_normal((12, 2))
    t.set_weights(base)
    t.set_weights(model, scale=0.6)
    base.layers[1].set_weights([np.abs(w) + 0.5 for w in base.layers[1].get_weights()])
    base.trainable = False
    model.compile(k.optimizers.SGD(lr=0.1), "mse")
    t.seed(3)
    first = model.fit(x, y, batch_size=5, epochs=2, verbose=0)
    results = {"frozen": first.history, "weights_frozen": model.get_weights()}
    base.trainable = True
    base.layers[0].trainable = False
    model.compile(k.optimizers.SGD(lr=0.05), "mse")
    second = model.fit(x, y, batch_size=5, epochs=2, verbose=0)
    results["thawed"] = second.history
    results["weights_thawed"] = model.get_weights()
    results["names"] = [len(model.trainable_weights), len(model.non_trainable_weights)]
    return results


# Generators


@area.run("generator/fit_generator")
def _(k, t):
    x, y = t.rng.standard_normal((12, 5)), t.rng.standard_normal((12, 2))

    def batches():
        while True:
            for start in (0, 4, 8):
                yield x[start : start + 4], y[start : start + 4]

    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse", metrics=["mae"])
    history = model.fit_generator(batches(), steps_per_epoch=3, epochs=4, verbose=0, validation_data=(x[:5], y[:5]))
    results = results_of_fit(model, history)
    results["evaluate"] = model.evaluate_generator(batches(), steps=3)
    results["predict"] = model.predict_generator(batches(), steps=3)
    return results


@area.run("generator/sequence")
def _(k, t):
    data = t.rng.standard_normal((14, 5)), t.rng.standard_normal((14, 2)), t.rng.uniform(0, 2, 14)

    class Batches(k.utils.Sequence):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return tuple(part[4 * index : 4 * index + 4] for part in data)

    model = perceptron(k)
    t.set_weights(model)
    model.compile(k.optimizers.SGD(lr=0.1), "mse", metrics=["mae"])
    history = model.fit_generator(
        Batches(), epochs=4, verbose=0, shuffle=False, validation_data=Batches(), validation_steps=4
    )
    results = results_of_fit(model, history)
    results["evaluate"] = model.evaluate_generator(Batches())
    results["predict"] = model.predict_generator(Batches())
    return results
