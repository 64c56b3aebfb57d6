"""Constraints: what is done to a weight after each update, on the weight in Keras's shape.

A constraint is any callable from a tensor to a tensor of the same shape; the classes here know their configuration too.

Source: https://keras.io/api/layers/constraints/
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch

from . import config as _config
from .backend.registry import Registry
from .engine.symbolic.immutable import Seen

__all__ = [
    "Constraint",
    "MaxNorm",
    "NonNeg",
    "UnitNorm",
    "MinMaxNorm",
    "RadialConstraint",
    "max_norm",
    "non_neg",
    "unit_norm",
    "min_max_norm",
    "radial_constraint",
    "maxnorm",
    "nonneg",
    "unitnorm",
    "get",
    "serialize",
    "deserialize",
]

REGISTRY = Registry("constraint", factories=True)


@REGISTRY.register
class Constraint(Seen):
    """What constraints derive from; by itself it changes nothing.

    Example:
        >>> Constraint()(torch.tensor([-1.0]))
        tensor([-1.])
    """

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        """The weight as it should be."""
        return w

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        """A constraint with the arguments that ``get_config`` gave."""
        return cls(**config)


@REGISTRY.register
class MaxNorm(Constraint):
    """Scales vectors down to a length of at most ``max_value``.

    Args:
        max_value: the greatest length.
        axis: the axis or axes that make up one vector: 0 for the inputs of each unit of a Dense layer,
            ``[0, 1, 2]`` for each filter of a Conv2D layer.

    Raises:
        ValueError: when an axis is no integer or is missing in the weight, or a bound is no number.

    Example:
        >>> MaxNorm(1.0)(torch.tensor([[3.0, 0.3], [4.0, 0.4]]))
        tensor([[0.6000, 0.3000],
                [0.8000, 0.4000]])
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] | None = 0) -> None:
        self.max_value = _number("MaxNorm", "max_value", max_value)
        self.axis = _checked("MaxNorm", axis)

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        norms = _norms("MaxNorm", w, self.axis)
        desired = torch.clamp(norms, 0, max(0, self.max_value))
        return w * (desired / (_config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


@REGISTRY.register
class NonNeg(Constraint):
    """Sets negative entries to zero.

    Example:
        >>> NonNeg()(torch.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        return torch.clamp(w, min=0.0)


@REGISTRY.register
class UnitNorm(Constraint):
    """Scales vectors to a length of one.

    Args:
        axis: the axis or axes that make up one vector (see ``MaxNorm``).

    Raises:
        ValueError: when an axis is no integer, or is missing in the weight.

    Example:
        >>> UnitNorm()(torch.tensor([3.0, 4.0]))
        tensor([0.6000, 0.8000])
    """

    def __init__(self, axis: int | Sequence[int] | None = 0) -> None:
        self.axis = _checked("UnitNorm", axis)

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        return w / (_config.epsilon() + _norms("UnitNorm", w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


@REGISTRY.register
class MinMaxNorm(Constraint):
    """Moves the length of vectors into ``[min_value, max_value]``, at once or bit by bit.

    Args:
        min_value: the least length.
        max_value: the greatest length.
        rate: the share of the way that one application goes; 1 goes all the way.
        axis: the axis or axes that make up one vector (see ``MaxNorm``).

    Raises:
        ValueError: when an axis is no integer or is missing in the weight, or a bound is no number.

    Example:
        >>> MinMaxNorm(min_value=2.0, max_value=4.0)(torch.tensor([0.6, 0.8]))
        tensor([1.2000, 1.6000])
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: int | Sequence[int] | None = 0,
    ) -> None:
        self.min_value = _number("MinMaxNorm", "min_value", min_value)
        self.max_value = _number("MinMaxNorm", "max_value", max_value)
        self.rate = _number("MinMaxNorm", "rate", rate)
        self.axis = _checked("MinMaxNorm", axis)

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        norms = _norms("MinMaxNorm", w, self.axis)
        inside = torch.clamp(norms, self.min_value, max(self.min_value, self.max_value))
        desired = self.rate * inside + (1 - self.rate) * norms
        return w * (desired / (_config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


@REGISTRY.register
class RadialConstraint(Constraint):
    """Makes each square ring of a convolution kernel one value, taken from the kernel's diagonal.

    Shape:
        Input and output: (size, size, channels, filters).

    Raises:
        ValueError: when the weight is no such kernel.

    Example:
        >>> RadialConstraint()(torch.arange(9.0).reshape(3, 3, 1, 1)).squeeze()
        tensor([[4., 4., 4.],
                [4., 0., 4.],
                [4., 4., 4.]])
    """

    def __call__(self, w: torch.Tensor) -> torch.Tensor:
        if w.ndim != 4 or w.shape[0] != w.shape[1]:
            raise ValueError(
                "RadialConstraint: expected a kernel of shape (size, size, channels, filters). "
                f"Received: {tuple(w.shape)}"
            )
        size = w.shape[0]
        away = torch.arange(size, device=w.device)
        away = torch.maximum(away, size - 1 - away)  # 0-based position of the ring along the lower half of the diagonal
        ring = torch.maximum(away[:, None], away[None, :])
        # Keras starts one entry before the middle and steps over it when the size is even.
        source = torch.where(ring == size // 2, (size // 2 - 1) % size, ring if size % 2 == 0 else ring - 1)
        return torch.diagonal(w).permute(2, 0, 1)[source]

    def get_config(self) -> dict[str, Any]:
        return {}


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm
radial_constraint = RadialConstraint
REGISTRY.alias(
    max_norm=MaxNorm,
    maxnorm=MaxNorm,
    non_neg=NonNeg,
    nonneg=NonNeg,
    unit_norm=UnitNorm,
    unitnorm=UnitNorm,
    min_max_norm=MinMaxNorm,
    radial_constraint=RadialConstraint,
)


def _number(owner: str, name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{owner}: expected {name} to be a number. Received: {name}={value!r}")
    return value


def _checked(owner: str, axis: Any) -> Any:
    """The axis as given, once it is known to be None, an integer or several."""
    axes = axis if isinstance(axis, (list, tuple)) else [0 if axis is None else axis]
    if any(isinstance(a, bool) or not hasattr(a, "__index__") for a in axes):
        raise ValueError(f"{owner}: expected axis to be an integer or a list of integers. Received: axis={axis!r}")
    return axis


def _norms(owner: str, w: torch.Tensor, axis: Any) -> torch.Tensor:
    """Lengths along ``axis``, which stays as an axis of one entry."""
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    for a in axes if isinstance(axes, tuple) else () if axes is None else (axes,):
        if not -w.ndim <= a < w.ndim:
            raise ValueError(
                f"{owner}: expected axis to lie within the weight's {w.ndim} axes. "
                f"Received: axis={axis!r} for a weight of shape {tuple(w.shape)}"
            )
    return torch.sqrt(torch.sum(torch.square(w), dim=axes, keepdim=True))


def serialize(constraint: Any) -> Any:
    """The config dict of a constraint, or the name of a function.

    Example:
        >>> serialize(UnitNorm())
        {'class_name': 'UnitNorm', 'config': {'axis': 0}}
    """
    return REGISTRY.serialize(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint that a name or a config dict describes.

    Args:
        config: a name or a ``{'class_name', 'config'}`` dict.
        custom_objects: further names.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> deserialize({"class_name": "MaxNorm", "config": {"max_value": 3}}).max_value
        3
    """
    return REGISTRY.deserialize(config, custom_objects)


def get(identifier: Any) -> Any:
    """What a ``*_constraint`` argument means.

    Args:
        identifier: None, a name, a config dict, a constraint or any callable from a tensor to a tensor.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> get("max_norm").max_value
        2
    """
    return REGISTRY.get(identifier)
