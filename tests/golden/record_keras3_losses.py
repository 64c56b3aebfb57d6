"""Records losses that only Keras 3 has: ``KERAS_BACKEND=torch python tests/golden/record_keras3_losses.py``."""

import json
import os

import keras
import numpy as np

RNG = np.random.RandomState(5)
EMBEDDINGS = RNG.normal(size=(6, 4)).astype("float32")
EMBEDDINGS /= np.linalg.norm(EMBEDDINGS, axis=1, keepdims=True)
LABELS = [0, 1, 0, 2, 1, 0]
CHANCES = RNG.uniform(0.1, 1, (4, 3)).astype("float32")
CHANCES /= CHANCES.sum(1, keepdims=True)
CASES = [
    ("Circle", {}, LABELS, EMBEDDINGS),
    ("Circle", {"gamma": 4.0, "margin": 0.2, "remove_diagonal": False}, LABELS, EMBEDDINGS),
    ("Circle", {"gamma": 2.0, "reduction": "sum"}, LABELS, EMBEDDINGS),
    ("Circle", {"gamma": 2.0, "reduction": "none"}, LABELS, EMBEDDINGS),
    ("CategoricalGeneralizedCrossEntropy", {}, [0, 2, 1, 1], CHANCES),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2, "reduction": "none"}, [0, 2, 1, 1], CHANCES),
]


def main():
    found = []
    for name, arguments, y_true, y_pred in CASES:
        loss = getattr(keras.losses, name)(**arguments)
        value = keras.ops.convert_to_numpy(loss(np.array(y_true), y_pred)).tolist()
        weighted = keras.ops.convert_to_numpy(loss(np.array(y_true), y_pred, np.arange(1.0, 1 + len(y_true)))).tolist()
        found.append({"name": name, "arguments": arguments, "y_true": y_true, "y_pred": y_pred.tolist()})
        found[-1].update(value=value, weighted=weighted, config=loss.get_config())
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "keras3_losses.json")
    with open(path, "w") as file:
        json.dump({"version": keras.__version__, "cases": found}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
