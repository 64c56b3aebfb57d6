"""Arithmetic element by element, and products.

Where TensorFlow and torch split the gradient of a tie differently, TensorFlow's way is taken.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import eras
from ..engine.symbolic import recordable
from . import products
from .convert import as_tensor, floats

__all__ = [
    "abs",
    "batch_dot",
    "clip",
    "cos",
    "dot",
    "equal",
    "exp",
    "greater",
    "greater_equal",
    "l2_normalize",
    "less",
    "less_equal",
    "log",
    "maximum",
    "minimum",
    "not_equal",
    "pow",
    "round",
    "sign",
    "sin",
    "sqrt",
    "square",
    "transpose",
]

Axis = int | Sequence[int] | None


def _both(x: Any, y: Any) -> tuple[Any, Any]:
    """Both as tensors, a number or an array in the type of the other."""
    if isinstance(x, torch.Tensor):
        return x, as_tensor(y, x)
    return (as_tensor(x, y), y) if isinstance(y, torch.Tensor) else (as_tensor(x), as_tensor(y))


# ---------------------------------------------------------- element by element


@recordable
def square(x: Any) -> torch.Tensor:
    """Each element times itself.

    Example:
        >>> square(torch.tensor([1.0, -3.0])).tolist()
        [1.0, 9.0]
    """
    return torch.square(as_tensor(x))


@recordable
def abs(x: Any) -> torch.Tensor:
    """The absolute values.

    Example:
        >>> abs(torch.tensor([1.0, -3.0])).tolist()
        [1.0, 3.0]
    """
    return torch.abs(as_tensor(x))


@recordable
def sqrt(x: Any) -> torch.Tensor:
    """The square roots; negative elements count as zero.

    Example:
        >>> sqrt(torch.tensor([4.0, -1.0])).tolist()
        [2.0, 0.0]
    """
    return torch.sqrt(torch.clamp(floats(x), min=0.0))


@recordable
def exp(x: Any) -> torch.Tensor:
    """The exponentials.

    Example:
        >>> exp(torch.tensor([0.0])).tolist()
        [1.0]
    """
    return torch.exp(floats(x))


@recordable
def log(x: Any) -> torch.Tensor:
    """The natural logarithms.

    Example:
        >>> log(torch.tensor([1.0])).tolist()
        [0.0]
    """
    return torch.log(floats(x))


@recordable
def round(x: Any) -> torch.Tensor:
    """The nearest whole numbers; halves go to the even one.

    Example:
        >>> round(torch.tensor([0.5, 1.5])).tolist()
        [0.0, 2.0]
    """
    return torch.round(as_tensor(x))


@recordable
def sign(x: Any) -> torch.Tensor:
    """-1, 0 or 1 for negative, zero and positive elements.

    Example:
        >>> sign(torch.tensor([-2.0, 0.0, 3.0])).tolist()
        [-1.0, 0.0, 1.0]
    """
    return torch.sign(as_tensor(x))


@recordable
def sin(x: Any) -> torch.Tensor:
    """The sines.

    Example:
        >>> sin(torch.tensor([0.0])).tolist()
        [0.0]
    """
    return torch.sin(floats(x))


@recordable
def cos(x: Any) -> torch.Tensor:
    """The cosines.

    Example:
        >>> cos(torch.tensor([0.0])).tolist()
        [1.0]
    """
    return torch.cos(floats(x))


@recordable
def pow(x: Any, a: Any) -> torch.Tensor:
    """Each element to a power.

    Args:
        x: a tensor.
        a: the exponent, a number or a tensor.

    Example:
        >>> pow(torch.tensor([2.0]), 3).tolist()
        [8.0]
    """
    return torch.pow(as_tensor(x), a if isinstance(a, (int, float)) else as_tensor(a, x))


@recordable
def clip(x: Any, min_value: Any, max_value: Any) -> torch.Tensor:
    """Each element, held between two bounds.

    Args:
        x: a tensor.
        min_value: the lower bound, a number or a tensor; None for none.
        max_value: the upper bound; where it is less than the lower, that one holds.

    Example:
        >>> clip(torch.tensor([-2.0, 0.5, 2.0]), -1, 1).tolist()
        [-1.0, 0.5, 1.0]
    """
    x = as_tensor(x)
    numbers = all(bound is None or isinstance(bound, (int, float)) for bound in (min_value, max_value))
    if numbers:
        if None not in (min_value, max_value) and max_value < min_value:
            max_value = min_value
        return x if min_value is max_value is None else torch.clamp(x, min_value, max_value)
    bounds = [None if bound is None else as_tensor(bound, x).to(x.dtype) for bound in (min_value, max_value)]
    return torch.clamp(x, *bounds)


@recordable
def maximum(x: Any, y: Any) -> torch.Tensor:
    """The larger of two elements, each place by itself.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> maximum(torch.tensor([1.0, 5.0]), 3.0).tolist()
        [3.0, 5.0]
    """
    x, y = _both(x, y)
    return torch.where(x >= y, x, y)  # at a tie x has the whole gradient


@recordable
def minimum(x: Any, y: Any) -> torch.Tensor:
    """The smaller of two elements, each place by itself.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> minimum(torch.tensor([1.0, 5.0]), 3.0).tolist()
        [1.0, 3.0]
    """
    x, y = _both(x, y)
    return torch.where(x <= y, x, y)


@recordable
def equal(x: Any, y: Any) -> torch.Tensor:
    """Where two tensors are equal.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> equal(torch.tensor([1.0, 2.0]), 2.0).tolist()
        [False, True]
    """
    return torch.eq(*_both(x, y))


@recordable
def not_equal(x: Any, y: Any) -> torch.Tensor:
    """Where two tensors differ.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> not_equal(torch.tensor([1.0, 2.0]), 2.0).tolist()
        [True, False]
    """
    return torch.ne(*_both(x, y))


@recordable
def greater(x: Any, y: Any) -> torch.Tensor:
    """Where ``x > y``.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> greater(torch.tensor([1.0, 2.0]), 1.0).tolist()
        [False, True]
    """
    return torch.gt(*_both(x, y))


@recordable
def greater_equal(x: Any, y: Any) -> torch.Tensor:
    """Where ``x >= y``.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> greater_equal(torch.tensor([1.0, 2.0]), 2.0).tolist()
        [False, True]
    """
    return torch.ge(*_both(x, y))


@recordable
def less(x: Any, y: Any) -> torch.Tensor:
    """Where ``x < y``.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> less(torch.tensor([1.0, 2.0]), 2.0).tolist()
        [True, False]
    """
    return torch.lt(*_both(x, y))


@recordable
def less_equal(x: Any, y: Any) -> torch.Tensor:
    """Where ``x <= y``.

    Args:
        x: a tensor.
        y: a tensor or a number; the two are broadcast against each other.

    Example:
        >>> less_equal(torch.tensor([1.0, 2.0]), 1.0).tolist()
        [True, False]
    """
    return torch.le(*_both(x, y))


@recordable
def l2_normalize(x: Any, axis: Axis = None) -> torch.Tensor:
    """The tensor divided by its Euclidean norm along an axis.

    Args:
        x: a tensor.
        axis: an axis or several; None for all.

    Example:
        >>> l2_normalize(torch.tensor([[3.0, 4.0]]), axis=-1)
        tensor([[0.6000, 0.8000]])
    """
    return products.l2_normalize(floats(x), axis)


# -------------------------------------------------------------------- products


@recordable
def transpose(x: Any) -> torch.Tensor:
    """The tensor with its axes in reverse order.

    Example:
        >>> transpose(torch.zeros(2, 3)).shape
        torch.Size([3, 2])
    """
    x = as_tensor(x)
    return torch.permute(x, tuple(reversed(range(x.ndim))))


@recordable
def dot(x: Any, y: Any) -> torch.Tensor:
    """The product over the last axis of ``x`` and the last but one of ``y``.

    Args:
        x: a tensor.
        y: a tensor.

    Returns:
        A tensor with the other axes of ``x``, then those of ``y``.

    Example:
        >>> dot(torch.ones(2, 3), torch.ones(4, 3, 5)).shape
        torch.Size([2, 4, 5])
    """
    x, y = _both(x, y)
    if y.ndim <= 2:
        return torch.matmul(x, y)
    return torch.tensordot(x, y, ([x.ndim - 1], [y.ndim - 2]))


@recordable
def batch_dot(x: Any, y: Any, axes: int | Sequence[int] | None = None) -> torch.Tensor:
    """For each sample, the product of two tensors summed over one axis of each.

    Args:
        x: (batch, …).
        y: (batch, …).
        axes: the axis of ``x`` and that of ``y``, one int for both; None is the last of ``x`` and the last but one of
            ``y``, as in a matrix product.

    Returns:
        (batch, the other axes of ``x``, the other axes of ``y``); (batch, 1) where none are left. In Keras up to 2.2
        tensors of four and more axes are multiplied as batches of matrices instead.

    Raises:
        ValueError: when the sizes differ.

    Example:
        >>> batch_dot(torch.ones(5, 2, 3), torch.ones(5, 4, 3), axes=(2, 2)).shape
        torch.Size([5, 2, 4])
    """
    x, y = _both(x, y)
    if eras.current().batch_dot == "matrices":
        return products.batch_dot_of_matrices(x, y, axes)
    return products.batch_dot(x, y, axes)
