"""Sparse tensors: where the elements that are not zero are, and their values.

Source: https://www.tensorflow.org/api_docs/python/tf/sparse
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ...engine.symbolic.immutable import as_immutable, plain
from ._dtypes import as_dtype
from ._functions import ints, tensor, text_or_tensor
from ._tensors import TensorShape
from ._texts import TextTensor

__all__ = [
    "SparseTensor",
    "add",
    "concat",
    "expand_dims",
    "eye",
    "from_dense",
    "mask",
    "map_values",
    "reduce_max",
    "reduce_sum",
    "reorder",
    "reshape",
    "retain",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "to_dense",
    "to_indicator",
    "transpose",
]


class SparseTensor:
    """A tensor of mostly zeros.

    Args:
        indices: for each element one number an axis, (elements, axes).
        values: the elements.
        dense_shape: the shape.

    Example:
        >>> x = SparseTensor([[0, 1]], [5.0], [1, 3])
        >>> to_dense(x).numpy().tolist()
        [[0.0, 5.0, 0.0]]
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._sizes = [int(size) for size in ints(dense_shape)]
        self.indices = as_immutable(tensor(indices).long().reshape(-1, len(self._sizes)))
        self.values = as_immutable(text_or_tensor(values))

    @property
    def dense_shape(self) -> Any:
        """The shape as a tensor."""
        return as_immutable(torch.tensor(self._sizes, dtype=torch.int64))

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return TensorShape(self._sizes)

    def get_shape(self) -> TensorShape:
        """The shape."""
        return self.shape

    @property
    def dtype(self) -> Any:
        """The elements' type."""
        return as_dtype(self.values.dtype)

    @property
    def torch(self) -> torch.Tensor:
        """The same as torch's sparse tensor."""
        return torch.sparse_coo_tensor(plain(self.indices).T, plain(self.values), self._sizes, check_invariants=False)

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other elements in the same places."""
        return SparseTensor(self.indices, new_values, self._sizes)

    @classmethod
    def from_value(cls, value: Any) -> SparseTensor:
        """A sparse tensor as it is."""
        return cls(value.indices, value.values, value.dense_shape)

    def __mul__(self, other: Any) -> SparseTensor:
        other = tensor(other, like=plain(self.values))
        other = other.expand(self._sizes)[tuple(plain(self.indices).T)] if other.ndim else other
        return self.with_values(self.values * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> SparseTensor:
        other = tensor(other, like=plain(self.values))
        other = other.expand(self._sizes)[tuple(plain(self.indices).T)] if other.ndim else other
        return self.with_values(self.values / other)

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices}, values={self.values}, dense_shape={self.dense_shape})"


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements of a tensor that are not zero."""
    x = text_or_tensor(tensor)
    if isinstance(x, TextTensor):
        places = np.argwhere(x.array != b"")
        return SparseTensor(places, x.array[tuple(places.T)], x.shape)
    places = torch.nonzero(x)
    return SparseTensor(places, x[tuple(places.T)], x.shape)


def to_dense(sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None) -> Any:
    """The whole tensor; ``default_value`` where there is no element.

    Example:
        >>> to_dense(SparseTensor([[1]], [7], [2]), default_value=-1).numpy().tolist()
        [-1, 7]
    """
    if isinstance(sp_input.values, TextTensor):
        found = np.full(sp_input._sizes, bytes(TextTensor(default_value or "")), dtype=object)
        found[tuple(np.asarray(sp_input.indices).T)] = sp_input.values.array
        return TextTensor(found)
    values = plain(sp_input.values)
    fill = 0 if default_value is None else default_value
    whole = torch.full(sp_input._sizes, fill, dtype=values.dtype, device=values.device)
    return as_immutable(whole.index_put(tuple(plain(sp_input.indices).T), values))


def from_parts(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Any:
    """A whole tensor of places and values, as TensorFlow 1 had it (``sparse_to_dense``)."""
    places = tensor(sparse_indices)
    places = places.reshape(-1, 1) if places.ndim < 2 else places
    values = tensor(sparse_values).expand(len(places))
    return to_dense(SparseTensor(places, values, output_shape), default_value)


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Any:
    """The matrix product of a sparse and a whole matrix, in either order."""
    if isinstance(b, SparseTensor):
        found = sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a)
        return as_immutable(plain(found).T)
    left = sp_a.torch if isinstance(sp_a, SparseTensor) else sp_a
    right = tensor(b, like=left)
    left = left.t() if adjoint_a else left
    return as_immutable(torch.sparse.mm(left, right.mT if adjoint_b else right))


def transpose(sp_input: SparseTensor, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The axes in another order, turned round when none is given."""
    order = ints(perm) if perm is not None else list(range(len(sp_input._sizes)))[::-1]
    moved = SparseTensor(plain(sp_input.indices)[:, order], sp_input.values, [sp_input._sizes[i] for i in order])
    return reorder(moved)


def reorder(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """The elements in the order of their places."""
    flat = _flat(plain(sp_input.indices), sp_input._sizes)
    order = torch.argsort(flat, stable=True)
    return SparseTensor(plain(sp_input.indices)[order], plain(sp_input.values)[order], sp_input._sizes)


def _flat(places: torch.Tensor, sizes: list[int]) -> torch.Tensor:
    flat = torch.zeros(len(places), dtype=torch.int64, device=places.device)
    for axis, size in enumerate(sizes):
        flat = flat * size + places[:, axis]
    return flat


def reshape(sp_input: SparseTensor, shape: Any, name: str | None = None) -> SparseTensor:
    """The same elements in another shape."""
    sizes = ints(shape)
    if -1 in sizes:
        known = -int(np.prod(sizes))
        sizes = [int(np.prod(sp_input._sizes)) // known if size == -1 else size for size in sizes]
    flat = _flat(plain(sp_input.indices), sp_input._sizes)
    return SparseTensor(torch.stack(torch.unravel_index(flat, sizes), 1), sp_input.values, sizes)


def expand_dims(sp_input: SparseTensor, axis: int | None = None, name: str | None = None) -> SparseTensor:
    """The tensor with one more axis of size 1."""
    place = len(sp_input._sizes) if axis in (None, -1) else axis
    return reshape(sp_input, [*sp_input._sizes[:place], 1, *sp_input._sizes[place:]])


def _joined(parts: list[torch.Tensor], values: list[torch.Tensor], sizes: list[int]) -> SparseTensor:
    """Elements of several tensors; those of one place added up."""
    summed = torch.sparse_coo_tensor(torch.cat(parts).T, torch.cat(values), sizes).coalesce()
    return SparseTensor(summed.indices().T, summed.values(), sizes)


def add(a: Any, b: Any, threshold: float = 0) -> Any:
    """The sum; a whole tensor where one of both is whole."""
    if not (isinstance(a, SparseTensor) and isinstance(b, SparseTensor)):
        return sum_of_both(a, b)
    found = _joined([plain(x.indices) for x in (a, b)], [plain(x.values) for x in (a, b)], a._sizes)
    return retain(found, plain(found.values).abs() > threshold) if threshold else found


def sum_of_both(a: Any, b: Any) -> Any:
    """The sum of a sparse and a whole tensor."""
    whole = [to_dense(x) if isinstance(x, SparseTensor) else as_immutable(tensor(x)) for x in (a, b)]
    return whole[0] + whole[1]


def concat(axis: int, sp_inputs: list[SparseTensor], name: str | None = None) -> SparseTensor:
    """Sparse tensors one behind the other along an axis."""
    sizes = list(sp_inputs[0]._sizes)
    axis, before, parts = axis % len(sizes), 0, []
    for x in sp_inputs:
        places = plain(x.indices).clone()
        places[:, axis] += before
        parts.append(places)
        before += x._sizes[axis]
    sizes[axis] = before
    values = torch.cat([plain(x.values) for x in sp_inputs])
    return reorder(SparseTensor(torch.cat(parts), values, sizes))


def retain(sp_input: SparseTensor, to_retain: Any) -> SparseTensor:
    """Some of the elements."""
    kept = tensor(to_retain).to(torch.bool)
    return SparseTensor(plain(sp_input.indices)[kept], plain(sp_input.values)[kept], sp_input._sizes)


def slice(sp_input: SparseTensor, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """A part that begins at ``start`` and has ``size``."""
    low = torch.tensor(ints(start))
    sizes = [min(n, whole - first) for n, whole, first in zip(ints(size), sp_input._sizes, ints(start))]
    places = plain(sp_input.indices) - low.to(sp_input.indices.device)
    inside = ((places >= 0) & (places < torch.tensor(sizes).to(places.device))).all(1)
    return SparseTensor(places[inside], plain(sp_input.values)[inside], sizes)


def mask(a: Any, mask_indices: Any, name: str | None = None) -> Any:
    """Rows but those of given numbers."""
    kept = ~torch.isin(tensor(a.indices), tensor(mask_indices))
    return type(a)(tensor(a.values)[kept], tensor(a.indices)[kept], a.dense_shape)


def map_values(op: Callable, *args: Any, **kwargs: Any) -> SparseTensor:
    """A function of the elements."""
    first = next(arg for arg in args if isinstance(arg, SparseTensor))
    return first.with_values(op(*(arg.values if isinstance(arg, SparseTensor) else arg for arg in args), **kwargs))


def reduce_sum(
    sp_input: SparseTensor,
    axis: Any = None,
    keepdims: bool = False,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The sum over axes, over all of them when none are given, as a whole tensor."""
    from .reducing import reduce_sum as summed

    return summed(to_dense(sp_input), axis, keepdims)


def reduce_max(
    sp_input: SparseTensor,
    axis: Any = None,
    keepdims: bool = False,
    output_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """The largest element along axes, of those that are there, as a whole tensor."""
    from .reducing import reduce_max as largest

    values = plain(sp_input.values)
    low = torch.finfo(values.dtype).min if values.is_floating_point() else torch.iinfo(values.dtype).min
    found = plain(largest(to_dense(sp_input, low), axis, keepdims))
    return as_immutable(torch.where(found == low, torch.zeros_like(found), found))


def softmax(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """Probabilities of each row's elements."""
    found = torch.sparse.softmax(sp_input.torch.coalesce(), dim=-1)
    return SparseTensor(found.indices().T, found.values(), sp_input._sizes)


def eye(
    num_rows: int, num_columns: int | None = None, dtype: Any = torch.float32, name: str | None = None
) -> SparseTensor:
    """An identity matrix."""
    count = min(num_rows, num_columns or num_rows)
    places = torch.arange(count)[:, None].expand(count, 2)
    return SparseTensor(places, tensor(torch.ones(count), dtype), [num_rows, num_columns or num_rows])


def to_indicator(sp_input: SparseTensor, vocab_size: int, name: str | None = None) -> Any:
    """For each row which numbers are among its elements."""
    found = torch.zeros(*sp_input._sizes[:-1], vocab_size, dtype=torch.bool)
    found[(*plain(sp_input.indices)[:, :-1].T, plain(sp_input.values).long())] = True
    return as_immutable(found)
