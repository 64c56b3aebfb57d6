"""Records running means of weights as tf.keras keeps them, for tests/optimizers/test_keras_numbers.py.

Run it with tf_keras:

    python tests/optimizers/golden/make_tfkeras.py tests/optimizers/golden/tfkeras.npz
"""

import json
import sys

import numpy as np
import tensorflow as tf
import tf_keras

STEPS = 8
SHAPES = [(3, 4), (4,)]
CASES = [
    ("averaged", "SGD", {"learning_rate": 0.2, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}),
    ("finalized", "SGD", {"learning_rate": 0.2, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": None}),
]


def main(target):
    rng = np.random.RandomState(12)
    starts = [rng.uniform(-1, 1, s).astype("float32") for s in SHAPES]
    gradients = [[rng.normal(size=s).astype("float32") for s in SHAPES] for _ in range(STEPS)]
    data = {"cases": np.array(json.dumps([{"name": n, "class": k, "arguments": a} for n, k, a in CASES]))}
    for k, w in enumerate(starts):
        data[f"start/{k}"] = w
        data[f"gradients/{k}"] = np.stack([g[k] for g in gradients])
    for name, kind, arguments in CASES:
        opt = getattr(tf_keras.optimizers, kind)(jit_compile=False, **arguments)
        params = [tf.Variable(w) for w in starts]
        path = []
        for row in gradients:
            opt.apply_gradients(zip([tf.constant(g) for g in row], params))
            path.append([p.numpy() for p in params])
        opt.finalize_variable_values(params)
        path.append([p.numpy() for p in params])
        for k in range(len(starts)):
            data[f"{name}/weight/{k}"] = np.stack([ws[k] for ws in path])
    np.savez_compressed(target, **data)


if __name__ == "__main__":
    main(sys.argv[1])
