"""What pandas dropped since the scripts of its early years: methods, functions and ways to call them.

``extend`` is called once when pandas is there; ``shims.uninstall()`` takes everything back.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import shims
from . import pandas_views
from .pandas_files import reading

__all__ = ["append", "as_matrix", "extend", "rolling_mean", "value_counts"]

# class -> method -> the order of its arguments, all of which could once be given without their names
_ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "DataFrame": {
        "drop": ("labels", "axis", "index", "columns", "level", "inplace"),
        "dropna": ("axis", "how", "thresh", "subset", "inplace"),
        "drop_duplicates": ("subset", "keep", "inplace"),
        "fillna": ("value", "method", "axis", "inplace", "limit"),
        "pivot": ("index", "columns", "values"),
        "reset_index": ("level", "drop", "inplace"),
        "set_index": ("keys", "drop", "append", "inplace"),
        "sort_values": ("by", "axis", "ascending", "inplace"),
        "to_csv": ("path_or_buf", "sep", "na_rep", "float_format", "columns", "header", "index"),
    },
    "Series": {
        "drop": ("labels", "axis", "index", "columns", "level", "inplace"),
        "fillna": ("value", "method", "axis", "inplace", "limit"),
        "reset_index": ("level", "drop", "name", "inplace"),
        "sort_values": ("axis", "ascending", "inplace"),
        "to_csv": ("path_or_buf", "sep", "na_rep", "float_format", "columns", "header", "index"),
    },
}
_CONCAT = ("objs", "axis", "join", "ignore_index", "keys")
# reductions that passed over columns of text
_NUMERIC = ("mean", "median", "std", "var", "sem", "skew", "kurt", "quantile", "corr", "cov")
# names of frequencies before pandas 3
_FREQUENCIES = {
    "H": "h",
    "BH": "bh",
    "T": "min",
    "S": "s",
    "L": "ms",
    "U": "us",
    "N": "ns",
    "M": "ME",
    "BM": "BME",
    "Q": "QE",
    "BQ": "BQE",
    "A": "YE",
    "Y": "YE",
    "BA": "BYE",
    "AS": "YS",
    "BAS": "BYS",
}


def extend(pandas: Any) -> None:
    """Gives pandas what it lost: see the module."""
    shims.set_attribute(pandas, "read_csv", reading(pandas.read_csv))
    shims.set_attribute(pandas, "read_table", reading(pandas.read_table))
    shims.set_attribute(pandas, "concat", _concat(pandas.concat))
    shims.set_attribute(pandas, "get_dummies", _as_numbers(pandas.get_dummies))
    shims.set_attribute(pandas, "to_datetime", shims.renaming(pandas.to_datetime, {"infer_datetime_format": None}))
    shims.set_attribute(pandas, "date_range", _renamed_frequency(pandas.date_range, "freq"))
    shims.set_attribute(pandas, "set_option", _set_option(pandas.set_option))
    for cls in (pandas.DataFrame, pandas.Series):
        for name, method in _METHODS.items():
            if not hasattr(cls, name):
                shims.set_attribute(cls, name, method)
        for name, order in _ORDERS[cls.__name__].items():
            shims.set_attribute(cls, name, _in_order(getattr(cls, name), order))
        shims.set_attribute(cls, "fillna", _fillna(cls.fillna))
        shims.set_attribute(cls, "resample", _resample(cls.resample))
        shims.set_attribute(cls, "asfreq", _renamed_frequency(cls.asfreq, "freq"))
        for name in ("to_numpy", "__array__"):
            shims.set_attribute(cls, name, _writable(getattr(cls, name)))
        shims.set_attribute(cls, "values", property(_writable(cls.values.fget)))
    for cls in (pandas.DataFrame, pandas.core.groupby.DataFrameGroupBy):
        for name in _NUMERIC:
            if hasattr(cls, name):
                shims.set_attribute(cls, name, _of_numbers(getattr(cls, name)))
    shims.set_attribute(pandas.Series, "__getitem__", _by_place(pandas.Series.__getitem__))
    shims.set_attribute(pandas.DataFrame, "from_csv", staticmethod(_from_csv))
    pandas_views.extend(pandas)
    _object_texts(pandas)


def _object_texts(pandas: Any) -> None:
    """Columns of text have the type ``object``, as before pandas 3."""
    options = getattr(pandas.options, "future", None)
    if options is not None and "infer_string" in dir(options) and _infer_texts(options):
        _infer_texts(options, False)
        shims.when_taken_back(lambda: _infer_texts(options, True))


def _infer_texts(options: Any, value: bool | None = None) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas 4 will have no such option
        if value is not None:
            options.infer_string = value
        return options.infer_string


def _in_order(method: Callable, order: tuple[str, ...]) -> Callable:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, **dict(zip(order, args, strict=False)), **kwargs)

    return call


def _concat(known: Callable) -> Callable:
    @functools.wraps(known)
    def concat(*args: Any, join_axes: Any = None, **kwargs: Any) -> Any:
        kwargs.update(zip(_CONCAT, args, strict=False))
        found = known(**kwargs)
        return found if join_axes is None else found.reindex(join_axes[0])

    return concat


def _as_numbers(known: Callable) -> Callable:
    @functools.wraps(known)
    def get_dummies(*args: Any, **kwargs: Any) -> Any:
        if len(args) < 8 and kwargs.get("dtype") is None:
            kwargs["dtype"] = np.uint8
        return known(*args, **kwargs)

    return get_dummies


def _set_option(known: Callable) -> Callable:
    @functools.wraps(known)
    def set_option(*args: Any) -> None:
        for name, value in zip(args[::2], args[1::2], strict=True):
            name = name if "." in name else f"display.{name}"
            known(name, None if name == "display.max_colwidth" and value == -1 else value)

    return set_option


def _frequency(rule: Any) -> Any:
    if not isinstance(rule, str):
        return rule
    found = re.fullmatch(r"(\d*)([A-Z]+)(-\w+)?", rule)
    return f"{found[1]}{_FREQUENCIES.get(found[2], found[2])}{found[3] or ''}" if found else rule


def _renamed_frequency(function: Callable, name: str) -> Callable:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if name in kwargs:
            kwargs[name] = _frequency(kwargs[name])
        return function(*map(_frequency, args), **kwargs)

    return call


def _resample(known: Callable) -> Callable:
    @functools.wraps(known)
    def resample(self: Any, rule: Any, how: Any = None, **kwargs: Any) -> Any:
        found = known(self, _frequency(rule), **kwargs)
        return found if how is None else found.agg(how)

    return resample


def _fillna(known: Callable) -> Callable:
    @functools.wraps(known)
    def fillna(self: Any, *args: Any, method: str | None = None, **kwargs: Any) -> Any:
        if method is None:
            return known(self, *args, **kwargs)
        fill = self.ffill if method in ("ffill", "pad") else self.bfill
        kwargs.pop("value", None)
        return fill(**kwargs)

    return fillna


def _writable(read: Callable) -> Callable:
    """Values that a script may write to; pandas 3 gives views that it may not."""

    @functools.wraps(read)
    def values(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = read(self, *args, **kwargs)
        return found.copy() if isinstance(found, np.ndarray) and not found.flags.writeable else found

    return values


def _of_numbers(known: Callable) -> Callable:
    """A reduction that passes over columns of text unless it is told what to do."""

    @functools.wraps(known)
    def reduce(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return known(self, *args, **kwargs)
        except (TypeError, ValueError):
            if "numeric_only" in kwargs:
                raise
            return known(self, *args, numeric_only=True, **kwargs)

    return reduce


def _by_place(known: Callable) -> Callable:
    """A whole number means a place where the labels are no numbers."""

    @functools.wraps(known)
    def __getitem__(self: Any, key: Any) -> Any:  # takes the method's place
        try:
            return known(self, key)
        except KeyError:
            if not isinstance(key, (int, np.integer)) or _numbers(self.index):
                raise
            return self.iloc[key]

    return __getitem__


def _from_csv(path: Any, header: Any = 0, sep: str = ",", index_col: Any = 0, parse_dates: bool = True) -> Any:
    import pandas

    return pandas.read_csv(path, header=header, sep=sep, index_col=index_col, parse_dates=parse_dates)


def value_counts(values: Any, **kwargs: Any) -> Any:
    """How often each value occurs."""
    import pandas

    return pandas.Series(values).value_counts(**kwargs)


def _sort(self: Any, columns: Any = None, axis: int = 0, ascending: Any = True, inplace: bool = False) -> Any:
    if columns is None and self.ndim == 2:
        return self.sort_index(axis=axis, ascending=ascending, inplace=inplace)
    by = {} if columns is None else {"by": columns}
    return self.sort_values(ascending=ascending, inplace=inplace, **by)


def _order(self: Any, ascending: bool = True, inplace: bool = False) -> Any:
    return self.sort_values(ascending=ascending, inplace=inplace)


def _get_value(self: Any, index: Any, col: Any = None, takeable: bool = False) -> Any:
    place = index if self.ndim == 1 else (index, col)
    return (self.iat if takeable else self.at)[place]


def _set_value(self: Any, index: Any, col: Any, value: Any = None, takeable: bool = False) -> Any:
    if self.ndim == 1:
        self.at[index] = col
    else:
        (self.iat if takeable else self.at)[index, col] = value
    return self


def _convert_objects(self: Any, convert_numeric: bool = False, **_: Any) -> Any:
    import pandas

    found = self.infer_objects()
    if not convert_numeric:
        return found
    return found.apply(lambda column: pandas.to_numeric(column, errors="coerce") if column.dtype == object else column)


def append(self: Any, other: Any, ignore_index: bool = False, verify_integrity: bool = False) -> Any:
    """The rows of a pandas frame or series, and others behind them."""
    import pandas

    if isinstance(other, dict):
        other = pandas.Series(other)
    if isinstance(self, pandas.DataFrame) and isinstance(other, pandas.Series):
        other = other.to_frame().T
    others = list(other) if isinstance(other, (list, tuple)) else [other]
    return pandas.concat([self, *others], ignore_index=ignore_index, verify_integrity=verify_integrity)


class _Ix:
    """Rows and columns by label or, where the labels are no numbers, by place."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def _places(self, key: Any) -> tuple:
        keys = key if isinstance(key, tuple) else (key,)
        return tuple(
            index[part] if not _numbers(index) and _is_place(part) else part
            for index, part in zip(self._frame.axes, keys, strict=False)
        )

    def __getitem__(self, key: Any) -> Any:
        return self._frame.loc[self._places(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._frame.loc[self._places(key)] = value


def _numbers(index: Any) -> bool:
    return index.inferred_type == "integer"


def _is_place(part: Any) -> bool:
    if isinstance(part, slice):
        return any(isinstance(end, (int, np.integer)) for end in (part.start, part.stop))
    leaves = np.asarray(part)
    return leaves.dtype.kind in "iu"


def rolling_mean(arg: Any, window: int, min_periods: int | None = None, center: bool = False) -> Any:
    """The mean of a moving window over a pandas series or frame."""
    return _windowed(arg).rolling(window, min_periods=min_periods, center=center).mean()


def rolling_std(arg: Any, window: int, min_periods: int | None = None, center: bool = False) -> Any:
    """The standard deviation in a moving window over a pandas series or frame."""
    return _windowed(arg).rolling(window, min_periods=min_periods, center=center).std()


def ewma(arg: Any, com: Any = None, span: Any = None, halflife: Any = None, min_periods: int = 0) -> Any:
    """The exponentially weighted mean of a pandas series or frame."""
    return _windowed(arg).ewm(com=com, span=span, halflife=halflife, min_periods=min_periods).mean()


def _windowed(arg: Any) -> Any:
    if hasattr(arg, "rolling"):
        return arg
    import pandas

    return pandas.Series(np.asarray(arg))


def as_matrix(frame: Any, columns: Any = None) -> np.ndarray:
    """The values of a pandas frame."""
    return frame.to_numpy() if columns is None else frame[columns].to_numpy()


_METHODS: dict[str, Any] = {
    "append": append,
    "applymap": lambda self, func, **kwargs: self.map(func, **kwargs),
    "as_matrix": as_matrix,
    "convert_objects": _convert_objects,
    "get_value": _get_value,
    "get_values": lambda self: self.values,
    "icol": lambda self, i: self.iloc[:, i],
    "irow": lambda self, i: self.iloc[i],
    "iteritems": lambda self: self.items(),
    "ix": property(_Ix),
    "mad": lambda self, axis=0: (self - self.mean(axis=axis)).abs().mean(axis=axis),
    "order": _order,
    "ravel": lambda self, order="C": self.to_numpy().ravel(order),
    "reindex_axis": lambda self, labels, axis=0, **kwargs: self.reindex(labels, axis=axis, **kwargs),
    "set_value": _set_value,
    "sort": _sort,
}
