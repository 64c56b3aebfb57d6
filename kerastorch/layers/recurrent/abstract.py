"""The base of cells of one's own, as tf.keras has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import config
from ...engine.layer import Layer
from .base import zeros_for_rows

__all__ = ["AbstractRNNCell"]


class AbstractRNNCell(Layer):
    """A cell of one's own: a subclass says ``state_size``, ``output_size`` and ``call(inputs, states)``.

    Any layer with these will do as well; tf.keras has this class for them to derive from.

    Args:
        **kwargs: those of ``Layer``.

    Raises:
        NotImplementedError: where a subclass leaves one of the three out.

    Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/AbstractRNNCell

    Example:
        >>> from kerastorch.layers import RNN
        >>> class Sum(AbstractRNNCell):
        ...     state_size = output_size = 3
        ...
        ...     def call(self, inputs, states):
        ...         return inputs + states[0], [inputs + states[0]]
        >>> RNN(Sum())(torch.ones(1, 5, 3)).tolist()
        [[5.0, 5.0, 5.0]]
    """

    def call(self, inputs: Any, states: Sequence[Any]) -> Any:
        """One step: the output and the next states."""
        raise self._left_out("call(inputs, states)")

    @property
    def state_size(self) -> Any:
        """The size of the state, or of each of several."""
        raise self._left_out("state_size")

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        raise self._left_out("output_size")

    def get_initial_state(self, inputs: Any = None, batch_size: int | None = None, dtype: Any = None) -> Any:
        """Zeros for each state.

        Args:
            inputs: data of that many rows.
            batch_size: the number of rows, where there are no inputs.
            dtype: the type, where there are no inputs.
        """
        like = torch.zeros(batch_size or 0, dtype=config.torch_dtype(dtype)) if inputs is None else inputs
        nested = isinstance(self.state_size, (list, tuple))
        sizes = self.state_size if nested else [self.state_size]
        zeros = [zeros_for_rows(like, tuple(size) if hasattr(size, "__len__") else (size,)) for size in sizes]
        return zeros if nested else zeros[0]

    def _left_out(self, what: str) -> NotImplementedError:
        return NotImplementedError(
            f"{type(self).__name__}: expected a cell to say its {what}. Received: a class that does not"
        )
