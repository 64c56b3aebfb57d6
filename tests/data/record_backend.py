"""Records what real Keras 2.2.4's K functions give on TensorFlow.

Run with an interpreter that has Keras 2.2.4 on TensorFlow 1.15: ``python tests/data/record_backend.py``. It writes
``backend.npz`` beside itself: for each case of ``backend_cases`` the results, and the gradients by its float arguments
of the sum of the first result times 1, 2, 3 …
"""

import os
import sys
import warnings

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import backend_cases  # noqa: E402
import numpy as np  # noqa: E402
from keras import backend as K  # noqa: E402


def flat(value):
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, (list, tuple)) else [value]


def with_variables(value, made):
    if isinstance(value, np.ndarray):
        made.append(K.variable(value, dtype=str(value.dtype)))
        return made[-1]
    if isinstance(value, list):
        return [with_variables(item, made) for item in value]
    return value


def record(store):
    for name, function, arguments, keywords in backend_cases.cases():
        made = []
        result = flat(getattr(K, function)(*[with_variables(a, made) for a in arguments], **keywords))
        for i, value in enumerate(result):
            store[f"{name}/{i}"] = np.asarray(K.eval(value))
        floats = [v for v in made if K.dtype(v) == "float32"]
        first = result[0]
        if not floats or not K.dtype(first).startswith("float"):
            continue
        values = store[name + "/0"]
        direction = np.arange(1.0, values.size + 1).reshape(values.shape)
        try:
            gradients = K.gradients(K.sum(first * K.constant(direction)), floats)
        except Exception as error:  # an operation without a gradient
            print("no gradient:", name, type(error).__name__)
            continue
        for i, gradient in enumerate(gradients):
            if gradient is not None:
                store[f"{name}/gradient_{i}"] = np.asarray(K.eval(K.identity(gradient)))


def record_random(store):
    for i, (function, arguments, keywords) in enumerate(backend_cases.RANDOM):
        drawn = getattr(K, function)(*arguments, **keywords)
        for run in range(3):
            store[f"random_{i}/{run}"] = K.eval(drawn)
    for i, (function, arguments, keywords) in enumerate(backend_cases.RANDOM_VARIABLES):
        store[f"random_variable_{i}"] = K.eval(getattr(K, function)(*arguments, **keywords))
    dropped = K.dropout(K.ones((3, 4)), 0.4, seed=3)
    for run in range(2):
        store[f"dropout/{run}"] = K.eval(dropped)
    np.random.seed(5)
    unseeded = [K.random_normal((3,)), K.random_uniform((3,)), K.random_normal_variable((3,), 0.0, 1.0)]
    for i, drawn in enumerate(unseeded):
        store[f"unseeded/{i}"] = K.eval(drawn)
    store["unseeded/next"] = np.random.random_sample(3)


def record_rnn(store):
    some = backend_cases.some
    w, u = K.variable(some(3, 2)), K.variable(some(2, 2, seed=1))
    mask = np.array([[1, 1, 0, 1], [0, 0, 1, 0]], "float32")

    def step(x, states):
        new = K.tanh(K.dot(x, w) + K.dot(states[0], u) + (states[1] if len(states) > 1 else 0.0))
        return new, [new]

    for name, keywords in backend_cases.RNN:
        keywords = dict(keywords)
        if keywords.pop("masked", False):
            keywords["mask"] = K.variable(mask)
        if keywords.pop("with_constants", False):
            keywords["constants"] = [K.variable(some(2, 2, seed=5))]
        last, outputs, states = K.rnn(
            step, K.variable(some(2, 4, 3, seed=3)), [K.variable(some(2, 2, seed=4))], **keywords
        )
        for i, value in enumerate([last, outputs] + list(states)):
            store[f"rnn_{name}/{i}"] = K.eval(value)


def record_moving_average(store):
    x = K.variable(np.array([5.0, -3.0]))
    value = K.placeholder((2,))
    run = K.function([value], [], updates=[K.moving_average_update(x, value, 0.9)])
    for i in range(3):
        run([np.array([1.0 + i, 2.0 * i])])
        store[f"moving_average/{i}"] = K.get_value(x)


def main():
    store = {}
    record(store)
    record_random(store)
    record_rnn(store)
    record_moving_average(store)
    np.savez_compressed(os.path.join(HERE, "backend.npz"), **store)
    print(len(store), "arrays")


if __name__ == "__main__":
    main()
