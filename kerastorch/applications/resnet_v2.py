"""ResNets that normalize before they convolve.

Source: He et al., "Identity Mappings in Deep Residual Networks", https://arxiv.org/abs/1603.05027
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .imagenet_utils import decode_predictions
from .imagenet_utils import preprocess_tf as preprocess_input
from .resnet import block_v2, body, resnet, stacks_v2

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]


def _v2(owner: str, depths: Sequence[int], hashes: tuple[str, str]) -> Any:
    about = f"ResNet with {3 * sum(depths) + 2} layers of weights and normalization before convolution."
    network = body(stacks_v2(block_v2, 64, depths), preact=True)
    return resnet(owner, network, about, "https://arxiv.org/abs/1603.05027", __name__, hashes)


ResNet50V2 = _v2("ResNet50V2", (3, 4, 6, 3), ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"))
ResNet101V2 = _v2(
    "ResNet101V2", (3, 4, 23, 3), ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5")
)
ResNet152V2 = _v2(
    "ResNet152V2", (3, 8, 36, 3), ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33")
)
