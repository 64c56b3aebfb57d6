"""Xception: Inception taken to its end, where every channel is convolved by itself.

Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", https://arxiv.org/abs/1610.02357
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import layers
from ._assemble import application, channel_axis, kernels
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

Tensor = Any

# for each block from the second on: the filters of its separable convolutions, and whether it halves the image
_BLOCKS = (
    ((128, 128), True),
    ((256, 256), True),
    ((728, 728), True),
    *(((728, 728, 728), False),) * 8,
    ((728, 1024), True),
)


def _norm(x: Tensor, name: str | None = None) -> Tensor:
    return layers.BatchNormalization(axis=channel_axis(-1), name=name)(x)


def _convolve(x: Tensor, filters: int, name: str, **kwargs: Any) -> Tensor:
    x = _norm(layers.Conv2D(filters, (3, 3), use_bias=False, name=name, **kwargs)(x), f"{name}_bn")
    return layers.Activation("relu", name=f"{name}_act")(x)


def _separable(x: Tensor, filters: int, name: str) -> Tensor:
    x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False, name=name)(x)
    return _norm(x, f"{name}_bn")


def _block(x: Tensor, number: int, filters: Sequence[int], halves: bool) -> Tensor:
    skip = x
    if halves:
        skip = _norm(layers.Conv2D(filters[-1], (1, 1), strides=(2, 2), padding="same", use_bias=False)(x))
    for i, n in enumerate(filters, start=1):
        name = f"block{number}_sepconv{i}"
        if (number, i) != (2, 1):  # where the input has just been through relu
            x = layers.Activation("relu", name=f"{name}_act")(x)
        x = _separable(x, n, name)
    if halves:
        x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name=f"block{number}_pool")(x)
    return layers.add([x, skip])


def _body(x: Tensor) -> Tensor:
    x = _convolve(x, 32, "block1_conv1", strides=(2, 2))
    x = _convolve(x, 64, "block1_conv2")
    for number, (filters, halves) in enumerate(_BLOCKS, start=2):
        x = _block(x, number, filters, halves)
    for i, filters in enumerate((1536, 2048), start=1):
        name = f"block{len(_BLOCKS) + 2}_sepconv{i}"
        x = layers.Activation("relu", name=f"{name}_act")(_separable(x, filters, name))
    return x


Xception = application(
    "Xception",
    _body,
    "Xception.",
    "https://arxiv.org/abs/1610.02357",
    module=__name__,
    size=299,
    smallest=71,
    files=kernels("xception", "xception", "0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
)
