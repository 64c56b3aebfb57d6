"""Dropout, with a quick way to draw its mask on a CPU.

``bernoulli_`` spends some 13 ns on each element, several times what the rest of a small network's step costs. Here
64-bit random words are drawn and their 8- or 16-bit lanes compared with the rate, about 1 ns an element.

Source: Srivastava et al., Dropout (2014), https://jmlr.org/papers/v15/srivastava14a.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from .switch import fast_enabled, tracing

__all__ = ["dropout", "dropout_mask", "dropout_slow", "dropout_mask_slow"]

_WORD_BITS = 64
_LANES = {8: torch.int8, 16: torch.int16}
# A 16-bit lane knows rates in steps of 1/65536; nearer to 0 or 1 than this the step would show, so bernoulli_ draws.
_SMALLEST = 1 / 256


def dropout(
    x: torch.Tensor,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Sets a random part of ``x`` to zero and divides the rest by ``1 - rate``.

    Args:
        x: a float tensor.
        rate: the part to drop, from 0 to 1.
        noise_shape: the shape of the mask, broadcast to ``x``; None, whole or in one place, means ``x``'s own size.
        generator: where the randomness comes from; None is torch's global generator of the device.

    Returns:
        A tensor like ``x``; it can be differentiated any number of times.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> sorted(set(dropout(torch.ones(100), 0.5).tolist()))
        [0.0, 2.0]
    """
    if rate <= 0:
        return x
    if not _lanes_apply(x, rate):
        return dropout_slow(x, rate, noise_shape, generator)
    return x * dropout_mask(x, rate, noise_shape, generator)


def dropout_mask(
    x: torch.Tensor,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """What ``dropout`` multiplies by: 0 where an element is dropped, ``1 / (1 - rate)`` elsewhere.

    Args:
        x: the tensor whose shape (unless ``noise_shape`` says otherwise), dtype and device the mask takes.
        rate: the part to drop.
        noise_shape: as for ``dropout``.
        generator: as for ``dropout``.

    Example:
        >>> dropout_mask(torch.ones(2, 3), 0.5, noise_shape=(None, 1)).shape
        torch.Size([2, 1])
    """
    if not _lanes_apply(x, rate):
        return dropout_mask_slow(x, rate, noise_shape, generator)
    mask = torch.empty_like(x) if noise_shape is None else x.new_empty(_mask_shape(x, noise_shape))
    bits = 8 if (rate * 256).is_integer() else 16
    threshold = round(rate * (1 << bits)) - (1 << (bits - 1))  # lanes are signed
    lanes_per_word = _WORD_BITS // bits
    words = torch.empty(-(-mask.numel() // lanes_per_word), dtype=torch.int64)
    words.random_(-(1 << (_WORD_BITS - 1)), None, generator=generator)
    # The lanes lie as the mask's elements do in memory, so that channels_last data is met in its own order.
    lanes = words.view(_LANES[bits]).as_strided(mask.shape, mask.stride())
    # Writing a comparison straight into floats is several times quicker than converting a bool tensor.
    return torch.ge(lanes, threshold, out=mask).mul_(1 / (1 - rate))


def dropout_slow(
    x: torch.Tensor,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """The slow twin of ``dropout``; on a GPU it is torch's own fused kernel."""
    if noise_shape is None and generator is None:
        return F.dropout(x, min(rate, 1.0), training=True)
    return x * dropout_mask_slow(x, rate, noise_shape, generator)


def dropout_mask_slow(
    x: torch.Tensor,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """The slow twin of ``dropout_mask``."""
    keep = 1.0 - rate
    mask = torch.empty_like(x) if noise_shape is None else x.new_empty(_mask_shape(x, noise_shape))
    if keep <= 0:
        return mask.zero_()
    return mask.bernoulli_(keep, generator=generator).mul_(1 / keep)


def _lanes_apply(x: torch.Tensor, rate: float) -> bool:
    return (
        x.device.type == "cpu"
        and x.is_floating_point()
        and _SMALLEST <= rate <= 1 - _SMALLEST
        and fast_enabled()
        and not tracing()
        and math.prod(x.shape) > 0
    )


def _mask_shape(x: torch.Tensor, noise_shape: Sequence[int | None]) -> list[int]:
    return [size if wanted is None else wanted for size, wanted in zip(x.shape, noise_shape, strict=True)]
