"""Losses against real Keras 2.2.4 and Keras 3, and against formulas written out here."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from kerastorch import config, eras, losses
from kerastorch.layers import Dense
from kerastorch.losses import logits
from kerastorch.models import Sequential

HERE = Path(__file__).parent / "data"
KERAS2 = json.loads((HERE / "objectives.json").read_text(encoding="utf-8"))
KERAS3 = json.loads((HERE / "objectives_keras3.json").read_text(encoding="utf-8"))
PROBABILITIES = {"softmax": lambda z: torch.softmax(z, -1), "sigmoid": torch.sigmoid}


@pytest.fixture
def era():
    """Sets an era for one test."""
    yield eras.set_era
    eras.set_era("keras2")


def scalar_loss(y_true, y_pred):
    return torch.mean(torch.square(y_pred - y_true))


def unreduced_loss(y_true, y_pred):
    return torch.square(y_pred - y_true)


def keras3_data():
    whole = ("labels", "found", "hits", "signs")
    return {k: torch.tensor(np.array(v, "int64" if k in whole else "float32")) for k, v in KERAS3["data"].items()}


def close(got, expected, rtol=1e-5, atol=1e-7):
    expected = expected.detach().numpy() if isinstance(expected, torch.Tensor) else np.array(expected)
    np.testing.assert_allclose(got.detach().numpy(), expected, rtol=rtol, atol=atol)


# Values


def test_binary_crossentropy_at_its_edges():
    close(losses.binary_crossentropy([[1.0], [0.0]], [[0.0], [1.0]]), [16.118095, 15.942385])


def test_percentage_error_of_a_zero_target():
    close(losses.mape([[0.0]], [[1.0]]), [1e9])


def test_whole_number_targets_take_the_predictions_dtype():
    for dtype in (torch.float64, torch.float32):
        value = losses.mse(torch.tensor([[1, 0]]), torch.zeros(1, 2, dtype=dtype))
        assert value.dtype == dtype
        assert value.item() == 0.5


def test_host_data_is_in_floatx():
    assert losses.mse(np.zeros((1, 2)), np.ones((1, 2))).dtype == torch.float32


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.float32])
def test_sparse_labels_of_any_shape_and_dtype(shape, dtype):
    labels = torch.tensor([1, 0], dtype=dtype).reshape(shape)
    value = losses.sparse_categorical_crossentropy(labels, torch.tensor([[0.25, 0.75], [0.5, 0.5]]))
    close(value, [-math.log(0.75), math.log(2)])


@pytest.mark.parametrize("labels", [[1], [0, 1, 1]])
def test_sparse_labels_and_rows_have_to_agree(labels):
    eras.set_era("keras3")
    with pytest.raises(ValueError, match=f"a label for each row.*{len(labels)} labels and 2 rows"):
        losses.sparse_categorical_crossentropy(torch.tensor(labels), torch.tensor([[0.25, 0.75], [0.5, 0.5]]))
    with pytest.raises(ValueError, match="a label outside"):
        losses.sparse_categorical_crossentropy(torch.tensor([0, 2]), torch.tensor([[0.25, 0.75], [0.5, 0.5]]))


def test_sparse_axis_and_ignored_class():
    p = torch.tensor([[[0.2, 0.5], [0.8, 0.5]]])  # classes on axis 1
    close(losses.sparse_categorical_crossentropy([[1, 0]], p, axis=1), [[-math.log(0.8), -math.log(0.5)]])
    close(losses.sparse_categorical_crossentropy([[1, -1]], p, axis=1, ignore_class=-1), [[-math.log(0.8), 0.0]])


def test_label_outside_on_the_cpu_is_one_sentence():
    with pytest.raises(ValueError, match=r"in \[0, 1\]. Received: a label outside"):
        losses.sparse_categorical_crossentropy(torch.tensor([2]), torch.tensor([[0.5, 0.5]]))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_label_outside_on_the_gpu_is_nan_and_the_device_lives():
    p = torch.tensor([[0.5, 0.5], [0.25, 0.75]], device="cuda", requires_grad=True)
    value = losses.sparse_categorical_crossentropy(torch.tensor([2, 1], device="cuda"), p)
    value.sum().backward()
    assert torch.isnan(value[0])
    close(value[1].cpu(), -math.log(0.75))


def test_label_smoothing_and_logits():
    t, z = torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.3, -0.2, 1.0]])
    smooth = t * 0.7 + 0.1
    expected = -(smooth * torch.log_softmax(z, -1)).sum(-1)
    close(losses.categorical_crossentropy(t, z, from_logits=True, label_smoothing=0.3), expected)
    close(losses.categorical_crossentropy(t, torch.softmax(z, -1), label_smoothing=0.3), expected, rtol=1e-6)


def test_gradient_goes_through_every_loss():
    for name in losses.functions.__all__:
        p = torch.full((3, 4), 0.25, requires_grad=True)
        t = torch.tensor([0, 1, 2]) if name.startswith("sparse") else torch.eye(4)[:3]
        value = getattr(losses, name)(t, p)
        assert value.shape == (3,)
        value.sum().backward()
        assert torch.isfinite(p.grad).all(), name


def test_hinge_labels_by_era(era):
    t, p = torch.tensor([[0.0, 1.0]]), torch.tensor([[0.3, 0.2]])
    close(losses.hinge(t, p), [(1 + 0.8) / 2])
    era("tf.keras")
    close(losses.hinge(t, p), [(1.3 + 0.8) / 2])
    close(losses.hinge(torch.tensor([[-1.0, 1.0]]), p), [(1.3 + 0.8) / 2])


def test_binary_crossentropy_of_tf_keras_adds_epsilon_twice(era):
    era("tf.keras")
    close(losses.binary_crossentropy([[1.0]], [[0.0]]), [-math.log(2e-7)])


def test_epsilon_is_read_when_called():
    config.set_epsilon(1e-3)
    close(losses.kullback_leibler_divergence([[1.0]], [[0.0]]), [math.log(1e3)])


# From logits


@pytest.mark.parametrize("case", KERAS2["logits"], ids=lambda c: c["loss"])
def test_logits_twin_gives_keras_numbers(case):
    function = getattr(losses, case["loss"])
    activation = "sigmoid" if case["loss"].startswith("binary") else "softmax"
    twin = getattr(logits, f"{case['loss']}_from_logits")
    value, gradient = (np.array(found) for found in case["found"])
    # Probabilities near 1 come in steps of 6e-8: a step is 1e-7 in their logarithm, and 2e-4 in the logit of
    # sigmoid(8), in which TensorFlow's sigmoid is one step off.
    atol = 1.2e-7 if activation == "softmax" else 1e-4
    for compute in (lambda t, z: function(t, PROBABILITIES[activation](z)), twin):
        z = torch.tensor(case["logits"], requires_grad=True)
        got = compute(torch.tensor(case["target"]), z)
        direction = torch.arange(1.0, got.numel() + 1).reshape(got.shape)
        (got * direction).sum().backward()
        close(got, value, rtol=1e-5, atol=atol)
        close(z.grad, gradient, rtol=1e-4, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.floats(0.1, 12), st.integers(0, 10**6))
def test_sparse_twin_is_keras_formula_in_float64(classes, scale, seed):
    rng = np.random.RandomState(seed)
    z = scale * rng.standard_normal((5, classes))
    labels = rng.randint(0, classes, 5)
    p = np.exp(z - z.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    logs = np.log(np.clip(p, 1e-7, 1 - 1e-7))
    expected = np.log(np.exp(logs).sum(-1)) - logs[np.arange(5), labels]
    twin = logits.sparse_categorical_crossentropy_from_logits
    close(twin(torch.tensor(labels), torch.tensor(z)), expected, rtol=1e-9, atol=1e-12)


def test_epsilon_too_small_for_float32_clips_nothing():
    twin = logits.binary_crossentropy_from_logits
    config.set_epsilon(1e-8)
    close(twin(torch.tensor([[0.0], [1.0]]), torch.tensor([[50.0], [-50.0]])), [50.0, -math.log(1e-8)])


def test_tf_keras_looks_the_logits_up_and_clips_nothing(era):
    era("tf.keras")
    twin = logits.binary_crossentropy_from_logits
    close(twin(torch.tensor([[1.0]]), torch.tensor([[-50.0]])), [50.0])
    twin = logits.sparse_categorical_crossentropy_from_logits
    close(twin(torch.tensor([1]), torch.tensor([[50.0, 0.0]])), [50.0])


# Weights, masks and means


@pytest.mark.parametrize(
    "case", KERAS2["weighting"]["cases"], ids=lambda c: f"{c['loss']}-{c['weights']}-{c['masked']}"
)
def test_weights_and_masks_as_keras2(case):
    data = KERAS2["weighting"]
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    weights = data["weights"][case["weights"]]
    # Keras always feeds weights, of one where there are none.
    given = None if weights is None else torch.tensor(weights)
    mask = (x != 0).any(-1) if case["masked"] else None
    function = {"scalar_loss": scalar_loss, "unreduced_loss": unreduced_loss}.get(case["loss"])
    loss = losses.objective(function or losses.get(case["loss"]))
    mae = losses.objective(losses.mae)
    got = [loss(y, x, given, mask), mae(y, x, None, mask), mae(y, x, given, mask)]
    np.testing.assert_allclose([float(v) for v in got], case["values"], rtol=1e-5)


@pytest.mark.parametrize("name", ["mse", "mae", "binary_crossentropy", "categorical_crossentropy", "hinge"])
@pytest.mark.parametrize("shape", [(6, 4), (3, 2, 4)])
def test_fused_mean_is_the_mean(name, shape):
    p = torch.rand(shape, generator=torch.Generator().manual_seed(0), requires_grad=True)
    t = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    loss = losses.get(name)
    fused, plain = losses.objective(loss)(t, p), loss(t, p).mean()
    close(fused, plain.item(), rtol=1e-6)
    for got, expected in zip(torch.autograd.grad(fused, p), torch.autograd.grad(plain, p), strict=True):
        close(got, expected.numpy(), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("era_name", ["keras2", "tf.keras", "keras3"])
def test_fused_mean_of_sparse_losses(era, era_name):
    era(era_name)
    z = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, 3, 0, 0]).unsqueeze(-1)
    loss = losses.sparse_categorical_crossentropy
    twin = logits.sparse_categorical_crossentropy_from_logits
    expected = F.cross_entropy(z, labels[:, 0]).item()
    for function, y in ((loss, torch.softmax(z, -1)), (twin, z)):
        close(losses.objective(function)(labels, y), expected, rtol=1e-5)
        close(losses.objective(function)(labels, y, torch.ones(6)), expected, rtol=1e-5)


def test_mismatched_shapes_broadcast_as_in_keras():
    t, p = torch.zeros(3, 1), torch.ones(3, 2)
    close(losses.objective(losses.mse)(t, p), 1.0)


def test_weighted_mean_of_later_eras_divides_by_all(era):
    era("tf.keras")
    scores, weights = torch.tensor([1.0, 2.0, 6.0]), torch.tensor([1.0, 1.0, 0.0])
    close(losses.weighted_masked_mean(scores, weights), 1.0)


def test_whole_number_scores():
    assert losses.weighted_masked_mean(torch.tensor(3)).item() == 3
    close(losses.weighted_masked_mean(torch.tensor([1, 2])), 1.5)


# Loss objects


@pytest.mark.parametrize("row", KERAS3["losses"], ids=lambda r: r["name"])
def test_loss_objects_as_keras3(era, row):
    era("keras3")
    data = keras3_data()
    t, p = (data[key][0] for key in row["data"])
    for reduction in ("sum_over_batch_size", "sum", "none", "mean_with_sample_weight"):
        loss = getattr(losses, row["name"])(reduction=reduction, **row["arguments"])
        assert loss.name == row["key"]
        expected = row[reduction]
        close(loss(t, p), expected[0], rtol=1e-5, atol=1e-6)
        if len(expected) > 1:
            close(loss(t, p, sample_weight=data["weights"][0]), expected[1], rtol=1e-5, atol=1e-6)


def test_ctc_as_keras3():
    row = KERAS3["ctc"]
    close(losses.ctc(torch.tensor(row["labels"]), torch.tensor(row["logits"])), row["value"])
    with pytest.raises(ValueError, match="ctc: expected targets of shape"):
        losses.ctc([1, 2], torch.zeros(1, 2, 3))


def test_loss_subclass_and_mask():
    class Error(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_pred - y_true).abs().mean(-1)

    loss = Error()
    assert loss.name == "error"
    t, p = torch.zeros(2, 2, 1), torch.tensor([[[1.0], [3.0]], [[5.0], [7.0]]])
    mask = torch.tensor([[True, False], [True, True]])
    close(loss(t, p, mask=mask), (1 + 5 + 7) / 3, rtol=1e-6)
    close(loss(t, p, sample_weight=torch.tensor([2.0, 0.0]), mask=mask), 2 / 3, rtol=1e-6)
    close(losses.objective(loss)(t, p), 4.0)
    with pytest.raises(NotImplementedError, match="Loss: expected the class to define call"):
        losses.Loss()([0.0], [1.0])


def test_targets_without_the_last_axis():
    close(losses.MeanSquaredError()([0.0, 1.0], torch.tensor([[0.0], [3.0]])), 2.0)


def test_ignored_class_leaves_the_mean():
    p = torch.full((1, 3, 2), 0.5)
    close(losses.SparseCategoricalCrossentropy(ignore_class=-1)([[0, 1, -1]], p), math.log(2), rtol=1e-6)


def test_reduction_is_checked():
    with pytest.raises(ValueError, match="huber_loss: expected reduction .* Received: 'average'"):
        losses.Huber(reduction="average")
    assert losses.Loss("sum", "mine").reduction == "sum"  # tf.keras's order
    assert losses.Reduction.NONE == "none"


# Torch losses


def test_torch_loss_is_called_torch_way():
    def spy(input, target):
        return (input - 2 * target).sum()

    class Module(torch.nn.Module):
        def forward(self, input, target):
            return spy(input, target)

    close(losses.objective(losses.get(Module()))(torch.ones(1, 2), torch.zeros(1, 2)), -4.0)


def test_module_with_keras_argument_names_is_called_keras_way():
    class Module(torch.nn.Module):
        def forward(self, y_true, y_pred):
            return y_true - 2 * y_pred

    close(losses.objective(losses.get(Module()))(torch.ones(1, 2), torch.zeros(1, 2)), 1.0)


@pytest.mark.parametrize("loss", [torch.nn.CrossEntropyLoss(), F.cross_entropy, torch.nn.CrossEntropyLoss])
def test_torch_crossentropy_takes_keras_labels(loss):
    found = losses.get(loss)
    z, labels = torch.tensor([[1.0, 2.0], [0.5, 0.0]]), torch.tensor([[1.0], [0.0]])
    each = F.cross_entropy(z, torch.tensor([1, 0]), reduction="none")
    assert losses.is_sparse(found)
    close(losses.objective(found)(labels, z), each.mean().item())
    weights = torch.tensor([3.0, 1.0])
    close(losses.objective(found)(labels, z, weights), (3 * each[0] + each[1]).item() / 2)


def test_torch_loss_keeps_its_reduction():
    loss = torch.nn.MSELoss(reduction="sum")
    found = losses.get(loss)
    t, p = torch.zeros(2, 2, dtype=torch.int64), torch.tensor([[1.0, 1.0], [3.0, 1.0]])
    close(losses.objective(found)(t, p), 12.0)
    close(losses.objective(found)(t, p, torch.tensor([0.0, 1.0])), 5.0)
    assert loss.reduction == "sum"


# Names


def test_aliases():
    for name in ("mse", "MSE", "mae", "MAPE", "msle", "kld", "KLD", "cosine", "bce"):
        assert losses.get(name) is getattr(losses, name)
    assert losses.get("cosine").__name__ == "cosine_proximity"
    assert losses.get(None) is None


def test_unknown_name_gives_the_nearest():
    with pytest.raises(
        ValueError, match="Unknown loss function: .*'mean_square_error'. Did you mean 'mean_squared_error'"
    ):
        losses.get("mean_square_error")
    with pytest.raises(TypeError, match="loss function: expected .* Received: 3"):
        losses.get(3)


def test_serialize_round_trip():
    for name in losses.objects.__all__:
        config = losses.serialize(getattr(losses, name)())
        again = losses.deserialize(json.loads(json.dumps(config)))
        assert losses.serialize(again) == config
    assert losses.get(losses.serialize(losses.mse)) is losses.mse
    assert losses.deserialize("mine", custom_objects={"mine": scalar_loss}) is scalar_loss
    assert isinstance(losses.get("Huber"), losses.Huber)


@pytest.mark.parametrize("labels", [[0, 3], [[-1], [0]], [0.0, 3.0], [0.0, math.nan]])
def test_check_sparse_labels(labels):
    with pytest.raises(ValueError, match="dense_1: expected labels to be whole numbers from 0 to 2. Received: "):
        losses.check_sparse_labels(np.array(labels), 3, "dense_1")


def test_good_sparse_labels_pass():
    losses.check_sparse_labels(np.array([[0.0], [2.0]]), 3)
    losses.check_sparse_labels(torch.tensor([], dtype=torch.int64), 3)
    losses.check_sparse_labels(torch.tensor([1, 2]), 3)


def test_a_loss_with_a_call_of_its_own():
    class Contrast(losses.Loss):
        def __call__(self, y_true, y_pred, sample_weight=None):
            values = (y_pred - y_true).abs().sum(-1)
            return values if sample_weight is None else values * sample_weight

    model = Sequential([Dense(2, input_shape=(3,), kernel_initializer="ones")])
    model.compile("sgd", Contrast())
    x, y = np.ones((4, 3)), np.zeros((4, 2))
    assert model.test_on_batch(x, y) == 6.0
    assert model.test_on_batch(x, y, sample_weight=np.array([1.0, 0.0, 1.0, 0.0])) == 3.0
