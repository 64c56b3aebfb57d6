"""What every initializer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch

from ..backend.registry import Registry
from ..engine.symbolic.immutable import Seen

__all__ = ["REGISTRY", "Shape", "Dtype", "Initializer", "checked_shape"]

REGISTRY = Registry("initializer", factories=True)

Shape: TypeAlias = Sequence[int]
Dtype: TypeAlias = "str | torch.dtype | None"


@REGISTRY.register
class Initializer(Seen):
    """What initializers derive from.

    Example:
        >>> class Halves(Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return torch.full(shape, 0.5)
        >>> Halves()((2,))
        tensor([0.5000, 0.5000])
    """

    def __call__(self, shape: Shape, dtype: Dtype = None) -> torch.Tensor:
        """The values.

        Args:
            shape: Keras's shape of the weight.
            dtype: its dtype; None is ``floatx()``.
        """
        raise NotImplementedError(f"{type(self).__name__}: expected __call__(shape, dtype=None) to be defined.")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """An initializer with the arguments that ``get_config`` gave."""
        return cls(
            **{key: value for key, value in config.items() if key != "dtype"}
        )  # old tf.keras files carry a dtype


def checked_shape(owner: str, shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of ints.

    Raises:
        ValueError: when it is no shape.

    Example:
        >>> checked_shape("Zeros", torch.Size([2, 3]))
        (2, 3)
    """
    sizes = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    if any(not hasattr(size, "__index__") or size < 0 for size in sizes):
        raise ValueError(f"{owner}: expected a shape of integers that are not negative. Received: {shape!r}")
    return tuple(int(size) for size in sizes)
