"""Trains the network of examples/digits_2017.py with the real Keras 2.2.4, saves its weights, stores what is printed.

Run with its interpreter: ``python tests/porting/page/record.py``.
"""

import contextlib
import io
import os
import sys
import types

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
EXAMPLES = os.path.join(ROOT, "examples")


def load_data():
    """The package's data set, which Keras does not have: read as ``kerastorch.datasets.digits`` reads it."""
    with np.load(os.path.join(ROOT, "kerastorch", "datasets", "digits.npz")) as arrays:
        x, y = arrays["x"], arrays["y"]
    rng = np.random.RandomState(113)
    order = np.arange(len(x))
    rng.shuffle(order)
    x, y = x[order], y[order]
    cut = int(len(x) * 0.8)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def main():
    import keras

    assert keras.__version__ == "2.2.4", keras.__version__
    keras.datasets.digits = sys.modules["keras.datasets.digits"] = types.ModuleType("keras.datasets.digits")
    keras.datasets.digits.load_data = load_data
    with open(os.path.join(EXAMPLES, "digits_2017.py")) as file:
        source = file.read()
    before, after = source.split("model.load_weights")
    np.random.seed(1337)
    names = {}
    exec(before, names)
    x = names["X_train"].reshape(-1, 8, 8, 1).astype("float32") / 16
    y = keras.utils.to_categorical(names["y_train"], 10)
    names["model"].fit(x, y, batch_size=32, epochs=12, verbose=2)
    names["model"].save_weights(os.path.join(EXAMPLES, "digits_2017.h5"))
    os.chdir(EXAMPLES)
    with io.StringIO() as printed, contextlib.redirect_stdout(printed):
        exec(source, {})
        text = printed.getvalue()
    with open(os.path.join(HERE, "digits_2017.txt"), "w") as file:
        file.write(text)
    print(text)


if __name__ == "__main__":
    main()
