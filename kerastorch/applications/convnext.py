"""ConvNeXt: a ResNet with what Transformers taught about training.

Source: Liu et al., "A ConvNet for the 2020s", https://arxiv.org/abs/2201.03545
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import config, layers
from ..models import Model, Sequential
from . import imagenet_utils
from ._assemble import STORAGE, File, assemble, check_modules, pooled, published
from .custom_layers import LayerScale
from .imagenet_utils import TORCH_MEAN, TORCH_STD, decode_predictions
from .imagenet_utils import preprocess_nothing as preprocess_input

__all__ = [
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtSmall",
    "ConvNeXtTiny",
    "ConvNeXtXLarge",
    "decode_predictions",
    "preprocess_input",
]

Tensor = Any


def _norm(name: str | None = None) -> Any:
    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _block(x: Tensor, width: int, name: str) -> Tensor:
    given = x
    x = layers.Conv2D(width, 7, padding="same", groups=width, name=f"{name}_depthwise_conv")(x)
    x = _norm(f"{name}_layernorm")(x)
    x = layers.Dense(4 * width, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(width, name=f"{name}_pointwise_conv_2")(x)
    x = LayerScale(1e-6, width, name=f"{name}_layer_scale")(x)
    return given + layers.Activation("linear", name=f"{name}_identity")(x)


def _shrinks(name: str, widths: Sequence[int]) -> list[Sequential]:
    """What comes before each stage, each a model of its own: a convolution that makes the image smaller, normalized."""
    stem = [layers.Conv2D(widths[0], 4, strides=4, name=f"{name}_stem_conv"), _norm(f"{name}_stem_layernorm")]
    found = [Sequential(stem, name=f"{name}_stem")]
    for i, width in enumerate(widths[1:]):
        parts = [
            _norm(f"{name}_downsampling_layernorm_{i}"),
            layers.Conv2D(width, 2, strides=2, name=f"{name}_downsampling_conv_{i}"),
        ]
        found.append(Sequential(parts, name=f"{name}_downsampling_block_{i}"))
    return found


def _body(x: Tensor, depths: Sequence[int], widths: Sequence[int], name: str, include_preprocessing: bool) -> Tensor:
    if include_preprocessing and x.shape[-1] == 3:
        mean, variance = [255 * m for m in TORCH_MEAN], [(255 * deviation) ** 2 for deviation in TORCH_STD]
        x = layers.Normalization(mean=mean, variance=variance, name=f"{name}_prestem_normalization")(x)
    for i, (shrink, depth, width) in enumerate(zip(_shrinks(name, widths), depths, widths)):
        x = shrink(x)
        for j in range(depth):
            x = _block(x, width, f"{name}_stage_{i}_block_{j}")
    return x


def _top(name: str) -> Callable[[Tensor, int, Any], Tensor]:
    def top(x: Tensor, classes: int, activation: Any) -> Tensor:
        x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
        x = _norm(f"{name}_head_layernorm")(x)
        return layers.Dense(classes, activation=activation, name=f"{name}_head_dense")(x)

    return top


def _bare(x: Tensor, pooling: str | None) -> Tensor:
    return _norm()(pooled(x, pooling))


def _convnext(kind: str, depths: Sequence[int], widths: Sequence[int], hashes: tuple[str, str]) -> Callable[..., Model]:
    owner, published_name = f"ConvNeXt{kind}", f"convnext_{kind.lower()}"
    stem = f"{STORAGE}convnext/{published_name}"
    files = File(f"{stem}.h5", hashes[0]), File(f"{stem}_notop.h5", hashes[1])

    def build(
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: Sequence[int | None] | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str | None = None,
        model_name: str | None = None,
        **modules: Any,
    ) -> Model:
        check_modules(owner, modules)
        format_ = config.image_data_format()
        if format_ != "channels_last":
            raise ValueError(f"{owner}: expected the data format 'channels_last'. Received: {format_!r}")
        chosen = name or model_name or published_name
        return assemble(
            owner,
            lambda x: _body(x, depths, widths, chosen, include_preprocessing),
            top=_top(chosen),
            bare=_bare,
            shape=imagenet_utils.obtain_input_shape(input_shape, 224, 32, format_, include_top, weights),
            files=lambda: files,
            name=chosen,
            include_top=include_top,
            weights=weights,
            input_tensor=input_tensor,
            pooling=pooling,
            classes=classes,
            classifier_activation=classifier_activation,
        )

    about = f"ConvNeXt, the {kind.lower()} one."
    options = {"model_name": "tf.keras's name for ``name``."}
    source = "https://arxiv.org/abs/2201.03545"
    return published(build, owner, __name__, about, source, size=224, smallest=32, options=options)


_HASHES = {
    "Tiny": (
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "Small": (
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "Base": (
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "Large": (
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "XLarge": (
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}

ConvNeXtTiny = _convnext("Tiny", (3, 3, 9, 3), (96, 192, 384, 768), _HASHES["Tiny"])
ConvNeXtSmall = _convnext("Small", (3, 3, 27, 3), (96, 192, 384, 768), _HASHES["Small"])
ConvNeXtBase = _convnext("Base", (3, 3, 27, 3), (128, 256, 512, 1024), _HASHES["Base"])
ConvNeXtLarge = _convnext("Large", (3, 3, 27, 3), (192, 384, 768, 1536), _HASHES["Large"])
ConvNeXtXLarge = _convnext("XLarge", (3, 3, 27, 3), (256, 512, 1024, 2048), _HASHES["XLarge"])
