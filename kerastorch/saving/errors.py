"""What goes wrong with files, each said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["FileError", "MissingFileError", "brief", "as_file_errors"]

_LONGEST = 200


class FileError(OSError, ValueError):
    """A file that cannot be read, or does not hold what was expected."""


class MissingFileError(FileNotFoundError, ValueError):
    """A file that is not there."""


def brief(error: BaseException) -> str:
    """The first line of what an exception says, cut where it is long.

    Example:
        >>> brief(KeyError("units"))
        'units'
    """
    said = str(error.args[0]) if error.args else str(error)
    line = next((part.strip() for part in said.splitlines() if part.strip()), type(error).__name__)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


@contextmanager
def as_file_errors(what: str) -> Iterator[None]:
    """Turns whatever a damaged or odd file causes into a ``FileError``; errors that say it already pass.

    Args:
        what: what was being read, for the message.
    """
    try:
        yield
    except (FileError, MissingFileError, ImportError):
        raise
    except ValueError as error:
        said = str(error)
        if not isinstance(error, UnicodeError) and "\n" not in said and len(said) <= 2 * _LONGEST:
            raise
        raise FileError(f"load: expected {what}. Received: a damaged one ({brief(error)})") from error
    except (Exception, RecursionError) as error:
        kind = type(error).__name__
        raise FileError(f"load: expected {what}. Received: a damaged one ({kind}: {brief(error)})") from error
