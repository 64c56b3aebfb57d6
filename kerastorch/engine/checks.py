"""Checks of layer arguments; each failure is one sentence naming the layer and the argument."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Iterable
from typing import Any

from .. import eras

__all__ = ["dropped", "positive_int", "int_tuple", "one_of", "fraction", "shape_tuple"]


def _is_int(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _as_int(value: Any) -> Any:
    """A whole float such as ``64.0`` (from ``n / 2`` in an old script) counts as an int, as it did in Keras."""
    if (
        isinstance(value, numbers.Real)
        and not _is_int(value)
        and not isinstance(value, bool)
        and float(value).is_integer()
    ):
        return int(value)
    return value


def positive_int(owner: str, name: str, value: Any, *, zero: bool = False) -> int:
    """The value as an int > 0 (>= 0 with ``zero=True``).

    Raises:
        TypeError: when it is no whole number.
        ValueError: when it is too small.

    Example:
        >>> positive_int("Dense", "units", 3)
        3
    """
    value = _as_int(value)
    if not _is_int(value):
        raise TypeError(f"{owner}: expected {name} to be a positive integer. Received: {name}={value!r}")
    if value < 0 or (value == 0 and not zero):
        least = "an integer >= 0" if zero else "a positive integer"
        raise ValueError(f"{owner}: expected {name} to be {least}. Received: {name}={value!r}")
    return int(value)


def int_tuple(owner: str, name: str, value: Any, n: int, *, zero: bool = False) -> tuple[int, ...]:
    """The value as a tuple of n ints > 0; one int stands for n of them.

    Raises:
        ValueError: for another length, type or sign.

    Example:
        >>> int_tuple("Conv2D", "strides", 2, 2)
        (2, 2)
    """
    least = "integers >= 0" if zero else "positive integers"
    many = f"a positive integer or a tuple of {n} {least}"
    if _is_int(_as_int(value)):
        items: list[Any] = [value] * n
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        items = list(value)
    else:
        raise ValueError(f"{owner}: expected {name} to be {many}. Received: {name}={value!r}")
    items = [_as_int(i) for i in items]
    if len(items) != n or not all(_is_int(i) and (i > 0 or (zero and i == 0)) for i in items):
        raise ValueError(f"{owner}: expected {name} to be {many}. Received: {name}={value!r}")
    return tuple(int(i) for i in items)


def one_of(owner: str, name: str, value: Any, allowed: tuple[Any, ...]) -> Any:
    """The value, when it is among those allowed; strings are compared in lower case, as Keras does.

    Raises:
        ValueError: for any other value.

    Example:
        >>> one_of("Conv2D", "padding", "SAME", ("valid", "same"))
        'same'
    """
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in allowed:
        raise ValueError(f"{owner}: expected {name} to be one of {allowed}. Received: {name}={value!r}")
    return lowered


def fraction(owner: str, name: str, value: Any, *, one: bool = True) -> float:
    """The value as a number in [0, 1] ([0, 1) with ``one=False``).

    Raises:
        ValueError: when it is no number or lies outside.

    Example:
        >>> fraction("Dropout", "rate", 0.5)
        0.5
    """
    ok = isinstance(value, numbers.Real) and not isinstance(value, bool) and 0 <= value <= 1 and (one or value < 1)
    if not ok:
        span = "[0, 1]" if one else "[0, 1)"
        raise ValueError(f"{owner}: expected {name} to be a number in {span}. Received: {name}={value!r}")
    return value


def dropped(owner: str, name: str, value: Any) -> float:
    """The value as the part that a dropout drops, in [0, 1].

    Keras 2 takes a number outside for the nearest one inside, which drops nothing; here it warns. Later Kerases refuse
    it.

    Raises:
        ValueError: when it is no number, in a later era also when it lies outside.

    Example:
        >>> dropped("Dropout", "rate", 0.5)
        0.5
    """
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if number and not 0 <= value <= 1 and eras.current().dropout_rate == "clipped":
        nearest = 1.0 if value > 1 else 0.0
        warnings.warn(
            f"{owner}: expected {name} to be a number in [0, 1]; {name}={value!r} is taken as {nearest}, which drops "
            "nothing.",
            stacklevel=4,
        )
        return nearest
    return fraction(owner, name, value)


def shape_tuple(owner: str, name: str, value: Any) -> tuple[int | None, ...]:
    """The value as a shape: a tuple of ints >= 0 and None; a single int is a shape of one axis.

    Raises:
        ValueError: for anything else.

    Example:
        >>> shape_tuple("Input", "shape", [None, 3])
        (None, 3)
    """
    value = _as_int(value)
    if _is_int(value):
        value = (value,)
    try:
        items = tuple(None if d is None else _as_int(d) for d in value)
    except TypeError:
        items = (object(),)
    if isinstance(value, (str, bytes)) or not all(d is None or (_is_int(d) and d >= 0) for d in items):
        raise ValueError(f"{owner}: expected {name} to be a tuple of integers or None. Received: {name}={value!r}")
    return tuple(None if d is None else int(d) for d in items)
