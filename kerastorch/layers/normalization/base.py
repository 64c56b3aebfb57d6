"""What normalization layers share: a scale and a shift along some axes."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from ... import constraints, eras, initializers, regularizers
from ...engine.layer import Layer

__all__ = ["ScaledAndShifted", "Shape", "axes_argument"]

Shape = tuple[int | None, ...]


def axes_argument(owner: str, axis: Any) -> Any:
    """An axis or a list of axes, checked.

    Raises:
        TypeError: when it is neither.
    """
    items = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if not items or not all(isinstance(i, numbers.Integral) and not isinstance(i, bool) for i in items):
        raise TypeError(f"{owner}: expected axis to be one or several integers. Received: axis={axis!r}")
    return items if isinstance(axis, (list, tuple)) else axis


class ScaledAndShifted(Layer):
    """A scale ``gamma``, stored as ``weight``, and a shift ``beta``, stored as ``bias``, along some axes."""

    supports_masking = True
    casts_weights = False  # statistics and scale stay float32

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta: tuple[Any, Any, Any],
        gamma: tuple[Any, Any, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        if not isinstance(epsilon, numbers.Real) or isinstance(epsilon, bool) or epsilon < 0:
            raise ValueError(f"{owner}: expected epsilon to be a number >= 0. Received: epsilon={epsilon!r}")
        self.epsilon = epsilon
        self.center = bool(center)
        self.scale = bool(scale)
        for part, (initializer, regularizer, constraint) in (("beta", beta), ("gamma", gamma)):
            setattr(self, f"{part}_initializer", initializers.get(initializer))
            setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{part}_constraint", constraints.get(constraint))

    def _axes_of(self, axis: Any, rank: int) -> tuple[int, ...]:
        axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
        if any(not -rank <= i < rank for i in axes):
            raise ValueError(
                f"Layer {self.name}: expected axis to be one of its input's {rank} axes. Received: axis={axis!r}"
            )
        return tuple(i % rank for i in axes)

    def _sizes(self, input_shape: Shape, axes: Sequence[int]) -> tuple[int, ...]:
        sizes = tuple(input_shape[i] for i in axes)
        if None in sizes:
            raise ValueError(
                f"Layer {self.name}: expected axis {self.axis} of its input to have a known size. "
                f"Received: shape {tuple(input_shape)}"
            )
        return sizes  # type: ignore[return-value]

    def _add_scale_and_shift(self, shape: tuple[int, ...]) -> None:
        for wanted, name, attribute in ((self.scale, "gamma", "weight"), (self.center, "beta", "bias")):
            if wanted:
                self.add_weight(
                    name,
                    shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                    attribute=attribute,
                )
            else:
                setattr(self, attribute, None)
                setattr(self, name, None)

    def _written_axis(self) -> Any:
        """The axis as tf.keras writes it once the layer is built, a list counted from 0; as given in other eras."""
        if not self.built or eras.current().normalization_axis != "resolved":
            return self.axis
        return list(self._axes_of(self.axis, self.input_spec.ndim))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = {"axis": self.axis, "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
        for part in ("beta", "gamma"):
            config[f"{part}_initializer"] = initializers.serialize(getattr(self, f"{part}_initializer"))
            config[f"{part}_regularizer"] = regularizers.serialize(getattr(self, f"{part}_regularizer"))
            config[f"{part}_constraint"] = constraints.serialize(getattr(self, f"{part}_constraint"))
        return {**super().get_config(), **config}
