"""Pooling against windows slid by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kerastorch import layers
from kerastorch.layers import pooling
from tests.layers import naive

relaxed = settings(max_examples=40, deadline=None)
formats = st.sampled_from(["channels_last", "channels_first"])


@st.composite
def problems(draw, rank):
    sizes = draw(st.tuples(*[st.integers(1, 4)] * rank))
    strides = draw(st.one_of(st.none(), st.tuples(*[st.integers(1, 4)] * rank)))
    lengths = tuple(draw(st.integers(k, k + 6)) for k in sizes)
    return sizes, strides, lengths, draw(st.sampled_from(["valid", "same"]))


def check(rank, mode, problem, data_format):
    sizes, strides, lengths, padding = problem
    cls = getattr(layers, f"{mode}Pooling{rank}D")
    layer = cls(sizes, strides, padding, data_format)
    x = np.random.RandomState(sum(lengths)).standard_normal((2, *lengths, 3)).astype("float32")
    steps = strides or sizes
    # NaN marks what is padded: neither a maximum nor a mean counts it
    seen = naive.windows(x, sizes, steps, (1,) * rank, padding, value=np.nan)
    axes = tuple(range(rank + 1, 2 * rank + 1))
    expected = (np.nanmax if mode == "Max" else np.nanmean)(seen, axis=axes)
    first = data_format == "channels_first"
    inputs = torch.as_tensor(x).movedim(-1, 1) if first else torch.as_tensor(x)
    got = layer(inputs)
    shape = layer.compute_output_shape((None, *inputs.shape[1:]))
    assert shape == (None, *got.shape[1:])
    unknown = [None] * inputs.ndim
    unknown[1 if first else -1] = 3
    assert layer.compute_output_shape(tuple(unknown)) == tuple(unknown)
    np.testing.assert_allclose((got.movedim(1, -1) if first else got).numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["Max", "Average"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_pooling_sees_every_window(rank, mode):
    @relaxed
    @given(problems(rank), formats)
    def agrees(problem, data_format):
        check(rank, mode, problem, data_format)

    agrees()


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("mode, reduce", [("Max", np.max), ("Average", np.mean)])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_global_pooling(rank, mode, reduce, data_format):
    x = np.random.RandomState(0).standard_normal((2, *range(3, 3 + rank), 4)).astype("float32")
    first = data_format == "channels_first"
    inputs = np.moveaxis(x, -1, 1) if first else x
    cls = getattr(layers, f"Global{mode}Pooling{rank}D")
    expected = reduce(x, axis=tuple(range(1, rank + 1)))
    layer = cls(data_format=data_format)
    np.testing.assert_allclose(layer(torch.as_tensor(inputs)).numpy(), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, *inputs.shape[1:])) == (None, 4)
    kept = cls(data_format=data_format, keepdims=True)
    y = kept(torch.as_tensor(inputs))
    assert y.shape[1:] == kept.compute_output_shape((None, *inputs.shape[1:]))[1:]
    np.testing.assert_allclose(y.numpy().reshape(2, 4), expected, rtol=1e-5, atol=1e-6)
    assert "keepdims" not in layer.get_config() and kept.get_config()["keepdims"] is True


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_masked_steps_do_not_count_in_a_mean(data_format):
    x = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]]])
    x = x if data_format == "channels_last" else x.movedim(-1, 1).contiguous()
    x._keras_mask = torch.tensor([[True, True, False]])
    y = layers.GlobalAveragePooling1D(data_format)(x)
    assert y.tolist() == [[2.0, 3.0]]
    assert getattr(y, "_keras_mask", None) is None


def test_the_gradient_of_a_maximum_goes_to_the_first_of_equals():
    """As TensorFlow's 1D and 2D max pooling does."""
    x = torch.zeros(1, 4, 1, requires_grad=True)
    layers.MaxPooling1D(2)(x).sum().backward()
    assert x.grad.flatten().tolist() == [1.0, 0.0, 1.0, 0.0]


def test_a_global_maximum_shares_the_gradient_among_equals():
    """As TensorFlow's reduce_max does."""
    x = torch.zeros(1, 2, 2, 1, requires_grad=True)
    layers.GlobalMaxPooling2D()(x).sum().backward()
    assert x.grad.flatten().tolist() == [0.25] * 4


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.MaxPooling2D(0), ["MaxPooling2D", "pool_size"]),
        (lambda: layers.MaxPooling2D((2, 2, 2)), ["MaxPooling2D", "pool_size", "(2, 2, 2)"]),
        (lambda: layers.AveragePooling1D(2, strides=-1), ["AveragePooling1D", "strides", "-1"]),
        (lambda: layers.MaxPooling3D(padding="causal"), ["MaxPooling3D", "padding", "'causal'"]),
        (lambda: layers.MaxPooling2D(data_format="last"), ["MaxPooling2D", "data_format", "'last'"]),
        (lambda: layers.GlobalMaxPooling2D("first"), ["GlobalMaxPooling2D", "data_format"]),
        (lambda: layers.MaxPooling2D(5).compute_output_shape((None, 3, 9, 2)), ["max_pooling2d", "at least 5"]),
        (lambda: layers.MaxPooling2D(5)(torch.zeros(1, 3, 9, 2)), ["max_pooling2d", "at least (5, 5)"]),
        (lambda: layers.MaxPooling2D()(torch.zeros(1, 3, 9)), ["max_pooling2d", "4 dimensions"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message


@pytest.mark.parametrize("name", [n for n in pooling.__all__ if "Pooling" in n and "Adaptive" not in n])
def test_configs_make_the_same_layer_again(name):
    layer = getattr(pooling, name)(name="twin")
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    assert getattr(pooling, name.replace("Average", "Avg").replace("Pooling", "Pool")) is type(layer)
