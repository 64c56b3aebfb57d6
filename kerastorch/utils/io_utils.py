"""HDF5 files as arrays and as dicts.

Source: https://keras.io/api/utils/python_utils/
"""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

__all__ = ["HDF5Matrix", "H5Dict", "h5dict", "ask_to_proceed_with_overwrite"]

_ATTRIBUTE_LIMIT = 64512  # bytes that HDF5 keeps in an object's header


class HDF5Matrix:
    """Rows of an HDF5 data set that are read when they are asked for.

    ``fit`` takes it in place of an array, with ``shuffle='batch'`` or ``False`` for speed.

    Args:
        datapath: the file.
        dataset: the data set's name in the file.
        start: the first row.
        end: the row after the last; None means all.
        normalizer: called on what was read, before it is given out; it may change shape and dtype.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is not HDF5 or has no such data set, or ``start`` and ``end`` are no range of its rows.

    Example:
        >>> import h5py
        >>> with h5py.File("numbers.h5", "w") as file:
        ...     file["x"] = np.arange(10.0)
        >>> x = HDF5Matrix("numbers.h5", "x", start=2, end=8, normalizer=lambda rows: rows / 2)
        >>> x.shape, x[:3]
        ((6,), array([1. , 1.5, 2. ]))
    """

    refs: dict[Any, Any] = defaultdict(int)  # open files by path: matrices of one file share it

    def __init__(
        self,
        datapath: str | os.PathLike,
        dataset: str,
        start: int = 0,
        end: int | None = None,
        normalizer: Callable | None = None,
    ) -> None:
        file = self.refs.get(datapath)
        if not file:  # not opened yet, or closed by its user since
            file = self.refs[datapath] = _open(datapath)
        if dataset not in file:
            raise ValueError(f"HDF5Matrix: expected one of the data sets {sorted(file)}. Received: dataset={dataset!r}")
        self.data = file[dataset]
        rows = self.data.shape[0]
        self.start = start
        self.end = rows if end is None else end
        if not 0 <= self.start <= self.end <= rows:
            raise ValueError(
                f"HDF5Matrix: expected 0 <= start <= end <= {rows}, the rows of {dataset!r}. Received: "
                f"start={start}, end={end}"
            )
        self.normalizer = normalizer
        first = self._normalized(self.data[0:1])
        self._base_shape = first.shape[1:]
        self._base_dtype = first.dtype

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        """Rows by a number, a slice, or a list or array of numbers in any order.

        Raises:
            IndexError: for rows outside ``start`` to ``end``.
        """
        if isinstance(key, slice):
            rows = self._slice(key)
        elif isinstance(key, (int, np.integer)):
            rows = int(self._positions(np.asarray([key]))[0])
        else:
            positions = np.asarray(key if isinstance(key, np.ndarray) else list(key))
            if positions.dtype == bool:
                positions = np.flatnonzero(positions)
            rows, inverse = np.unique(self._positions(positions), return_inverse=True)  # HDF5 reads in rising order
            return self._normalized(self.data[rows][inverse] if len(rows) else self.data[0:0])
        return self._normalized(self.data[rows])

    def _slice(self, key: slice) -> slice:
        start = 0 if key.start is None else key.start
        stop = len(self) if key.stop is None else key.stop
        start, stop = (value + len(self) if value < 0 else value for value in (start, stop))
        if start < 0 or stop > len(self) or start > len(self):
            raise IndexError(f"HDF5Matrix: expected rows from 0 to {len(self)}. Received: [{key.start}:{key.stop}]")
        return slice(start + self.start, max(start, stop) + self.start, key.step)

    def _positions(self, numbers: np.ndarray) -> np.ndarray:
        if numbers.size and not np.issubdtype(numbers.dtype, np.integer):
            raise TypeError(f"HDF5Matrix: expected whole numbers as rows. Received: dtype {numbers.dtype}")
        numbers = np.where(numbers < 0, numbers + len(self), numbers).astype("int64")
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(self):
            wrong = numbers.max() if numbers.max() >= len(self) else numbers.min() - len(self)
            raise IndexError(f"HDF5Matrix: expected rows from 0 to {len(self) - 1}. Received: row {wrong}")
        return numbers + self.start

    def _normalized(self, rows: Any) -> Any:
        return rows if self.normalizer is None else self.normalizer(rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as numpy has it."""
        return (len(self), *self._base_shape)

    @property
    def dtype(self) -> np.dtype:
        """The numpy dtype."""
        return self._base_dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape))


def _open(path: str | os.PathLike) -> Any:
    import h5py

    if not os.path.exists(path):
        raise FileNotFoundError(f"HDF5Matrix: expected an HDF5 file. Received: {os.fspath(path)!r}, which is missing")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"HDF5Matrix: expected a whole HDF5 file. Received: {os.fspath(path)!r} ({error})") from None


def ask_to_proceed_with_overwrite(filepath: str | os.PathLike) -> bool:
    """Asks on the terminal whether a file may be overwritten.

    Args:
        filepath: the file.

    Returns:
        Whether the answer was yes.
    """
    answer = input(f"[WARNING] {os.fspath(filepath)} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    if answer == "y":
        print("[TIP] Next time specify overwrite=True!")
    return answer == "y"


class H5Dict:
    """An HDF5 file or group, or a plain dict, behind one dict-like face.

    Arrays become data sets, everything else attributes; a key that is not there opens a group of that name. Long lists
    of names are spread over several attributes, as HDF5 limits the size of one.

    Args:
        path: a file's path, an ``h5py.Group``, or a dict.
        mode: ``'r'`` to read; ``'w'`` to start empty; ``'a'`` to add.

    Raises:
        TypeError: for a ``path`` that is none of these.

    Example:
        >>> store = H5Dict({}, mode="w")
        >>> store["layer"]["kernel"] = np.zeros(2)
        >>> store["layer"]["kernel"]
        array([0., 0.])
    """

    def __init__(self, path: Any, mode: str = "a") -> None:
        import h5py

        self._is_file = isinstance(path, (str, os.PathLike))
        if self._is_file:
            self.data = h5py.File(path, mode=mode)
        elif isinstance(path, h5py.Group):
            self.data = path
        elif isinstance(path, dict):
            self.data = path
            if mode == "w":
                self.data.clear()
            self.data["_is_group"] = True
        else:
            raise TypeError(
                f"H5Dict: expected path to be a path, an h5py Group or a dict. Received: {type(path).__name__}"
            )
        self.read_only = mode == "r"

    def __setitem__(self, attr: str | bytes, val: Any) -> None:
        if self.read_only:
            raise ValueError(f"H5Dict: expected a mode other than 'r' to set {attr!r}. Received: mode='r'")
        attr = attr.decode("utf-8") if isinstance(attr, bytes) else attr
        is_array = isinstance(val, (np.ndarray, np.generic))
        if isinstance(self.data, dict):
            self.data[attr] = _array_bytes(val) if is_array else val
            self.data[f"_{attr}_array"] = is_array
        elif attr in self.data:
            raise KeyError(f"H5Dict: expected a name that is not taken. Received: {attr!r}")
        elif is_array:
            self.data.create_dataset(attr, data=val)
        elif isinstance(val, list):
            self._set_list(attr, val)
        else:
            self.data.attrs[attr] = val

    def _set_list(self, attr: str, val: list) -> None:
        val = [item.encode("utf-8") if isinstance(item, str) else item for item in val]
        longest = max((len(item) for item in val if isinstance(item, bytes)), default=0)
        if longest > _ATTRIBUTE_LIMIT:
            raise RuntimeError(
                f"H5Dict: expected the items of {attr!r} to have at most {_ATTRIBUTE_LIMIT} bytes, as HDF5 requires. "
                f"Received: {longest} bytes"
            )
        whole = np.asarray(val)
        count = 1
        chunks = [whole]
        while any(chunk.nbytes > _ATTRIBUTE_LIMIT for chunk in chunks):
            count += 1
            chunks = np.array_split(whole, count)
        if count == 1:
            self.data.attrs[attr] = whole
            return
        for number, chunk in enumerate(chunks):
            self.data.attrs[f"{attr}{number}"] = chunk

    def update(self, *args: dict[str, Any]) -> None:
        """Sets what the entries of dicts hold.

        Args:
            *args: the dicts.

        Raises:
            ValueError: in mode ``'r'``.
        """
        for entries in args:
            for attr, val in entries.items():
                self[attr] = val

    def __getitem__(self, attr: str | bytes) -> Any:
        import h5py

        attr = attr.decode("utf-8") if isinstance(attr, bytes) else attr
        if isinstance(self.data, dict):
            return self._from_dict(attr)
        if attr in self.data.attrs:
            val = self.data.attrs[attr]
            return val.tolist() if isinstance(val, np.ndarray) and val.dtype.kind in "SO" else val
        if attr in self.data:
            val = self.data[attr]
            return np.asarray(val) if isinstance(val, h5py.Dataset) else H5Dict(val, self._child_mode())
        if f"{attr}0" in self.data.attrs:
            return [item.decode("utf-8") for item in self._chunks(attr)]
        self._refuse_new_group(attr)
        return H5Dict(self.data.create_group(attr))

    def _chunks(self, attr: str) -> Iterator[bytes]:
        number = 0
        while f"{attr}{number}" in self.data.attrs:
            yield from self.data.attrs[f"{attr}{number}"]
            number += 1

    def _from_dict(self, attr: str) -> Any:
        if attr not in self.data:
            self._refuse_new_group(attr)
            self.data[attr] = {"_is_group": True}
        val = self.data[attr]
        if isinstance(val, dict) and val.get("_is_group"):
            return H5Dict(val, self._child_mode())
        if self.data.get(f"_{attr}_array"):
            return np.load(io.BytesIO(val), allow_pickle=False)
        return val

    def _refuse_new_group(self, attr: str) -> None:
        if self.read_only:
            raise ValueError(f"H5Dict: expected the name of something stored. Received: {attr!r}")

    def _child_mode(self) -> str:
        return "r" if self.read_only else "a"

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    iter = __iter__

    def __contains__(self, key: str) -> bool:
        return key in self.data or (not isinstance(self.data, dict) and key in self.data.attrs)

    def get(self, key: str, default: Any = None) -> Any:
        """What is stored under a name, else ``default``."""
        return self[key] if key in self else default

    def close(self) -> None:
        """Writes everything out; closes the file if it was opened here."""
        if not isinstance(self.data, dict):
            self.data.file.flush()
            if self._is_file:
                self.data.close()


def _array_bytes(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


h5dict = H5Dict
