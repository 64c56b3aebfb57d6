"""The process's seed, as ``tf.random.set_seed`` and ``keras.utils.set_random_seed`` set it; Keras 2's is numpy's.

TensorFlow gives each draw two seeds: the process's, and one of its own, which comes from a generator that starts over
with the process's seed. A draw that repeats both goes on where the last one ended.
"""

from __future__ import annotations

import random

import numpy as np
import torch

__all__ = ["get_seed", "numpy_seed", "numpy_seeds_drawn", "place", "set_seed"]

_DEFAULT_SEED = 87654321  # TensorFlow's, for an operation with a seed where the process has none
_LIMIT = 2**31 - 1


class _State:
    seed: int | None = None
    seeds = random.Random()
    places: dict[tuple, int] = {}
    drawn: int = 0  # seeds taken from numpy
    from_numpy: int | None = None  # what torch's generator was seeded with by the last of them


def numpy_seed() -> int:
    """A seed out of numpy's global generator, as Keras 2 draws one for each random operation without its own.

    Masks and noise of layers come from torch's global generator. Where nobody has seeded that, it starts over with this
    seed: then ``np.random.seed`` alone makes a run repeatable, as it does in Keras 2.

    Example:
        >>> np.random.seed(0)
        >>> numpy_seed()
        8325804
    """
    seed = int(np.random.randint(10_000_000))
    _State.drawn += 1
    # torch begins with 64 bits out of the system's randomness; a person's seed is a small number.
    if torch.initial_seed() >= 2**32 or torch.initial_seed() == _State.from_numpy:
        torch.manual_seed(seed)
        _State.from_numpy = seed
    return seed


def numpy_seeds_drawn() -> int:
    """How many times ``numpy_seed`` was called."""
    return _State.drawn


def set_seed(seed: int | None) -> None:
    """Fixes all draws from here on, torch's too; None goes back to draws that nothing decides."""
    _State.seed = None if seed is None else int(seed)
    _State.seeds = random.Random(_State.seed)
    _State.places = {}
    if seed is not None:
        torch.manual_seed(int(seed))
        _State.from_numpy = None


def current() -> int | None:
    """The process's seed."""
    return _State.seed


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of a draw: of the process and its own; None twice where nothing was seeded.

    Example:
        >>> get_seed(3)
        (87654321, 3)
    """
    if _State.seed is None and op_seed is None:
        return None, None
    own = _State.seeds.randint(0, _LIMIT) if op_seed is None else int(op_seed)
    pair = (_DEFAULT_SEED if _State.seed is None else _State.seed) % _LIMIT, own % _LIMIT
    return (0, _LIMIT) if pair == (0, 0) else pair


def place(kind: str, seeds: tuple[int, int], reserved: int) -> int:
    """Where the stream of a kind of draw with these seeds goes on; moves it forward.

    Args:
        kind: what is drawn.
        seeds: what ``get_seed`` gave.
        reserved: by how much.
    """
    key = (kind, *seeds)
    found = _State.places.get(key, 0)
    _State.places[key] = found + reserved
    return found
