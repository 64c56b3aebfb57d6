"""Architectures with weights trained on ImageNet.

Each is imported when somebody asks for it.

Source: https://keras.io/api/applications/
"""

from __future__ import annotations

import importlib
from typing import Any

_REGNET_SIZES = ("002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160", "320")
# module -> the architectures in it
_MODULES = {
    "convnext": ("ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge"),
    "densenet": ("DenseNet121", "DenseNet169", "DenseNet201"),
    "efficientnet": tuple(f"EfficientNetB{i}" for i in range(8)),
    "efficientnet_v2": tuple(f"EfficientNetV2{kind}" for kind in ("B0", "B1", "B2", "B3", "L", "M", "S")),
    "imagenet_utils": (),
    "inception_resnet_v2": ("InceptionResNetV2",),
    "inception_v3": ("InceptionV3",),
    "mobilenet": ("MobileNet",),
    "mobilenet_v2": ("MobileNetV2",),
    "mobilenet_v3": ("MobileNetV3Large", "MobileNetV3Small"),
    "mobilenetv2": (),  # the same under its old name
    "nasnet": ("NASNetLarge", "NASNetMobile"),
    "regnet": tuple(f"RegNet{kind}{size}" for kind in "XY" for size in _REGNET_SIZES),
    "resnet": ("ResNet101", "ResNet152"),
    "resnet50": ("ResNet50",),
    "resnet_rs": tuple(f"ResNetRS{depth}" for depth in (50, 101, 152, 200, 270, 350, 420)),
    "resnet_v2": ("ResNet101V2", "ResNet152V2", "ResNet50V2"),
    "resnext": ("ResNeXt101", "ResNeXt50"),
    "vgg16": ("VGG16",),
    "vgg19": ("VGG19",),
    "xception": ("Xception",),
}
_MODULE_OF = {name: module_name for module_name, names in _MODULES.items() for name in names}

__all__ = sorted({*_MODULES, *_MODULE_OF})


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
