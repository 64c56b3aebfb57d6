"""The shape and dtype of a result, found by trying the function on tensors without data.

A symbolic tensor carries examples of itself: tensors on torch's ``meta`` device, two of them where an axis is unknown.
An axis of the result is unknown where the two results differ.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .trees import flatten, map_structure

__all__ = ["examples_for", "infer", "rows_of"]

# Two sizes that an unknown axis stands for during inference: both have many divisors, so that reshapes such as
# (-1, 4 * n) succeed, and both are large enough for a deep stack of 'valid' convolutions.
_SIZES = (5040, 7560)
_TWOS = 4096
_SMALL = 64  # integer results up to this many elements keep their values: they are shapes


def _example_of(shape: Sequence[int | None], dtype: torch.dtype, size: int) -> torch.Tensor:
    return torch.empty([size if d is None else d for d in shape], dtype=dtype, device="meta")


def examples_for(
    shape: Sequence[int | None], dtype: torch.dtype, rows: Sequence[int] | None = None
) -> tuple[torch.Tensor, ...]:
    """Example tensors of a shape: two where an axis is unknown, else one.

    Args:
        shape: None for unknown axes.
        dtype: the type.
        rows: the two sizes that an unknown first axis stands for, where it is that of another tensor.
    """
    if not any(d is None for d in shape):
        return (_example_of(shape, dtype, _SIZES[0]),)
    if rows is None or shape[0] is not None:
        return tuple(_example_of(shape, dtype, size) for size in _SIZES)
    return tuple(_example_of((first, *shape[1:]), dtype, size) for first, size in zip(rows, _SIZES, strict=True))


def rows_of(tree: Any) -> list[int] | None:
    """The two sizes that the unknown first axis of the first symbolic tensor stands for."""
    first = next((leaf for leaf in flatten(tree) if _is_symbolic(leaf) and leaf.ndim), None)
    if first is None or len(first._examples) < 2 or first.shape[0] is not None:
        return None
    return [int(example.shape[0]) for example in first._examples]


def _as_example(leaf: Any, i: int, first: int | None = None, keep: bool = False) -> Any:
    if _is_symbolic(leaf):
        example = leaf._examples[min(i, len(leaf._examples) - 1)]
        if first is not None and example.ndim and leaf.shape[0] is None:
            return _example_of((first, *example.shape[1:]), example.dtype, 0)
        return example
    if isinstance(leaf, torch.Tensor):
        # a whole number may be a size, so it keeps its value; several may be a shape or widths
        kept = leaf.dtype in (torch.int32, torch.int64) and (leaf.ndim == 0 or (keep and leaf.numel() <= _SMALL))
        return leaf.detach().as_subclass(torch.Tensor) if kept else leaf.to("meta")
    return leaf


def _keep_small_integers(leaf: Any) -> Any:
    """Results that are shapes keep their values; everything else keeps only its shape."""
    if not isinstance(leaf, torch.Tensor) or leaf.device.type == "meta":
        return leaf
    if not leaf.dtype.is_floating_point and not leaf.dtype.is_complex and leaf.numel() <= _SMALL:
        return leaf
    return leaf.to("meta")


def infer(operation: Callable, args: tuple, kwargs: dict[str, Any], label: str | None = None) -> list[Any]:
    """The results of the operation on the example tensors, one entry for each set of sizes.

    Raises:
        ValueError: when the function does not work for these shapes.
    """
    label = label or getattr(operation, "__name__", None) or repr(operation)
    tensors = [leaf for leaf in flatten((args, kwargs)) if _is_symbolic(leaf)]
    both = any(len(leaf._examples) > 1 for leaf in tensors)
    sizes = any(leaf._examples[0].device.type != "meta" and leaf.ndim for leaf in tensors)
    try:
        return [_try(operation, args, kwargs, i, keep=sizes) for i in range(2 if both else 1)]
    except Exception as error:
        if _holds_integers(args, kwargs):
            with contextlib.suppress(Exception):  # the first error says more
                return [_try(operation, args, kwargs, i, keep=not sizes) for i in range(2 if both else 1)]
        for first in _first_sizes(args, kwargs) if both else ():
            try:
                return [_try(operation, args, kwargs, i, first[i]) for i in range(2)]
            except Exception:  # the first error says more
                continue
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        shapes = [leaf.shape for leaf in tensors]
        raise ValueError(f"{label} cannot be applied to symbolic tensors of shapes {shapes}: {reason}") from error


def _holds_integers(args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether there are whole numbers among the arguments that may be sizes."""
    real = (leaf for leaf in flatten((args, kwargs)) if isinstance(leaf, torch.Tensor) and not _is_symbolic(leaf))
    return any(leaf.dtype in (torch.int32, torch.int64) and leaf.ndim and leaf.numel() <= _SMALL for leaf in real)


def _try(
    operation: Callable, args: tuple, kwargs: dict[str, Any], i: int, first: int | None = None, keep: bool = False
) -> Any:
    example = functools.partial(_as_example, i=i, first=first, keep=keep)
    with torch.no_grad():
        result = operation(*map_structure(example, args), **map_structure(example, kwargs))
    return map_structure(_keep_small_integers, result)


def _first_sizes(args: tuple, kwargs: dict[str, Any]) -> list[tuple[int, int]]:
    """Other sizes of first axes, a pair each: those that are known, which a batch of free size may have to go with.

    The last pair has many twos: a batch of windows goes back into images of some power of two of them.
    """
    tensors = [leaf for leaf in flatten((args, kwargs)) if _is_symbolic(leaf) or isinstance(leaf, torch.Tensor)]
    found = [leaf.shape[0] for leaf in tensors if leaf.ndim and leaf.shape[0] is not None]
    known = dict.fromkeys(int(size) for size in found if size > 1)
    return [*((size, size) for size in known), (_SIZES[0] * _TWOS, _SIZES[1] * _TWOS)]


def _is_symbolic(leaf: Any) -> bool:
    return hasattr(type(leaf), "_examples")
