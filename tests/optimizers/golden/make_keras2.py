"""Records what the optimizers of real Keras 2.2.4 do, for tests/optimizers/test_keras_numbers.py.

Run it with Keras 2.2.4 on TensorFlow 1.15:

    PYTHONPATH=tests/golden python tests/optimizers/golden/make_keras2.py tests/optimizers/golden/keras2.npz

Each case drives ``get_updates`` with given gradients: the loss is the sum of weight times gradient. Stored are the
weights after every step, the optimizer's own weights, and its config.
"""

import json
import sys

import norace
import numpy as np

norace.install()

from keras import backend as K  # noqa: E402
from keras import optimizers  # noqa: E402

STEPS = 12
SHAPES = [(3, 4), (4,), (2, 3, 2)]

# name, class, arguments, numbers to set before a step: {step: {name: value}}
CASES = [
    ("sgd", "SGD", {}, {}),
    ("sgd_decay", "SGD", {"lr": 0.1, "decay": 0.05}, {}),
    ("sgd_momentum", "SGD", {"lr": 0.05, "momentum": 0.9}, {}),
    ("sgd_momentum_decay", "SGD", {"lr": 0.05, "momentum": 0.9, "decay": 0.1}, {}),
    ("sgd_nesterov", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}, {}),
    ("sgd_nesterov_decay", "SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True, "decay": 0.1}, {}),
    ("sgd_nesterov_alone", "SGD", {"lr": 0.05, "nesterov": True}, {}),
    ("sgd_lr_set", "SGD", {"lr": 0.05, "momentum": 0.9}, {4: {"lr": 0.5}, 8: {"lr": 0.01}}),
    ("sgd_momentum_set", "SGD", {"lr": 0.05, "momentum": 0.5}, {6: {"momentum": 0.9}}),
    ("sgd_clipnorm", "SGD", {"lr": 0.1, "clipnorm": 1.0}, {}),
    ("sgd_clipvalue", "SGD", {"lr": 0.1, "clipvalue": 0.5}, {}),
    ("sgd_both_clips", "SGD", {"lr": 0.1, "clipnorm": 2.0, "clipvalue": 0.3}, {}),
    ("rmsprop", "RMSprop", {}, {}),
    ("rmsprop_options", "RMSprop", {"lr": 0.01, "rho": 0.7, "epsilon": 1e-3, "decay": 0.05}, {}),
    ("rmsprop_clipnorm", "RMSprop", {"lr": 0.01, "clipnorm": 0.5}, {}),
    ("adagrad", "Adagrad", {}, {}),
    ("adagrad_options", "Adagrad", {"lr": 0.1, "epsilon": 1e-2, "decay": 0.05}, {}),
    ("adagrad_lr_set", "Adagrad", {"lr": 0.1, "clipvalue": 0.4}, {5: {"lr": 0.01}}),
    ("adadelta", "Adadelta", {}, {}),
    ("adadelta_options", "Adadelta", {"lr": 0.5, "rho": 0.8, "epsilon": 1e-3, "decay": 0.05}, {}),
    ("adam", "Adam", {}, {}),
    ("adam_options", "Adam", {"lr": 0.01, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3, "decay": 0.05}, {}),
    ("adam_amsgrad", "Adam", {"lr": 0.01, "beta_2": 0.8, "amsgrad": True}, {}),
    ("adam_amsgrad_decay", "Adam", {"lr": 0.01, "beta_2": 0.7, "amsgrad": True, "decay": 0.1}, {}),
    ("adam_big_epsilon", "Adam", {"lr": 0.1, "epsilon": 1.0}, {}),
    ("adam_clipnorm", "Adam", {"lr": 0.01, "clipnorm": 0.7}, {}),
    ("adam_set", "Adam", {"lr": 0.01}, {3: {"lr": 0.1}, 6: {"beta_1": 0.5}, 9: {"iterations": 100}}),
    ("adamax", "Adamax", {}, {}),
    ("adamax_options", "Adamax", {"lr": 0.01, "beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-2, "decay": 0.05}, {}),
    ("nadam", "Nadam", {}, {}),
    ("nadam_options", "Nadam", {"lr": 0.01, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-2, "schedule_decay": 0.1}, {}),
    ("nadam_clipvalue", "Nadam", {"lr": 0.01, "clipvalue": 0.2}, {7: {"lr": 0.1}}),
]


def run(kind, arguments, settings, starts, gradients):
    K.clear_session()
    params = [K.variable(w) for w in starts]
    given = [K.placeholder(shape=w.shape) for w in starts]
    opt = getattr(optimizers, kind)(**arguments)
    loss = sum(K.sum(p * g) for p, g in zip(params, given))
    step = K.function(given, [loss], updates=opt.get_updates(loss, params))
    config = opt.get_config()
    path = []
    for i in range(STEPS):
        for name, value in settings.get(i, {}).items():
            K.set_value(getattr(opt, name), value)
        step(gradients[i])
        path.append([K.get_value(p) for p in params])
    return path, opt.get_weights(), config


def main(target):
    rng = np.random.RandomState(7)
    starts = [rng.uniform(-1, 1, s).astype("float32") for s in SHAPES]
    gradients = [[(rng.normal(size=s) * 10.0 ** rng.uniform(-2, 0.5)).astype("float32") for s in SHAPES]]
    gradients += [[(rng.normal(size=s) * 0.8).astype("float32") for s in SHAPES] for _ in range(STEPS - 1)]
    gradients[3][1][:2] = 0.0
    data = {}
    for k, w in enumerate(starts):
        data[f"start/{k}"] = w
        data[f"gradients/{k}"] = np.stack([g[k] for g in gradients])
    cases = []
    for name, kind, arguments, settings in CASES:
        path, state, config = run(kind, arguments, settings, starts, gradients)
        for k in range(len(starts)):
            data[f"{name}/weight/{k}"] = np.stack([ws[k] for ws in path])
        for k, w in enumerate(state):
            data[f"{name}/state/{k}"] = w
        config = {k: float(v) if isinstance(v, np.floating) else v for k, v in config.items()}
        cases.append(
            {
                "name": name,
                "class": kind,
                "arguments": arguments,
                "settings": settings,
                "config": config,
                "states": len(state),
            }
        )
    data["cases"] = np.array(json.dumps(cases))
    np.savez_compressed(target, **data)


if __name__ == "__main__":
    main(sys.argv[1])
