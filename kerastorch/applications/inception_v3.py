"""Inception V3: convolutions of several sizes side by side, large ones taken apart into rows and columns.

Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", https://arxiv.org/abs/1512.00567
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import layers
from ._assemble import application, channel_axis, kernels
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

Tensor = Any
# A convolution of (filters, rows, columns), padded to keep the image's size; with (…, stride) it is not padded. "avg"
# is an average over 3x3 that keeps the size, "max" a maximum over 3x3 that halves it. A list holds branches, whose
# results are joined.
Step = tuple | str | list


def convolve(x: Tensor, filters: int, rows: int, columns: int, stride: int | None = None) -> Tensor:
    """A convolution without bias, normalized, with relu."""
    x = layers.Conv2D(
        filters,
        (rows, columns),
        strides=stride or 1,
        padding="valid" if stride else "same",
        use_bias=False,
    )(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False)(x)
    return layers.Activation("relu")(x)


def follow(x: Tensor, steps: Sequence[Step], name: str | None = None) -> Tensor:
    """Takes the steps one after the other; the name is that of branches joined."""
    for step in steps:
        if isinstance(step, list):
            x = join(x, step, name)
        elif step == "avg":
            x = layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)
        elif step == "max":
            x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
        else:
            x = convolve(x, *step)
    return x


def join(x: Tensor, branches: Sequence[Sequence[Step]], name: str | None = None, inner: str | None = None) -> Tensor:
    """The branches' results side by side.

    Args:
        x: what each branch begins with.
        branches: their steps.
        name: the name of the joined result.
        inner: the name of the first joined result inside of a branch.
    """
    found = []
    for steps in branches:
        found.append(follow(x, steps, inner))
        if isinstance(steps[-1], list):
            inner = None
    return layers.concatenate(found, axis=channel_axis(), name=name)


STEM: tuple[Step, ...] = ((32, 3, 3, 2), (32, 3, 3, 1), (64, 3, 3), "max", (80, 1, 1, 1), (192, 3, 3, 1), "max")


def _small(pooled: int) -> list[Sequence[Step]]:
    return [
        [(64, 1, 1)],
        [(48, 1, 1), (64, 5, 5)],
        [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
        ["avg", (pooled, 1, 1)],
    ]


def _seven(n: int) -> list[Sequence[Step]]:
    return [
        [(192, 1, 1)],
        [(n, 1, 1), (n, 1, 7), (192, 7, 1)],
        [(n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)],
        ["avg", (192, 1, 1)],
    ]


_WIDE: list[Sequence[Step]] = [
    [(320, 1, 1)],
    [(384, 1, 1), [[(384, 1, 3)], [(384, 3, 1)]]],
    [(448, 1, 1), (384, 3, 3), [[(384, 1, 3)], [(384, 3, 1)]]],
    ["avg", (192, 1, 1)],
]
_MIXED: tuple[list[Sequence[Step]], ...] = (
    _small(32),
    _small(64),
    _small(64),
    [[(384, 3, 3, 2)], [(64, 1, 1), (96, 3, 3), (96, 3, 3, 2)], ["max"]],
    _seven(128),
    _seven(160),
    _seven(160),
    _seven(192),
    [[(192, 1, 1), (320, 3, 3, 2)], [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3, 2)], ["max"]],
    _WIDE,
    _WIDE,
)


def _body(x: Tensor) -> Tensor:
    x = follow(x, STEM)
    for i, branches in enumerate(_MIXED):
        x = join(x, branches, f"mixed{i}", f"mixed9_{i - 9}" if branches is _WIDE else None)
    return x


InceptionV3 = application(
    "InceptionV3",
    _body,
    "Inception V3.",
    "https://arxiv.org/abs/1512.00567",
    module=__name__,
    name="inception_v3",
    size=299,
    smallest=75,
    files=kernels(
        "inception_v3", "inception_v3", "9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"
    ),
)
