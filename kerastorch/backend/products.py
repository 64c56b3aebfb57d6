"""Products and norms of batches of tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..engine.symbolic import recordable

__all__ = ["batch_dot", "batch_dot_of_matrices", "l2_normalize"]

_LEAST = 1e-12  # what TensorFlow's l2_normalize puts in the place of a smaller sum of squares
_LETTERS = "abcdefghijklmnopqrstuvw"


@recordable
def l2_normalize(x: torch.Tensor, axis: int | Sequence[int] | None = None) -> torch.Tensor:
    """The tensor divided by its Euclidean norm along an axis.

    Args:
        x: a float tensor.
        axis: one axis, several, or None for all.

    Example:
        >>> l2_normalize(torch.tensor([[3.0, 4.0]]), 1)
        tensor([[0.6000, 0.8000]])
    """
    axes = tuple(range(x.ndim)) if axis is None else axis
    squares = torch.sum(x * x, axes, keepdim=True)
    return x * torch.rsqrt(torch.clamp(squares, min=_LEAST))


@recordable
def batch_dot(x: torch.Tensor, y: torch.Tensor, axes: int | Sequence[int] | None = None) -> torch.Tensor:
    """For each sample, the product of two tensors summed over one axis of each.

    Args:
        x: (batch, …).
        y: (batch, …).
        axes: the axis of ``x`` and that of ``y``, one int for both; None is the last of ``x`` and the last but one of
            ``y``, as in a matrix product.

    Returns:
        (batch, the other axes of ``x``, the other axes of ``y``); (batch, 1) where no others are left.

    Raises:
        ValueError: when the sizes differ, or an axis is the batch axis.

    Example:
        >>> batch_dot(torch.ones(5, 2, 3), torch.ones(5, 4, 3), axes=(2, 2)).shape
        torch.Size([5, 2, 4])
    """
    if axes is None:
        axes = (x.ndim - 1, max(y.ndim - 2, 1))
    first, second = (axes, axes) if isinstance(axes, int) else axes
    if not all(isinstance(axis, int) for axis in (first, second)):
        raise ValueError(f"batch_dot: expected axes to be one or two integers. Received: axes={axes!r}")
    first, second = first % x.ndim, second % y.ndim
    if first == 0 or second == 0 or x.shape[first] != y.shape[second]:
        raise ValueError(
            f"batch_dot: expected axes of equal size behind the batch axis. "
            f"Received: axes={axes!r} of shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    letters = iter(_LETTERS)
    left = ["x", *(next(letters) for _ in range(x.ndim - 1))]
    right = ["x", *(next(letters) for _ in range(y.ndim - 1))]
    right[second] = left[first]
    kept = [letter for letter in left + right[1:] if letter != left[first]]
    result = torch.einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", x, y)
    return result.unsqueeze(1) if result.ndim == 1 else result


def batch_dot_of_matrices(x: torch.Tensor, y: torch.Tensor, axes: int | Sequence[int] | None = None) -> torch.Tensor:
    """``batch_dot`` as Keras had it up to 2.2: a product of batches of matrices, the last two axes.

    Args:
        x: (batch, …).
        y: (batch, …).
        axes: as for ``batch_dot``; for two matrices the batch axis is allowed.

    Raises:
        ValueError: when the sizes do not fit.

    Example:
        >>> batch_dot_of_matrices(torch.ones(5, 7, 2, 3), torch.ones(5, 7, 4, 3), axes=(3, 3)).shape
        torch.Size([5, 7, 2, 4])
    """
    shapes = tuple(x.shape), tuple(y.shape)
    first, second = (axes, axes) if isinstance(axes, int) else axes or (x.ndim - 1, y.ndim - 2)
    if not all(isinstance(axis, int) for axis in (first, second)):
        raise ValueError(f"batch_dot: expected axes to be one or two integers. Received: axes={axes!r}")
    first, second = first % x.ndim, second % y.ndim
    try:
        result = _matrices(x, y, first, second)
    except RuntimeError:
        raise ValueError(
            f"batch_dot: expected axes of equal size. Received: axes={axes!r} of shapes {shapes[0]} and {shapes[1]}"
        ) from None
    return result.unsqueeze(1) if result.ndim == 1 else result


def _matrices(x: torch.Tensor, y: torch.Tensor, first: int, second: int) -> torch.Tensor:
    more = x.ndim - y.ndim
    squeezed = x.ndim + y.ndim - 3 if more > 0 else x.ndim - 1
    x = x.reshape(*x.shape, *[1] * -more)
    y = y.reshape(*y.shape, *[1] * more)
    if x.ndim == 2:
        return torch.sum(x * y, first) if first == second else torch.sum(x.T * y, second)
    x = x if first == x.ndim - 1 else x.mT
    y = y.mT if second == y.ndim - 1 else y
    result = torch.matmul(x, y)
    for _ in range(abs(more)):
        result = result.squeeze(squeezed)
    return result
