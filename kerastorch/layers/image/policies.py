"""Augmentations that choose among the others.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import torch

from ...engine import checks
from .base import RandomImageLayer, bounded, on_host
from .blurring import RandomSharpness
from .color import RandomBrightness, RandomContrast, value_pair
from .distortion import RandomShear
from .geometry import RandomRotation, RandomTranslation
from .histograms import Equalization
from .tints import RandomColorDegeneration
from .tones import AutoContrast, RandomPosterization, Solarization

__all__ = ["AugMix", "RandAugment"]

_ALL = (
    "random_shear",
    "random_translation",
    "random_rotation",
    "random_brightness",
    "random_color_degeneration",
    "random_contrast",
    "random_sharpness",
    "random_posterization",
    "solarization",
    "auto_contrast",
    "equalization",
)
# in AugMix's order: without and with those that networks are often tested on
_CHAINED = (
    "random_shear",
    "random_translation",
    "random_rotation",
    "random_posterization",
    "solarization",
    "auto_contrast",
    "equalization",
)
_CHAINED_ALL = (*_CHAINED, "random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")


class _Policy(RandomImageLayer):
    """A layer that has other augmentations inside, all of the same strength.

    Args:
        value_range: the least and the greatest value.
        factor: the strength.
        interpolation: of those that move pixels.
        names: which augmentations.
        **kwargs: those of ``RandomImageLayer``.
    """

    capturable = False  # which augmentations run is decided on the host, again for each batch

    def __init__(
        self, value_range: Sequence[float], factor: Any, interpolation: str, names: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.value_range = value_pair(owner, value_range)
        self.factor = bounded(owner, "factor", factor, 0, 1)
        self.interpolation = interpolation
        self._names = tuple(names)
        shared = {"data_format": self.data_format, "dtype": kwargs.get("dtype")}
        colors = {"value_range": self.value_range, **shared}
        seeded = {"seed": self.seed}
        moving = {"interpolation": interpolation, **seeded, **shared}
        strength = self.factor
        makers = {
            "random_shear": lambda: RandomShear(strength, strength, **moving),
            "random_translation": lambda: RandomTranslation(strength, strength, **moving),
            "random_rotation": lambda: RandomRotation(strength, **moving),
            "random_brightness": lambda: RandomBrightness(strength, **seeded, **colors),
            "random_color_degeneration": lambda: RandomColorDegeneration(strength, **seeded, **colors),
            "random_contrast": lambda: RandomContrast(strength, **seeded, **colors),
            "random_sharpness": lambda: RandomSharpness(strength, **seeded, **colors),
            "random_posterization": lambda: RandomPosterization(max(1, int(8 * strength[1])), **seeded, **colors),
            "solarization": lambda: Solarization(strength, strength, **seeded, **colors),
            "auto_contrast": lambda: AutoContrast(**colors),
            "equalization": lambda: Equalization(**colors),
        }
        for name in self._names:
            setattr(self, name, makers[name]())

    def _changed(self, name: str, images: torch.Tensor, drawn: Any, what: str) -> torch.Tensor:
        layer = getattr(self, name)
        if what == "masks":
            return layer.transform_segmentation_masks(images, drawn)
        return layer.transform_images(images, drawn)


class RandAugment(_Policy):
    """Some augmentations, chosen at random for each batch, one after the other.

    Args:
        value_range: the least and the greatest value.
        num_ops: how many.
        factor: their strength, from 0 to 1: a number as the greatest, or a pair of bounds.
        interpolation: ``'bilinear'`` or ``'nearest'``, of those that move pixels.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: Cubuk et al., RandAugment (2019), https://arxiv.org/abs/1909.13719;
        https://keras.io/api/layers/preprocessing_layers/image_augmentation/rand_augment/

    Example:
        >>> RandAugment(num_ops=2)(torch.ones(2, 8, 8, 3)).shape
        torch.Size([2, 8, 8, 3])
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range, factor, interpolation, _ALL, seed=seed, **kwargs)
        self.num_ops = checks.positive_int("RandAugment", "num_ops", num_ops)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        generator = self.generator(images.device) if generator is None else generator
        host = self.generator(torch.device("cpu")) if generator is None else on_host(generator)
        chosen = self._integers((self.num_ops,), 0, len(_ALL), torch.device("cpu"), host)
        transforms = {name: getattr(self, name)._draw(images, generator) for name in _ALL}
        return {"transforms": transforms, "layer_idxes": [int(place) for place in chosen]}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        for place in transformation["layer_idxes"]:
            name = _ALL[place]
            images = self._changed(name, images, transformation["transforms"][name], what)
        return images

    def get_config(self) -> dict[str, Any]:
        names = ("value_range", "num_ops", "factor", "interpolation")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class AugMix(_Policy):
    """Mixes what several chains of augmentations make of a batch, and the batch itself.

    Args:
        value_range: the least and the greatest value.
        num_chains: number of chains.
        chain_depth: augmentations in each, of which each may be none.
        factor: their strength, from 0 to 1: a number as the greatest, or a pair of bounds.
        alpha: how evenly all is mixed: near 0 one is almost all.
        all_ops: whether brightness, contrast, colours and sharpness change too.
        interpolation: ``'bilinear'`` or ``'nearest'``, of augmentations that move pixels.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: Hendrycks et al., AugMix (2019), https://arxiv.org/abs/1912.02781;
        https://keras.io/api/layers/preprocessing_layers/image_augmentation/aug_mix/

    Example:
        >>> AugMix()(torch.ones(2, 8, 8, 3)).shape
        torch.Size([2, 8, 8, 3])
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        names = _CHAINED_ALL if all_ops else _CHAINED
        super().__init__(value_range, factor, interpolation, names, seed=seed, **kwargs)
        self.num_chains = checks.positive_int("AugMix", "num_chains", num_chains)
        self.chain_depth = checks.positive_int("AugMix", "chain_depth", chain_depth)
        self.alpha = alpha
        self.all_ops = all_ops

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        generator = self.generator(images.device) if generator is None else generator
        parts = self._gamma((self.num_chains,), self.alpha, images.device, generator)
        weight = self._beta((), self.alpha, images.device, generator)
        chains = []
        for _ in range(self.num_chains):
            chain = []
            for _ in range(self.chain_depth):
                name = random.choice([*self._names, None])  # Python's stream, as in Keras
                if name is not None:
                    chain.append((name, getattr(self, name)._draw(images, generator)))
            chains.append(chain)
        return {"chain_mixing_weights": parts / parts.sum(), "weight_sample": weight, "chain_transforms": chains}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        mixed = torch.zeros_like(images)
        parts = transformation["chain_mixing_weights"].to(images.dtype)
        for part, chain in zip(parts, transformation["chain_transforms"], strict=True):
            changed = images
            for name, drawn in chain:
                changed = self._changed(name, changed, drawn, what)
            mixed = mixed + changed * part
        weight = transformation["weight_sample"].to(images.dtype)
        found = weight * images + (1 - weight) * mixed
        return found if what == "masks" else found.clamp(*self.value_range)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any, training: bool = True) -> Any:
        """Boxes as they were, as in Keras: what is mixed in lies near."""
        return bounding_boxes

    def get_config(self) -> dict[str, Any]:
        names = ("value_range", "num_chains", "chain_depth", "factor", "alpha", "all_ops", "interpolation")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
