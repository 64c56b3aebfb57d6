"""Records what real Keras 3's losses and stateful metrics give on torch.

Run with an interpreter that has Keras 3.15 and torch: ``python tests/data/record_objectives_keras3.py``. It writes
``objectives_keras3.json`` beside itself.
"""

import json
import os

os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np

rng = np.random.RandomState(0)
STEPS, ROWS, CLASSES = 3, 5, 4


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


DATA = {
    "labels": rng.randint(0, CLASSES, (STEPS, ROWS)),
    "scores": softmax(2 * rng.standard_normal((STEPS, ROWS, CLASSES))),
    "hits": rng.randint(0, 2, (STEPS, ROWS, CLASSES)),
    "chances": rng.uniform(0, 1, (STEPS, ROWS, CLASSES)).round(2),
    "found": rng.randint(0, CLASSES, (STEPS, ROWS)),
    "real": rng.standard_normal((STEPS, ROWS, CLASSES)),
    "guess": rng.standard_normal((STEPS, ROWS, CLASSES)),
    "positive": rng.uniform(0.1, 2, (STEPS, ROWS, CLASSES)),
    "signs": 2 * rng.randint(0, 2, (STEPS, ROWS, CLASSES)) - 1,
    "weights": rng.randint(0, 4, (STEPS, ROWS)) / 2,
}
# Keras on torch keeps whichever of equal scores torch.topk meets first, so those that are ranked are all different.
DATA["distinct"] = rng.permutation(STEPS * ROWS * CLASSES).reshape(STEPS, ROWS, CLASSES) / (STEPS * ROWS * CLASSES)
DATA["one_hot"] = np.eye(CLASSES)[DATA["labels"]]
# Extreme probabilities, where clipping shows.
DATA["scores"][0, 0] = [1, 0, 0, 0]
DATA["chances"][0, 0] = [1, 0, 0.5, 1]
DATA = {key: value.astype("int64" if value.dtype.kind == "i" else "float32") for key, value in DATA.items()}

SPARSE, ONE_HOT, BINARY = ["labels", "scores"], ["one_hot", "scores"], ["hits", "chances"]
RANKED = ["hits", "distinct"]
REAL = ["real", "guess"]
METRICS = [
    ["Accuracy", {}, ["labels", "found"]],
    ["BinaryAccuracy", {}, BINARY],
    ["BinaryAccuracy", {"threshold": 0.7}, BINARY],
    ["CategoricalAccuracy", {}, ONE_HOT],
    ["SparseCategoricalAccuracy", {}, SPARSE],
    ["TopKCategoricalAccuracy", {"k": 2}, ONE_HOT],
    ["SparseTopKCategoricalAccuracy", {"k": 2}, SPARSE],
    ["MeanSquaredError", {}, REAL],
    ["RootMeanSquaredError", {}, REAL],
    ["MeanAbsoluteError", {}, REAL],
    ["MeanAbsolutePercentageError", {}, REAL],
    ["MeanSquaredLogarithmicError", {}, ["positive", "chances"]],
    ["CosineSimilarity", {}, REAL],
    ["LogCoshError", {}, REAL],
    ["R2Score", {}, REAL],
    ["R2Score", {"class_aggregation": None}, REAL],
    ["R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 2}, REAL],
    ["Hinge", {}, ["signs", "guess"]],
    ["SquaredHinge", {}, ["hits", "guess"]],
    ["CategoricalHinge", {}, ["one_hot", "guess"]],
    ["KLDivergence", {}, ONE_HOT],
    ["Poisson", {}, ["positive", "chances"]],
    ["BinaryCrossentropy", {}, BINARY],
    ["BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ["hits", "guess"]],
    ["CategoricalCrossentropy", {}, ONE_HOT],
    ["CategoricalCrossentropy", {"label_smoothing": 0.2}, ONE_HOT],
    ["SparseCategoricalCrossentropy", {}, SPARSE],
    ["SparseCategoricalCrossentropy", {"from_logits": True}, ["labels", "guess"]],
    ["TruePositives", {}, BINARY],
    ["TrueNegatives", {"thresholds": [0.2, 0.8]}, BINARY],
    ["FalsePositives", {"thresholds": [0.8, 0.2, 0.5]}, BINARY],
    ["FalseNegatives", {"thresholds": 0.3}, BINARY],
    ["Precision", {}, BINARY],
    ["Precision", {"thresholds": [0.9, 0.1]}, BINARY],
    ["Precision", {"top_k": 2}, RANKED],
    ["Precision", {"class_id": 1}, BINARY],
    ["Precision", {"top_k": 2, "class_id": 2}, RANKED],
    ["Recall", {}, BINARY],
    ["Recall", {"top_k": 1}, RANKED],
    ["SensitivityAtSpecificity", {"specificity": 0.5}, BINARY],
    ["SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 7}, BINARY],
    ["PrecisionAtRecall", {"recall": 0.5, "class_id": 3}, BINARY],
    ["RecallAtPrecision", {"precision": 0.6}, BINARY],
    ["RecallAtPrecision", {"precision": 0.6, "num_thresholds": 1}, BINARY],
    ["AUC", {}, BINARY],
    ["AUC", {"num_thresholds": 5}, BINARY],
    ["AUC", {"curve": "PR"}, BINARY],
    ["AUC", {"curve": "PR", "summation_method": "minoring"}, BINARY],
    ["AUC", {"curve": "PRGAIN"}, BINARY],
    ["AUC", {"summation_method": "majoring", "thresholds": [0.7, 0.25, 0.5]}, BINARY],
    ["AUC", {"multi_label": True}, BINARY],
    ["AUC", {"multi_label": True, "num_labels": 4, "label_weights": [1.0, 2.0, 0.0, 3.0], "curve": "PR"}, BINARY],
    ["AUC", {"label_weights": [1.0, 2.0, 0.0, 3.0]}, BINARY],
    ["AUC", {"from_logits": True}, ["hits", "guess"]],
    ["MeanIoU", {"num_classes": 4}, ["labels", "found"]],
    ["MeanIoU", {"num_classes": 4, "ignore_class": 1}, ["labels", "found"]],
    ["MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, SPARSE],
    ["IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, ["labels", "found"]],
    ["BinaryIoU", {"target_class_ids": [1], "threshold": 0.6}, BINARY],
    ["OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}, ONE_HOT],
    ["OneHotMeanIoU", {"num_classes": 4}, ONE_HOT],
    ["F1Score", {}, BINARY],
    ["F1Score", {"average": "macro", "threshold": 0.4}, BINARY],
    ["F1Score", {"average": "micro"}, ONE_HOT],
    ["FBetaScore", {"average": "weighted", "beta": 2.0, "threshold": 0.5}, BINARY],
]
UNWEIGHTED = ("IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU")  # whole-number state would cut the weights
LOSSES = [
    ["MeanSquaredError", {}, REAL],
    ["MeanAbsoluteError", {}, REAL],
    ["MeanAbsolutePercentageError", {}, REAL],
    ["MeanSquaredLogarithmicError", {}, ["positive", "chances"]],
    ["BinaryCrossentropy", {}, BINARY],
    ["BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, ["hits", "guess"]],
    ["BinaryFocalCrossentropy", {"apply_class_balancing": True}, BINARY],
    ["BinaryFocalCrossentropy", {"gamma": 3.0, "from_logits": True, "label_smoothing": 0.1}, ["hits", "guess"]],
    ["CategoricalCrossentropy", {"label_smoothing": 0.1}, ONE_HOT],
    ["CategoricalCrossentropy", {"from_logits": True}, ["one_hot", "guess"]],
    ["CategoricalFocalCrossentropy", {}, ONE_HOT],
    ["CategoricalFocalCrossentropy", {"from_logits": True, "alpha": 0.4, "gamma": 1.0}, ["one_hot", "guess"]],
    ["SparseCategoricalCrossentropy", {}, SPARSE],
    ["SparseCategoricalCrossentropy", {"from_logits": True}, ["labels", "guess"]],
    ["SparseCategoricalCrossentropy", {"ignore_class": 2}, SPARSE],
    ["Hinge", {}, ["hits", "guess"]],
    ["SquaredHinge", {}, ["signs", "guess"]],
    ["CategoricalHinge", {}, ["one_hot", "guess"]],
    ["KLDivergence", {}, ONE_HOT],
    ["Poisson", {}, ["positive", "chances"]],
    ["LogCosh", {}, REAL],
    ["Huber", {"delta": 0.8}, REAL],
    ["CosineSimilarity", {}, REAL],
    ["Dice", {}, BINARY],
    ["Tversky", {"alpha": 0.3, "beta": 0.6}, BINARY],
    ["Dice", {"axis": [1]}, BINARY],
]
REDUCTIONS = ["sum_over_batch_size", "sum", "none", "mean_with_sample_weight"]


def plain(value):
    return np.asarray(keras.ops.convert_to_numpy(value), dtype="float64").tolist()


def record_metric(name, arguments, data):
    row = {"name": name, "arguments": arguments, "data": data}
    for weighted in (False, True):
        if weighted and name in UNWEIGHTED:
            continue
        metric = getattr(keras.metrics, name)(**arguments)
        row["key"] = metric.name
        values = []
        for step in range(STEPS):
            weights = {"sample_weight": DATA["weights"][step]} if weighted else {}
            metric.update_state(DATA[data[0]][step], DATA[data[1]][step], **weights)
            values.append(plain(metric.result()))
        row["weighted" if weighted else "values"] = values
    return row


def record_loss(name, arguments, data):
    row = {"name": name, "arguments": arguments, "data": data}
    truth, predicted = DATA[data[0]][0], DATA[data[1]][0]
    for reduction in REDUCTIONS:
        loss = getattr(keras.losses, name)(reduction=reduction, **arguments)
        row["key"] = loss.name
        row[reduction] = [plain(loss(truth, predicted))]
        if name not in ("Dice", "Tversky"):
            row[reduction].append(plain(loss(truth, predicted, sample_weight=DATA["weights"][0])))
    return row


if __name__ == "__main__":
    logits, labels = DATA["guess"][:2], np.array([[1, 2, 0], [3, 3, 0]])
    results = {
        "data": {key: value.tolist() for key, value in DATA.items()},
        "metrics": [record_metric(*case) for case in METRICS],
        "losses": [record_loss(*case) for case in LOSSES],
        "ctc": {
            "logits": logits.tolist(),
            "labels": labels.tolist(),
            "value": plain(keras.losses.ctc(labels, logits)),
        },
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "objectives_keras3.json"), "w") as f:
        json.dump(results, f)
        f.write("\n")
