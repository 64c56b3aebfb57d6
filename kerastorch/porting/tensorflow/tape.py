"""Gradients of what was computed inside a ``with`` block.

Autograd records; a tape says when, and for whom. Outside of tapes nothing that a script computes has a gradient.

Source: https://www.tensorflow.org/api_docs/python/tf/GradientTape
"""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch

from ...backend import differentiation
from ...backend.kept import keeping
from ...backend.variable import Variable
from ...engine.symbolic import flatten, is_symbolic, map_structure, script
from ...engine.symbolic.immutable import as_immutable
from ._functions import refuse, tensor

__all__ = ["GradientTape", "UnconnectedGradients", "custom_gradient", "gradients", "recompute_grad"]


class UnconnectedGradients:
    """What a gradient is where the target does not depend on the source: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


class GradientTape:
    """Records what is computed inside its ``with`` block, for gradients.

    Args:
        persistent: whether gradients may be asked for more than once.
        watch_accessed_variables: whether trainable variables are watched without ``watch``.

    Example:
        >>> x = Variable(3.0)
        >>> with GradientTape() as tape:
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._all_variables = watch_accessed_variables
        self._watched: set[int] = set()
        self._alive: list[Any] = []  # so that no id is given out twice
        self._used = False
        self._shared = False  # whether another tape saw the same computation
        self._stack: contextlib.ExitStack | None = None

    def __enter__(self) -> GradientTape:
        if self._stack is not None:
            raise ValueError("GradientTape: expected a tape that does not record yet. Received: one that does")
        self._stack = contextlib.ExitStack()
        others = _open.tapes
        for other in others:
            other._shared = self._shared = True
        others.append(self)
        self._stack.callback(others.remove, self)
        self._stack.enter_context(script.tape(1))
        if self._persistent or self._shared:
            self._stack.enter_context(keeping())
        return self

    def __exit__(self, *exc: object) -> None:
        if self._stack is not None:
            self._stack.close()
            self._stack = None

    def watch(self, tensor: Any) -> None:
        """Has gradients by tensors that are no variables, too."""
        for leaf in flatten(tensor):
            if not isinstance(leaf, torch.Tensor):
                if is_symbolic(leaf):
                    continue
                raise ValueError(f"GradientTape.watch: expected tensors. Received: {leaf!r}")
            self._watched.add(id(leaf))
            self._alive.append(leaf)
            if not leaf.requires_grad and (leaf.is_floating_point() or leaf.is_complex()):
                leaf.requires_grad_(True)

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Computes inside the block without this tape."""
        with script.tape(-1):
            yield

    def reset(self) -> None:
        """Forgets what was recorded."""
        self._used = False

    def watched_variables(self) -> Any:
        """Not here: autograd does not list what a computation read."""
        refuse("GradientTape.watched_variables", "name the variables, for example model.trainable_variables")

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradients of a target by sources.

        Args:
            target: a tensor, or a nesting of tensors that are summed.
            sources: variables and watched tensors, in any nesting.
            output_gradients: what to weigh the target's elements with.
            unconnected_gradients: ``'none'`` or ``'zero'``, what to give where the target does not depend on a source.

        Returns:
            One tensor for each source, nested as they are.

        Raises:
            RuntimeError: at the second call for a tape that is not persistent.
        """
        if is_symbolic((target, sources)):
            found = iter(differentiation.gradients(list(flatten(target)), list(flatten(sources))))
            return map_structure(lambda _: next(found), sources)
        targets, weights = self._targets(target, output_gradients)
        with self._derivation() as again:
            leaves = list(flatten(sources))
            found = iter(self._derive(targets, weights, leaves, again))
        zero = str(getattr(unconnected_gradients, "value", unconnected_gradients)).lower() == "zero"

        def place(source: Any) -> Any:
            gradient = next(found)
            if gradient is None:
                return as_immutable(torch.zeros_like(source.detach())) if zero else None
            return as_immutable(gradient)

        return map_structure(place, sources)

    @staticmethod
    def _targets(target: Any, output_gradients: Any) -> tuple[list[torch.Tensor], list[Any]]:
        targets = list(flatten(target))
        weights = [None] * len(targets) if output_gradients is None else list(flatten(output_gradients))
        pairs = [
            (t, w if w is None else tensor(w, like=t).expand_as(t))
            for t, w in zip(targets, weights, strict=True)
            if isinstance(t, torch.Tensor) and t.requires_grad
        ]
        return [t for t, _ in pairs], [w for _, w in pairs]

    @contextlib.contextmanager
    def _derivation(self) -> Iterator[bool]:
        """Whether the derivation itself is recorded: when another tape records it, or this one goes on."""
        if self._used and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)"
            )
        self._used = True
        if not self._persistent:
            self.__exit__()
        again = script.recording()
        with torch.set_grad_enabled(again), torch._C.DisableTorchFunctionSubclass():
            yield again

    def _derive(self, targets: list[torch.Tensor], weights: list[Any], sources: list[Any], again: bool) -> list[Any]:
        homes = [self._home(source) for source in sources]
        wanted = list({id(home): home for home in homes if home is not None}.values())
        if not targets or not wanted:
            return [None] * len(sources)
        grads = torch.autograd.grad(
            targets,
            wanted,
            [torch.ones_like(t) if w is None else w for t, w in zip(targets, weights)],
            create_graph=again,
            retain_graph=again or self._persistent or self._shared,
            allow_unused=True,
        )
        known = {id(home): gradient for home, gradient in zip(wanted, grads)}
        return [
            None if home is None or known[id(home)] is None else differentiation.as_seen(known[id(home)], home, source)
            for home, source in zip(homes, sources)
        ]

    def _home(self, source: Any) -> torch.Tensor | None:
        """The tensor that autograd knows a source as; None for one that is not watched."""
        if not isinstance(source, torch.Tensor):
            raise ValueError(f"GradientTape: expected sources to be variables or tensors. Received: {source!r}")
        if isinstance(source, Variable) and not self._all_variables and id(source) not in self._watched:
            return None
        home = differentiation.home(source)
        return home if home.requires_grad else None

    # ----------------------------------------------------------------- jacobians

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The gradient of each element of a target by sources, the target's axes first."""
        leaves = list(flatten(sources))
        with self._derivation() as again:
            rows = self._rows(target, torch.eye(target.numel()).reshape(-1, *target.shape), leaves, again)
        zero = unconnected_gradients == UnconnectedGradients.ZERO
        found = iter(
            (as_immutable(torch.zeros(*target.shape, *leaf.shape)) if zero else None)
            if column is None
            else as_immutable(column.reshape(*target.shape, *leaf.shape))
            for column, leaf in zip(rows, leaves)
        )
        return map_structure(lambda _: next(found), sources)

    def _rows(self, target: Any, weights: torch.Tensor, leaves: list[Any], again: bool) -> list[Any]:
        """For each source its gradients of the target, weighed in each of several ways, stacked."""
        if not target.requires_grad:
            return [None] * len(leaves)
        weights = weights.to(target)
        kept, self._persistent = self._persistent, True  # the graph is gone through each time
        try:
            rows = [self._derive([target], [weight], leaves, again) for weight in weights]
        finally:
            self._persistent = kept
        columns = []
        for i, leaf in enumerate(leaves):
            column = [row[i] for row in rows]
            if all(gradient is None for gradient in column):
                columns.append(None)
            else:
                columns.append(torch.stack([torch.zeros_like(leaf) if g is None else g for g in column]))
        return columns

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The jacobian of each row of a target by the same row of a source.

        Raises:
            ValueError: when the numbers of rows differ.
        """
        if target.shape[0] != source.shape[0]:
            raise ValueError(
                "GradientTape.batch_jacobian: expected as many rows in target and source. "
                f"Received: shapes {tuple(target.shape)} and {tuple(source.shape)}"
            )
        with self._derivation() as again:
            count = target[0].numel()
            weights = torch.eye(count).reshape(count, 1, *target.shape[1:]).expand(count, *target.shape)
            found = self._rows(target, weights, [source], again)[0]
        if found is None:
            return None
        return as_immutable(found.movedim(0, 1).reshape(*target.shape, *source.shape[1:]))


class _Open(threading.local):
    def __init__(self) -> None:
        self.tapes: list[GradientTape] = []


_open = _Open()


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:
    """The gradients of tensors by others, in a graph or inside of a tape.

    Raises:
        NotImplementedError: for ``grad_ys`` and ``stop_gradients``.
    """
    if grad_ys is not None or stop_gradients is not None:
        raise NotImplementedError(
            "tf.gradients: expected grad_ys=None and stop_gradients=None. Received: another value"
        )
    return [as_immutable(g) for g in differentiation.gradients(ys, xs)]


# --------------------------------------------------------------- custom gradients


class _Custom(torch.autograd.Function):
    """A function with a gradient of its own."""

    @staticmethod
    def forward(ctx: Any, fn: Callable, kwargs: dict[str, Any], *args: Any) -> Any:
        result, ctx.derivative = fn(*as_immutable(args), **kwargs)
        ctx.count = len(args)
        ctx.places = [isinstance(arg, torch.Tensor) for arg in args]
        several = isinstance(result, (list, tuple))
        ctx.several = several
        made = [tensor(r).clone() for r in (result if several else [result])]
        return tuple(made) if several else made[0]

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        given = [as_immutable(g) for g in upstream]
        accepts = inspect.signature(ctx.derivative).parameters
        extra = {"variables": []} if "variables" in accepts else {}
        with script.tape(1) if torch.is_grad_enabled() else contextlib.nullcontext():
            found = ctx.derivative(*given, **extra)
        if extra and isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], list):
            found = found[0]
        found = list(found) if isinstance(found, (list, tuple)) else [found]
        ready = iter(found)
        grads = [next(ready, None) for _ in range(ctx.count)]
        return (None, None, *(tensor(g) if keep and g is not None else None for g, keep in zip(grads, ctx.places)))


def custom_gradient(f: Any = None) -> Any:
    """Decorator of a function that gives its result and a function of the gradients: ``return y, grad``.

    Example:
        >>> @custom_gradient
        ... def halved(x):
        ...     return x * 1.0, lambda upstream: upstream * 0.5
        >>> x = Variable(3.0)
        >>> with GradientTape() as tape:
        ...     y = halved(x)
        >>> float(tape.gradient(y, x))
        0.5
    """

    def decorated(*args: Any, **kwargs: Any) -> Any:
        if is_symbolic(args):
            from ...engine.symbolic import record

            return record(decorated, args, kwargs, getattr(f, "__name__", "custom_gradient"))
        tensors = [arg if isinstance(arg, torch.Tensor) else tensor(arg) for arg in args]
        return as_immutable(_Custom.apply(f, kwargs, *tensors))

    decorated.__name__ = getattr(f, "__name__", "custom_gradient")
    decorated.__doc__ = getattr(f, "__doc__", None)
    return decorated


def recompute_grad(f: Callable) -> Callable:
    """A function whose inner results are computed again for its gradient instead of being kept."""
    from torch.utils.checkpoint import checkpoint

    def decorated(*args: Any, **kwargs: Any) -> Any:
        return as_immutable(checkpoint(lambda *a: f(*as_immutable(a), **kwargs), *args, use_reentrant=False))

    return decorated
