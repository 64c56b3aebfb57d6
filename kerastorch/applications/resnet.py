"""ResNet: blocks that add what they compute to what they are given.

The first generation normalizes after each convolution, the second (``resnet_v2``) before; ResNeXt convolves in groups.

Source: He et al., "Deep Residual Learning for Image Recognition", https://arxiv.org/abs/1512.03385
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import eras, layers
from ._assemble import application, channel_axis, dense_top, kernels, pooled_by_name
from .imagenet_utils import decode_predictions, preprocess_input

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]

Tensor = Any
Block = Callable[..., Tensor]

_TOP = {"keras2": "probs", "tf.keras": "predictions", "keras3": "predictions"}


def batch_norm(x: Tensor, name: str) -> Tensor:
    """Batch normalization as the published weights have it."""
    return layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name)(x)


def _norm_relu(x: Tensor, name: str, norm: str = "bn", relu: str = "relu") -> Tensor:
    return layers.Activation("relu", name=f"{name}_{relu}")(batch_norm(x, f"{name}_{norm}"))


def block_v1(x: Tensor, filters: int, name: str, stride: int = 1, shortcut: bool = False) -> Tensor:
    """Normalizes after each convolution; the shortcut is a convolution where sizes change."""
    skip = x
    if shortcut:
        skip = batch_norm(layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x), f"{name}_0_bn")
    x = _norm_relu(layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x), f"{name}_1")
    x = _norm_relu(layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x), f"{name}_2")
    x = batch_norm(layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x), f"{name}_3_bn")
    x = layers.Add(name=f"{name}_add")([skip, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def block_v2(x: Tensor, filters: int, name: str, stride: int = 1, shortcut: bool = False) -> Tensor:
    """Normalizes before each convolution."""
    before = _norm_relu(x, f"{name}_preact")
    if shortcut:
        skip = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(before)
    else:
        skip = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = layers.Conv2D(filters, 1, strides=1, use_bias=False, name=f"{name}_1_conv")(before)
    x = layers.ZeroPadding2D(((1, 1), (1, 1)), name=f"{name}_2_pad")(_norm_relu(x, f"{name}_1"))
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(_norm_relu(x, f"{name}_2"))
    return layers.Add(name=f"{name}_out")([skip, x])


def stacks_v1(block: Block, filters: int, depths: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """Four stacks of blocks; each but the first halves the image in its first block, and doubles the filters."""

    def stacks(x: Tensor) -> Tensor:
        for i, depth in enumerate(depths):
            for j in range(depth):
                stride = 2 if i and not j else 1
                x = block(x, filters << i, f"conv{i + 2}_block{j + 1}", stride, shortcut=not j)
        return x

    return stacks


def stacks_v2(block: Block, filters: int, depths: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """Four stacks of blocks; each but the last halves the image in its last block."""

    def stacks(x: Tensor) -> Tensor:
        for i, depth in enumerate(depths):
            for j in range(depth):
                stride = 2 if j == depth - 1 and i < len(depths) - 1 else 1
                x = block(x, filters << i, f"conv{i + 2}_block{j + 1}", stride, shortcut=not j)
        return x

    return stacks


def body(stacks: Callable[[Tensor], Tensor], preact: bool = False, use_bias: bool = True) -> Callable[[Tensor], Tensor]:
    """The whole network but for its top.

    Args:
        stacks: the blocks.
        preact: whether they normalize before they convolve.
        use_bias: whether the first convolution has a bias.
    """

    def network(x: Tensor) -> Tensor:
        x = layers.ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(x)
        x = layers.Conv2D(64, 7, strides=2, use_bias=use_bias, name="conv1_conv")(x)
        x = x if preact else _norm_relu(x, "conv1")
        x = layers.ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
        x = stacks(layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x))
        return _norm_relu(x, "post") if preact else x

    return network


def resnet(owner: str, network: Callable[[Tensor], Tensor], about: str, source: str, module: str, hashes: tuple) -> Any:
    """The public function of a ResNet."""
    return application(
        owner,
        network,
        about,
        source,
        module=module,
        size=224,
        files=kernels("resnet", owner.lower(), *hashes),
        top=lambda x, *arguments: dense_top(_TOP[eras.current().applications])(x, *arguments),
        bare=pooled_by_name,
    )


def _v1(owner: str, depths: Sequence[int], hashes: tuple[str, str]) -> Any:
    about = f"ResNet with {3 * sum(depths) + 2} layers of weights."
    network = body(stacks_v1(block_v1, 64, depths))
    return resnet(owner, network, about, "https://arxiv.org/abs/1512.03385", __name__, hashes)


ResNet50 = _v1("ResNet50", (3, 4, 6, 3), ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"))
ResNet101 = _v1("ResNet101", (3, 4, 23, 3), ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"))
ResNet152 = _v1("ResNet152", (3, 8, 36, 3), ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"))
