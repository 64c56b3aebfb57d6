"""Convolutions and resizing on tensors whose sizes are not known yet, and without copies."""

import pytest
import torch

from kerastorch.backend import convolution, spatial
from kerastorch.engine.symbolic import placeholder

X = (None, None, None, 3)


@pytest.mark.parametrize(
    "function, shape",
    [
        (lambda x: convolution.convolve(x, torch.zeros(4, 3, 3, 3), None, (2, 2), "same"), (None, None, None, 4)),
        (lambda x: convolution.convolve(x, torch.zeros(4, 3, 2, 2), torch.zeros(4)), (None, None, None, 4)),
        (
            lambda x: convolution.convolve_transposed(x, torch.zeros(3, 4, 3, 3), None, (2, 2), "same"),
            (None,) * 3 + (4,),
        ),
        (lambda x: spatial.pool(x, "max", (3, 3), (2, 2), "same"), X),
        (lambda x: spatial.resize(x, (2, 3), interpolation="bilinear"), X),
        (lambda x: spatial.repeat_elements(x, 2, -1), (None, None, None, 6)),
    ],
)
def test_symbolic_tensors_pass(function, shape):
    assert function(placeholder(X)).shape == shape


def test_replayed_for_the_size_that_comes():
    """'same' pads by the real size, which is not known when the call is recorded."""
    x = placeholder((None, None, 1))
    weight = torch.ones(1, 1, 4)
    y = convolution.convolve(x, weight, None, (3,), "same", dilation=(1,))
    for length in (5, 6, 7):
        real = torch.arange(1.0, length + 1).view(1, length, 1)
        got = y.node.replay(lambda _, real=real: real)
        torch.testing.assert_close(got, convolution.convolve(real, weight, None, (3,), "same", dilation=(1,)))
        assert got.shape[1] == -(-length // 3)


def test_views_cost_nothing():
    x = torch.randn(2, 5, 6, 3)
    first = convolution.to_channels_first(x, "channels_last")
    assert first.shape == (2, 3, 5, 6) and first.data_ptr() == x.data_ptr()
    assert first.is_contiguous(memory_format=torch.channels_last)
    back = convolution.from_channels_first(first, "channels_last")
    assert back.shape == x.shape and back.stride() == x.stride()
    assert convolution.to_channels_first(x, "channels_first") is x


@pytest.mark.parametrize(
    "shape, weight", [((2, 8, 4), (5, 4, 3)), ((2, 8, 8, 4), (5, 4, 3, 3)), ((2, 4, 4, 4, 4), (5, 4, 3, 3, 3))]
)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_outputs_are_laid_out_as_inputs(shape, weight, padding):
    ones = (1,) * (len(shape) - 2)
    y = convolution.convolve(torch.randn(shape), torch.randn(weight), None, ones, padding, dilation=ones)
    assert y.is_contiguous()


def test_resize_names_a_bad_interpolation():
    with pytest.raises(ValueError, match="resize: expected interpolation.*'cubic'"):
        spatial.resize(torch.zeros(1, 2, 2, 1), (2, 2), interpolation="cubic")
