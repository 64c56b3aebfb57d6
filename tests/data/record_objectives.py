"""Records what real Keras 2.2.4 makes of losses and metrics: names, weights, masks, logits, ties.

Run with an interpreter that has Keras 2.2.4 on TensorFlow 1.15: ``python tests/data/record_objectives.py``. It writes
``objectives.json`` beside itself.
"""

import json
import os
import warnings

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
warnings.simplefilter("ignore")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import backend as K  # noqa: E402
from keras import layers  # noqa: E402


def plain(value):
    return np.asarray(value, dtype="float64").tolist()


def scalar_loss(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true))


def unreduced_loss(y_true, y_pred):
    return K.square(y_pred - y_true)


FUNCTIONS = {"scalar_loss": scalar_loss, "unreduced_loss": unreduced_loss}

NAMES = [
    {"units": 1, "loss": "mse", "metrics": ["accuracy", "acc", "ce", "crossentropy"]},
    {"units": 3, "loss": "binary_crossentropy", "metrics": ["accuracy", "mse", "MSE", "mae", "unreduced_loss"]},
    {
        "units": 3,
        "loss": "categorical_crossentropy",
        "metrics": ["acc", "cosine", "top_k_categorical_accuracy"],
    },
    {"units": 3, "loss": "sparse_categorical_crossentropy", "metrics": ["acc", "ce", "kullback_leibler_divergence"]},
    {"units": 3, "loss": "binary_crossentropy", "metrics": ["acc"], "weighted": ["acc", "mse", "accuracy"]},
    {"units": 3, "loss": "mse", "metrics": ["acc", "mae"], "weighted": ["mae"], "outputs": 2},
    {"units": 3, "loss": "mse", "metrics": {"o1": ["acc"], "o0": "mae"}, "outputs": 2},
]


def functions(names):
    return [FUNCTIONS.get(name, name) for name in names] if isinstance(names, list) else names


def record_names():
    found = []
    for case in NAMES:
        inputs = layers.Input((4,))
        outputs = [
            layers.Dense(case["units"], activation="softmax", name=f"o{i}")(inputs)
            for i in range(case.get("outputs", 1))
        ]
        model = keras.Model(inputs, outputs)
        model.compile("sgd", case["loss"], functions(case["metrics"]), weighted_metrics=case.get("weighted"))
        found.append(dict(case, names=model.metrics_names))
    return found


def record_weighting():
    """Losses and metrics of an identity model, so that predictions are the inputs."""
    rng = np.random.RandomState(0)
    x, y = rng.randn(4, 3, 2).astype("float32"), rng.randn(4, 3, 2).astype("float32")
    x[0, 2] = 0
    x[1, 1:] = 0
    temporal = rng.rand(4, 3).astype("float32")
    temporal[2] = 0
    temporal[3, 0] = 0
    flat = np.array([0.5, 2.0, 0.0, 1.0], "float32")
    weights = {"none": None, "sample": flat, "temporal": temporal, "zero": np.zeros(4, "float32")}
    cases = []
    for masked in (False, True):
        inputs = layers.Input((3, 2))
        model = keras.Model(inputs, layers.Masking()(inputs) if masked else layers.Activation("linear")(inputs))
        for loss in ("mse", "scalar_loss", "unreduced_loss", "cosine_proximity"):
            if masked and loss == "unreduced_loss":
                continue  # its scores have another shape than the mask
            for kind, w in weights.items():
                model.compile(
                    "sgd",
                    FUNCTIONS.get(loss, loss),
                    metrics=["mae"],
                    weighted_metrics=["mae"],
                    sample_weight_mode="temporal" if kind == "temporal" else None,
                )
                found = model.test_on_batch(x, y, sample_weight=w)
                cases.append({"masked": masked, "loss": loss, "weights": kind, "values": plain(found)})
    return {
        "x": plain(x),
        "y": plain(y),
        "weights": {kind: None if w is None else plain(w) for kind, w in weights.items()},
        "cases": cases,
    }


def with_gradient(function, target, logits):
    at = K.placeholder(shape=logits.shape)
    value = function(K.constant(target), at)
    direction = np.arange(1.0, np.prod(logits.shape[:-1]) + 1).reshape(logits.shape[:-1])
    gradient = K.gradients(K.sum(value * K.constant(direction)), [at])[0]
    return [plain(found) for found in K.function([at], [value, gradient])([logits])]


def record_logits():
    """Crossentropies of softmax and sigmoid outputs, with respect to what goes into them."""
    rng = np.random.RandomState(1)
    logits = 3 * rng.randn(6, 4).astype("float32")
    logits[3] = [100, 0, 0, 0]
    logits[4] = [-17, 0, 1, 2]
    logits[5] = [9, -9, -9.5, -8]
    labels = np.array([0, 1, 2, 1, 0, 0])
    steps = rng.randn(2, 3, 5).astype("float32")
    many = (8 * np.sin(np.arange(600.0) * 1.7)).reshape(2, 300).astype("float32")
    binary = np.array([[-100.0, -17, -3, 0], [0.5, 3, 8, 100]] * 2, "float32")
    truth = np.array([[0.0] * 4] * 2 + [[1.0] * 4] * 2, "float32")
    one_hot = np.eye(4)[labels].astype("float32")
    soft = np.full((6, 4), 0.1) + 0.6 * one_hot

    def sparse(t, z):
        return keras.losses.sparse_categorical_crossentropy(t, K.softmax(z))

    def dense(t, z):
        return keras.losses.categorical_crossentropy(t, K.softmax(z))

    def two(t, z):
        return keras.losses.binary_crossentropy(t, K.sigmoid(z))

    cases = [
        ("sparse_categorical_crossentropy", sparse, labels[:, None], logits),
        ("sparse_categorical_crossentropy", sparse, np.array([[[0], [4], [2]], [[1], [1], [3]]]), steps),
        ("sparse_categorical_crossentropy", sparse, np.array([[0], [299]]), many),
        ("categorical_crossentropy", dense, one_hot, logits),
        ("categorical_crossentropy", dense, soft, logits),
        ("binary_crossentropy", two, truth, binary),
    ]
    return [
        {"loss": name, "target": plain(t), "logits": plain(z), "found": with_gradient(f, t.astype("float32"), z)}
        for name, f, t, z in cases
    ]


def record_top_k():
    scores = [[0.1, np.nan, 0.5], [0.1, 0.2, 0.5], [0.1, np.inf, 0.5], [0.3, 0.3, 0.3]]
    cases = []
    for labels in ([0, 5, 2, 2], [2, -1, 0, 0], [2, 1, 2, 1]):
        for k in (1, 2, 3):
            hits = K.eval(K.in_top_k(K.constant(scores), K.constant(labels, dtype="int32"), k))
            cases.append({"labels": labels, "k": k, "hits": plain(hits)})
    return {"scores": plain(scores), "cases": cases}


def record_rounding():
    truth, predicted = [[2.0, -1, 1, 0, 3]], [[2.2, -0.6, 1.5, 0.5, 2.5]]
    value = K.eval(keras.metrics.binary_accuracy(K.constant(truth), K.constant(predicted)))
    return {"truth": truth, "predicted": predicted, "value": plain(value)}


if __name__ == "__main__":
    results = {
        "names": record_names(),
        "weighting": record_weighting(),
        "logits": record_logits(),
        "top_k": record_top_k(),
        "rounding": record_rounding(),
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "objectives.json"), "w") as f:
        json.dump(results, f)
        f.write("\n")
