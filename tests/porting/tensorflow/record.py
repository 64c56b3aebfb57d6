"""Records what TensorFlow computes: ``python tests/porting/tensorflow/record.py [part ...]``.

Needs tensorflow and tf_keras (CONTRIBUTING.md, tf.keras), the part ``folders`` Keras 3 too; the parts ``contrib`` and
``before_2`` need TensorFlow 1.15 (CONTRIBUTING.md, keras2). The tests read the files that this writes.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"  # of Keras 3, which only the folders need

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def record_expressions():
    from expressions import EXPRESSIONS

    write("expressions", [text for lines in EXPRESSIONS.values() for text in lines])


def record_contrib():
    from contrib_expressions import EXPRESSIONS

    tf.compat.v1.enable_eager_execution()
    write("contrib", EXPRESSIONS)


def record_before_2():
    from before_2_expressions import EXPRESSIONS

    tf.compat.v1.enable_eager_execution()
    write("before_2", EXPRESSIONS)


def write(name, lines):
    from expressions import arrays, evaluate

    store = {}
    for text in lines:
        try:
            found, gradient = evaluate(tf, text)
        except Exception as error:
            print(f"{text}\n    {type(error).__name__}: {str(error)[:200]}")
            continue
        for i, array in enumerate(arrays(tf, found)):
            store[f"{text}|{i}"] = array
        if gradient is not None:
            store[f"{text}|grad"] = tf.convert_to_tensor(gradient).numpy()
    np.savez_compressed(os.path.join(HERE, f"{name}.npz"), **{_key(k): v for k, v in store.items()})
    print(len(store), "arrays")


def record_pipelines():
    from pipelines import PIPELINES, REFUSED, SPECS, names, refusal, values

    printed = {text: repr(eval(text, names(tf))) for text in SPECS}
    refused = {text: type(refusal(tf, text)).__name__ for text in REFUSED}
    with open(os.path.join(HERE, "pipelines.json"), "w") as file:
        json.dump({"printed": printed, "refused": refused}, file, indent=1)
    store = {}
    for text in PIPELINES:
        found, cardinality = values(tf, text)
        store[_key(f"{text}|cardinality")] = np.asarray(cardinality)
        for i, array in enumerate(found):
            store[_key(f"{text}|{i}")] = array
    np.savez(os.path.join(HERE, "pipelines.npz"), **store)
    print(len(store), "arrays")


def record_folders():
    import tempfile

    from folders import FOLDERS, RAGGED, REFUSED, found, written
    from keras import utils  # Keras 3

    functions = {name: getattr(utils, f"{name}_dataset_from_directory") for name in ("audio", "image", "text")} | {
        "series": utils.timeseries_dataset_from_array
    }
    store = {"found": {}, "refused": {}}
    with tempfile.TemporaryDirectory() as folder:
        folder = written(folder)
        for text in FOLDERS + RAGGED:
            store["found"][text] = found(text, functions, folder)
        for text in REFUSED:
            try:
                found(text, functions, folder)
            except Exception as error:
                store["refused"][text] = type(error).__name__
    with open(os.path.join(HERE, "folders.json"), "w") as file:
        json.dump(store, file)


def _key(text):
    return text.replace("/", "\u2215")  # a slash would make a folder in the archive


PARTS = {
    "expressions": record_expressions,
    "pipelines": record_pipelines,
    "folders": record_folders,
    "contrib": record_contrib,
    "before_2": record_before_2,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or ("expressions", "pipelines", "folders"):
        PARTS[part]()
