"""Activations, regularizers, constraints and initializers on their own."""

import numpy as np

from .kit import Area, constant, normal

area = Area("functions")
function = area.function

# Activations: both sides of every bend, and the bends themselves.

POINTS = constant([[-30.0, -7.5, -2.5, -2, -1, -0.3, 0], [0.2, 1, 2, 2.5, 3.3, 6, 30]])
for name in "elu selu softplus softsign relu tanh sigmoid hard_sigmoid linear".split():
    function("activation/" + name, lambda k, name=name: k.activations.get(name), POINTS)
function("activation/exponential", lambda k: k.activations.exponential, normal(2, 5))
function("activation/none_is_linear", lambda k: k.activations.get(None), POINTS)
function("activation/elu_alpha", lambda k: lambda x: k.activations.elu(x, alpha=0.3), POINTS)
function("activation/relu_alpha", lambda k: lambda x: k.activations.relu(x, alpha=0.2), POINTS)
function("activation/relu_max_value", lambda k: lambda x: k.activations.relu(x, max_value=2.2), POINTS)
function("activation/relu_threshold", lambda k: lambda x: k.activations.relu(x, threshold=1.5), POINTS)
function(
    "activation/relu_everything",
    lambda k: lambda x: k.activations.relu(x, alpha=0.1, max_value=2.2, threshold=0.7),
    POINTS,
)
function("activation/relu_6", lambda k: lambda x: k.activations.relu(x, max_value=6), POINTS)
function("activation/softmax", lambda k: k.activations.softmax, normal(3, 4, scale=4.0))
function("activation/softmax_rank_3", lambda k: k.activations.softmax, normal(2, 3, 4))
function("activation/softmax_axis", lambda k: lambda x: k.activations.softmax(x, axis=1), normal(2, 3, 4))
function("activation/softmax_large", lambda k: k.activations.softmax, constant([[500.0, 501, 499], [-500, -500, -501]]))


@area.run("activation/serialize")
def _(k, t):
    names = "softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid exponential linear".split()
    return {"names": [k.activations.serialize(k.activations.get(name)) for name in names]}


# Regularizers

KERNEL = normal(4, 3)
for name, make in (
    ("l1", lambda k: k.regularizers.l1(0.03)),
    ("l2", lambda k: k.regularizers.l2(0.02)),
    ("l1_l2", lambda k: k.regularizers.l1_l2(l1=0.03, l2=0.01)),
    ("l1_default", lambda k: k.regularizers.l1()),
    ("l2_default", lambda k: k.regularizers.l2()),
    ("l1_l2_default", lambda k: k.regularizers.l1_l2()),
    ("class", lambda k: k.regularizers.L1L2(l1=0.2)),
    ("by_name", lambda k: k.regularizers.get("l2")),
    (
        "by_config",
        lambda k: k.regularizers.get({"class_name": "L1L2", "config": {"l1": 0.5, "l2": 0.25}}),
    ),
):
    function("regularizer/" + name, make, KERNEL)


@area.run("regularizer/configs")
def _(k, t):
    r = k.regularizers
    made = [r.l1(0.1), r.l2(0.2), r.l1_l2(0.3, 0.4), r.l1_l2(), r.get("l1"), r.deserialize(r.serialize(r.l2(0.5)))]
    return {"configs": [item.get_config() for item in made], "serialized": r.serialize(made[0]), "none": r.get(None)}


# Constraints

for name, make, data in (
    ("max_norm", lambda k: k.constraints.max_norm(1.0), KERNEL),
    ("max_norm_default", lambda k: k.constraints.max_norm(), normal(5, 3, scale=2.0)),
    ("max_norm_axis", lambda k: k.constraints.max_norm(0.8, axis=1), KERNEL),
    ("max_norm_kernel", lambda k: k.constraints.max_norm(1.2, axis=[0, 1, 2]), normal(2, 3, 2, 4)),
    ("non_neg", lambda k: k.constraints.non_neg(), KERNEL),
    ("unit_norm", lambda k: k.constraints.unit_norm(), KERNEL),
    ("unit_norm_axis", lambda k: k.constraints.unit_norm(axis=[0, 1]), normal(3, 2, 4)),
    ("unit_norm_zero_column", lambda k: k.constraints.unit_norm(), constant([[0.0, 3], [0, 4]])),
    ("min_max_norm", lambda k: k.constraints.min_max_norm(min_value=0.5, max_value=1.0), KERNEL),
    ("min_max_norm_rate", lambda k: k.constraints.MinMaxNorm(0.2, 0.7, rate=0.4, axis=1), KERNEL),
    ("by_name", lambda k: k.constraints.get("max_norm"), normal(5, 3, scale=2.0)),
    (
        "by_config",
        lambda k: k.constraints.get({"class_name": "MaxNorm", "config": {"max_value": 0.5, "axis": 0}}),
        KERNEL,
    ),
):
    function("constraint/" + name, make, data, wrt=None)


@area.run("constraint/configs")
def _(k, t):
    c = k.constraints
    made = [
        c.max_norm(3, axis=1),
        c.non_neg(),
        c.unit_norm(axis=[0, 1]),
        c.min_max_norm(0.1, 0.9, 0.5, axis=2),
        c.get("unit_norm"),
    ]
    names = ["maxnorm", "nonneg", "unitnorm", "MaxNorm", "UnitNorm"]
    return {
        "configs": [item.get_config() for item in made],
        "serialized": [c.serialize(item) for item in made],
        "aliases": [type(c.get(name)).__name__ for name in names],
    }


# Initializers: random values are each package's own; what describes their distribution is not.


def initializer(name, make, shape=(200, 250), moments=True):
    def body(k, t):
        chosen = make(k)
        values = np.asarray(t.value(chosen(shape)))
        results = {"config": chosen.get_config(), "shape": values.shape, "class": type(chosen).__name__}
        if moments:
            results["spread"] = {"mean": values.mean(), "std": values.std(), "largest": np.abs(values).max()}
        else:
            results["values"] = values
        return results

    area.add("initializer/" + name, body)


initializer("zeros", lambda k: k.initializers.Zeros(), (2, 3), moments=False)
initializer("ones", lambda k: k.initializers.Ones(), (3,), moments=False)
initializer("constant", lambda k: k.initializers.Constant(0.7), (2, 2), moments=False)
initializer("identity", lambda k: k.initializers.Identity(gain=1.5), (3, 3), moments=False)
initializer("random_normal", lambda k: k.initializers.RandomNormal(mean=0.2, stddev=0.3, seed=1))
initializer("random_uniform", lambda k: k.initializers.RandomUniform(-0.2, 0.4, seed=1))
initializer("truncated_normal", lambda k: k.initializers.TruncatedNormal(mean=-0.1, stddev=0.2, seed=1))
for name in "glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal".split():
    initializer(name, lambda k, name=name: getattr(k.initializers, name)(seed=1), (200, 300))
    initializer(name + "_kernel", lambda k, name=name: getattr(k.initializers, name)(seed=1), (3, 3, 40, 60))
for mode in ("fan_in", "fan_out", "fan_avg"):
    for distribution in ("normal", "uniform"):
        initializer(
            f"variance_scaling_{mode}_{distribution}",
            lambda k, mode=mode, distribution=distribution: k.initializers.VarianceScaling(
                scale=2.5, mode=mode, distribution=distribution, seed=1
            ),
            (200, 300),
        )


def orthogonal(name, shape, gain=1.0):
    def body(k, t):
        chosen = k.initializers.Orthogonal(gain=gain, seed=1)
        values = np.asarray(t.value(chosen(shape)), dtype="float64")
        flat = values.reshape(-1, shape[-1])
        small = flat if flat.shape[0] <= flat.shape[1] else flat.T
        return {"shape": values.shape, "config": chosen.get_config(), "gram": np.round(small.dot(small.T), 4) + 0.0}

    area.add("initializer/orthogonal_" + name, body)


orthogonal("wide", (4, 9))
orthogonal("tall", (9, 4), gain=1.3)
orthogonal("kernel", (2, 2, 3, 5))


@area.run("initializer/names")
def _(k, t):
    names = (
        "zeros ones constant uniform normal identity orthogonal zero one random_uniform random_normal truncated_normal "
        "glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal Zeros VarianceScaling"
    ).split()
    made = [k.initializers.get(name) for name in names]
    return {
        "classes": [type(item).__name__ for item in made],
        "configs": [item.get_config() for item in made],
        "serialized": k.initializers.serialize(made[0]),
    }


@area.run("initializer/of_layers")
def _(k, t):
    """The default kernels of the documented layers: uniform, so the largest value shows the fans."""
    layers = [
        k.layers.Dense(64, input_shape=(6, 6, 32)),
        k.layers.Conv2D(48, 3),
        k.layers.Reshape((16, 48)),
        k.layers.LSTM(40),
        k.layers.RepeatVector(3),
    ]
    model = k.models.Sequential(layers)
    embedding = k.models.Sequential([k.layers.Embedding(50, 40, input_length=3)])
    kernels = [w for w in model.get_weights() + embedding.get_weights() if w.ndim > 1]
    del kernels[3]  # the LSTM's recurrent kernel is orthogonal
    return {"spread": [{"mean": w.mean(), "std": w.std(), "largest": np.abs(w).max()} for w in kernels]}
