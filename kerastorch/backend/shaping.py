"""Other shapes of tensors: joining, splitting, repeating, padding, picking.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..engine.symbolic import recordable
from . import spatial
from .conv_utils import spatial_axes
from .convert import as_tensor, is_tensor_like, sizes

__all__ = [
    "batch_flatten",
    "concatenate",
    "expand_dims",
    "flatten",
    "gather",
    "one_hot",
    "permute_dimensions",
    "repeat",
    "repeat_elements",
    "reshape",
    "resize_images",
    "resize_volumes",
    "reverse",
    "slice",
    "spatial_2d_padding",
    "spatial_3d_padding",
    "squeeze",
    "stack",
    "temporal_padding",
    "tile",
]

Pairs = Sequence[Sequence[int]]


def _tensors(values: Sequence[Any]) -> list[Any]:
    """All as tensors, numbers in the type of the first tensor among them."""
    like = next((value for value in values if is_tensor_like(value)), None)
    return [as_tensor(value, like) for value in values]


@recordable
def concatenate(tensors: Sequence[Any], axis: int = -1) -> torch.Tensor:
    """Tensors one behind the other.

    Args:
        tensors: tensors that agree in all axes but one.
        axis: that axis.

    Example:
        >>> concatenate([torch.ones(2, 1), torch.zeros(2, 1)]).tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """
    return torch.cat(_tensors(tensors), axis)


@recordable
def stack(x: Sequence[Any], axis: int = 0) -> torch.Tensor:
    """Tensors of one shape along a new axis.

    Args:
        x: the tensors.
        axis: where the new axis comes.

    Example:
        >>> stack([torch.ones(2), torch.zeros(2)]).tolist()
        [[1.0, 1.0], [0.0, 0.0]]
    """
    return torch.stack(_tensors(x), axis)


@recordable
def reshape(x: Any, shape: Any) -> torch.Tensor:
    """The same elements in another shape.

    Args:
        x: a tensor.
        shape: the shape: ints, one of which may be -1, and tensors of one int, or one tensor of ints.

    Example:
        >>> reshape(torch.arange(4), (2, -1)).tolist()
        [[0, 1], [2, 3]]
    """
    return torch.reshape(as_tensor(x), sizes(shape))


@recordable
def permute_dimensions(x: Any, pattern: Sequence[int]) -> torch.Tensor:
    """The axes in another order.

    Args:
        x: a tensor.
        pattern: for each new axis the old one.

    Example:
        >>> permute_dimensions(torch.zeros(2, 3, 4), (0, 2, 1)).shape
        torch.Size([2, 4, 3])
    """
    return torch.permute(as_tensor(x), sizes(pattern))


@recordable
def expand_dims(x: Any, axis: int = -1) -> torch.Tensor:
    """The tensor with one more axis of size 1.

    Args:
        x: a tensor.
        axis: where the new axis comes; last by default.

    Example:
        >>> expand_dims(torch.zeros(2)).shape
        torch.Size([2, 1])
    """
    return torch.unsqueeze(as_tensor(x), axis)


@recordable
def squeeze(x: Any, axis: int) -> torch.Tensor:
    """The tensor without an axis of size 1.

    Args:
        x: a tensor.
        axis: the axis.

    Raises:
        ValueError: when the axis has another size.

    Example:
        >>> squeeze(torch.zeros(2, 1), 1).shape
        torch.Size([2])
    """
    x = as_tensor(x)
    if x.shape[axis] != 1 and x.device.type != "meta":
        raise ValueError(f"squeeze: expected axis {axis} to have size 1. Received: shape {tuple(x.shape)}")
    return x.select(axis, 0)


@recordable
def flatten(x: Any) -> torch.Tensor:
    """All elements along one axis.

    Example:
        >>> flatten(torch.zeros(2, 3)).shape
        torch.Size([6])
    """
    return torch.reshape(as_tensor(x), (-1,))


@recordable
def batch_flatten(x: Any) -> torch.Tensor:
    """The elements of each sample along one axis.

    Example:
        >>> batch_flatten(torch.zeros(2, 3, 4)).shape
        torch.Size([2, 12])
    """
    x = as_tensor(x)
    return torch.flatten(x, 1) if x.ndim > 1 else x.unsqueeze(1)


@recordable
def repeat(x: Any, n: int) -> torch.Tensor:
    """A (batch, features) tensor n times along a new axis in the middle.

    Args:
        x: a tensor of 2 axes.
        n: how many times.

    Raises:
        ValueError: for another number of axes.

    Example:
        >>> repeat(torch.zeros(2, 3), 4).shape
        torch.Size([2, 4, 3])
    """
    x = as_tensor(x)
    if x.ndim != 2:
        raise ValueError(f"repeat: expected a tensor of 2 axes. Received: shape {tuple(x.shape)}")
    return x.unsqueeze(1).repeat(1, int(n), 1)


@recordable
def repeat_elements(x: Any, rep: int, axis: int) -> torch.Tensor:
    """Repeats every element along an axis.

    Args:
        x: a tensor.
        rep: how many times.
        axis: the axis.

    Example:
        >>> repeat_elements(torch.tensor([1, 2]), 2, 0).tolist()
        [1, 1, 2, 2]
    """
    return spatial.repeat_elements(as_tensor(x), int(rep), axis)


@recordable
def tile(x: Any, n: Any) -> torch.Tensor:
    """Repeats the tensor along each axis.

    Args:
        x: a tensor.
        n: how many times along each axis; an int for a tensor of one axis.

    Raises:
        ValueError: when not every axis has its number.

    Example:
        >>> tile(torch.tensor([[1, 2]]), (2, 2)).tolist()
        [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    x, times = as_tensor(x), sizes(n)
    if len(times) != x.ndim:
        raise ValueError(f"tile: expected n to hold {x.ndim} numbers. Received: n={times}")
    return x.repeat(times)


@recordable
def gather(reference: Any, indices: Any) -> torch.Tensor:
    """The rows that indices name.

    Args:
        reference: a tensor.
        indices: whole numbers in any shape.

    Returns:
        A tensor of the shape of ``indices``, then that of a row.

    Example:
        >>> gather(torch.tensor([10, 20, 30]), [2, 0]).tolist()
        [30, 10]
    """
    reference = as_tensor(reference)
    return reference[as_tensor(indices).to(device=reference.device, dtype=torch.int64)]


@recordable
def one_hot(indices: Any, num_classes: Any) -> torch.Tensor:
    """A row of zeros with a one at each index; an index out of range gives zeros only.

    Args:
        indices: whole numbers in any shape.
        num_classes: how long a row is.

    Example:
        >>> one_hot(torch.tensor([1, 0]), 3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    indices = as_tensor(indices)
    classes = torch.arange(int(num_classes), device=indices.device)
    return (indices.unsqueeze(-1) == classes).to(config.torch_dtype(None))


@recordable
def reverse(x: Any, axes: int | Sequence[int]) -> torch.Tensor:
    """The tensor backwards along axes.

    Args:
        x: a tensor.
        axes: an axis or several.

    Example:
        >>> reverse(torch.tensor([1, 2, 3]), 0).tolist()
        [3, 2, 1]
    """
    return torch.flip(as_tensor(x), sizes(axes))


@recordable
def slice(x: Any, start: Any, size: Any) -> torch.Tensor:
    """A block of a tensor.

    Args:
        x: a tensor.
        start: where the block begins along each axis.
        size: how long it is along each axis; -1 reaches to the end.

    Raises:
        ValueError: when not every axis has its numbers, or the block reaches out of the tensor.

    Example:
        >>> slice(torch.arange(5), [1], [3]).tolist()
        [1, 2, 3]
    """
    x, lengths = as_tensor(x), sizes(size)
    starts = list(start.unbind() if isinstance(start, torch.Tensor) else start)
    # A start that is only known where data is computed on: its rows are gathered, which no host has to wait for.
    gathered = {
        axis: starts[axis]
        for axis, length in enumerate(lengths[: len(starts)])
        if isinstance(starts[axis], torch.Tensor) and length != -1
    }
    first = sizes([0 if axis in gathered else begin for axis, begin in enumerate(starts)])
    inside = len(first) == len(lengths) == x.ndim and all(
        0 <= begin and begin + max(length, 0) <= total
        for begin, length, total in zip(first, lengths, x.shape, strict=True)
    )
    if not inside:
        raise _no_such_block(x, starts, lengths)
    block = x
    for axis, (begin, length) in enumerate(zip(first, lengths, strict=True)):
        if axis not in gathered:
            block = block.narrow(axis, begin, x.shape[axis] - begin if length == -1 else length)
            continue
        rows = gathered[axis].to(x.device) + torch.arange(length, device=x.device)
        try:
            block = block.index_select(axis, rows)
        except (IndexError, RuntimeError) as error:  # raised by a CPU; a GPU is not asked here
            raise _no_such_block(x, [int(begin) for begin in starts], lengths) from error
    return block


def _no_such_block(x: torch.Tensor, start: list[Any], size: list[int]) -> ValueError:
    return ValueError(
        f"slice: expected start and size to name a block of the tensor. "
        f"Received: start={start}, size={size} for shape {tuple(x.shape)}"
    )


# --------------------------------------------------------------- space and time


def _padded(x: Any, pads: Pairs, first_axis: int) -> torch.Tensor:
    x = as_tensor(x)
    behind = x.ndim - first_axis - len(pads)
    amounts = [0, 0] * behind + [amount for pair in reversed(pads) for amount in pair]
    return F.pad(x, amounts)


def _check_pads(owner: str, padding: Pairs, n: int) -> Pairs:
    ok = len(padding) == n and all(len(pair) == 2 for pair in padding)
    if not ok:
        raise ValueError(f"{owner}: expected padding to be {n} pairs of ints. Received: padding={padding!r}")
    return padding


@recordable
def temporal_padding(x: Any, padding: Sequence[int] = (1, 1)) -> torch.Tensor:
    """Zeros before and after the steps of (batch, steps, features).

    Args:
        x: a tensor.
        padding: how many before and after.

    Example:
        >>> temporal_padding(torch.ones(1, 1, 1), (1, 2)).flatten().tolist()
        [0.0, 1.0, 0.0, 0.0]
    """
    return _padded(x, _check_pads("temporal_padding", [padding], 1), 1)


@recordable
def spatial_2d_padding(x: Any, padding: Pairs = ((1, 1), (1, 1)), data_format: str | None = None) -> torch.Tensor:
    """Zeros around images.

    Args:
        x: (batch, rows, columns, channels) or (batch, channels, rows, columns).
        padding: how many before and after, for rows and for columns.
        data_format: where the channels are.

    Raises:
        ValueError: for another form of padding or data_format.

    Example:
        >>> spatial_2d_padding(torch.ones(1, 2, 2, 1), ((1, 0), (0, 3))).shape
        torch.Size([1, 3, 5, 1])
    """
    data_format = config.normalize_data_format(data_format, "spatial_2d_padding")
    return _padded(x, _check_pads("spatial_2d_padding", padding, 2), spatial_axes(data_format, 2)[0])


@recordable
def spatial_3d_padding(
    x: Any, padding: Pairs = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> torch.Tensor:
    """Zeros around volumes.

    Args:
        x: (batch, depth, rows, columns, channels), or with the channels on axis 1.
        padding: how many before and after, for each of the three axes.
        data_format: where the channels are.

    Raises:
        ValueError: for another form of padding or data_format.

    Example:
        >>> spatial_3d_padding(torch.ones(1, 1, 1, 1, 2)).shape
        torch.Size([1, 3, 3, 3, 2])
    """
    data_format = config.normalize_data_format(data_format, "spatial_3d_padding")
    return _padded(x, _check_pads("spatial_3d_padding", padding, 3), spatial_axes(data_format, 3)[0])


@recordable
def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest"
) -> torch.Tensor:
    """Images made larger by whole factors.

    Args:
        x: a batch of images.
        height_factor: how many times as high.
        width_factor: how many times as wide.
        data_format: where the channels are.
        interpolation: ``'nearest'`` or ``'bilinear'``.

    Raises:
        ValueError: for another data_format or interpolation.

    Example:
        >>> resize_images(torch.ones(1, 2, 2, 1), 2, 3, "channels_last").shape
        torch.Size([1, 4, 6, 1])
    """
    data_format = config.normalize_data_format(data_format, "resize_images")
    return spatial.resize(as_tensor(x), (height_factor, width_factor), data_format, interpolation)


@recordable
def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str) -> torch.Tensor:
    """Volumes made larger by whole factors, each element repeated.

    Args:
        x: a batch of volumes.
        depth_factor: how many times as deep.
        height_factor: how many times as high.
        width_factor: how many times as wide.
        data_format: where the channels are.

    Raises:
        ValueError: for another data_format.

    Example:
        >>> resize_volumes(torch.ones(1, 1, 1, 1, 1), 2, 3, 4, "channels_last").shape
        torch.Size([1, 2, 3, 4, 1])
    """
    data_format = config.normalize_data_format(data_format, "resize_volumes")
    x = as_tensor(x)
    factors = (depth_factor, height_factor, width_factor)
    for axis, factor in zip(spatial_axes(data_format, 3), factors, strict=True):
        x = spatial.repeat_elements(x, int(factor), axis)
    return x
