"""Weights for modules that have none yet: loaded when their first call has made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

__all__ = ["later", "settle"]


def later(module: nn.Module, load: Callable[[], Any]) -> None:
    """Calls ``load`` once the module's layers have made their weights, before its first outputs are computed.

    Args:
        module: the module.
        load: what gives the weights their values.

    Example:
        >>> import kerastorch as keras
        >>> layer = keras.layers.Dense(1)
        >>> later(layer, lambda: layer.set_weights([[[2.0]], [1.0]]))
        >>> layer(torch.ones(1, 1)).item()
        3.0
    """
    handle = module.register_forward_pre_hook(_before_first_call, with_kwargs=True)
    module.__dict__["_waiting"] = handle, load


def settle(module: nn.Module) -> None:
    """Loads what waits for the module's weights, which have been made."""
    waiting = module.__dict__.pop("_waiting", None)
    if waiting is not None:
        handle, load = waiting
        handle.remove()
        load()


def _before_first_call(module: nn.Module, args: tuple, kwargs: dict[str, Any]) -> None:
    handle, load = module.__dict__.pop("_waiting")
    handle.remove()
    with torch.no_grad():
        module(*args, **kwargs)
    load()
