"""The real Keras's side of the file tests: writes files for kerastorch, reads the files that kerastorch wrote.

    KERAS_ERA=keras2 python keras_side.py write FOLDER      # with the interpreter of that generation
    KERAS_ERA=keras2 python keras_side.py read FOLDER       # predictions of what lies in FOLDER, as read.npz

KERAS_ERA is keras2 (Keras 2.2.4), tf.keras (tf_keras) or keras3.
"""

import glob
import os
import sys

import numpy as np

ERA = os.environ["KERAS_ERA"]
ENDINGS = {"keras2": [".h5"], "tf.keras": [".h5", ".keras"], "keras3": [".h5", ".keras"]}[ERA]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zoo  # noqa: E402

if ERA == "keras3":
    os.environ["KERAS_BACKEND"] = "torch"
if ERA == "tf.keras":
    import tf_keras as keras
else:
    import keras

if ERA == "keras2":
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
    import norace

    norace.install()  # this Keras's own training reads weights while it assigns them


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def predictions(model, x):
    return as_list(model.predict(x, batch_size=len(as_list(x)[0]), verbose=0))


def write(folder, names):
    found = {}
    for name in names or zoo.MODELS:
        keras.backend.clear_session()
        model, x = zoo.MODELS[name](keras)
        zoo.settle(model)
        for i, y in enumerate(predictions(model, x)):
            found[f"{name}.{i}"] = y
        for ending in ENDINGS:
            model.save(os.path.join(folder, name + ending))
        weights = name + (".weights.h5" if ERA == "keras3" else "_weights.h5")
        model.save_weights(os.path.join(folder, weights))
        with open(os.path.join(folder, name + ".json"), "w") as file:
            file.write(model.to_json())
        if ERA == "keras2":
            with open(os.path.join(folder, name + ".yaml"), "w") as file:
                file.write(model.to_yaml())
    for name in ("mlp", "cnn"):
        for optimizer in ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam"):
            keras.backend.clear_session()
            model, x = zoo.MODELS[name](keras)
            zoo.settle(model)
            if name != ("cnn" if optimizer == "Adam" else "mlp"):
                continue
            arguments = {"momentum": 0.9} if optimizer == "SGD" else {}
            for layer in model.layers:
                if hasattr(layer, "rate"):
                    layer.rate = 0.0
            model.compile(getattr(keras.optimizers, optimizer)(**arguments), "mse", metrics=["mae"])
            y = zoo.targets(predictions(model, x))
            for _ in range(3):
                model.train_on_batch(x, y)
            for ending in ENDINGS:
                model.save(os.path.join(folder, "trained_" + optimizer + ending))
            model.train_on_batch(x, y)
            for i, w in enumerate(model.get_weights()):
                found[f"trained_{optimizer}.next.{i}"] = w
    np.savez_compressed(os.path.join(folder, "expected.npz"), **found)


def read(folder):
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*"))):
        name, ending = os.path.splitext(os.path.basename(path))
        if ending not in (".h5", ".keras") or "weights" in name:
            continue
        keras.backend.clear_session()
        base = name.split("-")[0]
        trained = base.startswith("trained_")
        model, x = zoo.MODELS[base if not trained else ("cnn" if base == "trained_Adam" else "mlp")](keras)
        own = getattr(model, "own_classes", {})
        try:
            loaded = keras.models.load_model(path, custom_objects=own)
            key = os.path.basename(path)
            for i, y in enumerate(predictions(loaded, x)):
                found[f"{key}.{i}"] = y
            if trained:
                for layer in loaded.layers:
                    if hasattr(layer, "rate"):
                        layer.rate = 0.0
                loaded.train_on_batch(x, zoo.targets(predictions(loaded, x)))
                for i, w in enumerate(loaded.get_weights()):
                    found[f"{key}.next.{i}"] = w
            weights = glob.glob(os.path.join(folder, name + "[._]weights.h5"))
            for path in weights if ending == ".h5" and not trained else ():
                model.load_weights(path)
                for i, y in enumerate(predictions(model, x)):
                    found[f"{os.path.basename(path)}.{i}"] = y
            print("read", key)
        except Exception as error:  # the report says which file and why
            print("FAILED", os.path.basename(path), type(error).__name__, str(error)[:1000])
    np.savez_compressed(os.path.join(folder, "read.npz"), **found)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        os.makedirs(sys.argv[2], exist_ok=True)
        write(sys.argv[2], sys.argv[3:])
    else:
        read(sys.argv[2])
