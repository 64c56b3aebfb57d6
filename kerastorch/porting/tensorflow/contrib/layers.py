"""``tf.contrib.layers``: the initializers, regularizers and ``flatten`` that Keras scripts take from it.

Source: https://github.com/tensorflow/tensorflow/tree/r1.15/tensorflow/contrib/layers
"""

from __future__ import annotations

from typing import Any

import torch

from .... import initializers, regularizers
from .._functions import op, refusing, tensor

__all__ = [
    "flatten",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

_STDDEV_OF_TRUNCATED = 0.87962566103423978  # of a normal distribution of stddev 1, cut off at 2


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = None
) -> initializers.Initializer:
    """Weights of variance ``factor / fan``.

    Args:
        factor: the variance times the fan.
        mode: ``'FAN_IN'``, ``'FAN_OUT'`` or ``'FAN_AVG'``.
        uniform: a uniform distribution; else a truncated normal one.
        seed: of the draws.
        dtype: accepted as in TensorFlow; a layer asks for the type of its own weights.
    """
    if uniform:
        return initializers.VarianceScaling(factor, mode, "uniform", seed)
    # TensorFlow widens what is truncated by sqrt(1.3), Keras by the exact 1 / 0.8796.
    scale = 1.3 * factor * _STDDEV_OF_TRUNCATED**2
    return initializers.VarianceScaling(scale, mode, "truncated_normal", seed)


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = None) -> initializers.Initializer:
    """Glorot's initializer: variance ``1 / fan_avg``; arguments as in ``variance_scaling_initializer``."""
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer


def l1_regularizer(scale: float, scope: str | None = None) -> regularizers.Regularizer:
    """The sum of absolute values, times ``scale``; ``scope``, a name in TensorFlow's graphs, has no counterpart."""
    return regularizers.l1(float(scale))


def l2_regularizer(scale: float, scope: str | None = None) -> regularizers.Regularizer:
    """Half the sum of squares, times ``scale``."""
    return regularizers.l2(0.5 * scale)


def l1_l2_regularizer(
    scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None
) -> regularizers.Regularizer:
    """The sum of ``l1_regularizer(scale_l1)`` and ``l2_regularizer(scale_l2)``."""
    return regularizers.l1_l2(float(scale_l1), 0.5 * scale_l2)


@op
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> torch.Tensor:
    """(batch, ...) as (batch, features).

    Args:
        inputs: a tensor.
        outputs_collections: None: there are no collections of a graph to put the result in.
        scope: a name in TensorFlow's graphs, without a counterpart.

    Raises:
        ValueError: for collections.
    """
    if outputs_collections is not None:
        raise ValueError(
            "tf.contrib.layers.flatten: expected outputs_collections=None, since there are no collections of a graph. "
            f"Received: outputs_collections={outputs_collections!r}"
        )
    return tensor(inputs).flatten(1)


__getattr__ = refusing(__name__, "keras.layers has its layers")
