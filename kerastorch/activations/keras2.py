"""The activation functions of Keras 2."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from .. import eras
from ..backend.convert import as_tensor
from ..backend.registry import Registry
from ..engine.symbolic import SymbolicTensor
from ..engine.symbolic.immutable import seen

__all__ = [
    "softmax",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "relu",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "exponential",
    "linear",
]

REGISTRY = Registry("activation function")


def of_arrays(function: Callable) -> Callable:
    """Lets a function of tensors take arrays and lists too, and give a script tensors of the script's own kind."""

    inner = seen(function)

    # The function is a default, not a closure: the code alone is what Keras 2's files keep of a function.
    @functools.wraps(function)
    def wrapper(x: Any, *args: Any, _function: Callable = inner, **kwargs: Any) -> Any:
        known = isinstance(x, (torch.Tensor, SymbolicTensor))
        return _function(x if known else as_tensor(x), *args, **kwargs)

    return wrapper


def check_axis(owner: str, x: torch.Tensor, axis: int) -> None:
    """Refuses an axis that a tensor does not have.

    Raises:
        ValueError: when it is no integer or out of range.
    """
    if not hasattr(axis, "__index__") or not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"{owner}: expected axis to be one of the tensor's {x.ndim} axes. "
            f"Received: axis={axis!r} for shape {tuple(x.shape)}"
        )


def _remembering(output: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """In tf.keras what comes out of a softmax or sigmoid knows what went in: crossentropies start from there."""
    if eras.current().crossentropy == "tf.keras" and type(output) is torch.Tensor:
        output._keras_logits = x
    return output


@REGISTRY.register
@of_arrays
def softmax(x: torch.Tensor, axis: int = -1) -> torch.Tensor:
    """Exponentials divided by their sum along an axis.

    Args:
        x: a tensor of at least two dimensions.
        axis: the axis that sums to one. Keras 2 heeds it only above two dimensions: a matrix is normalised by rows.

    Raises:
        ValueError: for a vector (Keras 3 takes one), or when the axis is missing.

    Example:
        >>> softmax(torch.zeros(1, 4))
        tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """
    era = eras.current()
    if x.ndim < 2 and not era.softmax_1d:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received: a tensor of shape {tuple(x.shape)}")
    check_axis("softmax", x, axis)
    if x.ndim == 2 and axis not in (-1, 1) and era.softmax_axis == "last_in_2d":
        warnings.warn(
            f"softmax: Keras 2 normalises a matrix along its last axis; axis={axis} has no effect.", stacklevel=2
        )
        axis = -1
    return _remembering(torch.softmax(x, dim=axis), x)


@REGISTRY.register
@of_arrays
def elu(x: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """``x`` above zero, ``alpha * (exp(x) - 1)`` below.

    Args:
        x: a tensor.
        alpha: the value that it falls to, with a minus sign.

    Example:
        >>> elu(torch.tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])

    Source: https://arxiv.org/abs/1511.07289
    """
    return F.elu(x, alpha)


@REGISTRY.register
@of_arrays
def selu(x: torch.Tensor) -> torch.Tensor:
    """``elu`` scaled so that mean 0 and variance 1 are kept from layer to layer.

    Example:
        >>> selu(torch.tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])

    Source: https://arxiv.org/abs/1706.02515
    """
    return F.selu(x)


@REGISTRY.register
@of_arrays
def softplus(x: torch.Tensor) -> torch.Tensor:
    """``log(exp(x) + 1)``.

    Example:
        >>> softplus(torch.tensor([0.0]))
        tensor([0.6931])
    """
    return F.softplus(x)


@REGISTRY.register
@of_arrays
def softsign(x: torch.Tensor) -> torch.Tensor:
    """``x / (|x| + 1)``.

    Example:
        >>> softsign(torch.tensor([-1.0, 3.0]))
        tensor([-0.5000,  0.7500])
    """
    return F.softsign(x)


@REGISTRY.register
@of_arrays
def relu(
    x: torch.Tensor,
    alpha: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    *,
    negative_slope: float | None = None,
) -> torch.Tensor:
    """``x`` above ``threshold`` and at most ``max_value``, ``alpha * (x - threshold)`` below.

    Args:
        x: a tensor.
        alpha: the slope below the threshold.
        max_value: the greatest result; None for no bound.
        threshold: where ``x`` begins to pass.
        negative_slope: the newer name of ``alpha``.

    Example:
        >>> relu(torch.tensor([-1.0, 2.0, 9.0]), alpha=0.5, max_value=4.0)
        tensor([-0.5000,  2.0000,  4.0000])
    """
    slope = alpha if negative_slope is None else negative_slope
    if slope and max_value is None and not threshold:
        return F.leaky_relu(x, float(slope))
    if threshold:
        passed = x * (x > threshold)
        below = torch.relu(threshold - x)
    else:
        passed = torch.relu(x)
        below = torch.relu(-x) if slope else None
    if max_value == 6 and not threshold:
        passed = F.relu6(x)
    elif max_value is not None:
        passed = torch.clamp(passed, 0.0, max_value)
    return passed - slope * below if slope else passed


@REGISTRY.register
@of_arrays
def tanh(x: torch.Tensor) -> torch.Tensor:
    """Hyperbolic tangent.

    Example:
        >>> tanh(torch.tensor([0.0]))
        tensor([0.])
    """
    return torch.tanh(x)


@REGISTRY.register
@of_arrays
def sigmoid(x: torch.Tensor) -> torch.Tensor:
    """``1 / (1 + exp(-x))``.

    Example:
        >>> sigmoid(torch.tensor([0.0]))
        tensor([0.5000])
    """
    return _remembering(torch.sigmoid(x), x)


@REGISTRY.register
@of_arrays
def hard_sigmoid(x: torch.Tensor) -> torch.Tensor:
    """A sigmoid of three straight pieces: ``0.2 * x + 0.5`` cut at 0 and 1 (Keras 3: ``x / 6 + 0.5``).

    Example:
        >>> hard_sigmoid(torch.tensor([-3.0, 0.5, 3.0]))
        tensor([0.0000, 0.6000, 1.0000])
    """
    if eras.current().hard_sigmoid == "relu6":
        return F.relu6(x + 3.0) / 6.0
    return torch.clamp(0.2 * x + 0.5, 0.0, 1.0)


@REGISTRY.register
@of_arrays
def exponential(x: torch.Tensor) -> torch.Tensor:
    """``exp(x)``.

    Example:
        >>> exponential(torch.tensor([0.0]))
        tensor([1.])
    """
    return torch.exp(x)


@REGISTRY.register
@seen
def linear(x: torch.Tensor) -> torch.Tensor:
    """``x`` itself.

    Example:
        >>> linear(torch.tensor([3.0]))
        tensor([3.])
    """
    return x
