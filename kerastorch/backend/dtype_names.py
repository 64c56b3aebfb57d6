"""Types of tensors as Keras 3 tells them to scripts: by name.

``tensor.dtype == "float32"`` is what scripts for Keras 3 ask of symbolic tensors and variables. The package and torch,
which need torch's types, go on getting them.

Source: https://keras.io/api/models/model/ (``KerasTensor.dtype``)
"""

from __future__ import annotations

import sys

import torch

from .. import eras

__all__ = ["told"]

_INSIDE = ("kerastorch", "torch", "numpy")


def told(dtype: torch.dtype) -> torch.dtype | str:
    """The type as whoever asks the property that calls this expects it: a name for a script for Keras 3.

    Example:
        >>> told(torch.float32)
        torch.float32
    """
    if eras.current().dtypes == "torch":
        return dtype
    asks = sys._getframe(2).f_globals.get("__name__", "").partition(".")[0]
    return dtype if asks in _INSIDE else str(dtype).removeprefix("torch.")
