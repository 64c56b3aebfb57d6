"""``keras.ops`` gives Keras 3's values and types, on tensors and in graphs."""

import json
import operator
from pathlib import Path

import numpy as np
import pytest
import torch

import kerastorch as keras
from kerastorch import ops

from .cases import CASES
from .more_cases import CASES as MORE_CASES
from .type_cases import CASES as TYPE_CASES

HERE = Path(__file__).parent
RECORDED = {
    stem: (calls, np.load(HERE / f"{stem}.npz"), json.loads((HERE / f"{stem}.json").read_text())["kinds"])
    for stem, calls in {"ops": CASES, "more": MORE_CASES, "types": TYPE_CASES}.items()
}


@pytest.fixture(autouse=True)
def keras3():
    keras.set_era("keras3")


def results_of(found):
    return list(found) if isinstance(found, (list, tuple)) else [found]


@pytest.mark.parametrize(
    ("stem", "i"),
    [
        pytest.param(stem, i, id=f"{stem}-{i}-{name}")
        for stem, (calls, _, _) in RECORDED.items()
        for i, (name, _, _) in enumerate(calls)
    ],
)
def test_values_and_types(stem, i):
    calls, values, kinds = RECORDED[stem]
    name, args, kwargs = calls[i]
    assert kinds[str(i)][0] == name
    found = results_of(operator.attrgetter(name)(ops)(*args, **kwargs))
    assert len(found) == len(kinds[str(i)][1])
    for k, (result, kind) in enumerate(zip(found, kinds[str(i)][1])):
        expected = values[f"{i}/{k}"]
        assert str(result.dtype).removeprefix("torch.") == kind
        assert tuple(result.shape) == expected.shape
        if expected.dtype.kind in "fc":
            np.testing.assert_allclose(result.numpy(), expected, rtol=2e-5, atol=2e-6)
        else:
            np.testing.assert_array_equal(result.numpy(), expected)


def fed(x):
    """Whether a case's first argument can come from an ``Input``: an array with axes, of a type that torch promotes."""
    return isinstance(x, np.ndarray) and x.ndim and x.dtype.kind in "fiub"


@pytest.mark.parametrize(
    ("stem", "i"),
    [
        pytest.param(stem, i, id=f"{stem}-{i}-{name}")
        for stem, (calls, _, _) in RECORDED.items()
        for i, (name, args, _) in enumerate(calls)
        if stem != "types" and args and fed(args[0])
    ],
)
def test_in_a_graph(stem, i):
    name, args, kwargs = RECORDED[stem][0][i]
    operation = operator.attrgetter(name)(ops)
    inputs = keras.Input(batch_shape=args[0].shape, dtype=str(args[0].dtype))
    symbolic = results_of(operation(inputs, *args[1:], **kwargs))
    expected = results_of(operation(*args, **kwargs))
    found = results_of(keras.Model(inputs, symbolic)(torch.as_tensor(args[0])))
    for told, result, value in zip(symbolic, found, expected, strict=True):
        torch.testing.assert_close(result, value, equal_nan=True)
        assert told.dtype == str(value.dtype).removeprefix("torch.")  # names, as Keras 3 has them
        assert all(size in (None, n) for size, n in zip(told.shape, value.shape, strict=True))


@pytest.mark.parametrize("name", ["concatenate", "stack", "vstack", "dstack"])
def test_lists_in_a_graph(name):
    x, y = np.ones((2, 3), "float32"), np.zeros((2, 3), "float32")
    inputs = [keras.Input((3,)), keras.Input((3,))]
    found = keras.Model(inputs, getattr(ops, name)(inputs))([x, y])
    torch.testing.assert_close(found, getattr(ops, name)([x, y]))


@pytest.mark.parametrize("mode", ["constant", "reflect", "symmetric", "edge"])
@pytest.mark.parametrize("width", [1, (2, 1), ((1, 0), (2, 2))])
def test_pad_as_numpy_does(mode, width):
    """Keras 3 on torch pads the last axis only for a single number, and mirrors the wrong rows for 'symmetric'."""
    x = np.arange(12.0, dtype="float32").reshape(3, 4)
    np.testing.assert_array_equal(ops.pad(x, width, mode=mode).numpy(), np.pad(x, width, mode=mode))


def test_dot_as_numpy_does():
    """Keras 3 on torch multiplies stacks of matrices pairwise instead."""
    x, y = (np.random.RandomState(0).rand(*shape).astype("float32") for shape in ((2, 3), (4, 3, 2)))
    np.testing.assert_allclose(ops.dot(x, y).numpy(), np.dot(x, y), rtol=1e-6)


def test_argpartition_as_numpy_does():
    """Keras 3 on torch cuts the numbers to whole ones first."""
    x = np.random.RandomState(0).rand(4, 7).astype("float32")
    for kth, axis in ((2, -1), (1, 0), (-2, 1), (5, None)):
        order = ops.argpartition(x, kth, axis)
        row, where = (x.reshape(-1), 0) if axis is None else (x, axis)
        found = np.take_along_axis(row, order.numpy(), where)
        part = np.partition(row, kth, where)
        np.testing.assert_array_equal(np.take(found, kth, where), np.take(part, kth, where))
        below = np.take(found, range(kth % row.shape[where]), where)
        assert (below <= np.expand_dims(np.take(found, kth, where), where)).all()


def test_nextafter_as_numpy_does():
    """Keras 3 on torch looks for the next number of float64, which is none of float32."""
    x, y = np.array([1.0, 0.0, -2.0], "float32"), np.array([2.0, -1.0, 0.0], "float32")
    np.testing.assert_array_equal(ops.nextafter(x, y).numpy(), np.nextafter(x, y))


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize("sizes", [(6, 3), (6, 4), (3, 6), (4, 7), (5, 5)])
def test_correlate_as_numpy_does(mode, sizes):
    """Keras 3 on torch turns the result round where the second row is the longer one."""
    x, y = (np.random.RandomState(0).rand(n).astype("float32") for n in sizes)
    np.testing.assert_allclose(ops.correlate(x, y, mode).numpy(), np.correlate(x, y, mode), rtol=1e-5)


@pytest.mark.parametrize("axis", [-1, 0])
def test_sparsemax_is_the_nearest_distribution(axis):
    """Keras 3.15 adds up the wrong sums, so that the results add up to less than 1."""
    x = np.random.RandomState(0).uniform(-2, 2, (4, 4))
    low, high = x.min(axis, keepdims=True) - 1, x.max(axis, keepdims=True)
    for _ in range(60):  # the threshold above which what remains adds up to 1
        middle = (low + high) / 2
        more = np.maximum(x - middle, 0).sum(axis, keepdims=True) > 1
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    np.testing.assert_allclose(ops.sparsemax(x, axis).numpy(), np.maximum(x - low, 0), atol=1e-12)


def test_infinities_stay_in_running_sums():
    """Keras 3 on torch takes infinities for the greatest number."""
    x = np.array([1.0, np.nan, np.inf, 2.0], "float32")
    np.testing.assert_array_equal(ops.nancumsum(x).numpy(), np.nancumsum(x))


def test_geomspace_along_an_axis():
    start, stop = np.array([1.0, 2.0], "float32"), np.array([8.0, 32.0], "float32")
    np.testing.assert_allclose(ops.geomspace(start, stop, 3, axis=1), np.geomspace(start, stop, 3, axis=1), rtol=1e-6)


def test_float64_stays_where_floatx_is():
    keras.backend.set_floatx("float64")
    assert ops.matmul(np.eye(2), np.eye(2)).dtype == ops.maximum(np.eye(2), 0).dtype == torch.float64


def test_control():
    assert ops.cond(torch.tensor(True), lambda: 1, lambda: 2) == 1
    assert ops.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), (0, 0)) == (4, 6)
    assert ops.fori_loop(0, 4, lambda i, s: s + i, 0) == 6
    assert ops.switch(5, [lambda x: x, lambda x: -x], 3) == -3
    carry, found = ops.scan(lambda c, x: (c + x, c * x), torch.tensor(0.0), torch.arange(4.0))
    assert float(carry) == 6 and found.tolist() == [0.0, 0.0, 2.0, 9.0]
    assert ops.map(lambda x: x * 2, torch.arange(3)).tolist() == [0, 2, 4]
    assert ops.vectorized_map(lambda x: x.sum(), torch.ones(3, 2)).tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("length", [1, 2, 3, 6, 9])
@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(length, reverse):
    """Products of matrices, which do not commute, and pairs of tensors."""
    x = torch.randn(2, length, 3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    turned = x.flip(1) if reverse else x
    slow = [turned[:, 0]]
    for i in range(1, length):
        slow.append(slow[-1] @ turned[:, i])
    expected = torch.stack(slow, 1)
    expected = expected.flip(1) if reverse else expected
    torch.testing.assert_close(ops.associative_scan(torch.matmul, x, reverse=reverse, axis=1), expected)
    pair = {"a": x, "b": x + 1}
    found = ops.associative_scan(lambda p, q: {"a": p["a"] + q["a"], "b": p["b"] * q["b"]}, pair, axis=1)
    torch.testing.assert_close(found["a"], torch.cumsum(x, 1))
    torch.testing.assert_close(found["b"], torch.cumprod(x + 1, 1))


def test_vectorize():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    scaled = ops.vectorize(lambda x, by: x * by, excluded={1})
    np.testing.assert_array_equal(scaled(x, 2).numpy(), x * 2)
    chosen = ops.vectorize(lambda a, b: ops.where(a > b, a, -b))
    np.testing.assert_array_equal(
        chosen(x, np.array([2.0, 0.0, 3.0], "float32")), np.where(x > [2, 0, 3], x, [-2, 0, -3])
    )
    product = ops.vectorize(lambda m, v: (ops.matmul(m, v), ops.sum(v)), signature="(n,m),(m)->(n),()")
    first, second = product(np.ones((4, 2, 3), "float32"), x[:1])
    assert first.tolist() == [[3.0, 3.0]] * 4 and second.tolist() == [3.0] * 4
    with pytest.raises(ValueError, match="ops.vectorize: expected axes"):
        product(np.ones((2, 3)), np.ones(2))
    with pytest.raises(TypeError, match="ops.vectorize: expected 2 arguments"):
        product(np.ones((2, 3)))
    with pytest.raises(ValueError, match="ops.vectorize: expected pyfunc"):
        ops.vectorize(3)


def test_jvp():
    values, changes = ops.jvp(lambda x, y: x * y, ([1.0, 2.0], [3.0, 4.0]), ([1.0, 0.0], [0.0, 1.0]))
    assert values.tolist() == [3.0, 8.0] and changes.tolist() == [3.0, 2.0]
    assert float(ops.jvp(lambda x: (x * x, x + 1), (2.0,), (1.0,), has_aux=True)[2]) == 3.0


def test_elastic_transform():
    """Pixels move together, by amounts that the seed fixes; none at all where alpha is 0."""
    x = np.random.RandomState(0).rand(2, 12, 14, 3).astype("float32")
    pulled = ops.image.elastic_transform(x, alpha=15.0, sigma=2.0, seed=3)
    assert pulled.shape == x.shape and not np.allclose(pulled, x)
    torch.testing.assert_close(pulled, ops.image.elastic_transform(x, alpha=15.0, sigma=2.0, seed=3))
    np.testing.assert_array_equal(ops.image.elastic_transform(x, alpha=0.0, seed=3), x)
    flat = ops.image.elastic_transform(np.full((5, 6, 1), 0.5, "float32"), seed=1)
    np.testing.assert_allclose(flat, 0.5, rtol=1e-6)


def test_custom_gradient():
    @ops.custom_gradient
    def log1pexp(x):
        e = ops.exp(x)
        return ops.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    x = torch.tensor(100.0, requires_grad=True)
    log1pexp(x).backward()
    assert float(x.grad) == 1.0


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: ops.squeeze(np.ones((2, 3)), axis=0), "ops.squeeze: expected axis=0 to have size 1. Received: shape"),
        (lambda: ops.split(np.ones(5), 2), "ops.split: expected axis 0 to be a multiple"),
        (lambda: ops.pad(np.ones(3), 1, mode="wrap"), "ops.pad: expected mode constant, reflect"),
        (lambda: ops.image.resize(np.ones((2, 2, 1)), (1, 1), interpolation="lanczos3"), "ops.image.resize: expected"),
    ],
)
def test_errors(call, error):
    with pytest.raises(ValueError, match=error):
        call()


def test_what_is_missing_says_so():
    with pytest.raises(AttributeError, match="no_such_operation"):
        ops.no_such_operation  # noqa: B018
