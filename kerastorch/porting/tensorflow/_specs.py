"""Descriptions of tensors: shape, dtype, name.

Source: https://www.tensorflow.org/api_docs/python/tf/TensorSpec
"""

from __future__ import annotations

from typing import Any

from ._dtypes import as_dtype
from ._tensors import TensorShape
from .ragged import RaggedTensor

__all__ = ["RaggedTensorSpec", "SparseTensorSpec", "TensorSpec", "TypeSpec", "type_spec_from_value"]


class TypeSpec:
    """A description of what tensors of a kind have in common."""


class TensorSpec(TypeSpec):
    """A tensor's shape and dtype.

    Args:
        shape: the shape, None for unknown axes; None itself for any.
        dtype: the dtype.
        name: a name.

    Example:
        >>> TensorSpec([None, 2], "float32")
        TensorSpec(shape=(None, 2), dtype=tf.float32, name=None)
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = None if shape is None else TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The description of a tensor."""
        return cls(tensor.shape, tensor.dtype, name)

    from_spec = from_tensor

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a tensor fits."""
        fits = self.shape is None or self.shape.is_compatible_with(spec_or_value.shape)
        return fits and as_dtype(spec_or_value.dtype) == self.dtype

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and (self.shape, self.dtype) == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else str(self.shape)
        return f"{type(self).__name__}(shape={shape}, dtype={self.dtype!r}, name={self.name!r})"


class RaggedTensorSpec(TensorSpec):
    """The shape and dtype of rows of different lengths.

    Args:
        shape: the shape, None for ragged axes.
        dtype: the dtype.
        ragged_rank: how many axes are ragged.
        row_splits_dtype: accepted as in TensorFlow.
    """

    def __init__(
        self, shape: Any = None, dtype: Any = "float32", ragged_rank: int | None = None, row_splits_dtype: Any = None
    ) -> None:
        super().__init__(shape, dtype)
        self.ragged_rank = ragged_rank


class SparseTensorSpec(TensorSpec):
    """The shape and dtype of a sparse tensor."""


def type_spec_from_value(value: Any) -> TypeSpec:
    """The description of a tensor."""
    if isinstance(value, RaggedTensor):
        return RaggedTensorSpec(value.shape, value.dtype, value.ragged_rank)
    return TensorSpec(value.shape, value.dtype)
