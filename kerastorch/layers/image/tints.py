"""Images whose colours change: greyer, of another hue, stronger.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import config
from ...ops.image import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from .base import bounded
from .color import ColorLayer, RandomBrightness, RandomContrast, value_pair

__all__ = ["RandomColorDegeneration", "RandomColorJitter", "RandomGrayscale", "RandomHue", "RandomSaturation"]


class _FactorLayer(ColorLayer):
    """A change of colours by a factor that is drawn for each image.

    Args:
        factor: what it is drawn from.
        value_range: the least and the greatest value.
        **kwargs: those of ``RandomImageLayer``.
    """

    _bounds: tuple[float, float] = (-1, 1)

    def __init__(self, factor: Any, value_range: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.factor = bounded(owner, "factor", factor or 0.0, *self._bounds)
        self.value_range = value_pair(owner, value_range)

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else -3

    def _factors(self, images: torch.Tensor, generator: Any) -> torch.Tensor:
        """One number for each image."""
        return self._uniform((images.shape[0],), *self.factor, images.device, generator)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}


class RandomColorDegeneration(_FactorLayer):
    """Moves the colours of each image towards grey, or away from it.

    Args:
        factor: how far, where 1 is grey; a pair of bounds, or a number either way.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_degeneration/

    Example:
        >>> grey = RandomColorDegeneration((1.0, 1.0))
        >>> grey(torch.tensor([100.0, 0.0, 0.0]).reshape(1, 1, 1, 3)).flatten().round().tolist()
        [30.0, 30.0, 30.0]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = (images.shape[0], 1, 1, 1)
        return {"factor": self._uniform(shape, *self.factor, images.device, generator)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        grey = rgb_to_grayscale(images, data_format=self.data_format)
        return (images + transformation["factor"].to(images.dtype) * (grey - images)).clamp(*self.value_range)


class RandomGrayscale(ColorLayer):
    """Makes some of the images grey.

    Args:
        factor: the part of images that become grey, from 0 to 1.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_grayscale/

    Example:
        >>> RandomGrayscale(1.0)(torch.tensor([100.0, 0.0, 0.0]).reshape(1, 1, 1, 3)).flatten().round().tolist()
        [30.0, 30.0, 30.0]
    """

    def __init__(
        self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not 0 <= factor <= 1:
            raise ValueError(f"RandomGrayscale: expected factor to be from 0 to 1. Received: factor={factor}")
        self.factor = factor

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        drawn = self._uniform((images.shape[0],), 0, 1, images.device, generator)
        return {"should_apply": (drawn < self.factor)[:, None, None, None]}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        grey = rgb_to_grayscale(images, data_format=self.data_format)
        return torch.where(transformation["should_apply"], grey, images)

    def get_config(self) -> dict[str, Any]:
        found = {**super().get_config(), "factor": self.factor}
        if self.seed is None:  # Keras 3's configs have no seed of this layer at all
            del found["seed"]
        return found


class RandomHue(_FactorLayer):
    """Turns the hue of each image.

    Args:
        factor: how far, from 0 to 1, where 1 is half the circle; a pair of bounds, or a number as the greatest.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_hue/

    Example:
        >>> RandomHue((1.0, 1.0))(torch.tensor([255.0, 0.0, 0.0]).reshape(1, 1, 1, 3)).flatten().round().tolist()
        [0.0, 255.0, 255.0]
    """

    _bounds = (0, 1)

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        back = self._uniform((images.shape[0],), 0, 1, images.device, generator) > 0.5
        factors = self._factors(images, generator) * 0.5
        return {"factor": torch.where(back, -factors, factors)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        low, high = self.value_range
        axis = self._channel_axis
        hue, saturation, value = rgb_to_hsv((images - low) / (high - low), data_format=self.data_format).unbind(axis)
        hue = hue + transformation["factor"].to(hue.dtype)[:, None, None]
        hue = torch.where(hue > 1.0, hue - 1.0, hue)
        hue = torch.where(hue < 0.0, hue + 1.0, hue)
        turned = hsv_to_rgb(torch.stack([hue, saturation, value], axis), data_format=self.data_format)
        return turned.clamp(0, 1) * (high - low) + low


class RandomSaturation(_FactorLayer):
    """Makes the colours of each image stronger or weaker.

    Args:
        factor: 0.5 leaves colours alone, 0 makes them grey, towards 1 they get ever stronger; a pair of bounds, or a
            number either way.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_saturation/

    Example:
        >>> RandomSaturation((0.5, 0.5), value_range=(0, 1))(torch.full((1, 1, 1, 3), 0.25)).flatten().tolist()
        [0.25, 0.25, 0.25]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor, value_range, seed=seed, **kwargs)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        factor = self._factors(images, generator)
        return {"factor": factor / (1 - factor + config.epsilon())}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        axis = self._channel_axis
        hue, saturation, value = rgb_to_hsv(images, data_format=self.data_format).unbind(axis)
        saturation = saturation * transformation["factor"].to(saturation.dtype)[:, None, None]
        stronger = [hue, saturation.clamp(*self.value_range), value]
        return hsv_to_rgb(torch.stack(stronger, axis), data_format=self.data_format)


class RandomColorJitter(ColorLayer):
    """Changes brightness, contrast, saturation and hue of each image, in this order.

    Args:
        value_range: the least and the greatest value.
        brightness_factor: as for ``RandomBrightness``; None leaves the brightness alone.
        contrast_factor: as for ``RandomContrast``; None leaves the contrast alone.
        saturation_factor: as for ``RandomSaturation``; None leaves the saturation alone.
        hue_factor: as for ``RandomHue``; None leaves the hue alone.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, 3) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_jitter/

    Example:
        >>> RandomColorJitter(brightness_factor=0.2, hue_factor=0.1)(torch.ones(2, 4, 4, 3)).shape
        torch.Size([2, 4, 4, 3])
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.value_range = value_pair("RandomColorJitter", value_range)
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        shared = {"value_range": value_range, "seed": seed, "data_format": self.data_format}
        kinds = {
            "random_brightness": (RandomBrightness, brightness_factor),
            "random_contrast": (RandomContrast, contrast_factor),
            "random_saturation": (RandomSaturation, saturation_factor),
            "random_hue": (RandomHue, hue_factor),
        }
        for name, (kind, factor) in kinds.items():
            setattr(self, name, None if factor is None else kind(factor, **shared))

    def _parts(self) -> list[tuple[str, ColorLayer]]:
        names = ("random_brightness", "random_contrast", "random_saturation", "random_hue")
        return [(name, getattr(self, name)) for name in names if getattr(self, name) is not None]

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        generator = self.generator(images.device) if generator is None else generator
        return {name: part._draw(images, generator) for name, part in self._parts()}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        for name, part in self._parts():
            images = part._apply(images, transformation[name], what)
        return images

    def get_config(self) -> dict[str, Any]:
        names = ("value_range", "brightness_factor", "contrast_factor", "saturation_factor", "hue_factor")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
