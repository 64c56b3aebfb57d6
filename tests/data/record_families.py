"""Records what real Keras 2.2.4's activations, initializers, regularizers and constraints give.

Run with an interpreter that has Keras 2.2.4 on TensorFlow 1.15: ``python tests/data/record_families.py``. It writes
``families.json`` beside itself.
"""

import json
import os
import warnings

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
warnings.simplefilter("ignore")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import activations, constraints, initializers, regularizers  # noqa: E402
from keras import backend as K  # noqa: E402

POINTS = [-30.0, -6.5, -3.0, -2.5, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 2.0, 2.5, 3.0, 6.0, 6.5, 30.0]
RELUS = [
    {},
    {"alpha": 0.1},
    {"alpha": 2.0},
    {"alpha": -0.5},
    {"max_value": 6},
    {"max_value": 2.5},
    {"threshold": 1.0},
    {"threshold": -1.0},
    {"alpha": 0.2, "max_value": 6},
    {"alpha": 0.2, "max_value": 3.0, "threshold": 0.5},
    {"alpha": -0.3, "threshold": -0.5},
]
SHAPES = [[4], [5, 3], [3, 5], [3, 2, 4], [2, 3, 2, 4], [2, 1, 2, 2, 3]]


def plain(value):
    return np.asarray(value, dtype="float64").tolist()


def with_gradient(function, x):
    """The function's value and the gradient of the sum of its value times 1, 2, 3 ... (which no softmax cancels)."""
    at = K.placeholder(shape=np.shape(x))
    value = K.identity(function(at))  # linear gives the placeholder itself, which cannot be fetched
    direction = np.arange(1.0, np.size(x) + 1).reshape(np.shape(x))
    gradient = K.gradients(K.sum(value * K.constant(direction)), [at])[0]
    run = K.function([at], [value, gradient])
    return [plain(found) for found in run([np.asarray(x, "float32")])]


def record_activations():
    names = "softmax elu selu softplus softsign relu tanh sigmoid hard_sigmoid exponential linear".split()
    row = [POINTS]
    block = np.sin(np.arange(24.0) * 1.7).reshape(2, 3, 4) * 3
    return {
        "points": POINTS,
        "named": {name: with_gradient(activations.get(name), row) for name in names},
        "relu": [[kw, with_gradient(lambda x, kw=kw: activations.relu(x, **kw), row)] for kw in RELUS],
        "elu_alpha": with_gradient(lambda x: activations.elu(x, 0.3), row),
        "block": plain(block),
        "softmax_block": [
            [axis, with_gradient(lambda x, axis=axis: activations.softmax(x, axis=axis), block)]
            for axis in (0, 1, 2, -1)
        ],
        "softmax_matrix_axis_0": with_gradient(lambda x: activations.softmax(x, axis=0), block[0]),
    }


def drawn(initializer, shape):
    value = initializer(tuple(shape))
    return plain(K.eval(value) if K.is_tensor(value) else value)


def record_initializers():
    seeded = [
        {"class_name": name, "config": dict(config, seed=seed)}
        for seed, (name, config) in enumerate(
            [
                ("RandomNormal", {"mean": 0.5, "stddev": 2.0}),
                ("RandomUniform", {"minval": -2.0, "maxval": 0.5}),
                ("TruncatedNormal", {"mean": -1.0, "stddev": 0.3}),
                ("glorot_uniform", {}),
                ("glorot_normal", {}),
                ("he_uniform", {}),
                ("he_normal", {}),
                ("lecun_uniform", {}),
                ("lecun_normal", {}),
                ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}),
                ("VarianceScaling", {"scale": 0.5, "mode": "fan_avg", "distribution": "normal"}),
            ]
        )
    ]
    orthogonal = {"class_name": "Orthogonal", "config": {"gain": 1.5, "seed": 3}}
    cases = [[config, shape] for config in seeded for shape in SHAPES]
    cases += [[orthogonal, shape] for shape in SHAPES[1:]]
    cases += [[{"class_name": "Identity", "config": {"gain": 2.0}}, shape] for shape in ([3, 3], [2, 6], [6, 2])]
    cases += [[{"class_name": name, "config": {}}, [2, 3]] for name in ("Zeros", "Ones", "zero", "one")]
    cases += [[{"class_name": "Constant", "config": {"value": 0.25}}, [2, 3]]]
    sequence = ["glorot_uniform", "zeros", "he_normal", "orthogonal", "ones", "uniform", "identity", "normal"]
    np.random.seed(7)
    unseeded = [[name, drawn(initializers.get(name), [3, 3])] for name in sequence]
    after = plain(np.random.rand(3))
    large = drawn(initializers.he_normal(seed=99), [300, 500])
    K.set_floatx("float64")
    double = [[config, drawn(initializers.get(config), [4, 5])] for config in seeded]
    K.set_floatx("float32")
    names = (
        "zero zeros one ones constant uniform random_uniform normal random_normal truncated_normal identity orthogonal"
    )
    names += " lecun_uniform glorot_normal glorot_uniform he_normal lecun_normal he_uniform"
    names += " Zeros Ones Constant RandomUniform RandomNormal TruncatedNormal VarianceScaling Orthogonal Identity"
    return {
        "values": [[config, shape, drawn(initializers.get(config), shape)] for config, shape in cases],
        "unseeded": unseeded,
        "numpy_after": after,
        "large": plain(np.ravel(large)[::1499]),
        "double": double,
        "configs": {name: initializers.serialize(initializers.get(name)) for name in names.split()},
        "fans": [[shape, [float(fan) for fan in initializers._compute_fans(shape)]] for shape in SHAPES],
    }


def record_regularizers():
    x = np.cos(np.arange(12.0)).reshape(3, 4)
    configs = [
        "l1",
        "l2",
        "l1_l2",
        "L1L2",
        {"class_name": "L1L2", "config": {"l1": 0.3, "l2": 0.7}},
        {"class_name": "l1", "config": {"l": 0.2}},
        {"class_name": "l2", "config": {"l": 0.2}},
        {"class_name": "l1_l2", "config": {"l1": 0.2}},
    ]
    cases = []
    for config in configs:
        regularizer = regularizers.get(config)
        value = regularizer(K.constant(x))
        value = float(K.eval(value)) if K.is_tensor(value) else value
        cases.append([config, regularizers.serialize(regularizer), value])
    return {"x": plain(x), "cases": cases}


def record_constraints():
    x = np.sin(np.arange(24.0) * 2.3).reshape(2, 3, 4) * 2
    kernel = np.cos(np.arange(48.0) * 1.3).reshape(2, 2, 3, 4)
    named = [
        "max_norm",
        "MaxNorm",
        "maxnorm",
        "non_neg",
        "NonNeg",
        "nonneg",
        "unit_norm",
        "UnitNorm",
        "unitnorm",
        "min_max_norm",
        "MinMaxNorm",
    ]
    configs = named + [
        {"class_name": "MaxNorm", "config": {"max_value": 0.5, "axis": 1}},
        {"class_name": "MaxNorm", "config": {"max_value": 1.5, "axis": [0, 1, 2]}},
        {"class_name": "MaxNorm", "config": {"max_value": -1, "axis": -1}},
        {"class_name": "UnitNorm", "config": {"axis": -1}},
        {"class_name": "UnitNorm", "config": {"axis": [0, 1, 2]}},
        {"class_name": "MinMaxNorm", "config": {"min_value": 1.0, "max_value": 2.0, "rate": 0.5, "axis": 2}},
        {"class_name": "MinMaxNorm", "config": {"min_value": 3.0, "max_value": 1.0, "axis": [0, 1]}},
    ]
    cases = []
    for config in configs:
        constraint = constraints.get(config)
        values = [plain(K.eval(constraint(K.constant(w)))) for w in (x, kernel)]
        cases.append([config, constraints.serialize(constraint), values])
    return {"x": plain(x), "kernel": plain(kernel), "cases": cases}


def main():
    assert keras.__version__ == "2.2.4", keras.__version__
    found = {
        "activations": record_activations(),
        "initializers": record_initializers(),
        "regularizers": record_regularizers(),
        "constraints": record_constraints(),
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "families.json"), "w") as file:
        json.dump(found, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
