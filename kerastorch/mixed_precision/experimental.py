"""The names that TensorFlow 2.1 to 2.3 had for mixed precision.

Source: https://www.tensorflow.org/versions/r2.3/api_docs/python/tf/keras/mixed_precision/experimental
"""

from __future__ import annotations

import warnings
from typing import Any

from ..engine import policy as _policy
from ..engine.policy import global_policy
from ..optimizers.loss_scale import LossScaleOptimizer as _LossScaleOptimizer

__all__ = ["LossScaleOptimizer", "Policy", "get_layer_policy", "global_policy", "set_policy"]


class Policy(_policy.Policy):
    """A policy with the argument that it once had.

    Args:
        name: as for ``mixed_precision.Policy``.
        loss_scale: has no effect: ``compile`` scales the loss under ``mixed_float16``, dynamically.

    Example:
        >>> Policy("mixed_float16").compute_dtype
        'float16'
    """

    def __init__(self, name: str, loss_scale: Any = "auto") -> None:
        super().__init__(name)
        if loss_scale not in ("auto", "dynamic", None):
            warnings.warn(
                "Policy: loss_scale has no effect; give compile() a LossScaleOptimizer with a scale of your own.",
                stacklevel=2,
            )


def set_policy(policy: Any) -> None:
    """``mixed_precision.set_global_policy`` under its first name.

    Args:
        policy: its name, or a policy.

    Example:
        >>> set_policy("mixed_bfloat16")
        >>> global_policy().name
        'mixed_bfloat16'
        >>> set_policy(None)
    """
    _policy.set_global_policy(policy)


def get_layer_policy(layer: Any) -> _policy.Policy:
    """A layer's policy.

    Args:
        layer: the layer.

    Example:
        >>> import kerastorch as keras
        >>> get_layer_policy(keras.layers.Dense(1, dtype="mixed_bfloat16")).name
        'mixed_bfloat16'
    """
    return layer.dtype_policy


class LossScaleOptimizer(_LossScaleOptimizer):
    """``mixed_precision.LossScaleOptimizer`` with the arguments that it once had.

    Args:
        optimizer: the optimizer that updates the weights.
        loss_scale: ``'dynamic'``, or a number for a fixed scale.

    Example:
        >>> from kerastorch.optimizers import SGD
        >>> float(LossScaleOptimizer(SGD(), 128).loss_scale)
        128.0
    """

    def __init__(self, optimizer: Any, loss_scale: Any = "dynamic") -> None:
        if loss_scale == "dynamic":
            super().__init__(optimizer)
        else:
            super().__init__(optimizer, dynamic=False, initial_scale=loss_scale)
