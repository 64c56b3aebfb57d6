"""Convolutions and pooling with kernels in Keras's layout: (*kernel size, channels in, channels out).

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config
from ..engine.symbolic import recordable
from . import spatial
from .conv_utils import conv_output_length, dilated_size, normalize_tuple, spatial_axes
from .convert import as_tensor, sizes
from .convolution import convolve, convolve_transposed

__all__ = [
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "depthwise_conv2d",
    "local_conv1d",
    "local_conv2d",
    "pool2d",
    "pool3d",
    "separable_conv1d",
    "separable_conv2d",
]

Ints = int | Sequence[int]


def _padding(owner: str, padding: str, allowed: tuple[str, ...] = ("valid", "same")) -> str:
    if padding not in allowed:
        raise ValueError(f"{owner}: expected padding to be one of {allowed}. Received: padding={padding!r}")
    return padding


def _stored(kernel: Any) -> Any:
    """A kernel as torch lays it out: (out, in, *kernel size)."""
    return kernel.permute(kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2))


def _conv(
    owner: str, x: Any, kernel: Any, strides: Ints, padding: str, data_format: str | None, dilation: Ints, rank: int
) -> torch.Tensor:
    data_format = config.normalize_data_format(data_format, owner)
    _padding(owner, padding, ("valid", "same", "causal") if rank == 1 else ("valid", "same"))
    if padding == "causal" and data_format != "channels_last":
        raise ValueError(f"{owner}: expected channels_last data with padding='causal'. Received: {data_format!r}")
    return convolve(
        as_tensor(x),
        _stored(as_tensor(kernel, x)),
        None,
        normalize_tuple(strides, rank, "strides"),
        padding,
        data_format,
        normalize_tuple(dilation, rank, "dilation_rate"),
    )


@recordable
def conv1d(
    x: Any,
    kernel: Any,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> torch.Tensor:
    """A convolution over time.

    Args:
        x: (batch, steps, channels) or (batch, channels, steps).
        kernel: (size, channels, filters).
        strides: the step.
        padding: ``'valid'``, ``'same'`` or ``'causal'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distance between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> conv1d(torch.ones(1, 4, 2), torch.ones(3, 2, 5)).shape
        torch.Size([1, 2, 5])
    """
    return _conv("conv1d", x, kernel, strides, padding, data_format, dilation_rate, 1)


@recordable
def conv2d(
    x: Any,
    kernel: Any,
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1),
) -> torch.Tensor:
    """A convolution over images.

    Args:
        x: (batch, rows, columns, channels) or (batch, channels, rows, columns).
        kernel: (height, width, channels, filters).
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distances between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> conv2d(torch.ones(1, 4, 4, 2), torch.ones(3, 3, 2, 5), padding="same").shape
        torch.Size([1, 4, 4, 5])
    """
    return _conv("conv2d", x, kernel, strides, padding, data_format, dilation_rate, 2)


@recordable
def conv3d(
    x: Any,
    kernel: Any,
    strides: Ints = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1, 1),
) -> torch.Tensor:
    """A convolution over volumes.

    Args:
        x: (batch, depth, rows, columns, channels), or with the channels on axis 1.
        kernel: (depth, height, width, channels, filters).
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distances between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> conv3d(torch.ones(1, 4, 4, 4, 2), torch.ones(3, 3, 3, 2, 5)).shape
        torch.Size([1, 2, 2, 2, 5])
    """
    return _conv("conv3d", x, kernel, strides, padding, data_format, dilation_rate, 3)


def _conv_transpose(
    owner: str,
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Ints,
    padding: str,
    data_format: str | None,
    dilation: Ints,
    rank: int,
) -> torch.Tensor:
    data_format = config.normalize_data_format(data_format, owner)
    _padding(owner, padding)
    x, kernel = as_tensor(x), as_tensor(kernel, x)
    strides, dilation = normalize_tuple(strides, rank, "strides"), normalize_tuple(dilation, rank, "dilation_rate")
    wanted = list(output_shape) if isinstance(output_shape, (list, tuple)) else output_shape.tolist()
    lengths = sizes([wanted[axis] for axis in spatial_axes(data_format, rank)])
    extra = []
    for axis, length, size, stride, apart in zip(
        spatial_axes(data_format, rank), lengths, kernel.shape, strides, dilation, strict=False
    ):
        if x.device.type != "meta" and conv_output_length(length, size, padding, stride, apart) != x.shape[axis]:
            raise ValueError(
                f"{owner}: expected an output_shape that a convolution makes the input's shape {tuple(x.shape)} of. "
                f"Received: output_shape={tuple(wanted)}"
            )
        reach = dilated_size(size, apart)
        least = (x.shape[axis] - 1) * stride + reach - (2 * (reach // 2) if padding == "same" else 0)
        extra.append(length - least)
    return convolve_transposed(x, _stored(kernel), None, strides, padding, extra, data_format, dilation)


@recordable
def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1),
) -> torch.Tensor:
    """The gradient of ``conv2d`` by its input, as a function of the output.

    Args:
        x: (batch, rows, columns, channels) or (batch, channels, rows, columns).
        kernel: (height, width, filters, channels).
        output_shape: the shape of the result; the batch's size may be None.
        strides: the steps of that convolution.
        padding: its padding, ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distances between the kernel's elements.

    Raises:
        ValueError: for an ``output_shape`` that does not belong to the input.

    Example:
        >>> conv2d_transpose(torch.ones(1, 2, 2, 3), torch.ones(3, 3, 5, 3), (None, 4, 4, 5), (2, 2), "same").shape
        torch.Size([1, 4, 4, 5])
    """
    owner = "conv2d_transpose"
    return _conv_transpose(owner, x, kernel, output_shape, strides, padding, data_format, dilation_rate, 2)


@recordable
def conv3d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Ints = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> torch.Tensor:
    """The gradient of ``conv3d`` by its input, as a function of the output.

    Args:
        x: (batch, depth, rows, columns, channels), or with the channels on axis 1.
        kernel: (depth, height, width, filters, channels).
        output_shape: the shape of the result; the batch's size may be None.
        strides: the steps of that convolution.
        padding: its padding, ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.

    Raises:
        ValueError: for an ``output_shape`` that does not belong to the input.

    Example:
        >>> conv3d_transpose(torch.ones(1, 2, 2, 2, 3), torch.ones(2, 2, 2, 5, 3), (1, 3, 3, 3, 5)).shape
        torch.Size([1, 3, 3, 3, 5])
    """
    return _conv_transpose("conv3d_transpose", x, kernel, output_shape, strides, padding, data_format, 1, 3)


def _depthwise(
    owner: str, x: Any, kernel: Any, strides: Ints, padding: str, data_format: str | None, dilation: Ints, rank: int
) -> torch.Tensor:
    """A convolution of each channel by itself; the kernel is (*kernel size, channels, filters of each)."""
    data_format = config.normalize_data_format(data_format, owner)
    _padding(owner, padding)
    x, kernel = as_tensor(x), as_tensor(kernel, x)
    channels, each = kernel.shape[-2:]
    weight = kernel.permute(rank, rank + 1, *range(rank)).reshape(channels * each, 1, *kernel.shape[:rank])
    strides, dilation = normalize_tuple(strides, rank, "strides"), normalize_tuple(dilation, rank, "dilation_rate")
    return convolve(x, weight, None, strides, padding, data_format, dilation, groups=channels)


@recordable
def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1),
) -> torch.Tensor:
    """A convolution of each channel by itself.

    Args:
        x: a batch of images.
        depthwise_kernel: (height, width, channels, filters of each channel).
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distances between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> depthwise_conv2d(torch.ones(1, 4, 4, 2), torch.ones(3, 3, 2, 2)).shape
        torch.Size([1, 2, 2, 4])
    """
    owner = "depthwise_conv2d"
    return _depthwise(owner, x, depthwise_kernel, strides, padding, data_format, dilation_rate, 2)


@recordable
def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> torch.Tensor:
    """A convolution of each channel by itself, then one across channels.

    Args:
        x: a batch of sequences.
        depthwise_kernel: (size, channels, filters of each channel).
        pointwise_kernel: (1, all of those, filters).
        strides: the step.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distance between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> separable_conv1d(torch.ones(1, 4, 2), torch.ones(3, 2, 2), torch.ones(1, 4, 5)).shape
        torch.Size([1, 2, 5])
    """
    y = _depthwise("separable_conv1d", x, depthwise_kernel, strides, padding, data_format, dilation_rate, 1)
    return _conv("separable_conv1d", y, pointwise_kernel, 1, "valid", data_format, 1, 1)


@recordable
def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1),
) -> torch.Tensor:
    """A convolution of each channel by itself, then one across channels.

    Args:
        x: a batch of images.
        depthwise_kernel: (height, width, channels, filters of each channel).
        pointwise_kernel: (1, 1, all of those, filters).
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        dilation_rate: the distances between the kernel's elements.

    Raises:
        ValueError: for another padding or data_format.

    Example:
        >>> separable_conv2d(torch.ones(1, 4, 4, 2), torch.ones(3, 3, 2, 2), torch.ones(1, 1, 4, 5)).shape
        torch.Size([1, 2, 2, 5])
    """
    y = _depthwise("separable_conv2d", x, depthwise_kernel, strides, padding, data_format, dilation_rate, 2)
    return _conv("separable_conv2d", y, pointwise_kernel, 1, "valid", data_format, 1, 2)


def _pool(
    owner: str, x: Any, size: Ints, strides: Ints, padding: str, data_format: str | None, mode: str, rank: int
) -> torch.Tensor:
    data_format = config.normalize_data_format(data_format, owner)
    _padding(owner, padding)
    if mode not in ("max", "avg"):
        raise ValueError(f"{owner}: expected pool_mode to be 'max' or 'avg'. Received: pool_mode={mode!r}")
    size, strides = normalize_tuple(size, rank, "pool_size"), normalize_tuple(strides, rank, "strides")
    return spatial.pool(as_tensor(x), mode, size, strides, padding, data_format)


@recordable
def pool2d(
    x: Any,
    pool_size: Ints,
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The largest or mean element of each window of an image.

    Args:
        x: a batch of images.
        pool_size: the window.
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        pool_mode: ``'max'`` or ``'avg'``.

    Raises:
        ValueError: for another padding, data_format or pool_mode.

    Example:
        >>> pool2d(torch.ones(1, 4, 4, 2), (2, 2), (2, 2)).shape
        torch.Size([1, 2, 2, 2])
    """
    return _pool("pool2d", x, pool_size, strides, padding, data_format, pool_mode, 2)


@recordable
def pool3d(
    x: Any,
    pool_size: Ints,
    strides: Ints = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> torch.Tensor:
    """The largest or mean element of each window of a volume.

    Args:
        x: a batch of volumes.
        pool_size: the window.
        strides: the steps.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are.
        pool_mode: ``'max'`` or ``'avg'``.

    Raises:
        ValueError: for another padding, data_format or pool_mode.

    Example:
        >>> pool3d(torch.ones(1, 4, 4, 4, 2), (2, 2, 2), (2, 2, 2)).shape
        torch.Size([1, 2, 2, 2, 2])
    """
    return _pool("pool3d", x, pool_size, strides, padding, data_format, pool_mode, 3)


# ------------------------------------------------------- kernels of each place


@recordable
def local_conv1d(
    inputs: Any, kernel: Any, kernel_size: Ints, strides: Ints, data_format: str | None = None
) -> torch.Tensor:
    """A convolution over time with a kernel of its own for each place.

    Args:
        inputs: (batch, steps, channels).
        kernel: (places, size * channels, filters).
        kernel_size: the window.
        strides: the step.
        data_format: checked only: as in Keras, the channels come last.

    Returns:
        (batch, places, filters).

    Raises:
        ValueError: for another data_format.

    Example:
        >>> local_conv1d(torch.ones(1, 4, 2), torch.ones(2, 6, 5), (3,), (1,)).shape
        torch.Size([1, 2, 5])
    """
    config.normalize_data_format(data_format, "local_conv1d")
    inputs = as_tensor(inputs)
    (size,), (step,) = normalize_tuple(kernel_size, 1, "kernel_size"), normalize_tuple(strides, 1, "strides")
    windows = inputs.unfold(1, size, step).transpose(2, 3).flatten(2)
    return torch.einsum("bpf,pfo->bpo", windows, as_tensor(kernel, inputs))


@recordable
def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Ints,
    strides: Ints,
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> torch.Tensor:
    """A convolution over images with a kernel of its own for each place.

    Args:
        inputs: a batch of images.
        kernel: (places, height * width * channels, filters); the channels come first of the three where those of the
            images do.
        kernel_size: the window.
        strides: the steps.
        output_shape: (rows, columns) of the result.
        data_format: where the channels are.

    Raises:
        ValueError: for another data_format.

    Example:
        >>> local_conv2d(torch.ones(1, 3, 3, 1), torch.ones(4, 4, 5), (2, 2), (1, 1), (2, 2)).shape
        torch.Size([1, 2, 2, 5])
    """
    data_format = config.normalize_data_format(data_format, "local_conv2d")
    inputs = as_tensor(inputs)
    size, steps = normalize_tuple(kernel_size, 2, "kernel_size"), normalize_tuple(strides, 2, "strides")
    rows, columns = sizes(output_shape)
    first, second = spatial_axes(data_format, 2)
    windows = inputs.unfold(first, size[0], steps[0]).unfold(second, size[1], steps[1])
    # (batch, rows, columns, features), whose order within a window is that of the data
    order = (0, 2, 3, 1, 4, 5) if data_format == "channels_first" else (0, 1, 2, 4, 5, 3)
    windows = windows.permute(order).flatten(3)[:, :rows, :columns].flatten(1, 2)
    result = torch.einsum("bpf,pfo->bpo", windows, as_tensor(kernel, inputs)).unflatten(1, (rows, columns))
    return result.movedim(-1, 1) if data_format == "channels_first" else result
