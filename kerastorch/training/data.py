"""Arrays as batches on the device: moved there once where they fit, gathered by index, never through a DataLoader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from .. import config, eras
from . import torch_draws

__all__ = ["Columns", "DeviceFeed", "SparseRows", "batch_shuffle", "epoch_order", "one_batch"]

_CHUNK_BYTES = 4 << 20  # rows of several batches are gathered together: fewer calls, still in the cache
_CHUNK_BATCHES = 64
_RESIDENT_SHARE = 0.5  # part of the free memory of a GPU that a data set may take


def batch_shuffle(order: np.ndarray, batch_size: int) -> np.ndarray:
    """Permutes whole batches, so that each stays a run of neighbours, as HDF5 files need it.

    A last, smaller batch stays last.

    Example:
        >>> sorted(batch_shuffle(np.arange(4), 2).tolist())
        [0, 1, 2, 3]
    """
    whole = len(order) // batch_size * batch_size
    batches = order[:whole].reshape(-1, batch_size)
    np.random.shuffle(batches)
    return np.append(batches.reshape(-1), order[whole:])


def epoch_order(order: np.ndarray, shuffle: bool | str, batch_size: int) -> np.ndarray:
    """The order of samples in the next epoch; the previous one is shuffled further, as Keras 2 does.

    Draws come from numpy's global generator, so that ``np.random.seed`` gives Keras's batches; in the keras3 era from
    torch's.
    """
    era = eras.current()
    if shuffle == "batch":
        return batch_shuffle(order, batch_size) if era.shuffle_batch == "order" else _within(len(order), batch_size)
    if shuffle:
        if era.shuffle_draws != "numpy":
            return torch_draws.order_of_rows(len(order))
        np.random.shuffle(order)
    else:
        torch_draws.pass_over()
    return order


def _within(rows: int, batch_size: int) -> np.ndarray:
    """Keras 3's ``shuffle='batch'``: batches stay where they are, their rows change places."""
    starts = range(0, rows, batch_size)
    parts = [start + torch.randperm(min(batch_size, rows - start)).numpy() for start in starts]
    torch_draws.pass_over()
    return np.concatenate(parts)


class SparseRows:
    """A sparse matrix of scipy whose rows become dense batch by batch.

    Args:
        matrix: the matrix, of any of scipy's sparse kinds.
    """

    ndim = 2

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix.tocsr()
        self.shape = tuple(self._matrix.shape)
        self.dtype = self._matrix.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Any:
        """A slice as such rows again, other rows as a dense array."""
        return SparseRows(self._matrix[rows]) if isinstance(rows, slice) else self._matrix[rows].toarray()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self._matrix.toarray()
        return array if dtype is None else array.astype(dtype)


def _host_tensor(array: Any) -> torch.Tensor:
    """An array as a tensor, without a copy where torch can use its memory."""
    if not isinstance(array, torch.Tensor):
        array = np.asarray(array)
        if array.dtype.kind == "u" and array.dtype.itemsize > 1:  # torch computes little with wide unsigned types
            array = array.astype(np.int64)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        array = torch.from_numpy(array if array.flags.writeable and min(array.strides or (0,)) >= 0 else array.copy())
    return array.detach()


def _fed_as(tensor: torch.Tensor, dtype: torch.dtype | None) -> torch.dtype:
    """The dtype to feed a tensor as; None keeps integers as they are."""
    return dtype or (tensor.dtype if tensor.dtype in (torch.int64, torch.int32) else torch.int64)


def _as_tensor(array: Any, dtype: torch.dtype | None) -> torch.Tensor:
    tensor = _host_tensor(array)
    if isinstance(array, torch.Tensor):
        return tensor.to(_fed_as(tensor, dtype))
    # Row by row, as batches are taken: a table of pandas, or a transposed array, lies column by column.
    return tensor.to(_fed_as(tensor, dtype), memory_format=torch.contiguous_format).contiguous()


class DeviceFeed:
    """Takes single batches to the device while it still computes on the one before.

    On a GPU a batch goes through pinned memory, on a stream of its own, in its narrower type: images of bytes travel as
    bytes and become floats there.

    Example:
        >>> DeviceFeed()([np.array([[1.0]]), None], [torch.float32, torch.float32])[1] is None
        True
    """

    def __init__(self) -> None:
        self.device = config.device()
        self._stream = torch.cuda.Stream(self.device) if self.device.type == "cuda" else None

    def __call__(self, arrays: Sequence[Any], dtypes: Sequence[torch.dtype | None]) -> list[torch.Tensor | None]:
        """The arrays as tensors on the device, None entries as None.

        Args:
            arrays: numpy arrays or tensors.
            dtypes: the dtype that each is fed as; None keeps integers as they are.
        """
        tensors = [None if a is None else _host_tensor(a) for a in arrays]
        wanted = [None if t is None else _fed_as(t, dtype) for t, dtype in zip(tensors, dtypes, strict=True)]
        if self._stream is None:
            return [None if t is None else t.to(self.device, dtype) for t, dtype in zip(tensors, wanted, strict=True)]
        tensors = [
            t.to(dtype) if t is not None and dtype.itemsize < t.dtype.itemsize else t
            for t, dtype in zip(tensors, wanted, strict=True)
        ]
        moved = self.moved(tensors)
        return [None if t is None else t.to(dtype) for t, dtype in zip(moved, wanted, strict=True)]

    def moved(self, tensors: Sequence[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """The tensors on the GPU, copied while it computes."""
        current = torch.cuda.current_stream(self.device)
        with torch.cuda.stream(self._stream):
            moved = [
                t if t is None or t.device == self.device else _pinned(t).to(self.device, non_blocking=True)
                for t in tensors
            ]
        current.wait_stream(self._stream)
        for tensor, source in zip(moved, tensors, strict=True):
            if tensor is not None and tensor is not source:
                tensor.record_stream(current)  # its memory was taken on the other stream
        return moved


def _pinned(tensor: torch.Tensor) -> torch.Tensor:
    return tensor if tensor.device.type != "cpu" or tensor.is_pinned() else tensor.pin_memory()


class Columns:
    """The arrays of a data set, side by side.

    Args:
        arrays: numpy arrays, tensors, or array-likes on disk (HDF5), all of one length; None entries stay None.
        dtypes: the torch dtype that each is fed as; None keeps integers as they are.

    ``batches(order, size)`` gives lists of tensors on the device.
    """

    def __init__(self, arrays: Sequence[Any], dtypes: Sequence[torch.dtype | None]) -> None:
        self.device = config.device()
        self.size = next((int(a.shape[0]) for a in arrays if a is not None), 0)
        self._dtypes = list(dtypes)
        self._on_disk = [not isinstance(a, (np.ndarray, torch.Tensor)) and a is not None for a in arrays]
        self._columns: list[Any] = [
            a if disk or a is None else _as_tensor(a, dtype)
            for a, dtype, disk in zip(arrays, dtypes, self._on_disk, strict=True)
        ]
        self._place()

    def _place(self) -> None:
        """Moves the columns to the device when they fit; else pins them, and batches travel one by one."""
        self._resident = True
        if self.device.type == "cpu":
            return
        tensors = [c for c in self._columns if isinstance(c, torch.Tensor)]
        missing = sum(c.numel() * c.element_size() for c in tensors if c.device != self.device)
        if self.device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(self.device)
            self._resident = missing <= free * _RESIDENT_SHARE
        for i, column in enumerate(self._columns):
            if isinstance(column, torch.Tensor) and column.device != self.device:
                self._columns[i] = column.to(self.device) if self._resident else column.pin_memory()

    def _read(self, i: int, rows: np.ndarray | None, start: int, stop: int) -> torch.Tensor:
        """Rows of a column on disk, where they must be a run of neighbours, or of a sparse one."""
        source = self._columns[i]
        if rows is not None and isinstance(source, SparseRows):
            return _as_tensor(source[rows], self._dtypes[i]).to(self.device)
        if rows is not None:
            start, stop = int(rows[0]), int(rows[-1]) + 1
            if stop - start != len(rows) or (np.diff(rows) != 1).any():
                raise ValueError(
                    "fit: expected shuffle='batch' or shuffle=False for data in an HDF5 file, which is read batch by "
                    "batch. Received: shuffle=True"
                )
        return _as_tensor(np.asarray(source[start:stop]), self._dtypes[i]).to(self.device)

    def batches(self, order: np.ndarray | None, batch_size: int) -> Iterator[list[torch.Tensor | None]]:
        """The rows in this order (None: as they lie), ``batch_size`` at a time.

        Raises:
            ValueError: when data on disk is asked for in a scattered order.
        """
        if any(self._on_disk):
            yield from self._batches_from_disk(order, batch_size)
            return
        columns = self._columns
        if order is None and self._resident:
            parts = [None if c is None else c.split(batch_size) for c in columns]
            for k in range(-(-self.size // batch_size)):
                yield [None if p is None else p[k] for p in parts]
            return
        feed = None if self._resident else DeviceFeed()
        for rows in self._chunks(order, batch_size):
            taken = [None if c is None else c.index_select(0, rows.to(c.device)) for c in columns]
            if feed is not None:
                taken = feed.moved(taken)
            parts = [None if t is None else t.split(batch_size) for t in taken]
            for k in range(-(-len(rows) // batch_size)):
                yield [None if p is None else p[k] for p in parts]

    def _chunks(self, order: np.ndarray | None, batch_size: int) -> Iterator[torch.Tensor]:
        """The order as index tensors of several batches each."""
        row_bytes = sum(c[:1].numel() * c.element_size() for c in self._columns if c is not None)
        many = max(1, min(_CHUNK_BATCHES, _CHUNK_BYTES // max(1, row_bytes * batch_size)))
        rows = torch.arange(self.size) if order is None else torch.from_numpy(np.ascontiguousarray(order))
        if self._resident and self.device.type == "cuda":  # from pinned memory, since the device is not waited for
            rows = rows.pin_memory().to(self.device, non_blocking=True)
        elif self._resident:
            rows = rows.to(self.device)
        yield from rows.split(many * batch_size)

    def _batches_from_disk(self, order: np.ndarray | None, batch_size: int) -> Iterator[list[torch.Tensor | None]]:
        for start in range(0, self.size, batch_size):
            stop = min(start + batch_size, self.size)
            rows = None if order is None else order[start:stop]
            index = None if rows is None else torch.from_numpy(rows).to(self.device)
            batch: list[torch.Tensor | None] = []
            for i, column in enumerate(self._columns):
                if column is None:
                    batch.append(None)
                elif self._on_disk[i]:
                    batch.append(self._read(i, rows, start, stop))
                else:
                    batch.append(
                        column[start:stop] if index is None else column.index_select(0, index.to(column.device))
                    )
            yield [None if b is None else b.to(self.device) for b in batch]

    def whole(self) -> list[torch.Tensor | None]:
        """All rows as one batch."""
        if not self.size:  # a model that is fed nothing: its data lie in variables
            return [None] * len(self._columns)
        return next(iter(self.batches(None, self.size)))


def one_batch(arrays: Sequence[Any], dtypes: Sequence[torch.dtype | None]) -> list[torch.Tensor | None]:
    """Arrays as one batch on the device; the arguments are those of ``Columns``."""
    if config.device().type == "cpu" and all(a is None or isinstance(a, (np.ndarray, torch.Tensor)) for a in arrays):
        return [None if a is None else _as_tensor(a, dtype) for a, dtype in zip(arrays, dtypes, strict=True)]
    return Columns(arrays, dtypes).whole()
