"""Random numbers that depend on a seed alone, as Keras 3 draws them on torch; ``philox`` has those of Keras 2.

Everything is drawn on the CPU, so that a seed means the same numbers on every device.

Source: https://pytorch.org/docs/stable/generated/torch.Generator.html
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

__all__ = ["uniform", "normal", "truncated_normal"]


def uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, *, seed: int, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Uniform numbers in [minval, maxval), on the CPU.

    Example:
        >>> torch.equal(uniform((2,), seed=1), torch.rand(2, generator=torch.Generator().manual_seed(1)))
        True
    """
    return (maxval - minval) * torch.rand(tuple(shape), generator=_generator(seed), dtype=dtype) + minval


def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, *, seed: int, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Normally distributed numbers, on the CPU."""
    return torch.normal(mean, stddev, tuple(shape), generator=_generator(seed), dtype=dtype)


def truncated_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, *, seed: int, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Normally distributed numbers no further than two standard deviations from the mean, on the CPU."""
    drawn = normal((*shape, 4), seed=seed, dtype=dtype)
    # Each is the first of four that lies within; for one in 200,000 none does, and it stays, as in Keras 3.
    first = (drawn.abs() < 2).to(torch.uint8).argmax(-1, keepdim=True)
    return drawn.gather(-1, first).squeeze(-1) * stddev + mean


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(int(seed))
