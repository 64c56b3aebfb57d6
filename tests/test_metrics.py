"""Metrics against real Keras 2.2.4 and Keras 3, and against formulas written out here."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from kerastorch import eras, losses, metrics
from kerastorch.engine.symbolic import placeholder

HERE = Path(__file__).parent / "data"
KERAS2 = json.loads((HERE / "objectives.json").read_text(encoding="utf-8"))
KERAS3 = json.loads((HERE / "objectives_keras3.json").read_text(encoding="utf-8"))
WHOLE = ("labels", "found", "hits", "signs")
DATA = {k: torch.tensor(np.array(v, "int64" if k in WHOLE else "float32")) for k, v in KERAS3["data"].items()}


@pytest.fixture
def era():
    """Sets an era for one test."""
    yield eras.set_era
    eras.set_era("keras2")


def close(got, expected, rtol=1e-5, atol=1e-6):
    np.testing.assert_allclose(got.detach().cpu().numpy(), np.array(expected), rtol=rtol, atol=atol)


def unreduced_loss(y_true, y_pred):
    return torch.square(y_pred - y_true)


# Functions


@pytest.mark.parametrize("case", KERAS2["top_k"]["cases"], ids=lambda c: f"{c['labels']}-{c['k']}")
def test_top_k_on_odd_values(era, case):
    era("tf.keras")  # one value a sample
    scores = torch.tensor(KERAS2["top_k"]["scores"])
    close(metrics.sparse_top_k_categorical_accuracy(torch.tensor(case["labels"]), scores, k=case["k"]), case["hits"])


def test_top_k_is_the_batch_mean_in_keras2():
    scores = torch.tensor(KERAS2["top_k"]["scores"])
    value = metrics.sparse_top_k_categorical_accuracy(torch.tensor([[2.0], [2], [0], [0]]), scores, k=1)
    assert value.ndim == 0
    close(value, 0.5)


def test_binary_accuracy_rounds_in_keras2(era):
    case = KERAS2["rounding"]
    truth, predicted = torch.tensor(case["truth"]), torch.tensor(case["predicted"])
    close(metrics.binary_accuracy(truth, predicted), case["value"])
    era("tf.keras")
    close(metrics.binary_accuracy(truth, predicted), [0.4])
    era("keras2")
    close(metrics.binary_accuracy([[1.0, 0.0]], [[0.6, 0.6]], threshold=0.7), [0.5])


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.float32])
def test_sparse_accuracy_of_sequences(dtype):
    scores = torch.tensor([[[0.1, 0.9], [0.8, 0.2]], [[0.3, 0.7], [0.6, 0.4]]])
    labels = torch.tensor([[1, 1], [0, 0]], dtype=dtype)
    for shape in ((2, 2), (2, 2, 1)):
        close(metrics.sparse_categorical_accuracy(labels.reshape(shape), scores), [[1.0, 0.0], [0.0, 1.0]])


def test_ties_go_to_the_first_class():
    close(metrics.categorical_accuracy([[1.0, 0, 0], [0, 1, 0]], [[0.4, 0.4, 0.2], [0.4, 0.4, 0.2]]), [1.0, 0.0])


def test_every_function_takes_symbolic_tensors():
    names = [name for module in (losses.functions, metrics.functions) for name in module.__all__]
    for name in names:
        function = getattr(metrics, name)
        sparse = name.startswith("sparse")
        y_pred = placeholder((None, 6))
        value = function(placeholder((None, 1) if sparse else (None, 6)), y_pred)
        mean = name.endswith("top_k_categorical_accuracy") or "top_k" in name
        assert value.shape == (() if mean else (None, 6) if name == "accuracy" else (None,)), name


# Stateful metrics


@pytest.mark.parametrize("row", KERAS3["metrics"], ids=lambda r: f"{r['name']}-{r['arguments']}")
def test_stateful_metrics_as_keras3(era, row):
    era("keras3")
    y_true, y_pred = (DATA[key] for key in row["data"])
    for kind in ("values", "weighted"):
        if kind not in row:
            continue
        metric = getattr(metrics, row["name"])(**row["arguments"])
        assert metric.name.rstrip("_0123456789") == row["key"].rstrip("_0123456789")
        metric(y_true[2], y_pred[2])
        metric.reset_state()
        for step, expected in enumerate(row[kind]):
            weights = {"sample_weight": DATA["weights"][step]} if kind == "weighted" else {}
            metric.update_state(y_true[step], y_pred[step], **weights)
            close(metric.result(), expected)


def test_auc_against_scikit_learn():
    rng = np.random.RandomState(3)
    truth = rng.randint(0, 2, 400)
    scores = np.round(rng.uniform(0, 1, 400) * 0.6 + truth * 0.4, 2)
    auc = metrics.AUC(num_thresholds=2001)
    assert float(auc(truth, scores)) == pytest.approx(roc_auc_score(truth, scores), abs=1e-4)


def test_segmentation_weights():
    weights = torch.tensor([0.3, 0.3, 0.3, 0.1])
    iou = metrics.MeanIoU(2, dtype="float32")
    # cells: (0,0) .3, (0,1) .3, (1,0) .3, (1,1) .1
    close(iou([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=weights), (0.3 / 0.9 + 0.1 / 0.7) / 2)


def test_mean_and_sum():
    mean = metrics.Mean()
    assert mean.result().item() == 0
    mean.update_state([1.0, 3.0, 5.0], sample_weight=[1.0, 1.0, 0.0])
    assert mean.result().item() == 2
    mean.update_state(8.0)
    assert mean.result().item() == 4
    assert metrics.Sum()([[1.0, 2.0], [3.0, 4.0]], sample_weight=[1.0, 0.5]).item() == 6.5


def test_results_do_not_change_behind_the_back():
    total = metrics.Sum()
    first = total([1.0])
    total([1.0])
    assert first.item() == 1


def test_metric_takes_no_gradient():
    mean = metrics.MeanMetricWrapper(losses.mse)
    p = torch.ones(2, 1, requires_grad=True)
    mean.update_state(torch.zeros(2, 1), p)
    assert not mean.result().requires_grad


def test_mean_relative_error():
    error = metrics.MeanRelativeError(normalizer=[1.0, 3.0, 2.0, 0.0])
    error.update_state([1.0, 3.0, 2.0, 3.0], [2.0, 4.0, 6.0, 8.0])
    close(error.result(), (1 + 1 / 3 + 2 + 0) / 4)
    error.reset_state()
    assert error.result().item() == 0
    assert error.normalizer.tolist() == [1, 3, 2, 0]


class Hits(metrics.Metric):
    """A user's metric, written for tf.keras."""

    def __init__(self, name="hits", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="tp", initializer="zeros")
        self.seen = self.add_weight(name="seen", shape=(2,), initializer="ones", dtype="int32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add((y_true * (y_pred > 0.5)).sum())
        self.seen.assign(self.seen + 1)

    def result(self):
        return self.total


def test_own_metric():
    metric = Hits()
    assert [v.name for v in metric.variables] == ["total", "seen"]
    assert set(metric.state_dict()) == {"total", "seen"}
    assert metric.seen.tolist() == [1, 1]
    y = torch.tensor([1.0, 0.0, 1.0]), torch.tensor([0.9, 0.9, 0.1])
    assert float(metric(*y)) == 1
    assert metric.seen.tolist() == [2, 2]
    again = pickle.loads(pickle.dumps(metric)), copy.deepcopy(metric)
    for other in again:
        assert float(other(*y)) == 2
    assert float(metric.result()) == 1
    metric.to(torch.float64)
    assert metric.total.dtype == torch.float64
    assert float(metric(*y)) == 2
    metric.reset_states()
    assert float(metric.total) == 0


def test_state_in_keras3_style():
    class Count(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.total = self.add_variable((), initializer="zeros", name="total")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total = self.total + len(y_true)  # assigned as a whole, still in place

        def result(self):
            return self.total.value()

    count = Count()
    memory = count._buffers["total"].data_ptr()
    assert float(count([1, 2], None)) == 2
    assert float(count([1], None)) == 3
    assert count._buffers["total"].data_ptr() == memory


def test_either_name_of_reset_may_be_written():
    class Old(metrics.Mean):
        def reset_states(self):
            super().reset_states()
            self.total.assign(7.0)
            self.count.assign(1.0)

    class New(metrics.Mean):
        def reset_state(self):
            super().reset_state()
            self.total.assign(7.0)
            self.count.assign(1.0)

    for metric in (Old(), New()):
        for reset in (metric.reset_state, metric.reset_states):
            metric.update_state([1.0])
            reset()
            assert float(metric.result()) == 7


def test_update_state_only_queues_work():
    """No step may ask the device for a value: on the meta device there is none to be had."""
    skip = ("MeanRelativeError", "MeanMetricWrapper", "FBetaScore", "F1Score")
    made = [getattr(metrics, name) for name in metrics.__all__]
    classes = [c for c in made if isinstance(c, type) and issubclass(c, metrics.Metric) and c.__name__ not in skip]
    needed = {"num_classes": 4, "target_class_ids": [0, 1], "recall": 0.5, "precision": 0.5, "specificity": 0.5}
    needed["sensitivity"] = 0.5
    tried = 0
    for cls in classes:
        if cls in (metrics.Metric, metrics.Mean, metrics.Sum, metrics.TorchMetricAdapter):
            continue
        wanted = [k for k in needed if k in cls.__init__.__code__.co_varnames[: cls.__init__.__code__.co_argcount]]
        if cls is metrics.BinaryIoU:
            wanted = []
        metric = cls(**{k: needed[k] for k in wanted})
        if isinstance(metric, metrics.R2Score):
            metric(torch.ones(3, 4), torch.zeros(3, 4))
        metric.to("meta")
        sparse = cls.__name__.startswith("Sparse") or cls in (metrics.IoU, metrics.MeanIoU)
        y_pred = torch.ones(3, device="meta", dtype=torch.int64) if "IoU" in cls.__name__ and sparse else None
        y_pred = torch.ones(3, 4, device="meta") if y_pred is None else y_pred
        metric.update_state(torch.ones(3, device="meta") if sparse else torch.ones(3, 4, device="meta"), y_pred)
        metric.result()
        tried += 1
    assert tried > 35


def test_update_weighs_by_mask():
    metric = metrics.MeanMetricWrapper(losses.mae)
    t, p = torch.zeros(2, 2, 1), torch.tensor([[[1.0], [3.0]], [[5.0], [7.0]]])
    mask = torch.tensor([[True, False], [True, True]])
    read = metrics.update(metric, t, p, torch.tensor([2.0, 1.0]), mask)
    close(read(), (2 * 1 + 5 + 7) / 4)


def test_keras2_layer_as_metric():
    class Positives(torch.nn.Module):
        stateful = True

        def __init__(self):
            super().__init__()
            self.name = "true_positives"
            self.total = torch.zeros((), dtype=torch.int32)

        def reset_states(self):
            self.total.zero_()

        def forward(self, y_true, y_pred):
            self.total.add_((y_true * y_pred.round()).sum().to(torch.int32))
            return self.total.clone()

    layer = Positives()
    assert metrics.is_stateful(layer)
    key, found = metrics.resolve(layer, losses.mse, (None, 1))
    assert (key, found) == ("true_positives", layer)
    y = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.9], [0.1]])
    assert metrics.update(layer, *y).item() == 1
    assert metrics.update(layer, *y).item() == 2


class Torchish:
    """Follows torchmetrics."""

    higher_is_better = True

    def __init__(self):
        self.seen, self.moved = [], None

    def to(self, device):
        self.moved = device
        return self

    def update(self, preds, target):
        self.seen.append((tuple(preds.shape), tuple(target.shape), target.dtype))

    def compute(self):
        return torch.tensor(float(len(self.seen)))

    def reset(self):
        self.seen = []


def test_torchmetrics_like_objects():
    inner = Torchish()
    key, metric = metrics.resolve(inner, losses.mse, (None, 3))
    assert key == "torchish"
    assert metrics.is_stateful(metric) and not metric.capturable
    assert metric._direction == "up"
    metric(torch.zeros(4, 1), torch.zeros(4, 3))
    metric(torch.zeros(4, 1), torch.zeros(4, 1))
    metric(torch.zeros(4, 3), torch.zeros(4, 3))
    assert [row[:2] for row in inner.seen] == [((4, 3), (4,)), ((4,), (4,)), ((4, 3), (4, 3))]
    assert inner.moved == torch.device("cpu")
    assert metric.result().item() == 3
    metric.reset_states()
    assert metric.result().item() == 0
    with pytest.raises(ValueError, match="torchish: expected no sample weights"):
        metric(torch.zeros(4, 1), torch.zeros(4, 1), sample_weight=torch.ones(4))


def test_classification_metrics_get_whole_numbers():
    cls = type("BinaryAccuracy", (Torchish,), {"__module__": "torchmetrics.classification.accuracy"})
    metric = metrics.get(cls())
    metric(torch.zeros(4, 1), torch.zeros(4, 1))
    assert metric.metric.seen[0][2] == torch.int64


# Names


def resolved(case):
    """The keys of a model's metrics, as ``compile`` collects them."""
    several = case.get("outputs", 1) > 1
    names = ["loss", *([f"o{i}_loss" for i in range(case["outputs"])] if several else [])]
    given = case["metrics"]
    for i in range(case.get("outputs", 1)):
        plain = given.get(f"o{i}", []) if isinstance(given, dict) else given
        plain = [plain] if isinstance(plain, str) else plain
        for group, weighted in ((plain, False), (case.get("weighted", []), True)):
            for metric in group:
                metric = unreduced_loss if metric == "unreduced_loss" else metric
                key, _ = metrics.resolve(
                    metric,
                    losses.get(case["loss"]),
                    (None, case["units"]),
                    weighted=weighted,
                    output_name=f"o{i}" if several else None,
                    taken=names,
                )
                names.append(key)
    return names


@pytest.mark.parametrize("case", KERAS2["names"], ids=lambda c: f"{c['loss']}-{c.get('outputs', 1)}-{c['units']}")
def test_log_keys_as_keras2(case):
    assert resolved(case) == case["names"]


@pytest.mark.parametrize(
    ("loss", "units", "accuracy", "crossentropy"),
    [
        ("mse", 1, metrics.binary_accuracy, losses.binary_crossentropy),
        ("sparse_categorical_crossentropy", 1, metrics.binary_accuracy, losses.binary_crossentropy),
        ("binary_crossentropy", 3, metrics.binary_accuracy, losses.binary_crossentropy),
        (
            "sparse_categorical_crossentropy",
            3,
            metrics.sparse_categorical_accuracy,
            losses.sparse_categorical_crossentropy,
        ),
        ("mse", 3, metrics.categorical_accuracy, losses.categorical_crossentropy),
    ],
)
def test_what_accuracy_means(loss, units, accuracy, crossentropy):
    for name in ("acc", "accuracy"):
        assert metrics.resolve(name, losses.get(loss), (None, units))[1] is accuracy
    for name in ("ce", "crossentropy"):
        assert metrics.resolve(name, losses.get(loss), (None, units))[1] is crossentropy


def test_what_accuracy_means_by_shape(era):
    era("tf.keras")
    loss = losses.binary_crossentropy
    assert metrics.resolve("accuracy", loss, (None, 3), (None, 3)) == ("accuracy", metrics.categorical_accuracy)
    assert metrics.resolve("Accuracy", loss, (None, 3), (None,)) == ("Accuracy", metrics.sparse_categorical_accuracy)
    assert metrics.resolve("acc", loss, (None, 1), (None, 1)) == ("acc", metrics.binary_accuracy)
    sparse = losses.SparseCategoricalCrossentropy()
    assert metrics.resolve("acc", sparse, (None, 3)) == ("acc", metrics.sparse_categorical_accuracy)
    assert metrics.resolve("mse", loss, (None, 3), weighted=True)[0] == "mse"


def test_loss_objects_resolve_like_their_function():
    loss = losses.SparseCategoricalCrossentropy()
    assert metrics.resolve("acc", loss, (None, 3))[1] is metrics.sparse_categorical_accuracy
    assert metrics.resolve("acc", losses.get(torch.nn.CrossEntropyLoss()), (None, 3))[1] is (
        metrics.sparse_categorical_accuracy
    )
    distributions = metrics.resolve("acc", losses.get(torch.nn.CrossEntropyLoss()), (None, 3), (None, 3))
    assert distributions[1] is metrics.categorical_accuracy


def test_metric_objects_and_torch_losses_have_names():
    assert metrics.resolve(metrics.Precision(name="p"), losses.mse, (None, 1))[0] == "p"
    assert metrics.resolve(torch.nn.L1Loss(), losses.mse, (None, 1))[0] == "L1Loss"
    assert metrics.resolve(losses.Huber(), losses.mse, (None, 1))[0] == "huber_loss"


def test_unknown_name_gives_the_nearest():
    with pytest.raises(ValueError, match="Unknown metric function: .*'accuraccy'. Did you mean 'accuracy'"):
        metrics.resolve("accuraccy", losses.mse, (None, 1))
    with pytest.raises(ValueError, match="Received: 5"):
        metrics.get(5)


def test_serialize_round_trip():
    samples = [
        metrics.AUC(curve="PR", thresholds=[0.3, 0.6]),
        metrics.Precision(thresholds=[0.1, 0.2], class_id=1),
        metrics.TruePositives(thresholds=0.4),
        metrics.RecallAtPrecision(0.7, num_thresholds=11),
        metrics.F1Score(average="macro"),
        metrics.FBetaScore(beta=2.0),
        metrics.MeanIoU(3),
        metrics.OneHotIoU(3, [1]),
        metrics.OneHotMeanIoU(3),
        metrics.BinaryIoU([1], 0.3),
        metrics.TopKCategoricalAccuracy(3),
        metrics.BinaryAccuracy(threshold=0.3),
        metrics.CosineSimilarity(axis=0),
        metrics.SparseCategoricalCrossentropy(from_logits=True),
        metrics.MeanRelativeError([1.0, 2.0]),
        metrics.R2Score(num_regressors=1),
        metrics.Sum(),
    ]
    for metric in samples:
        config = json.loads(json.dumps(metrics.serialize(metric)))
        assert metrics.serialize(metrics.deserialize(config)) == config
    assert metrics.serialize(metrics.binary_accuracy) == "binary_accuracy"
    assert metrics.deserialize("mine", custom_objects={"mine": unreduced_loss}) is unreduced_loss


def test_classes_by_their_lower_case_names():
    assert isinstance(metrics.get("root_mean_squared_error"), metrics.RootMeanSquaredError)
    assert metrics.get("mean_squared_error") is losses.mean_squared_error


# Bad arguments


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.AUC(curve="LIFT"), "expected curve to be one of .* Received: 'LIFT'"),
        (lambda: metrics.AUC(num_thresholds=1), "expected num_thresholds to be a whole number above 1. Received: 1"),
        (lambda: metrics.AUC(summation_method="mid"), "expected summation_method to be one of .* Received: 'mid'"),
        (lambda: metrics.AUC(num_labels=2), "expected num_labels only with multi_label=True. Received: 2"),
        (lambda: metrics.Precision(thresholds=1.5), "expected thresholds in .* Received: thresholds=1.5"),
        (lambda: metrics.PrecisionAtRecall(-1), "expected recall to be in .* Received: -1"),
        (lambda: metrics.PrecisionAtRecall(0.5, 0), "expected num_thresholds to be a positive .* Received: 0"),
        (lambda: metrics.F1Score(average="mean"), "f1_score: expected average to be .* Received: 'mean'"),
        (lambda: metrics.FBetaScore(beta=0.0), "fbeta_score: expected beta to be above 0. Received: 0.0"),
        (lambda: metrics.F1Score(threshold=2.0), "expected threshold to be in .* Received: 2.0"),
        (lambda: metrics.F1Score()([1.0], [1.0]), "expected targets and predictions of shape"),
        (lambda: metrics.AUC(multi_label=True)([1.0], [1.0]), "expected predictions of shape"),
        (lambda: metrics.IoU(2, [2]), "expected target_class_ids below num_classes=2. Received:"),
        (lambda: metrics.R2Score("mean"), "expected class_aggregation to be one of"),
        (lambda: metrics.R2Score(num_regressors=-1), "expected num_regressors to be at least 0. Received: -1"),
        (lambda: metrics.R2Score()([1.0], [1.0]), "expected targets and predictions of shape"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="Metric: expected the class to define update_state"):
        metrics.Metric()(1)
    with pytest.raises(NotImplementedError, match="Metric: expected the class to define result"):
        metrics.Metric().result()


def test_too_many_regressors_warn():
    r2 = metrics.R2Score(num_regressors=5)
    r2.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    with pytest.warns(UserWarning, match="the score is not adjusted. Received: 3"):
        close(r2.result(), 1 - 2 / (14 / 3))  # squared errors over squared distances from the mean 8 / 3
