"""The process's seed, as ``tf.random.set_seed`` and ``keras.utils.set_random_seed`` set it.

TensorFlow gives each draw two seeds: the process's, and one of its own, which comes from a generator that begins anew
with the process's seed. A draw that repeats both goes on where the last one ended.
"""

from __future__ import annotations

import random

import torch

__all__ = ["get_seed", "place", "set_seed"]

_DEFAULT_SEED = 87654321  # TensorFlow's, for an operation with a seed where the process has none
_LIMIT = 2**31 - 1


class _State:
    seed: int | None = None
    seeds = random.Random()
    places: dict[tuple, int] = {}


def set_seed(seed: int | None) -> None:
    """Fixes all draws from here on, torch's too; None goes back to draws that nothing decides."""
    _State.seed = None if seed is None else int(seed)
    _State.seeds = random.Random(_State.seed)
    _State.places = {}
    if seed is not None:
        torch.manual_seed(int(seed))


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
