"""What a layer call knows of its surroundings: whether it was recorded before, and where added losses go."""

from __future__ import annotations

import threading
from typing import Any

import torch

__all__ = ["Traced", "calls", "collecting_losses", "from_graph"]


class Traced:
    """What came to light while a call was recorded: losses and updates that it adds, whether the phase matters."""

    def __init__(self) -> None:
        self.outputs: Any = ()
        self.losses: list[Any] = []
        self.updates: list[Any] = []
        self.phased: bool | None = None  # None: the call was not looked into


class _CallState(threading.local):
    def __init__(self) -> None:
        self.from_graph = False  # the next layer call was recorded before: its inputs are checked, its mask is passed
        self.losses: list[torch.Tensor] | None = None
        self.traced: Traced | None = None  # of the innermost call that is being recorded
        self.building = 0  # inside of a layer's build()


calls = _CallState()


def from_graph() -> None:
    """Says that the layer called next was checked and built when its call was recorded."""
    calls.from_graph = True


class collecting_losses:  # reads as a phrase
    """Gathers what layers add with ``add_loss`` and ``activity_regularizer`` inside the block."""

    def __enter__(self) -> list[torch.Tensor]:
        self.before = calls.losses
        calls.losses = []
        return calls.losses

    def __exit__(self, *exc: object) -> None:
        calls.losses = self.before
