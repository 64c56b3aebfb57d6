"""VGG with three more convolutions.

Source: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
https://arxiv.org/abs/1409.1556
"""

from __future__ import annotations

from ._assemble import application, kernels
from .imagenet_utils import decode_predictions, preprocess_input
from .vgg16 import body, top

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

VGG19 = application(
    "VGG19",
    body((2, 2, 4, 4, 4)),
    "VGG with 16 convolutions and 3 Dense layers.",
    "https://arxiv.org/abs/1409.1556",
    module=__name__,
    size=224,
    files=kernels("vgg19", "vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
    top=top,
)
