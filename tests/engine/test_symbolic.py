"""Recording on symbolic tensors: shapes as torch computes them, values as torch gives them."""

import copy
import gc
import pickle
import random
import weakref

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import kerastorch as keras
from kerastorch import backend as K
from kerastorch import eras, ops
from kerastorch import layers as kl
from kerastorch.engine.symbolic import SymbolicTensor, is_symbolic, placeholder, recordable
from kerastorch.engine.symbolic.plan import Plan, topological
from kerastorch.models import Model

FUNCTIONS = {
    "operators": lambda x: (2 * x + 1 - x / 3) ** 2 // 1 % 5,
    "reversed operators": lambda x: 1 - (3 / (x + 10)) - (2**x),
    "comparison": lambda x: (x > 0) & ~(x >= 2) | (x < -1),
    "matmul": lambda x: x @ torch.ones(4, 3),
    "numpy on the right": lambda x: x + torch.arange(4),
    "tensor on the left": lambda x: torch.ones(4) * x,
    "methods": lambda x: x.abs().clamp(max=1.0).sum(dim=-1, keepdim=True),
    "functions": lambda x: torch.cat([torch.relu(x), F.softmax(x, -1)], 1),
    "indexing": lambda x: x[:, 1:3],
    "new axis": lambda x: x[:, None, ..., 0],
    "list of indices": lambda x: x[:, [0, 2]],
    "transpose": lambda x: x.T,
    "reshape": lambda x: x.reshape(-1, 2, 2).permute(0, 2, 1).flatten(1),
    "two outputs": lambda x: torch.max(x, dim=1),
    "split": lambda x: list(torch.split(x, 2, dim=1)),
    "where": lambda x: torch.where(x > 0, x, torch.zeros(())),
    "einsum": lambda x: torch.einsum("bi,ij->bj", x, torch.eye(4)),
    "cast": lambda x: x.to(torch.int64).float(),
    "reduce everything": lambda x: x.mean(),
}


def leaves(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_replay_is_what_torch_gives(function):
    x = placeholder((None, 4))
    symbolic = leaves(function(x))
    assert all(isinstance(leaf, SymbolicTensor) for leaf in symbolic)
    data = torch.randn(6, 4)
    found = Plan([x], symbolic).run([data])
    for leaf, value, wanted in zip(symbolic, found, leaves(function(data)), strict=True):
        torch.testing.assert_close(value, wanted, rtol=0, atol=0)
        assert leaf.dtype == wanted.dtype
        assert len(leaf.shape) == wanted.ndim
        assert all(a in (None, b) for a, b in zip(leaf.shape, wanted.shape, strict=True))


@pytest.mark.parametrize(
    "shape, function, wanted",
    [
        ((None, 8, 8, 3), lambda x: F.conv2d(x.permute(0, 3, 1, 2), torch.ones(5, 3, 3, 3)), (None, 5, 6, 6)),
        ((None, None, 3), lambda x: x.sum(1), (None, 3)),
        ((None, None, 3), lambda x: x[:, 0], (None, 3)),
        ((None, None, 3), lambda x: x[:, :-1], (None, None, 3)),
        ((None, None, None), lambda x: x.mean(2), (None, None)),
        ((5, 3), lambda x: x.unsqueeze(0), (1, 5, 3)),
        ((None, 6), lambda x: x.reshape(-1, 3), (None, 3)),
        ((None, 6), lambda x: x.reshape(-1), (None,)),
        ((None, 6), lambda x: torch.cat([x, x], 0), (None, 6)),
        ((None, 6), lambda x: x.sum(), ()),
    ],
)
def test_unknown_axes_survive(shape, function, wanted):
    assert function(placeholder(shape)).shape == wanted


def test_numpy_on_the_left():
    x = placeholder((None, 4))
    out = np.full((4,), 2, "float32") * x
    assert isinstance(out, SymbolicTensor)  # not an object array of them
    assert Plan([x], [out]).run([torch.ones(1, 4)])[0].tolist() == [[2.0] * 4]


def test_a_shape_that_torch_refuses():
    with pytest.raises(ValueError, match=r"__matmul__ cannot be applied.*\(None, 4\)"):
        placeholder((None, 4)) @ torch.ones(3, 2)


def test_no_values_no_conditions():
    x = placeholder((None, 4))
    for act in (
        lambda: bool(x),
        lambda: len(x),
        lambda: list(x),
        lambda: range(x),
        lambda: x.item(),
        lambda: x.add_(1),
    ):
        with pytest.raises(TypeError, match="SymbolicTensor"):
            act()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = x.nothing
    assert x == x and x != placeholder((None, 4))
    assert x in [x]
    assert list(placeholder((2, 3)))[0].shape == (3,)


def test_results_that_are_no_tensors():
    assert placeholder((None, 4)).is_floating_point() is True


def test_recordable_shape_arithmetic():
    @recordable
    def shape_of(x):
        return torch.tensor(x.shape)

    x = placeholder((None, 6))
    rows = shape_of(x)[0]
    y = recordable(lambda x, n: x.reshape(n, 2, 3))(x, rows)
    assert y.shape == (None, 2, 3)
    assert Plan([x], [y]).run([torch.ones(5, 6)])[0].shape == (5, 2, 3)
    assert shape_of(torch.zeros(2, 2)).tolist() == [2, 2]


def test_order_and_missing_inputs():
    x, z = placeholder((None, 2)), placeholder((None, 2), name="z")
    y = (x * 2) + (x * 3)
    assert len(topological([y], [x])) == 3
    with pytest.raises(ValueError, match="Graph disconnected.*'z'"):
        Plan([x], [y + z])
    deep = x
    for _ in range(3000):  # deeper than Python's stack
        deep = deep + 1
    assert Plan([x], [deep]).run([torch.zeros(1, 2)])[0].tolist() == [[3000.0, 3000.0]]


def test_values_are_dropped_after_their_last_use():
    x = placeholder((None, 2))
    alive = []

    def remember(value):
        alive.append(weakref.ref(value))
        return value + 0

    def count(value):
        gc.collect()
        alive.append(alive[0]())
        return value + 1

    first = recordable(lambda value: value * 2)(x)
    out = recordable(count)(recordable(remember)(first))
    alive.clear()  # what inference on examples left
    assert Plan([x], [out]).run([torch.ones(1, 2)])[0].tolist() == [[3.0, 3.0]]
    assert alive[1] is None
    assert is_symbolic([1, (out,)]) and not is_symbolic({"a": torch.ones(1)})


def test_none_outputs_stay_none():
    x = placeholder((None, 2))
    assert Plan([x], [None, x]).run([torch.ones(1, 2)])[0] is None


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"])
def test_graphs_copy(copied):
    from kerastorch.layers import Dense, Input
    from kerastorch.models import Model

    x = Input((3,))
    shared = Dense(4, name="shared")
    out = shared(x) * 2 + shared(-x)
    for i in range(150):
        out = Dense(4, name=f"deep_{i}")(out)
    model = Model(x, out)
    other = copied(model)
    data = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(other.predict(data), model.predict(data))
    other.get_layer("shared").set_weights([np.zeros((3, 4)), np.zeros(4)])
    assert model.get_layer("shared").get_weights()[0].any()
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]


def test_windows_go_back_into_images_of_a_number_that_is_a_power_of_two():
    windows = placeholder((None, 2, 2, 3))
    images = torch.reshape(windows, (-1, 8, 8, 2, 2, 3)).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, 16, 3)
    assert images.shape == (None, 16, 16, 3)


BACKWARDS = [np.s_[:, ::-1], np.s_[..., ::-1], np.s_[:, 4:1:-2], np.s_[::-1, None, :, ::-1], np.s_[:, ::-1, 0]]


@pytest.mark.parametrize("key", [*BACKWARDS, np.s_[:, -2::-1]], ids=str)
def test_slices_of_negative_step(key):
    x = np.arange(2 * 5 * 3, dtype="float32").reshape(2, 5, 3)
    inputs = keras.layers.Input((5, 3))
    for sliced in (inputs[key], keras.layers.Lambda(lambda t: t[key])(inputs)):
        np.testing.assert_array_equal(keras.models.Model(inputs, sliced).predict(x), x[key])


# ----------------------------------------------------------------------------- shapes worked out of sizes


def test_a_mask_for_as_many_samples_as_there_are():
    """The causal mask of keras.io's transformers: sizes of the input beside a constant, joined and tiled by."""

    class Masks(kl.Layer):
        def call(self, x):
            samples, steps = ops.shape(x)[0], ops.shape(x)[1]
            mask = ops.reshape(ops.cast(ops.arange(steps)[:, None] >= ops.arange(steps), "float32"), [1, steps, steps])
            times = ops.concatenate([ops.expand_dims(samples, -1), ops.convert_to_tensor([1, 1])], 0)
            return ops.tile(mask, times) + 0 * x[:, :, None]

    for length in (5, None):
        first = kl.Input(shape=(length,))
        output = Masks()(first)
        assert tuple(output.shape) == (None, length, length)
        found = Model(first, output).predict(np.zeros((3, 5)), verbose=0)
        np.testing.assert_array_equal(found, np.tile(np.tril(np.ones((5, 5))), (3, 1, 1)))


def test_widths_that_are_a_tensor():
    widths = ops.convert_to_tensor([[0, 0], [1, 1], [2, 2], [0, 0]])
    assert tuple(ops.pad(kl.Input(shape=(8, 8, 3)), widths, mode="reflect").shape) == (None, 10, 12, 3)


def test_another_axis_joins_the_samples_and_leaves_them_again():
    class Each(kl.Layer):
        """A layer on every node of a graph, or every frame of a film."""

        def __init__(self):
            super().__init__()
            self.inner = kl.LSTM(4)

        def call(self, x):
            x = ops.transpose(x, [2, 0, 1, 3])
            nodes, samples, steps, features = (ops.shape(x)[i] for i in range(4))
            y = self.inner(ops.reshape(x, (samples * nodes, steps, features)))
            return ops.transpose(ops.reshape(y, (nodes, samples, 4)), [1, 2, 0])

    first = kl.Input(shape=(12, 5, 1))
    output = Each()(first)
    assert tuple(output.shape) == (None, 4, 5)
    assert Model(first, output).predict(np.zeros((7, 12, 5, 1)), verbose=0).shape == (7, 4, 5)


# ----------------------------------------------------------------------------- sizes that unknown axes have to have

COUNTS = [*range(1, 101), 121, 144, 169, 196, 225, 256, 400, 576, 1024, 3136]
RESHAPES = {  # a shape, what it becomes, with n in the place of "n"
    "rows": ((None, 3), (-1, "n", 3)),
    "rows only": ((None, 3), (-1, "n")),
    "two": ((None, None, 3), (-1, "n")),
    "two, channels": ((None, None, 64), (-1, "n", "n", 64)),
    "three": ((None, None, None, 4), (-1, "n", 4)),
    "four": ((None, None, None, None, 64), (-1, "n", 64)),
    "second axis": ((5, None, 4), (-1, "n")),
    "first known": ((None, 7, None), ("n", -1)),
    "other factors": ((None, 96, 11), (-1, "n", 11)),
}


@pytest.mark.parametrize("before, after", RESHAPES.values(), ids=RESHAPES)
def test_reshape_into_any_number(before, after):
    for i, n in enumerate(COUNTS):
        target = tuple(n if size == "n" else size for size in after)
        if np.prod(target) < -(2**20):
            continue  # such windows have no use
        x = placeholder(before)
        found = [K.reshape, ops.reshape, torch.reshape, lambda x, shape: x.view(*shape)][i % 4](x, target)
        assert found.shape == tuple(None if size == -1 else size for size in target)


@pytest.mark.parametrize("n", [13, 26, 49, 121, 3136])
def test_reshape_by_sizes_in_a_layer(n):
    class Folds(kl.Layer):
        def call(self, x):
            samples, steps = ops.shape(x)[0], ops.shape(x)[1]
            return (
                ops.reshape(x, (samples, steps // n, n, 3)),
                ops.reshape(x, (samples, n, -1, 3)),
                ops.reshape(x, (samples, -1, n)),
                ops.reshape(ops.reshape(x, (-1, n, 3)), (samples, steps, 3)),
                ops.reshape(ops.reshape(x, (-1, n, 3)), (samples, -1)),
            )

    first = kl.Input((None, 3))
    outputs = Folds()(first)
    shapes = [(None, None, n, 3), (None, n, None, 3), (None, None, n), (None, None, 3), (None, None)]
    assert [tuple(output.shape) for output in outputs] == shapes
    data = np.arange(2 * 2 * n * 3, dtype="float32").reshape(2, 2 * n, 3)
    for value in Model(first, list(outputs)).predict(data, verbose=0):
        np.testing.assert_array_equal(value.reshape(-1), data.reshape(-1))


@pytest.mark.parametrize("n, shape, axis", [(13, (None, None, 3), 1), (11, (None, 3), 0), (256, (None, None, None), 2)])
def test_split_of_an_unknown_axis(n, shape, axis):
    assert [tuple(part.shape) for part in ops.split(placeholder(shape), n, axis=axis)] == [shape] * n


def test_sizes_that_have_nothing_to_do_with_each_other_give_an_unknown_one():
    x = placeholder((None, 3))
    samples = K.shape(x)[0]
    for n in (11, 13, 26, 29):
        rows = K.reshape(x, (-1, n, 3))
        assert K.reshape(rows, (samples, -1)).shape == (None, None)
        assert (K.reshape(rows, (-1, 3)) + x).shape == (None, 3)
        other = K.reshape(placeholder((None, 4)), (-1, n, 4))
        assert K.concatenate([rows, other]).shape == (None, n, 7)
        assert K.reshape(other, (K.shape(rows)[0], -1)).shape == (None, None)


def _times(a, b):
    return torch.einsum("bij,bkj->bik", a, b)


# What Keras 3.15.1 on TensorFlow says; concatenate and stack there take over the first tensor's unknown axes, whose
# sizes the second one tells.
BROADCASTS = [
    (torch.add, (None, None, 3), (None, 5, 3), (None, 5, 3)),
    (ops.add, (7, 5, 3), (None, None, 3), (7, 5, 3)),
    (K.maximum, (None, None, 3), (5, 3), (None, 5, 3)),
    (ops.maximum, (None, None, None), (7, 5, 3), (7, 5, 3)),
    (torch.mul, (2, None, None), (2, 5, 5), (2, 5, 5)),
    (ops.multiply, (None, 5, None), (None, None, 4), (None, 5, 4)),
    (torch.add, (None, None, 3), (None, 1, 3), (None, None, 3)),
    (lambda a, b: ops.where(a > 0, a, b), (None, None, None), (7, 5, 3), (7, 5, 3)),
    (lambda a, b: ops.concatenate([a, b], -1), (None, 5, 3), (None, None, 4), (None, 5, 7)),
    (lambda a, b: ops.concatenate([a, b], -1), (None, 1, 3), (None, None, 4), (None, 1, 7)),
    (lambda a, b: ops.concatenate([a, b], 1), (7, 5, 3), (None, None, 3), (7, None, 3)),
    (lambda a, b: ops.concatenate([a, b], 0), (None, 5, 3), (None, None, 3), (None, 5, 3)),
    (lambda a, b: ops.stack([a, b], 1), (7, 5, 3), (None, None, 3), (7, 2, 5, 3)),
    (lambda a, b: ops.where(a > 0, a, b), (None, None, None, None), (9, 7, 5, 3), (9, 7, 5, 3)),
    (torch.matmul, (None, None, None), (7, 5, 3), (7, None, 3)),
    (ops.matmul, (None, None, 4), (7, None, 5), (7, None, 5)),
    (torch.matmul, (2, None, None), (2, 5, 5), (2, None, 5)),
    (ops.matmul, (None, 4), (None, 4), (None, 4)),
    (_times, (None, None, None), (7, 5, 3), (7, None, 5)),
    (_times, (None, 3, None), (None, 5, 4), (None, 3, 5)),
    (lambda a, b: ops.tensordot(a, b, [[2], [2]]), (None, 5, None), (None, None, 4), (None, 5, None, None)),
    (lambda a, b: ops.reshape(a, b.shape), (None, 3), (5, 3), (5, 3)),
    (lambda a, b: ops.broadcast_to(a, (7, 5, 3)), (None, None, 3), (), (7, 5, 3)),
]


@pytest.mark.parametrize("function, a, b, wanted", BROADCASTS)
def test_an_unknown_axis_goes_with_a_known_one(function, a, b, wanted):
    assert function(placeholder(a), placeholder(b)).shape == wanted


def test_a_constant_tells_sizes():
    assert (placeholder((None, None, 3)) + np.ones((5, 3), "float32")).shape == (None, 5, 3)
    assert (placeholder((2, None)) @ torch.ones(5, 7)).shape == (2, 7)


@pytest.mark.parametrize(
    "function, a, b",
    [
        (torch.add, (None, None, 3), (None, None, 4)),
        (torch.add, (None, 3, None), (None, 5, 4)),
        (torch.matmul, (None, None, 3), (None, 5, 3)),
        (lambda a, b: torch.cat([a, b], 1), (None, None, 4), (7, None, 5)),
        (lambda a, b: a.reshape(4, 4), (None, 3), ()),
        (lambda a, b: torch.cat([a[:, :, :n] for n in range(2, 40)], 1), (None, None, 50), ()),
    ],
)
def test_shapes_that_no_size_makes_fit(function, a, b):
    with pytest.raises(ValueError, match="cannot be applied to symbolic tensors"):
        function(placeholder(a), placeholder(b))


@pytest.mark.parametrize("era", ["tf.keras", "keras3"])
def test_flatten_of_unknown_sizes(era):
    eras.set_era(era)
    for shape, wanted in [((None, 3), (None, None)), ((None,), (None, None)), ((5,), (None, 5)), ((), (None, 1))]:
        first = kl.Input(shape)
        output = kl.Flatten()(first)
        assert tuple(output.shape) == wanted
        data = np.ones((2, *(4 if size is None else size for size in shape)), "float32")
        assert Model(first, output).predict(data, verbose=0).shape == (2, data[0].size)


def test_flatten_of_unknown_sizes_in_keras_2():
    with pytest.raises(ValueError, match="known behind the batch axis"):
        kl.Flatten()(kl.Input((None, 3)))


def test_set_shape_keeps_what_stands_for_the_unknown():
    x = placeholder((None, None))
    rows = K.reshape(x, (-1, 13, 2))
    rows.set_shape((None, 13, 2))
    assert K.reshape(rows, (K.shape(x)[0], -1)).shape == (None, None)
    x.set_shape((None, 5))
    assert x.shape == (None, 5)
    x.set_shape((4, 5))
    assert x.shape == (4, 5)


def _random_function(rng, shapes):
    """A function of the tensors so far, of these shapes."""
    i, j = rng.randrange(len(shapes)), rng.randrange(len(shapes))
    axis, new = rng.randrange(max(1, len(shapes[i]))), rng.randrange(len(shapes[i]) + 1)
    n = rng.choice([2, 3, 4, 5, 7, 11, 13, 14, 26, 33, 49])
    order = rng.sample(range(len(shapes[i])), len(shapes[i]))
    target = rng.choice([(-1, n), (n, -1), (-1, n, *shapes[i][new:]), (-1, *shapes[i][new:])])
    return rng.choice(
        [
            lambda t: K.reshape(t[i], target),
            lambda t: K.reshape(t[i], (K.shape(t[i])[axis], -1)),
            lambda t: K.reshape(t[i], (K.shape(t[i])[axis], n, -1)),
            lambda t: K.reshape(t[i], (K.shape(t[j])[0], -1)),
            lambda t: K.reshape(t[i], (K.shape(t[j])[0], -1, n)),
            lambda t: t[i].permute(order),
            lambda t: t[i] + t[j],
            lambda t: torch.where(t[i] > 0, t[i], t[j]),
            lambda t: torch.cat([t[i], t[j]], axis),
            lambda t: torch.stack([t[i], t[j]], new),
            lambda t: torch.matmul(t[i], t[j]),
            lambda t: torch.matmul(t[i], t[j].transpose(-1, -2)),
            lambda t: t[i].sum(axis),
            lambda t: torch.unsqueeze(t[i], new),
        ]
    )


@pytest.mark.parametrize("seed", range(60))
def test_shapes_of_random_graphs(seed):
    rng = random.Random(seed)
    kinds = rng.sample([("b",), ("b", 3), ("b", 26), ("b", "t", 3), ("b", "t", 4), ("b", 5, "t")], 3)
    symbolic = [placeholder([None if isinstance(size, str) else size for size in kind]) for kind in kinds]
    runs = [  # sizes of many divisors, so that what is drawn has a chance to work
        [
            torch.empty([size if isinstance(size, int) else sizes[size] for size in kind], device="meta")
            for kind in kinds
        ]
        for sizes in ({"b": 60060, "t": 11550}, {"b": 90090, "t": 16170})
    ]
    for _ in range(40):
        function = _random_function(rng, [tuple(x.shape) for x in runs[0]])
        try:
            first, second = (function(tensors) for tensors in runs)
        except (RuntimeError, IndexError):
            continue  # no such function of these tensors
        if first.ndim > 5 or second.numel() > 2**50:
            continue
        result = function(symbolic)
        for size, *real in zip(result.shape, first.shape, second.shape, strict=True):
            assert size is None or [size, size] == real
        for tensors, value in zip((symbolic, *runs), (result, first, second), strict=True):
            tensors.append(value)
