"""Images whose values change one by one: inverted, with fewer steps, spread evenly.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .base import bounded
from .color import ColorLayer, value_pair

__all__ = ["AutoContrast", "FixedLayer", "RandomInvert", "RandomPosterization", "Solarization", "rescaled"]


def rescaled(x: torch.Tensor, before: Sequence[float], after: Sequence[float]) -> torch.Tensor:
    """Values of one range as those of another.

    Example:
        >>> rescaled(torch.tensor([0.0, 0.5]), (0, 1), (0, 255)).tolist()
        [0.0, 127.5]
    """
    if tuple(before) == tuple(after):
        return x
    return (x - before[0]) / (before[1] - before[0]) * (after[1] - after[0]) + after[0]


class FixedLayer(ColorLayer):
    """A change without chance, of training and inference alike."""

    def _at_rest(self, images: torch.Tensor) -> Any:
        return {}

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        return {}

    def transform_images(self, images: torch.Tensor, transformation: Any = None, training: bool = True) -> torch.Tensor:
        return self._apply(images.to(self._kind()), {}, "images")

    def _draws(self) -> int:
        return 0

    def _differs_in_training(self) -> bool:
        return False

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "seed"}


class AutoContrast(FixedLayer):
    """Stretches the values of each image over the whole range, each channel for itself; in inference too.

    With ``'channels_first'`` Keras 3 looks for the least and the greatest value along the wrong axes, and so does this.

    Args:
        value_range: the least and the greatest value.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/auto_contrast/

    Example:
        >>> AutoContrast()(torch.tensor([50.0, 100.0]).reshape(1, 2, 1, 1)).flatten().tolist()
        [0.0, 255.0]
    """

    def __init__(self, value_range: Sequence[float] = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = value_pair("AutoContrast", value_range)

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        x = rescaled(images, self.value_range, (0, 255))
        low, high = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
        scale = 255.0 / (high - low)
        found = rescaled((x * scale - low * scale).clamp(0, 255), (0, 255), self.value_range)
        return torch.where(found.isnan(), images, found)  # a channel of one value

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "value_range": self.value_range}


class RandomInvert(ColorLayer):
    """Turns some of the images into their negatives.

    Args:
        factor: the part of images, from 0 to 1: a number as the greatest part, or a pair of bounds.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_invert/

    Example:
        >>> RandomInvert((1.0, 1.0))(torch.tensor([55.0]).reshape(1, 1, 1, 1)).item()
        200.0
    """

    def __init__(
        self, factor: Any = 1.0, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = bounded("RandomInvert", "factor", factor, 0, 1)
        self.value_range = value_pair("RandomInvert", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = images.shape[:1]
        part = self._uniform(shape, *self.factor, images.device, generator)
        return {"apply_inversion": self._uniform(shape, 0, 1, images.device, generator) < part}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        inverted = transformation["apply_inversion"][:, None, None, None]
        return torch.where(inverted, self.value_range[1] - images, images)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}


class RandomPosterization(ColorLayer):
    """Leaves the values of each image fewer bits.

    Args:
        factor: how many bits, from 1 to 8: a pair of bounds, the upper one excluded, or a number as the bound.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_posterization/

    Example:
        >>> RandomPosterization((1, 1))(torch.tensor([100.0, 200.0]).reshape(1, 2, 1, 1)).flatten().tolist()
        [0.0, 128.0]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = bounded("RandomPosterization", "factor", factor, 1, 8)
        self.value_range = value_pair("RandomPosterization", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        low, high = self.factor
        shape = images.shape[:1]
        if low == high:
            bits = torch.full(shape, float(low), device=images.device)
        else:
            bits = self._integers(shape, low, high, images.device, generator)
        return {"shift_factor": (8 - bits).to(torch.uint8)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        shift = transformation["shift_factor"][:, None, None, None]
        bits = rescaled(images, self.value_range, (0, 255)).to(torch.uint8)
        return rescaled(((bits >> shift) << shift).to(images.dtype), (0, 255), self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}


class Solarization(ColorLayer):
    """Adds to each image, then turns what is above a threshold into its negative.

    Args:
        addition_factor: what to add, as a part of the range: a pair of bounds, or a number as the greatest.
        threshold_factor: the threshold, likewise.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/solarization/

    Example:
        >>> Solarization()(torch.tensor([55.0]).reshape(1, 1, 1, 1)).item()
        200.0
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = bounded("Solarization", "addition_factor", addition_factor, 0, 1)
        self.threshold_factor = bounded("Solarization", "threshold_factor", threshold_factor, 0, 1)
        self.value_range = value_pair("Solarization", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        drawn = {}
        for name, (low, high) in (("additions", self.addition_factor), ("thresholds", self.threshold_factor)):
            # as in Keras the lower bound is a value, not a part of the range
            drawn[name] = self._uniform((images.shape[0], 1, 1, 1), low, high * 255, images.device, generator)
        return drawn

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        x = rescaled(images, self.value_range, (0, 255)) + transformation["additions"].to(images.dtype)
        x = x.clamp(0, 255)
        return rescaled(torch.where(x < transformation["thresholds"], x, 255 - x), (0, 255), self.value_range)

    def get_config(self) -> dict[str, Any]:
        names = ("value_range", "addition_factor", "threshold_factor")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
