"""Pooling and resizing of data in either layout, without copies for layout."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from .. import eras
from ..engine.symbolic import recordable
from . import conv_utils
from .convolution import check_fits, from_channels_first, to_channels_first

__all__ = ["pool", "pool_padding", "resize", "repeat_elements"]

_MAX = {2: torch.max_pool2d, 3: torch.max_pool3d}
_AVERAGE = {2: F.avg_pool2d, 3: F.avg_pool3d}
_RESIZE_MODES = ("nearest", "bilinear")


@recordable
def pool(
    x: torch.Tensor,
    mode: str,
    pool_size: Sequence[int],
    strides: Sequence[int],
    padding: str = "valid",
    data_format: str = "channels_last",
    owner: str = "pool",
) -> torch.Tensor:
    """The largest or the mean element of each window, over 1, 2 or 3 spatial axes.

    What ``'same'`` pads is never the largest and never counts in a mean.

    Args:
        x: (batch, …, channels) or (batch, channels, …).
        mode: ``'max'`` or ``'avg'``.
        pool_size: one for each spatial axis.
        strides: one for each spatial axis.
        padding: ``'valid'`` or ``'same'``.
        data_format: where the channels of ``x`` are, and so those of the result.
        owner: whom an error names.

    Raises:
        ValueError: when the window is larger than the data.

    Example:
        >>> pool(torch.arange(5.0).view(1, 5, 1), "avg", (2,), (2,), "same").flatten().tolist()
        [0.5, 2.5, 4.0]
    """
    rank = x.ndim - 2
    pool_size, strides = tuple(pool_size), tuple(strides)
    x = to_channels_first(x, data_format)
    if rank == 1:  # the 2D kernels take channels_last data as it is
        x, pool_size, strides = x.unsqueeze(2), (1, *pool_size), (1, *strides)
    if padding == "valid":
        check_fits(owner, x.shape[2:], pool_size)
    amounts, ceil_mode, drop = pool_padding(x.shape[2:], pool_size, strides) if padding == "same" else (0, False, ())
    if mode == "avg" and padding == "same" and len(pool_size) == 2 and x.device.type == "cuda":
        y, drop = _padded_mean(x, pool_size, strides), ()
    elif mode == "max":
        y = _MAX[len(pool_size)](x, pool_size, strides, amounts, 1, ceil_mode)
    else:
        y = _AVERAGE[len(pool_size)](x, pool_size, strides, amounts, ceil_mode, False)
    for axis in drop:
        y = y.narrow(axis, 1, y.shape[axis] - 1)
    return from_channels_first(y.squeeze(2) if rank == 1 else y, data_format)


def _padded_mean(x: torch.Tensor, sizes: Sequence[int], strides: Sequence[int]) -> torch.Tensor:
    """The mean of each window with ``'same'``, padded by itself.

    On a GPU torch's own padding has a wrong gradient for channels_last data.
    """
    pads = [conv_utils.same_padding(*each) for each in zip(x.shape[2:], sizes, strides, strict=True)]
    amounts = [amount for before_and_after in reversed(pads) for amount in before_and_after]
    if not any(amounts):
        return F.avg_pool2d(x, sizes, strides)
    inside = x.new_ones((1, 1, *x.shape[2:]))
    mean, share = (F.avg_pool2d(F.pad(each, amounts), sizes, strides) for each in (x, inside))
    return mean / share


def pool_padding(
    lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int]
) -> tuple[list[int], bool, list[int]]:
    """What torch's pooling makes ``'same'`` of: its padding, its ceil_mode, and the axes whose first window to drop.

    With strides, ceil_mode makes the one window more that the odd zero at the end stands for. With stride 1 it cannot:
    there the larger amount goes to both ends and the first window is dropped.
    """
    pads = [conv_utils.same_padding(*each) for each in zip(lengths, sizes, strides, strict=True)]
    uneven = [axis for axis, (before, after) in enumerate(pads, start=2) if before < after]
    drop = [axis for axis in uneven if strides[axis - 2] == 1]
    amounts = [after if axis in drop else before for axis, (before, after) in enumerate(pads, start=2)]
    return amounts, bool(uneven), drop


@recordable
def repeat_elements(x: torch.Tensor, times: int, axis: int) -> torch.Tensor:
    """Repeats every element along an axis.

    Example:
        >>> repeat_elements(torch.tensor([1, 2]), 2, 0).tolist()
        [1, 1, 2, 2]
    """
    axis %= x.ndim
    repeated = x.unsqueeze(axis + 1)
    sizes = [-1] * repeated.ndim
    sizes[axis + 1] = times
    return repeated.expand(sizes).flatten(axis, axis + 1)


@recordable
def resize(
    x: torch.Tensor, factors: Sequence[int], data_format: str = "channels_last", interpolation: str = "nearest"
) -> torch.Tensor:
    """Makes 2D or 3D images larger by whole factors.

    Bilinear interpolation puts the samples where the era's Keras had them: at ``i / factor`` (TensorFlow 1), or so
    that the pixels' centres agree (later).

    Args:
        x: (batch, …, channels) or (batch, channels, …).
        factors: one for each spatial axis.
        data_format: where the channels of ``x`` are, and so those of the result.
        interpolation: ``'nearest'``, or ``'bilinear'`` for 2D images.

    Raises:
        ValueError: for another interpolation.

    Example:
        >>> resize(torch.tensor([0.0, 1.0]).view(1, 1, 2, 1), (1, 2), interpolation="bilinear").flatten().tolist()
        [0.0, 0.5, 1.0, 1.0]
    """
    if interpolation not in _RESIZE_MODES:
        raise ValueError(f"resize: expected interpolation to be one of {_RESIZE_MODES}. Received: {interpolation!r}")
    factors = tuple(factors)
    x = to_channels_first(x, data_format)
    sizes = [length * factor for length, factor in zip(x.shape[2:], factors, strict=True)]
    if interpolation == "nearest" and not x.is_floating_point():  # torch interpolates no integers
        y = x
        for axis, factor in enumerate(factors, start=2):
            y = repeat_elements(y, factor, axis)
    elif interpolation == "nearest":
        y = F.interpolate(x, size=sizes, mode="nearest")
    elif eras.current().bilinear == "half_pixel":
        y = F.interpolate(x, size=sizes, mode="bilinear", align_corners=False)
    else:
        y = _bilinear_from_corner(x, sizes)
    return from_channels_first(y, data_format)


def _bilinear_from_corner(x: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """Samples at ``i / factor``, the last row and column held beyond the edge.

    With one row and column more, sampling from corner to corner at ``n * factor + 1`` places has exactly that spacing;
    the last place is not wanted.
    """
    for axis in (2, 3):
        x = torch.cat([x, x.narrow(axis, x.shape[axis] - 1, 1)], axis)
    y = F.interpolate(x, size=[size + 1 for size in sizes], mode="bilinear", align_corners=True)
    return y[:, :, :-1, :-1]
