"""The arguments that later Keras gave recurrent layers: a seed of their own, and what has no meaning here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import kerastorch
from kerastorch import layers
from kerastorch.models import Sequential


@pytest.fixture(autouse=True)
def era():
    kerastorch.set_era("keras3")


MAKERS = {
    "SimpleRNN": lambda **k: layers.SimpleRNN(4, dropout=0.5, recurrent_dropout=0.3, **k),
    "GRU": lambda **k: layers.GRU(4, dropout=0.5, recurrent_dropout=0.3, **k),
    "LSTM": lambda **k: layers.LSTM(4, dropout=0.5, recurrent_dropout=0.3, **k),
    "ConvLSTM1D": lambda **k: layers.ConvLSTM1D(4, 1, dropout=0.5, recurrent_dropout=0.3, **k),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_seed_fixes_the_masks(name):
    x = torch.ones(3, 6, 5, 2) if name == "ConvLSTM1D" else torch.ones(3, 6, 5)
    first = MAKERS[name](seed=3)
    found = [first(x, training=True) for _ in range(2)]
    again = MAKERS[name](seed=3)
    again.build(tuple(x.shape))
    again.set_weights(first.get_weights())
    torch.manual_seed(99)
    np.random.seed(99)
    for value in found:
        torch.testing.assert_close(again(x, training=True), value)
    assert not torch.equal(found[0], found[1])
    assert type(first).from_config(first.get_config()).seed == 3


def test_a_model_trains_with_seeded_masks():
    losses = []
    for _ in range(2):
        kerastorch.utils.set_random_seed(1)
        model = Sequential([layers.Input((5, 3)), layers.LSTM(4, dropout=0.3, seed=7), layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.random.RandomState(0).randn(32, 5, 3).astype("float32")
        losses.append(model.fit(x, x[:, 0, :1], batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"])
    assert losses[0] == losses[1]


def test_what_has_no_meaning_here():
    with pytest.warns(UserWarning, match="use_cudnn=True changes nothing"):
        layers.LSTM(2, use_cudnn=True)
    assert layers.GRU(2, use_cudnn="auto").units == 2
    with pytest.raises(ValueError, match="use_cudnn to be one of"):
        layers.LSTM(2, use_cudnn=3)
    with pytest.raises(ValueError, match="expected time_major=False"):
        layers.LSTM(2, time_major=True)
    assert layers.LSTM(2, time_major=False).units == 2
