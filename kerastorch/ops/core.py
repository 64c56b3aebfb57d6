"""Conversion, control and in-place-like changes.

Source: https://keras.io/api/ops/core/
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from .. import backend as _k
from .. import config
from ..backend import text
from ..backend.convert import to_numpy
from ..engine.symbolic import SymbolicTensor, flatten, map_structure
from ._making import converted, dtype_of, operation

__all__ = [
    "associative_scan",
    "cast",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "dtype",
    "fori_loop",
    "is_tensor",
    "map",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "shape",
    "slice",
    "slice_update",
    "stop_gradient",
    "switch",
    "vectorized_map",
    "while_loop",
]


def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """A tensor of an array, a list or a number; of text one of text.

    Raises:
        NotImplementedError: for sparse or ragged tensors.
    """
    if sparse or ragged:
        raise NotImplementedError("ops.convert_to_tensor: expected a dense tensor. Received: sparse or ragged")
    if text.holds_text(x):
        return text.as_text(x, config.device())
    found = converted(x)
    return found if dtype is None else found.to(dtype_of(dtype))


def convert_to_numpy(x: Any) -> Any:
    """The values as an array."""
    return np.asarray(to_numpy(x)) if isinstance(x, torch.Tensor) else np.asarray(x)


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor of torch, or a symbolic one."""
    return isinstance(x, (torch.Tensor, SymbolicTensor))


def shape(x: Any) -> Any:
    """The shape as a tuple; what only data will tell is a symbolic number, to be used in other shapes."""
    x = converted(x)
    if isinstance(x, SymbolicTensor) and None in x.shape:
        told = _k.shape(x)
        return tuple(told[i] if n is None else n for i, n in enumerate(x.shape))
    return tuple(x.shape)


def dtype(x: Any) -> str:
    """The name of the type."""
    return str(converted(x).dtype).removeprefix("torch.")


@operation
def cast(x: Any, dtype: Any) -> Any:
    """The values in another type."""
    return converted(x).to(dtype_of(dtype))


@operation
def saturate_cast(x: Any, dtype: Any) -> Any:
    """The values in another type, those out of its range at its ends."""
    x, kind = converted(x), config.torch_dtype(dtype)
    limits = torch.finfo(kind) if kind.is_floating_point else torch.iinfo(kind)
    return x.clamp(limits.min, limits.max).to(kind)


@operation
def stop_gradient(variable: Any) -> Any:
    """The values, through which no gradient goes."""
    return converted(variable).detach()


def custom_gradient(f: Callable) -> Callable:
    """A function whose gradient is computed by the second of its results."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            result, ctx.backward_of = f(*tensors)
            return result

        @staticmethod
        def backward(ctx: Any, *upstream: Any) -> Any:
            return ctx.backward_of(*upstream)

    return lambda *tensors: Own.apply(*(converted(x) for x in tensors))


@operation
def slice(inputs: Any, start_indices: Sequence[Any], shape: Sequence[int]) -> Any:
    """A block of a shape, from a place on."""
    x = converted(inputs)
    for axis, (start, size) in enumerate(zip(start_indices, shape)):
        x = x.narrow(axis, int(start), x.shape[axis] - int(start) if size == -1 else int(size))
    return x


@operation
def slice_update(inputs: Any, start_indices: Sequence[Any], updates: Any) -> Any:
    """A tensor with a block of it replaced."""
    x, new = converted(inputs).clone(), converted(updates)
    index = tuple(builtins.slice(int(start), int(start) + size) for start, size in zip(start_indices, new.shape))
    x[index] = new.to(x.dtype)
    return x


@operation
def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Any:
    """Zeros, with values added at places."""
    indices, values = converted(indices).long(), converted(values)
    out = torch.zeros(tuple(shape), dtype=values.dtype, device=values.device)
    return out.index_put(tuple(indices.unbind(-1)), values, accumulate=True)


_REDUCTIONS = {"max": "amax", "min": "amin", "mul": "prod"}


@operation
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """A tensor with other values at places.

    Args:
        inputs: the tensor.
        indices: (places, axes) whole numbers; later axes of the tensor are updated whole.
        updates: a value for each place.
        reduction: None puts it there; ``"add"``, ``"mul"``, ``"max"`` and ``"min"`` combine it with what is there.

    Raises:
        ValueError: for another reduction.
    """
    x, indices = converted(inputs), converted(indices).long()
    updates = converted(updates).to(x.dtype)
    how = None if reduction is None else reduction.lower()
    if how in (None, "add"):
        return x.index_put(tuple(indices.unbind(-1)), updates, accumulate=how == "add")
    if how not in _REDUCTIONS:
        raise ValueError(f"ops.scatter_update: expected add, max, min, mul or None. Received: reduction={reduction!r}")
    outer, inner = x.shape[: indices.shape[-1]], x.shape[indices.shape[-1] :]
    rows = torch.zeros_like(indices[..., 0])
    for size, places in zip(outer, indices.unbind(-1)):  # the number of the place among all places
        rows = rows * size + torch.where(places < 0, places + size, places)
    flat, new = x.reshape(math.prod(outer), math.prod(inner)), updates.expand((*rows.shape, *inner))
    new = new.reshape(rows.numel(), flat.shape[1])
    rows = rows.reshape(-1, 1).expand_as(new)
    return flat.scatter_reduce(0, rows, new, _REDUCTIONS[how]).reshape(x.shape)


# -------------------------------------------------------------------------------------- control


@operation
def _chosen(pred: Any, true: Any, false: Any) -> Any:
    return torch.where(converted(pred).bool(), converted(true), converted(false))


def cond(pred: Any, true_fn: Callable, false_fn: Callable) -> Any:
    """The result of one function or the other; of both, one chosen, where the condition is symbolic."""
    if isinstance(pred, SymbolicTensor):
        yes, no = true_fn(), false_fn()
        others = iter(flatten(no))
        return map_structure(lambda leaf: _chosen(pred, leaf, next(others)), yes)
    return true_fn() if bool(pred) else false_fn()


def switch(index: Any, branches: Sequence[Callable], *operands: Any) -> Any:
    """The result of the function with a number; numbers out of range are the nearest one."""
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def while_loop(cond: Callable, body: Callable, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """Runs a body as long as a condition holds."""
    several = isinstance(loop_vars, (list, tuple))
    values, count = tuple(loop_vars) if several else (loop_vars,), 0
    while bool(cond(*values)) and (maximum_iterations is None or count < maximum_iterations):
        found = body(*values)
        values, count = tuple(found) if isinstance(found, (list, tuple)) else (found,), count + 1
    return values if several else values[0]


def fori_loop(lower: int, upper: int, body_fun: Callable, init_val: Any) -> Any:
    """Runs a body for each number of a range, with what it gave before."""
    for i in range(int(lower), int(upper)):
        init_val = body_fun(i, init_val)
    return init_val


def _stacked(results: Sequence[Any]) -> Any:
    columns = [torch.stack([converted(leaf) for leaf in column]) for column in zip(*(flatten(one) for one in results))]
    leaves = iter(columns)
    return map_structure(lambda leaf: next(leaves), results[0])


def map(f: Callable, xs: Any) -> Any:
    """A function's results for each entry of the first axis, stacked."""
    xs = map_structure(converted, xs)
    count = next(iter(flatten(xs))).shape[0]
    return _stacked([f(map_structure(lambda x, i=i: x[i], xs)) for i in range(count)])


def vectorized_map(function: Callable, elements: Any) -> Any:
    """``map``, all entries at once where torch can."""
    elements = map_structure(converted, elements)
    return torch.vmap(function)(elements)


def scan(
    f: Callable, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False, unroll: Any = 1
) -> Any:
    """Carries a value along the first axis, and stacks what each step gives besides."""
    xs = None if xs is None else map_structure(converted, xs)
    count = length if xs is None else next(iter(flatten(xs))).shape[0]
    order = range(count - 1, -1, -1) if reverse else range(count)
    carry, found = init, []
    for i in order:
        carry, given = f(carry, None if xs is None else map_structure(lambda x, i=i: x[i], xs))
        found.append(given)
    found = found[::-1] if reverse else found
    return carry, None if not found or found[0] is None else _stacked(found)


def associative_scan(f: Callable, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """What ``f`` makes of all entries so far along an axis, in as many rounds as the length has binary digits.

    Args:
        f: combines two entries, or two stacks of them, into one; how they are grouped must not matter.
        elems: a tensor, or any nesting of tensors of one length.
        reverse: whether to go from the end to the beginning.
        axis: along which axis.

    Raises:
        TypeError, ValueError: for an ``f`` that is no function, or tensors of different lengths.

    Example:
        >>> associative_scan(lambda a, b: a + b, torch.arange(5))
        tensor([ 0,  1,  3,  6, 10])
    """
    if not callable(f):
        raise TypeError(f"ops.associative_scan: expected f to be a function. Received: {f!r}")
    leaves = [torch.movedim(converted(leaf), axis, 0) for leaf in flatten(elems)]
    if len({leaf.shape[0] for leaf in leaves}) > 1:
        raise ValueError(
            f"ops.associative_scan: expected tensors of one length along axis {axis}. "
            f"Received: {[leaf.shape[0] for leaf in leaves]}"
        )

    def nested(parts: Sequence[Any]) -> Any:
        rest = iter(parts)
        return map_structure(lambda _: torch.movedim(next(rest), 0, axis), elems)

    def combined(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
        return [torch.movedim(converted(leaf), axis, 0) for leaf in flatten(f(nested(before), nested(after)))]

    leaves = [leaf.flip(0) for leaf in leaves] if reverse else leaves
    found = _scanned(leaves, combined)
    return nested([leaf.flip(0) for leaf in found] if reverse else found)


def _scanned(leaves: list[Any], combined: Callable) -> list[Any]:
    """Pairs of neighbours are combined and scanned, which gives every second result; one step more gives the others."""
    count = leaves[0].shape[0]
    if count < 2:
        return leaves
    odd = _scanned(combined([x[0 : count - 1 : 2] for x in leaves], [x[1::2] for x in leaves]), combined)
    if count == 2:
        return [torch.cat([x[:1], second]) for x, second in zip(leaves, odd)]
    even = combined([x[: (count - 1) // 2] for x in odd], [x[2::2] for x in leaves])
    results = []
    for first, evens, odds in zip(leaves, even, odd):
        evens = torch.cat([first[:1], evens])
        pairs = torch.stack([evens[: odds.shape[0]], odds], 1).flatten(0, 1)
        results.append(torch.cat([pairs, evens[odds.shape[0] :]]))
    return results
