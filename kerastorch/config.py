"""What holds for the whole process: float type, epsilon, image layout and device.

The first three default to what ``~/.keras/keras.json`` says, as in Keras; the file is read, never written.

Source: https://keras.io/api/utils/config_utils/
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import torch

__all__ = [
    "floatx",
    "set_floatx",
    "epsilon",
    "set_epsilon",
    "image_data_format",
    "set_image_data_format",
    "normalize_data_format",
    "device",
    "set_device",
    "on_device",
    "float32_precision",
    "set_float32_precision",
    "torch_dtype",
    "keras_home",
    "lenient",
    "set_lenient",
    "enable_unsafe_deserialization",
    "disable_unsafe_deserialization",
    "unsafe_deserialization",
]

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"
_device: torch.device | None = None
_lenient = False
_unsafe = False


def keras_home() -> Path:
    """The folder of settings, data sets and weights: ``$KERAS_HOME``, else ``~/.keras``.

    Example:
        >>> keras_home().name
        '.keras'
    """
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def lenient() -> bool:
    """Whether a package that only shows what happens may be missing: so while scripts run unmodified."""
    return _lenient


def set_lenient(value: bool) -> None:
    """Sets what ``lenient()`` gives."""
    global _lenient
    _lenient = bool(value)


def floatx() -> str:
    """The default float type, as a string.

    Example:
        >>> floatx()
        'float32'
    """
    return _floatx


def set_floatx(value: str | None = None, *, floatx: str | None = None) -> None:
    """Sets the default float type.

    Args:
        value: ``'float16'``, ``'bfloat16'``, ``'float32'`` or ``'float64'``.
        floatx: Keras 2's name of the argument.

    Raises:
        ValueError: for any other name.
    """
    global _floatx
    value = floatx if value is None else value
    if value not in _FLOATS:
        raise ValueError(f"set_floatx: expected one of {_FLOATS}. Received: {value!r}")
    _floatx = str(value)


def epsilon() -> float:
    """The small number that keeps logarithms and quotients finite (1e-7).

    Example:
        >>> epsilon()
        1e-07
    """
    return _epsilon


def set_epsilon(value: float | None = None, *, e: float | None = None) -> None:
    """Sets the number that ``epsilon()`` gives.

    Args:
        value: the number.
        e: Keras 2's name of the argument.

    Raises:
        ValueError: without a number.
    """
    global _epsilon
    value = e if value is None else value
    if value is None:
        raise ValueError("set_epsilon: expected a number. Received: None")
    _epsilon = float(value)


def image_data_format() -> str:
    """The default place of the channel axis: ``'channels_last'`` or ``'channels_first'``.

    Example:
        >>> image_data_format()
        'channels_last'
    """
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Sets the default place of the channel axis.

    Raises:
        ValueError: unless it is ``'channels_last'`` or ``'channels_first'``.
    """
    global _image_data_format
    if data_format not in _FORMATS:
        raise ValueError(f"set_image_data_format: expected one of {_FORMATS}. Received: {data_format!r}")
    _image_data_format = str(data_format)


def normalize_data_format(value: str | None, owner: str = "data_format") -> str:
    """The data format that an argument means: None is the process's default.

    Args:
        value: ``'channels_last'``, ``'channels_first'`` (in any case) or None.
        owner: what the error message names.

    Raises:
        ValueError: for anything else.
    """
    if value is None:
        return _image_data_format
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in _FORMATS:
        raise ValueError(f"{owner}: expected data_format to be one of {_FORMATS}. Received: {value!r}")
    return lowered


def device() -> torch.device:
    """Where new weights and batches go: what ``set_device`` chose, else CUDA when there is one, else the CPU."""
    if _device is not None:
        return _device
    if _has_cuda():
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


@functools.cache
def _has_cuda() -> bool:
    return torch.cuda.is_available()  # which asks the driver each time


def set_device(name: str | torch.device | None) -> None:
    """Chooses where new weights and batches go.

    Args:
        name: ``'cpu'``, ``'cuda'``, ``'cuda:1'``, ``'mps'``, a ``torch.device``; None goes back to choosing by itself.

    Raises:
        ValueError: when torch does not know the device or it is not there.

    Example:
        >>> set_device("cpu")
        >>> device()
        device(type='cpu')
    """
    global _device
    if name is None:
        _device = None
        return
    try:
        chosen = torch.device(name)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"set_device: expected a device that torch can use here. Received: {name!r} ({reason})"
        ) from None
    if chosen.type == "cuda" and chosen.index is None:
        chosen = torch.device("cuda", torch.cuda.current_device())
    _device = chosen


def float32_precision() -> str:
    """How exactly a GPU multiplies float32 matrices: ``'highest'``, ``'high'`` or ``'medium'``.

    Example:
        >>> float32_precision()
        'highest'
    """
    return torch.get_float32_matmul_precision()


def set_float32_precision(value: str) -> None:
    """Chooses between exact and fast products of float32 matrices, convolutions and recurrent layers on a GPU.

    Until this is called torch's own settings hold: matrices in full, convolutions in TF32.

    Args:
        value: ``'highest'`` for float32 throughout, ``'high'`` for TF32 (factors rounded to 10 bits, several times as
            fast on recent GPUs), ``'medium'`` for bfloat16 products of matrices where torch has them.

    Raises:
        ValueError: for anything else.

    Source: https://pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices

    Example:
        >>> set_float32_precision("high")
        >>> float32_precision()
        'high'
        >>> set_float32_precision("highest")
    """
    if value not in ("highest", "high", "medium"):
        raise ValueError(f"set_float32_precision: expected 'highest', 'high' or 'medium'. Received: {value!r}")
    torch.set_float32_matmul_precision(value)
    torch.backends.cudnn.allow_tf32 = value != "highest"


@contextlib.contextmanager
def on_device(name: str | torch.device) -> Iterator[None]:
    """A block in which new tensors go to another device.

    Args:
        name: as for ``set_device``.

    Example:
        >>> with on_device("cpu"):
        ...     device()
        device(type='cpu')
    """
    global _device
    before = _device
    _device = torch.device(name)
    try:
        yield
    finally:
        _device = before


def torch_dtype(name: str | torch.dtype | None) -> torch.dtype:
    """The torch dtype of a name; None means ``floatx()``.

    Raises:
        ValueError: when torch has no such dtype.

    Example:
        >>> torch_dtype("int32")
        torch.int32
    """
    if isinstance(name, torch.dtype):
        return name
    if name is None:
        name = _floatx
    text = (
        name if isinstance(name, str) else getattr(name, "__name__", None) or getattr(name, "name", None) or str(name)
    )
    if text == "string":
        return torch.int64  # text is kept as numbers of strings (backend/text.py)
    found = getattr(torch, text.removesuffix("_ref"), None)
    if not isinstance(found, torch.dtype):
        raise ValueError(f"dtype: expected the name of a torch dtype such as 'float32'. Received: {name!r}")
    return found


def enable_unsafe_deserialization() -> None:
    """Lets every model file from here on bring code along, as ``safe_mode=False`` does for one.

    Whoever made such a file can then do whatever the user of this process can.

    Source: https://keras.io/api/utils/config_utils/
    """
    global _unsafe
    _unsafe = True


def disable_unsafe_deserialization() -> None:
    """Takes ``enable_unsafe_deserialization`` back."""
    global _unsafe
    _unsafe = False


def unsafe_deserialization() -> bool:
    """Whether model files may bring code along.

    Example:
        >>> unsafe_deserialization()
        False
    """
    return _unsafe


def _read_keras_json() -> None:
    """Takes over the valid settings of keras.json; an unreadable file counts as none, as in Keras."""
    try:
        settings = json.loads((keras_home() / "keras.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if not isinstance(settings, dict):
        return
    if settings.get("floatx") in _FLOATS:
        set_floatx(settings["floatx"])
    if isinstance(settings.get("epsilon"), float):
        set_epsilon(settings["epsilon"])
    if settings.get("image_data_format") in _FORMATS:
        set_image_data_format(settings["image_data_format"])


_read_keras_json()
