"""Unique names of layers and the scopes that full weight names are made of."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from .. import eras

__all__ = ["get_uid", "reset_uids", "unique_name", "snake_case", "name_scope", "scoped"]

_counters: defaultdict[str, int] = defaultdict(int)


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.stack: list[str] = []


_scopes = _Scopes()


def get_uid(prefix: str = "") -> int:
    """The next number for a prefix, from 1.

    Example:
        >>> get_uid("a_prefix_nobody_else_uses"), get_uid("a_prefix_nobody_else_uses")
        (1, 2)
    """
    _counters[prefix] += 1
    return _counters[prefix]


def reset_uids() -> None:
    """Starts every count again (``K.clear_session`` does)."""
    _counters.clear()


def snake_case(name: str) -> str:
    """``MaxPooling2D`` → ``max_pooling2d``, as Keras names its layers.

    Example:
        >>> snake_case("Conv2DTranspose")
        'conv2d_transpose'
    """
    word = "[A-Z][a-z0-9]+" if eras.current().layer_names == "from_one" else "[A-Z][a-z]+"
    spaced = re.sub(f"(.)({word})", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", spaced).lower()
    return f"private{snake}" if snake.startswith("_") else snake


def unique_name(class_name: str, as_is: bool = False) -> str:
    """A fresh layer name: ``dense_1``, ``dense_2`` …; eras since tf.keras begin with ``dense``.

    Args:
        class_name: the layer's class.
        as_is: whether that is no class, but the beginning of the name itself.
    """
    prefix = class_name if as_is else snake_case(class_name)
    number = get_uid(prefix)
    if eras.current().layer_names == "from_zero":
        return prefix if number == 1 else f"{prefix}_{number - 1}"
    return f"{prefix}_{number}"


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Weights created inside get ``name/`` in front of their full names."""
    _scopes.stack.append(name)
    try:
        yield
    finally:
        _scopes.stack.pop()


def scoped(name: str) -> str:
    """A weight's full name, as Keras writes it to files.

    Example:
        >>> with name_scope("dense_1"):
        ...     scoped("kernel")
        'dense_1/kernel:0'
    """
    return "/".join([*_scopes.stack, name]) + ":0"
