"""Arguments that ``pandas.read_csv`` once took: ``squeeze``, ``date_parser``, dates of several columns and others."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["reading"]

_ORDER = ("sep", "delimiter", "header", "names", "index_col", "usecols")
_WITHOUT_USE = ("infer_datetime_format", "mangle_dupe_cols", "tupleize_cols", "as_recarray")
_DEFAULT_JOIN = "_"


def reading(known: Callable) -> Callable:
    """``read_csv`` or ``read_table`` with the arguments of before pandas 2.

    Args:
        known: the function of the pandas that is there.
    """

    @functools.wraps(known)
    def read(filepath_or_buffer: Any, *args: Any, squeeze: bool = False, prefix: str | None = None, **how: Any) -> Any:
        how.update(zip(_ORDER, args, strict=False))
        _translate(how)
        dates = _Dates(how) if how.get("chunksize") is None and not how.get("iterator") else None
        if dates is None or not dates.needed:
            for name in ("date_parser", "keep_date_col"):
                how.pop(name, None)
            found = known(filepath_or_buffer, **how)
        else:
            found = dates.read(known, filepath_or_buffer)
        if prefix is not None and how.get("header", 0) is None:
            found.columns = [f"{prefix}{place}" for place in range(found.shape[1])]
        return found.iloc[:, 0] if squeeze and found.ndim == 2 and found.shape[1] == 1 else found

    return read


def _translate(how: dict[str, Any]) -> None:
    """Arguments that have another name today, in place."""
    for name in _WITHOUT_USE:
        how.pop(name, None)
    if how.pop("delim_whitespace", False):
        how["sep"] = r"\s+"
    stops, warns = how.pop("error_bad_lines", None), how.pop("warn_bad_lines", None)
    if stops is False:
        how["on_bad_lines"] = "skip" if warns is False else "warn"


def _is_group(entry: Any) -> bool:
    return isinstance(entry, (list, tuple))


class _Dates:
    """Columns of dates, read as text, put together and parsed.

    Args:
        how: what ``read_csv`` was asked for; what has to do with dates and the index is taken out of it when read.
    """

    def __init__(self, how: dict[str, Any]) -> None:
        self.how = how
        self.columns = how.get("parse_dates")
        self.parser = how.get("date_parser")
        joined = isinstance(self.columns, dict) or _is_group(self.columns) and any(map(_is_group, self.columns))
        self.needed = joined or bool(self.parser is not None and self.columns)

    def read(self, known: Callable, source: Any) -> Any:
        """The table with its dates."""
        how = dict(self.how)
        index, dayfirst = how.pop("index_col", None), how.get("dayfirst", False)
        keep = how.pop("keep_date_col", False)
        for name in ("parse_dates", "date_parser"):
            how.pop(name, None)
        groups = self._groups(index)
        texts = {column: str for _, columns in groups for column in columns}
        frame = known(source, **how, converters={**texts, **(how.pop("converters", None) or {})})
        labels = [(name, [_label(frame, column) for column in columns]) for name, columns in groups]
        made: dict[Any, Any] = {}
        gone: list[Any] = []
        for name, columns in labels:
            parsed = self._parse([frame[column].astype(str).to_numpy() for column in columns], dayfirst)
            if name is None and len(columns) == 1:
                frame[columns[0]] = parsed
            else:
                made[name or _DEFAULT_JOIN.join(map(str, columns))] = parsed
                gone += columns
        if made:
            rest = frame if keep else frame.drop(columns=gone)
            frame = type(frame)({**made, **{column: rest[column] for column in rest.columns}})
        if index is None or index is False:
            return frame
        return frame.set_index([_label(frame, column) for column in (index if _is_group(index) else [index])])

    def _groups(self, index: Any) -> list[tuple[Any, list[Any]]]:
        if isinstance(self.columns, dict):
            return [(name, list(columns)) for name, columns in self.columns.items()]
        if self.columns is True:
            return [(None, [column]) for column in (index if _is_group(index) else [0 if index is None else index])]
        return [(None, list(entry) if _is_group(entry) else [entry]) for entry in self.columns]

    def _parse(self, columns: list[Any], dayfirst: bool) -> Any:
        """The dates; a parser gets whole columns, or else the joined text of each row, or else a row's texts."""
        import pandas

        rows = [" ".join(texts) for texts in zip(*columns, strict=True)]
        if self.parser is None:
            return pandas.to_datetime(rows, dayfirst=dayfirst)
        for attempt in (
            lambda: self.parser(*columns),
            lambda: [self.parser(text) for text in rows],
        ):
            try:
                return pandas.to_datetime(attempt())
            except Exception:  # a parser says in its own way that it wants something else
                continue
        return pandas.to_datetime([self.parser(*texts) for texts in zip(*columns, strict=True)])


def _label(frame: Any, column: Any) -> Any:
    """A column's label; a number that is no label counts columns."""
    return frame.columns[column] if isinstance(column, int) and column not in frame.columns else column
