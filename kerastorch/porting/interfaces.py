"""``keras.legacy.interfaces``: decorators that translated Keras 1's arguments in Keras 2's own classes.

Scripts that copied a layer or an optimizer from Keras wear them. Here the translation is made by ``porting.keras1``, so
a decorator gives back what it decorates.

Source: Keras 2.2.4, ``keras.legacy.interfaces``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["generate_legacy_interface", "generate_legacy_method_interface"]


def _same(function: Callable) -> Callable:
    return function


def generate_legacy_interface(*args: Any, **kwargs: Any) -> Callable:
    """A decorator that changes nothing."""
    return _same


generate_legacy_method_interface = generate_legacy_interface


_DECORATED = (
    "add_weight batchnorm conv1d conv2d conv3d convlstm2d cropping2d cropping3d deconv2d dense dropout embedding "
    "gaussiandropout gaussiannoise generator_methods get_updates global_pooling input lambda model_constructor "
    "pooling1d pooling2d pooling3d prelu recurrent separable_conv2d spatialdropout1d spatialdropoutNd upsampling1d "
    "upsampling2d upsampling3d zeropadding2d zeropadding3d"
)
globals().update({f"legacy_{name}_support": _same for name in _DECORATED.split()})
