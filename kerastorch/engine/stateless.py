"""Calls of a layer with weights that are given, as Keras 3 has them: nothing in the layer changes.

Source: https://keras.io/api/layers/base_layer/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .holder import partition
from .weights import Weight

__all__ = ["Stateless", "given", "lent"]


class _Called(nn.Module):
    """A function of a module as a call, so that torch can lend the module other weights for it."""

    def __init__(self, module: nn.Module, function: Any) -> None:
        super().__init__()
        self.module = module
        self.function = function

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def lent(
    module: nn.Module, weights: Sequence[Weight], values: Sequence[Any], function: Any, args: tuple, kwargs: dict
) -> tuple[Any, list[torch.Tensor]]:
    """What a function gives while a module's weights have other values, and what becomes of these.

    Args:
        module: the module whose weights they are.
        weights: the weights.
        values: a value of Keras's shape for each; gradients go through to it.
        function: the function.
        args: its arguments.
        kwargs: its keyword arguments.
    """
    paths = {id(owner): f"module.{name}." if name else "module." for name, owner in module.named_modules()}
    keys = [paths[id(weight.owner)] + weight.attribute for weight in weights]
    stored: dict[str, torch.Tensor] = {}
    for key, weight, value in zip(keys, weights, values):
        value = torch.as_tensor(value, device=weight.tensor.device)
        if tuple(value.shape) != weight.shape:
            raise ValueError(
                f"{getattr(module, 'name', type(module).__name__)}: expected a value of shape {weight.shape} for "
                f"{weight.full_name}. Received: shape {tuple(value.shape)}"
            )
        value = value.as_subclass(torch.Tensor)
        stored[key] = value if weight.axes is None else value.permute(weight.axes)
    found = torch.func.functional_call(_Called(module, function), stored, args, kwargs, strict=False)
    return found, [weight.view_of(stored[key]) for key, weight in zip(keys, weights)]


class Stateless:
    """The part of a layer that is called without a trace. Mixed into ``Layer``."""

    name: str
    losses: Any

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """The layer's call with given weights, through which gradients go; the layer's own stay as they are.

        Args:
            trainable_variables: a value for each of ``trainable_variables``.
            non_trainable_variables: a value for each of ``non_trainable_variables``.
            *args: what to call the layer with.
            return_losses: whether to give the penalties too.
            **kwargs: further arguments of the call.

        Returns:
            The outputs, the new values of the non-trainable variables and, if wanted, the losses.

        Raises:
            ValueError: for other numbers of values, or other shapes.

        Example:
            >>> from kerastorch.layers import Dense
            >>> layer = Dense(1, use_bias=False)
            >>> layer.build((None, 2))
            >>> layer.stateless_call([torch.tensor([[2.0], [3.0]])], [], torch.ones(1, 2))
            (tensor([[5.]]), [])
        """
        weights, values, cut = given(self, trainable_variables, non_trainable_variables)

        def run() -> tuple[Any, Any]:
            return self(*args, **kwargs), list(self.losses) if return_losses else None  # type: ignore[operator]

        (outputs, losses), after = lent(self, weights, values, run, (), {})  # type: ignore[arg-type]
        fixed = after[cut:]
        return (outputs, fixed, losses) if return_losses else (outputs, fixed)


def given(layer: Any, trainable: Sequence[Any], fixed: Sequence[Any]) -> tuple[list[Weight], list[Any], int]:
    """A layer's weights and a value for each; fixed ones are copied, since a call may write into them."""
    first, second = partition(layer)
    if len(first) != len(trainable) or len(second) != len(fixed):
        raise ValueError(
            f"{layer.name}: expected {len(first)} trainable and {len(second)} non-trainable variables. "
            f"Received: {len(trainable)} and {len(fixed)}"
        )
    copies = [torch.as_tensor(value).detach().clone() for value in fixed]
    return [*first, *second], [*trainable, *copies], len(first)
