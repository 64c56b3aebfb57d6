"""Random numbers in float64 and int64; those of TensorFlow after a ``seed``.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental/numpy/random
"""

from __future__ import annotations

from typing import Any

import torch

from ... import random as of_tensorflow
from ..._functions import refusing
from ._kinds import kind_of

__all__ = ["normal", "poisson", "rand", "randint", "randn", "random", "seed", "standard_normal", "uniform"]


def seed(s: int) -> None:
    """Fixes all numbers drawn from here on.

    Example:
        >>> from kerastorch.backend import seeds
        >>> seed(3)
        >>> rand(2).numpy()
        array([0.06930561, 0.97065371])
        >>> seeds.set_seed(None)
    """
    of_tensorflow.set_seed(s)


def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None) -> torch.Tensor:
    """Numbers between two bounds, all as likely."""
    return of_tensorflow.uniform(() if size is None else size, low, high, dtype=torch.float64)


def normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> torch.Tensor:
    """Numbers of a normal distribution."""
    return of_tensorflow.normal(() if size is None else size, loc, scale, dtype=torch.float64)


def standard_normal(size: Any = None) -> torch.Tensor:
    """Numbers of the standard normal distribution."""
    return normal(size=size)


def random(size: Any = None) -> torch.Tensor:
    """Numbers from 0 to 1."""
    return uniform(size=size)


def rand(*size: int) -> torch.Tensor:
    """Numbers from 0 to 1; the sizes are arguments of their own."""
    return uniform(size=size)


def randn(*args: int) -> torch.Tensor:
    """Numbers of the standard normal distribution; the sizes are arguments of their own."""
    return normal(size=args)


def randint(low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> torch.Tensor:
    """Whole numbers from 0 or a bound up to below another one."""
    low, high = (0, low) if high is None else (low, high)
    return of_tensorflow.uniform(() if size is None else size, low, high, dtype=kind_of(dtype))


def poisson(lam: Any = 1.0, size: Any = None) -> torch.Tensor:
    """Counts of a Poisson distribution, in int64."""
    return of_tensorflow.poisson(() if size is None else size, lam, dtype=torch.int64)


__getattr__ = refusing(__name__)
