"""A model as a plain ``nn.Module``."""

from __future__ import annotations

from typing import Any

from torch import nn

from .source import Document, build_class, fitting

__all__ = ["to_torch"]


def to_torch(model: Any) -> nn.Module:
    """The model as a module that knows nothing of kerastorch: what ``to_source`` writes, with the weights in it.

    It begins in ``eval`` mode; ``module.train()`` lets dropout and batch normalization train as torch's do.

    Args:
        model: a built ``Sequential`` or functional model.

    Returns:
        A module with the model's inputs and outputs, and copies of its weights on their device.

    Raises:
        TypeError: for something else.
        ValueError: for a model without a graph, or with a layer that keeps states from batch to batch.

    Example:
        >>> import torch
        >>> import kerastorch as keras
        >>> model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), name="hidden")], name="small")
        >>> to_torch(model)
        Small(
          (hidden): Linear(in_features=3, out_features=2, bias=True)
        )
    """
    document = Document(model)
    return fitting(build_class(document.text(), document.name)(), document.weights)
