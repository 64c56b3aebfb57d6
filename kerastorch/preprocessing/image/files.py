"""Pictures as arrays and arrays as pictures. Reading and writing files needs the package pillow.

Source: https://keras.io/api/data_loading/image/
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ... import config
from ...backend.telling import warn

__all__ = [
    "array_to_img",
    "img_to_array",
    "list_pictures",
    "load_img",
    "resample_of",
    "save_img",
    "scaled_bytes",
    "valid_files",
]

COLOR_MODES = {"grayscale": 1, "rgb": 3, "rgba": 4}
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_PICTURES = ("jpg", "jpeg", "bmp", "png", "ppm", "tif", "tiff")


def pillow(owner: str) -> ModuleType:
    """The module ``PIL.Image``.

    Raises:
        ImportError: when pillow is not there, with the command that brings it.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            f"{owner}: expected the package pillow to read and write pictures; pip install 'kerastorch[images]'"
        ) from None
    return Image


def resample_of(owner: str, interpolation: str) -> Any:
    """Pillow's filter of a name.

    Raises:
        ValueError: for an unknown name.
    """
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(f"{owner}: expected interpolation to be one of {_INTERPOLATIONS}. Received: {interpolation!r}")
    return getattr(pillow(owner).Resampling, interpolation.upper())


def load_img(
    path: Any,
    grayscale: bool = False,
    color_mode: str = "rgb",
    target_size: Sequence[int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Reads a picture.

    Args:
        path: of the file.
        grayscale: the old way to say ``color_mode='grayscale'``.
        color_mode: ``'grayscale'``, ``'rgb'`` or ``'rgba'``.
        target_size: (height, width) to resize to; None leaves the picture as it is.
        interpolation: how: ``'nearest'``, ``'bilinear'``, ``'bicubic'``, ``'lanczos'``, ``'box'`` or ``'hamming'``.
        keep_aspect_ratio: whether to cut out the largest part in the middle that has the target's proportions first.

    Returns:
        A ``PIL.Image.Image``.

    Raises:
        ImportError: without pillow.
        ValueError: for an unknown color mode or interpolation.

    Source: https://keras.io/api/data_loading/image/#loadimg-function
    """
    if grayscale:
        warn("load_img: grayscale=True is now color_mode='grayscale'.")
        color_mode = "grayscale"
    if color_mode not in COLOR_MODES:
        raise ValueError(f"load_img: expected color_mode to be one of {tuple(COLOR_MODES)}. Received: {color_mode!r}")
    image = pillow("load_img")
    img = image.open(io.BytesIO(Path(path).read_bytes()))
    if color_mode == "grayscale":
        img = img if img.mode in ("L", "I;16", "I") else img.convert("L")
    elif img.mode != color_mode.upper():
        img = img.convert(color_mode.upper())
    if target_size is not None:
        size = (target_size[1], target_size[0])
        if img.size != size:
            box = _middle(img.size, size) if keep_aspect_ratio else None
            img = img.resize(size, resample_of("load_img", interpolation), box=box)
    return img


def _middle(given: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest box in the middle of a picture with the proportions of another size, both (width, height)."""
    width = min(given[0], given[1] * wanted[0] // wanted[1])
    height = min(given[1], given[0] * wanted[1] // wanted[0])
    left, top = (given[0] - width) // 2, (given[1] - height) // 2
    return left, top, left + width, top + height


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """A picture as an array.

    Args:
        img: a ``PIL.Image.Image``, or an array of rank 2 or 3.
        data_format: ``'channels_last'`` or ``'channels_first'``; the default of the process when missing.
        dtype: of the array, ``floatx()`` when missing.

    Shape:
        ``(height, width, channels)`` or ``(channels, height, width)``.

    Raises:
        ValueError: for another rank or an unknown data format.

    Example:
        >>> img_to_array(np.zeros((2, 3))).shape
        (2, 3, 1)

    Source: https://keras.io/api/data_loading/image/#imgtoarray-function
    """
    data_format = config.normalize_data_format(data_format, "img_to_array")
    x = np.asarray(img, dtype=config.floatx() if dtype is None else dtype)
    if x.ndim not in (2, 3):
        raise ValueError(f"img_to_array: expected a picture of rank 2 or 3. Received: shape {x.shape}")
    x = x[:, :, None] if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def scaled_bytes(owner: str, x: Any, data_format: str | None, scale: bool, dtype: Any) -> np.ndarray:
    """An image, channels last, with values from 0 to 255 as pillow takes them.

    Raises:
        ValueError: for another rank, data format or number of channels.
    """
    x = np.asarray(x, dtype=config.floatx() if dtype is None else dtype)
    if x.ndim != 3:
        raise ValueError(f"{owner}: expected one image of rank 3. Received: shape {x.shape}")
    if config.normalize_data_format(data_format, owner) == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in COLOR_MODES.values():
        raise ValueError(f"{owner}: expected an image of 1, 3 or 4 channels. Received: {x.shape[2]} channels")
    if scale:
        x = x - np.min(x)
        top = np.max(x)
        x = x / top if top != 0 else x
        x = x * 255
    if x.shape[2] == 1 and np.max(x) > 255:
        return x.astype("int32")
    return x.astype("uint8")


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """An array as a picture.

    Args:
        x: an image of 1, 3 or 4 channels.
        data_format: ``'channels_last'`` or ``'channels_first'``; the default of the process when missing.
        scale: whether to stretch the values to 0 to 255.
        dtype: to compute in, ``floatx()`` when missing.

    Returns:
        A ``PIL.Image.Image``.

    Raises:
        ImportError: without pillow.
        ValueError: for another rank, data format or number of channels.

    Source: https://keras.io/api/data_loading/image/#arraytoimg-function
    """
    image = pillow("array_to_img")
    pixels = scaled_bytes("array_to_img", x, data_format, scale, dtype)
    return image.fromarray(np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes an array as a picture.

    Args:
        path: of the file, or an open one.
        x: an image of 1, 3 or 4 channels.
        data_format: ``'channels_last'`` or ``'channels_first'``; the default of the process when missing.
        file_format: such as ``'png'``; by the file's name when missing.
        scale: whether to stretch the values to 0 to 255.
        **kwargs: passed to pillow's ``Image.save``.

    Source: https://keras.io/api/data_loading/image/#saveimg-function
    """
    img = array_to_img(x, data_format=data_format, scale=scale)
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else ""
    ending = (file_format or Path(str(name)).suffix[1:]).lower()
    if img.mode == "RGBA" and ending in ("jpg", "jpeg"):
        warn("save_img: JPEG has no alpha channel; it is left out.")
        img = img.convert("RGB")
    img.save(path, format="jpeg" if file_format and ending == "jpg" else file_format, **kwargs)


def list_pictures(directory: Any, ext: str | Sequence[str] = _PICTURES) -> list[str]:
    """The paths of all pictures in a directory and those below.

    Args:
        directory: where to look.
        ext: endings of the names, or one of them.

    Example:
        >>> list_pictures("no/such/directory")
        []
    """
    endings = tuple(f".{e}" for e in ((ext,) if isinstance(ext, str) else ext))
    return [
        os.path.join(root, name)
        for root, _, names in os.walk(directory)
        for name in names
        if name.lower().endswith(endings)
    ]


def valid_files(directory: str, endings: tuple[str, ...], follow_links: bool) -> Iterator[str]:
    """The paths of the pictures below a directory, in order.

    Args:
        directory: where to look.
        endings: of the names.
        follow_links: whether to go into linked directories.
    """
    for root, _, names in sorted(os.walk(directory, followlinks=follow_links), key=lambda found: found[0]):
        for name in sorted(names):
            if name.lower().endswith(endings):
                if name.lower().endswith(".tiff"):
                    warn(f"{name}: of a TIFF file with several bands only some are read.")
                yield os.path.join(root, name)
