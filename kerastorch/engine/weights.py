"""Weights: stored as torch wants them, seen as Keras has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from .. import eras
from ..backend.arrays import forward
from ..backend.variable import Variable
from .policy import casted, casting_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Weight", "foreign_weights", "assign_all"]


class Weight:
    """One weight of a module.

    Args:
        owner: the module that stores it.
        attribute: the name it is stored under; the tensor is looked up each time, since ``.to()`` may replace it.
        name: Keras's name of it (``kernel``).
        full_name: its name in files (``dense_1/kernel:0``).
        axes: the permutation from Keras's axes to the stored ones; None where they are the same.
        trainable: whether gradients are meant to change it.
        regularizer: a penalty on Keras's view, or None.
        constraint: a projection of Keras's view after each update, or None.
    """

    __slots__ = ("owner", "attribute", "name", "full_name", "axes", "inverse", "trainable", "regularizer", "constraint")

    def __init__(
        self,
        owner: nn.Module,
        attribute: str,
        name: str,
        full_name: str,
        *,
        axes: Sequence[int] | None = None,
        trainable: bool = True,
        regularizer: Callable | None = None,
        constraint: Callable | None = None,
    ) -> None:
        self.owner = owner
        self.attribute = attribute
        self.name = name
        self.full_name = full_name
        self.axes = tuple(axes) if axes is not None else None
        self.inverse = tuple(int(i) for i in np.argsort(self.axes)) if self.axes is not None else None
        self.trainable = trainable
        self.regularizer = regularizer
        self.constraint = constraint

    @property
    def tensor(self) -> torch.Tensor:
        """The stored parameter or buffer."""
        state = self.owner.__dict__  # past what a layer shows to a script's code
        held = state["_parameters"].get(self.attribute)
        if held is not None:
            return casted(held)
        held = state["_buffers"].get(self.attribute)
        return getattr(self.owner, self.attribute) if held is None else held

    @property
    def kept(self) -> torch.Tensor:
        """Keras's view of what is stored, whatever type a layer that is running computes in."""
        with casting_weights(None):
            return self.view

    def view_of(self, tensor: torch.Tensor) -> torch.Tensor:
        """Keras's view of any tensor laid out like the stored one: its gradient, an optimizer's slot."""
        return tensor if self.inverse is None else tensor.permute(self.inverse)

    @property
    def view(self) -> torch.Tensor:
        """Keras's view of the weight; differentiable, and it shares memory."""
        return self.view_of(self.tensor)

    @property
    def variable(self) -> Variable:
        """Keras's view under its full name, in Keras 3 under its own; a variable that the caller made as it is."""
        held = self.tensor
        if isinstance(held, Variable):
            return held
        return Variable.of(self.view, self.full_name if eras.current().variable_names == "full" else self.name, self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Keras's shape."""
        stored = self.tensor.shape
        return tuple(stored) if self.inverse is None else tuple(stored[i] for i in self.inverse)

    def numpy(self) -> np.ndarray:
        """The values in Keras's order, as an array of their own."""
        # bfloat16 has no numpy counterpart
        view = self.view.detach()
        view = view.float() if view.dtype == torch.bfloat16 else view
        return np.array(view.cpu().numpy(), order="C")

    @torch.no_grad()
    def load(self, values: Any) -> None:
        """Writes values of Keras's shape in place."""
        source = values if isinstance(values, torch.Tensor) else torch.from_numpy(forward(values))
        self.view.copy_(source)

    def __repr__(self) -> str:
        return f"<Weight {self.full_name} {self.shape}>"


def foreign_weights(module: nn.Module, prefix: str) -> Iterator[Weight]:
    """The weights of a module that kerastorch did not make: its own parameters and persistent buffers."""
    for attribute, parameter in module._parameters.items():
        if parameter is not None:
            name = parameter.name if isinstance(parameter, Variable) else f"{prefix}/{attribute}:0"
            yield Weight(module, attribute, attribute, name, trainable=parameter.requires_grad)
    for attribute, buffer in module._buffers.items():
        if buffer is not None and attribute not in module._non_persistent_buffers_set:
            yield Weight(module, attribute, attribute, f"{prefix}/{attribute}:0", trainable=False)


def assign_all(owner: str, weights: Sequence[Weight], values: Sequence[Any]) -> None:
    """Writes a whole list of values, or nothing when one of them does not fit.

    Raises:
        ValueError: when the number of values or a shape differs.
    """
    if not isinstance(values, (list, tuple)):
        values = list(values)
    if len(values) != len(weights):
        raise ValueError(f"{owner}: expected a list of {len(weights)} weights. Received: {len(values)}")
    arrays = [v.detach() if isinstance(v, torch.Tensor) else np.asarray(v) for v in values]
    for i, (weight, array) in enumerate(zip(weights, arrays, strict=True)):
        if isinstance(array, np.ndarray) and array.dtype.kind not in "fiub":
            raise ValueError(f"{owner}: expected numbers for weight {weight.full_name}. Received: dtype {array.dtype}")
        if tuple(array.shape) != weight.shape:
            raise ValueError(
                f"{owner}: expected weight {i} ({weight.full_name}) to have shape {weight.shape}. "
                f"Received: shape {tuple(array.shape)}"
            )
    for weight, array in zip(weights, arrays, strict=True):
        weight.load(array)
