"""The wrapper of an optimizer of TensorFlow's own, which has no counterpart.

Source: https://faroit.com/keras-docs/2.2.4/optimizers/
"""

from __future__ import annotations

from typing import Any

from .base import Optimizer

__all__ = ["TFOptimizer"]


class TFOptimizer(Optimizer):
    """There for ``isinstance`` in scripts of Keras 2: no optimizer is one.

    Raises:
        NotImplementedError: when one is made.

    Example:
        >>> from kerastorch import optimizers
        >>> isinstance(optimizers.get("adam"), optimizers.TFOptimizer)
        False
    """

    def __init__(self, optimizer: Any) -> None:
        raise NotImplementedError(
            "TFOptimizer: expected one of Keras's optimizers, or torch's, which compile() takes as they are. "
            f"Received: optimizer={optimizer!r}"
        )
