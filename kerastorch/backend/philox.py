"""Random numbers that depend on a seed alone: the same on every device, and those of Keras on TensorFlow 1.

An unseeded process-wide generator gives other numbers whenever something else drew before. Here each draw is a pure
function of its seed: Philox-4x32-10 (a counter run through ten rounds of a block cipher), keyed and unpacked as
TensorFlow 1 does for an operation with a seed. So a script that calls ``np.random.seed`` starts from the weights that
it had under Keras 2. Unless asked otherwise, everything is computed on the CPU.

Source: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

__all__ = ["Seed", "integers", "normal", "truncated_normal", "uniform", "words"]

_GRAPH_SEED = 87654321  # TensorFlow's, for an operation that has a seed in a graph that has none
_SEEDS = 2**31 - 1
_LOW = 0xFFFFFFFF
_CHUNK = 1 << 15  # counters at a time: the temporaries stay in the processor's cache
_RESERVED = 64  # counters that each truncated number may use up

#: what draws depend on: an operation's seed, or the cipher's key and the upper half of its counter, 64 bits each
Seed = int | tuple[int, int]


def uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    *,
    seed: Seed,
    dtype: torch.dtype = torch.float32,
    start: torch.Tensor | None = None,
) -> torch.Tensor:
    """Uniform numbers in [minval, maxval).

    Args:
        shape: how many.
        minval: the lower bound.
        maxval: the upper bound.
        seed: what they depend on.
        dtype: their type.
        start: the first counter, a whole number on the device to draw on; zero on the CPU when missing.

    Example:
        >>> uniform((2,), seed=1)
        tensor([0.2390, 0.9204])
    """
    wide = _wide(dtype)
    drawn = _fill(shape, wide, start, lambda counters: _unit(_block(counters, seed), wide))
    low, high = (torch.tensor(bound, dtype=wide) for bound in (minval, maxval))
    return drawn.mul_(high - low).add_(low).to(dtype)


def normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    *,
    seed: Seed,
    dtype: torch.dtype = torch.float32,
    start: torch.Tensor | None = None,
) -> torch.Tensor:
    """Normally distributed numbers; ``start`` as for ``uniform``."""
    wide = _wide(dtype)
    drawn = _fill(shape, wide, start, lambda counters: _gauss(_unit(_block(counters, seed), wide)))
    return drawn.mul_(torch.tensor(stddev, dtype=wide)).add_(torch.tensor(mean, dtype=wide)).to(dtype)


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    *,
    seed: Seed,
    dtype: torch.dtype = torch.float32,
    start: torch.Tensor | None = None,
) -> torch.Tensor:
    """Normally distributed numbers within two standard deviations of the mean; ``start`` as for ``uniform``."""
    wide = _wide(dtype)
    drawn = _fill(shape, wide, start, lambda counters: _truncated(counters, start, seed, wide))
    return drawn.mul_(torch.tensor(stddev, dtype=wide)).add_(torch.tensor(mean, dtype=wide)).to(dtype)


def _wide(dtype: torch.dtype) -> torch.dtype:
    """The type to compute in: float64 for itself, float32 for all others."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def _fill(
    shape: Sequence[int], dtype: torch.dtype, start: torch.Tensor | None, groups: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """A tensor filled with ``groups(counters)``, chunk by chunk."""
    device = None if start is None else start.device
    width = 2 if dtype == torch.float64 else 4
    total = math.prod(shape)
    number = -(-total // width)
    out = torch.empty(number, width, dtype=dtype, device=device)
    for first in range(0, number, _CHUNK):
        count = min(_CHUNK, number - first)
        counters = torch.arange(first, first + count, device=device)
        out[first : first + count] = groups(counters if start is None else counters + start)
    return out.view(-1)[:total].reshape(tuple(shape))


def words(count: int, *, seed: Seed, start: torch.Tensor | None = None) -> torch.Tensor:
    """The stream itself: so many 32-bit words, held in int64; ``start`` as for ``uniform``.

    Example:
        >>> words(2, seed=1).tolist()
        [2870909127, 3455438759]
    """
    counters = torch.arange(-(-count // 4), device=None if start is None else start.device)
    return _block(counters if start is None else counters + start, seed).view(-1)[:count]


def integers(
    shape: Sequence[int],
    minval: int,
    maxval: int,
    *,
    seed: Seed,
    dtype: torch.dtype = torch.int32,
    start: torch.Tensor | None = None,
) -> torch.Tensor:
    """Whole numbers in [minval, maxval), of one word each, or of two for int64; ``start`` as for ``uniform``."""
    total = math.prod(shape)
    if dtype == torch.int64:
        low, high = words(2 * total, seed=seed, start=start).view(-1, 2).unbind(1)
        # the remainder of a 64-bit number, in parts that int64 can hold
        span = maxval - minval
        drawn = ((high % span) * (2**32 % span) + low) % span if span < 2**31 else (high << 32 | low).abs() % span
    else:
        drawn = words(total, seed=seed, start=start) % (maxval - minval)
    return (drawn + minval).to(dtype).reshape(tuple(shape))


def _block(counters: torch.Tensor, seed: Seed) -> torch.Tensor:
    """Four 32-bit words for each counter, along a new last axis (held in int64, which has no sign to mind)."""
    whole, high = seed if isinstance(seed, tuple) else (_GRAPH_SEED, int(seed) % _SEEDS)
    key = [whole & _LOW, whole >> 32 & _LOW]
    a, b = counters & _LOW, counters >> 32 & _LOW
    c, d = torch.full_like(a, high & _LOW), torch.full_like(a, high >> 32 & _LOW)
    for _ in range(10):
        # An int64 product wraps as an unsigned one does, and the mask drops what the signed shift drags in.
        left, right = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (
            (right >> 32 & _LOW) ^ b ^ key[0],
            right & _LOW,
            (left >> 32 & _LOW) ^ d ^ key[1],
            left & _LOW,
        )
        key = [(key[0] + 0x9E3779B9) & _LOW, (key[1] + 0xBB67AE85) & _LOW]
    return torch.stack((a, b, c, d), -1)


def _unit(words: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Words to numbers in [0, 1): 23 bits of one word each, or 52 bits of two."""
    if dtype == torch.float64:
        return ((words[..., 0::2] & 0xFFFFF) << 32 | words[..., 1::2]).to(dtype) * 2.0**-52
    return (words & 0x7FFFFF).to(dtype) * 2.0**-23


def _gauss(units: torch.Tensor) -> torch.Tensor:
    """Box and Muller's transform of each pair along the last axis."""
    radius = units[..., 0::2].clamp(min=1e-7).log().mul(-2.0).sqrt()
    angle = units[..., 1::2] * (2.0 * math.pi)
    return torch.stack((angle.sin() * radius, angle.cos() * radius), -1).flatten(-2)


def _truncated(counters: torch.Tensor, start: torch.Tensor | None, seed: Seed, dtype: torch.dtype) -> torch.Tensor:
    """For each counter a group, the first normal numbers within (-2, 2) of a stretch of its own."""
    width = 2 if dtype == torch.float64 else 4
    places = counters if start is None else counters - start
    starts = places * (_RESERVED * width) + (0 if start is None else start)
    out = torch.empty(len(counters), width, dtype=dtype, device=counters.device)
    rows = torch.arange(len(counters), device=counters.device)
    blocks = 1
    while len(rows):
        stretch = starts[rows, None] + torch.arange(blocks, device=counters.device)
        drawn = _gauss(_unit(_block(stretch, seed), dtype)).flatten(1)
        kept = drawn.abs() < 2
        nth = kept.cumsum(1)
        done = nth[:, -1] >= width
        kept &= nth <= width
        out[rows[done]] = drawn[done][kept[done]].view(-1, width)
        rows = rows[~done]  # a few: try again with a longer stretch of their streams
        blocks *= 4
    return out
