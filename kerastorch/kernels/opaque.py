"""Functions that a recording of a step takes as one operation, whatever they compute with.

Source: ``kerastorch.training.tape``, which records.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.autograd.function import once_differentiable

__all__ = ["opaque", "opaque_with_gradient", "recorded_by"]


class _State(threading.local):
    recorder: Callable[[Callable[..., Any], tuple, int], Any] | None = None


_state = _State()


def opaque(function: Callable[..., Any], *args: Any, product: int = 0) -> Any:
    """Calls a function; where a step is being recorded, as one operation of it.

    Args:
        function: gives the same results for the same tensors, whatever else is in the process, and writes to none that
            it did not make.
        *args: its arguments: tensors, results of other such functions, and what stays the same from step to step.
        product: multiplications of its largest matrix product.

    Example:
        >>> opaque(max, 1, 2)
        2
    """
    recorder = _state.recorder
    return function(*args) if recorder is None else recorder(function, args, product)


def opaque_with_gradient(function: Callable[..., Any], *args: Any, product: int = 0) -> Any:
    """Calls a function that autograd sees as one operation too, so that it may look at the values of its tensors.

    Can be differentiated once.

    Args:
        function: as for ``opaque``; gives a tuple of tensors and None.
        *args: its arguments; gradients are taken for the tensors among them, not for those in tuples.
        product: multiplications of its largest matrix product.

    Example:
        >>> x = torch.ones(2, requires_grad=True)
        >>> opaque_with_gradient(lambda x: (x * (2 if x.sum() > 0 else 3), None), x)[0].sum().backward()
        >>> x.grad
        tensor([2., 2.])
    """
    return _AsOne.apply(function, product, *args)


class _AsOne(torch.autograd.Function):
    @staticmethod
    def forward(ctx, function, product, *args):
        needs = ctx.needs_input_grad[2:]
        if not any(needs):
            return opaque(function, *args, product=product)
        results, ctx.graph = opaque(_with_graph, function, needs, args, product=product)
        ctx.needs, ctx.product = needs, product
        ctx.set_materialize_grads(False)
        return results

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):
        found = iter(opaque(_gradients_of, ctx.graph, gradients, product=ctx.product))
        return None, None, *(next(found) if need else None for need in ctx.needs)


class _Graph:
    """What autograd keeps of a function's call: the tensors that it is differentiated by, and its results."""

    def __init__(self, leaves: Sequence[torch.Tensor], results: Sequence[torch.Tensor | None]) -> None:
        self.leaves, self.results = leaves, results


def _with_graph(function: Callable[..., Any], needs: Sequence[bool], args: tuple) -> tuple[tuple, _Graph]:
    given = [arg.detach().requires_grad_() if need else arg for arg, need in zip(args, needs, strict=True)]
    with _autograd():
        results = function(*given)
    leaves = [arg for arg, need in zip(given, needs, strict=True) if need]
    return tuple(None if result is None else result.detach() for result in results), _Graph(leaves, results)


@contextlib.contextmanager
def _autograd() -> Iterator[None]:
    """Autograd records inside the block, also within a replay, which runs below it."""
    including, excluding = torch._C._dispatch_tls_local_include_set(), torch._C._dispatch_tls_local_exclude_set()
    for key in ("AutogradFunctionality", "AutogradOther", "AutogradNestedTensor"):
        excluding = excluding.remove(getattr(torch._C.DispatchKey, key))
    with torch._C._ForceDispatchKeyGuard(including, excluding), torch.enable_grad():
        yield


def _gradients_of(graph: _Graph, gradients: Sequence[torch.Tensor | None]) -> tuple[torch.Tensor | None, ...]:
    pairs = zip(graph.results, gradients, strict=True)
    used = [(r, g) for r, g in pairs if g is not None and r is not None and r.requires_grad]
    if not used:
        return tuple(None for _ in graph.leaves)
    results, given = zip(*used, strict=True)
    with _autograd():
        # kept, since whoever keeps the outer graph may ask again; it goes with the outer one
        return torch.autograd.grad(results, graph.leaves, given, allow_unused=True, retain_graph=True)


@contextlib.contextmanager
def recorded_by(recorder: Callable[[Callable[..., Any], tuple, int], Any]) -> Iterator[None]:
    """Hands this thread's calls of ``opaque`` to somebody, who makes them.

    Args:
        recorder: given the function, its arguments and its largest product, it gives the function's results.

    Example:
        >>> with recorded_by(lambda function, args, product: (function.__name__, function(*args))):
        ...     opaque(max, 1, 2)
        ('max', 2)
    """
    before, _state.recorder = _state.recorder, recorder
    try:
        yield
    finally:
        _state.recorder = before
