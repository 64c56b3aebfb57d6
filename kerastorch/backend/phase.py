"""Whether the process is training: Keras's learning phase, one value a thread.

``fit`` and its kin set it around a step; outside of them it is None and each module's own ``training`` flag counts.
"""

from __future__ import annotations

import threading

__all__ = ["current", "of", "set_default"]


class _State(threading.local):
    value: bool | None = None


_state = _State()


def current() -> bool | None:
    """True while training, False in inference, None where nobody said."""
    return _state.value


def set_default(value: bool | int | None) -> None:
    """Sets the phase of this thread from here on (``K.set_learning_phase``)."""
    _state.value = None if value is None else bool(value)


class of:  # noqa: N801 - reads as a phrase: `with phase.of(True)`
    """Sets the phase inside a ``with`` block; None leaves it as it is.

    Example:
        >>> from kerastorch.backend import phase
        >>> with phase.of(True):
        ...     phase.current()
        True
    """

    __slots__ = ("value", "before")

    def __init__(self, value: bool | None) -> None:
        self.value = value

    def __enter__(self) -> None:
        self.before = _state.value
        if self.value is not None:
            _state.value = self.value

    def __exit__(self, *exc: object) -> None:
        _state.value = self.before
