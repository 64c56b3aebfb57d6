"""ResNeXt: ResNets whose middle convolution works in 32 groups of channels.

Source: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", https://arxiv.org/abs/1611.05431
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import layers
from .custom_layers import GroupSum
from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_torch as preprocess_input
from .resnet import batch_norm, body, resnet, stacks_v1

__all__ = ["ResNeXt50", "ResNeXt101", "decode_predictions", "preprocess_input"]

_GROUPS = 32


def block_next(x: Any, filters: int, name: str, stride: int = 1, shortcut: bool = False) -> Any:
    """Convolves in groups; as in Keras each group is a depthwise convolution whose results are summed."""

    def pointwise(x: Any, filters: int, part: str, **kwargs: Any) -> Any:
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_{part}_conv", **kwargs)(x)
        return batch_norm(x, f"{name}_{part}_bn")

    out = 64 // _GROUPS * filters
    skip = pointwise(x, out, "0", strides=stride) if shortcut else x
    x = layers.Activation("relu", name=f"{name}_1_relu")(pointwise(x, filters, "1"))
    x = layers.ZeroPadding2D(((1, 1), (1, 1)), name=f"{name}_2_pad")(x)
    multiplier = filters // _GROUPS
    x = layers.DepthwiseConv2D(3, stride, depth_multiplier=multiplier, use_bias=False, name=f"{name}_2_conv")(x)
    x = GroupSum(_GROUPS, name=f"{name}_2_reduce")(x)
    x = layers.Activation("relu", name=f"{name}_2_relu")(batch_norm(x, f"{name}_2_bn"))
    x = layers.Add(name=f"{name}_add")([skip, pointwise(x, out, "3")])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _next(owner: str, depths: Sequence[int], hashes: tuple[str, str]) -> Any:
    about = f"ResNeXt with {3 * sum(depths) + 2} layers of weights and 32 groups."
    network = body(stacks_v1(block_next, 128, depths), use_bias=False)
    return resnet(owner, network, about, "https://arxiv.org/abs/1611.05431", __name__, hashes)


ResNeXt50 = _next("ResNeXt50", (3, 4, 6, 3), ("67a5b30d522ed92f75a1f16eef299d1a", "62527c363bdd9ec598bed41947b379fc"))
ResNeXt101 = _next(
    "ResNeXt101", (3, 4, 23, 3), ("34fb605428fcc7aa4d62f44404c11509", "0f678c91647380debd923963594981b3")
)
