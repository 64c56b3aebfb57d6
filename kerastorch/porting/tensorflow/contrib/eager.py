"""``tf.contrib.eager``: functions run at once here in any case.

Source: https://github.com/tensorflow/tensorflow/tree/r1.15/tensorflow/contrib/eager
"""

from __future__ import annotations

from typing import Any

from .._functions import refuse
from ..odds import executing_eagerly
from ..tape import GradientTape
from ..v1.settings import enable_eager_execution
from ..variables import Variable

__all__ = ["GradientTape", "Variable", "enable_eager_execution", "executing_eagerly", "in_eager_mode", "num_gpus"]

in_eager_mode = executing_eagerly


def num_gpus() -> int:
    """The number of GPUs that torch sees."""
    import torch

    return torch.cuda.device_count()


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    refuse(f"contrib.eager.{name}", "tf.GradientTape gives gradients")
