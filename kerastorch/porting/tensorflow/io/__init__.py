"""Files, encodings and records.

Source: https://www.tensorflow.org/api_docs/python/tf/io
"""

from __future__ import annotations

import importlib
from typing import Any

from .._functions import refuse
from . import gfile
from .codecs import *  # noqa: F403
from .codecs import __all__ as _codecs
from .examples import *  # noqa: F403
from .examples import __all__ as _examples
from .files import *  # noqa: F403
from .files import __all__ as _files
from .records import *  # noqa: F403
from .records import __all__ as _records

__all__ = ["gfile", *_codecs, *_examples, *_files, *_records]

_PICTURES = frozenset(
    "decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_png encode_jpeg encode_png is_jpeg "
    "extract_jpeg_shape".split()
)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _PICTURES:
        return getattr(importlib.import_module("..image", __name__), name)
    refuse(f"io.{name}")
