"""Functions of single entries made into functions of whole tensors.

Source: https://keras.io/api/ops/numpy/
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

import torch

from ._making import converted

__all__ = ["vectorize"]

_SIGNATURE = re.compile(r"\([\w, ]*\)(,\([\w, ]*\))*->\([\w, ]*\)(,\([\w, ]*\))*")


def _core_axes(signature: str) -> tuple[list[list[str]], list[list[str]]]:
    """The names of the axes that a function itself wants and gives, as ``"(n,m),(m)->(n)"`` has them."""
    text = re.sub(r"\s+", "", signature)
    if not _SIGNATURE.fullmatch(text):
        raise ValueError(f"ops.vectorize: expected a signature such as '(n,m),(m)->(n)'. Received: {signature!r}")
    sides = [
        [[name for name in group.split(",") if name] for group in re.findall(r"\(([^)]*)\)", side)]
        for side in text.split("->")
    ]
    return sides[0], sides[1]


def vectorize(pyfunc: Callable, *, excluded: Any = None, signature: str | None = None) -> Callable:
    """A function that is called for each entry of its arguments, by ``torch.vmap``, all entries at once.

    Args:
        pyfunc: a function of tensors.
        excluded: numbers and names of arguments that are passed on as they are.
        signature: the axes of each argument and result that belong to one entry, such as ``"(n),(n)->()"``; by default
            none do.

    Raises:
        ValueError, TypeError: for what is no function, or arguments and results that the signature does not fit.

    Example:
        >>> longer = vectorize(lambda x, y: torch.dot(x, y), signature="(n),(n)->()")
        >>> longer(torch.ones(3, 2), torch.tensor([1.0, 2.0]))
        tensor([3., 3., 3.])
    """
    if not callable(pyfunc):
        raise ValueError(f"ops.vectorize: expected pyfunc to be a function. Received: {pyfunc!r}")
    kept = set() if excluded is None else {excluded} if isinstance(excluded, (int, str)) else set(excluded)
    given, wanted = _core_axes(signature) if signature is not None else (None, None)

    @functools.wraps(pyfunc)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        places = [i for i, arg in enumerate(args) if i not in kept and arg is not None]
        names = [name for name in kwargs if name not in kept]
        tensors = [converted(args[i]) for i in places] + [converted(kwargs[name]) for name in names]

        def entry(*parts: Any) -> Any:
            positional, rest = list(args), dict(kwargs)
            for i, part in zip(places, parts):
                positional[i] = part
            rest.update(zip(names, parts[len(places) :]))
            found = pyfunc(*positional, **rest)
            _check_results(found, wanted)
            return found

        return _mapped(entry, tensors, _ranks(tensors, given))

    return wrapper


def _ranks(tensors: Sequence[Any], given: list[list[str]] | None) -> list[int]:
    """How many axes of each argument belong to one entry."""
    if given is None:
        return [0] * len(tensors)
    if len(given) != len(tensors):
        raise TypeError(
            f"ops.vectorize: expected {len(given)} arguments, as in the signature. Received: {len(tensors)}"
        )
    sizes: dict[str, int] = {}
    for tensor, names in zip(tensors, given):
        own = tuple(tensor.shape)[tensor.ndim - len(names) :] if names else ()
        if len(own) != len(names) or any(sizes.setdefault(name, size) != size for name, size in zip(names, own)):
            raise ValueError(
                f"ops.vectorize: expected axes {names} to be those of the signature. Received: {tuple(tensor.shape)}"
            )
    return [len(names) for names in given]


def _check_results(found: Any, wanted: list[list[str]] | None) -> None:
    results = list(found) if isinstance(found, (list, tuple)) else [found]
    if wanted is not None and [result.ndim for result in results] != [len(names) for names in wanted]:
        raise TypeError(
            f"ops.vectorize: expected results with axes {wanted}, as in the signature. "
            f"Received: shapes {[tuple(result.shape) for result in results]}"
        )


def _mapped(entry: Callable, tensors: Sequence[Any], ranks: Sequence[int]) -> Any:
    """The entry's function over all axes that are not its own, broadcast against each other."""
    outer = torch.broadcast_shapes(*(tuple(x.shape)[: x.ndim - rank] for x, rank in zip(tensors, ranks)))
    whole = [x.expand((*outer, *tuple(x.shape)[x.ndim - rank :])) for x, rank in zip(tensors, ranks)]
    for _ in outer:
        entry = torch.vmap(entry)
    return entry(*whole)
