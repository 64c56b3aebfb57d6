"""Locally connected layers against windows slid by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kerastorch import eras
from kerastorch.layers import LocallyConnected1D, LocallyConnected2D
from tests.layers import naive

relaxed = settings(max_examples=30, deadline=None)


@st.composite
def problems(draw, rank):
    sizes = draw(st.tuples(*[st.integers(1, 3)] * rank))
    strides = draw(st.tuples(*[st.integers(1, 3)] * rank))
    return sizes, strides, tuple(draw(st.integers(k, k + 4)) for k in sizes)


def expected_for(x, layer, kernel, bias):
    rank = len(layer.kernel_size)
    seen = naive.windows(x, layer.kernel_size, layer.strides, (1,) * rank, "valid")
    positions = seen.shape[1 : rank + 1]
    flat = seen.reshape(x.shape[0], int(np.prod(positions)), -1)
    y = np.einsum("bpe,pef->bpf", flat, kernel)
    return y.reshape(x.shape[0], *positions, -1) + bias


@relaxed
@given(problems(1))
def test_one_axis(problem):
    check(LocallyConnected1D, *problem)


@relaxed
@given(problems(2))
def test_two_axes(problem):
    check(LocallyConnected2D, *problem)


def check(cls, sizes, strides, lengths):
    layer = cls(3, sizes, strides, data_format="channels_last", bias_initializer="normal")
    x = np.random.RandomState(sum(lengths)).standard_normal((2, *lengths, 2)).astype("float32")
    got = layer(torch.as_tensor(x)).detach().numpy()
    expected = expected_for(x, layer, *layer.get_weights())
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape((None, *lengths, 2)) == (None, *expected.shape[1:])


def test_channels_first_reads_window_and_bias_in_its_own_order():
    """A window is (channels, rows, columns) there, and the bias is read as (filters, rows, columns)."""
    layer = LocallyConnected2D(2, (2, 3), data_format="channels_first", bias_initializer="normal")
    x = np.random.RandomState(0).standard_normal((2, 3, 4, 5)).astype("float32")
    got = layer(torch.as_tensor(x)).detach().numpy()
    kernel, bias = layer.get_weights()
    expected = np.empty_like(got)
    for i in range(3):
        for j in range(3):
            patch = x[:, :, i : i + 2, j : j + 3].reshape(2, -1)
            expected[:, :, i, j] = patch @ kernel[3 * i + j]
    expected += bias.reshape(2, 3, 3)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_one_axis_ignores_the_data_format_as_keras_does():
    with pytest.warns(UserWarning, match="data_format"):
        layer = LocallyConnected1D(3, 2, data_format="channels_first")
    assert layer.compute_output_shape((None, 6, 4)) == (None, 5, 3)
    assert "data_format" not in layer.get_config()
    eras.set_era("tf.keras")
    layer = LocallyConnected1D(3, 2, data_format="channels_first")
    assert layer.compute_output_shape((None, 4, 6)) == (None, 3, 5)
    assert layer(torch.zeros(1, 4, 6)).shape == (1, 3, 5)
    assert layer.get_config()["data_format"] == "channels_first"


@pytest.mark.parametrize("cls, shape", [(LocallyConnected1D, (None, 6, 4)), (LocallyConnected2D, (None, 6, 5, 4))])
def test_weights_and_config(cls, shape):
    layer = cls(3, 2, name="twin", activation="relu")
    layer.build(shape)
    positions = [n - 1 for n in shape[1:-1]]
    elements = 4 * 2 ** len(positions)
    assert [w.shape for w in layer.get_weights()] == [(np.prod(positions), elements, 3), (*positions, 3)]
    assert cls.from_config(layer.get_config()).get_config() == layer.get_config()
    bare = cls(3, 2, use_bias=False)
    bare.build(shape)
    assert len(bare.get_weights()) == 1


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: LocallyConnected1D(3, 2, padding="same"), ["LocallyConnected1D", "padding", "'same'"]),
        (lambda: LocallyConnected2D(-1, 2), ["LocallyConnected2D", "filters", "-1"]),
        (lambda: LocallyConnected2D(3, 2, strides=0), ["LocallyConnected2D", "strides"]),
        (lambda: LocallyConnected1D(3, 2).build((None, None, 4)), ["locally_connected1d", "(None, None, 4)"]),
        (lambda: LocallyConnected2D(3, 2).build((None, 5, 5, None)), ["locally_connected2d", "known"]),
        (lambda: LocallyConnected1D(3, 8).build((None, 5, 4)), ["locally_connected1d", "at least 8"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message
