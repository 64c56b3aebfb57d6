"""Activations that are layers."""

import numpy as np
import pytest
import torch

from kerastorch.layers import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU

X = np.array([[-3.0, -0.5, 0.0, 0.4, 1.0, 2.5, 8.0]], "float32")


def value_and_slope(layer):
    x = torch.tensor(X, requires_grad=True)
    y = layer(x)
    y.sum().backward()
    return y.detach().numpy().ravel(), x.grad.numpy().ravel()


# what Keras 2.2.4 gives for X: values, and the gradient of their sum
@pytest.mark.parametrize(
    "layer, values, slopes",
    [
        (LeakyReLU(), [-0.9, -0.15, 0, 0.4, 1, 2.5, 8], [0.3, 0.3, 0.3, 1, 1, 1, 1]),
        (LeakyReLU(alpha=0), [0, 0, 0, 0.4, 1, 2.5, 8], [0, 0, 0, 1, 1, 1, 1]),
        (ThresholdedReLU(1.0), [0, 0, 0, 0, 0, 2.5, 8], [0, 0, 0, 0, 0, 1, 1]),
        (ReLU(), [0, 0, 0, 0.4, 1, 2.5, 8], [0, 0, 0, 1, 1, 1, 1]),
        (ReLU(max_value=6), [0, 0, 0, 0.4, 1, 2.5, 6], [0, 0, 0, 1, 1, 1, 0]),
        (ReLU(negative_slope=0.5), [-1.5, -0.25, 0, 0.4, 1, 2.5, 8], [0.5, 0.5, 0.5, 1, 1, 1, 1]),
        (ReLU(threshold=1.0), [0, 0, 0, 0, 0, 2.5, 8], [0, 0, 0, 0, 0, 1, 1]),
        (
            ReLU(max_value=2.0, negative_slope=0.5, threshold=1.0),
            [-2, -0.75, -0.5, -0.3, 0, 2, 2],
            [0.5, 0.5, 0.5, 0.5, 0, 0, 0],
        ),
        (PReLU(alpha_initializer="ones"), [-3, -0.5, 0, 0.4, 1, 2.5, 8], [1, 1, 0, 1, 1, 1, 1]),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, torch.nn.Module) else None,
)
def test_values_and_slopes(layer, values, slopes):
    got = value_and_slope(layer)
    np.testing.assert_allclose(got[0], values, rtol=1e-6)
    np.testing.assert_allclose(got[1], slopes, rtol=1e-6)
    assert layer.compute_output_shape((None, 7)) == (None, 7) and layer.supports_masking


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_elu(alpha):
    values, slopes = value_and_slope(ELU(alpha))
    np.testing.assert_allclose(values, np.where(X > 0, X, alpha * np.expm1(X)).ravel(), rtol=1e-6)
    below = X.ravel() < 0
    np.testing.assert_allclose(slopes[below], alpha * np.exp(X.ravel()[below]), rtol=1e-6)
    assert (slopes[X.ravel() > 0] == 1).all()


def test_softmax_along_an_axis():
    x = np.random.RandomState(0).standard_normal((2, 3, 4)).astype("float32")
    for axis in (-1, 1):
        e = np.exp(x)
        np.testing.assert_allclose(Softmax(axis)(torch.as_tensor(x)).numpy(), e / e.sum(axis, keepdims=True), rtol=1e-5)


def test_prelu_shares_its_slope():
    for axes, shape in ((None, (4, 5, 3)), ([1, 2], (1, 1, 3)), (1, (1, 5, 3)), ((1, 2, 3), (1, 1, 1))):
        layer = PReLU("normal", shared_axes=axes)
        x = torch.randn(2, 4, 5, 3)
        y = layer(x)
        assert layer.alpha.shape == shape and [w.shape for w in layer.get_weights()] == [shape]
        torch.testing.assert_close(y, torch.where(x > 0, x, layer.alpha * x))
    with pytest.raises(ValueError, match="known sizes"):
        PReLU(shared_axes=[1, 2]).build((None, 4, 5, None))
    layer = PReLU(shared_axes=[1, 2])
    layer(torch.zeros(1, 4, 5, 3))
    layer(torch.zeros(1, 6, 7, 3))
    with pytest.raises(ValueError, match="size 3"):
        layer(torch.zeros(1, 4, 5, 2))


@pytest.mark.parametrize("cls", [LeakyReLU, PReLU, ELU, ThresholdedReLU, Softmax, ReLU])
def test_configs(cls):
    layer = cls(name="twin")
    config = layer.get_config()
    assert cls.from_config(config).get_config() == config


def test_settings_are_written_in_float32():
    """As Keras 2.2.4 writes them."""
    assert LeakyReLU().get_config()["alpha"] == float(np.float32(0.3))
    assert ELU(0.1).get_config()["alpha"] == float(np.float32(0.1))
    assert ReLU(6, 0.1, 0.2).get_config()["negative_slope"] == np.float32(0.1)
    assert ReLU().get_config()["max_value"] is None


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: ReLU(max_value=-2.0), ["ReLU", "max_value", "-2.0"]),
        (lambda: ReLU(negative_slope=-2.0), ["ReLU", "negative_slope", "-2.0"]),
        (lambda: LeakyReLU(alpha="steep"), ["LeakyReLU", "alpha", "'steep'"]),
        (lambda: ELU(None), ["ELU", "alpha", "None"]),
        (lambda: ThresholdedReLU([1.0]), ["ThresholdedReLU", "theta"]),
        (lambda: Softmax(axis=0.5), ["Softmax", "axis", "0.5"]),
        (lambda: PReLU(shared_axes=[0]), ["PReLU", "shared_axes"]),
        (lambda: PReLU(shared_axes=[3]).build((None, 4)), ["p_re_lu", "shared_axes=[3]"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message
