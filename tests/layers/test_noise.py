"""Noise layers: nothing in inference, the right distribution in training, a stream of their own with a seed."""

import copy
import io

import pytest
import torch

from kerastorch import eras
from kerastorch.backend import phase
from kerastorch.layers import AlphaDropout, GaussianDropout, GaussianNoise

LAYERS = [
    lambda **k: GaussianNoise(0.5, **k),
    lambda **k: GaussianDropout(0.4, **k),
    lambda **k: AlphaDropout(0.3, **k),
]


def noisy(layer, x):
    with phase.of(True):
        return layer(x)


@pytest.mark.parametrize("make", LAYERS)
def test_inference_leaves_the_input_alone(make):
    x = torch.randn(3, 4)
    assert make()(x) is x
    with phase.of(False):
        assert make()(x) is x


def test_gaussian_noise_has_the_given_spread():
    torch.manual_seed(0)
    noise = noisy(GaussianNoise(0.5), torch.ones(400, 500)) - 1
    assert abs(noise.mean()) < 5e-3 and abs(noise.std() - 0.5) < 5e-3


def test_gaussian_dropout_multiplies():
    torch.manual_seed(0)
    ratio = noisy(GaussianDropout(0.2), torch.full((400, 500), 3.0)) / 3
    assert abs(ratio.mean() - 1) < 5e-3 and abs(ratio.std() - 0.5) < 5e-3  # sqrt(.2 / .8)


def test_alpha_dropout_keeps_mean_and_variance():
    torch.manual_seed(0)
    x = torch.randn(1000, 500)
    y = noisy(AlphaDropout(0.25), x)
    assert abs(y.mean()) < 5e-3 and abs(y.std() - 1) < 5e-3
    # dropped elements all become one value, a * -1.7581 + b with a = (.75 * (1 + .25 * 1.7581 ** 2)) ** -.5
    values, counts = torch.unique(y, return_counts=True)
    assert abs(counts.max() / y.numel() - 0.25) < 5e-3
    assert abs(values[counts.argmax()] - (-1.1437)) < 1e-3


def test_alpha_dropout_noise_shape():
    y = noisy(AlphaDropout(0.5, noise_shape=(None, 1)), torch.zeros(200, 5))
    assert (y == y[:, :1]).all() and len(torch.unique(y)) == 2


@pytest.mark.parametrize("rate", [0, 1, 0.0, 1.0])
def test_the_ends_of_the_range_do_nothing(rate):
    """As in Keras 2.2.4."""
    x = torch.randn(3, 4)
    assert noisy(GaussianDropout(rate), x) is x and noisy(AlphaDropout(rate), x) is x


@pytest.mark.parametrize("make", LAYERS)
def test_a_seed_fixes_the_stream(make):
    x = torch.ones(4, 5)
    first, second = make(seed=3), make(seed=3)
    draws = [noisy(first, x) for _ in range(3)]
    torch.manual_seed(99)
    assert all(torch.equal(noisy(second, x), draw) for draw in draws)
    assert not torch.equal(draws[0], draws[1])
    stream = io.BytesIO()
    torch.save(first, stream)
    stream.seek(0)
    twins = [copy.deepcopy(first), torch.load(stream, weights_only=False)]
    expected = noisy(first, x)
    assert all(torch.equal(noisy(twin, x), expected) for twin in twins)
    if not isinstance(first, AlphaDropout):
        assert first.get_config()["seed"] == 3
    assert "seed" not in make().get_config()


def test_the_config_of_alpha_dropout_is_that_of_the_era():
    """Keras 2.2.4 writes the rate alone."""
    layer = AlphaDropout(0.3, (None, 1), seed=3, name="twin")
    assert layer.get_config() == {"name": "twin", "trainable": True, "rate": 0.3}
    eras.set_era("tf.keras")
    assert layer.get_config()["noise_shape"] == (None, 1) and layer.get_config()["seed"] == 3


@pytest.mark.parametrize("make", LAYERS)
def test_gradients_and_masks_pass(make):
    x = torch.ones(4, 5, requires_grad=True)
    noisy(make(), x).sum().backward()
    assert x.grad is not None
    masked = torch.ones(4, 5)
    masked._keras_mask = torch.ones(4, dtype=torch.bool)
    assert noisy(make(), masked)._keras_mask is masked._keras_mask


@pytest.mark.parametrize("make", LAYERS)
def test_configs(make):
    layer = make(name="twin")
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
    assert layer.compute_output_shape((None, 3)) == (None, 3)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: GaussianNoise(-1.0), ["GaussianNoise", "stddev", "-1.0"]),
        (lambda: GaussianNoise("0.1"), ["GaussianNoise", "stddev", "'0.1'"]),
        (lambda: GaussianDropout(1.5), ["GaussianDropout", "rate", "1.5"]),
        (lambda: AlphaDropout(-0.5), ["AlphaDropout", "rate", "-0.5"]),
        (lambda: AlphaDropout(0.5, seed="x"), ["AlphaDropout", "seed", "'x'"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message
