"""Images sharper, blurred, or with a part missing.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ...ops.image import gaussian_blur
from .base import bounded
from .color import ColorLayer, value_pair

__all__ = ["RandomErasing", "RandomGaussianBlur", "RandomSharpness", "box_mask", "box_sides"]


class RandomSharpness(ColorLayer):
    """Makes each image sharper or softer.

    Args:
        factor: from 0, blurred, over 0.5, as it was, to 1, sharper: a pair of bounds, or a number as the greatest.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_sharpness/

    Example:
        >>> RandomSharpness((0.5, 0.5))(torch.tensor([3.0, 5.0]).reshape(1, 2, 1, 1)).flatten().tolist()
        [3.0, 5.0]
    """

    def __init__(
        self, factor: Any, value_range: Sequence[float] = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = bounded("RandomSharpness", "factor", factor, 0, 1)
        self.value_range = value_pair("RandomSharpness", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        return {"factor": self._uniform(images.shape[:1], *self.factor, images.device, generator)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        x = self._channels_first(images)
        kernel = torch.full((3, 3), 1.0 / 13.0, dtype=x.dtype, device=x.device)
        kernel[1, 1] = 5.0 / 13.0
        smooth = F.conv2d(x, kernel.expand(x.shape[1], 1, 3, 3), padding=1, groups=x.shape[1])
        factor = (transformation["factor"] * 2).to(x.dtype)[:, None, None, None]
        return self._back((x + (1.0 - factor) * (smooth - x)).clamp(*self.value_range))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}


class RandomGaussianBlur(ColorLayer):
    """Blurs some of the images.

    Args:
        factor: the part of images, from 0 to 1: a number as the greatest part, or a pair of bounds.
        kernel_size: width and height of the neighbourhood, odd numbers; one for both.
        sigma: how far the blur reaches, from 0 to 1: a number as the greatest, or a pair of bounds.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_gaussian_blur/

    Example:
        >>> RandomGaussianBlur(kernel_size=3)(torch.ones(2, 4, 4, 3)).shape
        torch.Size([2, 4, 4, 3])
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        owner = "RandomGaussianBlur"
        self.factor = bounded(owner, "factor", factor, 0, 1)
        sizes = tuple(kernel_size) if isinstance(kernel_size, (list, tuple)) else (kernel_size, kernel_size)
        if len(sizes) != 2 or not all(isinstance(size, int) and size % 2 == 1 and size > 0 for size in sizes):
            raise ValueError(
                f"{owner}: expected kernel_size to be an odd number or a pair of them. "
                f"Received: kernel_size={kernel_size!r}"
            )
        self.kernel_size = sizes
        self.sigma = bounded(owner, "sigma", sigma, 0, 1)
        self.value_range = value_pair(owner, value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = images.shape[:1]
        part = self._uniform(shape, *self.factor, images.device, generator)
        applied = self._uniform(shape, 0, 1, images.device, generator) < part
        return {
            "should_apply_blur": applied,
            "blur_factor": self._uniform((2,), *self.sigma, images.device, generator) + 1e-6,
        }

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        sigma = transformation["blur_factor"].to(images.dtype)
        blurred = gaussian_blur(images, self.kernel_size, sigma, data_format=self.data_format)
        applied = transformation["should_apply_blur"][:, None, None, None]
        return torch.where(applied, blurred, images).clamp(*self.value_range)

    def get_config(self) -> dict[str, Any]:
        names = ("factor", "kernel_size", "sigma", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def box_sides(length: int, part: torch.Tensor, place: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a box begins and ends along an axis.

    Args:
        length: that of the axis.
        part: how much of it the box takes.
        place: from 0 to 1, where in what is left it begins.
    """
    size = part * length
    start = place * (length - size)
    return start, start + size


def box_mask(
    shape: Sequence[int],
    axes: tuple[int, int],
    x: tuple[torch.Tensor, torch.Tensor],
    y: tuple[torch.Tensor, torch.Tensor],
) -> torch.Tensor:
    """True inside each image's box.

    Args:
        shape: that of the images.
        axes: those of rows and columns, counted from the end.
        x: where the boxes begin and end along columns.
        y: the same along rows.
    """
    inside = []
    for axis, (start, end) in zip(axes, (y, x), strict=True):
        wide = [1] * len(shape)
        wide[axis] = shape[axis]
        at = torch.arange(shape[axis], dtype=start.dtype, device=start.device).reshape(wide)
        low, high = (side.reshape(-1, *[1] * (len(shape) - 1)) for side in (start, end))
        inside.append((at >= low) & (at < high))
    return inside[0] & inside[1]


class RandomErasing(ColorLayer):
    """Paints over a box in some of the images.

    Args:
        factor: the part of images, from 0 to 1: a number as the greatest part, or a pair of bounds.
        scale: the square of a side, as a part of the image's: a pair of bounds, or a number as the greatest.
        fill_value: what to paint with: a number, one for each channel, or None for noise.
        value_range: the least and the greatest value.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_erasing/

    Example:
        >>> RandomErasing((1.0, 1.0), scale=(1.0, 1.0), fill_value=0)(torch.ones(1, 4, 4, 3)).sum()
        tensor(0.)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = bounded("RandomErasing", "factor", factor, 0, 1)
        self.scale = bounded("RandomErasing", "scale", scale, 0, 1)
        several = isinstance(fill_value, (list, tuple)) and len(fill_value) == 3
        if not (several or fill_value is None or isinstance(fill_value, (int, float))):
            raise ValueError(
                "RandomErasing: expected fill_value to be a number, three of them, or None. "
                f"Received: fill_value={fill_value!r}"
            )
        self.fill_value = fill_value
        self.value_range = value_pair("RandomErasing", value_range)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        count, device = images.shape[:1], images.device
        rows, columns = self._sizes(images)
        sides = self._uniform((*count, 2), *self.scale, device, generator).sqrt()
        x = box_sides(columns, sides[:, 0], self._uniform(count, 0, 1, device, generator))
        y = box_sides(rows, sides[:, 1], self._uniform(count, 0, 1, device, generator))
        part = self._uniform(count, *self.factor, device, generator)
        applied = self._uniform(count, 0, 1, device, generator) < part
        if self.fill_value is None:
            paint = self._normal(images.shape, device, generator) * self.value_range[1]
        else:
            paint = torch.as_tensor(self.fill_value, dtype=torch.float32, device=device)
            if paint.ndim and self.data_format == "channels_first":
                paint = paint[:, None, None]
        return {
            "apply_erasing": applied,
            "batch_masks": box_mask(images.shape, self.axes, x, y),
            "fill_value": paint.clamp(*self.value_range),
        }

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        painted = transformation["batch_masks"] & transformation["apply_erasing"][:, None, None, None]
        return torch.where(painted, transformation["fill_value"].to(images.dtype), images)

    def get_config(self) -> dict[str, Any]:
        names = ("factor", "scale", "fill_value", "value_range")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
