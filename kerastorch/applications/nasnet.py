"""NASNet-A: cells that a search found, stacked.

Source: Zoph et al., "Learning Transferable Architectures for Scalable Image Recognition",
https://arxiv.org/abs/1707.07012
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import config, eras, layers
from ..models import Model
from . import imagenet_utils
from ._assemble import STORAGE, File, assemble, check_modules, dense_top, published
from .custom_layers import HalvingPad
from .imagenet_utils import correct_pad, decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

Tensor = Any

# Keras 3 leaves the separable convolutions' initializer at its default
_SEPARABLE = {
    "keras2": {"kernel_initializer": "he_normal"},
    "tf.keras": {"kernel_initializer": "he_normal"},
    "keras3": {},
}


def _norm(x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(axis=-1, momentum=0.9997, epsilon=1e-3, name=name)(x)


def _convolve(x: Tensor, filters: int, name: str) -> Tensor:
    """A convolution that looks at single pixels."""
    return layers.Conv2D(filters, (1, 1), padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)


def _pad(x: Tensor, size: int, name: str) -> Tensor:
    """Zeros around the image, as many as a convolution of that size with stride 2 needs."""
    if None in x.shape[1:]:
        return HalvingPad(size, name=name)(x)
    return layers.ZeroPadding2D(correct_pad(x, size), name=name)(x)


def _separable(x: Tensor, filters: int, size: int, name: str, halves: bool = False) -> Tensor:
    """Relu, separable convolution and normalization, twice."""
    kwargs = {"use_bias": False, **_SEPARABLE[eras.current().applications]}
    sizes = (size, size)
    x = layers.Activation("relu")(x)
    if halves:
        x = _pad(x, size, f"separable_conv_1_pad_{name}")
    x = layers.SeparableConv2D(
        filters,
        sizes,
        strides=(2, 2) if halves else (1, 1),
        padding="valid" if halves else "same",
        name=f"separable_conv_1_{name}",
        **kwargs,
    )(x)
    x = layers.Activation("relu")(_norm(x, f"separable_conv_1_bn_{name}"))
    x = layers.SeparableConv2D(filters, sizes, padding="same", name=f"separable_conv_2_{name}", **kwargs)(x)
    return _norm(x, f"separable_conv_2_bn_{name}")


def _average(x: Tensor, name: str) -> Tensor:
    return layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same", name=name)(x)


def _add(a: Tensor, b: Tensor, name: str | None = None) -> Tensor:
    return layers.add([a, b], name=name)


def _halved(p: Tensor, filters: int, name: str) -> Tensor:
    """Every second pixel, of the image and of the image moved by one pixel."""

    def sampled(p: Tensor, i: int) -> Tensor:
        p = layers.AveragePooling2D((1, 1), strides=(2, 2), padding="valid", name=f"adjust_avg_pool_{i}_{name}")(p)
        return _convolve(p, filters // 2, f"adjust_conv_{i}_{name}")

    p = layers.Activation("relu", name=f"adjust_relu_1_{name}")(p)
    first = sampled(p, 1)
    moved = layers.Cropping2D(((1, 0), (1, 0)))(layers.ZeroPadding2D(((0, 1), (0, 1)))(p))
    joined = layers.concatenate([first, sampled(moved, 2)], axis=-1)
    return _norm(joined, f"adjust_bn_{name}")


def _fit(p: Tensor | None, x: Tensor, filters: int, name: str, larger: bool) -> Tensor:
    """What the cell before the last gave, brought to the size and number of channels that the cell works with.

    Args:
        p: what it gave; None in the first cell.
        x: what the last cell gave.
        filters: the number of channels.
        name: the cell's.
        larger: whether p is larger than x, which decides where the size of the image is unknown.
    """
    if p is None:
        return x
    if None not in (p.shape[2], x.shape[2]):
        larger = p.shape[2] != x.shape[2]
    if larger:
        return _halved(p, filters, name)
    if p.shape[-1] != filters:
        p = _convolve(layers.Activation("relu")(p), filters, f"adjust_conv_projection_{name}")
        return _norm(p, f"adjust_bn_{name}")
    return p


def _narrowed(x: Tensor, filters: int, kind: str, name: str) -> Tensor:
    h = _convolve(layers.Activation("relu")(x), filters, f"{kind}_conv_1_{name}")
    return _norm(h, f"{kind}_bn_1_{name}")


def _normal_cell(x: Tensor, p: Tensor | None, filters: int, name: str, larger: bool = False) -> Tensor:
    """A cell that keeps the image's size (figure 4 of the paper)."""
    p = _fit(p, x, filters, name, larger)
    h = _narrowed(x, filters, "normal", name)
    left, right = _separable(h, filters, 5, f"normal_left1_{name}"), _separable(p, filters, 3, f"normal_right1_{name}")
    x1 = _add(left, right, f"normal_add_1_{name}")
    left, right = _separable(p, filters, 5, f"normal_left2_{name}"), _separable(p, filters, 3, f"normal_right2_{name}")
    x2 = _add(left, right, f"normal_add_2_{name}")
    x3 = _add(_average(h, f"normal_left3_{name}"), p, f"normal_add_3_{name}")
    x4 = _add(_average(p, f"normal_left4_{name}"), _average(p, f"normal_right4_{name}"), f"normal_add_4_{name}")
    x5 = _add(_separable(h, filters, 3, f"normal_left5_{name}"), h, f"normal_add_5_{name}")
    return layers.concatenate([p, x1, x2, x3, x4, x5], axis=-1, name=f"normal_concat_{name}")


def _reduction_cell(x: Tensor, p: Tensor | None, filters: int, name: str, larger: bool = False) -> Tensor:
    """A cell that halves the image (figure 4 of the paper)."""
    p = _fit(p, x, filters, name, larger)
    h = _narrowed(x, filters, "reduction", name)
    padded = _pad(h, 3, f"reduction_pad_1_{name}")

    def halved(x: Tensor, size: int, part: str) -> Tensor:
        return _separable(x, filters, size, f"reduction_{part}_{name}", halves=True)

    def pool(kind: Callable[..., Any], part: str) -> Tensor:
        return kind((3, 3), strides=(2, 2), padding="valid", name=f"reduction_{part}_{name}")(padded)

    left, right = halved(h, 5, "left1"), halved(p, 7, "right1")
    x1 = _add(left, right, f"reduction_add_1_{name}")
    left, right = pool(layers.MaxPooling2D, "left2"), halved(p, 7, "right2")
    x2 = _add(left, right, f"reduction_add_2_{name}")
    left, right = pool(layers.AveragePooling2D, "left3"), halved(p, 5, "right3")
    x3 = _add(left, right, f"reduction_add3_{name}")
    x4 = _add(x2, _average(x1, f"reduction_left4_{name}"))
    left, right = _separable(x1, filters, 3, f"reduction_left4_{name}"), pool(layers.MaxPooling2D, "right5")
    x5 = _add(left, right, f"reduction_add4_{name}")
    return layers.concatenate([x2, x3, x4, x5], axis=-1, name=f"reduction_concat_{name}")


def _body(x: Tensor, penultimate: int, blocks: int, stem: int, skip_reduction: bool, multiplier: int) -> Tensor:
    filters = penultimate // 24
    x = layers.Conv2D(
        stem,
        (3, 3),
        strides=(2, 2),
        padding="valid",
        use_bias=False,
        kernel_initializer="he_normal",
        name="stem_conv1",
    )(x)
    x = _norm(x, "stem_bn1")
    x, p = _reduction_cell(x, None, filters // multiplier**2, "stem_1"), x
    x, p = _reduction_cell(x, p, filters // multiplier, "stem_2", larger=True), x
    larger = True  # the cell before the last worked on a larger image
    for stage in range(3):
        width = filters * multiplier**stage
        if stage:
            reduced = _reduction_cell(x, p, width, f"reduce_{stage * blocks}", larger)
            x, p = reduced, p if skip_reduction else x
            larger = True
        for i in range(blocks):
            x, p = _normal_cell(x, p, width, str(stage * blocks + i + bool(stage)), larger), x
            larger = False
    return layers.Activation("relu")(x)


@contextlib.contextmanager
def _channels_last(owner: str) -> Iterator[None]:
    """The only data format that the cells work in.

    Raises:
        ValueError: in the other one, in Keras 3's era; earlier ones warn and go on.
    """
    if config.image_data_format() == "channels_last":
        yield
        return
    if eras.current().applications == "keras3":
        raise ValueError(f"{owner}: expected the data format 'channels_last'. Received: 'channels_first'")
    warnings.warn(f"{owner} takes images with the channels last, whatever the data format is set to.", stacklevel=4)
    config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        config.set_image_data_format("channels_first")


def _nasnet(
    owner: str,
    *,
    size: int,
    penultimate: int,
    blocks: int,
    stem: int,
    skip_reduction: bool,
    hashes: tuple[str, str],
) -> Callable[..., Model]:
    """The public function of a NASNet.

    Args:
        owner: its name.
        size: how many rows and columns the published weights were trained on.
        penultimate: how many channels the last cell gives.
        blocks: how many normal cells stand in a row.
        stem: the first convolution's filters.
        skip_reduction: whether the cell after a reduction sees the input of the cell before it.
        hashes: the published weights'.
    """
    kind = owner.removeprefix("NASNet").lower()
    urls = (f"{STORAGE}nasnet/NASNet-{kind}{part}.h5" for part in ("", "-no-top"))
    names = (f"nasnet_{kind}{part}.h5" for part in ("", "_no_top"))
    files = tuple(File(url, hash_, name) for url, hash_, name in zip(urls, hashes, names))

    def build(
        input_shape: Sequence[int | None] | None = None,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str | None = None,
        **modules: Any,
    ) -> Model:
        check_modules(owner, modules)
        with _channels_last(owner):
            later = eras.current().applications == "keras3"
            format_ = config.image_data_format()
            return assemble(
                owner,
                lambda x: _body(x, penultimate, blocks, stem, skip_reduction, 2),
                top=dense_top(pool=None),
                shape=imagenet_utils.obtain_input_shape(input_shape, size, 32, format_, include_top, weights),
                files=lambda: files,
                name=name or (f"nasnet_{kind}" if later else "NASNet"),
                include_top=include_top,
                weights=weights,
                input_tensor=input_tensor,
                pooling=pooling,
                classes=classes,
                classifier_activation=classifier_activation,
            )

    about = f"NASNet-A with {3 * blocks} normal cells."
    return published(build, owner, __name__, about, "https://arxiv.org/abs/1707.07012", size=size, smallest=32)


NASNetMobile = _nasnet(
    "NASNetMobile",
    size=224,
    penultimate=1056,
    blocks=4,
    stem=32,
    skip_reduction=False,
    hashes=("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
)
NASNetLarge = _nasnet(
    "NASNetLarge",
    size=331,
    penultimate=4032,
    blocks=6,
    stem=96,
    skip_reduction=True,
    hashes=("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
)
