"""Convolutions on data in either layout, with kernels stored as torch wants them.

``channels_last`` data is permuted, never copied: an NHWC tensor seen as NCHW *is* a torch tensor in channels_last
memory format, and what a kernel makes of it comes out the same way. One-dimensional data runs through the
two-dimensional kernels, which accept that format where torch's own 1D functions would copy.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ..engine.symbolic import recordable
from . import conv_utils

__all__ = ["convolve", "convolve_transposed", "to_channels_first", "from_channels_first", "pad_spatial", "check_fits"]

_CONVOLUTIONS = {2: F.conv2d, 3: F.conv3d}
_TRANSPOSED = {2: F.conv_transpose2d, 3: F.conv_transpose3d}
_TO_FIRST = {3: (0, 2, 1), 4: (0, 3, 1, 2), 5: (0, 4, 1, 2, 3)}
_TO_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
Pairs = tuple[tuple[int, int], ...]


def to_channels_first(x: torch.Tensor, data_format: str) -> torch.Tensor:
    """A view with the channels on axis 1.

    Example:
        >>> to_channels_first(torch.zeros(2, 5, 6, 3), "channels_last").shape
        torch.Size([2, 3, 5, 6])
    """
    return x if data_format == "channels_first" else x.permute(_TO_FIRST[x.ndim])


def from_channels_first(x: torch.Tensor, data_format: str) -> torch.Tensor:
    """The way back from ``to_channels_first``."""
    return x if data_format == "channels_first" else x.permute(_TO_LAST[x.ndim])


def pad_spatial(x: torch.Tensor, pads: Sequence[tuple[int, int]], value: float = 0.0) -> torch.Tensor:
    """Pads the axes after the first two by (before, after) each; negative amounts cut.

    Example:
        >>> pad_spatial(torch.ones(1, 1, 2), [(1, 0)]).flatten().tolist()
        [0.0, 1.0, 1.0]
    """
    return F.pad(x, [amount for pair in reversed(pads) for amount in pair], value=value)


def _raised(x: torch.Tensor, rank: int, data_format: str) -> torch.Tensor:
    """Channels first, with a row axis of size 1 in front of a single spatial axis."""
    x = to_channels_first(x, data_format)
    return x.unsqueeze(2) if rank == 1 else x


def _lowered(x: torch.Tensor, rank: int, data_format: str) -> torch.Tensor:
    return from_channels_first(x.squeeze(2) if rank == 1 else x, data_format)


def check_fits(owner: str, lengths: Sequence[int], sizes: Sequence[int], dilation: Sequence[int] | None = None) -> None:
    """Makes sure that a window fits into data that is not padded.

    Raises:
        ValueError: when an axis is shorter than the window.
    """
    for length, size, rate in zip(lengths, sizes, dilation or (1,) * len(sizes), strict=True):
        if length < (size - 1) * rate + 1:
            reaches = tuple(conv_utils.dilated_size(k, d) for k, d in zip(sizes, dilation or (1,) * len(sizes)))
            raise ValueError(
                f"{owner}: expected spatial axes of at least {reaches} steps, the size of the window with "
                f"padding='valid'. Received: {tuple(lengths)}"
            )


def _fixed_pads(
    sizes: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...], padding: str
) -> Pairs | None:
    """The (before, after) of each axis; None where they depend on the length."""
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    reach = [conv_utils.dilated_size(k, d) - 1 for k, d in zip(sizes, dilation, strict=True)]
    if padding == "causal":
        return tuple((r, 0) for r in reach)
    if max(strides) == 1:
        return tuple((r // 2, r - r // 2) for r in reach)
    return None


@recordable
def convolve(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation: Sequence[int] = (1, 1),
    groups: int = 1,
    owner: str = "convolve",
) -> torch.Tensor:
    """A convolution over 1, 2 or 3 spatial axes.

    Args:
        x: (batch, …, channels) or (batch, channels, …).
        weight: (filters, channels // groups, *kernel size).
        bias: (filters,), or None.
        strides: one for each spatial axis.
        padding: ``'valid'``, ``'same'`` (the odd zero goes to the end) or ``'causal'``.
        data_format: where the channels of ``x`` are, and so those of the result.
        dilation: one for each spatial axis.
        groups: how many groups the channels fall into.
        owner: whom an error names.

    Raises:
        ValueError: when the window is larger than the data.

    Example:
        >>> convolve(torch.ones(1, 4, 4, 2), torch.ones(3, 2, 3, 3), strides=(2, 2), padding="same").shape
        torch.Size([1, 2, 2, 3])
    """
    rank = x.ndim - 2
    x = _raised(x, rank, data_format)
    strides, dilation = tuple(strides), tuple(dilation)
    if rank == 1:
        weight = weight.unsqueeze(2)
        strides, dilation = (1, *strides), (1, *dilation)
    sizes = tuple(weight.shape[2:])
    if padding == "valid":
        check_fits(owner, x.shape[2:], sizes, dilation)
    pads = _fixed_pads(sizes, strides, dilation, padding)
    if pads is None:
        pads = tuple(conv_utils.same_padding(*each) for each in zip(x.shape[2:], sizes, strides, dilation, strict=True))
    if any(before != after for before, after in pads):
        x = pad_spatial(x, pads)
        pads = ((0, 0),) * len(pads)
    y = _CONVOLUTIONS[x.ndim - 2](x, weight, bias, strides, [before for before, _ in pads], dilation, groups)
    return _lowered(y, rank, data_format)


@recordable
def convolve_transposed(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    output_padding: Sequence[int] | None = None,
    data_format: str = "channels_last",
    dilation: Sequence[int] = (1, 1),
) -> torch.Tensor:
    """The gradient of ``convolve`` with respect to its input, as a layer: strides make the output longer.

    Args:
        x: (batch, …, channels) or (batch, channels, …).
        weight: (channels, filters, *kernel size).
        bias: (filters,), or None.
        strides: one for each spatial axis.
        padding: ``'valid'`` or ``'same'``.
        output_padding: extra length at the end of each spatial axis; None infers the length from the strides.
        data_format: where the channels of ``x`` are, and so those of the result.
        dilation: one for each spatial axis.

    Example:
        >>> convolve_transposed(torch.ones(1, 4, 3, 2), torch.ones(2, 5, 2, 2), strides=(3, 3)).shape
        torch.Size([1, 12, 9, 5])
    """
    rank = x.ndim - 2
    x = _raised(x, rank, data_format)
    strides, dilation = tuple(strides), tuple(dilation)
    extra = (None,) * rank if output_padding is None else tuple(output_padding)
    if rank == 1:
        weight = weight.unsqueeze(2)
        strides, dilation, extra = (1, *strides), (1, *dilation), (0, *extra)
    each = zip(x.shape[2:], weight.shape[2:], strides, extra, dilation, strict=True)
    crops = [conv_utils.transposed_crop(n, k, s, padding, e, d) for n, k, s, e, d in each]
    # torch cuts the same from both ends and adds at the end; what is left over at the end is sliced off.
    longer = [max(start - end, 0) for start, end in crops]
    y = _TRANSPOSED[x.ndim - 2](x, weight, bias, strides, [start for start, _ in crops], longer, 1, dilation)
    for axis, (start, end) in enumerate(crops, start=2):
        if end > start:
            y = y.narrow(axis, 0, y.shape[axis] - (end - start))
    return _lowered(y, rank, data_format)
