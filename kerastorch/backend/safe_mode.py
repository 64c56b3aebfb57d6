"""Whether code may come out of a configuration.

A ``Lambda`` layer's function can be written down as bytecode, which runs as whoever loads it. So it is refused unless
the caller says ``safe_mode=False`` or has called ``config.enable_unsafe_deserialization()``. Nothing in a file can.

Source: https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .. import config

__all__ = ["in_safe_mode", "safe_mode_scope", "scoped_safe_mode"]

_safe: ContextVar[bool | None] = ContextVar("kerastorch_safe_mode", default=None)


def in_safe_mode() -> bool:
    """Whether code in a configuration is refused: True unless a caller said otherwise.

    Example:
        >>> in_safe_mode()
        True
    """
    return _safe.get() is not False and not config.unsafe_deserialization()


def scoped_safe_mode() -> bool | None:
    """What the enclosing ``safe_mode_scope`` says, such as that of a file that is being loaded; None outside of any."""
    return _safe.get()


@contextmanager
def safe_mode_scope(safe_mode: bool) -> Iterator[None]:
    """Says inside the block whether code in a configuration is refused.

    Args:
        safe_mode: False trusts the configuration.

    Raises:
        TypeError: for anything but a bool: None is no consent.

    Example:
        >>> with safe_mode_scope(False):
        ...     in_safe_mode()
        False
    """
    if not isinstance(safe_mode, bool):
        raise TypeError(f"safe_mode: expected True or False. Received: safe_mode={safe_mode!r}")
    token = _safe.set(safe_mode)
    try:
        yield
    finally:
        _safe.reset(token)
