"""The shape and dtype of a result, found by trying the function on tensors without data.

A symbolic tensor carries examples of itself: tensors on torch's ``meta`` device, two of them where an axis is unknown.
An axis of the result is unknown where the two results differ.

Where a function does not work for these sizes, others are tried: multiples of what a reshape asks for, known sizes that
an unknown one has to go with.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from ... import config
from .trees import flatten, map_structure

__all__ = ["examples_for", "infer", "resized", "rows_of"]

# Two sizes that an unknown axis stands for during inference: both have many divisors, so that reshapes such as
# (-1, 4 * n) succeed, and both are large enough for a deep stack of 'valid' convolutions.
_SIZES = (5040, 7560)
_TWOS = 4096
_SMALL = 64  # integer results up to this many elements keep their values: they are shapes
_LARGEST = 1 << 31  # what an axis is tried with at most: a function may count up to it
_TRIES = 200  # of other sizes
# Each call that needs other sizes has two factors of its own: sizes that have nothing to do with each other are then no
# multiples of each other by the same number in both examples, and what is computed from both stays unknown.
_PRIMES = [n for n in range(101, 1000) if all(n % d for d in range(2, 32))]
_turn = itertools.count()

# By the number of a tensor among the arguments and of its axis, the two sizes that an unknown axis stands for instead.
_Sizes = dict[tuple[int, int], tuple[int, int]]


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


def resized(examples: Sequence[torch.Tensor], shape: Sequence[int | None]) -> tuple[torch.Tensor, ...]:
    """Example tensors with other sizes where these are known.

    Args:
        examples: the tensors.
        shape: None for axes that stay as they are.
    """
    shapes = [[old if new is None else new for old, new in zip(x.shape, shape, strict=True)] for x in examples]
    found = [_example_of(sizes, x.dtype, 0).as_subclass(type(x)) for sizes, x in zip(shapes, examples, strict=True)]
    return tuple(found if None in shape else found[:1])


def rows_of(tree: Any) -> list[int] | None:
    """The two sizes that the unknown first axis of the first symbolic tensor stands for."""
    first = next((leaf for leaf in flatten(tree) if _is_symbolic(leaf) and leaf.ndim), None)
    if first is None or len(first._examples) < 2 or first.shape[0] is not None:
        return None
    return [int(example.shape[0]) for example in first._examples]


def _is_tensor(leaf: Any) -> bool:
    return _is_symbolic(leaf) or isinstance(leaf, torch.Tensor)


def _as_example(leaf: Any, i: int, keep: bool, number: Iterator[int], other: _Sizes) -> Any:
    n = next(number) if _is_tensor(leaf) else None
    if _is_symbolic(leaf):
        example = leaf._examples[min(i, len(leaf._examples) - 1)]
        if example.device.type == "meta" and any((n, axis) in other for axis in range(example.ndim)):
            return resized([example], [other.get((n, axis), (None, None))[i] for axis in range(example.ndim)])[0]
        return example
    if isinstance(leaf, torch.Tensor):
        # a whole number may be a size, so it keeps its value; several may be a shape or widths
        kept = leaf.dtype in (torch.int32, torch.int64) and (leaf.ndim == 0 or (keep and leaf.numel() <= _SMALL))
        return leaf.detach().as_subclass(torch.Tensor).cpu() if kept else leaf.to("meta")
    return leaf


def _keep_small_integers(leaf: Any) -> Any:
    """Results that are shapes keep their values; everything else keeps only its shape."""
    if not isinstance(leaf, torch.Tensor) or leaf.device.type == "meta":
        return leaf
    if not leaf.dtype.is_floating_point and not leaf.dtype.is_complex and leaf.numel() <= _SMALL:
        return leaf.cpu()
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

    def tried(keep: bool, other: _Sizes) -> list[Any]:
        return [_try(operation, args, kwargs, i, keep, other) for i in range(2 if both else 1)]

    kept = (sizes, not sizes) if _holds_integers(args, kwargs) else (sizes,)
    others = itertools.islice(_other_sizes(operation, args, kwargs), _TRIES) if both else ()
    error: Exception | None = None  # the first one says most
    for other in itertools.chain(({},), others):
        for keep in kept:
            try:
                return tried(keep, other)
            except Exception as failure:
                error = error or failure
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    shapes = [leaf.shape for leaf in tensors]
    raise ValueError(f"{label} cannot be applied to symbolic tensors of shapes {shapes}: {reason}") from error


def _holds_integers(args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether there are whole numbers among the arguments that may be sizes."""
    real = (leaf for leaf in flatten((args, kwargs)) if isinstance(leaf, torch.Tensor) and not _is_symbolic(leaf))
    return any(leaf.dtype in (torch.int32, torch.int64) and leaf.ndim and leaf.numel() <= _SMALL for leaf in real)


def _try(operation: Callable, args: tuple, kwargs: dict[str, Any], i: int, keep: bool, other: _Sizes) -> Any:
    example = functools.partial(_as_example, i=i, keep=keep, number=itertools.count(), other=other)
    with torch.no_grad(), config.on_device("cpu"):  # whose single numbers go with tensors without data
        result = operation(*map_structure(example, args), **map_structure(example, kwargs))
    return map_structure(_keep_small_integers, result)


def _other_sizes(operation: Callable, args: tuple, kwargs: dict[str, Any]) -> Iterator[_Sizes]:
    """Other sizes of unknown axes that a call may work for; those that claim least come first."""
    shapes = [_pairs(leaf) for leaf in flatten((args, kwargs)) if _is_tensor(leaf)]
    free = [(n, axis) for n, shape in enumerate(shapes) for axis, (a, b) in enumerate(shape) if a != b]
    if not free:
        return
    asked = [_asked(args, kwargs, i) for i in range(2)]
    wanted = [math.prod(abs(value) for value in values if value) for values in asked]
    factors = _two_factors(math.prod(a * b or 1 for shape in shapes for a, b in shape) * math.prod(wanted))
    explicit = all(value > 0 for values in asked for value in values)
    for other in (*_multiples(shapes, free, wanted, factors), *(_exact(shapes, free, wanted) if explicit else ())):
        if max(map(max, other.values())) <= _LARGEST:
            yield other
    if getattr(operation, "__name__", None) in ("reshape", "view") and asked[0] != asked[1]:
        # Only the number of elements counts. It fits sizes that the tensor's own cannot be worked out from.
        first, last = (1, 1) if explicit else factors
        n, _ = free[0]
        yield {(n, axis): (1, 1) for axis in range(len(shapes[n]))} | {(n, 0): (first * wanted[0], last * wanted[1])}
    # a batch of windows goes back into images of some power of two of them
    if any(axis == 0 for _, axis in free):
        yield {place: (_SIZES[0] * _TWOS, _SIZES[1] * _TWOS) for place in free if place[1] == 0}
    beside = list(_beside(shapes, free))
    yield from beside
    anywhere = list(_anywhere(shapes, free, zip(*asked, strict=False) if explicit else ()))
    yield from anywhere
    for choice in (beside, [*beside, *anywhere]):
        for count in range(2, min(len(free), 5) + 1):
            for several in itertools.islice(itertools.combinations(choice, count), 10 * _TRIES):
                together = {place: pair for other in several for place, pair in other.items()}
                if len(together) == sum(map(len, several)):
                    yield together


def _pairs(leaf: Any) -> list[tuple[int, int]]:
    """The two sizes that each axis of a tensor stands for, equal where it is known."""
    first, last = (leaf._examples[0], leaf._examples[-1]) if _is_symbolic(leaf) else (leaf, leaf)
    return [(int(a), int(b)) for a, b in zip(first.shape, last.shape, strict=True)]


def _asked(args: tuple, kwargs: dict[str, Any], i: int) -> list[int]:
    """The whole numbers among the arguments, which may be sizes, for one of the examples."""
    found = []
    for leaf in flatten((args, kwargs)):
        if _is_symbolic(leaf):
            leaf = leaf._examples[min(i, len(leaf._examples) - 1)]
        if isinstance(leaf, torch.Tensor):
            if leaf.device.type != "meta" and leaf.dtype in (torch.int32, torch.int64) and leaf.numel() <= _SMALL:
                found += leaf.reshape(-1).tolist()
        elif isinstance(leaf, int) and not isinstance(leaf, bool):
            found.append(leaf)
    return found


def _rest(shapes: list, n: int, axes: Sequence[int], i: int) -> int:
    """The product of the other axes' sizes, those of 0 left out."""
    return math.prod(pair[i] or 1 for axis, pair in enumerate(shapes[n]) if axis not in axes)


def _two_factors(product: int) -> list[int]:
    """Two primes that do not divide a number; other ones each time."""
    for _ in _PRIMES:
        at = next(_turn) % (len(_PRIMES) - 1)
        if all(product % prime for prime in _PRIMES[at : at + 2]):
            break
    return _PRIMES[at : at + 2]


def _multiples(shapes: list, free: list, wanted: list[int], factors: list[int]) -> Iterator[_Sizes]:
    """Multiples of the product of what is asked for, as ``(-1, n)`` needs: of one axis, one place, all axes."""
    groups = [[place] for place in free]
    groups += [[place for place in free if place[1] == axis] for axis in sorted({axis for _, axis in free})]
    groups.append(free)
    for group in groups:
        for first, last in (_least(shapes, group, wanted), wanted):
            yield dict.fromkeys(group, (48 * factors[0] * first, 72 * factors[1] * last))  # both have many divisors
    first, last = _least(shapes, free, wanted)
    for group in groups:  # the least sizes, for tensors of many axes
        other = dict.fromkeys(free, tuple(factors))
        yield other | dict.fromkeys(group, (factors[0] * first, factors[1] * last))


def _least(shapes: list, group: list, wanted: list[int]) -> list[int]:
    """What sizes of some axes have to be multiples of, where the other axes stay as they are."""
    mine = {n: [axis for m, axis in group if m == n] for n, _ in group}
    rests = [[_rest(shapes, n, axes, i) for n, axes in mine.items()] for i in range(2)]
    return [count // math.gcd(count, *rest) for count, rest in zip(wanted, rests, strict=True)]


def _exact(shapes: list, free: list, wanted: list[int]) -> Iterator[_Sizes]:
    """The sizes with which a tensor has as many elements as a shape that is asked for."""
    for n, axis in free:
        (first, left), (last, over) = (divmod(wanted[i], _rest(shapes, n, [axis], i)) for i in range(2))
        if first and last and not left and not over:
            yield {(n, axis): (first, last)}


def _beside(shapes: list, free: list) -> Iterator[_Sizes]:
    """Sizes at the same place from the right, as broadcasting needs; unknown ones that differ become the same."""
    for place in range(1, max(map(len, shapes), default=0) + 1):
        pairs = dict.fromkeys(shape[-place] for shape in shapes if len(shape) >= place)
        mine = [(n, axis) for n, axis in free if len(shapes[n]) - axis == place]
        if mine and len(pairs) > 1:
            yield from (dict.fromkeys(mine, pair) for pair in sorted(pairs, key=_last))


def _anywhere(shapes: list, free: list, asked: Iterable[tuple[int, int]]) -> Iterator[_Sizes]:
    """Sizes of any other axes, as products of matrices need, and those that are asked for."""
    pairs = dict.fromkeys(pair for pair in (*itertools.chain(*shapes), *asked) if max(pair) <= _LARGEST)
    for n, axis in free:
        for pair in sorted(pairs, key=_last):
            if pair not in ((1, 1), shapes[n][axis]):
                yield {(n, axis): pair}


def _last(pair: tuple[int, int]) -> tuple[bool, bool]:
    """Sorts sizes by how sure they are: known ones, unknown ones, 1."""
    return pair == (1, 1), pair[0] != pair[1]


def _is_symbolic(leaf: Any) -> bool:
    return hasattr(type(leaf), "_examples")
