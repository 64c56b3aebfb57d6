"""ResNet50 under the name and with the layers that each Keras generation gave it.

Keras to 2.3 calls its layers ``res2a_branch2a`` and so on and has weights of its own; later it is that of ``resnet``.

Source: He et al., "Deep Residual Learning for Image Recognition", https://arxiv.org/abs/1512.03385
"""

from __future__ import annotations

import functools
from typing import Any

from .. import eras, layers
from ..models import Model
from . import resnet
from ._assemble import File, application, channel_axis, dense_top
from .imagenet_utils import decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]

_BASE = "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/"
_STEM = f"{_BASE}resnet50_weights_tf_dim_ordering_tf_kernels"
_DEPTHS = (3, 4, 6, 3)

Tensor = Any


def _conv_norm(x: Tensor, filters: int, size: int, name: str, **kwargs: Any) -> Tensor:
    x = layers.Conv2D(filters, size, kernel_initializer="he_normal", name=f"res{name}", **kwargs)(x)
    return layers.BatchNormalization(axis=channel_axis(), name=f"bn{name}")(x)


def _block(x: Tensor, filters: int, name: str, stride: int, shortcut: bool) -> Tensor:
    skip = x
    x = layers.Activation("relu")(_conv_norm(x, filters, 1, f"{name}2a", strides=stride))
    x = layers.Activation("relu")(_conv_norm(x, filters, 3, f"{name}2b", padding="same"))
    x = _conv_norm(x, 4 * filters, 1, f"{name}2c")
    if shortcut:
        skip = _conv_norm(skip, 4 * filters, 1, f"{name}1", strides=stride)
    return layers.Activation("relu")(layers.add([x, skip]))


def _body(x: Tensor) -> Tensor:
    x = layers.ZeroPadding2D((3, 3), name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, kernel_initializer="he_normal", name="conv1")(x)
    x = layers.BatchNormalization(axis=channel_axis(), name="bn_conv1")(x)
    x = layers.ZeroPadding2D((1, 1), name="pool1_pad")(layers.Activation("relu")(x))
    x = layers.MaxPooling2D(3, strides=2)(x)
    for i, depth in enumerate(_DEPTHS):
        for j in range(depth):
            name = f"{i + 2}{chr(ord('a') + j)}_branch"
            x = _block(x, 64 << i, name, stride=2 if i and not j else 1, shortcut=not j)
    return x


_branches = application(
    "ResNet50",
    _body,
    "ResNet with 50 layers of weights; its layers have the names of the Keras generation in force.",
    "https://arxiv.org/abs/1512.03385",
    module=__name__,
    size=224,
    files=(
        File(f"{_STEM}.h5", "a7b3fe01876f51b976af0dea6bc144eb"),
        File(f"{_STEM}_notop.h5", "a268eb855778b3df3c7506639542a6af"),
    ),
    top=dense_top("fc1000"),
)


@functools.wraps(_branches)
def ResNet50(*args: Any, **kwargs: Any) -> Model:  # Keras's name
    build = _branches if eras.current().applications == "keras2" else resnet.ResNet50
    return build(*args, **kwargs)
