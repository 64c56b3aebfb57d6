"""Whole random numbers."""

import numpy as np
import pytest

from kerastorch import backend as K
from kerastorch.layers import Input, Lambda
from kerastorch.models import Model


@pytest.mark.parametrize("where", ["graph", "data"])
def test_whole_numbers(where):
    if where == "graph":
        drawn = K.eval(K.random_uniform((1000,), 3, 10**6, dtype="int32", seed=1))
    else:
        x = Input((1000,))
        model = Model(x, Lambda(lambda t: K.random_uniform(K.shape(t), 3, 10**6, dtype="int32"))(x))
        drawn = model.predict(np.zeros((1, 1000)))
    assert drawn.dtype == "int32"
    assert drawn.min() >= 3 and drawn.max() < 10**6
    assert len(np.unique(drawn)) > 990  # numbers of 1000 among a million
    assert drawn.mean() == pytest.approx(500_000, rel=0.1)


def test_every_number_comes():
    assert set(K.eval(K.random_uniform((200,), 0, 3, dtype="int64", seed=2))) == {0, 1, 2}
