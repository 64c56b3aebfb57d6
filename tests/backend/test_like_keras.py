"""K functions give what Keras 2.2.4's give on TensorFlow: on tensors, on variables and in graphs, gradients too."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from kerastorch import backend as K
from kerastorch.backend import phase
from kerastorch.engine.symbolic import SymbolicTensor

DATA = Path(__file__).parents[1] / "data"
sys.path.insert(0, str(DATA))
import backend_cases  # noqa: E402

sys.path.remove(str(DATA))

STORE = dict(np.load(DATA / "backend.npz"))
CASES = {case[0]: case[1:] for case in backend_cases.cases()}
FREE = {"repeat_elements", "batch_flatten", "softmax", "mean", "conv2d_valid_channels_last", "gather", "concatenate"}


def flat(value):
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, (list, tuple)) else [value]


def swap(value, make):
    if isinstance(value, np.ndarray):
        return make(value)
    return [swap(item, make) for item in value] if isinstance(value, list) else value


def expected(name):
    found = []
    while f"{name}/{len(found)}" in STORE:
        found.append(STORE[f"{name}/{len(found)}"])
    return found


def close(got, want, name):
    if got.dtype.kind == "b" or want.dtype.kind in "bi":
        np.testing.assert_array_equal(got, want, err_msg=name)
    else:
        atol = 5e-6 + 1e-6 * np.abs(want, where=np.isfinite(want), out=np.zeros_like(want)).max(initial=0.0)
        np.testing.assert_allclose(got, want, rtol=2e-5, atol=atol, err_msg=name)


def gradients_of(name):
    keys = [key for key in STORE if key.startswith(f"{name}/gradient_")]
    return {int(key.rsplit("_", 1)[1]): STORE[key] for key in keys}


def direction(shape):
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape).astype("float32")


@pytest.mark.parametrize("name", CASES)
def test_on_tensors(name):
    function, arguments, keywords = CASES[name]
    made = []

    def tensor(array):
        made.append(torch.tensor(array, requires_grad=array.dtype.kind == "f"))
        return made[-1]

    with phase.of(False):
        results = flat(getattr(K, function)(*swap(arguments, tensor), **keywords))
    wanted = expected(name)
    assert len(results) == len(wanted)
    for got, want in zip(results, wanted, strict=True):
        close(got.detach().numpy(), want, name)
    floats = [x for x in made if x.requires_grad]
    if gradients_of(name):
        got = K.gradients(torch.sum(results[0] * torch.tensor(direction(wanted[0].shape))), floats)
        for i, want in gradients_of(name).items():
            close(got[i].detach().numpy(), want, f"{name} gradient {i}")


@pytest.mark.parametrize("name", CASES)
def test_on_variables(name):
    function, arguments, keywords = CASES[name]
    made = []

    def variable(array):
        made.append(K.variable(array, dtype=str(array.dtype)))
        return made[-1]

    results = flat(getattr(K, function)(*swap(arguments, variable), **keywords))
    wanted = expected(name)
    for got, want in zip(results, wanted, strict=True):
        assert K.dtype(got) == str(want.dtype) or name == "shape" or want.dtype.kind == "b"
        close(np.asarray(K.eval(got)), want, name)
    if gradients_of(name):
        loss = K.sum(results[0] * K.constant(direction(wanted[0].shape)))
        got = K.gradients(loss, [v for v in made if v.dtype == torch.float32])
        for i, want in gradients_of(name).items():
            close(K.eval(got[i]), want, f"{name} gradient {i}")


@pytest.mark.parametrize("name", CASES)
def test_in_a_graph(name):
    """Through ``K.function``, with a batch axis of free size where the function leaves it alone."""
    function, arguments, keywords = CASES[name]
    made, values = [], []

    def symbol(array):
        shape = (None, *array.shape[1:]) if name in FREE and not made else array.shape
        made.append(K.placeholder(shape, dtype=str(array.dtype)))
        values.append(array)
        return made[-1]

    results = flat(getattr(K, function)(*swap(arguments, symbol), **keywords))
    assert all(isinstance(x, SymbolicTensor) for x in results)
    wanted = expected(name)
    for x, want in zip(results, wanted, strict=True):
        assert len(x.shape) == want.ndim
        assert all(size in (None, real) for size, real in zip(x.shape, want.shape, strict=True))
    grads = []
    if gradients_of(name):
        loss = K.sum(results[0] * K.constant(direction(wanted[0].shape)))
        grads = K.gradients(loss, [x for x in made if x.dtype == torch.float32])
    known = {i: g for i, g in enumerate(grads) if g is not None and i in gradients_of(name)}
    got = K.function(made, [*results, *known.values()])(values)
    for value, want in zip(got, wanted, strict=False):
        close(np.asarray(value), want, name)
    for (i, _), value in zip(known.items(), got[len(wanted) :], strict=True):
        close(value, gradients_of(name)[i], f"{name} gradient {i}")


# ------------------------------------------------------------------ randomness


@pytest.mark.parametrize("i", range(len(backend_cases.RANDOM)))
def test_random_streams(i):
    function, arguments, keywords = backend_cases.RANDOM[i]
    drawn = getattr(K, function)(*arguments, **keywords)
    for run in range(3):
        np.testing.assert_allclose(K.eval(drawn), STORE[f"random_{i}/{run}"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("i", range(len(backend_cases.RANDOM_VARIABLES)))
def test_random_variables(i):
    function, arguments, keywords = backend_cases.RANDOM_VARIABLES[i]
    value = K.get_value(getattr(K, function)(*arguments, **keywords))
    np.testing.assert_allclose(value, STORE[f"random_variable_{i}"], rtol=1e-5, atol=1e-6)


def test_dropout_stream():
    dropped = K.dropout(K.ones((3, 4)), 0.4, seed=3)
    for run in range(2):
        np.testing.assert_allclose(K.eval(dropped), STORE[f"dropout/{run}"], rtol=1e-6)


def test_seeds_come_from_numpy():
    np.random.seed(5)
    drawn = [K.random_normal((3,)), K.random_uniform((3,)), K.random_normal_variable((3,), 0.0, 1.0)]
    for i, each in enumerate(drawn):
        np.testing.assert_allclose(K.eval(each), STORE[f"unseeded/{i}"], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(np.random.random_sample(3), STORE["unseeded/next"])


# ----------------------------------------------------------------------- loops


@pytest.mark.parametrize("kind", ["tensors", "variables", "graph"])
@pytest.mark.parametrize("name", [case[0] for case in backend_cases.RNN])
def test_rnn(name, kind):
    some = backend_cases.some
    fed = {}

    def make(array):
        if kind == "tensors":
            return torch.tensor(array)
        if kind == "variables":
            return K.variable(array)
        x = K.placeholder((None, *array.shape[1:]) if name != "unrolled" else array.shape)
        fed[x] = array
        return x

    w, u = torch.tensor(some(3, 2)), torch.tensor(some(2, 2, seed=1))
    keywords = dict(dict(backend_cases.RNN)[name])
    if keywords.pop("masked", False):
        keywords["mask"] = make(np.array([[1, 1, 0, 1], [0, 0, 1, 0]], "float32"))
    if keywords.pop("with_constants", False):
        keywords["constants"] = [make(some(2, 2, seed=5))]

    def step(x, states):
        new = K.tanh(K.dot(x, w) + K.dot(states[0], u) + (states[1] if len(states) > 1 else 0.0))
        return new, [new]

    last, outputs, states = K.rnn(step, make(some(2, 4, 3, seed=3)), [make(some(2, 2, seed=4))], **keywords)
    results = [last, outputs, *states]
    got = K.function(list(fed), results)(list(fed.values())) if kind == "graph" else [K.eval(x) for x in results]
    for i, value in enumerate(got):
        np.testing.assert_allclose(value, STORE[f"rnn_{name}/{i}"], rtol=1e-5, atol=1e-6)


def test_moving_average():
    x = K.variable(np.array([5.0, -3.0]))
    value = K.placeholder((2,))
    run = K.function([value], [], updates=[K.moving_average_update(x, value, 0.9)])
    for i in range(3):
        run([np.array([1.0 + i, 2.0 * i])])
        np.testing.assert_allclose(K.get_value(x), STORE[f"moving_average/{i}"], rtol=1e-5, atol=1e-6)
