"""Streams of random numbers that are objects.

Source: https://www.tensorflow.org/api_docs/python/tf/random/Generator
"""

from __future__ import annotations

import math
import random as python_random
from collections.abc import Sequence
from typing import Any

import torch

from .... import config
from ....backend import philox
from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import torch_type
from .._functions import ints, tensor
from .draws import RESERVED, affine, between, sizes_of
from .stateless import stateless_shuffle

__all__ = [
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "index_shuffle",
    "set_global_generator",
]


class Generator:
    """A stream of its own.

    Args:
        state: the two halves of the counter and the key.

    Example:
        >>> one, other = Generator.from_seed(1), Generator.from_seed(1)
        >>> bool((one.normal((3,)) == other.normal((3,))).numpy().all())
        True
    """

    def __init__(self, state: Sequence[int], alg: Any = None) -> None:
        self._low, self._high, self._key = (int(part) for part in ints(state))

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Generator:
        """The stream of a seed."""
        return cls([int(seed), 0, 0])

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A stream that nothing decides."""
        return cls.from_seed(python_random.SystemRandom().getrandbits(63))

    @classmethod
    def from_state(cls, state: Sequence[int], alg: Any = None) -> Generator:
        """The stream in a state."""
        return cls(state)

    @property
    def state(self) -> Any:
        """The two halves of the counter and the key."""
        return as_immutable(torch.tensor([self._low, self._high, self._key]))

    @property
    def key(self) -> Any:
        """The key."""
        return as_immutable(torch.tensor(self._key))

    def reset_from_seed(self, seed: int) -> None:
        """Begins the stream of a seed."""
        self._low, self._high, self._key = int(seed), 0, 0

    def skip(self, delta: int) -> None:
        """Passes over numbers."""
        self._low += int(delta) * RESERVED

    def _next(self, shape: Any) -> tuple[list[int], dict[str, Any]]:
        sizes = sizes_of(shape)
        start = torch.tensor(self._low, dtype=torch.int64, device=config.device())
        self._low += RESERVED * math.prod(sizes)
        return sizes, {"seed": (self._key % 2**64, self._high % 2**64), "start": start}

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Normally distributed numbers."""
        sizes, stream = self._next(shape)
        return affine(philox.normal(sizes, dtype=torch_type(dtype), **stream), stddev, mean)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Normally distributed numbers within two standard deviations of the mean."""
        sizes, stream = self._next(shape)
        return affine(philox.truncated_normal(sizes, dtype=torch_type(dtype), **stream), stddev, mean)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = torch.float32, name: Any = None
    ) -> Any:
        """Numbers in [minval, maxval)."""
        sizes, stream = self._next(shape)
        wanted = torch_type(dtype)
        if wanted.is_floating_point:
            return between(philox.uniform(sizes, dtype=wanted, **stream), minval, 1 if maxval is None else maxval)
        return as_immutable(philox.integers(sizes, ints(minval), ints(maxval), dtype=wanted, **stream))

    def _whole(self, count: int) -> torch.Tensor:
        """Whole numbers of all 64 bits."""
        _, stream = self._next((count,))
        low, high = philox.words(2 * count, **stream).view(-1, 2).unbind(1)
        return high << 32 | low

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds of two numbers each, as columns."""
        drawn = self._whole(count)
        return as_immutable(torch.stack([drawn, torch.zeros_like(drawn)]))

    def split(self, count: int = 1) -> list[Generator]:
        """New streams."""
        return [Generator([0, 0, key]) for key in self._whole(count).tolist()]


_global: Generator | None = None


def get_global_generator() -> Generator:
    """The process's stream."""
    global _global
    if _global is None:
        _global = Generator.from_non_deterministic_state()
    return _global


def set_global_generator(generator: Generator) -> None:
    """Chooses the process's stream."""
    global _global
    _global = generator


def create_rng_state(seed: int, alg: Any = None) -> Any:
    """The state of the stream of a seed."""
    return Generator.from_seed(seed).state


def index_shuffle(index: Any, seed: Any, max_index: Any) -> Any:
    """Where an index goes in a shuffled order of 0 … ``max_index``, an order of its own."""
    order = plain(stateless_shuffle(torch.arange(ints(max_index) + 1), seed))
    return as_immutable(order[plain(tensor(index)).long().cpu()])
