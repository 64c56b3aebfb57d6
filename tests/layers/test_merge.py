"""Layers of several inputs."""

import numpy as np
import pytest
import torch

from kerastorch.layers import Input, merge
from kerastorch.layers.merge import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract

ELEMENTWISE = [
    (Add, np.add),
    (Multiply, np.multiply),
    (Maximum, np.maximum),
    (Minimum, np.minimum),
    (Subtract, np.subtract),
    (Average, lambda a, b: (a + b) / 2),
]


def data(*shape, seed=0):
    return np.random.RandomState(seed).standard_normal(shape).astype("float32")


def tensors(*arrays):
    return [torch.as_tensor(a) for a in arrays]


@pytest.mark.parametrize("cls, function", ELEMENTWISE, ids=lambda v: getattr(v, "__name__", None))
@pytest.mark.parametrize(
    "shapes", [((3, 4, 2), (3, 4, 2)), ((3, 4, 2), (3, 1, 2)), ((3, 2), (3, 4, 2)), ((3, 1), (3, 5, 1))]
)
def test_elementwise(cls, function, shapes):
    a, b = data(*shapes[0]), data(*shapes[1], seed=1)
    layer = cls()
    got = layer(tensors(a, b))
    rank = max(a.ndim, b.ndim)
    lifted = [v.reshape(3, *(1,) * (rank - v.ndim), *v.shape[1:]) for v in (a, b)]
    expected = function(*lifted)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)
    assert layer.compute_output_shape([(None, *s[1:]) for s in shapes]) == (None, *expected.shape[1:])
    symbolic = getattr(merge, cls.__name__.lower())([Input(s[1:]) for s in shapes])
    assert symbolic.shape == (None, *expected.shape[1:])


def test_more_than_two_inputs_and_untouched_arguments():
    arrays = [data(2, 3, seed=i) for i in range(3)]
    given = tensors(*arrays)
    np.testing.assert_allclose(Add()(given).numpy(), sum(arrays), rtol=1e-6)
    np.testing.assert_allclose(Average()(given).numpy(), sum(arrays) / 3, rtol=1e-6)
    np.testing.assert_allclose(Multiply()(given).numpy(), arrays[0] * arrays[1] * arrays[2], rtol=1e-6)
    for tensor, array in zip(given, arrays):
        np.testing.assert_array_equal(tensor.numpy(), array)


@pytest.mark.parametrize("cls", [Maximum, Minimum])
def test_ties_give_their_gradient_to_the_first(cls):
    """As TensorFlow's maximum and minimum do."""
    a, b = torch.ones(1, 2, requires_grad=True), torch.ones(1, 2, requires_grad=True)
    cls()([a, b]).sum().backward()
    assert a.grad.tolist() == [[1.0, 1.0]] and b.grad.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("axis", [-1, 1, 2, -2])
def test_concatenate(axis):
    shapes = [[3, 4, 2], [3, 4, 2]]
    shapes[1][axis] = 5
    a, b = data(*shapes[0]), data(*shapes[1], seed=1)
    layer = Concatenate(axis)
    expected = np.concatenate([a, b], axis)
    np.testing.assert_array_equal(layer(tensors(a, b)).numpy(), expected)
    assert layer.compute_output_shape([(None, *s[1:]) for s in shapes]) == (None, *expected.shape[1:])
    assert layer.compute_output_shape([(None, None, 2), (None, None, 2)])[1] is None
    assert merge.concatenate(tensors(a, b), axis).shape == expected.shape


@pytest.mark.parametrize(
    "shapes, axes, formula",
    [
        (((3, 4), (3, 4)), 1, "bi,bi->b"),
        (((3, 4), (3, 4)), -1, "bi,bi->b"),
        (((3, 4, 2), (3, 4, 5)), 1, "bik,bil->bkl"),
        (((3, 4, 2), (3, 5, 2)), 2, "bki,bli->bkl"),
        (((3, 4, 2), (3, 2, 5)), (2, 1), "bki,bil->bkl"),
        (((3, 4, 2), (3, 2)), (2, 1), "bki,bi->bk"),
        (((3, 4), (3, 4, 2)), 1, "bi,bik->bk"),
        (((3, 4, 5, 2), (3, 6, 2)), (3, 2), "bkmi,bli->bkml"),
    ],
)
@pytest.mark.parametrize("normalize", [False, True])
def test_dot(shapes, axes, formula, normalize):
    a, b = data(*shapes[0]), data(*shapes[1], seed=1)
    layer = Dot(axes, normalize)
    got = layer(tensors(a, b)).numpy()
    if normalize:
        i, j = (axes, axes) if isinstance(axes, int) else axes
        a, b = (v / np.sqrt((v**2).sum(k, keepdims=True)) for v, k in ((a, i), (b, j)))
    expected = np.einsum(formula, a, b)
    expected = expected[:, None] if expected.ndim == 1 else expected
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    assert layer.compute_output_shape([(None, *s[1:]) for s in shapes]) == (None, *expected.shape[1:])
    assert merge.dot([Input(s[1:]) for s in shapes], axes).shape == (None, *expected.shape[1:])


def masked(x, mask):
    x = torch.as_tensor(x)
    if mask is not None:
        x._keras_mask = torch.as_tensor(mask)
    return x


A, B = np.array([[True, True, False]]), np.array([[True, False, False]])


def test_elementwise_masks_must_all_be_true():
    x, y = masked(data(1, 3, 2), A), masked(data(1, 3, 2), B)
    assert Add()([x, y])._keras_mask.tolist() == [[True, False, False]]
    assert Add()([x, masked(data(1, 3, 2), None)])._keras_mask.tolist() == A.tolist()
    assert getattr(Add()(tensors(data(1, 3, 2), data(1, 3, 2))), "_keras_mask", None) is None


def test_masks_of_concatenated_tensors():
    x, y, free = masked(data(1, 3, 2), A), masked(data(1, 3, 4), B), masked(data(1, 3, 2), None)
    assert Concatenate()([x, y])._keras_mask.tolist() == [[True, False, False]]
    assert Concatenate()([x, free])._keras_mask.tolist() == A.tolist()
    assert Concatenate(1)([x, free])._keras_mask.tolist() == [[True, True, False, True, True, True]]
    assert getattr(Dot(2)([x, free]), "_keras_mask", None) is None


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Add()([torch.zeros(1, 2)]), ["add", "at least 2"]),
        (lambda: Add()(torch.zeros(1, 2)), ["add", "list"]),
        (lambda: Subtract()([torch.zeros(1, 2)] * 3), ["subtract", "exactly 2", "3"]),
        (lambda: Add()([torch.zeros(1, 2), torch.zeros(1, 3)]), ["add", "broadcast", "(2,)", "(3,)"]),
        (lambda: Add().build([(2, 3), (4, 3)]), ["add", "batch size"]),
        (lambda: Concatenate()([torch.zeros(1, 2)]), ["concatenate", "at least 2"]),
        (lambda: Concatenate()([torch.zeros(1, 2, 3), torch.zeros(1, 3, 3)]), ["concatenate", "agree but for axis -1"]),
        (lambda: Concatenate(axis="last"), ["Concatenate", "axis", "'last'"]),
        (lambda: Dot(axes="last"), ["Dot", "axes", "'last'"]),
        (lambda: Dot(axes=(1, 2, 3)), ["Dot", "axes", "(1, 2, 3)"]),
        (lambda: Dot(axes=(1, "2")), ["Dot", "axes"]),
        (lambda: Dot(1)([torch.zeros(1, 2), torch.zeros(1, 3)]), ["dot", "equal size", "axes=1"]),
        (lambda: Add().compute_mask([torch.zeros(1, 2)] * 2, torch.zeros(1)), ["add", "list"]),
        (lambda: Add().compute_mask([torch.zeros(1, 2)] * 2, [None]), ["add", "list"]),
        (lambda: Concatenate().compute_mask(torch.zeros(1, 2), [None]), ["concatenate", "list"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(
    "make", [Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, lambda **k: Dot(1, **k)]
)
def test_configs(make):
    layer = make(name="twin")
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
