"""Layers of several inputs: sums, products, extremes, concatenation, dot products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..backend.products import batch_dot, l2_normalize
from ..engine.layer import Layer

__all__ = [
    "Add",
    "Subtract",
    "Multiply",
    "Average",
    "Maximum",
    "Minimum",
    "Concatenate",
    "Dot",
    "add",
    "subtract",
    "multiply",
    "average",
    "maximum",
    "minimum",
    "concatenate",
    "dot",
]

Shape = tuple[int | None, ...]


def _broadcast(layer: Layer, first: Shape, second: Shape) -> Shape:
    """The shape of an elementwise operation, aligned at the last axis; the batch axis is not among them.

    Raises:
        ValueError: when two sizes differ and neither is 1.
    """
    if len(first) < len(second):
        first, second = second, first
    shape = list(first)
    for i, (a, b) in enumerate(zip(first[len(first) - len(second) :], second, strict=True), len(first) - len(second)):
        if a is None or b is None:
            shape[i] = None
        elif a != b and 1 not in (a, b):
            raise ValueError(
                f"Layer {layer.name}: expected inputs that can be broadcast together. "
                f"Received: shapes {first} and {second} behind the batch axis"
            )
        else:
            shape[i] = b if a == 1 else a
    return tuple(shape)


class _Merge(Layer):
    """A list of tensors in, one tensor out. Tensors of fewer axes get axes of size 1 behind the batch axis."""

    supports_masking = True
    keeps_dtype = True
    exactly: int | None = None  # the number of inputs, where it is fixed

    def _check_list(self, items: Any) -> None:
        n = self.exactly
        enough = isinstance(items, (list, tuple)) and (len(items) >= 2 if n is None else len(items) == n)
        if not enough:
            wanted = "at least 2 tensors" if n is None else f"exactly {n} tensors"
            got = f"{len(items)}" if isinstance(items, (list, tuple)) else "one tensor that is in no list"
            raise ValueError(f"Layer {self.name}: expected a list of {wanted}. Received: {got}")

    def build(self, input_shape: Any) -> None:
        self._check_list(input_shape if isinstance(input_shape, list) else None)
        batches = {shape[0] for shape in input_shape} - {None}
        if len(batches) > 1:
            raise ValueError(
                f"Layer {self.name}: expected inputs of one batch size. Received: shapes {list(input_shape)}"
            )
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        self._check_list(inputs)
        rank = max(x.ndim for x in inputs)
        aligned = []
        for x in inputs:
            for _ in range(rank - x.ndim):
                x = x.unsqueeze(1)
            aligned.append(x)
        return self._merge_function(aligned)

    def _merge_function(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        result = inputs[0]
        for x in inputs[1:]:
            result = self._combine(result, x)
        return result

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        self._check_list(input_shape)
        shape = tuple(input_shape[0][1:])
        for other in input_shape[1:]:
            shape = _broadcast(self, shape, tuple(other[1:]))
        batches = {s[0] for s in input_shape} - {None}
        return (batches.pop() if len(batches) == 1 else None, *shape)

    def _masks(self, inputs: Any, mask: Any) -> list[Any] | None:
        """The inputs' masks, None where there is none at all.

        Raises:
            ValueError: when inputs or masks are no lists, or not equally long.
        """
        if mask is None:
            return None
        if not isinstance(mask, list) or not isinstance(inputs, (list, tuple)) or len(mask) != len(inputs):
            raise ValueError(f"Layer {self.name}: expected a list of inputs and a mask, or None, for each of them.")
        return None if all(m is None for m in mask) else mask

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        masks = self._masks(inputs, mask)
        if masks is None:
            return None
        known = [m for m in masks if m is not None]
        result = known[0]
        for m in known[1:]:
            result = torch.logical_and(result, m)
        return result


class Add(_Merge):
    """The sum of its inputs.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that broadcast → that shape.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/add/

    Example:
        >>> Add()([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[4.0, 6.0]]
    """

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class Subtract(_Merge):
    """The first input minus the second.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of two shapes that broadcast → that shape.

    Raises:
        ValueError: for another number of inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/subtract/

    Example:
        >>> Subtract()([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[-2.0, -2.0]]
    """

    exactly = 2

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x - y


class Multiply(_Merge):
    """The product of its inputs, element by element.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that broadcast → that shape.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/multiply/

    Example:
        >>> Multiply()([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[3.0, 8.0]]
    """

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x * y


class Average(_Merge):
    """The mean of its inputs, element by element.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that broadcast → that shape.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/average/

    Example:
        >>> Average()([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[2.0, 3.0]]
    """

    keeps_dtype = False

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y

    def _merge_function(self, inputs: list[torch.Tensor]) -> torch.Tensor:
        return super()._merge_function(inputs) / len(inputs)


class Maximum(_Merge):
    """The greatest of its inputs, element by element; where they tie the gradient goes to the first.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that broadcast → that shape.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/maximum/

    Example:
        >>> Maximum()([torch.tensor([[1.0, 5.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[3.0, 5.0]]
    """

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.where(x < y, y, x)  # torch.maximum halves the gradient where they tie


class Minimum(_Merge):
    """The least of its inputs, element by element; where they tie the gradient goes to the first.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that broadcast → that shape.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not broadcast.

    Source: https://keras.io/api/layers/merging_layers/minimum/

    Example:
        >>> Minimum()([torch.tensor([[1.0, 5.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[1.0, 4.0]]
    """

    def _combine(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.where(y < x, y, x)


class Concatenate(_Merge):
    """Its inputs side by side along an axis.

    Args:
        axis: the axis along which they may differ in size.
        **kwargs: those of ``Layer``.

    Shape:
        a list of shapes that agree but for ``axis`` → the shape with the sum of the sizes there.

    Raises:
        ValueError: for fewer than two inputs or shapes that do not agree.

    Source: https://keras.io/api/layers/merging_layers/concatenate/

    Example:
        >>> Concatenate()([torch.ones(2, 3), torch.ones(2, 4)]).shape
        torch.Size([2, 7])
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axis, int) or isinstance(axis, bool):
            raise TypeError(f"Concatenate: expected axis to be an integer. Received: axis={axis!r}")
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        self._check_list(input_shape if isinstance(input_shape, list) else None)
        self.compute_output_shape(input_shape)
        self.built = True

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        self._check_list(inputs)
        return torch.cat(list(inputs), self.axis)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        self._check_list(input_shape)
        rank = len(input_shape[0])
        problem = not -rank <= self.axis < rank or any(len(shape) != rank for shape in input_shape)
        shape = list(input_shape[0])
        axis = self.axis % rank
        for other in input_shape[1:] if not problem else ():
            for i, size in enumerate(other):
                if i == axis:
                    shape[i] = None if None in (shape[i], size) else shape[i] + size
                elif None not in (shape[i], size) and shape[i] != size:
                    problem = True
                elif shape[i] is None:
                    shape[i] = size
        if problem:
            raise ValueError(
                f"Layer {self.name}: expected inputs of shapes that agree but for axis {self.axis}. "
                f"Received: shapes {list(input_shape)}"
            )
        return tuple(shape)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        masks = self._masks(inputs, mask)
        return None if masks is None else _concatenated_mask(list(inputs), masks, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def _concatenated_mask(inputs: list[torch.Tensor], masks: list[torch.Tensor | None], axis: int) -> torch.Tensor:
    """A step counts when every input that is side by side there has it unmasked; an input without a mask has all."""
    rank = inputs[0].ndim
    last = axis % rank == rank - 1
    short = all(mask is None or mask.ndim == rank - 1 for mask in masks)  # the usual masks, of steps
    full = []
    for x, mask in zip(inputs, masks, strict=True):
        if mask is None:
            mask = torch.ones_like(x if last or not short else x[..., :1], dtype=torch.bool)
        elif short:
            mask = mask.unsqueeze(-1)
        elif mask.ndim < rank:
            steps = mask.reshape(*mask.shape, *(1,) * (rank - mask.ndim))
            mask = torch.logical_and(steps, torch.ones_like(x, dtype=torch.bool))
        full.append(mask)
    return torch.cat(full, axis).all(-1)


class Dot(_Merge):
    """The dot product of two tensors along an axis of each, sample by sample.

    Args:
        axes: the axis of both, or a pair: that of the first and that of the second.
        normalize: whether to divide by the norms along the axes first, which gives the cosine.
        **kwargs: those of ``Layer``.

    Shape:
        [(batch, …), (batch, …)] → (batch, the other axes of the first, the other axes of the second), (batch, 1) where
        no others are left.

    Raises:
        TypeError: when ``axes`` is neither an int nor a list or tuple.
        ValueError: when it is no pair of ints, or the sizes differ.

    Source: https://keras.io/api/layers/merging_layers/dot/

    Example:
        >>> Dot(axes=1)([torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])]).tolist()
        [[11.0]]
    """

    exactly = 2

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, (int, list, tuple)):
            raise TypeError(f"Dot: expected axes to be an integer or a pair of integers. Received: axes={axes!r}")
        if not isinstance(axes, int) and (len(axes) != 2 or not all(isinstance(axis, int) for axis in axes)):
            raise ValueError(f"Dot: expected axes to be an integer or a pair of integers. Received: axes={axes!r}")
        self.axes = axes
        self.normalize = bool(normalize)

    def _axes(self, ranks: Sequence[int]) -> tuple[int, int]:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return pair[0] % ranks[0], pair[1] % ranks[1]

    def build(self, input_shape: Any) -> None:
        self._check_list(input_shape if isinstance(input_shape, list) else None)
        first, second = input_shape
        i, j = self._axes([len(first), len(second)])
        if first[i] != second[j] and None not in (first[i], second[j]):
            raise ValueError(
                f"Layer {self.name}: expected inputs of equal size along axes={self.axes}. "
                f"Received: shapes {list(input_shape)}"
            )
        self.built = True

    def call(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        self._check_list(inputs)
        x, y = inputs
        axes = self._axes([x.ndim, y.ndim])
        if self.normalize:
            x, y = l2_normalize(x, axes[0]), l2_normalize(y, axes[1])
        return batch_dot(x, y, axes)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        self._check_list(input_shape if isinstance(input_shape, list) else None)
        first, second = list(input_shape[0]), list(input_shape[1])
        i, j = self._axes([len(first), len(second)])
        del first[i], second[j]
        shape = (*first, *second[1:])
        return shape if len(shape) > 1 else (*shape, 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        return None

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The sum of tensors, as a call of an ``Add`` layer.

    Args:
        inputs: a list of at least two tensors.
        **kwargs: those of the layer.

    Example:
        >>> add([torch.ones(1, 2), torch.ones(1, 2)]).tolist()
        [[2.0, 2.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The difference of two tensors, as a call of a ``Subtract`` layer."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The product of tensors, as a call of a ``Multiply`` layer."""
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The mean of tensors, as a call of an ``Average`` layer."""
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The greatest of tensors, as a call of a ``Maximum`` layer."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """The least of tensors, as a call of a ``Minimum`` layer."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Tensors side by side along an axis, as a call of a ``Concatenate`` layer."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> Any:
    """The dot product of two tensors, as a call of a ``Dot`` layer."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
