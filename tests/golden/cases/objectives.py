"""Losses and metrics on fixed arrays: a value for each sample, and the gradient with respect to the predictions."""

import numpy as np

from .kit import Area, constant, ints, normal, positive

area = Area("objectives")


def one_hot(classes, *shape):
    return lambda rng: np.eye(classes)[rng.randint(0, classes, shape)]


def distributions(classes, *shape):
    def make(rng):
        e = np.exp(1.5 * rng.standard_normal(shape + (classes,)))
        return e / e.sum(-1, keepdims=True)

    return make


def signs(*shape):
    return lambda rng: 2.0 * rng.randint(0, 2, shape) - 1


def floats(high, *shape):
    return lambda rng: rng.randint(0, high, shape).astype("float64")


def loss(name, *data, **options):
    suffix = options.pop("suffix", "")
    area.function("loss/" + name + suffix, lambda k: getattr(k.losses, name), *data, wrt=options.pop("wrt", 1))


def metric(name, *data, **arguments):
    suffix = arguments.pop("suffix", "")
    area.function(
        "metric/" + name + suffix,
        lambda k: lambda t, p: getattr(k.metrics, name)(t, p, **arguments),
        *data,
        wrt=None,
    )


# Losses on ordinary values

for name in ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "logcosh"):
    loss(name, normal(4, 3), normal(4, 3))
    loss(name, normal(2, 3, 2), normal(2, 3, 2), suffix="/rank_3")
loss("mean_squared_logarithmic_error", positive(4, 3), positive(4, 3))
loss("squared_hinge", signs(4, 3), normal(4, 3))
loss("hinge", signs(4, 3), normal(4, 3))
loss("categorical_hinge", one_hot(4, 5), normal(5, 4))
loss("categorical_crossentropy", one_hot(4, 5), distributions(4, 5))
loss("categorical_crossentropy", one_hot(3, 2, 4), distributions(3, 2, 4), suffix="/rank_3")
loss("categorical_crossentropy", distributions(4, 3), positive(3, 4), suffix="/not_normalized")
loss("sparse_categorical_crossentropy", floats(4, 5, 1), distributions(4, 5))
loss("sparse_categorical_crossentropy", floats(3, 2, 4, 1), distributions(3, 2, 4), suffix="/rank_3")
loss("sparse_categorical_crossentropy", floats(4, 3, 1), positive(3, 4), suffix="/not_normalized")
loss("binary_crossentropy", floats(2, 4, 3), positive(4, 3))
loss("binary_crossentropy", positive(4, 3), positive(4, 3), suffix="/soft_targets")
loss("kullback_leibler_divergence", distributions(4, 3), distributions(4, 3))
loss("poisson", floats(6, 4, 3), positive(4, 3))
loss("cosine_proximity", normal(4, 3), normal(4, 3))
loss("cosine_proximity", normal(2, 3, 4), normal(2, 3, 4), suffix="/rank_3")

# Losses at their edges

loss(
    "binary_crossentropy",
    constant([[1.0], [0], [0], [1], [0.5], [1], [0]]),
    constant([[0.0], [1], [0], [1], [0.5], [1e-8], [1 - 1e-6]]),
    suffix="/edges",
)
loss(
    "categorical_crossentropy",
    constant([[1.0, 0, 0], [0, 1, 0]]),
    constant([[0.0, 0.5, 0.5], [0, 1, 0]]),
    suffix="/edges",
)
loss("sparse_categorical_crossentropy", constant([[0.0], [1]]), constant([[0.0, 0.5, 0.5], [0, 1, 0]]), suffix="/edges")
loss("mean_absolute_percentage_error", constant([[0.0, 2], [1e-9, -1]]), constant([[1.0, 1], [3, 2]]), suffix="/edges")
loss("mean_squared_logarithmic_error", constant([[-1.0, 0], [2, 3]]), constant([[0.5, -2], [-0.5, 3]]), suffix="/edges")
loss("mean_absolute_error", constant([[1.0, 2], [0, 0]]), constant([[1.0, 2], [0, -1]]), suffix="/equal")
loss("hinge", constant([[1.0, -1], [1, 0]]), constant([[1.0, -1], [2, 3]]), suffix="/edges")
loss("squared_hinge", constant([[1.0, -1], [1, 0]]), constant([[1.0, -1], [2, 3]]), suffix="/edges")
loss("categorical_hinge", constant([[1.0, 0, 0], [0, 1, 0]]), constant([[1.0, 0, 0], [0.2, 0.1, 0.6]]), suffix="/edges")
loss("kullback_leibler_divergence", constant([[0.0, 1], [0.5, 0.5]]), constant([[0.5, 0.5], [0, 1]]), suffix="/edges")
loss("poisson", constant([[0.0, 3], [1, 0]]), constant([[0.0, 1e-8], [0.5, 2]]), suffix="/edges")
loss("cosine_proximity", constant([[0.0, 0], [3, 4]]), constant([[1.0, 2], [3, 4]]), suffix="/zero_vector")
loss("logcosh", constant([[0.0, 0, 0]]), constant([[-40.0, 0, 60]]), suffix="/large")

# Metrics

metric("binary_accuracy", floats(2, 4, 3), positive(4, 3))
metric(
    "binary_accuracy",
    constant([[0.0], [1], [0], [1], [1]]),
    constant([[0.5], [0.5], [0.49], [0.51], [1.5]]),
    suffix="/half",
)
metric("categorical_accuracy", one_hot(4, 6), distributions(4, 6))
metric("categorical_accuracy", one_hot(3, 2, 4), distributions(3, 2, 4), suffix="/rank_3")
metric(
    "categorical_accuracy",
    constant([[0.0, 1, 0], [1, 0, 0]]),
    constant([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2]]),
    suffix="/ties",
)
metric("sparse_categorical_accuracy", floats(4, 6, 1), distributions(4, 6))
metric("top_k_categorical_accuracy", one_hot(9, 6), distributions(9, 6))
metric("top_k_categorical_accuracy", one_hot(6, 7), distributions(6, 7), k=2, suffix="/2")
metric(
    "top_k_categorical_accuracy",
    constant([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]]),
    constant([[0.3, 0.3, 0.3], [0.5, 0.2, 0.2], [0.1, 0.4, 0.5]]),
    k=1,
    suffix="/ties",
)
metric("sparse_top_k_categorical_accuracy", floats(9, 6, 1), distributions(9, 6))
metric("sparse_top_k_categorical_accuracy", floats(6, 7, 1), distributions(6, 7), k=3, suffix="/3")
for name in ("mse", "mae", "mape", "msle", "cosine", "hinge", "logcosh", "poisson", "kullback_leibler_divergence"):
    metric(name, positive(3, 4), positive(3, 4))


@area.run("loss/names")
def _(k, t):
    names = "mse MSE mae MAE mape MAPE msle MSLE kld KLD cosine hinge logcosh binary_crossentropy".split()
    return {"names": [k.losses.serialize(k.losses.get(name)) for name in names]}


@area.run("metric/names")
def _(k, t):
    names = "mse MAE mape msle cosine binary_accuracy categorical_accuracy top_k_categorical_accuracy".split()
    return {"names": [k.metrics.serialize(k.metrics.get(name)) for name in names]}


@area.run("loss/integer_targets")
def _(k, t):
    """Integer labels of a training run arrive as floats; on their own they may be integers."""
    labels, predictions = ints(4, 5, 1)(t.rng), distributions(4, 5)(t.rng)
    value = k.losses.sparse_categorical_crossentropy(t.tensor(labels.astype("int32")), t.tensor(predictions))
    return {"value": t.value(value)}
