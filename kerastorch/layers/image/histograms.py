"""Images whose values are spread evenly, by histograms of the whole or of tiles.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ...engine import checks
from .color import value_pair
from .tones import FixedLayer, rescaled

__all__ = ["ContrastLimitedAdaptiveHistogramEqualization", "Equalization"]


class Equalization(FixedLayer):
    """Spreads the values of a batch evenly over their range, each channel for itself; in training only.

    As in Keras 3 all images of a batch have one histogram.

    Args:
        value_range: the least and the greatest value.
        bins: number of the histogram's bins.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/equalization/

    Example:
        >>> Equalization()(torch.tensor([10.0, 20.0]).reshape(1, 2, 1, 1)).flatten().tolist()
        [0.0, 255.0]
    """

    def __init__(
        self, value_range: Sequence[float] = (0, 255), bins: int = 256, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.bins = checks.positive_int("Equalization", "bins", bins)
        self.value_range = value_pair("Equalization", value_range)

    def _at_rest(self, images: torch.Tensor) -> Any:
        return None

    def transform_images(self, images: torch.Tensor, transformation: Any = None, training: bool = True) -> torch.Tensor:
        return super().transform_images(images) if training else images.to(self._kind())

    def _differs_in_training(self) -> bool:
        return True

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        first = self._channels_first(images).transpose(0, 1)
        flat = rescaled(first.flatten(1), self.value_range, (0, 255))
        places = (flat.float() * (self.bins - 1) / 255).to(torch.int32).clamp(0, self.bins - 1).long()
        counts = torch.zeros(flat.shape[0], self.bins, dtype=torch.long, device=flat.device)
        counts = counts.scatter_add(1, places, torch.ones_like(places))
        below = counts.cumsum(1)
        least = torch.where(below > 0, below, below[:, -1:]).amin(1, keepdim=True)
        spread = (below[:, -1:] - least).clamp(min=1)
        table = ((below - least) * 255 / spread).round().clamp(0, 255).to(flat.dtype)
        at = (flat / 255.0 * (self.bins - 1)).clamp(0, self.bins - 1).long()
        several = (counts > 0).sum(1, keepdim=True) > 1
        even = torch.where(several, table.gather(1, at), flat)
        return self._back(rescaled(even, (0, 255), self.value_range).unflatten(1, first.shape[1:]).transpose(0, 1))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bins": self.bins, "value_range": self.value_range}


class ContrastLimitedAdaptiveHistogramEqualization(FixedLayer):
    """Spreads values evenly tile by tile, with a limit to the contrast; in inference too.

    As in Keras 3 on PyTorch the limit is a whole number of pixels, and tiles that reach over the end repeat it.

    Args:
        value_range: the least and the greatest value.
        clip_limit: how many times the mean a bin of a tile's histogram may hold; 0 for no limit.
        tile_grid_size: rows and columns of tiles.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/contrast_limited_adaptive_histogram_equalization/

    Example:
        >>> ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))(torch.ones(1, 8, 8, 1)).shape
        torch.Size([1, 8, 8, 1])
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Sequence[int] = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        owner = "ContrastLimitedAdaptiveHistogramEqualization"
        self.value_range = value_pair(owner, value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = checks.int_tuple(owner, "tile_grid_size", tile_grid_size, 2)

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        x = rescaled(self._channels_first(images).float(), self.value_range, (0, 255))
        rows, columns = x.shape[-2:]
        tile = tuple(-(-size // count) for size, count in zip((rows, columns), self.tile_grid_size, strict=True))
        whole = tuple(size * count for size, count in zip(tile, self.tile_grid_size, strict=True))
        padded = _longer(_longer(x, -2, whole[0]), -1, whole[1])
        tables = F.pad(self._tables(padded, tile).movedim(-1, 2).flatten(1, 2), (1, 1, 1, 1), mode="replicate")
        found = _between(tables.unflatten(1, (x.shape[1], 256)), padded, tile)[..., :rows, :columns]
        return self._back(rescaled(found, (0, 255), self.value_range)).to(images.dtype)

    def _tables(self, x: torch.Tensor, tile: tuple[int, int]) -> torch.Tensor:
        """What each tile makes of the values 0 to 255: (batch, channels, tile rows, tile columns, 256)."""
        size = tile[0] * tile[1]
        tiles = x.unflatten(-1, (-1, tile[1])).unflatten(-3, (-1, tile[0])).transpose(-3, -2).flatten(-2)
        places = tiles.to(torch.int32).clamp(0, 255).long()
        counts = tiles.new_zeros(*tiles.shape[:-1], 256).scatter_add(-1, places, torch.ones_like(tiles))
        if self.clip_limit > 0:
            clipped = counts.clamp(max=int(self.clip_limit * size / 256.0))
            counts = clipped + (counts - clipped).sum(-1, keepdim=True) / 256.0
        below = counts.cumsum(-1)
        least = below.amin(-1, keepdim=True)
        spread = size - least
        return ((below - least) * 255.0 / torch.where(spread == 0, 1.0, spread)).clamp(0, 255)

    def get_config(self) -> dict[str, Any]:
        names = ("value_range", "clip_limit", "tile_grid_size")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _longer(x: torch.Tensor, axis: int, length: int) -> torch.Tensor:
    """An axis made longer by its last element."""
    size = x.shape[axis]
    return x if size == length else x.index_select(axis, torch.arange(length, device=x.device).clamp(max=size - 1))


def _between(tables: torch.Tensor, x: torch.Tensor, tile: tuple[int, int]) -> torch.Tensor:
    """What the four tables around each pixel make of it, the nearer the more.

    Args:
        tables: (batch, channels, 256, tile rows, tile columns).
        x: (batch, channels, rows, columns), values from 0 to 255.
        tile: rows and columns of a tile.
    """
    ends = []
    for axis, size in zip((-2, -1), tile, strict=True):
        at = (torch.arange(x.shape[axis], dtype=torch.float32, device=x.device) - size / 2.0) / size + 1.0
        low = at.floor()
        last = tables.shape[axis] - 1
        ends.append((low.clamp(0, last).long(), (low + 1).clamp(0, last).long(), at - low))
    (top, bottom, down), (left, right, across) = ends
    values = x.clamp(0, 255).to(torch.int32).long()
    samples = torch.arange(x.shape[0], device=x.device)[:, None, None, None]
    channels = torch.arange(x.shape[1], device=x.device)[:, None, None]

    def read(rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
        return tables[samples, channels, values, rows[:, None], columns]

    above = read(top, left) * (1.0 - across) + read(top, right) * across
    below = read(bottom, left) * (1.0 - across) + read(bottom, right) * across
    return above * (1.0 - down[:, None]) + below * down[:, None]
