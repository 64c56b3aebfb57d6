"""What ``experimental_enable_numpy_behavior`` changes: NumPy's methods on tensors, and the type of fractions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .....engine.symbolic import script
from ..._tensors import Tensor
from . import arranging, reducing
from ._kinds import settings

__all__ = ["experimental_enable_numpy_behavior", "forget"]


def _astype(self: Tensor, dtype: Any) -> torch.Tensor:
    """The values in another type."""
    from .making import asarray

    return asarray(self, dtype)


def _transposed(self: Tensor, *axes: Any) -> torch.Tensor:
    """The axes the other way round, or in the order of a tuple; two numbers are torch's axes to exchange."""
    if len(axes) == 2 and all(isinstance(axis, int) for axis in axes):
        return torch.transpose(self, *axes)
    return arranging.transpose(self, *axes)


def _reduction(function: Callable, torchs: Callable) -> Callable:
    """NumPy's method where a script calls it or says ``axis``, torch's elsewhere."""

    def apply(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        numpys = "axis" in kwargs or "keepdims" in kwargs or script.at_top() and "dim" not in kwargs
        return function(self, *args, **kwargs) if numpys and "out" not in kwargs else torchs(self, *args, **kwargs)

    return apply


_before: dict[str, Any] = {}


def experimental_enable_numpy_behavior(prefer_float32: bool = False, dtype_conversion_mode: str = "legacy") -> None:
    """Gives tensors NumPy's methods: ``astype``, ``transpose``, ``max``, ``min`` and ``mean`` as arrays have them.

    Operators keep their own types: an int32 tensor beside a float32 one is float32.

    Args:
        prefer_float32: whether Python's fractions are float32.
        dtype_conversion_mode: accepted; there is one way here.
    """
    settings.floats = torch.float32 if prefer_float32 else torch.float64
    if _before:
        return
    methods = {
        "astype": _astype,
        "transpose": _transposed,
        **{name: _reduction(getattr(reducing, name), getattr(Tensor, name)) for name in ("max", "mean", "min")},
    }
    for name, method in methods.items():
        _before[name] = vars(Tensor).get(name)
        setattr(Tensor, name, method)


def forget() -> None:
    """Takes ``experimental_enable_numpy_behavior`` back."""
    settings.floats = torch.float64
    while _before:
        name, method = _before.popitem()
        if method is None:
            delattr(Tensor, name)
        else:
            setattr(Tensor, name, method)
