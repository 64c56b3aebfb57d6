"""Variables: tensors with a Keras name that can be read and assigned."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

__all__ = ["Variable"]


class Variable(torch.Tensor):
    """A tensor as Keras hands out weights: it has a ``name`` and shares memory with what it stands for.

    Torch functions on it give plain tensors and are differentiable back to the stored parameter.

    Example:
        >>> import torch
        >>> v = Variable.of(torch.zeros(2), "bias:0")
        >>> v.name, v.numpy().tolist()
        ('bias:0', [0.0, 0.0])
    """

    __torch_function__ = torch._C._disabled_torch_function_impl

    name: str | None = None  # hides torch.Tensor.name, which cannot be set
    handle: Any = None  # the engine's Weight, where it stands for one

    @classmethod
    def of(cls, tensor: torch.Tensor, name: str | None = None, handle: Any = None) -> Variable:
        """The tensor itself, seen as a variable."""
        variable = tensor.as_subclass(cls)
        variable.name = name
        variable.handle = handle
        return variable

    def numpy(self) -> np.ndarray:
        """The values, as an array of their own."""
        return self.detach().cpu().as_subclass(torch.Tensor).numpy().copy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    @torch.no_grad()
    def assign(self, value: Any) -> Variable:
        """Writes new values in place.

        Raises:
            ValueError: for another shape.
        """
        new = torch.as_tensor(np.asarray(value) if not isinstance(value, torch.Tensor) else value)
        if tuple(new.shape) != tuple(self.shape):
            raise ValueError(
                f"Variable {self.name!r}: expected values of shape {tuple(self.shape)}. Received: {tuple(new.shape)}"
            )
        self.copy_(new)
        return self

    def read_value(self) -> torch.Tensor:
        """The tensor without the name."""
        return self.as_subclass(torch.Tensor)

    value = read_value
