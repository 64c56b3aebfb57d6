"""Records what real Keras 3's activations, initializers, regularizers and constraints give on torch.

Run with an interpreter that has Keras 3.15 and torch: ``python tests/data/record_families_keras3.py``. It writes
``families_keras3.json`` beside itself.
"""

import json
import os
import random

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np
import torch
from keras import activations, constraints, initializers, regularizers

POINTS = [-30.0, -3.5, -3.0, -1.0, -0.5, -0.3, 0.0, 0.2, 0.5, 0.9, 1.0, 2.0, 2.7, 3.0, 6.0, 7.0]
ACTIVATIONS = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax
squareplus swish tanh tanh_shrink
""".split()


def plain(value):
    return np.asarray(keras.ops.convert_to_numpy(value), dtype="float64").tolist()


def with_gradient(function):
    """The function's value and the gradient of the sum of its value times 1, 2, 3 ... (which no softmax cancels)."""
    x = torch.tensor([POINTS], requires_grad=True)
    value = function(x)
    (value * torch.arange(1.0, value.numel() + 1)).sum().backward()
    return [plain(value.detach()), plain(x.grad)]


def plain_config(family, found):
    config = family.serialize(found)
    return {"class_name": config["class_name"], "config": config["config"]}


def record_initializers():
    names = """
    GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal RandomNormal RandomUniform TruncatedNormal
    VarianceScaling Orthogonal glorot_uniform he_normal variance_scaling orthogonal zeros ones zero one uniform normal
    identity IdentityInitializer OrthogonalInitializer
    """.split()
    seeded = [
        ("GlorotUniform", {}),
        ("HeNormal", {}),
        ("RandomNormal", {"mean": 0.5, "stddev": 2.0}),
        ("RandomUniform", {"minval": -2.0, "maxval": 0.5}),
        ("TruncatedNormal", {"stddev": 0.3}),
        ("VarianceScaling", {"scale": 0.5, "distribution": "untruncated_normal"}),
        ("VarianceScaling", {"scale": 0.5, "distribution": "normal"}),
        ("Orthogonal", {"gain": 2.0}),
    ]
    values = []
    for seed, (name, config) in enumerate(seeded):
        identifier = {"class_name": name, "config": dict(config, seed=seed)}
        values += [
            [identifier, shape, plain(initializers.get(identifier)(shape))] for shape in ([3, 5], [5, 3], [2, 3, 2])
        ]
    values += [[{"class_name": "GlorotUniform", "config": {"seed": 8}}, [4], plain(initializers.GlorotUniform(8)([4]))]]
    values += [
        [{"class_name": "Identity", "config": {}}, shape, plain(initializers.Identity()(shape))]
        for shape in ([2, 3], [4, 2])
    ]
    random.seed(3)
    made = initializers.GlorotUniform()
    unseeded = [plain(made([2, 3])), plain(made([2, 3])), random.random()]
    return {
        "configs": {name: plain_config(initializers, initializers.get(name)) for name in names},
        "values": values,
        "unseeded_after_random_seed_3": unseeded,
    }


def record_penalties(family, identifiers, x):
    cases = []
    for identifier in identifiers:
        found = family.get(identifier)
        cases.append([identifier, plain_config(family, found), plain(found(torch.tensor(x, dtype=torch.float32)))])
    return {"x": x, "cases": cases}


def main():
    x = np.cos(np.arange(12.0)).reshape(3, 4).tolist()
    regular = ["l1", "l2", "l1l2", "L1", "L2", "L1L2", "orthogonal_regularizer", "OrthogonalRegularizer"]
    regular += [
        {"class_name": "L1L2", "config": {"l1": 0.3, "l2": 0.7}},
        {"class_name": "L1", "config": {"l1": 0.3}},
        {"class_name": "OrthogonalRegularizer", "config": {"factor": 0.5, "mode": "columns"}},
    ]
    found = {
        "points": POINTS,
        "activations": {name: with_gradient(activations.get(name)) for name in ACTIVATIONS},
        "gelu_approximate": with_gradient(lambda x: activations.gelu(x, approximate=True)),
        "initializers": record_initializers(),
        "regularizers": record_penalties(regularizers, regular, x),
        "l1_l2": plain_config(regularizers, keras.regularizers.l1_l2()),
        "constraints": record_penalties(constraints, ["max_norm", "non_neg", "unit_norm", "min_max_norm"], x),
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "families_keras3.json"), "w") as file:
        json.dump(found, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
