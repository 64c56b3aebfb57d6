"""The parameters an optimizer updates, and the state it keeps for each.

Parameters of one device and dtype form a group, because a fused kernel takes lists of one device and dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

__all__ = ["Binding", "Group", "MissingGradientError", "View"]

View = Callable[[Tensor], Tensor]

_SMALL = 1 << 13  # elements; with four times as many, two threads are quicker


class MissingGradientError(ValueError):
    """A parameter has no gradient.

    Args:
        index: its place in the list that was bound, so that a trainer can name the weight.
    """

    def __init__(self, index: int, owner: str) -> None:
        self.index = index
        super().__init__(
            f"{owner}: expected a gradient for each trainable weight, but the loss does not depend on weight {index} "
            f"through differentiable operations (argmax, round and the like have no gradient). Received: None"
        )


class Group:
    """Parameters of one device and dtype, with lists of state that run parallel to them.

    Attributes:
        index: places in the bound list; None when this group is the whole list.
        params: the parameters.
        state: from slot name (``'m'``, ``'v'`` …) to one tensor a parameter, laid out in memory as the parameter is.
        pending: state that is worked out only when somebody looks; each optimizer knows what it leaves there.
        steps: what fused Adam takes as step counts, one a parameter. They are infinite, so that the kernel's own bias
            corrections are 1 and the optimizer brings Keras's.
        ones: step counts for kernels that take one without needing it.
        small: whether an update is quicker on one thread.
    """

    def __init__(self, index: list[int] | None, params: list[Tensor]) -> None:
        self.index = index
        self.params = params
        self.state: dict[str, list[Tensor]] = {}
        self.pending: Any = None
        self.views: list[View | None] = [None] * len(params)
        self._scratch: dict[int, list[Tensor]] = {}
        self._constants: dict[tuple[float, ...], Tensor] = {}
        self.look()

    def look(self) -> None:
        """Reads device, dtype and memory layout off the parameters."""
        first = self.params[0]
        self.device, self.dtype = first.device, first.dtype
        self.shapes = [p.shape for p in self.params]
        self.strides = [p.stride() for p in self.params]
        self.host = self.device.type == "cpu"
        self.small = self.host and sum(map(Tensor.numel, self.params)) <= _SMALL
        self.steps = [torch.full((), math.inf, dtype=torch.float32, device=self.device)] * len(self.params)
        self.ones = [torch.ones((), dtype=torch.float32, device=self.device)] * len(self.params)

    def fits(self, grads: Sequence[Tensor | None]) -> bool:
        """Whether the gradients have the parameters' shapes and memory layout, so that kernels may take them."""
        try:
            return [g.shape for g in grads] == self.shapes and [g.stride() for g in grads] == self.strides
        except (AttributeError, RuntimeError):  # a None or a sparse gradient
            return False

    def moved(self) -> bool:
        """Whether the parameters went to another device or dtype since ``look``."""
        first = self.params[0]
        return first.device != self.device or first.dtype != self.dtype

    def follow(self) -> None:
        """Takes the state to where the parameters now are."""
        self.look()
        self._scratch.clear()
        self._constants.clear()
        for name, tensors in self.state.items():
            self.state[name] = [
                laid_out_as(t, p) if t.shape == p.shape else t.to(p.device, p.dtype)
                for t, p in zip(tensors, self.params)
            ]

    def create(self, slot: str, value: float = 0.0) -> None:
        """Adds a slot of state filled with ``value``."""
        self.state[slot] = [torch.full_like(p.detach(), value) for p in self.params]

    def held(self, slot: str) -> list[Tensor]:
        """A slot of state; zeros when it was not there."""
        if slot not in self.state:
            self.create(slot)
        return self.state[slot]

    def here(self, number: Tensor) -> Tensor:
        """A 0-d tensor on this group's device."""
        return number if number.device == self.device else number.to(self.device, non_blocking=True)

    def corrections(self, t: int | Tensor, *betas: float) -> Sequence[float | Tensor]:
        """``1 - beta**t`` for each beta; floats on the CPU, else 0-d tensors.

        In double precision where the device has it: close to 1 a float32 power would lose most of its digits.

        Args:
            t: the number of this step, from 1 on.
            betas: numbers below 1.
        """
        if self.host:
            return [1.0 - beta**t for beta in betas]
        if betas not in self._constants:
            dtype = torch.float32 if self.device.type == "mps" else torch.float64
            self._constants[betas] = torch.tensor(betas, dtype=dtype, device=self.device)
        return (1.0 - torch.pow(self._constants[betas], t)).unbind()

    def plus(self, tensors: list[Tensor], number: float, place: int = 0) -> list[Tensor]:
        """``tensors + number``, to be overwritten freely until the next step.

        On the CPU the memory is kept from step to step, because fresh pages cost more than the sum itself.

        Args:
            tensors: one per parameter, laid out as the parameters are.
            number: what to add to each element.
            place: which of the kept results to write over.
        """
        if not self.host:
            return torch._foreach_add(tensors, number)
        if place not in self._scratch:
            self._scratch[place] = [torch.empty_like(t) for t in tensors]
        result = self._scratch[place]
        torch._foreach_copy_(result, tensors)
        torch._foreach_add_(result, number)
        return result

    def seen(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Tensors laid out as the parameters are, with Keras's axes."""
        return [t if view is None else view(t) for t, view in zip(tensors, self.views)]

    def select(self, items: Sequence) -> list:
        """This group's members of a list that runs parallel to the bound parameters."""
        return list(items) if self.index is None else [items[i] for i in self.index]

    def part(self, places: list[int]) -> Group:
        """The group that holds only some of this one's parameters; state tensors are shared."""
        smaller = Group([places[0]], [self.params[i] for i in places])
        smaller.views = [self.views[i] for i in places]
        smaller.state = {name: [tensors[i] for i in places] for name, tensors in self.state.items()}
        return smaller


class Binding:
    """One list of parameters bound to an optimizer.

    Args:
        owner: the optimizer's name, for messages.
        params: the parameters, in the model's order.
        views: for each parameter None, or the function that gives a tensor laid out like it in Keras's axes.

    Raises:
        ValueError: for a parameter that is not a floating point tensor of its own memory.
    """

    def __init__(self, owner: str, params: Sequence[Tensor], views: Sequence[View | None] | None = None) -> None:
        self.owner = owner
        self.params = list(params)
        self.views = list(views) if views is not None else [None] * len(self.params)
        self.names = [str(getattr(p, "name", None) or "") for p in self.params]  # what the weights are called
        if len(self.views) != len(self.params):
            raise ValueError(
                f"{owner}: expected one view per parameter, {len(self.params)} in all. Received: {len(self.views)}"
            )
        places: dict[tuple, list[int]] = {}
        for i, p in enumerate(self.params):
            self._check(i, p)
            places.setdefault((p.device, p.dtype), []).append(i)
        whole = len(places) == 1
        self.groups = [Group(None if whole else at, [self.params[i] for i in at]) for at in places.values()]
        self.look_through(self.views)

    def _check(self, i: int, p: Tensor) -> None:
        if not p.is_floating_point():
            raise ValueError(f"{self.owner}: expected weight {i} to be of a float type. Received: dtype={p.dtype}")
        if torch.empty_like(p.detach()).stride() != p.stride():
            raise ValueError(
                f"{self.owner}: expected weight {i} to fill a block of memory without gaps. "
                f"Received: shape={tuple(p.shape)} with strides {p.stride()}"
            )

    def look_through(self, views: Sequence[View | None]) -> None:
        """Takes other views of the same parameters."""
        self.views = list(views)
        for group in self.groups:
            group.views = group.select(self.views)

    def holds(self, params: Sequence[Tensor]) -> bool:
        """Whether these are the very parameters of this binding."""
        return len(params) == len(self.params) and all(p is q for p, q in zip(params, self.params))

    def slot(self, name: str) -> list[Tensor]:
        """One slot of state in the order of the bound parameters."""
        if len(self.groups) == 1:
            return self.groups[0].held(name)
        found: list = [None] * len(self.params)
        for group in self.groups:
            for i, tensor in zip(group.index or (), group.held(name)):
                found[i] = tensor
        return found

    def keras_view(self, tensors: list[Tensor]) -> list[Tensor]:
        """State tensors with Keras's axes."""
        return [t if view is None else view(t) for t, view in zip(tensors, self.views)]

    def dense(self, grads: Sequence[Tensor | None]) -> list[Tensor | None]:
        """Gradients laid out in memory as their parameters; sparse ones made dense.

        Fused kernels walk through memory and do not look at strides, so one stray layout would mix up the elements.

        Raises:
            ValueError: when there are more or fewer than parameters, or one has another shape.
        """
        if len(grads) != len(self.params):
            raise ValueError(
                f"{self.owner}: expected one gradient per weight, {len(self.params)} in all. Received: {len(grads)}"
            )
        for i, (g, p) in enumerate(zip(grads, self.params)):
            if g is not None and g.shape != p.shape:
                raise ValueError(
                    f"{self.owner}: expected gradient {i} to have its weight's shape {tuple(p.shape)}. "
                    f"Received: {tuple(g.shape)}"
                )
        return [g if g is None else laid_out_as(g, p) for g, p in zip(grads, self.params)]


def laid_out_as(tensor: Tensor, param: Tensor) -> Tensor:
    """The tensor on the parameter's device, of its dtype and in its memory layout; itself when it already is."""
    if tensor.is_sparse:
        tensor = tensor.to_dense()
    if tensor.stride() == param.stride() and tensor.device == param.device and tensor.dtype == param.dtype:
        return tensor
    return torch.empty_like(param.detach()).copy_(tensor)
