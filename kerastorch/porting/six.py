"""The part of ``six`` that scripts use, for where it is not installed."""

from __future__ import annotations

import collections.abc
import functools
import io
import itertools
import operator
import pickle
import sys
import types
import urllib.error
import urllib.parse
import urllib.request

__all__ = ["PY2", "PY3", "b", "iteritems", "iterkeys", "itervalues", "moves", "raise_from", "text_type", "u", "wraps"]

PY2, PY3 = False, True
text_type, binary_type = str, bytes
string_types, integer_types, class_types = (str,), (int,), (type,)
StringIO, BytesIO = io.StringIO, io.BytesIO
wraps = functools.wraps
advance_iterator = next


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


moves = types.ModuleType(f"{__name__}.moves")
moves.__dict__.update(
    range=range,
    xrange=range,
    zip=zip,
    map=map,
    filter=filter,
    input=input,
    reduce=functools.reduce,
    zip_longest=itertools.zip_longest,
    cPickle=pickle,
    getcwd=__import__("os").getcwd,
    urllib=urllib,
    StringIO=io.StringIO,
    intern=sys.intern,
    itemgetter=operator.itemgetter,
    __path__=[],
)
