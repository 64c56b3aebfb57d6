"""Logged numbers that stay on the device until somebody looks.

The training loop runs ahead of the device; asking for a number makes it wait. So ``Logs`` fetches only when it is read,
everything in one copy, and ``RunningTotals`` sums over an epoch with a few copies at most.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

import numpy as np
import torch

from .. import eras

__all__ = ["Logs", "RunningTotals", "fetch", "in_order", "told"]

_NUMBERS = {torch.float64: np.float64, torch.float32: np.float32, torch.float16: np.float32, torch.bfloat16: np.float32}

# How many batches' numbers are kept as tensors of their own before they become one, still on their device.
_WAITING = 512


def _is_lazy(value: Any) -> bool:
    return isinstance(value, torch.Tensor) or callable(value)


def _called(value: Any) -> Any:
    return value() if callable(value) and not isinstance(value, torch.Tensor) else value


def fetch(values: Iterable[Any]) -> list[Any]:
    """The numbers behind values that may still be on a device.

    Args:
        values: 0-d tensors, functions that give one, and anything else (handed back as it is).

    Returns:
        A list: ``np.float64`` for a float64 tensor, ``np.float32`` for other floats, ``np.int64`` for integers.

    Example:
        >>> [float(v) for v in fetch([torch.tensor(0.5), lambda: torch.tensor(2), 7])]
        [0.5, 2.0, 7.0]
    """
    found = [_called(value) for value in values]
    places: dict[torch.device, list[int]] = {}
    for place, value in enumerate(found):
        if isinstance(value, torch.Tensor):
            if value.numel() == 1:
                places.setdefault(value.device, []).append(place)
            else:
                found[place] = value.detach().cpu().numpy()
    with torch.no_grad():
        for device, at in places.items():
            tensors = [found[place] for place in at]
            if len({tensor.dtype for tensor in tensors}) > 1:
                wide = torch.float32 if device.type == "mps" else torch.float64
                tensors = [tensor.to(wide) for tensor in tensors]
            # Sync point: one copy to the host, however many values there are.
            host = torch.stack([tensor if tensor.ndim == 0 else tensor.reshape(()) for tensor in tensors]).tolist()
            for place, number in zip(at, host):
                found[place] = _NUMBERS.get(found[place].dtype, np.int64)(number)
    return found


def told(values: Iterable[Any]) -> list[Any]:
    """``fetch``, with the numbers as the era's callbacks get them: numpy's, Python's, or floats all of them."""
    kind, found = eras.current().logged_numbers, fetch(values)
    if kind == "floats":
        return [float(value) if isinstance(value, (int, float, np.generic)) else value for value in found]
    return found if kind == "numpy" else [value.item() if isinstance(value, np.generic) else value for value in found]


def in_order(logs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Numbers by name, in the era's order."""
    return dict(sorted(logs.items())) if eras.current().history_order == "sorted" else logs


class Logs(dict):
    """A dict whose values may still be on the device; whoever looks at one gets plain numbers.

    Looking (an item, ``get``, ``items()``, ``values()``, ``copy()``, ``**logs``, ``dict(logs)``, printing) fetches all
    of them in one copy. Counting and naming keys fetches nothing. A callback may hold on to its logs and look later: a
    step that uses its memory again has to log copies.

    Args:
        *args, **kwargs: as for ``dict``; a value may be a 0-d tensor or a function that gives one.

    Example:
        >>> logs = Logs(size=32, loss=torch.tensor(0.25))
        >>> "loss" in logs, logs["size"], float(logs["loss"])
        (True, 32, 0.25)
        >>> dict(logs) == {"size": 32, "loss": 0.25}
        True
    """

    def resolve(self) -> Logs:
        """Fetches every value that is still on the device, at once, and keeps the numbers."""
        lazy = [key for key, value in super().items() if _is_lazy(value)]
        if lazy:
            super().update(zip(lazy, told([super(Logs, self).__getitem__(key) for key in lazy])))
        return self

    def raw(self, key: str) -> Any:
        """The value as it was stored, fetched or not."""
        return super().__getitem__(key)

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return super(Logs, self.resolve()).__getitem__(key) if _is_lazy(value) else value

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default

    # Python copies a dict subclass in C, past __getitem__, unless the subclass has an __iter__ of its own.
    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def keys(self) -> KeysView[str]:
        return super().keys()

    def items(self) -> ItemsView[str, Any]:
        return super(Logs, self.resolve()).items()

    def values(self) -> ValuesView[Any]:
        return super(Logs, self.resolve()).values()

    def copy(self) -> dict:
        return dict(self.items())

    def pop(self, key: str, *default: Any) -> Any:
        return super(Logs, self.resolve()).pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        return super(Logs, self.resolve()).popitem()

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def __or__(self, other: dict) -> dict:
        return self.copy() | dict(other)

    def __ror__(self, other: dict) -> dict:
        return dict(other) | self.copy()

    def __eq__(self, other: object) -> bool:
        return self.copy() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(self.copy())

    def __reduce__(self) -> tuple:
        return dict, (self.copy(),)


class RunningTotals:
    """Weighted sums of logged values over an epoch, in float64; the device is read when somebody asks for them.

    Args:
        stateful: names whose latest value stands for the whole epoch.

    Example:
        >>> totals = RunningTotals()
        >>> totals.add({"loss": torch.tensor(1.0)}, 32, ["loss"])
        >>> totals.add({"loss": torch.tensor(4.0)}, 16, ["loss"])
        >>> total, weight = totals.read()["loss"]
        >>> float(total / weight)
        2.0
    """

    def __init__(self, stateful: Iterable[str] | None = None) -> None:
        self.stateful = frozenset(stateful or ())
        self._sums: dict[str, list] = {}
        self._waiting: dict[str, list[tuple[Any, int]]] = {}
        self._latest: dict[str, Any] = {}
        self._packs: list[tuple[list[tuple[str, list[int]]], torch.Tensor | np.ndarray]] = []

    def add(self, logs: dict[str, Any], weight: int, names: Iterable[str]) -> None:
        """Counts the named values of one batch, where it has them."""
        raw = logs.raw if isinstance(logs, Logs) else logs.__getitem__
        for name in names:
            if name in logs:
                column = self._waiting.setdefault(name, [])
                column.append((raw(name), weight))
                if len(column) >= _WAITING:
                    self._pack()

    def read(self) -> dict[str, list]:
        """``{name: [sum of value * weight, sum of weights]}``; ``[latest value, 1]`` for a stateful name."""
        self._pack()
        packs, self._packs = self._packs, []
        for columns, stacked in packs:
            # Sync point: one copy to the host, however many batches there are.
            numbers = stacked if isinstance(stacked, np.ndarray) else stacked.cpu().to(torch.float64).view(-1).numpy()
            for name, weights in columns:
                values, numbers = numbers[: len(weights)], numbers[len(weights) :]
                total, count = self._sums.get(name, (np.float64(0.0), 0))
                # accumulate, not sum: one rounding a batch, in order, as when each batch is added by itself.
                terms = np.concatenate([[total], values * weights])
                self._sums[name] = [np.add.accumulate(terms)[-1], count + sum(weights)]
        latest = zip(self._latest, _numbers(list(self._latest.values())))
        return {name: list(pair) for name, pair in self._sums.items()} | {name: [value, 1] for name, value in latest}

    def settle(self) -> None:
        """Works out what stateful metrics say by now, before somebody resets them; nothing is read."""
        self._pack()
        self._latest = {name: value() if callable(value) else value for name, value in self._latest.items()}

    def restore(self, read: dict[str, list]) -> None:
        """Goes on from what ``read`` gave."""
        for name, (total, count) in read.items():
            if name in self.stateful:
                self._latest[name] = total
            else:
                self._sums[name] = [np.float64(total), count]

    def _pack(self) -> None:
        """Makes one tensor of what waits; nothing is read."""
        waiting, self._waiting = self._waiting, {}
        for name in self.stateful & waiting.keys():
            self._latest[name] = waiting.pop(name)[-1][0]
        columns = [(name, [weight for _, weight in column]) for name, column in waiting.items()]
        if columns:
            self._packs.append((columns, _stacked([value for column in waiting.values() for value, _ in column])))


def _stacked(values: list[Any]) -> torch.Tensor | np.ndarray:
    """Single numbers as one tensor where they are; read, in float64, where no tensor can hold them."""
    try:
        with torch.no_grad():
            stacked = torch.stack(values)
    except (TypeError, RuntimeError):  # not all of them tensors, or of one device and shape
        stacked = None
    return stacked if stacked is not None and stacked.numel() == len(values) else _numbers(values)


def _numbers(values: list[Any]) -> np.ndarray:
    return np.array([np.mean(number) for number in fetch(values)], np.float64)
