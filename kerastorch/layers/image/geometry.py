"""Images turned, moved, zoomed and cut at random.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

import math
from typing import Any

import torch

from ...engine import checks
from ...kernels.resizing import METHODS
from ...kernels.warping import FILL_MODES, INTERPOLATIONS, warp
from .base import RandomImageLayer, Shape, as_later, span
from .sizes import largest_window, resized, smart_resize

__all__ = [
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomRotation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
]

_FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomImageLayer):
    """Mirrors each image, or not, as a coin falls.

    In tf.keras two coins decide of ``'horizontal_and_vertical'``, in Keras 3 one.

    Args:
        mode: ``'horizontal'``, ``'vertical'`` or ``'horizontal_and_vertical'``.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for another mode.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/

    Example:
        >>> RandomFlip("horizontal")(torch.ones(1, 2, 2, 1), training=False).shape
        torch.Size([1, 2, 2, 1])
    """

    def __init__(self, mode: str = "horizontal_and_vertical", seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.mode = checks.one_of("RandomFlip", "mode", mode, _FLIPS)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = (images.shape[0], 1, 1, 1)
        drawn = {"flips": self._uniform(shape, 0, 1, images.device, generator) <= 0.5}
        if self.mode == "horizontal_and_vertical" and not as_later():
            drawn["vertical_flips"] = self._uniform(shape, 0, 1, images.device, generator) <= 0.5
        return drawn

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        flips = transformation["flips"]
        if "horizontal" in self.mode:
            images = torch.where(flips, images.flip(self.axes[1]), images)
        if "vertical" in self.mode:
            images = torch.where(transformation.get("vertical_flips", flips), images.flip(self.axes[0]), images)
        return images

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mode": self.mode}


class WarpedImages(RandomImageLayer):
    """Images read at other places than their pixels.

    Args:
        fill_mode: what lies outside of an image.
        interpolation: how a place between pixels is read.
        fill_value: what ``'constant'`` fills with.
        **kwargs: those of ``RandomImageLayer``.
    """

    def __init__(self, fill_mode: str, interpolation: str, fill_value: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.fill_mode = checks.one_of(owner, "fill_mode", fill_mode, FILL_MODES)
        self.interpolation = checks.one_of(owner, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def _matrices(self, images: torch.Tensor, transformation: dict[str, Any]) -> torch.Tensor:
        """The places that a batch is read at, (batch, 8)."""
        raise NotImplementedError

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        warped = warp(
            self._channels_first(images),
            self._matrices(images, transformation).float(),
            interpolation="nearest" if what == "masks" else self.interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            by_index=as_later(),
        )
        return self._back(warped)

    def get_config(self) -> dict[str, Any]:
        config = {"fill_mode": self.fill_mode, "fill_value": self.fill_value, "interpolation": self.interpolation}
        return {**super().get_config(), **config}


def _rows_of(*entries: Any) -> torch.Tensor:
    """Eight numbers a matrix, from tensors of one number an image; plain numbers are the same for all."""
    like = next(entry for entry in entries if isinstance(entry, torch.Tensor))
    return torch.stack([e if isinstance(e, torch.Tensor) else torch.full_like(like, e) for e in entries], -1)


class RandomRotation(WarpedImages):
    """Turns each image by an angle of its own.

    Args:
        factor: the greatest turn either way, as a part of a full one; or a pair of bounds, positive ones
            counter-clockwise.
        fill_mode: what lies outside of an image: its mirror image (``'reflect'``), the image again (``'wrap'``), its
            edge (``'nearest'``) or ``'constant'``.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        seed: fixes the layer's own stream of random numbers.
        fill_value: what ``'constant'`` fills with.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/

    Example:
        >>> quarter = RandomRotation((0.25, 0.25))
        >>> quarter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)).flatten().round().tolist()
        [2.0, 4.0, 1.0, 3.0]
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed=seed, **kwargs)
        most = 1 if as_later() else math.inf
        self.lower, self.upper = span("RandomRotation", "factor", factor, -most, most)
        self.factor = (self.lower, self.upper) if as_later() else factor

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        low, high = self.lower * 2 * math.pi, self.upper * 2 * math.pi
        angle = self._uniform(images.shape[:1], low, high, images.device, generator)
        return {"rotation_matrix": self._turned(images, angle)}

    def _turned(self, images: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
        rows, columns = self._sizes(images)
        cos, sin = torch.cos(angle), torch.sin(angle)
        x_offset = ((columns - 1) - (cos * (columns - 1) - sin * (rows - 1))) / 2
        y_offset = ((rows - 1) - (sin * (columns - 1) + cos * (rows - 1))) / 2
        return _rows_of(cos, -sin, x_offset, sin, cos, y_offset, 0.0, 0.0)

    def _matrices(self, images: torch.Tensor, transformation: dict[str, Any]) -> torch.Tensor:
        return transformation["rotation_matrix"]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class RandomTranslation(WarpedImages):
    """Moves each image up or down and to a side.

    Args:
        height_factor: the greatest shift either way, as a part of the height; or a pair of bounds, positive ones down.
        width_factor: the same for the width; positive bounds to the right.
        fill_mode: as for ``RandomRotation``.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        seed: fixes the layer's own stream of random numbers.
        fill_value: what ``'constant'`` fills with.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/

    Example:
        >>> down = RandomTranslation((0.5, 0.5), 0.0, fill_mode="constant")
        >>> down(torch.tensor([[1.0], [2.0]]).reshape(1, 2, 1, 1)).flatten().tolist()
        [0.0, 1.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed=seed, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self.height_lower, self.height_upper = span("RandomTranslation", "height_factor", height_factor, -1, 1)
        self.width_lower, self.width_upper = span("RandomTranslation", "width_factor", width_factor, -1, 1)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        rows, columns = self._sizes(images)
        shape = (images.shape[0], 1)
        down = self._uniform(shape, self.height_lower, self.height_upper, images.device, generator) * rows
        right = self._uniform(shape, self.width_lower, self.width_upper, images.device, generator) * columns
        return {"translations": torch.cat([right, down], 1)}

    def _matrices(self, images: torch.Tensor, transformation: dict[str, Any]) -> torch.Tensor:
        right, down = transformation["translations"].unbind(1)
        return _rows_of(1.0, 0.0, -right, 0.0, 1.0, -down, 0.0, 0.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomZoom(WarpedImages):
    """Zooms into each image or away from it.

    Args:
        height_factor: the greatest change either way, as a part of the height; or a pair of bounds, positive ones away
            from the image.
        width_factor: the same for the width; None keeps the proportions.
        fill_mode: as for ``RandomRotation``.
        interpolation: ``'bilinear'`` or ``'nearest'``.
        seed: fixes the layer's own stream of random numbers.
        fill_value: what ``'constant'`` fills with.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/

    Example:
        >>> RandomZoom(0.2)(torch.ones(1, 8, 8, 3)).shape
        torch.Size([1, 8, 8, 3])
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed=seed, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self.height_lower, self.height_upper = span("RandomZoom", "height_factor", height_factor, -1, 1)
        if width_factor is not None:
            self.width_lower, self.width_upper = span("RandomZoom", "width_factor", width_factor, -1, math.inf)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        shape = (images.shape[0], 1)
        height = self._uniform(shape, 1 + self.height_lower, 1 + self.height_upper, images.device, generator)
        width = height
        if self.width_factor is not None:
            width = self._uniform(shape, 1 + self.width_lower, 1 + self.width_upper, images.device, generator)
        return {"height_zoom": height, "width_zoom": width}

    def _matrices(self, images: torch.Tensor, transformation: dict[str, Any]) -> torch.Tensor:
        rows, columns = self._sizes(images)
        x, y = transformation["width_zoom"].squeeze(1), transformation["height_zoom"].squeeze(1)
        x_offset, y_offset = (columns - 1) / 2 * (1 - x), (rows - 1) / 2 * (1 - y)
        return _rows_of(x, 0.0, x_offset, 0.0, y, y_offset, 0.0, 0.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomCrop(RandomImageLayer):
    """Cuts a part out of a batch of images, the same of all of them.

    In inference, and where images are too small, tf.keras makes the largest part of the wanted proportions fit; Keras 3
    leaves images alone in inference.

    Args:
        height: number of rows to keep.
        width: number of columns to keep.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, any, any, channels), output (batch, height, width, channels); without a batch axis likewise.

    Raises:
        ValueError: for a size below 1.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/

    Example:
        >>> RandomCrop(2, 3)(torch.ones(4, 8, 8, 3)).shape
        torch.Size([4, 2, 3, 3])
    """

    def __init__(self, height: int, width: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.height = checks.positive_int("RandomCrop", "height", height)
        self.width = checks.positive_int("RandomCrop", "width", width)

    def _at_rest(self, images: torch.Tensor) -> Any:
        return None if as_later() else {"resize": True}

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        rows, columns = self._sizes(images)
        if rows < self.height or columns < self.width or (as_later() and not self._is_larger(rows, columns)):
            if not as_later():
                return {"resize": True}
            top, left, _, _ = largest_window(rows, columns, self.height, self.width)
            return {"start": (top, left)}
        room = torch.tensor([rows - self.height + 1, columns - self.width + 1], device=images.device)
        return {"start": (self._uniform((2,), 0, 1, images.device, generator) * room).long().unbind()}

    def _is_larger(self, rows: int, columns: int) -> bool:
        return rows > self.height and columns > self.width

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        method = "nearest" if what == "masks" else "bilinear"
        size = (self.height, self.width)
        if "resize" in transformation:
            return smart_resize(images, size, self.axes, method)
        for axis, start, length in zip(self.axes, transformation["start"], size, strict=True):
            if isinstance(start, torch.Tensor):  # drawn on the device, which nobody waits for
                images = images.index_select(axis, start + torch.arange(length, device=images.device))
            else:
                images = images.narrow(axis, start, min(length, images.shape[axis] - start))
        return resized(images, size, method, False, self.axes)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self._with_sizes(input_shape, self.height, self.width)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width}


class _RandomSize(RandomImageLayer):
    """Stretches a batch along one axis by one drawn factor."""

    _axis = 0

    def __init__(self, factor: Any, interpolation: str = "bilinear", seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        owner = type(self).__name__
        self.factor = factor
        self.lower, self.upper = span(owner, "factor", factor, -1, math.inf)
        self.interpolation = checks.one_of(owner, "interpolation", interpolation, METHODS)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        # on the host, since it decides of a shape
        factor = self._uniform((), 1 + self.lower, 1 + self.upper, torch.device("cpu"), generator)
        sizes = list(self._sizes(images))
        sizes[self._axis] = max(int(factor.float() * sizes[self._axis]), 1)
        return {"sizes": tuple(sizes)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        method = "nearest" if what == "masks" else self.interpolation
        return resized(images, transformation["sizes"], method, False, self.axes)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = [input_shape[self.axes[0]], input_shape[self.axes[1]]]
        sizes[self._axis] = None
        return self._with_sizes(input_shape, *sizes)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "interpolation": self.interpolation}


class RandomHeight(_RandomSize):
    """Stretches or squeezes a batch of images vertically.

    Args:
        factor: the greatest change either way, as a part of the height; or a pair of bounds.
        interpolation: as for ``Resizing``.
        seed: fixes the layer's own stream of random numbers.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels), output (batch, any, columns, channels).

    Raises:
        ValueError: for a setting out of range.

    Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/RandomHeight

    Example:
        >>> RandomHeight((0.5, 0.5))(torch.ones(1, 8, 8, 3)).shape
        torch.Size([1, 12, 8, 3])
    """

    _axis = 0


class RandomWidth(_RandomSize):
    """Stretches or squeezes a batch of images horizontally.

    Args:
        factor: the greatest change either way, as a part of the width; or a pair of bounds.
        interpolation: as for ``Resizing``.
        seed: fixes the layer's own stream of random numbers.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels), output (batch, rows, any, channels).

    Raises:
        ValueError: for a setting out of range.

    Source: https://www.tensorflow.org/api_docs/python/tf/keras/layers/RandomWidth

    Example:
        >>> RandomWidth((0.5, 0.5))(torch.ones(1, 8, 8, 3)).shape
        torch.Size([1, 8, 12, 3])
    """

    _axis = 1
