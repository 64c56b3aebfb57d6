"""``tf.contrib.eager``: functions run at once here in any case.

Source: https://github.com/tensorflow/tensorflow/tree/r1.15/tensorflow/contrib/eager
"""

from __future__ import annotations

import torch

from .._functions import refusing
from ..odds import executing_eagerly
from ..tape import GradientTape
from ..v1.settings import enable_eager_execution
from ..variables import Variable

__all__ = ["GradientTape", "Variable", "enable_eager_execution", "executing_eagerly", "in_eager_mode", "num_gpus"]

in_eager_mode = executing_eagerly


def num_gpus() -> int:
    """The number of GPUs that torch sees."""
    return torch.cuda.device_count()


__getattr__ = refusing(__name__, "tf.GradientTape gives gradients")
