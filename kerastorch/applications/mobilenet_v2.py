"""MobileNetV2: blocks that widen, convolve each channel by itself, and narrow again.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", https://arxiv.org/abs/1801.04381
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import backend, eras, layers
from ..models import Model
from ._assemble import STORAGE, File, assemble, channel_axis, check_modules, dense_top, divisible
from .imagenet_utils import correct_pad, decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input
from .mobilenet import shape_and_rows, spatial

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

Tensor = Any

# filters, stride of the first block and number of blocks; all but the very first widen by six
_STAGES = ((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1))
_SIZES = (96, 128, 160, 192, 224)  # of images that there are published weights for
_ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)  # likewise
# the top's name; Keras 2 pads before its first convolution, later ones inside of it
_TOP = {"keras2": "Logits", "tf.keras": "predictions", "keras3": "predictions"}


def _norm(x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(axis=channel_axis(-1), epsilon=1e-3, momentum=0.999, name=name)(x)


def _block(x: Tensor, filters: int, stride: int, number: int) -> Tensor:
    given = x
    channels = x.shape[channel_axis()]
    prefix = f"block_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(6 * channels, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = layers.ReLU(6.0, name=f"{prefix}expand_relu")(_norm(x, f"{prefix}expand_BN"))
    if stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, 3), name=f"{prefix}pad")(x)
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,
        name=f"{prefix}depthwise",
    )(x)
    x = layers.ReLU(6.0, name=f"{prefix}depthwise_relu")(_norm(x, f"{prefix}depthwise_BN"))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = _norm(x, f"{prefix}project_BN")
    if stride == 1 and channels == filters:
        x = layers.Add(name=f"{prefix}add")([given, x])
    return x


def _body(x: Tensor, alpha: float) -> Tensor:
    padding = "same"
    if eras.current().applications == "keras2":
        x, padding = layers.ZeroPadding2D(correct_pad(x, 3), name="Conv1_pad")(x), "valid"
    x = layers.Conv2D(divisible(32 * alpha), 3, strides=(2, 2), padding=padding, use_bias=False, name="Conv1")(x)
    x = layers.ReLU(6.0, name="Conv1_relu")(_norm(x, "bn_Conv1"))
    number = 0
    for filters, stride, blocks in _STAGES:
        for i in range(blocks):
            x = _block(x, divisible(int(filters * alpha)), stride if i == 0 else 1, number)
            number += 1
    last = divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = layers.Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    return layers.ReLU(6.0, name="out_relu")(_norm(x, "Conv_1_bn"))


def sizes_of(owner: str, input_shape: Sequence[int | None] | None, input_tensor: Any) -> tuple[int | None, ...] | None:
    """Rows and columns that the caller's shape or symbolic tensor has; None when there is neither.

    Raises:
        ValueError: when both are there and differ.
    """
    known = input_tensor is not None and backend.is_keras_tensor(input_tensor)
    of_tensor = spatial(input_tensor.shape[1:]) if known else None
    if input_shape is None:
        return of_tensor
    if of_tensor is not None and of_tensor != spatial(input_shape):
        raise ValueError(
            f"{owner}: expected input_shape to be that of input_tensor, {tuple(input_tensor.shape[1:])}. "
            f"Received: input_shape={tuple(input_shape)}"
        )
    return spatial(input_shape)


def _top(x: Tensor, classes: int, activation: Any) -> Tensor:
    return dense_top(_TOP[eras.current().applications], pool=None)(x, classes, activation)


def _files(alpha: float, rows: int) -> tuple[File, File]:
    stem = f"{STORAGE}mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}"
    return File(f"{stem}.h5"), File(f"{stem}_no_top.h5")


def MobileNetV2(  # Keras's name
    input_shape: Sequence[int | None] | None = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    **modules: Any,
) -> Model:
    """MobileNetV2, of any width.

    Args:
        input_shape: the shape of one image, 224x224 by default and at least 32x32; without the top it may be unknown.
        alpha: the width: how many filters each layer has, as a part of the paper's.
        include_top: whether the model ends in predictions of classes, or in features.
        weights: ``'imagenet'`` for those published by Keras (for an alpha of 0.35, 0.5, 0.75, 1, 1.3 and 1.4, and
            images of 96, 128, 160, 192 and 224 pixels), fetched into ``~/.keras/models``; the path of a file; None for
            random ones.
        input_tensor: the tensor to begin with, of ``Input`` or of other layers.
        pooling: without the top: ``'avg'`` or ``'max'`` over the image, or None for all features.
        classes: how many classes the top tells apart.
        classifier_activation: the top's activation; None for logits.
        name: the model's name.

    Raises:
        ValueError: for an argument that does not fit, or one that does not fit the published weights.

    Example:
        >>> model = MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=10)
        >>> model.output_shape, model.count_params()
        ((None, 10), 423018)

    Source: https://arxiv.org/abs/1801.04381
    """
    check_modules("MobileNetV2", modules)
    if weights == "imagenet" and alpha not in _ALPHAS:
        raise ValueError(
            f"MobileNetV2: expected alpha in {_ALPHAS}, since the published weights are loaded. Received: alpha={alpha}"
        )
    sizes = sizes_of("MobileNetV2", input_shape, input_tensor)
    shape, rows = shape_and_rows("MobileNetV2", input_shape, sizes, _SIZES, include_top, weights)
    return assemble(
        "MobileNetV2",
        lambda x: _body(x, alpha),
        top=_top,
        shape=shape,
        files=lambda: _files(alpha, rows),
        name=name or f"mobilenetv2_{alpha:0.2f}_{rows}",
        include_top=include_top,
        weights=weights,
        input_tensor=input_tensor,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
