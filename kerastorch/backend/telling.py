"""Warnings that show the line of the script, however deep inside the package they arise.

Source: https://docs.python.org/3/library/warnings.html (``skip_file_prefixes`` does this from Python 3.12 on)
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

__all__ = ["warn"]

_ROOT = str(Path(__file__).resolve().parent.parent) + os.sep


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warns about the nearest call that is not the package's own.

    Args:
        message: what to say.
        category: the kind of warning.

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings(record=True) as told:
        ...     warnings.simplefilter("always")
        ...     warn("this has no effect")
        >>> str(told[0].message), told[0].category.__name__
        ('this has no effect', 'UserWarning')
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ROOT):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
