"""Images made lighter, darker, stronger or weaker at random.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import torch

from .base import RandomImageLayer, as_later, span

__all__ = ["ColorLayer", "RandomBrightness", "RandomContrast", "value_pair"]


def value_pair(owner: str, value: Any) -> tuple[float, float]:
    """The least and the greatest value that pixels have.

    Raises:
        ValueError: unless it is a pair of numbers.
    """
    known = isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(v, numbers.Real) for v in value)
    if not known:
        raise ValueError(f"{owner}: expected value_range to be a pair of numbers. Received: value_range={value!r}")
    return tuple(sorted(value))  # type: ignore[return-value]


class ColorLayer(RandomImageLayer):
    """A change of values that leaves masks and boxes alone."""

    def transform_segmentation_masks(self, masks: torch.Tensor, transformation: Any, training: bool = True) -> Any:
        return masks

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any, training: bool = True) -> Any:
        return bounding_boxes


class RandomContrast(ColorLayer):
    """Moves values away from their channel's mean, or towards it.

    In tf.keras one factor is drawn for a batch and values stay within 0 and 255. In Keras 3 each image has its own, and
    a single number as ``factor`` only strengthens the contrast.

    Args:
        factor: the greatest change either way, from 0 to 1; or a pair: the greatest one down, and up.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/

    Example:
        >>> RandomContrast((0.0, 0.0))(torch.tensor([4.0, 8.0]).reshape(1, 2, 1, 1)).flatten().tolist()
        [4.0, 8.0]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        if isinstance(factor, (list, tuple)):
            pair = sorted(factor) if as_later() else factor
            if len(pair) != 2 or not 0 <= pair[0] <= 1 or not 0 <= pair[1]:
                raise ValueError(
                    f"RandomContrast: expected factor to be a pair from 0 to 1. Received: factor={factor!r}"
                )
            self.lower, self.upper = pair
        else:
            low, self.upper = span("RandomContrast", "factor", factor, 0, 1, least=0)
            self.lower = low if as_later() else self.upper
        self.factor = (self.lower, self.upper) if as_later() else factor
        self.value_range = value_pair("RandomContrast", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = (images.shape[0] if as_later() else 1, 1, 1, 1)
        return {"contrast_factor": self._uniform(shape, 1 - self.lower, 1 + self.upper, images.device, generator)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        mean = images.mean(self.axes, keepdim=True)
        changed = (images - mean) * transformation["contrast_factor"].to(images.dtype) + mean
        return changed.clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "factor": self.factor}
        if as_later() or self.value_range != (0, 255):
            config["value_range"] = self.value_range
        return config


class RandomBrightness(ColorLayer):
    """Adds a number to all values of an image.

    Args:
        factor: the greatest change either way, as a part of ``value_range``; or a pair of bounds.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/

    Example:
        >>> RandomBrightness((0.5, 0.5), value_range=(0, 1))(torch.zeros(1, 1, 2, 1)).flatten().tolist()
        [0.5, 0.5]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        ordered = sorted(factor) if isinstance(factor, (list, tuple)) else factor
        self.factor = span("RandomBrightness", "factor", ordered, -1, 1)
        self.value_range = value_pair("RandomBrightness", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        drawn = self._uniform((images.shape[0], 1, 1, 1), *self.factor, images.device, generator)
        return {"rgb_delta": drawn * (self.value_range[1] - self.value_range[0])}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        return (images + transformation["rgb_delta"].to(images.dtype)).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}
