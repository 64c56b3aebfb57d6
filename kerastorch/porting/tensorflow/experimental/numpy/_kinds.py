"""The types of NumPy's functions: what numbers are by themselves, and what becomes of values that meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..._dtypes import as_dtype, torch_type
from ..._functions import tensor

__all__ = ["array_of", "common", "floats_of", "kind_of", "settings", "together"]

_PYTHON = {float: torch.float64, int: torch.int64, bool: torch.bool, complex: torch.complex128}
_NUMBERS = {"b": False, "i": 0, "u": 0, "f": 0.0, "c": 0j}


class _Settings:
    floats = torch.float64  # the type of Python's fractions


settings = _Settings()


def kind_of(dtype: Any) -> torch.dtype | None:
    """The torch dtype that an argument means; Python's types have 64 bits.

    Example:
        >>> kind_of(float), kind_of("int8"), kind_of(None)
        (torch.float64, torch.int8, None)
    """
    return _PYTHON[dtype] if isinstance(dtype, type) and dtype in _PYTHON else torch_type(dtype)


def _typed(value: Any) -> bool:
    """Whether a value has a type of its own: all but numbers, and lists of them."""
    if isinstance(value, (list, tuple)):
        return any(_typed(item) for item in value)
    return hasattr(value, "dtype") or hasattr(value, "to_numpy")


def array_of(value: Any, dtype: Any = None) -> torch.Tensor:
    """A value as a tensor, numbers and lists in NumPy's types.

    Example:
        >>> array_of([1, 2]).dtype, array_of(0.5).dtype
        (torch.int64, torch.float64)
    """
    kind = kind_of(dtype)
    if _typed(value):
        return tensor(value, kind)
    array = np.asarray(value)
    return tensor(array, kind or (settings.floats if array.dtype.kind == "f" else None))


def floats_of(value: Any) -> torch.Tensor:
    """``array_of`` in floats: whole numbers become float64."""
    x = array_of(value)
    return x if x.is_floating_point() or x.is_complex() else x.to(torch.float64)


def common(*values: Any) -> torch.dtype:
    """The type in which values meet.

    Example:
        >>> common(torch.ones(2), 0.5), common(torch.ones(2), torch.ones(2, dtype=torch.int32))
        (torch.float32, torch.float64)
    """
    typed = [array_of(value).dtype for value in values if _typed(value)]
    others = [array_of(value).dtype for value in values if not _typed(value)]
    if not typed or not others and len(set(typed)) == 1:
        typed, others = typed or others, []
    if len(set(typed)) == 1 and not others:
        return typed[0]
    numbers = [_NUMBERS[_numpy_type(kind).kind] for kind in others]
    if typed[0] is torch.bfloat16 and len(set(typed)) == 1 and complex not in map(type, numbers):
        return torch.bfloat16  # unknown to numpy
    return torch_type(np.result_type(*map(_numpy_type, typed), *numbers))


def _numpy_type(kind: torch.dtype) -> np.dtype:
    return np.dtype(as_dtype(kind).as_numpy_dtype)


def together(*values: Any) -> list[torch.Tensor]:
    """Values that meet in an operation, as tensors of one type on one device."""
    kind = common(*values)
    found = [array_of(value) for value in values]
    place = next((x.device for x, value in zip(found, values) if isinstance(value, torch.Tensor)), None)
    return [x.to(device=place, dtype=kind) for x in found]
