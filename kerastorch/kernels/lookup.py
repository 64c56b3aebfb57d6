"""Rows of a table by their numbers, and a gradient that costs what its rows cost.

The gradient of a table is zero but for the rows that were looked up. torch makes all of it anew each time, and each of
its threads reads every row's number. Here rows are added to zeros, and in a training step these zeros are the gradient
of the last step with the rows that it touched cleared.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch.utils.weak import WeakTensorKeyDictionary

from .opaque import opaque
from .switch import PLAIN, unwatched

__all__ = ["lending", "lookup", "lookup_slow"]

Tensor = torch.Tensor

_LARGE = 1 << 17  # elements: smaller tables are zeroed as quickly as rows of them


class _State(threading.local):
    lends = False


_state = _State()


@contextlib.contextmanager
def lending() -> Iterator[None]:
    """Gradients taken in the block are for those who read them and let them go, as an optimizer does.

    Example:
        >>> table = torch.ones(3, 2, requires_grad=True)
        >>> with lending():
        ...     torch.autograd.grad(lookup(torch.tensor([2]), table).sum(), table)[0].sum().item()
        2.0
    """
    before, _state.lends = _state.lends, True
    try:
        yield
    finally:
        _state.lends = before


def lookup(indices: Tensor, table: Tensor) -> Tensor:
    """The rows of a table; the slow twin is ``lookup_slow``.

    Args:
        indices: whole numbers of any shape.
        table: (rows, width).

    Returns:
        A tensor of the shape of ``indices`` and one more axis, which can be differentiated any number of times.

    Raises:
        IndexError: for a number outside of the table, on a CPU; a GPU gives zeros.

    Example:
        >>> lookup(torch.tensor([[2, 0]]), torch.arange(6.0).view(3, 2)).tolist()
        [[[4.0, 5.0], [0.0, 1.0]]]
    """
    if _applies(table):
        return _Lookup.apply(indices, table)
    return lookup_slow(indices, table)


def lookup_slow(indices: Tensor, table: Tensor) -> Tensor:
    """The slow twin of ``lookup``: torch's own, but that a GPU gives zeros for numbers outside, as with TensorFlow.

    A kernel of torch that met one would leave the process without its GPU.
    """
    if not table.is_cuda:
        return F.embedding(indices, table)
    inside = torch.clamp(indices, 0, len(table) - 1)
    return torch.where((inside == indices).unsqueeze(-1), F.embedding(inside, table), 0.0)


def _applies(table: Tensor) -> bool:
    return (
        table.requires_grad
        and table.device.type == "cpu"
        and type(table) in PLAIN
        and table.dtype in (torch.float32, torch.float64)
        and torch.is_grad_enabled()
        and unwatched()
    )


class _Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, indices, table):
        ctx.save_for_backward(indices)
        ctx.table, ctx.lends = table, _state.lends
        return F.embedding(indices, table)

    @staticmethod
    def backward(ctx, gradient):
        (indices,) = ctx.saved_tensors
        if torch.is_grad_enabled():  # it is going to be differentiated in its turn
            rows = len(ctx.table)
            return None, torch.ops.aten.embedding_dense_backward(gradient, indices, rows, -1, False)
        return None, opaque(_gradient_of, gradient, indices, ctx.table, ctx.lends)


def _gradient_of(gradient: Tensor, indices: Tensor, table: Tensor, lends: bool) -> Tensor:
    """The gradient of a table from that of what was looked up, as torch gives it; to the bit in batch-major memory."""
    if gradient.ndim == 3 and not gradient.is_contiguous():  # a recurrent layer's, where time lies before batch
        gradient, indices = gradient.transpose(0, 1), indices.t()
    indices = indices.flatten().to(torch.int64, copy=True)  # a script may write to the memory of its batch
    gradient = gradient.reshape(len(indices), -1)
    if lends and table.numel() >= _LARGE and 2 * gradient.numel() <= table.numel():
        kept = _kept.get(table)
        if kept is None:
            kept = _kept[table] = _Zeros()
        lent = kept.lend(indices, gradient, table)
        if lent is not None:
            return lent
    return torch.zeros_like(table, memory_format=torch.contiguous_format).index_add_(0, indices, gradient)


class _Zeros:
    """Zeros of a table's shape that are lent out with a gradient in them, and cleared when they are wanted again.

    They are not used again where somebody wrote to the gradient or still has a view of it.
    """

    def __init__(self) -> None:
        self._zeros: Tensor | None = None
        self._touched: Tensor | None = None  # the rows that are not zero
        self._free = threading.Lock()
        self._lent: weakref.ref | None = None

    def lend(self, indices: Tensor, gradient: Tensor, table: Tensor) -> Tensor | None:
        """The zeros with rows added to them; None while they are with somebody."""
        if not self._free.acquire(blocking=False):
            return None
        zeros = self._zeros
        with torch.no_grad():
            if zeros is None or zeros.shape != table.shape or zeros.dtype != table.dtype:
                zeros = self._zeros = torch.zeros_like(table, memory_format=torch.contiguous_format)
            elif self._touched is not None:
                zeros.index_fill_(0, self._touched, 0.0)
            self._touched = indices
            lent = zeros.index_add_(0, indices, gradient).detach()
        seen = zeros._version, _holders(zeros)
        # no partial: Python writes out what it holds when Ctrl-C comes in the middle of it
        self._lent = weakref.ref(lent, lambda _: self._take_back(*seen))
        return lent

    def _take_back(self, version: int, holders: int) -> None:
        zeros = self._zeros
        if zeros is None or zeros._version != version or _holders(zeros) != holders:
            self._zeros = None
        self._free.release()


_kept: WeakTensorKeyDictionary = WeakTensorKeyDictionary()  # by table


def _holders(tensor: Tensor) -> int:
    """How many tensors and arrays there are on a tensor's memory."""
    return torch._C._storage_Use_Count(tensor.untyped_storage()._cdata)
