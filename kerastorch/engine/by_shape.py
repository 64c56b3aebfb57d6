"""``keras.KerasTensor``: what Keras 3 calls symbolic tensors, and how scripts make them.

Source: https://keras.io/api/layers/core_layers/input/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import config
from .symbolic import SymbolicTensor
from .symbolic.inference import examples_for

__all__ = ["KerasTensor"]


class _Known(type(SymbolicTensor)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, SymbolicTensor)


class KerasTensor(SymbolicTensor, metaclass=_Known):
    """A symbolic tensor by its shape and type; every symbolic tensor is an instance.

    Args:
        shape: its shape, None for unknown axes.
        dtype: its type.
        sparse: False; there are no sparse ones.
        ragged: False; there are no ragged ones.
        record_history: accepted as in Keras.
        name: what it is called.

    Raises:
        NotImplementedError: for sparse or ragged ones.

    Example:
        >>> KerasTensor((None, 3)).shape
        (None, 3)
    """

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise TypeError(f"KerasTensor: expected known arguments only. Received: {min(kwargs)!r}")
        if sparse or ragged:
            raise NotImplementedError(f"KerasTensor: expected a dense one. Received: sparse={sparse}, ragged={ragged}")
        super().__init__(examples_for(tuple(shape), config.torch_dtype(dtype)), name)
