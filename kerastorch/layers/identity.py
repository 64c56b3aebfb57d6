"""A layer that does nothing."""

from __future__ import annotations

from typing import Any

from .. import eras
from ..engine.layer import Layer

__all__ = ["Identity"]


class Identity(Layer):
    """Gives back what it gets, whatever its structure.

    Args:
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Source: https://keras.io/api/layers/core_layers/identity/

    Example:
        >>> import torch
        >>> Identity()(torch.tensor([1, 2])).tolist()
        [1, 2]
    """

    supports_masking = True
    keeps_dtype = True

    def call(self, inputs: Any) -> Any:
        return inputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The input's mask, which tf.keras drops."""
        return mask if eras.current().later_layers == "keras3" else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
