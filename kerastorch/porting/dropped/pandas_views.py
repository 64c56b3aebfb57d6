"""Columns that write through to their table, as before pandas 3: ``frame["a"][0] = 1``."""

from __future__ import annotations

import functools
import warnings
import weakref
from collections.abc import Callable
from typing import Any

from .. import shims

__all__ = ["extend"]

_OWNER = "_kerastorch_owner"
# methods that change a column where they are told inplace=True, and leave its length alone
_IN_PLACE = ("bfill", "clip", "ffill", "fillna", "interpolate", "mask", "replace", "where")


def extend(pandas: Any) -> None:
    """Lets columns remember their tables."""
    frame, series = pandas.DataFrame, pandas.Series
    shims.set_attribute(frame, "__getitem__", _remembering(frame.__getitem__, series))
    shims.set_attribute(series, "__setitem__", _writing_through(series.__setitem__))
    for name in _IN_PLACE:
        shims.set_attribute(series, name, _in_place(getattr(series, name)))


def _remembering(known: Callable, series: type) -> Callable:
    @functools.wraps(known)
    def __getitem__(self: Any, key: Any) -> Any:  # takes the method's place
        found = known(self, key)
        if type(found) is series and isinstance(key, str):
            object.__setattr__(found, _OWNER, (weakref.ref(self), key))
        return found

    return __getitem__


def _write_back(column: Any) -> None:
    owner, key = column.__dict__.get(_OWNER, (lambda: None, None))
    frame = owner()
    if frame is not None and key in frame.columns and len(frame) == len(column):
        frame[key] = column


def _writing_through(known: Callable) -> Callable:
    @functools.wraps(known)
    def __setitem__(self: Any, key: Any, value: Any) -> None:  # takes the method's place
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a column that has no name of its own: it is written through
            known(self, key, value)
        _write_back(self)

    return __setitem__


def _in_place(known: Callable) -> Callable:
    @functools.wraps(known)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("inplace"):
            return known(self, *args, **kwargs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = known(self, *args, **kwargs)
        _write_back(self)
        return found

    return call
