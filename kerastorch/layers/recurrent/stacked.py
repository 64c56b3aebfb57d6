"""Several cells, one on top of the other, as one."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch

from ...engine.layer import Layer
from ...engine.symbolic.immutable import shielded
from .base import as_list, call_takes, check_cell, differs_in_training, state_sizes

__all__ = ["StackedRNNCells"]

Tensor = torch.Tensor


class StackedRNNCells(Layer):
    """A stack of cells that behaves as one cell: each is fed what the one before puts out.

    Args:
        cells: the cells, the one that sees the input first.
        reverse_state_order: whether the states are listed from the last cell to the first, as Keras once did.
        **kwargs: the arguments of every layer.

    Raises:
        ValueError: for something without ``call`` or ``state_size``.

    Source: https://keras.io/api/layers/recurrent_layers/stacked_rnn_cells/

    Example:
        >>> from kerastorch.layers.recurrent import GRUCell, RNN
        >>> StackedRNNCells([GRUCell(4), GRUCell(2)]).state_size
        (4, 2)
    """

    def __init__(self, cells: Sequence[Any], reverse_state_order: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            check_cell("StackedRNNCells", cell)
        self.cells = list(cells)
        self.reverse_state_order = bool(reverse_state_order)
        if self.reverse_state_order:
            warnings.warn(
                "StackedRNNCells: reverse_state_order=True lists the states from the last cell to the first; later "
                "versions of Keras know the natural order only.",
                stacklevel=2,
            )
        self._adopt_lists()

    def _listed(self) -> list[Any]:
        """The cells in the order of their states."""
        return self.cells[::-1] if self.reverse_state_order else self.cells

    @property
    def state_size(self) -> tuple[Any, ...]:
        """The sizes of all states, flat."""
        return tuple(size for cell in self._listed() for size in state_sizes(cell))

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def split_states(self, states: Sequence[Tensor]) -> list[list[Tensor]]:
        """The flat list of states as one list for each cell, the first cell's first."""
        states, nested = list(states), []
        for cell in self._listed():
            count = len(state_sizes(cell))
            nested.append(states[:count])
            states = states[count:]
        return nested[::-1] if self.reverse_state_order else nested

    def join_states(self, nested: Sequence[Sequence[Tensor]]) -> list[Tensor]:
        """The inverse of ``split_states``."""
        nested = nested[::-1] if self.reverse_state_order else nested
        return [state for states in nested for state in states]

    def call(
        self,
        inputs: Tensor,
        states: Sequence[Tensor],
        constants: Sequence[Tensor] | None = None,
        training: bool | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        new_states = []
        for cell, own in zip(self.cells, self.split_states(states), strict=True):
            extra: dict[str, Any] = {"training": training} if call_takes(cell, "training") else {}
            if call_takes(cell, "constants"):
                extra["constants"] = constants
            inputs, new = shielded(cell.call)(inputs, own, **extra)
            new_states.append(as_list(new))
        return inputs, self.join_states(new_states)

    def build(self, input_shape: Any) -> None:
        constants: list[Any] = []
        if isinstance(input_shape, list):
            input_shape, *constants = input_shape
        for i, cell in enumerate(self.cells):
            if isinstance(cell, Layer) and not cell.built:
                cell.build([input_shape, *constants] if call_takes(cell, "constants") and constants else input_shape)
                for weight in cell._own_weights if i else ():
                    weight.full_name = f"{weight.full_name.removesuffix(':0')}_{i}:0"  # kernel_1, as in Keras's files
            input_shape = (input_shape[0], output_size_of(cell))
        super().build(input_shape)

    def _differs_in_training(self) -> bool:
        return any(differs_in_training(cell) for cell in self.cells)

    def forget_masks(self) -> None:
        """Lets each cell draw new dropout masks at the next step."""
        for cell in self.cells:
            if hasattr(cell, "forget_masks"):
                cell.forget_masks()

    def get_config(self) -> dict[str, Any]:
        from .. import serialize  # the package is complete only after this module is loaded

        return {**super().get_config(), "cells": [serialize(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> StackedRNNCells:
        from .. import deserialize

        config = dict(config)
        cells = [deserialize(cell, custom_objects) for cell in config.pop("cells")]
        return cls(cells, **config)


def output_size_of(cell: Any) -> Any:
    """The size of what a cell puts out: its ``output_size``, else its first state's."""
    size = getattr(cell, "output_size", None)
    return state_sizes(cell)[0] if size is None else size
