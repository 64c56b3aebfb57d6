"""Functions that numpy, scipy, pandas and Python dropped, for scripts of their time.

Source: SciPy 1.1 ``scipy.misc.pilutil``, NumPy 1.16 ``numpy.load``, pandas 0.20,
Python 3.10 ``inspect`` and 3.11 ``distutils``.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import shims

__all__ = [
    "array",
    "asarray",
    "asfarray",
    "asscalar",
    "cast",
    "column_stack",
    "dstack",
    "extend_axis",
    "extend_styles",
    "fromimage",
    "fromstring",
    "getargspec",
    "hstack",
    "imread",
    "imresize",
    "imrotate",
    "imsave",
    "imshow",
    "load",
    "set_printoptions",
    "split",
    "stack",
    "toimage",
    "vstack",
    "LooseVersion",
    "StrictVersion",
]

_ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")
_numpy_array, _numpy_asarray, _numpy_fromstring, _numpy_load = np.array, np.asarray, np.fromstring, np.load
_numpy_set_printoptions = np.set_printoptions
NEAREST, LANCZOS, BILINEAR, BICUBIC = 0, 1, 2, 3  # PIL's ways to resample, by their numbers


def getargspec(function: Callable) -> Any:
    """The names of a function's arguments, as Python had it until 3.10.

    Example:
        >>> getargspec(lambda a, b=1: a).args
        ['a', 'b']
    """
    full = inspect.getfullargspec(function)
    return _ArgSpec(full.args, full.varargs, full.varkw, full.defaults)


@functools.wraps(re.split)
def split(pattern: Any, string: Any, maxsplit: int = 0, flags: int = 0) -> list[Any]:
    """``re.split`` that passes over empty matches when the running script calls it, as Python did until 3.6.

    Scripts of that time split text with ``re.split(r"(\\W+)?", text)``, which is cut at every letter since.
    """
    compiled = re.compile(pattern, flags)
    if sys._getframe(1).f_globals.get("__name__") != "__main__" or not compiled.match(""):
        return compiled.split(string, maxsplit)
    parts, end = [], 0
    for match in compiled.finditer(string):
        if match.end() > match.start() and not 0 < maxsplit <= len(parts) // (1 + compiled.groups):
            parts += [string[end : match.start()], *match.groups()]
            end = match.end()
    return [*parts, string[end:]]


def asscalar(array: Any) -> Any:
    """The number in an array of one element."""
    return np.asarray(array).item()


@functools.wraps(np.load)
def load(file: Any, *args: Any, **kwargs: Any) -> Any:
    """``numpy.load`` that reads arrays of objects, as it did by itself until 1.16: numbers and text, never code."""
    try:
        found = _numpy_load(file, *args, **kwargs)
    except ValueError as error:
        if "allow_pickle" not in str(error) or not isinstance(file, (str, os.PathLike)):
            raise
        from ...datasets._read import load_npy

        return load_npy(file)
    if isinstance(found, np.lib.npyio.NpzFile) and not kwargs.get("allow_pickle"):
        return _SafeArchive(found, file)
    return found


@functools.wraps(np.array)
def array(*args: Any, **kwargs: Any) -> np.ndarray:
    """``numpy.array`` that makes an array of lists from lists of unequal lengths, as it did until 1.23."""
    try:
        return _numpy_array(*args, **kwargs)
    except ValueError as error:
        if "inhomogeneous" not in str(error) or "dtype" in kwargs or len(args) > 1:
            raise
        return _numpy_array(*args, dtype=object, **kwargs)


@functools.wraps(np.asarray)
def asarray(*args: Any, **kwargs: Any) -> np.ndarray:
    """``numpy.asarray``, with unequal lengths as ``array`` takes them."""
    try:
        return _numpy_asarray(*args, **kwargs)
    except ValueError as error:
        if "inhomogeneous" not in str(error) or "dtype" in kwargs or len(args) > 1:
            raise
        return _numpy_asarray(*args, dtype=object, **kwargs)


@functools.wraps(np.fromstring)
def fromstring(string: Any, dtype: Any = float, count: int = -1, sep: str = "") -> np.ndarray:
    """``numpy.fromstring`` that reads bytes too, as it did until 2.2."""
    if sep == "":
        data = string.encode("latin-1") if isinstance(string, str) else string
        return np.frombuffer(data, dtype, count).copy()
    return _numpy_fromstring(string, dtype, count, sep=sep)


class _SafeArchive:
    """An ``.npz`` whose object arrays are read by the data sets' own reader."""

    def __init__(self, archive: Any, path: Any) -> None:
        self._archive, self._path = archive, path
        self.files = archive.files

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self._archive[name]
        except ValueError:
            from ...datasets._read import load_npz

            return load_npz(self._path, (name,))[0]

    def __enter__(self) -> _SafeArchive:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def __iter__(self) -> Any:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def keys(self) -> list[str]:
        """The names of the arrays."""
        return list(self.files)

    def items(self) -> Any:
        """Names and arrays."""
        return ((name, self[name]) for name in self.files)

    def close(self) -> None:
        """Closes the file."""
        self._archive.close()


class _Casts:
    """``np.cast["float32"](x)``."""

    def __getitem__(self, dtype: Any) -> Callable:
        return lambda value: np.asarray(value).astype(dtype)


cast = _Casts()


def set_printoptions(*args: Any, **kwargs: Any) -> None:
    """``numpy.set_printoptions`` that takes a threshold of NaN for no threshold."""
    found = dict(zip(("precision", "threshold"), args, strict=False), **kwargs)
    threshold = found.get("threshold")
    if threshold is not None and str(threshold) == "nan":
        found["threshold"] = sys.maxsize
    _numpy_set_printoptions(*args[2:], **found)


def _of_iterators(function: Callable) -> Callable:
    """A function of a sequence of arrays that takes a generator or ``map`` of them too."""

    @functools.wraps(function)
    def call(arrays: Any, *args: Any, **kwargs: Any) -> Any:
        return function(list(arrays) if isinstance(arrays, Iterator) else arrays, *args, **kwargs)

    return call


vstack, hstack, dstack, stack, column_stack = map(
    _of_iterators, (np.vstack, np.hstack, np.dstack, np.stack, np.column_stack)
)


def asfarray(a: Any, dtype: Any = np.float64) -> np.ndarray:
    """The values as an array of floats."""
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def extend_styles(style: Any) -> None:
    """Gives matplotlib's styles named after seaborn their short names again."""
    for name in [name for name in style.library if name.startswith("seaborn-v0_8")]:
        style.library.setdefault(name.replace("-v0_8", ""), style.library[name])


def extend_axis(axis: Any) -> None:
    """Lets matplotlib take more or fewer labels than there are ticks, as it did until 3.2: the rest stays empty."""
    known = axis.Axis.set_ticklabels

    @functools.wraps(known)
    def set_ticklabels(self: Any, labels: Any, **kwargs: Any) -> Any:
        try:
            return known(self, labels, **kwargs)
        except ValueError as error:
            if "does not match the number of labels" not in str(error):
                raise
            count = len(self.get_major_locator().locs)
            return known(self, [*labels, *[""] * count][:count], **kwargs)

    shims.set_attribute(axis.Axis, "set_ticklabels", set_ticklabels)


# ---------------------------------------------------------------------------------- images


def bytescale(
    data: Any, cmin: float | None = None, cmax: float | None = None, high: int = 255, low: int = 0
) -> np.ndarray:
    """Values brought linearly to ``low`` .. ``high`` as bytes; bytes stay as they are."""
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    scale = float(high - low) / ((cmax - cmin) or 1)
    return (np.clip((data - cmin) * scale + low, low, high) + 0.5).astype(np.uint8)


def toimage(arr: Any, high: int = 255, low: int = 0, cmin: Any = None, cmax: Any = None, mode: Any = None) -> Any:
    """A PIL image of an array whose smallest value is black and greatest white (bytes are taken as they are).

    Args:
        arr: (rows, columns), (rows, columns, 3 or 4), or with the channels first.
        high: brightest byte.
        low: darkest byte.
        cmin: value that becomes ``low``.
        cmax: value that becomes ``high``.
        mode: PIL's mode, found from the shape when missing.

    Raises:
        ValueError: for another shape.
    """
    from PIL import Image

    data = np.asarray(arr)
    if data.ndim == 3 and data.shape[2] not in (3, 4):
        if data.shape[0] in (3, 4):
            data = data.transpose(1, 2, 0)
        elif 1 in (data.shape[0], data.shape[2]):
            data = data.reshape([size for size in data.shape if size != 1])
    if data.ndim not in (2, 3) or (data.ndim == 3 and data.shape[2] not in (3, 4)):
        raise ValueError(f"toimage: expected an array of 1, 3 or 4 channels. Received: shape {data.shape}")
    image = Image.fromarray(bytescale(data, cmin, cmax, high, low))
    return image if mode is None else image.convert(mode)


def fromimage(im: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of a PIL image."""
    if mode is not None:
        im = im.convert(mode)
    elif im.mode in ("P", "1"):
        im = im.convert("RGBA" if "transparency" in im.info else "RGB" if im.mode == "P" else "L")
    return np.array(im.convert("F") if flatten else im)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of an image file."""
    from PIL import Image

    with Image.open(name) as image:
        return fromimage(image, flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Writes an array as an image file, brought to black .. white unless it is bytes."""
    toimage(arr).save(name, format)


def imshow(arr: Any) -> None:
    """Shows an array in the system's picture viewer."""
    toimage(arr).show()


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> np.ndarray:
    """An image in another size.

    Args:
        arr: the image.
        size: percentage (whole number), factor (fraction), or (rows, columns).
        interp: ``'nearest'``, ``'lanczos'``, ``'bilinear'``, ``'bicubic'`` or ``'cubic'``.
        mode: PIL's mode.

    Example:
        >>> imresize(np.zeros((4, 6), "uint8"), (2, 3)).shape
        (2, 3)
    """
    from PIL import Image

    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        size = tuple(int(side * size / 100.0) for side in image.size)
    elif isinstance(size, (float, np.floating)):
        size = tuple(int(side * size) for side in image.size)
    else:
        size = (size[1], size[0])
    how = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}[interp]
    return np.array(image.resize(size, Image.Resampling(how)))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> np.ndarray:
    """An image turned counterclockwise by some degrees."""
    from PIL import Image

    how = {"nearest": 0, "bilinear": 2, "bicubic": 3, "cubic": 3}[interp]
    return np.array(toimage(arr).rotate(angle, resample=Image.Resampling(how)))


# ------------------------------------------------------------------------------- versions


@functools.total_ordering
class LooseVersion:
    """A version number that can be compared.

    Example:
        >>> LooseVersion("2.10") > "2.9"
        True
    """

    def __init__(self, vstring: str = "") -> None:
        self.vstring = vstring
        self.version = [int(part) if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", vstring)]

    def _key(self) -> list[tuple[int, Any]]:
        return [(1, part) if isinstance(part, int) else (0, part) for part in self.version]

    def __eq__(self, other: object) -> bool:
        return self._key() == _version(other)._key()

    def __lt__(self, other: object) -> bool:
        return self._key() < _version(other)._key()

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.vstring


def _version(value: Any) -> LooseVersion:
    return value if isinstance(value, LooseVersion) else LooseVersion(str(value))


StrictVersion = LooseVersion
