"""The order in which ``Dataset.shuffle`` gives elements: TensorFlow's own for the same seeds.

Source: https://github.com/tensorflow/tensorflow/blob/v2.15.0/tensorflow/core/kernels/data/shuffle_dataset_op.cc
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from ....backend import philox
from ..random import get_seed

__all__ = ["Seeds", "Words", "shuffled"]

_AT_ONCE = 4096  # words drawn together


class Words:
    """The words of one stream, one after the other."""

    def __init__(self, seeds: tuple[int, int]) -> None:
        self._seeds, self._drawn = seeds, 0
        self._words: Iterator[int] = iter(())

    def __call__(self) -> int:
        word = next(self._words, None)
        if word is None:
            start = torch.tensor(self._drawn // 4, dtype=torch.int64)
            found = philox.words(_AT_ONCE, seed=self._seeds, start=start).tolist()
            self._drawn += _AT_ONCE
            self._words = iter(found)
            word = next(self._words)
        return word


class Seeds:
    """The seeds of each pass over a shuffled data set.

    Args:
        seed: of the operation.
        again: whether each pass has an order of its own.
    """

    def __init__(self, seed: int | None, again: bool) -> None:
        first, second = get_seed(seed)
        if first is None:  # nothing was seeded: torch's generator decides, so that its seed fixes the order
            first, second = torch.randint(2**31 - 1, (2,)).tolist()
        self._fixed = (first, second)
        self._next = Words(self._fixed) if again else None

    def draw(self) -> tuple[int, int]:
        """The seeds of the next pass."""
        return self._fixed if self._next is None else (self._next(), self._next())


def shuffled(source: Iterator[Any], buffer_size: int, seeds: tuple[int, int]) -> Iterator[Any]:
    """The elements of a source, each drawn from a buffer that is filled up again.

    Example:
        >>> sorted(shuffled(iter(range(5)), 3, (1, 2)))
        [0, 1, 2, 3, 4]
    """
    word = Words(seeds)
    ring: list[Any] = []
    start = held = 0
    ended = False
    while True:
        while not ended and held < buffer_size:
            try:
                item = next(source)
            except StopIteration:
                ended = True
                break
            place = (start + held) % buffer_size
            if place < len(ring):
                ring[place] = item
            else:
                ring.append(item)
            held += 1
        if not held:
            return
        at = (start + word() % held) % buffer_size
        first = start % buffer_size
        yield ring[at]
        ring[at] = ring[first]
        ring[first] = None
        start, held = start + 1, held - 1
