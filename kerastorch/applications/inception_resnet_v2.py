"""Inception-ResNet V2: Inception's branches as the blocks of a ResNet.

Layer names and filters are those of TF-slim, where the published weights come from.

Source: Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
https://arxiv.org/abs/1602.07261
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import eras, layers
from ._assemble import application, channel_axis, kernels
from .custom_layers import CustomScaleLayer
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input
from .inception_v3 import STEM, Step, follow, join

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]

Tensor = Any

_MIXED_5B: list[Sequence[Step]] = [
    [(96, 1, 1)],
    [(48, 1, 1), (64, 5, 5)],
    [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
    ["avg", (64, 1, 1)],
]
_MIXED_6A: list[Sequence[Step]] = [[(384, 3, 3, 2)], [(256, 1, 1), (256, 3, 3), (384, 3, 3, 2)], ["max"]]
_MIXED_7A: list[Sequence[Step]] = [
    [(256, 1, 1), (384, 3, 3, 2)],
    [(256, 1, 1), (288, 3, 3, 2)],
    [(256, 1, 1), (288, 3, 3), (320, 3, 3, 2)],
    ["max"],
]
_BLOCK35: list[Sequence[Step]] = [
    [(32, 1, 1)],
    [(32, 1, 1), (32, 3, 3)],
    [(32, 1, 1), (48, 3, 3), (64, 3, 3)],
]
_BLOCK17: list[Sequence[Step]] = [[(192, 1, 1)], [(128, 1, 1), (160, 1, 7), (192, 7, 1)]]
_BLOCK8: list[Sequence[Step]] = [[(192, 1, 1)], [(192, 1, 1), (224, 1, 3), (256, 3, 1)]]


def _block(x: Tensor, branches: Sequence[Sequence[Step]], name: str, scale: float, relu: bool = True) -> Tensor:
    """Adds the joined branches, scaled, to what came in."""
    mixed = join(x, branches, f"{name}_mixed")
    new = layers.Conv2D(x.shape[channel_axis()], 1, padding="same", name=f"{name}_conv")(mixed)
    named = eras.current().applications == "keras2"
    x = CustomScaleLayer(scale, name=name if named else None)([x, new])
    return layers.Activation("relu", name=f"{name}_ac")(x) if relu else x


def _body(x: Tensor) -> Tensor:
    x = join(follow(x, STEM), _MIXED_5B, "mixed_5b")
    for i in range(1, 11):
        x = _block(x, _BLOCK35, f"block35_{i}", 0.17)
    x = join(x, _MIXED_6A, "mixed_6a")
    for i in range(1, 21):
        x = _block(x, _BLOCK17, f"block17_{i}", 0.1)
    x = join(x, _MIXED_7A, "mixed_7a")
    for i in range(1, 10):
        x = _block(x, _BLOCK8, f"block8_{i}", 0.2)
    x = _block(x, _BLOCK8, "block8_10", 1.0, relu=False)
    x = layers.Conv2D(1536, 1, padding="same", use_bias=False, name="conv_7b")(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False, name="conv_7b_bn")(x)
    return layers.Activation("relu", name="conv_7b_ac")(x)


InceptionResNetV2 = application(
    "InceptionResNetV2",
    _body,
    "Inception-ResNet V2.",
    "https://arxiv.org/abs/1602.07261",
    module=__name__,
    name="inception_resnet_v2",
    size=299,
    smallest=75,
    files=kernels(
        "inception_resnet_v2",
        "inception_resnet_v2",
        "e693bd0210a403b3192acc6073ad2e96",
        "d19885ff4a710c122648d3b5c3b684e4",
    ),
)
