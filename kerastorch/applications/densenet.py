"""DenseNet: every layer sees what all layers before it in its block gave.

Source: Huang et al., "Densely Connected Convolutional Networks", https://arxiv.org/abs/1608.06993
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import eras, layers
from ._assemble import application, channel_axis, dense_top, kernels, pooled_by_name
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_torch as preprocess_input

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_GROWTH = 32
# what stands between 'conv1' and the kind of layer, and the top's name
_NAMES = {"keras2": ("/", "fc1000"), "tf.keras": ("/", "predictions"), "keras3": ("_", "predictions")}

Tensor = Any


def _norm_relu(x: Tensor, norm: str, relu: str) -> Tensor:
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=norm)(x)
    return layers.Activation("relu", name=relu)(x)


def _grow(x: Tensor, name: str) -> Tensor:
    new = _norm_relu(x, f"{name}_0_bn", f"{name}_0_relu")
    new = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _norm_relu(new, f"{name}_1_bn", f"{name}_1_relu")
    new = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, new])


def _shrink(x: Tensor, name: str) -> Tensor:
    """Halves the channels and the image."""
    x = _norm_relu(x, f"{name}_bn", f"{name}_relu")
    x = layers.Conv2D(x.shape[channel_axis()] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _body(depths: Sequence[int]) -> Callable[[Tensor], Tensor]:
    def network(x: Tensor) -> Tensor:
        joint, _ = _NAMES[eras.current().applications]
        x = layers.ZeroPadding2D(((3, 3), (3, 3)))(x)
        x = layers.Conv2D(64, 7, strides=2, use_bias=False, name=f"conv1{joint}conv")(x)
        x = _norm_relu(x, f"conv1{joint}bn", f"conv1{joint}relu")
        x = layers.MaxPooling2D(3, strides=2, name="pool1")(layers.ZeroPadding2D(((1, 1), (1, 1)))(x))
        for i, depth in enumerate(depths, start=2):
            if i > 2:
                x = _shrink(x, f"pool{i - 1}")
            for j in range(depth):
                x = _grow(x, f"conv{i}_block{j + 1}")
        return _norm_relu(x, "bn", "relu")

    return network


def _top(x: Tensor, classes: int, activation: Any) -> Tensor:
    _, name = _NAMES[eras.current().applications]
    return dense_top(name)(x, classes, activation)


def _densenet(owner: str, depths: Sequence[int], hashes: tuple[str, str]) -> Any:
    return application(
        owner,
        _body(depths),
        f"DenseNet with {2 * sum(depths) + 5} layers of weights.",
        "https://arxiv.org/abs/1608.06993",
        module=__name__,
        size=224,
        files=kernels("densenet", owner.lower(), *hashes),
        top=_top,
        bare=pooled_by_name,
    )


DenseNet121 = _densenet(
    "DenseNet121", (6, 12, 24, 16), ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738")
)
DenseNet169 = _densenet(
    "DenseNet169", (6, 12, 32, 32), ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b")
)
DenseNet201 = _densenet(
    "DenseNet201", (6, 12, 48, 32), ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1")
)
