"""``compile(jit_compile=True)`` gives the model to torch.compile, and goes on without where that fails."""

from __future__ import annotations

import functools
import pickle

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import layers
from kerastorch.training.compiled import Compiled

ROWS = np.linspace(-1, 1, 48, dtype="float32").reshape(12, 4)


@pytest.fixture
def traced(monkeypatch):
    """torch.compile without its code generator, which takes long; the graphs that it finds are run as they are."""
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    yield graphs
    torch._dynamo.reset()


def model(**kwargs):
    made = keras.Sequential(
        [layers.Dense(8, activation="relu", input_dim=4, activity_regularizer="l2"), layers.Dense(1)]
    )
    made.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) for w in made.get_weights()])
    made.compile("adam", "mse", metrics=["mae"], **kwargs)
    return made


def test_it_computes_the_same(traced):
    results = []
    for jit_compile in (False, True):
        np.random.seed(0)
        made = model(jit_compile=jit_compile)
        history = made.fit(ROWS, ROWS[:, :1], batch_size=4, epochs=3, verbose=0).history
        results.append(
            [
                *history["loss"],
                *history["mean_absolute_error"],
                *made.predict(ROWS).ravel(),
                *made.evaluate(ROWS, ROWS[:, :1]),
            ]
        )
    np.testing.assert_allclose(*results, rtol=1e-6)
    assert traced
    assert pickle.loads(pickle.dumps(made)).jit_compile


def test_it_goes_on_where_torch_cannot_compile(monkeypatch):
    def refuse(graph, inputs):
        raise RuntimeError("no code generator here")

    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=refuse))
    made = model(jit_compile=True)
    with pytest.warns(UserWarning, match="torch.compile failed, so jit_compile=True has no effect"):
        made.fit(ROWS, ROWS[:, :1], epochs=1, verbose=0)
    assert made._compiled.failed and isinstance(made._compiled, Compiled)
    plain = model()
    plain.fit(ROWS, ROWS[:, :1], epochs=1, verbose=0)
    np.testing.assert_array_equal(made.predict(ROWS), plain.predict(ROWS))
    torch._dynamo.reset()


def test_auto_means_off():
    made = model(jit_compile="auto")
    assert made.jit_compile is False
    with pytest.raises(ValueError, match="jit_compile='yes'"):
        model(jit_compile="yes")


@pytest.mark.gpu
def test_on_a_gpu_the_compiled_model_is_recorded():
    made = model(jit_compile=True)
    plain = model()
    for one in (made, plain):
        np.random.seed(0)
        one.fit(ROWS, ROWS[:, :1], batch_size=4, epochs=3, verbose=0)
    assert made._program.update.recorded() > 0 and not made._compiled.failed
    np.testing.assert_allclose(made.predict(ROWS), plain.predict(ROWS), rtol=1e-4, atol=1e-5)
