"""What a layer expects of its inputs, and the check of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["InputSpec", "check_inputs"]


class InputSpec:
    """Rank, shape and axes that a layer expects.

    Args:
        dtype: expected dtype name, for information.
        shape: expected shape, None for free axes.
        ndim: expected number of axes.
        max_ndim: most axes allowed.
        min_ndim: fewest axes allowed.
        axes: expected sizes of single axes, as ``{axis: size}``.

    Example:
        >>> InputSpec(min_ndim=2, axes={-1: 8}).axes
        {-1: 8}
    """

    def __init__(
        self,
        dtype: str | None = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
    ) -> None:
        self.dtype = dtype
        self.shape = shape
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = axes or {}

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return f"InputSpec({', '.join(f'{n}={getattr(self, n)}' for n in names if getattr(self, n))})"

    def problem(self, shape: tuple[int | None, ...]) -> str | None:
        """What is wrong with a shape, in words that follow 'expected'; None when nothing is."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            return f"{self.ndim} dimensions"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} dimensions"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} dimensions"
        for axis, size in self.axes.items():
            if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
                return f"axis {axis} to have size {size}"
        for size, got in zip(self.shape or (), shape, strict=False):
            if size is not None and got not in (size, None):
                return f"shape {tuple(self.shape or ())}"
        return None


def check_inputs(layer: Any, shapes: list[tuple[int | None, ...]]) -> None:
    """Compares the shapes that come in with ``layer.input_spec``.

    Raises:
        ValueError: when the number of inputs, a rank or a size differs.
    """
    specs = layer.input_spec
    if not specs:
        return
    specs = list(specs) if isinstance(specs, (list, tuple)) else [specs]
    if len(specs) != len(shapes):
        raise ValueError(f"Layer {layer.name}: expected {len(specs)} inputs. Received: {len(shapes)} inputs")
    for i, (spec, shape) in enumerate(zip(specs, shapes, strict=True)):
        problem = spec.problem(shape) if spec is not None else None
        if problem:
            which = f"input {i}" if len(specs) > 1 else "input"
            raise ValueError(f"Layer {layer.name}: expected {problem} in its {which}. Received: shape {shape}")
