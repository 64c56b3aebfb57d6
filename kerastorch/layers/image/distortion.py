"""Images sheared, seen from the side, or pulled like rubber.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ...engine import checks
from ...kernels.warping import INTERPOLATIONS
from ...ops.image import perspective_transform
from ...ops.image_warping import pulled
from .base import RandomImageLayer, bounded, on_host
from .color import value_pair
from .geometry import WarpedImages

__all__ = ["RandomElasticTransform", "RandomPerspective", "RandomShear"]

_ELASTIC_FILLS = ("constant", "nearest", "wrap", "mirror", "reflect")


class RandomShear(WarpedImages):
    """Moves the rows of each image sideways the further down they are, and columns likewise.

    Args:
        x_factor: how far rows move, from 0 to 1, where 1 is a pixel a row: a pair of bounds, or a number either way.
        y_factor: the same for columns.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        fill_mode: as for ``RandomRotation``.
        fill_value: what ``'constant'`` fills with.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_shear/

    Example:
        >>> RandomShear(0.2, 0.1)(torch.ones(2, 4, 4, 3)).shape
        torch.Size([2, 4, 4, 3])
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, data_format=data_format, seed=seed, **kwargs)
        self.x_factor = self._either_way("x_factor", x_factor)
        self.y_factor = self._either_way("y_factor", y_factor)

    @staticmethod
    def _either_way(name: str, value: Any) -> tuple[float, float]:
        pair = isinstance(value, (list, tuple))  # a config's may begin below 0, where a number was given first
        low, high = bounded("RandomShear", name, value, -1 if pair else 0, 1)
        return (low, high) if pair else (-high, high)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape, device = (images.shape[0], 1), images.device
        back = self._uniform(shape, 0, 1, device, generator) > 0.5
        y = self._uniform(shape, *self.y_factor, device, generator)
        x = self._uniform(shape, *self.x_factor, device, generator)
        factors = torch.cat([x, y], 1)
        return {"shear_factor": torch.where(back, -factors, factors)}

    def _matrices(self, images: torch.Tensor, transformation: dict[str, Any]) -> torch.Tensor:
        x, y = transformation["shear_factor"].unbind(1)
        one, none = torch.ones_like(x), torch.zeros_like(x)
        return torch.stack([one, x, none, y, one, none, none, none], 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "x_factor": self.x_factor, "y_factor": self.y_factor}


class RandomPerspective(RandomImageLayer):
    """Shows some of the images from the side.

    Args:
        factor: the part of images, from 0 to 1: a number as the greatest part, or a pair of bounds.
        scale: how far the corners move, from 0 to 1.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        fill_value: what lies outside of an image.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_perspective/

    Example:
        >>> RandomPerspective(scale=0.3)(torch.ones(2, 4, 4, 3)).shape
        torch.Size([2, 4, 4, 3])
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = bounded("RandomPerspective", "factor", factor, 0, 1)
        if not 0 <= scale <= 1:
            raise ValueError(f"RandomPerspective: expected scale to be from 0 to 1. Received: scale={scale}")
        self.scale = scale
        self.interpolation = checks.one_of("RandomPerspective", "interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        count, device = images.shape[0], images.device
        rows, columns = self._sizes(images)
        part = self._uniform((count,), *self.factor, device, generator)
        applied = self._uniform((count,), 0, 1, device, generator) < part
        moved = self._uniform((count, 4, 2), -0.5 * self.scale, 0.5 * self.scale, device, generator)
        right, bottom = columns - 1.0, rows - 1.0
        start = torch.tensor([[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]]).to(device)
        start = start.expand(count, 4, 2)
        return {"apply_perspective": applied, "start_points": start, "end_points": start + start * moved}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        seen = perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation="nearest" if what == "masks" else self.interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return torch.where(transformation["apply_perspective"][:, None, None, None], seen, images)

    def get_config(self) -> dict[str, Any]:
        names = ("factor", "scale", "interpolation", "fill_value")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class RandomElasticTransform(RandomImageLayer):
    """Pulls some of the images like rubber.

    Args:
        factor: the part of images, from 0 to 1: a number as the greatest part, or a pair of bounds.
        scale: how strongly, from 0 to 1: a number as the greatest, or a pair of bounds; one for a batch.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        fill_mode: what lies outside of an image: ``'reflect'``, ``'mirror'``, ``'wrap'``, ``'nearest'`` or
            ``'constant'``.
        fill_value: what ``'constant'`` fills with.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_elastic_transform/

    Example:
        >>> RandomElasticTransform()(torch.ones(2, 8, 8, 3)).shape
        torch.Size([2, 8, 8, 3])
    """

    capturable = False  # how far neighbours go together is decided on the host, again for each batch

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        owner = "RandomElasticTransform"
        self.factor = bounded(owner, "factor", factor, 0, 1)
        self.scale = bounded(owner, "scale", scale, 0, 1)
        self.interpolation = checks.one_of(owner, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode = checks.one_of(owner, "fill_mode", fill_mode, _ELASTIC_FILLS)
        self.fill_value = fill_value
        self.value_range = value_pair(owner, value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any] | None:
        if 0 in (self.scale[1], self.factor[1]):
            return None
        count, device = images.shape[:1], images.device
        part = self._uniform(count, *self.factor, device, generator)
        applied = self._uniform(count, 0, 1, device, generator) < part
        strength = float(self._uniform((), *self.scale, torch.device("cpu"), on_host(generator)))
        grid = (*count, *self._sizes(images))
        right = self._normal(grid, device, generator)
        down = self._normal(grid, device, generator)
        return {"apply_transform": applied, "distortion_factor": strength, "pulls": torch.stack([down, right])}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        strength = transformation["distortion_factor"]
        sizes = self._sizes(images)
        alpha, sigma = max(sizes) * 0.1 * strength, min(sizes) * 0.05 * strength
        last = images if self.data_format == "channels_last" else images.movedim(1, -1)
        interpolation = "nearest" if what == "masks" else self.interpolation
        pulls = transformation["pulls"].to(images.dtype) * sigma
        found = pulled(last, pulls, alpha, sigma, interpolation, self.fill_mode, self.fill_value)
        found = found if self.data_format == "channels_last" else found.movedim(-1, 1)
        return torch.where(transformation["apply_transform"][:, None, None, None], found, images).clamp(
            *self.value_range
        )

    def get_config(self) -> dict[str, Any]:
        names = ("factor", "scale", "interpolation", "fill_mode", "fill_value", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
