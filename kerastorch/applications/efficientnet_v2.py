"""EfficientNetV2: its first stages convolve all channels at once, which runs faster than channel by channel.

Source: Tan & Le, "EfficientNetV2: Smaller Models and Faster Training", https://arxiv.org/abs/2104.00298
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .. import layers
from ._assemble import STORAGE, File, application, channel_axis, pooled_by_name
from .efficientnet import convolve, depthwise, excite, skip, top
from .imagenet_utils import TORCH_MEAN, TORCH_STD, decode_predictions
from .imagenet_utils import preprocess_nothing as preprocess_input

__all__ = [
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2L",
    "EfficientNetV2M",
    "EfficientNetV2S",
    "decode_predictions",
    "preprocess_input",
]

Tensor = Any


class _Stage(NamedTuple):
    """Blocks of one kind; those that excite convolve each channel by itself, the others all at once."""

    repeats: int
    filters_in: int
    filters_out: int
    expand: int
    strides: int
    excites: bool


_B = (
    _Stage(1, 32, 16, 1, 1, False),
    _Stage(2, 16, 32, 4, 2, False),
    _Stage(2, 32, 48, 4, 2, False),
    _Stage(3, 48, 96, 4, 2, True),
    _Stage(5, 96, 112, 6, 1, True),
    _Stage(8, 112, 192, 6, 2, True),
)
_S = (
    _Stage(2, 24, 24, 1, 1, False),
    _Stage(4, 24, 48, 4, 2, False),
    _Stage(4, 48, 64, 4, 2, False),
    _Stage(6, 64, 128, 4, 2, True),
    _Stage(9, 128, 160, 6, 1, True),
    _Stage(15, 160, 256, 6, 2, True),
)
_M = (
    _Stage(3, 24, 24, 1, 1, False),
    _Stage(5, 24, 48, 4, 2, False),
    _Stage(5, 48, 80, 4, 2, False),
    _Stage(7, 80, 160, 4, 2, True),
    _Stage(14, 160, 176, 6, 1, True),
    _Stage(18, 176, 304, 6, 2, True),
    _Stage(5, 304, 512, 6, 1, True),
)
_L = (
    _Stage(4, 32, 32, 1, 1, False),
    _Stage(7, 32, 64, 4, 2, False),
    _Stage(7, 64, 96, 4, 2, False),
    _Stage(10, 96, 192, 4, 2, True),
    _Stage(19, 192, 224, 6, 1, True),
    _Stage(25, 224, 384, 6, 2, True),
    _Stage(7, 384, 640, 6, 1, True),
)
_OPTIONS = {"include_preprocessing": "whether the model scales the pixels itself, True by default."}


def _norm(x: Tensor, name: str, activation: str | None = None) -> Tensor:
    x = layers.BatchNormalization(axis=channel_axis(), momentum=0.9, name=f"{name}bn")(x)
    return x if activation is None else layers.Activation(activation, name=f"{name}activation")(x)


def _block(x: Tensor, stage: _Stage, rate: float, name: str) -> Tensor:
    given, wide, expands = x, stage.filters_in * stage.expand, stage.expand != 1
    fused = not stage.excites
    if expands:
        size, strides = (3, stage.strides) if fused else (1, 1)
        x = _norm(convolve(x, wide, size, f"{name}expand_conv", strides=strides), f"{name}expand_", "swish")
    if stage.excites:
        x = depthwise(x, 3, f"{name}dwconv2", strides=stage.strides, padding="same")
        x = excite(_norm(x, name, "swish"), max(1, int(stage.filters_in * 0.25)), "swish", name)
    size, strides = (3, stage.strides) if fused and not expands else (1, 1)
    x = convolve(x, stage.filters_out, size, f"{name}project_conv", strides=strides)
    x = _norm(x, f"{name}project_", "swish" if fused and not expands else None)
    if stage.strides == 1 and stage.filters_in == stage.filters_out:
        x = skip(x, given, rate, name)
    return x


def _scale_pixels(x: Tensor, by_channel: bool) -> Tensor:
    if not by_channel or x.shape[channel_axis()] != 3:
        return layers.Rescaling(1.0 / 128.0, offset=-1.0)(x)
    x = layers.Rescaling(1.0 / 255)(x)
    variance = [deviation**2 for deviation in TORCH_STD]
    return layers.Normalization(mean=list(TORCH_MEAN), variance=variance, axis=channel_axis())(x)


def _body(stages: Sequence[_Stage], width: float, depth: float) -> Callable[..., Tensor]:
    def wide(filters: float) -> int:
        filters *= width
        return max(8, int(filters + 4) // 8 * 8)

    def network(x: Tensor, include_preprocessing: bool = True) -> Tensor:
        if include_preprocessing:
            x = _scale_pixels(x, by_channel=stages is _B)
        x = _norm(convolve(x, wide(stages[0].filters_in), 3, "stem_conv", strides=2), "stem_", "swish")
        number, total = 0, sum(stage.repeats for stage in stages)  # of the stages before they are made deeper
        for i, stage in enumerate(stages):
            first = stage._replace(filters_in=wide(stage.filters_in), filters_out=wide(stage.filters_out))
            others = first._replace(strides=1, filters_in=first.filters_out)
            for j in range(math.ceil(depth * stage.repeats)):
                rate = 0.2 * number / total
                x = _block(x, others if j else first, rate, f"block{i + 1}{chr(ord('a') + j)}_")
                number += 1
        return _norm(convolve(x, wide(1280), 1, "top_conv"), "top_", "swish")

    return network


def _v2(
    kind: str, stages: Sequence[_Stage], size: int, hashes: tuple[str, str], width: float = 1.0, depth: float = 1.0
):
    stem = f"{STORAGE}efficientnet_v2/efficientnetv2-{kind.lower()}"
    return application(
        f"EfficientNetV2{kind}",
        _body(stages, width, depth),
        f"EfficientNetV2 {kind}.",
        "https://arxiv.org/abs/2104.00298",
        module=__name__,
        name=f"efficientnetv2-{kind.lower()}",
        size=size,
        files=(File(f"{stem}.h5", hashes[0]), File(f"{stem}_notop.h5", hashes[1])),
        top=top(0.2),
        bare=pooled_by_name,
        options=_OPTIONS,
    )


_HASHES = {
    "B0": ("21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "B1": ("069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "B2": ("424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "B3": ("1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "S": ("e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "M": ("a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "L": ("27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}

EfficientNetV2B0 = _v2("B0", _B, 224, _HASHES["B0"])
EfficientNetV2B1 = _v2("B1", _B, 240, _HASHES["B1"], depth=1.1)
EfficientNetV2B2 = _v2("B2", _B, 260, _HASHES["B2"], width=1.1, depth=1.2)
EfficientNetV2B3 = _v2("B3", _B, 300, _HASHES["B3"], width=1.2, depth=1.4)
EfficientNetV2S = _v2("S", _S, 384, _HASHES["S"])
EfficientNetV2M = _v2("M", _M, 480, _HASHES["M"])
EfficientNetV2L = _v2("L", _L, 480, _HASHES["L"])
