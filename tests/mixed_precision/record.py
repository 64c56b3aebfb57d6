"""Records what Keras does in mixed precision: ``python record.py tf_keras`` and ``python record.py keras3``.

The first needs tf_keras 2.21 and TensorFlow, the second Keras 3.15 and torch (``KERAS_BACKEND=torch``).
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

which = sys.argv[1]
if which == "tf_keras":
    import tensorflow as backend
    import tf_keras as keras
else:
    import keras
    import torch as backend

ROWS = np.linspace(-1, 1, 24, dtype="float32").reshape(4, 6)


def name(dtype):
    return str(getattr(dtype, "name", dtype)).replace("torch.", "")


def layers():
    """Each layer as (class, arguments, shape and type of the input)."""
    return [
        ("Dense", {"units": 3}, (4,), "float32"),
        ("Dense", {"units": 3, "dtype": "float32"}, (4,), "float32"),
        ("Activation", {"activation": "softmax", "dtype": "float32"}, (4,), "float32"),
        ("BatchNormalization", {}, (4,), "float32"),
        ("LayerNormalization", {}, (4,), "float32"),
        ("Embedding", {"input_dim": 5, "output_dim": 3}, (4,), "int32"),
        ("LSTM", {"units": 3}, (4, 5), "float32"),
        ("GRU", {"units": 3}, (4, 5), "float32"),
        ("Dropout", {"rate": 0.5}, (4,), "float32"),
        ("Flatten", {}, (4, 2), "float32"),
        ("Flatten", {}, (4, 2), "int32"),
        ("Conv2D", {"filters": 2, "kernel_size": 2}, (4, 4, 3), "float32"),
        ("MaxPooling2D", {}, (4, 4, 3), "float32"),
        ("Softmax", {}, (4,), "float32"),
    ]


def types(policy):
    """The dtypes of outputs and weights."""
    keras.mixed_precision.set_global_policy(policy)
    found = []
    for kind, arguments, shape, dtype in layers():
        layer = getattr(keras.layers, kind)(**arguments)
        output = layer(np.ones((2, *shape), dtype))
        found.append(
            {
                "layer": [kind, arguments, list(shape), dtype],
                "output": name(output.dtype),
                "weights": [name(w.dtype) for w in layer.weights],
                "dtype": layer.dtype,
                "compute_dtype": layer.compute_dtype,
            }
        )
    keras.mixed_precision.set_global_policy("float32")
    return found


def policies():
    found = {}
    for policy in ("mixed_bfloat16", "mixed_float16", "float32", "float64", "bfloat16"):
        made = keras.mixed_precision.Policy(policy)
        found[policy] = [made.compute_dtype, made.variable_dtype]
    return found


def scales(gradients, **arguments):
    """Scale, counter and weight after each step of plain descent with these gradients of the scaled loss."""
    optimizer = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.5), **arguments)
    trace = []
    if which == "tf_keras":
        weight = backend.Variable([1.0])
        for gradient in gradients:
            unscaled = optimizer.get_unscaled_gradients([backend.constant([gradient])])
            optimizer.apply_gradients(zip(unscaled, [weight]))
            trace.append(
                [
                    float(optimizer.loss_scale),
                    int(optimizer.dynamic_counter),
                    float(weight[0]),
                    int(optimizer.iterations),
                ]
            )
    else:
        weight = keras.Variable([1.0])
        optimizer.build([weight])
        for gradient in gradients:
            optimizer.apply([backend.tensor([gradient])], [weight])
            inner = optimizer.inner_optimizer
            trace.append(
                [float(optimizer.dynamic_scale), int(optimizer.step_counter), float(weight[0]), int(inner.iterations)]
            )
    return [["nan" if v != v else v for v in row] for row in trace]


def training(policy):
    """Losses, and a prediction, of a small model that learns under a policy."""
    keras.mixed_precision.set_global_policy(policy)
    model = keras.Sequential(
        [keras.layers.Input((6,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(2, dtype="float32")]
    )
    keras.mixed_precision.set_global_policy("float32")
    model.set_weights([np.cos(np.arange(w.size, dtype="float32")).reshape(w.shape) / 2 for w in model.get_weights()])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5), "mse")
    y = np.stack([ROWS.sum(1), ROWS[:, 0]], 1)
    history = model.fit(ROWS, y, batch_size=4, epochs=8, shuffle=False, verbose=0).history["loss"]
    return {
        "optimizer": type(model.optimizer).__name__.replace("V3", ""),
        "loss": [float(v) for v in history],
        "prediction": np.asarray(model.predict(ROWS, verbose=0), "float32").tolist(),
    }


result = {
    "policies": policies(),
    "types": {policy: types(policy) for policy in ("mixed_bfloat16", "mixed_float16")},
    "scales": [
        {"gradients": gradients, "arguments": arguments, "trace": scales([float(g) for g in gradients], **arguments)}
        for gradients, arguments in (
            (["inf", 32768, 16384, "nan", 8192, "inf"], {}),
            ([8, 8, 8, 16, "inf", 16, 8, 16, 16], {"initial_scale": 8.0, "dynamic_growth_steps": 2}),
            (["inf"] * 3 + [1, "-inf"], {"initial_scale": 2.0}),
        )
    ],
    "training": {policy: training(policy) for policy in ("mixed_bfloat16", "mixed_float16")},
}
path = Path(__file__).with_name(f"{which}.json")
path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
