"""Rows of tensors by number, so that whole batches are gathered at once instead of row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable, plain
from .._texts import TextTensor
from ..ragged import stack_rows
from ..sparse import SparseTensor, concat, reshape
from ..sparse import slice as sparse_slice
from .elements import flat, mapped
from .specs import drawn, probing

__all__ = ["Rows"]


class Rows:
    """Rows of tensors that lie side by side, in some order.

    Args:
        columns: the tensors, in tuples and dicts.
        order: gives the numbers of the rows, again for each pass.
    """

    def __init__(self, columns: Any, order: Callable[[], Iterator[int]]) -> None:
        self.columns, self.order = columns, order

    @classmethod
    def of(cls, columns: Any, owner: str = "from_tensor_slices") -> Rows:
        """All rows as they lie.

        Raises:
            ValueError: when the tensors have no rows, or different lengths.
        """
        if any(not leaf.shape for leaf in flat(columns)):
            raise ValueError(f"{owner}: expected tensors with rows. Received: a single value")
        lengths = {leaf.shape[0] for leaf in flat(columns)}
        if len(lengths) != 1:
            raise ValueError(f"{owner}: expected tensors of one length. Received: lengths {sorted(lengths)}")
        count = lengths.pop()
        return cls(columns, lambda: iter(range(count)))

    def with_order(self, order: Callable[[], Iterator[int]]) -> Rows:
        """The same rows in another order."""
        return Rows(self.columns, order)

    def __iter__(self) -> Iterator[Any]:
        for i in self.order():
            yield mapped(lambda leaf, i=i: _row(leaf, i), self.columns)

    def batches(self, size: int, drop_remainder: bool) -> Iterator[Any]:
        """The rows, ``size`` at a time."""
        order = self.order()
        if probing():
            few = drawn(order, size, drop_remainder)
            yield from [self._gathered(few)] if few else []
            return
        while True:
            places = [i for _, i in zip(range(size), order)]
            if not places or (drop_remainder and len(places) < size):
                return
            yield self._gathered(places)

    def _gathered(self, places: list[int]) -> Any:
        run = places[-1] - places[0] == len(places) - 1 and places == list(range(places[0], places[-1] + 1))
        index = None if run else torch.tensor(places)

        def gather(leaf: Any) -> Any:
            if run:
                return slice_rows(leaf, places[0], places[-1] + 1)
            if isinstance(leaf, torch.Tensor):
                return as_immutable(plain(leaf).index_select(0, index))
            if isinstance(leaf, TextTensor):
                return TextTensor(leaf.array[np.asarray(places)])
            if isinstance(leaf, SparseTensor):
                return concat(0, [slice_rows(leaf, i, i + 1) for i in places])
            return stack_rows([leaf[i] for i in places])

        return mapped(gather, self.columns)


def slice_rows(leaf: Any, start: int, end: int) -> Any:
    """Some rows that lie side by side."""
    if not isinstance(leaf, SparseTensor):
        return leaf[start:end]
    return sparse_slice(leaf, [start] + [0] * (len(leaf.shape) - 1), [end - start, *leaf.shape[1:]])


def _row(leaf: Any, i: int) -> Any:
    return reshape(slice_rows(leaf, i, i + 1), leaf.shape[1:]) if isinstance(leaf, SparseTensor) else leaf[i]
