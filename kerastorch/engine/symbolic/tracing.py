"""Whether calls are recorded or computed, and under which conditions a recorded one will run."""

from __future__ import annotations

import threading

from ... import eras
from ...backend import phase

__all__ = ["at_once", "building", "computing", "guard", "guarded", "hidden", "tracing"]


class _Tracing(threading.local):
    depth = 0
    hidden = 0
    guard: bool | None = None


_tracing = _Tracing()


class tracing:  # reads as a phrase
    """Marks that a layer's ``call`` runs only to learn its shapes: losses and updates it adds do not count."""

    def __enter__(self) -> None:
        _tracing.depth += 1

    def __exit__(self, *exc: object) -> None:
        _tracing.depth -= 1

    @staticmethod
    def active() -> bool:
        """True inside such a block."""
        return _tracing.depth > 0

    @staticmethod
    def hidden() -> bool:
        """True where what is recorded is a layer's own business: its masks."""
        return _tracing.hidden > 0


class hidden:  # reads as a phrase
    """Functions called inside the block are no layers of a model, in no era."""

    def __enter__(self) -> None:
        _tracing.hidden += 1

    def __exit__(self, *exc: object) -> None:
        _tracing.hidden -= 1


class at_once:  # reads as a phrase
    """What is called inside the block computes, though a graph is built around it."""

    def __enter__(self) -> None:
        self.depth, _tracing.depth = _tracing.depth, 0
        self.phase = phase.of(False)
        self.phase.__enter__()

    def __exit__(self, *exc: object) -> None:
        self.phase.__exit__(*exc)
        _tracing.depth = self.depth


class guarded:  # reads as a phrase
    """What is recorded inside the block runs in one phase only: True is training, False inference."""

    def __init__(self, training: bool) -> None:
        self.training = training

    def __enter__(self) -> None:
        self.before = _tracing.guard
        _tracing.guard = self.training

    def __exit__(self, *exc: object) -> None:
        _tracing.guard = self.before


def guard() -> bool | None:
    """The phase that calls recorded now will run in; None for both."""
    return _tracing.guard


def computing() -> bool:
    """Whether a step, a function or a layer runs on data, so that K functions compute."""
    return phase.running() and not tracing.active()


def building() -> bool:
    """Whether arithmetic on variables is recorded, to be run later, as in a TensorFlow graph."""
    return eras.current().variables == "graph" and not computing()
