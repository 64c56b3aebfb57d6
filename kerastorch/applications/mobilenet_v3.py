"""MobileNetV3: MobileNetV2's blocks, excited, with a cheaper activation; found by a search.

Source: Howard et al., "Searching for MobileNetV3", https://arxiv.org/abs/1905.02244
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import eras, layers
from ..models import Model
from ._assemble import STORAGE, File, assemble, channel_axis, check_modules, divisible, pooled_by_name, published
from .imagenet_utils import correct_pad, decode_predictions
from .imagenet_utils import preprocess_nothing as preprocess_input
from .mobilenet import spatial, warn_of_size
from .mobilenet_v2 import sizes_of

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "decode_predictions", "preprocess_input"]

Tensor = Any
Activation = Callable[[Tensor], Tensor]

# expansion, filters, kernel, stride, whether it excites, whether its activation is hard swish; a minimalistic model has
# 3 for every kernel, and neither of the last two
_SMALL = (
    (1, 16, 3, 2, True, False),
    (72.0 / 16, 24, 3, 2, False, False),
    (88.0 / 24, 24, 3, 1, False, False),
    (4, 40, 5, 2, True, True),
    (6, 40, 5, 1, True, True),
    (6, 40, 5, 1, True, True),
    (3, 48, 5, 1, True, True),
    (3, 48, 5, 1, True, True),
    (6, 96, 5, 2, True, True),
    (6, 96, 5, 1, True, True),
    (6, 96, 5, 1, True, True),
)
_LARGE = (
    (1, 16, 3, 1, False, False),
    (4, 24, 3, 2, False, False),
    (3, 24, 3, 1, False, False),
    (3, 40, 5, 2, True, False),
    (3, 40, 5, 1, True, False),
    (3, 40, 5, 1, True, False),
    (6, 80, 3, 2, False, True),
    (2.5, 80, 3, 1, False, True),
    (2.3, 80, 3, 1, False, True),
    (2.3, 80, 3, 1, False, True),
    (6, 112, 3, 1, True, True),
    (6, 112, 3, 1, True, True),
    (6, 160, 5, 2, True, True),
    (6, 160, 5, 1, True, True),
    (6, 160, 5, 1, True, True),
)
_HASHES = {
    "large_224_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0": ("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    "small_224_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0": ("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
}
_OPTIONS = {
    "input_shape": "the shape of one image, at least 32x32; unknown by default, with the top as well.",
    "alpha": "the width: how many filters each layer has, as a part of the paper's; 0.75 and 1 have published weights.",
    "minimalistic": "whether to leave out what runs slowly on some devices: excitation, hard swish, 5x5 kernels.",
    "dropout_rate": "the top's.",
    "include_preprocessing": "whether the model scales the pixels itself.",
}


def _later() -> bool:
    return eras.current().applications == "keras3"


def _named(name: str) -> str:
    """A layer's name as tf.keras wrote it, or as Keras 3 does."""
    if not _later():
        return name
    return name.replace("/BatchNorm", "_bn").replace("AvgPool", "avg_pool").replace("/", "_").lower()


def _relu(x: Tensor) -> Tensor:
    return layers.ReLU()(x)


def _hard_sigmoid(x: Tensor) -> Tensor:
    return layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)


def _hard_swish(x: Tensor) -> Tensor:
    return layers.Activation("hard_swish")(x) if _later() else layers.Multiply()([x, _hard_sigmoid(x)])


def _convolve(x: Tensor, filters: int, name: str, size: int = 1, **kwargs: Any) -> Tensor:
    return layers.Conv2D(filters, size, padding="same", name=_named(name), **kwargs)(x)


def _norm(x: Tensor, name: str) -> Tensor:
    name = _named(f"{name}/BatchNorm")
    return layers.BatchNormalization(axis=channel_axis(-1), epsilon=1e-3, momentum=0.999, name=name)(x)


def _excite(x: Tensor, channels: int, prefix: str) -> Tensor:
    """Weighs each channel by what all of them have on average."""
    prefix = f"{prefix}squeeze_excite/"
    se = layers.GlobalAveragePooling2D(keepdims=True, name=_named(f"{prefix}AvgPool"))(x)
    se = _convolve(se, divisible(channels * 0.25), f"{prefix}Conv")
    se = _convolve(layers.ReLU(name=_named(f"{prefix}Relu"))(se), channels, f"{prefix}Conv_1")
    return layers.Multiply(name=_named(f"{prefix}Mul"))([x, _hard_sigmoid(se)])


def _block(x: Tensor, number: int, row: tuple, alpha: float, minimalistic: bool) -> Tensor:
    expansion, filters, size, stride, excites, swishes = row
    activation: Activation = _hard_swish if swishes and not minimalistic else _relu
    size = 3 if minimalistic else size
    given, filters = x, divisible(filters * alpha)
    channels = x.shape[channel_axis()]
    wide = divisible(channels * expansion)
    prefix = f"expanded_conv_{number}/" if number else "expanded_conv/"
    if number:
        x = activation(_norm(_convolve(x, wide, f"{prefix}expand", use_bias=False), f"{prefix}expand"))
    if stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, size), name=_named(f"{prefix}depthwise/pad"))(x)
    padding, name = "same" if stride == 1 else "valid", f"{prefix}depthwise"
    x = layers.DepthwiseConv2D(size, strides=stride, padding=padding, use_bias=False, name=_named(name))(x)
    x = activation(_norm(x, name))
    if excites and not minimalistic:
        x = _excite(x, wide, prefix)
    x = _norm(_convolve(x, filters, f"{prefix}project", use_bias=False), f"{prefix}project")
    if stride == 1 and channels == filters:
        x = layers.Add(name=_named(f"{prefix}Add"))([given, x])
    return x


def _body(x: Tensor, rows: Sequence[tuple], alpha: float, minimalistic: bool, include_preprocessing: bool) -> Tensor:
    activation: Activation = _relu if minimalistic else _hard_swish
    if include_preprocessing:
        x = layers.Rescaling(1.0 / 127.5, offset=-1.0)(x)
    x = activation(_norm(_convolve(x, 16, "Conv", 3, strides=(2, 2), use_bias=False), "Conv"))
    for number, row in enumerate(rows):
        x = _block(x, number, row, alpha, minimalistic)
    last = divisible(x.shape[channel_axis()] * 6)
    return activation(_norm(_convolve(x, last, "Conv_1", use_bias=False), "Conv_1"))


def _top(x: Tensor, classes: int, classifier: Any, width: int, minimalistic: bool, dropout: float) -> Tensor:
    x = _convolve(layers.GlobalAveragePooling2D(keepdims=True)(x), width, "Conv_2")
    x = _relu(x) if minimalistic else _hard_swish(x)
    if dropout > 0:
        x = layers.Dropout(dropout)(x)
    x = layers.Flatten()(_convolve(x, classes, "Logits"))
    return layers.Activation(classifier, name=_named("Predictions"))(x)


def _image_shape(owner: str, input_shape: Sequence[int | None] | None, input_tensor: Any) -> tuple[int | None, ...]:
    sizes = sizes_of(owner, input_shape, input_tensor) or (None, None)
    if any(size is not None and size < 32 for size in sizes):
        raise ValueError(f"{owner}: expected images of at least 32x32 pixels. Received: {sizes[0]}x{sizes[1]}")
    if input_shape is not None:
        return tuple(input_shape)
    return (3, *sizes) if channel_axis() == 1 else (*sizes, 3)


def _mobilenet_v3(kind: str, rows: Sequence[tuple], last: int) -> Callable[..., Model]:
    owner = f"MobileNetV3{kind}"

    def build(
        input_shape: Sequence[int | None] | None = None,
        alpha: float = 1.0,
        minimalistic: bool = False,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        classes: int = 1000,
        pooling: str | None = None,
        dropout_rate: float = 0.2,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str | None = None,
        **modules: Any,
    ) -> Model:
        check_modules(owner, modules)
        shape = _image_shape(owner, input_shape, input_tensor)
        variant = f"{kind.lower()}{'_minimalistic' if minimalistic else ''}_224_{float(alpha)}"
        if weights == "imagenet":
            if variant not in _HASHES:
                raise ValueError(
                    f"{owner}: expected alpha to be {'1' if minimalistic else '0.75 or 1'}, since the published "
                    f"weights are loaded. Received: alpha={alpha}"
                )
            warn_of_size(owner, spatial(shape), (224,), stacklevel=3)

        def files() -> tuple[File, File]:
            stem = f"{STORAGE}mobilenet_v3/weights_mobilenet_v3_{variant}_float"
            with_top, without = _HASHES[variant]
            return File(f"{stem}.h5", with_top), File(f"{stem}_no_top_v2.h5", without)

        width = divisible(last * alpha) if alpha > 1.0 else last
        return assemble(
            owner,
            lambda x: _body(x, rows, alpha, minimalistic, include_preprocessing),
            top=lambda x, classes, activation: _top(x, classes, activation, width, minimalistic, dropout_rate),
            bare=pooled_by_name,
            shape=shape,
            files=files,
            name=name or (owner if _later() else f"MobilenetV3{kind.lower()}"),
            include_top=include_top,
            weights=weights,
            input_tensor=input_tensor,
            pooling=pooling,
            classes=classes,
            classifier_activation=classifier_activation,
        )

    about = f"MobileNetV3, the {kind.lower()} one."
    return published(build, owner, __name__, about, "https://arxiv.org/abs/1905.02244", options=_OPTIONS)


MobileNetV3Small = _mobilenet_v3("Small", _SMALL, 1024)
MobileNetV3Large = _mobilenet_v3("Large", _LARGE, 1280)
