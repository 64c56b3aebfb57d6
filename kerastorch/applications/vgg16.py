"""VGG: stacks of 3x3 convolutions with a pooling after each.

Source: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
https://arxiv.org/abs/1409.1556
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import layers
from ._assemble import application, kernels
from .imagenet_utils import decode_predictions, preprocess_input

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

_FILTERS = (64, 128, 256, 512, 512)


def body(depths: Sequence[int]) -> Callable[[Any], Any]:
    """The convolutions of a VGG with so many of them in each block."""

    def convolutions(x: Any) -> Any:
        for block, (filters, depth) in enumerate(zip(_FILTERS, depths, strict=True), start=1):
            for i in range(1, depth + 1):
                name = f"block{block}_conv{i}"
                x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same", name=name)(x)
            x = layers.MaxPooling2D((2, 2), strides=(2, 2), name=f"block{block}_pool")(x)
        return x

    return convolutions


def top(x: Any, classes: int, activation: Any) -> Any:
    """The three Dense layers that classify."""
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)


VGG16 = application(
    "VGG16",
    body((2, 2, 3, 3, 3)),
    "VGG with 13 convolutions and 3 Dense layers.",
    "https://arxiv.org/abs/1409.1556",
    module=__name__,
    size=224,
    files=kernels("vgg16", "vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    top=top,
)
