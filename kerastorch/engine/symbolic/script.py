"""How a script that computes at once, as those of TensorFlow 2 do, sees tensors.

Such a script is given tensors of a kind of its own, and gradients follow a calculation only while a tape records it.
Whoever answers for TensorFlow switches this on; a script that imports none never meets it.
"""

from __future__ import annotations

import threading

import torch

from ...backend import phase

__all__ = ["at_top", "gradients", "kind", "recording", "see_as", "tape"]

_kind: type | None = None


class _Tapes(threading.local):
    depth = 0


_tapes = _Tapes()


def see_as(tensor_type: type | None) -> None:
    """Chooses the type of the tensors that the script is given; None goes back to torch's own."""
    global _kind
    _kind = tensor_type


def kind() -> type | None:
    """The type of the tensors that the script is given, None where it is torch's own."""
    return _kind


def at_top() -> bool:
    """Whether such a script runs and neither a step nor a layer of it does."""
    return _kind is not None and not phase.running()


class tape:  # reads as a phrase: `with tape(1)`
    """Counts the tapes that record inside the block; ``tape(None)`` lets none of them record.

    Gradients follow what is computed inside exactly as long as one records.
    """

    def __init__(self, more: int | None) -> None:
        self.more = more

    def __enter__(self) -> None:
        self.before = _tapes.depth, torch.is_grad_enabled()
        _tapes.depth = 0 if self.more is None else _tapes.depth + self.more
        torch.set_grad_enabled(_tapes.depth > 0)

    def __exit__(self, *exc: object) -> None:
        _tapes.depth, enabled = self.before
        torch.set_grad_enabled(enabled)


def recording() -> bool:
    """Whether a tape records."""
    return _tapes.depth > 0


def gradients() -> torch.set_grad_enabled:
    """For a ``with`` block at the top of the script: gradients follow it when a tape records."""
    return torch.set_grad_enabled(recording())
