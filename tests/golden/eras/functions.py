"""Activations, initializers, regularizers and losses whose formulas changed."""

import numpy as np

from .kit import ALL, K2, KERAS2_AND_TF, LATER, Area, chain, examined, fitted, regression

area = Area("functions")


def rows_of(t, tensor):
    return np.asarray(t.value(tensor))


# hard_sigmoid


@area.run("hard_sigmoid/function")
def _(k, t):
    x = np.linspace(-4, 4, 33)
    return {"value": t.value(k.activations.hard_sigmoid(t.tensor(x)))}


def with_hard_sigmoid(name, shape, build):
    area.add(
        f"hard_sigmoid/{name}",
        lambda k, t: examined(t, chain(k, shape, build(k)), 2 * t.rng.standard_normal((4,) + shape)),
    )


with_hard_sigmoid("dense", (4,), lambda k: k.layers.Dense(3, activation="hard_sigmoid"))
with_hard_sigmoid("activation", (2, 3), lambda k: k.layers.Activation("hard_sigmoid"))
with_hard_sigmoid("lstm", (5, 4), lambda k: k.layers.LSTM(3, recurrent_activation="hard_sigmoid"))


# Initializers


def spread(values):
    values = np.asarray(values, dtype="float64")
    return {"mean": values.mean(), "std": values.std(), "largest": np.percentile(np.abs(values), 99.5)}


def normals(name, build):
    def body(k, t):
        layer = k.layers.Dense(250, kernel_initializer=build(k))  # as many as make the spread a matter of the formula
        chain(k, (160,), layer)
        return {"values": spread(layer.get_weights()[0])}

    area.add(f"normal_initializers/{name}", body)


normals("glorot_normal", lambda k: "glorot_normal")
normals("he_normal", lambda k: "he_normal")
normals("lecun_normal", lambda k: "lecun_normal")
normals("variance_scaling", lambda k: k.initializers.VarianceScaling(2.0, "fan_avg", "normal"))
normals("truncated_normal", lambda k: k.initializers.TruncatedNormal(stddev=0.3))


def glorot(name, build, shape):
    def body(k, t):
        layer = build(k)
        chain(k, shape, layer)
        return {"values": spread(layer.get_weights()[0])}

    area.add(f"glorot_uniform/{name}", body)


glorot("dense", lambda k: k.layers.Dense(120), (100,))
glorot("convolution", lambda k: k.layers.Conv2D(24, 3), (5, 5, 20))
glorot("lstm", lambda k: k.layers.LSTM(20), (5, 60))


def orthogonal(name, shape, **arguments):
    def body(k, t):
        layer = k.layers.Dense(shape[1], kernel_initializer=k.initializers.Orthogonal(**arguments))
        chain(k, shape[:1], layer)
        kernel = layer.get_weights()[0].astype("float64")
        gram = kernel.dot(kernel.T) if shape[0] < shape[1] else kernel.T.dot(kernel)
        results = {"gram": np.round(gram, 5)}
        if t.era == "keras2":  # numpy draws it, so the numbers themselves are known
            results["kernel"] = kernel
        return results

    area.add(f"orthogonal/{name}", body)


orthogonal("square", (4, 4), seed=3)
orthogonal("tall", (6, 3), seed=5)
orthogonal("wide", (3, 5), gain=2.0, seed=7)


# Regularizers


def config(name, build):
    def body(k, t):
        return {"config": {key: float(value) for key, value in build(k).get_config().items()}}

    area.add(f"l1_l2_defaults/{name}", body)


config("none_given", lambda k: k.regularizers.l1_l2())
config("l1_given", lambda k: k.regularizers.l1_l2(l1=0.3))
config("l2_given", lambda k: k.regularizers.l1_l2(l2=0.4))
config("l2_default", lambda k: k.regularizers.l2())


@area.run("l1_l2_defaults/in_a_loss", tolerance=1e-4)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2, kernel_regularizer=k.regularizers.l1_l2()))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse")
    return fitted(model, x, y)


# Losses


def labels(t, signed, *shape):
    values = t.rng.randint(0, 2, shape)
    return 2.0 * values - 1 if signed else values.astype("float64")


def hinges(function, signed):
    def body(k, t):
        model = chain(k, (4,), k.layers.Dense(3, activation="tanh"))
        t.set_weights(model)
        model.compile(k.optimizers.SGD(0.05), function)
        x, y = regression(t)[0], labels(t, signed, 16, 3)
        return {"evaluate": float(model.evaluate(x, y, verbose=0)), **fitted(model, x, y)}

    area.add(f"hinge_labels/{function}_{'signed' if signed else 'zero_one'}", body, tolerance=1e-4)


for name in ("hinge", "squared_hinge"):
    for is_signed in (False, True):
        hinges(name, is_signed)
hinges("categorical_hinge", False)


@area.run("hinge_labels/function")
def _(k, t):
    y, p = labels(t, False, 4, 3), t.rng.standard_normal((4, 3))
    return {"values": rows_of(t, k.losses.hinge(t.tensor(y), t.tensor(p)))}


def nearness(t):
    """Keras 2.2.4 has cosine_proximity only, Keras 3 cosine_similarity only."""
    return "cosine_proximity" if t.era == "keras2" else "cosine_similarity"


@area.run("cosine_proximity/function")
def _(k, t):
    y, p = t.rng.standard_normal((4, 3)), t.rng.standard_normal((4, 3))
    return {"values": rows_of(t, getattr(k.losses, nearness(t))(t.tensor(y), t.tensor(p)))}


@area.run("cosine_proximity/loss", tolerance=1e-4)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), nearness(t))
    return fitted(model, x, y)


@area.run("cosine_proximity/loss_of_steps", tolerance=1e-4)
def _(k, t):
    x, y = t.rng.standard_normal((6, 5, 3)), t.rng.standard_normal((6, 5, 2))
    model = chain(k, (5, 3), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), nearness(t))
    return fitted(model, x, y)


@area.run("cosine_proximity/metric", tolerance=1e-4)
def _(k, t):
    x, y = regression(t)
    model = chain(k, (4,), k.layers.Dense(2))
    t.set_weights(model)
    model.compile(k.optimizers.SGD(0.1), "mse", metrics=[nearness(t)])
    return {"evaluate": [float(v) for v in model.evaluate(x, y, verbose=0)]}


# What a crossentropy makes of probabilities at their ends, and of the activation that it is not made for


def crossentropies(name, activation, loss, sparse=False, scale=30.0, eras=ALL):
    def body(k, t):
        model = chain(k, (4,), k.layers.Dense(3, activation=activation))
        t.set_weights(model, scale=scale)
        model.compile(k.optimizers.SGD(0.01), loss)
        x, labels = t.rng.standard_normal((8, 4)), t.rng.randint(0, 3, 8)
        y = labels if sparse else np.eye(3)[labels]
        losses = [float(model.evaluate(x, y, batch_size=8, verbose=0))]
        losses.append(float(model.train_on_batch(x, y)))
        return {"losses": losses, "weights": model.get_weights()}

    area.add(f"crossentropy/{name}", body, eras, tolerance=1e-4)


crossentropies("softmax_far_out", "softmax", "categorical_crossentropy")
crossentropies("softmax_far_out_sparse", "softmax", "sparse_categorical_crossentropy", True)
crossentropies("sigmoid", "sigmoid", "binary_crossentropy", scale=1.0)
# Past logits of 8 the last digits of Keras 2's own number are those of its rounded probabilities.
crossentropies("sigmoid_far_out", "sigmoid", "binary_crossentropy", scale=12.0, eras=LATER)
crossentropies("softmax_with_binary", "softmax", "binary_crossentropy", scale=1.0)
crossentropies("sigmoid_with_categorical", "sigmoid", "categorical_crossentropy", scale=1.0)


# Functions of the backend that every generation up to tf.keras has


def backend(name, call, eras=KERAS2_AND_TF, *shapes):
    def body(k, t):
        arrays = [t.tensor(t.rng.standard_normal(shape)) for shape in shapes]
        return {"value": t.value(call(k.backend, *arrays))}

    area.add(f"backend_functions/{name}", body, eras)


backend("batch_dot", lambda K, a, b: K.batch_dot(a, b, axes=(1, 2)), KERAS2_AND_TF, (3, 4), (3, 5, 4))
backend("batch_dot_of_rows", lambda K, a, b: K.batch_dot(a, b, axes=1), KERAS2_AND_TF, (3, 4), (3, 4))
backend("batch_dot_of_matrices", lambda K, a, b: K.batch_dot(a, b), KERAS2_AND_TF, (3, 2, 4), (3, 4, 5))
backend("std", lambda K, a: K.std(a, axis=1, keepdims=True), KERAS2_AND_TF, (3, 4))
backend("l2_normalize", lambda K, a: K.l2_normalize(a, axis=-1), KERAS2_AND_TF, (3, 4))
backend("repeat_elements", lambda K, a: K.repeat_elements(a, 2, axis=1), KERAS2_AND_TF, (2, 3))
backend("logsumexp", lambda K, a: K.logsumexp(a, axis=0), K2, (3, 4))
backend("hard_sigmoid", lambda K, a: K.hard_sigmoid(3 * a), KERAS2_AND_TF, (3, 4))


@area.run("backend_functions/settings")
def _(k, t):
    K = k.backend
    return {"floatx": K.floatx(), "epsilon": float(K.epsilon()), "format": K.image_data_format()}


@area.run("backend_functions/names", LATER)
def _(k, t):
    K = k.backend
    if t.era == "keras3":
        return {"names": [K.get_uid("case"), K.get_uid("case")], "kind": K.standardize_dtype("float32")}
    return {"names": [K.get_uid("case"), K.get_uid("case")]}


@area.run("backend_functions/kinds", ("keras3",))
def _(k, t):
    K = k.backend
    names = "bool uint8 uint16 int8 int16 int32 int64 float16 bfloat16 float32 float64".split()
    more = [
        (int, "int8"),
        (float, "int8"),
        (float, "float16"),
        (int,),
        (float,),
        (bool, int),
        (int, float),
        (None,),
        (),
    ]
    pairs = [(a, b) for a in names for b in names]
    return {"kinds": [K.result_type(*pair) for pair in pairs + more]}
