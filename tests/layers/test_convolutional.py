"""Convolutions and their kin against windows slid by hand, and what they say to bad arguments."""

import inspect
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kerastorch import eras, layers
from kerastorch.layers import convolutional
from tests.layers import naive

relaxed = settings(max_examples=40, deadline=None)
formats = st.sampled_from(["channels_last", "channels_first"])


def array(*shape):
    return np.random.RandomState(sum(shape)).standard_normal(shape).astype("float32")


def run(layer, x, data_format="channels_last"):
    """The layer on channels_last data, whatever format it was made for; channels_last comes back."""
    x = torch.as_tensor(x)
    y = layer(x if data_format == "channels_last" else x.movedim(-1, 1))
    return (y if data_format == "channels_last" else y.movedim(1, -1)).detach().numpy()


def claimed(layer, shape, data_format):
    """What compute_output_shape says, seen as channels_last, for known sizes and for unknown ones."""
    found = []
    for sizes in (shape, (None, *(None,) * (len(shape) - 2), shape[-1])):
        sizes = sizes if data_format == "channels_last" else (sizes[0], sizes[-1], *sizes[1:-1])
        out = layer.compute_output_shape(sizes)
        found.append(out if data_format == "channels_last" else (out[0], *out[2:], out[1]))
    return found


@st.composite
def problems(draw, rank, causal=False):
    sizes = draw(st.tuples(*[st.integers(1, 4)] * rank))
    strides = draw(st.tuples(*[st.integers(1, 3)] * rank))
    dilation = (1,) * rank
    if max(strides) == 1:
        dilation = draw(st.tuples(*[st.integers(1, 3)] * rank))
    reach = [(k - 1) * d + 1 for k, d in zip(sizes, dilation)]
    lengths = tuple(draw(st.integers(r, r + 5)) for r in reach)
    padding = draw(st.sampled_from(["valid", "same", "causal"] if causal else ["valid", "same"]))
    return sizes, strides, dilation, lengths, padding


def check_convolution(cls, problem, data_format, use_bias):
    sizes, strides, dilation, lengths, padding = problem
    if padding == "causal":
        data_format = "channels_last"
    layer = cls(
        3,
        sizes,
        strides,
        padding,
        data_format,
        dilation_rate=dilation,
        use_bias=use_bias,
        kernel_initializer="normal",
        bias_initializer="normal",
    )
    x = array(2, *lengths, 2)
    got = run(layer, x, data_format)
    expected = naive.convolution(x, layer.get_weights()[0], strides, dilation, padding)
    if use_bias:
        expected = expected + layer.get_weights()[1]
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    known, unknown = claimed(layer, x.shape, data_format)
    assert known == expected.shape
    assert unknown == (None, *(None,) * len(sizes), 3)


@relaxed
@given(problems(1, causal=True), formats, st.booleans())
def test_conv1d_slides_a_window(problem, data_format, use_bias):
    check_convolution(layers.Conv1D, problem, data_format, use_bias)


@relaxed
@given(problems(2), formats, st.booleans())
def test_conv2d_slides_a_window(problem, data_format, use_bias):
    check_convolution(layers.Conv2D, problem, data_format, use_bias)


@relaxed
@given(problems(3), formats, st.booleans())
def test_conv3d_slides_a_window(problem, data_format, use_bias):
    check_convolution(layers.Conv3D, problem, data_format, use_bias)


def check_transposed(cls, sizes, strides, lengths, padding, data_format, extra):
    if extra is not None:
        extra = tuple(e % s for e, s in zip(extra, strides))
    layer = cls(3, sizes, strides, padding, extra, data_format, kernel_initializer="normal", use_bias=False)
    x = array(2, *lengths, 2)
    layer.build((None, *lengths, 2) if data_format == "channels_last" else (None, 2, *lengths))
    expected = naive.transposed(x, layer.get_weights()[0], strides, padding, extra)
    np.testing.assert_allclose(run(layer, x, data_format), expected, rtol=1e-4, atol=1e-6)
    assert claimed(layer, x.shape, data_format)[0] == expected.shape


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolutions_stamp_the_kernel(rank):
    cls = {1: layers.Conv1DTranspose, 2: layers.Conv2DTranspose, 3: layers.Conv3DTranspose}[rank]
    each = st.tuples(*[st.integers(1, 4)] * rank)
    lengths = st.tuples(*[st.integers(2, 4)] * rank)

    @relaxed
    @given(each, st.tuples(*[st.integers(1, 3)] * rank), lengths, st.sampled_from(["valid", "same"]), formats)
    def inferred(sizes, strides, lengths, padding, data_format):
        check_transposed(cls, sizes, strides, lengths, padding, data_format, None)

    @relaxed
    @given(each, st.tuples(*[st.integers(1, 3)] * rank), lengths, st.sampled_from(["valid", "same"]), each)
    def given_extra(sizes, strides, lengths, padding, extra):
        check_transposed(cls, sizes, strides, lengths, padding, "channels_last", extra)

    inferred()
    given_extra()


@relaxed
@given(problems(2), formats, st.integers(1, 2))
def test_depthwise_convolution_treats_channels_apart(problem, data_format, multiplier):
    sizes, strides, dilation, lengths, padding = problem
    layer = layers.DepthwiseConv2D(
        sizes, strides, padding, multiplier, data_format, dilation_rate=dilation, use_bias=False
    )
    x = array(2, *lengths, 3)
    got = run(layer, x, data_format)
    kernel = layer.get_weights()[0]
    each = [naive.convolution(x[..., c : c + 1], kernel[:, :, c : c + 1], strides, dilation, padding) for c in range(3)]
    np.testing.assert_allclose(got, np.concatenate(each, -1), rtol=1e-4, atol=1e-6)


@relaxed
@given(problems(1, causal=True), st.integers(1, 2))
def test_separable_conv1d_is_depthwise_then_pointwise(problem, multiplier):
    check_separable(layers.SeparableConv1D, problem, "channels_last", multiplier)


@relaxed
@given(problems(2), formats, st.integers(1, 2))
def test_separable_conv2d_is_depthwise_then_pointwise(problem, data_format, multiplier):
    check_separable(layers.SeparableConv2D, problem, data_format, multiplier)


def check_separable(cls, problem, data_format, multiplier):
    sizes, strides, dilation, lengths, padding = problem
    layer = cls(
        4, sizes, strides, padding, data_format, dilation, depth_multiplier=multiplier, bias_initializer="normal"
    )
    x = array(2, *lengths, 3)
    got = run(layer, x, data_format)
    depth, point, bias = layer.get_weights()
    each = [
        naive.convolution(x[..., c : c + 1], depth[..., c : c + 1, :], strides, dilation, padding) for c in range(3)
    ]
    expected = np.concatenate(each, -1) @ point.reshape(point.shape[-2:]) + bias
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    assert claimed(layer, x.shape, data_format)[0] == expected.shape


def test_groups_see_their_own_channels():
    layer = layers.Conv2D(4, 2, groups=2, use_bias=False)
    x = array(2, 5, 5, 6)
    got = run(layer, x)
    kernel = layer.get_weights()[0]
    assert kernel.shape == (2, 2, 3, 4)
    ones = (1, 1)
    halves = [
        naive.convolution(x[..., 3 * g : 3 * g + 3], kernel[..., 2 * g : 2 * g + 2], ones, ones, "valid")
        for g in (0, 1)
    ]
    np.testing.assert_allclose(got, np.concatenate(halves, -1), rtol=1e-4, atol=1e-6)
    assert layer.get_config()["groups"] == 2 and "groups" not in layers.Conv2D(4, 2).get_config()


# Numbers that real Keras 2.2.4 gave


def test_same_with_strides_pads_at_the_end():
    layer = layers.Conv1D(1, 3, strides=2, padding="same", use_bias=False)
    layer.build((None, 4, 1))
    layer.set_weights([np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1)])
    assert run(layer, np.arange(1.0, 5.0, dtype="float32").reshape(1, 4, 1)).ravel().tolist() == [321.0, 43.0]


def test_transposed_stride_past_the_kernel():
    layer = layers.Conv2DTranspose(1, 2, strides=3)
    assert layer.compute_output_shape((None, 4, 3, 1)) == (None, 12, 9, 1)
    assert run(layer, array(1, 4, 3, 1)).shape == (1, 12, 9, 1)


def test_dilated_depthwise_convolution_reports_the_undilated_shape():
    layer = layers.DepthwiseConv2D(3, dilation_rate=2)
    assert layer.compute_output_shape((None, 7, 7, 2)) == (None, 5, 5, 2)
    assert run(layer, array(1, 7, 7, 2)).shape == (1, 3, 3, 2)
    eras.set_era("tf.keras")
    assert layer.compute_output_shape((None, 7, 7, 2)) == (None, 3, 3, 2)


def test_bilinear_upsampling_samples_from_the_corner():
    x = np.array([0.0, 1.0], "float32").reshape(1, 1, 2, 1)
    layer = layers.UpSampling2D((1, 2), interpolation="bilinear")
    assert run(layer, x).ravel().tolist() == [0.0, 0.5, 1.0, 1.0]
    eras.set_era("keras3")
    assert run(layer, x).ravel().tolist() == [0.0, 0.25, 0.75, 1.0]


# Storage


def test_kernels_are_stored_as_torch_has_them():
    layer = layers.Conv2D(5, (2, 3))
    layer.build((None, 8, 8, 4))
    values = array(2, 3, 4, 5)
    layer.set_weights([values, np.zeros(5)])
    assert layer.weight.shape == (5, 4, 2, 3)
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_array_equal(layer.weight.detach().numpy(), values.transpose(3, 2, 0, 1))
    np.testing.assert_array_equal(layer.kernel.detach().numpy(), values)
    np.testing.assert_array_equal(layer.get_weights()[0], values)
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    twin = torch.nn.Conv2d(4, 5, (2, 3))
    twin.load_state_dict(layer.state_dict())
    x = array(2, 8, 8, 4)
    expected = twin(torch.as_tensor(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    np.testing.assert_allclose(run(layer, x), expected.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_channels_last_stays_in_place_between_layers(padding):
    """What a convolution gives, and what pooling makes of it, is already laid out as the next layer wants it."""
    x = torch.randn(2, 8, 8, 3)
    y = layers.Conv2D(4, 3, padding=padding)(x)
    z = layers.MaxPooling2D()(y)
    assert y.is_contiguous() and z.is_contiguous()
    assert y.permute(0, 3, 1, 2).is_contiguous(memory_format=torch.channels_last)


def test_gradients_reach_input_and_weights():
    layer = layers.Conv2D(2, 3, strides=2, padding="same")
    x = torch.randn(1, 6, 5, 2, requires_grad=True)
    layer(x).square().sum().backward()
    assert x.grad.shape == x.shape and layer.weight.grad.shape == (2, 2, 3, 3) and layer.bias.grad.shape == (2,)


# Padding, cropping, upsampling


@relaxed
@given(st.integers(1, 3), formats, st.data())
def test_padding_then_cropping_gives_the_input_back(rank, data_format, data):
    pairs = data.draw(st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * rank))
    lengths = data.draw(st.tuples(*[st.integers(1, 4)] * rank))
    x = array(2, *lengths, 3)
    if rank == 1:
        data_format = "channels_last"
        pad, crop = layers.ZeroPadding1D(pairs[0]), layers.Cropping1D(pairs[0])
    else:
        pad = getattr(layers, f"ZeroPadding{rank}D")(pairs, data_format)
        crop = getattr(layers, f"Cropping{rank}D")(pairs, data_format)
    padded = run(pad, x, data_format)
    np.testing.assert_array_equal(padded, np.pad(x, [(0, 0), *pairs, (0, 0)]))
    assert claimed(pad, x.shape, data_format)[0] == padded.shape
    np.testing.assert_array_equal(run(crop, padded, data_format), x)
    assert claimed(crop, padded.shape, data_format)[0] == x.shape


@relaxed
@given(st.integers(1, 3), formats, st.data())
def test_upsampling_repeats(rank, data_format, data):
    factors = data.draw(st.tuples(*[st.integers(1, 3)] * rank))
    lengths = data.draw(st.tuples(*[st.integers(1, 4)] * rank))
    x = array(2, *lengths, 3)
    if rank == 1:
        data_format, layer = "channels_last", layers.UpSampling1D(factors[0])
    else:
        layer = getattr(layers, f"UpSampling{rank}D")(factors, data_format)
    expected = x
    for axis, factor in enumerate(factors, start=1):
        expected = expected.repeat(factor, axis)
    np.testing.assert_array_equal(run(layer, x, data_format), expected)
    assert claimed(layer, x.shape, data_format)[0] == expected.shape


def test_integers_can_be_padded_cropped_and_repeated():
    x = torch.arange(4).view(1, 2, 2, 1)
    assert layers.UpSampling2D()(x).flatten().tolist() == [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]
    assert layers.Cropping2D(1)(layers.ZeroPadding2D(1)(x)).dtype == torch.int64


@pytest.mark.parametrize(
    "value, pairs", [(2, ((2, 2), (2, 2))), ((1, 3), ((1, 1), (3, 3))), ([[0, 1], 2], ((0, 1), (2, 2)))]
)
def test_padding_and_cropping_take_one_two_or_four_numbers(value, pairs):
    assert layers.ZeroPadding2D(value).padding == pairs
    assert layers.Cropping2D(value).cropping == pairs


# Arguments


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.Conv2D(-3, 3), ["Conv2D", "filters", "-3"]),
        (lambda: layers.Conv2D(0, 3), ["Conv2D", "filters"]),
        (lambda: layers.Conv2D(4, (3, 3, 3)), ["Conv2D", "kernel_size", "(3, 3, 3)"]),
        (lambda: layers.Conv1D(4, (3, 3)), ["Conv1D", "kernel_size"]),
        (lambda: layers.Conv3D(4, 0), ["Conv3D", "kernel_size"]),
        (lambda: layers.Conv2D(4, 3, strides=0), ["Conv2D", "strides"]),
        (lambda: layers.Conv2D(4, 3, padding="full"), ["Conv2D", "padding", "'full'"]),
        (lambda: layers.Conv2D(4, 3, padding="causal"), ["Conv2D", "padding", "'causal'"]),
        (lambda: layers.Conv2D(4, 3, data_format="channels_middle"), ["Conv2D", "data_format", "channels_middle"]),
        (lambda: layers.Conv1D(4, 3, padding="causal", data_format="channels_first"), ["Conv1D", "causal"]),
        (lambda: layers.Conv2D(4, 3, groups=3), ["Conv2D", "groups"]),
        (lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), ["Conv2DTranspose", "output_padding"]),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), ["DepthwiseConv2D", "depth_multiplier"]),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), ["ZeroPadding2D", "padding"]),
        (lambda: layers.ZeroPadding1D(-1), ["ZeroPadding1D", "padding"]),
        (lambda: layers.Cropping2D(((1, 1),)), ["Cropping2D", "cropping"]),
        (lambda: layers.Cropping3D(lambda x: x), ["Cropping3D", "cropping"]),
        (lambda: layers.UpSampling2D(2, interpolation="cubic"), ["UpSampling2D", "interpolation", "'cubic'"]),
        (lambda: layers.UpSampling1D(0), ["UpSampling1D", "size"]),
        (lambda: layers.Conv2D(4, 3).build((None, 8, 8, None)), ["conv2d", "channels"]),
        (lambda: layers.Conv2D(4, 5).build((None, 3, 8, 1)), ["conv2d", "at least 5", "(None, 3, 8, 1)"]),
        (lambda: layers.Conv2D(4, 3)(torch.zeros(1, 8, 8)), ["conv2d", "4 dimensions"]),
        (lambda: layers.SeparableConv2D(4, 3).build((None, 8, 8, None)), ["separable_conv2d", "channels"]),
        (lambda: layers.DepthwiseConv2D(3).build((None, 8, 8, None)), ["depthwise_conv2d", "channels"]),
        (lambda: layers.Conv2DTranspose(4, 3).build((None, 8, 8, None)), ["conv2d_transpose", "channels"]),
        (lambda: layers.Cropping1D(4).compute_output_shape((None, 5, 2)), ["cropping1d", "cropping"]),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError) as error:
        make()
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "Received" in message and "\n" not in message


def test_an_input_too_small_for_a_window_of_unknown_size_is_named():
    layer = layers.Conv2D(4, 3)
    layer.build((None, None, None, 1))
    with pytest.raises(ValueError, match="conv2d.*at least"):
        layer(torch.zeros(1, 2, 5, 1))


def test_masks_are_refused():
    x = torch.zeros(1, 4, 2)
    x._keras_mask = torch.ones(1, 4, dtype=torch.bool)
    with pytest.raises(TypeError, match="conv1d.*mask"):
        layers.Conv1D(3, 2)(x)


CLASSES = sorted(
    (c for c in {getattr(convolutional, name) for name in convolutional.__all__} if inspect.isclass(c)),
    key=lambda c: c.__name__,
)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_configs_make_the_same_layer_again(cls):
    required = {"filters": 4, "kernel_size": 3}
    parameters = inspect.signature(cls).parameters
    layer = cls(**{key: value for key, value in required.items() if key in parameters}, name="twin")
    config = layer.get_config()
    again = cls.from_config(config)
    assert again.get_config() == config
    # every explicit argument is in the config, but for those that Keras 2.2.4 does not have or takes apart
    assert set(parameters) - set(config) <= {"kwargs", "groups", "weights"}


def test_old_names():
    assert convolutional.Convolution2D is layers.Conv2D
    assert convolutional.Deconvolution2D is convolutional.Deconv2D is layers.Conv2DTranspose
    assert issubclass(layers.Conv2DTranspose, layers.Conv2D) and issubclass(layers.DepthwiseConv2D, layers.Conv2D)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer = convolutional.AtrousConvolution2D(4, 3, atrous_rate=(2, 2))
    assert isinstance(layer, layers.Conv2D) and layer.dilation_rate == (2, 2)
    assert "dilation_rate" in str(caught[0].message)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_a_subclass_changes_the_kernel(data_format):
    class Doubled(layers.Conv2D):
        def convolution_op(self, inputs, kernel):
            assert tuple(kernel.shape) == (3, 2, 2, 6)
            return super().convolution_op(inputs, kernel * 2.0)

    arguments = {"strides": 2, "padding": "same", "groups": 2, "data_format": data_format, "activation": "relu"}
    doubled, plain = Doubled(6, (3, 2), **arguments), layers.Conv2D(6, (3, 2), **arguments)
    x = torch.randn(2, 4, 8, 4) if data_format == "channels_last" else torch.randn(2, 4, 8, 8)
    plain(x), doubled(x)
    kernel, bias = plain.get_weights()
    doubled.set_weights([kernel / 2, bias + 1])
    plain.set_weights([kernel, bias + 1])
    torch.testing.assert_close(doubled(x), plain(x))
    y = doubled(x).sum()
    y.backward()
    assert doubled.weight.grad is not None
