"""``keras.random``: what a seed fixes, and how the numbers are distributed."""

import numpy as np
import pytest
import torch
from scipy import stats

import kerastorch as keras
from kerastorch import random

DRAWS = {
    "normal": (lambda **k: random.normal((4000,), 1.0, 2.0, **k), stats.norm(1, 2)),
    "uniform": (lambda **k: random.uniform((4000,), -1.0, 3.0, **k), stats.uniform(-1, 4)),
    "truncated_normal": (lambda **k: random.truncated_normal((4000,), 1.0, 2.0, **k), stats.truncnorm(-2, 2, 1, 2)),
    "gamma": (lambda **k: random.gamma((4000,), 2.5, **k), stats.gamma(2.5)),
    "beta": (lambda **k: random.beta((4000,), 2.0, 3.0, **k), stats.beta(2, 3)),
}


@pytest.mark.parametrize("name", DRAWS)
def test_distributions(name):
    draw, expected = DRAWS[name]
    assert stats.kstest(draw(seed=3).numpy(), expected.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name):
    draw, _ = DRAWS[name]
    assert torch.equal(draw(seed=1), draw(seed=1))
    assert not torch.equal(draw(seed=1), draw(seed=2))
    seed, again = random.SeedGenerator(5), random.SeedGenerator(5)
    first, second = draw(seed=seed), draw(seed=seed)
    assert not torch.equal(first, second)
    assert torch.equal(first, draw(seed=again)) and torch.equal(second, draw(seed=again))
    keras.utils.set_random_seed(7)
    first = draw()
    keras.utils.set_random_seed(7)
    assert torch.equal(first, draw()) and not torch.equal(first, draw())


def test_whole_numbers():
    drawn = random.randint((3000,), 2, 5, seed=1)
    assert drawn.dtype == torch.int32 and set(drawn.tolist()) == {2, 3, 4}
    drawn = random.categorical(torch.log(torch.tensor([[0.2, 0.8], [1.0, 0.0]])), 4000, seed=1)
    assert drawn.shape == (2, 4000) and abs(float(drawn[0].float().mean()) - 0.8) < 0.03 and int(drawn[1].max()) == 0
    drawn = random.binomial((3000,), 10, 0.3, seed=1)
    assert abs(float(drawn.mean()) - 3) < 0.15


def test_shuffle_and_dropout():
    x = torch.arange(12).reshape(6, 2)
    assert sorted(random.shuffle(x, seed=1)[:, 0].tolist()) == x[:, 0].tolist()
    dropped = random.dropout(torch.ones(200, 50), 0.25, seed=1)
    assert set(np.unique(dropped.numpy()).tolist()) == {0.0, np.float32(1 / 0.75)}
    assert abs(float((dropped == 0).float().mean()) - 0.25) < 0.02
    rows = random.dropout(torch.ones(20, 5), 0.5, noise_shape=(None, 1), seed=1)
    assert all(len(set(row)) == 1 for row in rows.tolist())


def test_in_a_layer():
    class Noise(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed = random.SeedGenerator(3)

        def call(self, x):
            batch, size = keras.ops.shape(x)
            return x + random.normal((batch, size), seed=self.seed)

    keras.set_era("keras3")
    model = keras.Sequential([keras.Input((3,)), Noise()])
    x = np.zeros((2, 3), "float32")
    assert not np.array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("seed", [-1, 1.5, True, "x"])
def test_bad_seeds(seed):
    with pytest.raises(ValueError, match="SeedGenerator: expected seed .* Received: seed="):
        random.SeedGenerator(seed)
    with pytest.raises(ValueError, match="set_random_seed: expected .* Received: seed="):
        keras.utils.set_random_seed(seed)


def test_dropout_with_a_stream_of_its_own_inside_of_a_graph():
    class Own(keras.layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.rate, self.seeds = rate, random.SeedGenerator(3)

        def call(self, x):
            return random.dropout(x, self.rate, seed=self.seeds)

    x = keras.layers.Input((50,))
    model = keras.models.Model(x, Own(0.5)(x))
    first = model.predict(np.ones((2, 50)))
    assert set(np.unique(first)) == {0.0, 2.0} and (first != model.predict(np.ones((2, 50)))).any()
