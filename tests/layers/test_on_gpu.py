"""Layers and metrics where a GPU's kernels are not a CPU's: in their gradients, in types and devices that may mix."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kerastorch import config, layers, metrics

pytestmark = pytest.mark.gpu


def value_and_gradients(make, shape, device, **call):
    """Output and gradients of a layer with weights that are the same on every device."""
    config.set_device(device)
    layer = make()
    torch.manual_seed(0)
    x = torch.randn(shape).to(device).requires_grad_()
    layer(x, **call)
    random = np.random.RandomState(0)
    layer.set_weights([random.uniform(0.5, 1.5, w.shape).astype("float32") for w in layer.get_weights()])
    y = layer(x, **call)
    direction = torch.from_numpy(random.standard_normal(y.shape).astype("float32")).to(device)
    found = torch.autograd.grad((y * direction).sum(), [x, *layer.parameters()])
    return [t.detach().cpu() for t in (y, *found)]


@pytest.mark.parametrize("size, strides", [(3, 1), (3, 2), (2, 1), (2, 2), ((3, 2), (2, 1)), ((1, 4), 3)])
def test_mean_of_padded_windows(size, strides):
    make = lambda: layers.AveragePooling2D(size, strides, padding="same")  # noqa: E731
    for shape in ((2, 7, 6, 3), (1, 5, 9, 1)):
        expected = value_and_gradients(make, shape, "cpu")
        for ours, theirs in zip(value_and_gradients(make, shape, "cuda"), expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("shape", [(8, 4), (4, 5, 5, 4)])
def test_batch_normalization_without_some_of_its_weights(shape, center, scale):
    make = lambda: layers.BatchNormalization(center=center, scale=scale)  # noqa: E731
    expected = value_and_gradients(make, shape, "cpu", training=True)
    for ours, theirs in zip(value_and_gradients(make, shape, "cuda", training=True), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize(
    "make", [layers.BatchNormalization, layers.LayerNormalization, lambda: layers.GroupNormalization(2)]
)
def test_half_data_with_float32_weights(make, dtype):
    layer = make()
    x = torch.randn(6, 4, device="cuda")
    expected = layer(x)
    found = layer(x.to(dtype))
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, rtol=0, atol=8 * torch.finfo(dtype).eps)


PLACES = {"numpy": np.asarray, "cpu": torch.from_numpy, "cuda": lambda array: torch.from_numpy(array).cuda()}


@pytest.mark.parametrize("place_of_truth", PLACES)
@pytest.mark.parametrize("place_of_scores", PLACES)
@pytest.mark.parametrize("name", ["AUC", "BinaryAccuracy", "Precision", "R2Score", "F1Score", "BinaryIoU", "Mean"])
def test_metrics_take_data_from_anywhere(name, place_of_scores, place_of_truth):
    random = np.random.RandomState(0)
    truth, scores = random.randint(0, 2, (12, 2)).astype("float32"), random.uniform(size=(12, 2)).astype("float32")
    weights = random.uniform(size=12).astype("float32")
    arguments = {"target_class_ids": [1]} if name == "BinaryIoU" else {}
    places = [("cpu", np.asarray, np.asarray), ("cuda", PLACES[place_of_scores], PLACES[place_of_truth])]
    found = []
    for device, score_of, truth_of in places:
        config.set_device(device)
        metric = getattr(metrics, name)(**arguments)
        given = (score_of(scores),) if name == "Mean" else (truth_of(truth), score_of(scores))
        metric.update_state(*given, sample_weight=None if name == "BinaryIoU" else truth_of(weights))
        found.append(torch.as_tensor(metric.result()).cpu())
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-6)
