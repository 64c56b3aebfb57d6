"""The arithmetic of windows, against counting them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerastorch.backend import conv_utils

small = st.integers(1, 6)


@given(st.integers(1, 30), small, small, st.integers(1, 4))
def test_output_lengths_count_positions(length, size, stride, dilation):
    reach = (size - 1) * dilation + 1
    starts = {
        "valid": [i for i in range(length) if i + reach <= length],
        "full": list(range(length + reach - 1)),
        "same": list(range(length)),
        "causal": list(range(length)),
    }
    for padding, places in starts.items():
        expected = len(places[::stride])
        got = conv_utils.conv_output_length(length, size, padding, stride, dilation)
        assert max(got, 0) == expected
    assert conv_utils.conv_output_length(None, size, "same", stride) is None


@given(st.integers(1, 30), small, small, st.integers(1, 4))
def test_same_padding_is_the_least_that_gives_every_position(length, size, stride, dilation):
    before, after = conv_utils.same_padding(length, size, stride, dilation)
    positions = -(-length // stride)
    reach = (size - 1) * dilation + 1
    padded = length + before + after
    assert (padded - reach) // stride + 1 >= positions or padded < reach
    assert after - before in (0, 1)
    if before + after:
        assert (positions - 1) * stride + reach == padded


@given(st.integers(1, 12), small, small)
def test_inverse_lengths(length, size, stride):
    for padding in ("valid", "full"):
        back = conv_utils.conv_input_length(length, size, padding, stride)
        assert conv_utils.conv_output_length(back, size, padding, stride) == length
    for padding in ("valid", "same"):
        longer = conv_utils.deconv_length(length, stride, size, padding, None)
        assert conv_utils.conv_output_length(longer, size, padding, stride) == length


# Keras 2.2.4's own answers
@pytest.mark.parametrize(
    "arguments, expected",
    [
        ((4, 3, 2, "valid", None), 12),
        ((4, 3, 2, "same", None), 12),
        ((5, 2, 3, "full", None), 7),
        ((5, 2, 3, "same", 1), 10),
        ((5, 2, 3, "same", 0), 9),
        ((5, 2, 3, "valid", 1), 12),
        ((5, 1, 3, "valid", None, 2), 9),
        ((5, 1, 2, "same", None, 3), 5),
        ((None, 2, 3, "same", None), None),
    ],
)
def test_transposed_lengths(arguments, expected):
    assert conv_utils.deconv_length(*arguments) == expected


def test_tuples_paddings_and_kernels():
    assert conv_utils.normalize_tuple(np.int64(2), 3, "strides") == (2, 2, 2)
    assert conv_utils.normalize_tuple([1, 2], 2, "strides") == (1, 2)
    for bad in (None, (1, 2, 3), "ab", ("a", "b")):
        with pytest.raises(ValueError, match="strides"):
            conv_utils.normalize_tuple(bad, 2, "strides")
    assert conv_utils.normalize_padding("VALID") == "valid"
    for bad in ("diagonal", 3):
        with pytest.raises(ValueError, match="padding"):
            conv_utils.normalize_padding(bad)
    kernel = np.arange(12).reshape(2, 3, 1, 2)
    flipped = conv_utils.convert_kernel(kernel)
    assert (flipped == kernel[::-1, ::-1]).all() and (conv_utils.convert_kernel(flipped) == kernel).all()
    with pytest.raises(ValueError, match="3 to 5 axes"):
        conv_utils.convert_kernel(np.zeros((2, 2)))
