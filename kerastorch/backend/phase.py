"""Whether the process is training: Keras's learning phase, one value a thread.

``fit``, ``evaluate`` and ``predict`` set it around a step; outside of them it is None and each module's own
``training`` flag counts.
"""

from __future__ import annotations

import threading

__all__ = ["current", "fixed", "inside", "of", "pure", "running", "running_value", "set_default"]


class _State(threading.local):
    value: bool | None = None  # of the step or function that runs
    layer: bool | None = None  # the flag of the layer that runs, where nothing else does
    fixed: bool | None = None  # what K.set_learning_phase chose
    pure: bool = False


_state = _State()


def current() -> bool | None:
    """True while training, False in inference, None where nobody said."""
    return _state.fixed if _state.value is None else _state.value


def fixed() -> bool | None:
    """What ``set_default`` chose."""
    return _state.fixed


def set_default(value: bool | int | None) -> None:
    """Sets the phase of this thread wherever no step says otherwise (``K.set_learning_phase``)."""
    _state.fixed = None if value is None else bool(value)


def running() -> bool:
    """Whether data is being computed on, rather than a graph built."""
    return _state.value is not None or _state.layer is not None


def running_value() -> bool | None:
    """The phase of the step or else of the layer that runs; None where nothing does."""
    return _state.layer if _state.value is None else _state.value


def pure() -> bool:
    """True inside a ``K.function`` without updates: statistics and states of layers are left as they are."""
    return _state.pure


class of:  # reads as a phrase: `with phase.of(True)`
    """Sets the phase inside a ``with`` block; None leaves it as it is.

    Args:
        value: the phase.
        pure: whether layers leave their statistics and states as they are; None leaves that as it is.

    Example:
        >>> from kerastorch.backend import phase
        >>> with phase.of(True):
        ...     phase.current()
        True
    """

    __slots__ = ("value", "pure", "before")

    def __init__(self, value: bool | None, pure: bool | None = None) -> None:
        self.value = value
        self.pure = pure

    def __enter__(self) -> None:
        self.before = _state.value, _state.pure
        if self.value is not None:
            _state.value = self.value
        if self.pure is not None:
            _state.pure = self.pure

    def __exit__(self, *exc: object) -> None:
        _state.value, _state.pure = self.before


class inside:  # reads as a phrase: `with phase.inside(layer.training)`
    """Marks that a layer computes on data outside of any step, so that K functions in its ``call`` compute too."""

    __slots__ = ("value", "before")

    def __init__(self, value: bool) -> None:
        self.value = value

    def __enter__(self) -> None:
        self.before = _state.layer
        _state.layer = self.value

    def __exit__(self, *exc: object) -> None:
        _state.layer = self.before
