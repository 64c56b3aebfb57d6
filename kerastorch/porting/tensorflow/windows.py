"""Convolutions and pooling, with TensorFlow's arguments.

Source: https://www.tensorflow.org/api_docs/python/tf/nn
"""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F

from ...backend import spatial
from ...backend import windows as keras
from ._functions import ints, op, tensor

__all__ = [
    "atrous_conv2d",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_backprop_input",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "depthwise_conv2d",
    "pool",
    "separable_conv2d",
]

_FIRST = ("NCW", "NCHW", "NCDHW", "NC")


def _layout(data_format: str | None) -> str:
    return "channels_first" if data_format in _FIRST else "channels_last"


def _spatial(owner: str, value: Any, rank: int, data_format: str | None) -> tuple[int, ...]:
    """Strides or sizes of the spatial axes, from one number, one for each, or one for every axis.

    Raises:
        ValueError: for another number of entries.
    """
    found = ints(1 if value is None else value)
    if isinstance(found, int):
        return (found,) * rank
    if len(found) == 1:
        return tuple(found) * rank
    if len(found) == rank + 2:
        return tuple(found[2:] if _layout(data_format) == "channels_first" else found[1:-1])
    if len(found) != rank:
        raise ValueError(f"{owner}: expected 1, {rank} or {rank + 2} numbers. Received: {found}")
    return tuple(found)


def _padded(x: Any, padding: Any, rank: int, data_format: str | None) -> tuple[Any, str]:
    """The padding as Keras has it; explicit amounts are added here."""
    if isinstance(padding, str):
        return x, padding.lower()
    widths = ints(padding)
    if isinstance(widths, int):
        raise ValueError(f"padding: expected 'SAME', 'VALID' or pairs of amounts. Received: {padding!r}")
    return F.pad(x, [width for both in reversed(widths) for width in both]), "valid"


def _convolution(owner: str, x: Any, filters: Any, strides: Any, padding: Any, data_format: Any, dilations: Any) -> Any:
    x = tensor(x)
    filters = tensor(filters, like=x)
    rank = filters.ndim - 2
    function = {1: keras.conv1d, 2: keras.conv2d, 3: keras.conv3d}[rank]
    batch = x.shape[: x.ndim - rank - 1]
    x = x.reshape(-1, *x.shape[len(batch) :]) if len(batch) != 1 else x
    steps, spread = (_spatial(owner, value, rank, data_format) for value in (strides, dilations))
    x, kind = _padded(x, padding, rank, data_format)
    found = function(x, filters, steps, kind, _layout(data_format), spread)
    return found.reshape(*batch, *found.shape[1:]) if len(batch) != 1 else found


@op
def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str = "NWC",
    dilations: Any = None,
) -> Any:
    """A convolution over time; the filters are (size, channels in, channels out)."""
    return _convolution("tf.nn.conv1d", input, filters, stride, padding, data_format, dilations)


@op
def conv2d(
    input: Any,
    filters: Any = None,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str = "NHWC",
    dilations: Any = None,
    *,
    filter: Any = None,
    use_cudnn_on_gpu: bool = True,
) -> Any:
    """A convolution over images; the filters are (height, width, channels in, channels out)."""
    filters = filter if filters is None else filters
    return _convolution("tf.nn.conv2d", input, filters, strides, padding, data_format, dilations)


@op
def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = None,
) -> Any:
    """A convolution over volumes; the filters are (depth, height, width, channels in, channels out)."""
    return _convolution("tf.nn.conv3d", input, filters, strides, padding, data_format, dilations)


@op
def convolution(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    """A convolution over as many axes as the filters have."""
    return _convolution("tf.nn.convolution", input, filters, strides, padding, data_format, dilations)


@op
def atrous_conv2d(value: Any, filters: Any, rate: int, padding: Any) -> Any:
    """A convolution whose filter's elements are ``rate`` apart."""
    return _convolution("tf.nn.atrous_conv2d", value, filters, 1, padding, "NHWC", rate)


def _transposed(
    owner: str, x: Any, filters: Any, output_shape: Any, strides: Any, padding: str, data_format: Any
) -> Any:
    x = tensor(x)
    filters = tensor(filters, like=x)
    rank = filters.ndim - 2
    steps = _spatial(owner, strides, rank, data_format)
    shape = tuple(ints(output_shape))
    if rank == 1:
        first = _layout(data_format) == "channels_first"
        x, filters = x.unsqueeze(2 if first else 1), filters.unsqueeze(0)
        shape = (*shape[:2], 1, *shape[2:]) if first else (shape[0], 1, *shape[1:])
        found = keras.conv2d_transpose(x, filters, shape, (1, *steps), padding.lower(), _layout(data_format))
        return found.squeeze(2 if first else 1)
    function = keras.conv2d_transpose if rank == 2 else keras.conv3d_transpose
    return function(x, filters, shape, steps, padding.lower(), _layout(data_format))


@op
def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str = "NWC",
    dilations: Any = None,
) -> Any:
    """The gradient of ``conv1d`` by its input; the filters are (size, channels out, channels in)."""
    return _transposed("tf.nn.conv1d_transpose", input, filters, output_shape, strides, padding, data_format)


@op
def conv2d_transpose(
    input: Any = None,
    filters: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    data_format: str = "NHWC",
    dilations: Any = None,
    *,
    value: Any = None,
    filter: Any = None,
) -> Any:
    """The gradient of ``conv2d`` by its input; the filters are (height, width, channels out, channels in)."""
    input, filters = (value if input is None else input), (filter if filters is None else filters)
    return _transposed("tf.nn.conv2d_transpose", input, filters, output_shape, strides, padding, data_format)


@op
def conv2d_backprop_input(
    input_sizes: Any, filters: Any, out_backprop: Any, strides: Any, padding: str, data_format: str = "NHWC"
) -> Any:
    """The gradient of ``conv2d`` by its input."""
    return _transposed("tf.nn.conv2d_backprop_input", out_backprop, filters, input_sizes, strides, padding, data_format)


@op
def conv3d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str = "NDHWC",
    dilations: Any = None,
) -> Any:
    """The gradient of ``conv3d`` by its input."""
    return _transposed("tf.nn.conv3d_transpose", input, filters, output_shape, strides, padding, data_format)


@op
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
) -> Any:
    """A convolution of each channel by itself; the filter is (height, width, channels, filters of each)."""
    x = tensor(input)
    steps, spread = (_spatial("tf.nn.depthwise_conv2d", v, 2, data_format) for v in (strides, dilations))
    x, kind = _padded(x, padding, 2, data_format)
    return keras.depthwise_conv2d(x, tensor(filter, like=x), steps, kind, _layout(data_format), spread)


@op
def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
) -> Any:
    """A convolution of each channel by itself, then one over the channels."""
    found = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return _convolution("tf.nn.separable_conv2d", found, pointwise_filter, 1, "VALID", data_format, 1)


# ------------------------------------------------------------------------ pooling


def _pooled(
    owner: str, x: Any, mode: str, ksize: Any, strides: Any, padding: Any, data_format: str | None, rank: int
) -> Any:
    x = tensor(x)
    size, steps = (_spatial(owner, value, rank, data_format) for value in (ksize, strides))
    if not isinstance(padding, str) and mode == "max":
        widths = ints(padding)
        x, padding = F.pad(x, [w for both in reversed(widths) for w in both], value=float("-inf")), "valid"
    return spatial.pool(x, mode, size, steps, padding.lower(), _layout(data_format), owner)


def _pool_of(mode: str, rank: int, name: str, default: str) -> Any:
    @op
    def apply(
        input: Any = None,
        ksize: Any = None,
        strides: Any = None,
        padding: Any = "VALID",
        data_format: str | None = default,
        *,
        value: Any = None,
    ) -> Any:
        x = tensor(value if input is None else input)
        return _pooled(f"tf.nn.{name}", x, mode, ksize, strides, padding, data_format, rank or x.ndim - 2)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"The {'largest' if mode == 'max' else 'mean'} element of each window."
    return apply


for _mode in ("max", "avg"):
    for _rank, _format in ((1, "NWC"), (2, "NHWC"), (3, "NDHWC")):
        globals()[f"{_mode}_pool{_rank}d"] = _pool_of(_mode, _rank, f"{_mode}_pool{_rank}d", _format)
    globals()[f"{_mode}_pool"] = _pool_of(_mode, 0, f"{_mode}_pool", None)  # type: ignore[arg-type]

    __all__ += [f"{_mode}_pool", *(f"{_mode}_pool{_rank}d" for _rank in (1, 2, 3))]


@op
def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    """The largest (``'MAX'``) or the mean (``'AVG'``) element of each window."""
    x = tensor(input)
    return _pooled("tf.nn.pool", x, pooling_type.lower(), window_shape, strides, padding, data_format, x.ndim - 2)
