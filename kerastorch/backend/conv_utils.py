"""The arithmetic of windows: how much is padded, how long outputs are.

Plain Python on ints, None where a length is unknown. The convention for ``'same'`` is TensorFlow's: just enough zeros
that the output has ``ceil(length / stride)`` steps, and the odd one at the end.

Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..config import normalize_data_format

__all__ = [
    "normalize_tuple",
    "normalize_padding",
    "normalize_data_format",
    "convert_kernel",
    "conv_output_length",
    "conv_input_length",
    "deconv_length",
    "dilated_size",
    "same_padding",
    "transposed_crop",
    "spatial_axes",
    "channel_axis",
    "with_spatial",
]

_PADDINGS = ("valid", "same", "causal")


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """The value as a tuple of n ints; a single int stands for n of them.

    Raises:
        ValueError: when it is neither an int nor n of them.

    Example:
        >>> normalize_tuple(3, 2, "kernel_size")
        (3, 3)
    """
    if isinstance(value, (int, np.integer)):
        return (int(value),) * n
    items = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else ()
    try:
        if len(items) == n:
            return tuple(int(item) for item in items)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name}: expected an integer or a tuple of {n} integers. Received: {value!r}")


def normalize_padding(value: Any) -> str:
    """The padding's name in lower case.

    Raises:
        ValueError: unless it is ``'valid'``, ``'same'`` or ``'causal'``.

    Example:
        >>> normalize_padding("SAME")
        'same'
    """
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in _PADDINGS:
        raise ValueError(f"padding: expected one of {_PADDINGS} ('causal' for 1D layers only). Received: {value!r}")
    return lowered


def convert_kernel(kernel: Any) -> np.ndarray:
    """A kernel with its spatial axes reversed: Theano convolved where TensorFlow correlates.

    Args:
        kernel: an array of 3 to 5 axes, the last two of them channels.

    Raises:
        ValueError: for another number of axes.

    Example:
        >>> convert_kernel([[[1.0]], [[2.0]]]).ravel().tolist()
        [2.0, 1.0]
    """
    array = np.asarray(kernel)
    if not 3 <= array.ndim <= 5:
        raise ValueError(f"convert_kernel: expected an array of 3 to 5 axes. Received: shape {array.shape}")
    return np.flip(array, tuple(range(array.ndim - 2))).copy()


def dilated_size(size: int, dilation: int) -> int:
    """How far a window of ``size`` elements reaches when they are ``dilation`` apart.

    Example:
        >>> dilated_size(3, 2)
        5
    """
    return (size - 1) * dilation + 1


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """How many positions a sliding window has.

    Args:
        input_length: the length it slides over; None gives None.
        filter_size: the window's size.
        padding: ``'same'``, ``'valid'``, ``'causal'`` or ``'full'``.
        stride: the step.
        dilation: the distance between the window's elements.

    Example:
        >>> conv_output_length(7, 3, "same", 2), conv_output_length(7, 3, "valid", 2)
        (4, 3)
    """
    assert padding in {"same", "valid", "causal", "full"}, padding
    if input_length is None:
        return None
    reach = dilated_size(filter_size, dilation) - 1
    positions = input_length + {"same": 0, "causal": 0, "valid": -reach, "full": reach}[padding]
    return -(-positions // stride)


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """The shortest input with ``output_length`` window positions.

    Args:
        output_length: how many positions; None gives None.
        filter_size: the window's size.
        padding: ``'same'``, ``'valid'`` or ``'full'``.
        stride: the step.

    Example:
        >>> conv_input_length(14, 5, "valid", 2)
        31
    """
    assert padding in {"same", "valid", "full"}, padding
    if output_length is None:
        return None
    pad = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None,
    dilation: int = 1,
) -> int | None:
    """How long the output of a transposed convolution is.

    Args:
        dim_size: the input's length; None gives None.
        stride_size: the stride.
        kernel_size: the kernel's size.
        padding: ``'same'``, ``'valid'`` or ``'full'``.
        output_padding: extra length at the end; None stands for what makes ``'same'`` exactly ``stride`` times as long
            and keeps every input step apart from the next with ``'valid'``.
        dilation: the distance between the kernel's elements.

    Example:
        >>> deconv_length(4, 3, 2, "valid", None), deconv_length(4, 2, 3, "same", None)
        (12, 8)
    """
    assert padding in {"same", "valid", "full"}, padding
    if dim_size is None:
        return None
    reach = dilated_size(kernel_size, dilation)
    if output_padding is not None:
        pad = {"same": reach // 2, "valid": 0, "full": reach - 1}[padding]
        return (dim_size - 1) * stride_size + reach - 2 * pad + output_padding
    extra = {"same": 0, "valid": max(reach - stride_size, 0), "full": 2 - stride_size - reach}[padding]
    return dim_size * stride_size + extra


def same_padding(length: int, size: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """How many zeros ``'same'`` puts before and after.

    Example:
        >>> same_padding(8, 3, 2), same_padding(7, 3, 2)
        ((0, 1), (1, 1))
    """
    total = max((-(-length // stride) - 1) * stride + dilated_size(size, dilation) - length, 0)
    return total // 2, total - total // 2


def transposed_crop(
    length: int, size: int, stride: int, padding: str, output_padding: int | None, dilation: int = 1
) -> tuple[int, int]:
    """What to cut off the start and the end of a full transposed convolution; a negative end means zeros to add.

    A transposed convolution is the gradient of the convolution from its output to its input, so ``'same'`` cuts as
    much as that convolution would pad.

    Example:
        >>> transposed_crop(4, 3, 2, "same", None), transposed_crop(4, 2, 3, "valid", None)
        ((0, 1), (0, -1))
    """
    full = (length - 1) * stride + dilated_size(size, dilation)
    wanted = deconv_length(length, stride, size, padding, output_padding, dilation)
    start = max(full - wanted, 0) // 2 if padding == "same" else 0
    return start, full - wanted - start


def channel_axis(data_format: str) -> int:
    """The channels' axis: 1 or -1."""
    return 1 if data_format == "channels_first" else -1


def spatial_axes(data_format: str, rank: int) -> tuple[int, ...]:
    """The axes that are neither batch nor channels.

    Example:
        >>> spatial_axes("channels_last", 2), spatial_axes("channels_first", 2)
        ((1, 2), (2, 3))
    """
    first = 2 if data_format == "channels_first" else 1
    return tuple(range(first, first + rank))


def with_spatial(
    shape: Sequence[int | None], data_format: str, lengths: Sequence[int | None]
) -> tuple[int | None, ...]:
    """The shape with other spatial lengths.

    Example:
        >>> with_spatial((None, 3, 8, 8), "channels_first", (4, 5))
        (None, 3, 4, 5)
    """
    result = list(shape)
    for axis, length in zip(spatial_axes(data_format, len(lengths)), lengths, strict=True):
        result[axis] = length
    return tuple(result)
