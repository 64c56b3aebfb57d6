"""Keras 3's ``keras.random``: draws that a seed fixes.

An int as ``seed`` gives the same numbers every time; a ``SeedGenerator`` new ones with each draw; None draws from a
generator that ``keras.utils.set_random_seed`` sets.

Source: https://keras.io/api/random/
"""

from __future__ import annotations

import random as _python_random
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from . import config
from .backend.convert import as_tensor, sizes
from .engine.symbolic import recordable

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator(nn.Module):
    """A seed that moves on with each draw.

    Args:
        seed: where it begins; chosen at random when missing.
        name: accepted as in Keras.

    Raises:
        ValueError: unless ``seed`` is a whole number >= 0.

    Example:
        >>> seed = SeedGenerator(1)
        >>> bool((normal((2,), seed=seed) == normal((2,), seed=seed)).any())
        False
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        super().__init__()
        if seed is None:
            seed = _python_random.randint(0, 2**31 - 1)
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"SeedGenerator: expected seed to be a whole number >= 0. Received: seed={seed!r}")
        self.name = name or "seed_generator"
        self._initial_seed = seed
        self.register_buffer("state", torch.tensor([seed, 0], dtype=torch.int64), persistent=True)

    def next(self, ordered: bool = True) -> torch.Tensor:
        """The present state, two numbers; it moves on."""
        found = self.state.clone()
        self.state[1] += 1
        return found

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator that ``get_config`` describes."""
        return cls(**config)


def _generator(seed: Any, device: torch.device) -> torch.Generator | None:
    """Where a draw takes its numbers from; None for torch's own generator."""
    if seed is None or device.type == "meta":  # shapes are asked for, no numbers
        return None
    if isinstance(seed, SeedGenerator):
        # Sync point on CUDA: a generator of torch is seeded from the host.
        start, count = seed.next().tolist()
        seed = (start * 0x9E3779B97F4A7C15 + count) % 2**63
    return torch.Generator(device).manual_seed(int(seed))


def _place(dtype: Any) -> tuple[torch.dtype, torch.device]:
    return config.torch_dtype(dtype), config.device()


@recordable
def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> torch.Tensor:
    """Normally distributed numbers.

    Example:
        >>> bool((normal((2,), seed=3) == normal((2,), seed=3)).all())
        True
    """
    kind, device = _place(dtype)
    drawn = torch.empty(sizes(shape), dtype=kind, device=device).normal_(generator=_generator(seed, device))
    return drawn * stddev + mean


@recordable
def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> torch.Tensor:
    """Evenly distributed numbers in [minval, maxval); whole ones for a type of whole numbers."""
    kind, device = _place(dtype)
    if not kind.is_floating_point:
        return randint(shape, minval, maxval, dtype, seed)
    drawn = torch.empty(sizes(shape), dtype=kind, device=device).uniform_(generator=_generator(seed, device))
    return drawn * (maxval - minval) + minval


@recordable
def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> torch.Tensor:
    """Whole numbers in [minval, maxval)."""
    kind, device = _place(dtype)
    return torch.randint(int(minval), int(maxval), sizes(shape), generator=_generator(seed, device), device=device).to(
        kind
    )


@recordable
def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> torch.Tensor:
    """Normally distributed numbers within two standard deviations of the mean."""
    kind, device = _place(dtype)
    drawn = torch.empty(sizes(shape), dtype=kind, device=device)
    nn.init.trunc_normal_(drawn, a=-2.0, b=2.0, generator=_generator(seed, device))
    return drawn * stddev + mean


@recordable
def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> torch.Tensor:
    """Classes drawn by their unnormalised log-probabilities, (batch, num_samples)."""
    logits = as_tensor(logits)
    probabilities = torch.softmax(logits.float(), -1)
    drawn = torch.multinomial(probabilities, num_samples, True, generator=_generator(seed, logits.device))
    return drawn.to(config.torch_dtype(dtype))


@recordable
def shuffle(x: Any, axis: int = 0, seed: Any = None) -> torch.Tensor:
    """The entries along an axis in a random order."""
    x = as_tensor(x)
    order = torch.randperm(x.shape[axis], generator=_generator(seed, x.device), device=x.device)
    return torch.index_select(x, axis, order)


@recordable
def dropout(
    inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: Any = None
) -> torch.Tensor:
    """Zeros in place of a random part; the rest is divided by ``1 - rate``."""
    x = as_tensor(inputs)
    if not 0 < rate < 1:
        return x if rate <= 0 else torch.zeros_like(x)
    shape = x.shape if noise_shape is None else [n if m is None else m for n, m in zip(x.shape, noise_shape)]
    kept = torch.empty(tuple(shape), device=x.device).bernoulli_(1 - rate, generator=_generator(seed, x.device))
    return x * kept.to(x.dtype) / (1 - rate)


@recordable
def gamma(shape: Any, alpha: float, dtype: Any = None, seed: Any = None) -> torch.Tensor:
    """Numbers of the gamma distribution."""
    kind, device = _place(dtype)
    generator = _generator(seed, device)
    return torch._standard_gamma(torch.full(sizes(shape), float(alpha), dtype=kind, device=device), generator=generator)


@recordable
def beta(shape: Any, alpha: float, beta: float, dtype: Any = None, seed: Any = None) -> torch.Tensor:
    """Numbers of the beta distribution."""
    kind, device = _place(dtype)
    generator = _generator(seed, device)
    first, second = (
        torch._standard_gamma(torch.full(sizes(shape), float(a), dtype=kind, device=device), generator=generator)
        for a in (alpha, beta)
    )
    return first / (first + second)


@recordable
def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> torch.Tensor:
    """How often something happens in so many trials."""
    kind, device = _place(dtype)
    counts, probabilities = (
        torch.as_tensor(value, dtype=torch.float32, device=device).expand(sizes(shape)).contiguous()
        for value in (counts, probabilities)
    )
    return torch.binomial(counts, probabilities, generator=_generator(seed, device)).to(kind)
