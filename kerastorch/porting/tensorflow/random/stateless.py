"""Random numbers as pure functions of a seed of two numbers.

Source: https://www.tensorflow.org/api_docs/python/tf/random
"""

from __future__ import annotations

from typing import Any

import torch

from .... import config
from ....backend import philox
from ....engine.symbolic.immutable import as_immutable, plain
from .._dtypes import torch_type
from .._functions import ints, tensor
from .draws import affine, between, sampled, sizes_of

__all__ = [
    "split",
    "stateless_categorical",
    "stateless_normal",
    "stateless_shuffle",
    "stateless_split",
    "stateless_truncated_normal",
    "stateless_uniform",
]


def _scrambled(seed: Any) -> tuple[int, int]:
    """The key and the upper half of the counter that a stateless seed of two numbers stands for."""
    first, second = (int(s) % 2**64 for s in ints(seed))
    mixed = _encrypted(first, second).tolist()
    return mixed[0] | mixed[1] << 32, mixed[2] | mixed[3] << 32


def _encrypted(low: int, high: int) -> torch.Tensor:
    signed = low - 2**64 if low >= 2**63 else low
    return philox.words(4, seed=(0x02461E293EC8F720, high), start=torch.tensor(signed, dtype=torch.int64))


def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``uniform`` as a pure function of a seed of two numbers.

    Example:
        >>> bool((stateless_uniform((3,), seed=(1, 2)) == stateless_uniform((3,), seed=(1, 2))).numpy().all())
        True
    """
    wanted, sizes = torch_type(dtype), sizes_of(shape)
    key = _scrambled(seed)
    if wanted.is_floating_point:
        return between(
            philox.uniform(sizes, seed=key, dtype=wanted, start=_zero()), minval, 1 if maxval is None else maxval
        )
    if maxval is None:
        raise ValueError("tf.random.stateless_uniform: expected maxval for whole numbers. Received: maxval=None")
    low, high = ints(minval), ints(maxval)
    return as_immutable(philox.integers(sizes, low, high, seed=key, dtype=wanted, start=_zero()))


def _zero() -> torch.Tensor:
    return torch.zeros((), dtype=torch.int64, device=config.device())


def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``normal`` as a pure function of a seed of two numbers."""
    drawn = philox.normal(sizes_of(shape), seed=_scrambled(seed), dtype=torch_type(dtype), start=_zero())
    return affine(drawn, stddev, mean)


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = torch.float32,
    name: Any = None,
    alg: Any = None,
) -> Any:
    """``truncated_normal`` as a pure function of a seed of two numbers."""
    drawn = philox.truncated_normal(sizes_of(shape), seed=_scrambled(seed), dtype=torch_type(dtype), start=_zero())
    return affine(drawn, stddev, mean)


def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = torch.int64, name: Any = None) -> Any:
    """``categorical`` as a pure function of a seed of two numbers."""
    return as_immutable(
        sampled(plain(tensor(logits)), ints(num_samples), _scrambled(seed), _zero()).to(torch_type(dtype))
    )


def stateless_shuffle(value: Any, seed: Any, alg: Any = None, name: str | None = None) -> Any:
    """``shuffle`` as a pure function of a seed of two numbers, of an order of its own."""
    rows = plain(tensor(value))
    keys = philox.words(len(rows), seed=_scrambled(seed))
    return as_immutable(rows[torch.sort(keys, stable=True)[1].to(rows.device)])


def stateless_split(seed: Any, num: int = 2, alg: Any = None) -> Any:
    """New seeds of two numbers each, out of one."""
    drawn = philox.words(2 * num, seed=_scrambled(seed)).reshape(num, 2)
    return as_immutable(drawn.to(torch.int32))


split = stateless_split
