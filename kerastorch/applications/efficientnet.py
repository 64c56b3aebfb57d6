"""EfficientNet: one network, made deeper, wider and larger together.

Source: Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
https://arxiv.org/abs/1905.11946
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import backend, eras, layers
from ._assemble import File, application, channel_axis, divisible, pooled_by_name
from .imagenet_utils import TORCH_STD, correct_pad, decode_predictions
from .imagenet_utils import preprocess_nothing as preprocess_input

__all__ = [
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "decode_predictions",
    "preprocess_input",
]

_BASE = "https://storage.googleapis.com/keras-applications/"

Tensor = Any


def _scaling(scale: float, distribution: str) -> dict[str, Any]:
    config = {"scale": scale, "mode": "fan_out", "distribution": distribution}
    return {"class_name": "VarianceScaling", "config": config}


CONV_INITIALIZER = _scaling(2.0, "truncated_normal")
DENSE_INITIALIZER = _scaling(1.0 / 3.0, "uniform")

_KEYS = ("kernel_size", "repeats", "filters_in", "filters_out", "expand_ratio", "strides")
_DEFAULT = tuple(
    {**dict(zip(_KEYS, row, strict=True)), "se_ratio": 0.25, "id_skip": True}
    for row in (
        (3, 1, 32, 16, 1, 1),
        (3, 2, 16, 24, 6, 2),
        (5, 2, 24, 40, 6, 2),
        (3, 3, 40, 80, 6, 2),
        (5, 3, 80, 112, 6, 1),
        (5, 4, 112, 192, 6, 2),
        (3, 1, 192, 320, 6, 1),
    )
)
_OPTIONS = {
    "drop_connect_rate": "how likely the last block is skipped in training, 0.2 by default; earlier ones less.",
    "depth_divisor": "what numbers of filters are multiples of, 8 by default.",
    "activation": "of all layers, ``'swish'`` by default.",
    "blocks_args": "the stages, one dict each as in Keras, in place of the paper's.",
}


def convolve(x: Tensor, filters: int, size: int, name: str, **kwargs: Any) -> Tensor:
    """A convolution that keeps the image's size, without bias unless one is asked for."""
    kwargs = {"padding": "same", "use_bias": False, **kwargs}
    return layers.Conv2D(filters, size, kernel_initializer=CONV_INITIALIZER, name=name, **kwargs)(x)


def depthwise(x: Tensor, size: int, name: str, **kwargs: Any) -> Tensor:
    """A convolution of each channel by itself."""
    kwargs = {"use_bias": False, "depthwise_initializer": CONV_INITIALIZER, **kwargs}
    return layers.DepthwiseConv2D(size, name=name, **kwargs)(x)


def excite(x: Tensor, filters: int, activation: Any, name: str) -> Tensor:
    """Weighs each channel by what all of them have on average (squeeze and excitation)."""
    channels = x.shape[channel_axis()]
    se = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    se = layers.Reshape((channels, 1, 1) if channel_axis() == 1 else (1, 1, channels), name=f"{name}se_reshape")(se)
    se = convolve(se, filters, 1, f"{name}se_reduce", use_bias=True, activation=activation)
    se = convolve(se, channels, 1, f"{name}se_expand", use_bias=True, activation="sigmoid")
    return layers.multiply([x, se], name=f"{name}se_excite")


def skip(x: Tensor, given: Tensor, rate: float, name: str) -> Tensor:
    """Adds what a block was given; in training the block is left out at that rate."""
    if rate:
        x = layers.Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.add([x, given], name=f"{name}add")


def _norm(x: Tensor, name: str, activation: Any = None) -> Tensor:
    x = layers.BatchNormalization(axis=channel_axis(), name=f"{name}bn")(x)
    return x if activation is None else layers.Activation(activation, name=f"{name}activation")(x)


def _block(x: Tensor, stage: dict[str, Any], activation: Any, rate: float, name: str) -> Tensor:
    given, size, strides = x, stage["kernel_size"], stage["strides"]
    if stage["expand_ratio"] != 1:
        x = convolve(x, stage["filters_in"] * stage["expand_ratio"], 1, f"{name}expand_conv")
        x = _norm(x, f"{name}expand_", activation)
    if strides == 2:
        x = layers.ZeroPadding2D(correct_pad(x, size), name=f"{name}dwconv_pad")(x)
    x = depthwise(x, size, f"{name}dwconv", strides=strides, padding="valid" if strides == 2 else "same")
    x = _norm(x, name, activation)
    if 0 < stage["se_ratio"] <= 1:
        x = excite(x, max(1, int(stage["filters_in"] * stage["se_ratio"])), activation, name)
    x = _norm(convolve(x, stage["filters_out"], 1, f"{name}project_conv"), f"{name}project_")
    if stage["id_skip"] and strides == 1 and stage["filters_in"] == stage["filters_out"]:
        x = skip(x, given, rate, name)
    return x


def _scale_pixels(x: Tensor, pretrained: bool) -> Tensor:
    x = layers.Rescaling(1.0 / 255.0)(x)
    x = layers.Normalization(axis=channel_axis())(x)
    if not pretrained:
        return x
    # the published weights divided by the deviation where they meant the variance
    factors = [1.0 / math.sqrt(deviation) for deviation in TORCH_STD]
    if eras.current().applications == "keras3":
        return layers.Rescaling(factors)(x)
    return x * backend.reshape(backend.constant(factors), (3, 1, 1) if channel_axis() == 1 else (1, 1, 3))


def _body(width: float, depth: float) -> Callable[..., Tensor]:
    def network(
        x: Tensor,
        pretrained: bool,
        drop_connect_rate: float = 0.2,
        depth_divisor: int = 8,
        activation: Any = "swish",
        blocks_args: Any = "default",
    ) -> Tensor:
        def wide(filters: int) -> int:
            return divisible(filters * width, depth_divisor)

        stages = _DEFAULT if blocks_args == "default" else blocks_args
        defaults = {"expand_ratio": 1, "se_ratio": 0.0, "id_skip": True, "strides": 1, "kernel_size": 3}
        x = _scale_pixels(x, pretrained)
        x = layers.ZeroPadding2D(correct_pad(x, 3), name="stem_conv_pad")(x)
        x = convolve(x, wide(32), 3, "stem_conv", strides=2, padding="valid")
        x = _norm(x, "stem_", activation)
        repeats = [math.ceil(depth * stage["repeats"]) for stage in stages]
        number = 0
        for i, (stage, count) in enumerate(zip(stages, repeats)):
            widths = {key: wide(stage[key]) for key in ("filters_in", "filters_out")}
            first = {**defaults, **stage, **widths}
            others = {**first, "strides": 1, "filters_in": first["filters_out"]}
            for j in range(count):
                rate = drop_connect_rate * number / sum(repeats)
                x = _block(x, others if j else first, activation, rate, f"block{i + 1}{chr(ord('a') + j)}_")
                number += 1
        return _norm(convolve(x, wide(1280), 1, "top_conv"), "top_", activation)

    return network


def top(dropout: float, **dense: Any) -> Callable[[Tensor, int, Any], Tensor]:
    """Averages, drops out and classifies."""

    def classify(x: Tensor, classes: int, activation: Any) -> Tensor:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout, name="top_dropout")(x)
        dense_layer = layers.Dense(
            classes, activation=activation, kernel_initializer=DENSE_INITIALIZER, name="predictions", **dense
        )
        return dense_layer(x)

    return classify


def _efficientnet(kind: str, width: float, depth: float, size: int, dropout: float, hashes: tuple[str, str]) -> Any:
    stem = f"{_BASE}efficientnet{kind.lower()}"
    return application(
        f"EfficientNet{kind}",
        _body(width, depth),
        f"EfficientNet {kind}; it scales the pixels itself.",
        "https://arxiv.org/abs/1905.11946",
        module=__name__,
        size=size,
        files=(File(f"{stem}.h5", hashes[0]), File(f"{stem}_notop.h5", hashes[1])),
        top=top(dropout),
        bare=pooled_by_name,
        options=_OPTIONS,
        tells_pretrained=True,
    )


_HASHES = {
    "B0": ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    "B1": ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    "B2": ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    "B3": ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    "B4": ("18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    "B5": ("ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    "B6": ("165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    "B7": ("8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
}

EfficientNetB0 = _efficientnet("B0", 1.0, 1.0, 224, 0.2, _HASHES["B0"])
EfficientNetB1 = _efficientnet("B1", 1.0, 1.1, 240, 0.2, _HASHES["B1"])
EfficientNetB2 = _efficientnet("B2", 1.1, 1.2, 260, 0.3, _HASHES["B2"])
EfficientNetB3 = _efficientnet("B3", 1.2, 1.4, 300, 0.3, _HASHES["B3"])
EfficientNetB4 = _efficientnet("B4", 1.4, 1.8, 380, 0.4, _HASHES["B4"])
EfficientNetB5 = _efficientnet("B5", 1.6, 2.2, 456, 0.4, _HASHES["B5"])
EfficientNetB6 = _efficientnet("B6", 1.8, 2.6, 528, 0.5, _HASHES["B6"])
EfficientNetB7 = _efficientnet("B7", 2.0, 3.1, 600, 0.5, _HASHES["B7"])
