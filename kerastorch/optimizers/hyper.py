"""Numbers of an optimizer that a callback may change while training runs.

Each is a 0-d tensor, so that ``K.get_value``, ``K.set_value`` and ``float()`` work on it, and so that the learning rate
and the iteration count stay live when a step is replayed from a CUDA graph.
"""

from __future__ import annotations

import numbers
from typing import Any

import torch

from .. import config
from ..backend.variable import State

__all__ = ["Hyper", "exact", "scalar_dtype", "value_of"]


def scalar_dtype() -> torch.dtype:
    """The dtype of a new learning rate: ``floatx()``, but never less than float32, which fused kernels require."""
    return torch.float64 if config.floatx() == "float64" else torch.float32


def value_of(value: Any) -> Any:
    """A plain float for a 0-d tensor; anything else as it is. Waits for the device that holds the tensor."""
    return value.item() if isinstance(value, torch.Tensor) else value


class Hyper:
    """An attribute held in a 0-d tensor: reading gives the tensor, assigning writes into it.

    The tensor keeps its identity, so a reference taken before ``opt.lr = 0.1`` sees the new value, and so does a
    captured graph. An object with ``is_schedule`` (a learning-rate schedule) takes the tensor's place.

    Args:
        dtype: of the tensor; None is ``scalar_dtype()`` when the value is first set.

    Example:
        >>> class Rule:
        ...     lr = Hyper()
        >>> rule = Rule()
        >>> rule.lr = 0.5
        >>> held = rule.lr
        >>> rule.lr = 0.25
        >>> float(held)
        0.25
    """

    def __init__(self, dtype: torch.dtype | None = None) -> None:
        self.dtype = dtype

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        try:
            return obj.__dict__[self.name]
        except KeyError:
            raise AttributeError(f"{type(obj).__name__} has no attribute {self.name!r}") from None

    def __set__(self, obj: Any, value: Any) -> None:
        if getattr(value, "is_schedule", False):
            obj.__dict__[self.name] = value
            return
        held = obj.__dict__.get(self.name)
        number = self._number(obj, value)
        if isinstance(held, torch.Tensor):
            with torch.no_grad():
                held.copy_(number) if isinstance(number, torch.Tensor) else held.fill_(number)
            return
        dtype = self.dtype or scalar_dtype()
        if isinstance(number, torch.Tensor):
            made = number.detach().to(dtype, copy=True)
        else:
            made = torch.tensor(number, dtype=dtype)
        obj.__dict__[self.name] = State.of(made, f"{self.name}:0")

    def _number(self, obj: Any, value: Any) -> Any:
        """The value as a Python number or a 0-d tensor.

        Raises:
            TypeError: when it is neither a number nor convertible to one.
        """
        if isinstance(value, torch.Tensor) and value.numel() == 1:
            return value.detach().reshape(())
        if isinstance(value, numbers.Real):
            return value if self.dtype is None else int(value)
        try:
            return float(value) if not isinstance(value, (str, bytes)) else _refuse()
        except (TypeError, ValueError):
            raise TypeError(
                f"{type(obj).__name__}: expected {self.name} to be a number. Received: {self.name}={value!r}"
            ) from None


def _refuse() -> float:
    raise TypeError


def exact(count: int | torch.Tensor) -> float | torch.Tensor:
    """An iteration count as a float precise enough for ``1 - beta**t`` (float64 where the device has it)."""
    if not isinstance(count, torch.Tensor):
        return float(count)
    return count.to(torch.float32 if count.device.type == "mps" else torch.float64)
