"""Operations that trade the sizes of images for channels, windows and means, and activations with zeros.

Source: https://keras.io/api/ops/nn/
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..backend.convolution import from_channels_first, to_channels_first
from ._making import converted, floats, operation, together

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "depth_to_space",
    "fold",
    "polar",
    "psnr",
    "space_to_depth",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "unfold",
]


def _format(name: str, data_format: str | None) -> str:
    form = config.image_data_format() if data_format is None else data_format
    if form not in ("channels_first", "channels_last"):
        raise ValueError(f"ops.{name}: expected channels_first or channels_last. Received: data_format={data_format!r}")
    return form


def _adaptive(name: str, inputs: Any, output_size: Any, data_format: str | None) -> Any:
    x, form = floats(inputs), _format(name, data_format)
    rank = x.ndim - 2
    sizes = (output_size,) * rank if isinstance(output_size, int) else tuple(output_size)
    if rank not in (1, 2, 3) or len(sizes) != rank:
        raise ValueError(
            f"ops.{name}: expected inputs of 3 to 5 axes and a size for each but batch and channels. "
            f"Received: shape {tuple(x.shape)}, output_size={output_size}"
        )
    pool = getattr(F, f"adaptive_{'avg' if name == 'adaptive_average_pool' else 'max'}_pool{rank}d")
    return from_channels_first(pool(to_channels_first(x, form), sizes), form)


@operation
def adaptive_average_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Any:
    """The means of as many windows as are wanted.

    Args:
        inputs: (batch, *sizes, channels) or, for ``channels_first``, (batch, channels, *sizes).
        output_size: how many windows along each axis.
        data_format: where the channels are.
    """
    return _adaptive("adaptive_average_pool", inputs, output_size, data_format)


@operation
def adaptive_max_pool(inputs: Any, output_size: Any, data_format: str | None = None) -> Any:
    """The greatest of as many windows as are wanted; arguments as of ``adaptive_average_pool``."""
    return _adaptive("adaptive_max_pool", inputs, output_size, data_format)


def _block(name: str, x: Any, block_size: int, data_format: str) -> tuple[Any, str]:
    x, form = converted(x), _format(name, data_format)
    if block_size < 2 or x.ndim != 4:
        raise ValueError(
            f"ops.{name}: expected four axes and a block_size of 2 or more. "
            f"Received: shape {tuple(x.shape)}, block_size={block_size}"
        )
    return x, form


@operation
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> Any:
    """Channels as blocks of pixels.

    Args:
        x: images, whose channels are a multiple of ``block_size ** 2``.
        block_size: height and width of the blocks.
        data_format: where the channels are.
    """
    x, form = _block("depth_to_space", x, block_size, data_format)
    side = block_size
    if form == "channels_last":
        n, h, w, c = x.shape
        x = x.reshape(n, h, w, side, side, c // side**2).permute(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h * side, w * side, c // side**2)
    n, c, h, w = x.shape
    x = x.reshape(n, c // side**2, side, side, h, w).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(n, c // side**2, h * side, w * side)


@operation
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> Any:
    """Blocks of pixels as channels: ``depth_to_space`` the other way."""
    x, form = _block("space_to_depth", x, block_size, data_format)
    side = block_size
    if form == "channels_last":
        n, h, w, c = x.shape
        x = x.reshape(n, h // side, side, w // side, side, c).permute(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h // side, w // side, c * side**2)
    n, c, h, w = x.shape
    x = x.reshape(n, c, h // side, side, w // side, side).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(n, c * side**2, h // side, w // side)


@operation
def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """The windows of (batch, channels, height, width) images as columns: (batch, channels * window, windows)."""
    x = converted(x)
    if x.ndim != 4:
        raise ValueError(f"ops.unfold: expected four axes. Received: shape {tuple(x.shape)}")
    return F.unfold(x, kernel_size, dilation, padding, stride)


@operation
def fold(x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Images of windows in columns, those that overlap added: the transpose of ``unfold``."""
    x = converted(x)
    if x.ndim != 3:
        raise ValueError(f"ops.fold: expected three axes. Received: shape {tuple(x.shape)}")
    return F.fold(x, output_size, kernel_size, dilation, padding, stride)


# --------------------------------------------------------------------------- activations, measures


@operation
def sparse_sigmoid(x: Any) -> Any:
    """``(x + 1) / 2``, cut off at 0 and 1."""
    return ((floats(x) + 1) / 2).clamp(0, 1)


@operation
def sparse_plus(x: Any) -> Any:
    """0 below -1, ``x`` above 1, ``(x + 1) ** 2 / 4`` between."""
    x = floats(x)
    return torch.where(x <= -1, 0, torch.where(x < 1, (x + 1).square() / 4, x))


@operation
def sparsemax(x: Any, axis: int = -1) -> Any:
    """The probabilities nearest to ``x``: unlike ``softmax``, most of them zero.

    Source: Martins, Astudillo, From Softmax to Sparsemax (2016), https://arxiv.org/abs/1602.02068
    """
    x = floats(x).movedim(axis, -1)
    ordered = torch.sort(x, dim=-1, descending=True).values
    above = ordered.cumsum(-1) - 1
    ranks = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype, device=x.device)
    support = (ordered * ranks > above).sum(-1, keepdim=True)
    return (x - above.gather(-1, support - 1) / support).clamp(min=0).movedim(-1, axis)


@operation
def polar(abs_: Any, angle: Any) -> Any:
    """Complex numbers of a size and an angle."""
    size, angle = (floats(x) for x in together([abs_, angle]))
    return torch.complex(size * torch.cos(angle), size * torch.sin(angle))


@operation
def psnr(x1: Any, x2: Any, max_val: Any) -> Any:
    """How near images are to each other in decibels, over all of them.

    Args:
        x1: images.
        x2: images of the same shape.
        max_val: the greatest value that a pixel can have.
    """
    x1, x2 = converted(x1), converted(x2)
    if x1.shape != x2.shape:
        raise ValueError(f"ops.psnr: expected the same shape twice. Received: {tuple(x1.shape)} and {tuple(x2.shape)}")
    x1, x2 = (floats(x) for x in together([x1, x2]))
    return 20 * torch.log10(converted(max_val, x1)) - 10 * torch.log10((x1 - x2).square().mean())
