"""ResNet-RS: ResNets with a deeper stem, blocks that weigh their channels, and better training.

Source: Bello et al., "Revisiting ResNets: Improved Training and Scaling Strategies", https://arxiv.org/abs/2103.07579
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .. import backend, config, layers
from ..initializers import VarianceScaling
from ..models import Model
from ._assemble import STORAGE, File, assemble, channel_axis, check_modules, pooled_by_name, published
from .imagenet_utils import TORCH_MEAN, TORCH_STD, decode_predictions, obtain_input_shape
from .imagenet_utils import preprocess_nothing as preprocess_input

Tensor = Any


class _Kind(NamedTuple):
    """Blocks of the four stages; the rate at which blocks drop what they add, and that before the top."""

    repeats: tuple[int, ...]
    drop_connect: float
    dropout: float


_KINDS = {
    50: _Kind((3, 4, 6, 3), 0.0, 0.25),
    101: _Kind((3, 4, 23, 3), 0.0, 0.25),
    152: _Kind((3, 8, 36, 3), 0.0, 0.25),
    200: _Kind((3, 24, 36, 3), 0.1, 0.25),
    270: _Kind((4, 29, 53, 4), 0.1, 0.25),
    350: _Kind((4, 36, 72, 4), 0.1, 0.4),
    420: _Kind((4, 44, 87, 4), 0.1, 0.4),
}

#: depth and size of the images that they were trained on -> hashes of the published files, with the top and without
_HASHES = {
    (50, 160): ("69d9d925319f00a8bdd4af23c04e4102", "90daa68cd26c95aa6c5d25451e095529"),
    (101, 160): ("544b3434d00efc199d66e9058c7f3379", "82d5b90c5ce9d710da639d6216d0f979"),
    (101, 192): ("eb285be29ab42cf4835ff20a5e3b5d23", "f9a0f6b85faa9c3db2b6e233c4eebb5b"),
    (152, 192): ("8d72a301ed8a6f11a47c4ced4396e338", "5fbf7ac2155cb4d5a6180ee9e3aa8704"),
    (152, 224): ("31a46a92ab21b84193d0d71dd8c3d03b", "dc8b2cba2005552eafa3167f00dc2133"),
    (152, 256): ("ba6271b99bdeb4e7a9b15c05964ef4ad", "fa79794252dbe47c89130f65349d654a"),
    (200, 256): ("a76930b741884e09ce90fa7450747d5f", "bbdb3994718dfc0d1cd45d7eff3f3d9c"),
    (270, 256): ("20d575825ba26176b03cb51012a367a8", "2c42ecb22e35f3e23d2f70babce0a2aa"),
    (350, 256): ("f4a039dc3c421321b7fc240494574a68", "6e44b55025bbdff8f51692a023143d66"),
    (350, 320): ("7ccb858cc738305e8ceb3c0140bee393", "ab0c1f9079d2f85a9facbd2c88aa6079"),
    (420, 320): ("ae0eb9bed39e64fc8d7e0db4018dc7e8", "fe6217c32be8305b1889657172b98884"),
}
_OPTIONS = {
    "weights": "``'imagenet'`` for those published by Keras, of the largest images that there are some for; "
    "``'imagenet-i160'`` and the like for others; the path of a file; None for random ones."
}


def _convolve(x: Tensor, filters: int, size: int, stride: int, name: str) -> Tensor:
    if stride > 1:
        before = (size - 1) // 2
        x = layers.ZeroPadding2D(((before, size - 1 - before),) * 2)(x)
    spread = VarianceScaling(2.0, "fan_out", "truncated_normal")
    padding = "valid" if stride > 1 else "same"
    settings = {"strides": stride, "padding": padding, "use_bias": False, "kernel_initializer": spread}
    return layers.Conv2D(filters, size, name=name, **settings)(x)


def _norm(x: Tensor, name: str, activation: str | None = None) -> Tensor:
    x = layers.BatchNormalization(axis=channel_axis(), momentum=0.0, epsilon=1e-5, name=name)(x)
    return x if activation is None else layers.Activation("relu", name=activation)(x)


def _stem(x: Tensor) -> Tensor:
    name = f"stem_{backend.get_uid('stem_')}"
    for i, (filters, stride) in enumerate(((32, 2), (32, 1), (64, 1), (64, 2)), 1):
        x = _convolve(x, filters, 3, stride, f"{name}_stem_conv_{i}")
        x = _norm(x, f"{name}_stem_batch_norm_{i}", f"{name}_stem_act_{i}")
    return x


def _excite(x: Tensor, filters: int, name: str) -> Tensor:
    """Weighs each channel by what all of them have on average."""
    se = layers.GlobalAveragePooling2D(name=f"{name}_se_squeeze")(x)
    shape = (filters * 4, 1, 1) if channel_axis() == 1 else (1, 1, filters * 4)
    se = layers.Reshape(shape, name=f"{name}_se_reshape")(se)
    for part, size, activation in (("reduce", filters, "relu"), ("expand", filters * 4, "sigmoid")):
        spread = VarianceScaling(2.0, "fan_out", "truncated_normal")
        named = {"kernel_initializer": spread, "name": f"{name}_se_{part}"}
        se = layers.Conv2D(size, 1, padding="same", activation=activation, **named)(se)
    return layers.multiply([x, se], name=f"{name}_se_excite")


def _block(x: Tensor, filters: int, stride: int, first: bool, rate: float, name: str) -> Tensor:
    given = x
    if first:
        if stride == 2:
            given = layers.AveragePooling2D(2, padding="same", name=f"{name}_projection_pooling")(given)
        given = _convolve(given, filters * 4, 1, 1, f"{name}_projection_conv")
        given = _norm(given, f"{name}_projection_batch_norm")
    x = _norm(_convolve(x, filters, 1, 1, f"{name}_conv_1"), f"{name}batch_norm_1", f"{name}_act_1")
    x = _norm(_convolve(x, filters, 3, stride, f"{name}_conv_2"), f"{name}_batch_norm_2", f"{name}_act_2")
    x = _norm(_convolve(x, filters * 4, 1, 1, f"{name}_conv_3"), f"{name}_batch_norm_3")
    x = _excite(x, filters, f"{name}_se")
    if rate:
        x = layers.Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
    return layers.Activation("relu", name=f"{name}_output_act")(layers.Add()([x, given]))


def _body(x: Tensor, kind: _Kind, include_preprocessing: bool) -> Tensor:
    if include_preprocessing:
        colours = x.shape[channel_axis()] == 3
        x = layers.Rescaling(scale=1.0 / 255)(x)
        if colours:
            variance = [deviation**2 for deviation in TORCH_STD]
            x = layers.Normalization(mean=list(TORCH_MEAN), variance=variance, axis=channel_axis())(x)
    x = _stem(x)
    for stage, repeats in enumerate(kind.repeats):
        rate = kind.drop_connect * float(stage + 2) / (len(kind.repeats) + 1)
        for i in range(repeats):
            stride = 1 if i or not stage else 2
            x = _block(x, 64 * 2**stage, stride, not i, rate, f"BlockGroup{stage + 2}__block_{i}_")
    return x


def _resnet_rs(depth: int) -> Callable[..., Model]:
    """The public function of one depth."""
    kind, owner, stem = _KINDS[depth], f"ResNetRS{depth}", f"resnet-rs-{depth}"
    sizes = [size for known, size in _HASHES if known == depth]

    def top(x: Tensor, classes: int, activation: Any) -> Tensor:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(kind.dropout, name="top_dropout")(x)
        return layers.Dense(classes, activation=activation, name="predictions")(x)

    def build(
        include_top: bool = True,
        weights: Any = "imagenet",
        classes: int = 1000,
        input_shape: Sequence[int | None] | None = None,
        input_tensor: Any = None,
        pooling: str | None = None,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        **kwargs: Any,
    ) -> Model:
        check_modules(owner, kwargs)
        asked = {f"imagenet-i{size}": size for size in sizes}
        size = asked.get(weights, max(sizes)) if isinstance(weights, str) else max(sizes)
        weights = "imagenet" if isinstance(weights, str) and weights in asked else weights
        with_top, without = _HASHES[depth, size]
        base = f"{STORAGE}resnet_rs/{stem}-i{size}"
        return assemble(
            owner,
            lambda x: _body(x, kind, include_preprocessing),
            top=top,
            bare=pooled_by_name,
            shape=obtain_input_shape(input_shape, 224, 32, config.image_data_format(), include_top, weights),
            files=lambda: (File(f"{base}.h5", with_top), File(f"{base}_notop.h5", without)),
            name=stem,
            include_top=include_top,
            weights=weights,
            input_tensor=input_tensor,
            pooling=pooling,
            classes=classes,
            classifier_activation=classifier_activation,
        )

    facts = {"size": 224, "smallest": 32, "options": _OPTIONS}
    return published(
        build, owner, __name__, f"ResNet-RS of {depth} layers.", "https://arxiv.org/abs/2103.07579", **facts
    )


# ResNetRS50 … ResNetRS420
globals().update({f"ResNetRS{depth}": _resnet_rs(depth) for depth in _KINDS})

__all__ = [*(f"ResNetRS{depth}" for depth in _KINDS), "decode_predictions", "preprocess_input"]
