"""The part of ``six`` that scripts use, for where it is not installed."""

from __future__ import annotations

import collections.abc
import functools
import io
from collections.abc import Callable

from . import six_moves as moves

__all__ = [
    "PY2",
    "PY3",
    "add_metaclass",
    "b",
    "iteritems",
    "iterkeys",
    "itervalues",
    "moves",
    "raise_from",
    "text_type",
    "u",
    "with_metaclass",
    "wraps",
]

PY2, PY3 = False, True
text_type, binary_type = str, bytes
string_types, integer_types, class_types = (str,), (int,), (type,)
StringIO, BytesIO = io.StringIO, io.BytesIO
wraps = functools.wraps
advance_iterator = next
unichr = chr


def iteritems(d: collections.abc.Mapping) -> collections.abc.Iterator:
    """The pairs of a dict."""
    return iter(d.items())


def iterkeys(d: collections.abc.Mapping) -> collections.abc.Iterator:
    """The keys of a dict."""
    return iter(d.keys())


def itervalues(d: collections.abc.Mapping) -> collections.abc.Iterator:
    """The values of a dict."""
    return iter(d.values())


def u(s: str) -> str:
    """Text."""
    return s


def b(s: str) -> bytes:
    """Bytes."""
    return s.encode("latin-1")


def raise_from(value: BaseException, from_value: BaseException | None) -> None:
    """``raise value from from_value``."""
    raise value from from_value


def add_metaclass(metaclass: type) -> Callable[[type], type]:
    """A class decorator: the class again, made by a metaclass."""

    def again(cls: type) -> type:
        body = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
        return metaclass(cls.__name__, cls.__bases__, body)

    return again


def with_metaclass(metaclass: type, *bases: type) -> type:
    """A base class made by a metaclass."""
    return metaclass("Base", bases or (object,), {})
