"""Gradients, of tensors that were computed and of graphs alike.

In a graph a gradient is one operation on the loss and on what it is taken by. When the graph runs, autograd follows the
run's own forward pass, so randomness and batch statistics are the same in both.

Source: https://faroit.com/keras-docs/2.2.4/backend/#gradients
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from ..engine.symbolic import Node, Spec, SymbolicTensor, flatten, is_symbolic, record_as, recordable, wants_recording
from ..engine.symbolic.plan import differentiating
from .convert import as_tensor
from .variable import stored

__all__ = ["gradients", "stop_gradient"]  # what K has


def gradients(loss: Any, variables: Any) -> list[Any]:
    """The gradients of a loss by variables.

    Args:
        loss: a tensor, whose elements are summed, or a list of them.
        variables: what to derive by: variables, weights, tensors on the way to the loss, inputs of a model.

    Returns:
        One tensor for each variable, in its shape; None where the loss does not depend on it.

    Example:
        >>> from kerastorch import backend as K
        >>> x = K.placeholder((2,))
        >>> slope = K.function([x], K.gradients(K.sum(K.square(x)), [x]))
        >>> slope([[1.0, 3.0]])[0].tolist()
        [2.0, 6.0]
    """
    losses = list(loss) if isinstance(loss, (list, tuple)) else [loss]
    variables = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    if not is_symbolic((losses, variables)):
        return _derivatives(losses, variables, torch.is_grad_enabled())
    sources = _sources(losses)
    reached = [v for v in variables if v is not None and _reaches(v, sources)]
    found: Iterator[Any] = iter(())
    if reached:
        like = [Spec(tuple(v.shape), v.dtype) for v in reached]
        found = iter(record_as(differentiate, (losses, reached), {}, like, "gradient"))
    known = {id(v) for v in reached}
    return [next(found) if id(v) in known else None for v in variables]


def differentiate(losses: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
    """The gradients that a graph asks for, while it runs.

    Raises:
        ValueError: when a loss does not depend on a variable in a way that can be derived.
    """
    if wants_recording((losses, variables), {}):
        return gradients(losses, variables)
    found = _derivatives(losses, variables, differentiating.twice())
    for gradient, variable in zip(found, variables, strict=True):
        if gradient is None:
            name = getattr(variable, "name", None) or f"of shape {tuple(variable.shape)}"
            raise ValueError(
                f"gradients: expected a loss that can be derived by each variable. Received: none by {name}"
            )
    return found


differentiate.watches = lambda losses, variables: variables  # type: ignore[attr-defined]


def _derivatives(losses: Sequence[Any], variables: Sequence[Any], create_graph: bool) -> list[Any]:
    with torch._C.DisableTorchFunctionSubclass():  # a script's kind of tensor is a torch tensor here
        return _derived(losses, variables, create_graph)


def _derived(losses: Sequence[Any], variables: Sequence[Any], create_graph: bool) -> list[Any]:
    losses = [loss for loss in map(as_tensor, losses) if loss.requires_grad]
    if not losses:
        return [None] * len(variables)
    homes = [home(variable) for variable in variables]
    wanted = [kept for kept in homes if kept.requires_grad]
    with torch.enable_grad():
        totals = [loss.sum() for loss in losses]
    found = iter(
        torch.autograd.grad(totals, wanted, create_graph=create_graph, retain_graph=True, allow_unused=True)
        if wanted
        else ()
    )
    raw = [next(found) if kept.requires_grad else None for kept in homes]
    return [
        None if gradient is None else as_seen(gradient, kept, variable)
        for gradient, kept, variable in zip(raw, homes, variables, strict=True)
    ]


def home(variable: torch.Tensor) -> torch.Tensor:
    """The tensor that the forward pass used: for a weight, the one that its layer keeps; of a result, the layer's."""
    while (origin := getattr(variable, "_origin", None)) is not None:
        variable = origin
    kept = stored(variable)
    base = kept._base
    if kept is variable and base is not None and base.is_leaf and base.requires_grad and base.numel() == kept.numel():
        return base
    return kept


def as_seen(gradient: torch.Tensor, kept: torch.Tensor, variable: torch.Tensor) -> torch.Tensor:
    """The gradient of what is stored, laid out as the variable is seen."""
    if kept is variable:
        return gradient
    handle = getattr(variable, "handle", None)
    if handle is not None:
        return handle.view_of(gradient)
    for order in itertools.permutations(range(kept.ndim)):
        seen = kept.permute(order)
        if seen.shape == variable.shape and seen.stride() == variable.stride():
            return gradient.permute(order)
    return gradient.reshape(variable.shape)


# ------------------------------------------------------ what depends on what


def _sources(losses: Sequence[Any]) -> set[int]:
    """The identities of all tensors that losses are computed from, symbolic and real."""
    found: set[int] = set()
    seen: set[int] = set()
    stack = [loss for loss in losses if isinstance(loss, SymbolicTensor)]
    while stack:
        tensor = stack.pop()
        if id(tensor) in found:
            continue
        found.add(id(tensor))
        node = tensor.node
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(node.parents)
        found |= _real_sources(node)
    return found


def _real_sources(node: Node) -> set[int]:
    found = {id(stored(leaf)) for leaf in flatten((node.args, node.kwargs)) if isinstance(leaf, torch.Tensor)}
    found |= {id(home(leaf)) for leaf in flatten((node.args, node.kwargs)) if isinstance(leaf, torch.Tensor)}
    if node.layer is not None:
        found |= {id(parameter) for parameter in node.layer.parameters()}
    return found


def _reaches(variable: Any, sources: set[int]) -> bool:
    return (id(variable) if isinstance(variable, SymbolicTensor) else id(home(variable))) in sources


# ---------------------------------------------------------------- no gradient


@recordable
def _detached(x: Any) -> torch.Tensor:
    return as_tensor(x).detach()


def stop_gradient(variables: Any) -> Any:
    """The same values, as constants to every gradient.

    Args:
        variables: a tensor, or a list of them.

    Example:
        >>> x = torch.ones(1, requires_grad=True)
        >>> stop_gradient(x).requires_grad
        False
    """
    if isinstance(variables, (list, tuple)):
        return [_detached(x) for x in variables]
    return _detached(variables)
