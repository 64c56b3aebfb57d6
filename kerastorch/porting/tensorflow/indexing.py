"""Picking elements, putting elements, sorting, segments.

Source: https://www.tensorflow.org/api_docs/python/tf
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import torch

from ... import eras
from ...engine.symbolic import Spec, is_symbolic
from ...engine.symbolic.immutable import as_immutable
from ._dtypes import torch_type
from ._functions import converted, in_order_before_2, ints, op, pair, tensor, with_result
from ._texts import TextTensor, holds_text

__all__ = [
    "argsort",
    "boolean_mask",
    "dynamic_partition",
    "dynamic_stitch",
    "gather",
    "gather_nd",
    "in_top_k",
    "invert_permutation",
    "scatter_nd",
    "searchsorted",
    "sort",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "top_k",
    "unique",
    "unique_with_counts",
    "where",
]

_TopK = namedtuple("TopKV2", "values indices")
_Unique = namedtuple("Unique", "y idx")
_UniqueWithCounts = namedtuple("UniqueWithCounts", "y idx count")


def _places(indices: Any, x: torch.Tensor) -> torch.Tensor:
    return tensor(indices).to(x.device).long()


@op
def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0) -> Any:
    """The parts of a tensor at given places along an axis, for each row on its own with ``batch_dims``.

    Example:
        >>> gather([10, 20, 30], [2, 0]).tolist()
        [30, 10]
    """
    if holds_text(params):
        return TextTensor(np.take(TextTensor(params).array, np.asarray(ints(indices)), ints(axis) or 0))
    params = tensor(params)
    places = _places(indices, params)
    batch = batch_dims + places.ndim if batch_dims < 0 else batch_dims
    axis = batch if axis is None else ints(axis) % params.ndim
    if not batch:
        found = params.index_select(axis, places.reshape(-1))
        return found.reshape(*params.shape[:axis], *places.shape, *params.shape[axis + 1 :])
    moved = params.movedim(axis, batch)
    rows = [
        torch.arange(size, device=params.device).reshape(*[1] * i, size, *[1] * (places.ndim - i - 1))
        for i, size in enumerate(places.shape[:batch])
    ]
    found = moved[(*rows, places)]
    ahead = axis - batch  # axes between the batch and the one picked from
    order = list(range(batch)) + [places.ndim + i for i in range(ahead)] + list(range(batch, places.ndim))
    order += list(range(places.ndim + ahead, found.ndim))
    return found.permute(order)


@op
def gather_nd(params: Any, indices: Any, batch_dims: int = 0) -> torch.Tensor:
    """The elements, or the parts, at places given by one number an axis.

    Example:
        >>> gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).tolist()
        [2, 3]
    """
    params = tensor(params)
    places = _places(indices, params)
    keys = list(places.unbind(-1))
    outer = places.ndim - 1
    for i in range(batch_dims):
        size = places.shape[i]
        keys.insert(i, torch.arange(size, device=params.device).reshape(*[1] * i, size, *[1] * (outer - i - 1)))
    return params[tuple(keys)] if keys else params


def _places_told(condition: Any, x: Any = None, y: Any = None) -> Spec | None:
    return Spec((None, len(condition.shape)), torch.int64) if x is None and y is None else None


@op
@with_result(_places_told)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """``x`` where the condition holds and ``y`` elsewhere; without both the places where it holds, one in each row."""
    condition = tensor(condition)
    if x is None and y is None:
        return torch.nonzero(condition)
    if isinstance(x, (TextTensor, str, bytes)) or isinstance(y, (TextTensor, str, bytes)):
        chosen = np.where(condition.cpu().numpy(), TextTensor(x).array, TextTensor(y).array)
        return TextTensor(chosen)
    x, y = pair(x, y)
    if condition.ndim == 1 < x.ndim and eras.current().variables == "graph":
        condition = condition.reshape(-1, *[1] * (x.ndim - 1))  # TensorFlow 1 chooses rows, TensorFlow 2 broadcasts
    return torch.where(condition.to(torch.bool), x, y)


def _parts_told(tensor: Any, mask: Any, axis: Any = None) -> Spec:
    x, kept, start = converted(tensor), converted(mask), ints(axis) or 0
    return Spec((*x.shape[:start], None, *x.shape[start + len(kept.shape) :]), x.dtype)


@op
@with_result(_parts_told)
def boolean_mask(tensor: Any, mask: Any, axis: Any = None) -> Any:
    """The parts of a tensor where a mask over its axes, from ``axis`` on, is True."""
    x = converted(tensor)
    kept, start = converted(mask).to(torch.bool), ints(axis) or 0
    if isinstance(x, TextTensor):
        return TextTensor(x.array[(slice(None),) * start + (kept.cpu().numpy(),)])
    return x[(slice(None),) * start + (kept.to(x.device),)]


# ------------------------------------------------------------------------ scatter


def _scattered(x: torch.Tensor, indices: Any, updates: Any, how: str) -> torch.Tensor:
    """A copy of ``x`` with updates written, added or compared at places given by one number an axis."""
    places = _places(indices, x)
    depth = places.shape[-1]
    updates = tensor(updates, like=x).to(x.dtype)
    inner = x.shape[depth:]
    flat = torch.zeros(places.shape[:-1], dtype=torch.int64, device=x.device)
    count = 1
    for i in range(depth - 1, -1, -1):
        flat = flat + places[..., i] * count
        count *= x.shape[i]
    rows = x.reshape(count, *inner)
    updates = updates.expand(*places.shape[:-1], *inner).reshape(-1, *inner)
    if how == "update":
        found = rows.index_copy(0, flat.reshape(-1), updates)
    elif how in ("add", "sub"):
        found = rows.index_add(0, flat.reshape(-1), updates, alpha=1 if how == "add" else -1)
    else:
        found = rows.index_reduce(0, flat.reshape(-1), updates, how)
    return found.reshape(x.shape)


@op
def scatter_nd(indices: Any, updates: Any, shape: Any) -> torch.Tensor:
    """Zeros of a shape, with updates added at given places."""
    updates = tensor(updates)
    blank = torch.zeros(ints(shape), dtype=updates.dtype, device=updates.device)
    return _scattered(blank, indices, updates, "add")


@op
def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any) -> torch.Tensor:
    """A tensor with other values at given places."""
    return _scattered(converted(tensor), indices, updates, "update")


@op
def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any) -> torch.Tensor:
    """A tensor with values added at given places."""
    return _scattered(converted(tensor), indices, updates, "add")


@op
def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any) -> torch.Tensor:
    """A tensor with values subtracted at given places."""
    return _scattered(converted(tensor), indices, updates, "sub")


@op
def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any) -> torch.Tensor:
    """A tensor with the larger of its own and other values at given places."""
    return _scattered(converted(tensor), indices, updates, "amax")


@op
def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any) -> torch.Tensor:
    """A tensor with the smaller of its own and other values at given places."""
    return _scattered(converted(tensor), indices, updates, "amin")


# ------------------------------------------------------------------------- sorting


def _descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"tf.sort: expected direction to be 'ASCENDING' or 'DESCENDING'. Received: direction={direction!r}"
        )
    return direction == "DESCENDING"


@op
def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING") -> torch.Tensor:
    """The elements in order along an axis."""
    return torch.sort(tensor(values), ints(axis), descending=_descending(direction))[0]


@op
def argsort(values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False) -> torch.Tensor:
    """The places of the elements in order along an axis."""
    found = torch.sort(tensor(values), dim=ints(axis), descending=_descending(direction), stable=True)[1]
    return found.to(torch.int32)


@op
def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = torch.int32) -> Any:
    """The ``k`` largest elements along the last axis, and their places; of equal ones the first.

    Example:
        >>> top_k([1, 9, 5], k=2).indices.tolist()
        [1, 2]
    """
    x = tensor(input)
    count = ints(k)
    values, places = torch.sort(x, dim=-1, descending=True, stable=True)
    return _TopK(values[..., :count], places[..., :count].to(torch_type(index_type)))


@op
@in_order_before_2("predictions", "targets", "k")
def in_top_k(targets: Any, predictions: Any, k: Any) -> torch.Tensor:
    """Whether each target is among the ``k`` largest predictions of its row; ties count."""
    predictions = tensor(predictions)
    own = predictions.gather(1, _places(targets, predictions)[:, None])
    return torch.sum(predictions > own, 1) < ints(k)


@op
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = torch.int32) -> torch.Tensor:
    """Where values would have to go for a sequence to stay in order."""
    sequence, values = pair(sorted_sequence, values)
    return torch.searchsorted(sequence.contiguous(), values.contiguous(), side=side).to(torch_type(out_type))


@op
def invert_permutation(x: Any) -> torch.Tensor:
    """The permutation that undoes another one."""
    x = tensor(x)
    return torch.argsort(x.long()).to(x.dtype)


def _first_seen(x: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    values = x.array if isinstance(x, TextTensor) else x.cpu().numpy()
    _, first, places, counts = np.unique(values, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    found = values[np.sort(first)]
    return (
        (TextTensor(found) if isinstance(x, TextTensor) else as_immutable(torch.as_tensor(found).to(x.device))),
        rank[places.reshape(-1)],
        counts[order],
    )


def unique(x: Any, out_idx: Any = torch.int32, name: str | None = None) -> Any:
    """The different elements, in the order in which they come, and for each element which of them it is."""
    found, places, _ = _first_seen(converted(x))
    return _Unique(found, as_immutable(torch.as_tensor(places, dtype=torch_type(out_idx))))


def unique_with_counts(x: Any, out_idx: Any = torch.int32, name: str | None = None) -> Any:
    """``unique``, and how often each of the different elements comes."""
    found, places, counts = _first_seen(converted(x))
    kind = torch_type(out_idx)
    return _UniqueWithCounts(found, *(as_immutable(torch.as_tensor(part, dtype=kind)) for part in (places, counts)))


# ------------------------------------------------------------------------ segments


def _segments(data: Any, segment_ids: Any, num_segments: Any, how: str, blank: Any = None) -> torch.Tensor:
    """The rows of each number taken together.

    Args:
        data: the rows.
        segment_ids: the number of each row; rows of negative numbers are left out.
        num_segments: how many numbers there are.
        how: ``'sum'``, ``'mean'``, ``'sqrt_n'``, or a reduction of ``Tensor.scatter_reduce``.
        blank: what a number without rows gives; None is what the reduction starts from.
    """
    data = tensor(data)
    numbers = _places(segment_ids, data)
    rows = data.reshape(numbers.numel(), *data.shape[numbers.ndim :])
    # row 0 is for what is left out: shapes are known without data, which choosing the other rows would not allow
    numbers = numbers.reshape(-1).clamp(min=-1) + 1
    shape = (ints(num_segments) + 1, *rows.shape[1:])
    if how in ("sum", "mean", "sqrt_n"):
        found = torch.zeros(shape, dtype=data.dtype, device=data.device).index_add(0, numbers, rows)
        if how != "sum":
            size = _sizes(numbers, shape).clamp(min=1)
            found = found if found.is_floating_point() or found.is_complex() else found.double()
            found = found / (size if how == "mean" else size.to(found.dtype).sqrt())
        return found[1:]
    limits = torch.finfo(data.dtype) if data.is_floating_point() else torch.iinfo(data.dtype)
    start = {"amax": limits.min, "amin": limits.max, "prod": 1}[how]
    found = torch.full(shape, start, dtype=data.dtype, device=data.device)
    places = numbers.reshape(-1, *[1] * (rows.ndim - 1)).expand(rows.shape)
    found = found.scatter_reduce(0, places, rows, how)
    if blank is not None:
        found = torch.where(_sizes(numbers, shape) > 0, found, torch.full_like(found, blank))
    return found[1:]


def _sizes(numbers: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """How many rows each number has, beside a tensor of a shape."""
    counts = torch.zeros(shape[0], dtype=torch.long, device=numbers.device)
    return counts.index_add(0, numbers, torch.ones_like(numbers)).reshape(-1, *[1] * (len(shape) - 1))


def _unsorted(name: str, how: str) -> Any:
    @op
    def apply(data: Any, segment_ids: Any, num_segments: Any) -> torch.Tensor:
        return _segments(data, segment_ids, num_segments, how)

    apply.__name__ = apply.__qualname__ = f"unsorted_segment_{name}"
    apply.__doc__ = f"The {name} of the rows that have the same number; negative numbers count for none."
    return apply


def _segments_told(data: Any, segment_ids: Any) -> Spec:
    """How many numbers there are only data tells, as in TensorFlow's graphs."""
    data = data if is_symbolic(data) else tensor(data)
    return Spec((None, *data.shape[1:]), data.dtype)


def _sorted(name: str, how: str) -> Any:
    def apply(data: Any, segment_ids: Any) -> torch.Tensor:
        x, numbers = tensor(data), tensor(segment_ids)
        count = int(numbers.max()) + 1 if numbers.numel() else 0
        return _segments(x, numbers, count, how, blank=0 if how in ("amax", "amin") else None).to(x.dtype)

    apply.__name__ = apply.__qualname__ = f"segment_{name}"
    apply.__doc__ = f"The {name} of the rows that have the same number, numbers in order."
    return op(with_result(_segments_told)(apply))


_KINDS = {"sum": "sum", "mean": "mean", "max": "amax", "min": "amin", "prod": "prod"}
for _name, _how in _KINDS.items():
    globals()[f"segment_{_name}"] = _sorted(_name, _how)
    __all__.append(f"segment_{_name}")
for _name, _how in {**_KINDS, "sqrt_n": "sqrt_n"}.items():
    globals()[f"unsorted_segment_{_name}"] = _unsorted(_name, _how)
    __all__.append(f"unsorted_segment_{_name}")


@op
def dynamic_partition(data: Any, partitions: Any, num_partitions: int) -> list[torch.Tensor]:
    """The rows that have number 0, those that have number 1, and so on."""
    data = tensor(data)
    numbers = _places(partitions, data)
    return [data[numbers == i] for i in range(num_partitions)]


@op
def dynamic_stitch(indices: Any, data: Any) -> torch.Tensor:
    """Rows of several tensors put at given places of one."""
    places = [tensor(i).long() for i in indices]
    parts = [tensor(d) for d in data]
    count = max(int(p.max()) + 1 for p in places if p.numel())
    inner = parts[0].shape[places[0].ndim :]
    found = torch.zeros(count, *inner, dtype=parts[0].dtype, device=parts[0].device)
    for place, part in zip(places, parts):
        found = found.index_copy(0, place.reshape(-1), part.reshape(-1, *inner))
    return found
