"""MobileNet: depthwise convolutions, each followed by a pointwise one.

Source: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
https://arxiv.org/abs/1704.04861
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .. import config, eras, layers
from ..models import Model
from . import imagenet_utils
from ._assemble import STORAGE, File, assemble, channel_axis, check_modules
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

Tensor = Any

# filters and stride of each block
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
_SIZES = (128, 160, 192, 224)  # of images that there are published weights for
_ALPHAS = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}  # likewise, with the names of their files
# the last layer's name; Keras 2 pads before its first convolution, later ones inside of it
_LAST = {"keras2": "act_softmax", "tf.keras": "predictions", "keras3": "predictions"}


def spatial(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """Rows and columns of one image's shape."""
    return tuple(shape[1:] if config.image_data_format() == "channels_first" else shape[:-1])


def trained_size(sizes: Sequence[int | None] | None, known: Sequence[int]) -> int:
    """The size of the images that the weights to load were trained on: the caller's where there are some, else 224."""
    rows, columns = sizes or (None, None)
    return rows if rows == columns and rows in known else 224


def warn_of_size(owner: str, sizes: Sequence[int | None], known: Sequence[int], stacklevel: int = 4) -> None:
    """Says so when weights are loaded that were trained on images of another size."""
    if tuple(sizes) not in [(size, size) for size in known]:
        warnings.warn(
            f"{owner}: input_shape is unknown, not square or not among {tuple(known)}, so the weights for images of "
            "224x224 are loaded.",
            stacklevel=stacklevel,
        )


def shape_and_rows(
    owner: str,
    input_shape: Sequence[int | None] | None,
    sizes: Sequence[int | None] | None,
    known: Sequence[int],
    include_top: bool,
    weights: Any,
) -> tuple[tuple[int | None, ...], int | None]:
    """The shape of one image, and the rows that the model's name and the published file's have.

    Args:
        owner: the public function, for warnings.
        input_shape: the caller's.
        sizes: rows and columns, of the caller's shape or tensor.
        known: sizes that there are published weights for.
        include_top: the caller's.
        weights: the caller's.
    """
    format_, size = config.image_data_format(), trained_size(sizes, known)
    shape = imagenet_utils.obtain_input_shape(input_shape, size, 32, format_, include_top, weights)
    if weights != "imagenet":
        return shape, spatial(shape)[0]
    warn_of_size(owner, spatial(shape), known)
    return shape, trained_size(spatial(shape), known)


def _norm_relu(x: Tensor, name: str) -> Tensor:
    x = layers.BatchNormalization(axis=channel_axis(-1), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _body(x: Tensor, alpha: float, depth_multiplier: int) -> Tensor:
    padding = "same"
    if eras.current().applications == "keras2":
        x, padding = layers.ZeroPadding2D(((0, 1), (0, 1)), name="conv1_pad")(x), "valid"
    x = layers.Conv2D(int(32 * alpha), (3, 3), strides=(2, 2), padding=padding, use_bias=False, name="conv1")(x)
    x = _norm_relu(x, "conv1")
    for i, (filters, stride) in enumerate(_BLOCKS, start=1):
        if stride == 2:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = layers.DepthwiseConv2D(
            (3, 3),
            strides=(stride, stride),
            padding="same" if stride == 1 else "valid",
            depth_multiplier=depth_multiplier,
            use_bias=False,
            name=f"conv_dw_{i}",
        )(x)
        x = _norm_relu(x, f"conv_dw_{i}")
        x = layers.Conv2D(int(filters * alpha), (1, 1), padding="same", use_bias=False, name=f"conv_pw_{i}")(x)
        x = _norm_relu(x, f"conv_pw_{i}")
    return x


def _top(x: Tensor, classes: int, activation: Any, dropout: float) -> Tensor:
    if eras.current().applications == "keras2":
        channels = x.shape[channel_axis()]
        shape = (channels, 1, 1) if channel_axis() == 1 else (1, 1, channels)
        x = layers.Reshape(shape, name="reshape_1")(layers.GlobalAveragePooling2D()(x))
    else:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Conv2D(classes, (1, 1), padding="same", name="conv_preds")(x)
    x = layers.Reshape((classes,), name="reshape_2")(x)
    return layers.Activation(activation, name=_LAST[eras.current().applications])(x)


def _files(alpha: float, rows: int) -> tuple[File, File]:
    stem = f"{STORAGE}mobilenet/mobilenet_{_ALPHAS[alpha]}_{rows}_tf"
    return File(f"{stem}.h5"), File(f"{stem}_no_top.h5")


def MobileNet(  # Keras's name
    input_shape: Sequence[int | None] | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    **modules: Any,
) -> Model:
    """MobileNet, of any width.

    Args:
        input_shape: the shape of one image, 224x224 by default and at least 32x32; without the top it may be unknown.
        alpha: the width: how many filters each layer has, as a part of the paper's.
        depth_multiplier: how many results each depthwise convolution gives for a channel.
        dropout: the top's dropout rate.
        include_top: whether the model ends in predictions of classes, or in features.
        weights: ``'imagenet'`` for those published by Keras (for an alpha of 0.25, 0.5, 0.75 and 1, and images of 128,
            160, 192 and 224 pixels), fetched into ``~/.keras/models``; the path of a file; None for random ones.
        input_tensor: the tensor to begin with, of ``Input`` or of other layers.
        pooling: without the top: ``'avg'`` or ``'max'`` over the image, or None for all features.
        classes: how many classes the top tells apart.
        classifier_activation: the top's activation; None for logits.
        name: the model's name.

    Raises:
        ValueError: for an argument that does not fit, or one that does not fit the published weights.

    Example:
        >>> model = MobileNet((32, 32, 3), alpha=0.25, weights=None, classes=10)
        >>> model.output_shape, model.count_params()
        ((None, 10), 221114)

    Source: https://arxiv.org/abs/1704.04861
    """
    check_modules("MobileNet", modules)
    if weights == "imagenet" and (depth_multiplier != 1 or alpha not in _ALPHAS):
        raise ValueError(
            f"MobileNet: expected depth_multiplier=1 and alpha in {tuple(_ALPHAS)}, since the published weights are "
            f"loaded. Received: depth_multiplier={depth_multiplier}, alpha={alpha}"
        )
    sizes = None if input_shape is None else spatial(input_shape)
    shape, rows = shape_and_rows("MobileNet", input_shape, sizes, _SIZES, include_top, weights)
    return assemble(
        "MobileNet",
        lambda x: _body(x, alpha, depth_multiplier),
        top=lambda x, classes, activation: _top(x, classes, activation, dropout),
        shape=shape,
        files=lambda: _files(alpha, rows),
        name=name or f"mobilenet_{alpha:0.2f}_{rows}",
        include_top=include_top,
        weights=weights,
        input_tensor=input_tensor,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
