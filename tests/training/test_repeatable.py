"""Runs that repeat: what ``np.random.seed`` fixes in the era of Keras 2, and what it leaves to torch's own seed."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import backend as K
from kerastorch.layers import LSTM, Dense, Dropout, GaussianNoise, Lambda, Reshape
from kerastorch.models import Sequential

RANDOM = {
    "dropout": lambda: [Dropout(0.5)],
    "noise": lambda: [GaussianNoise(0.3)],
    "lambda": lambda: [Lambda(lambda z: z + K.random_normal(K.shape(z)))],
    "lstm": lambda: [Reshape((4, 2)), LSTM(3, dropout=0.4, recurrent_dropout=0.2)],
}


@pytest.fixture
def unseeded():
    """torch's generator as a process finds it that nobody seeded."""
    before = torch.get_rng_state()
    torch.seed()
    yield
    torch.set_rng_state(before)


def losses(kind, numpy_seed=1, torch_seed=None):
    np.random.seed(numpy_seed)
    if torch_seed is not None:
        torch.manual_seed(torch_seed)
    model = Sequential([Dense(8, input_shape=(4,)), *RANDOM[kind](), Dense(1)])
    model.compile("sgd", "mse")
    x = np.random.random((32, 4))
    return model.fit(x, x.sum(1), epochs=2, verbose=0).history["loss"]


@pytest.mark.parametrize("kind", RANDOM)
def test_numpys_seed_makes_a_run_repeatable(unseeded, kind):
    assert losses(kind) == losses(kind)
    assert losses(kind) != losses(kind, numpy_seed=2)


@pytest.mark.parametrize("kind", RANDOM)
def test_torchs_seed_counts_where_there_is_one(unseeded, kind):
    first, second = losses(kind, torch_seed=1), losses(kind, torch_seed=2)
    assert first != second and first == losses(kind, torch_seed=1)


def test_the_seed_of_set_random_seed_counts(unseeded):
    keras.utils.set_random_seed(3)
    assert torch.initial_seed() == 3
    Dropout(0.5)(keras.layers.Input((3,)))
    assert torch.initial_seed() == 3


def test_two_processes():
    script = (
        "import numpy as np; np.random.seed(7)\n"
        "from kerastorch.models import Sequential\nfrom kerastorch.layers import Dense, Dropout\n"
        "m = Sequential([Dense(8, input_shape=(4,)), Dropout(0.5), Dense(1)]); m.compile('sgd', 'mse')\n"
        "print(m.fit(np.random.rand(64, 4), np.random.rand(64), epochs=2, verbose=0).history)"
    )
    first, second = (subprocess.run([sys.executable, "-c", script], capture_output=True, text=True) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert "loss" in first.stdout and first.stdout == second.stdout
