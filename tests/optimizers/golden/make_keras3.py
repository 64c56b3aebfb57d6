"""Records what the optimizers and schedules of Keras 3.15 do, for tests/optimizers/test_keras_numbers.py.

Run it with Keras 3.15 on torch:

    KERAS_BACKEND=torch python tests/optimizers/golden/make_keras3.py tests/optimizers/golden/keras3.npz

The formulas are those of tf.keras 2.15 too.
"""

import json
import sys

import keras
import numpy as np

STEPS = 12
SHAPES = [(3, 4), (4,)]

CASES = [
    ("sgd_weight_decay", "SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("sgd_clipnorm", "SGD", {"learning_rate": 0.1, "clipnorm": 0.8}),
    ("sgd_global_clipnorm", "SGD", {"learning_rate": 0.1, "global_clipnorm": 0.8}),
    ("rmsprop", "RMSprop", {}),
    ("rmsprop_momentum", "RMSprop", {"learning_rate": 0.01, "momentum": 0.8, "epsilon": 0.01}),
    ("rmsprop_centered", "RMSprop", {"learning_rate": 0.01, "centered": True, "rho": 0.7}),
    ("rmsprop_both", "RMSprop", {"learning_rate": 0.01, "centered": True, "momentum": 0.5}),
    ("adagrad", "Adagrad", {}),
    ("adagrad_options", "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 0.01}),
    ("adadelta", "Adadelta", {}),
    ("adam", "Adam", {"amsgrad": True, "weight_decay": 0.05}),
    ("adamax", "Adamax", {}),
    ("nadam", "Nadam", {}),
    ("adamw", "AdamW", {"learning_rate": 0.01}),
    ("adamw_options", "AdamW", {"learning_rate": 0.01, "weight_decay": 0.2, "beta_1": 0.7, "clipvalue": 0.3}),
    ("lion", "Lion", {"learning_rate": 0.01}),
    ("lion_weight_decay", "Lion", {"learning_rate": 0.01, "weight_decay": 0.1, "beta_1": 0.8, "beta_2": 0.9}),
    ("ftrl", "Ftrl", {"learning_rate": 0.1}),
    (
        "ftrl_options",
        "Ftrl",
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.7,
            "initial_accumulator_value": 0.3,
            "l1_regularization_strength": 0.05,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.3,
        },
    ),
    ("lamb", "Lamb", {}),
    (
        "lamb_options",
        "Lamb",
        {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.01, "weight_decay": 0.1},
    ),
    ("muon", "Muon", {"learning_rate": 0.02}),
    (
        "muon_options",
        "Muon",
        {"momentum": 0.8, "nesterov": False, "ns_steps": 3, "rms_rate": None, "adam_lr_ratio": 0.5},
    ),
    ("muon_decay", "Muon", {"learning_rate": 0.02, "weight_decay": 0.2, "adam_weight_decay": 0.1}),
    ("adafactor", "Adafactor", {}),
    ("adafactor_options", "Adafactor", {"learning_rate": 0.9, "beta_2_decay": -0.5, "clip_threshold": 0.5}),
    ("adafactor_absolute", "Adafactor", {"learning_rate": 0.2, "relative_step": False, "epsilon_2": 0.5}),
    ("gathered", "SGD", {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 3}),
    (
        "gathered_adam",
        "Adam",
        {"learning_rate": 0.005, "gradient_accumulation_steps": 2, "clipnorm": 0.5, "weight_decay": 0.1},
    ),
    ("averaged", "SGD", {"learning_rate": 0.2, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}),
    (
        "averaged_adam",
        "Adam",
        {"learning_rate": 0.005, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 1},
    ),
    (
        "gathered_and_averaged",
        "RMSprop",
        {"use_ema": True, "ema_overwrite_frequency": 5, "gradient_accumulation_steps": 2, "loss_scale_factor": 4.0},
    ),
]
# after the last step the running means go into the weights
FINALIZED = {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.7}

SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.6}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.6, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 9], "values": [0.5, 0.2, 0.1]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "end_learning_rate": 0.01, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 8, "cycle": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.7, "staircase": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 15, "alpha": 0.05}),
    ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 10, "warmup_target": 0.2, "warmup_steps": 5}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.0, "m_mul": 0.5}),
]


def run(make, starts, gradients, finalize=False):
    params = [keras.Variable(w) for w in starts]
    opt = make()
    path = []
    for row in gradients:
        opt.apply([keras.ops.convert_to_tensor(g) for g in row], params)
        path.append([keras.ops.convert_to_numpy(p) for p in params])
    if finalize:
        opt.finalize_variable_values(params)
        path.append([keras.ops.convert_to_numpy(p) for p in params])
    return path


def main(target):
    rng = np.random.RandomState(11)
    starts = [rng.uniform(-1, 1, s).astype("float32") for s in SHAPES]
    gradients = [[rng.normal(size=s).astype("float32") for s in SHAPES] for _ in range(STEPS)]
    data = {}
    for k, w in enumerate(starts):
        data[f"start/{k}"] = w
        data[f"gradients/{k}"] = np.stack([g[k] for g in gradients])
    for name, kind, arguments in CASES:
        path = run(
            lambda kind=kind, arguments=arguments: getattr(keras.optimizers, kind)(**arguments), starts, gradients
        )
        for k in range(len(starts)):
            data[f"{name}/weight/{k}"] = np.stack([ws[k] for ws in path])
    final = run(lambda: keras.optimizers.Adam(**FINALIZED), starts, gradients, finalize=True)[-1]
    data.update({f"finalized/weight/{k}": w for k, w in enumerate(final)})
    schedules = []
    for kind, arguments in SCHEDULES:
        schedule = getattr(keras.optimizers.schedules, kind)(**arguments)
        rates = [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(25)]
        schedules.append({"class": kind, "arguments": arguments, "config": schedule.get_config(), "rates": rates})
    data["cases"] = np.array(json.dumps([{"name": n, "class": k, "arguments": a} for n, k, a in CASES]))
    data["finalized/arguments"] = np.array(json.dumps(FINALIZED))
    data["schedules"] = np.array(json.dumps(schedules))
    np.savez_compressed(target, **data)


if __name__ == "__main__":
    main(sys.argv[1])
