"""Regularizers: a scalar added to the loss, computed from a weight (in Keras's shape) or from a layer's output.

A regularizer is any callable from a tensor to a scalar tensor; the classes here also know their configuration.

Source: https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import torch

from . import config as _config
from . import eras
from .backend.registry import Registry
from .engine.symbolic.immutable import Seen

__all__ = [
    "Regularizer",
    "L1L2",
    "L1",
    "L2",
    "OrthogonalRegularizer",
    "l1",
    "l2",
    "l1_l2",
    "orthogonal_regularizer",
    "get",
    "serialize",
    "deserialize",
]

REGISTRY = Registry("regularizer", factories=True)


@REGISTRY.register
class Regularizer(Seen):
    """What regularizers derive from; by itself it penalises nothing.

    Example:
        >>> Regularizer()(torch.ones(3))
        0.0
    """

    def __call__(self, x: torch.Tensor) -> torch.Tensor | float:
        """The penalty of a tensor."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """A regularizer with the arguments that ``get_config`` gave."""
        return cls(**config)


@REGISTRY.register
class L1L2(Regularizer):
    """Sum of ``l1 * |x|`` and of ``l2 * x ** 2`` over all entries.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.

    Raises:
        ValueError: when a factor is not a finite number.

    Example:
        >>> L1L2(l1=0.5, l2=0.25)(torch.tensor([-2.0, 2.0]))
        tensor(4.)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor("L1L2", "l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("L1L2", "l2", 0.0 if l2 is None else l2)

    def __call__(self, x: torch.Tensor) -> torch.Tensor | float:
        penalty = 0.0
        if self.l1:
            penalty = penalty + _l1(self.l1, x)
        if self.l2:
            penalty = penalty + _l2(self.l2, x)
        return penalty

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


@REGISTRY.register
class L1(Regularizer):
    """Sum of ``l1 * |x|`` over all entries.

    Args:
        l1: the factor; ``l`` is its older name.

    Raises:
        ValueError: when the factor is not a finite number.

    Example:
        >>> L1(0.5)(torch.tensor([-2.0, 2.0]))
        tensor(2.)
    """

    def __init__(self, l1: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741 (Keras's name)
        self.l1 = _factor("L1", "l1", _given(l, l1))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return _l1(self.l1, x)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


@REGISTRY.register
class L2(Regularizer):
    """Sum of ``l2 * x ** 2`` over all entries.

    Args:
        l2: the factor; ``l`` is its older name.

    Raises:
        ValueError: when the factor is not a finite number.

    Example:
        >>> L2(0.5)(torch.tensor([-2.0, 2.0]))
        tensor(4.)
    """

    def __init__(self, l2: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741 (Keras's name)
        self.l2 = _factor("L2", "l2", _given(l, l2))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return _l2(self.l2, x)

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


@REGISTRY.register
class OrthogonalRegularizer(Regularizer):
    """Mean absolute cosine between the different rows (or columns) of a matrix, times a factor.

    Args:
        factor: the factor.
        mode: ``'rows'`` or ``'columns'``.

    Shape:
        Input: a matrix. Output: a scalar.

    Raises:
        ValueError: for another mode, a factor that is not a finite number, or a tensor that is not a matrix.

    Example:
        >>> OrthogonalRegularizer(factor=0.5)(torch.eye(3))
        tensor(0.)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("OrthogonalRegularizer", "factor", factor)
        if mode not in ("rows", "columns"):
            raise ValueError(f"OrthogonalRegularizer: expected mode to be 'rows' or 'columns'. Received: mode={mode!r}")
        self.mode = mode

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        if x.ndim != 2:
            raise ValueError(f"OrthogonalRegularizer: expected a matrix. Received: a tensor of shape {tuple(x.shape)}")
        rows = x if self.mode == "rows" else x.T
        rows = torch.nn.functional.normalize(rows, dim=1, eps=1e-6)
        cosines = rows @ rows.T
        size = rows.shape[0]
        pairs = size * (size - 1.0) / 2.0
        others = 1.0 - torch.eye(size, dtype=x.dtype, device=x.device)
        return self.factor * 0.5 * torch.sum(torch.abs(cosines * others)) / pairs

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


@REGISTRY.register
def l1(l: float = 0.01, *, l1: float | None = None) -> Regularizer:  # noqa: E741 (Keras's name)
    """A regularizer by absolute values.

    Args:
        l: the factor.
        l1: its newer name.

    Example:
        >>> l1(0.5)(torch.tensor([-2.0, 2.0]))
        tensor(2.)
    """
    factor = _given(l1, l)
    return L1(factor) if eras.current().regularizers == "classes" else L1L2(l1=factor)


@REGISTRY.register
def l2(l: float = 0.01, *, l2: float | None = None) -> Regularizer:  # noqa: E741 (Keras's name)
    """A regularizer by squares.

    Args:
        l: the factor.
        l2: its newer name.

    Example:
        >>> l2(0.5)(torch.tensor([-2.0, 2.0]))
        tensor(4.)
    """
    factor = _given(l2, l)
    return L2(factor) if eras.current().regularizers == "classes" else L1L2(l2=factor)


@REGISTRY.register
def l1_l2(l1: float | None = None, l2: float | None = None) -> L1L2:
    """A regularizer by absolute values and squares.

    Args:
        l1: factor of the absolute values; 0.01 unless given (0 in Keras 3).
        l2: factor of the squares; likewise.

    Example:
        >>> l1_l2(0.5, 0.25)(torch.tensor([-2.0, 2.0]))
        tensor(4.)
    """
    default = eras.current().l1_l2_default
    if not default and l1 is None and l2 is None:
        warnings.warn("l1_l2: without l1 or l2 it penalises nothing in Keras 3.", stacklevel=2)
    return L1L2(_given(l1, default), _given(l2, default))


orthogonal_regularizer = OrthogonalRegularizer
REGISTRY.alias(orthogonal_regularizer=OrthogonalRegularizer, l1l2=L1L2)


def _l1(factor: float, x: torch.Tensor) -> torch.Tensor:
    return torch.sum(factor * torch.abs(x))


def _l2(factor: float, x: torch.Tensor) -> torch.Tensor:
    return torch.sum(factor * torch.square(x))


def _given(value: float | None, default: float) -> float:
    return default if value is None else value


def _factor(owner: str, name: str, value: Any) -> float:
    """A factor as a float, rounded to ``floatx`` where the era keeps it so."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or isinstance(value, str):
        raise ValueError(f"{owner}: expected {name} to be a finite number. Received: {name}={value!r}")
    if eras.current().regularizer_factors == "exact":
        return number
    kept = torch.tensor(number, dtype=_config.torch_dtype(None))
    return kept.item()


def serialize(regularizer: Any) -> Any:
    """The config dict of a regularizer, or the name of a function.

    Example:
        >>> serialize(L1L2(l2=0.5))
        {'class_name': 'L1L2', 'config': {'l1': 0.0, 'l2': 0.5}}
    """
    return REGISTRY.serialize(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer that a name or a config dict describes.

    Args:
        config: a name or a ``{'class_name', 'config'}`` dict.
        custom_objects: further names.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "L1L2", "config": {"l1": 0.5}}).l1
        0.5
    """
    return REGISTRY.deserialize(config, custom_objects)


def get(identifier: Any) -> Any:
    """What a ``*_regularizer`` argument means.

    Args:
        identifier: None, a name, a config dict, a regularizer or any callable from a tensor to a scalar.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> get("l2").l2 == L1L2(l2=0.01).l2
        True
    """
    return REGISTRY.get(identifier)
