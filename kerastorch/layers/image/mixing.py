"""Images and labels of a batch mixed with each other.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from typing import Any

import torch

from .base import RandomImageLayer, bounded
from .blurring import box_mask, box_sides

__all__ = ["CutMix", "MixUp"]


class _Mixing(RandomImageLayer):
    """Each sample of a batch is mixed with another one, its label to the same part."""

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        """Labels as vectors, mixed."""
        if not training or transformation is None:
            return labels
        weight = transformation["mix_weight"].reshape(-1, 1)
        return weight * labels + (1.0 - weight) * labels[transformation["permutation_order"]]

    def transform_segmentation_masks(self, masks: torch.Tensor, transformation: Any, training: bool = True) -> Any:
        """Masks of parts, mixed like their images."""
        return masks if transformation is None else self._apply(masks.to(self._kind()), transformation, "masks")


class MixUp(_Mixing):
    """Blends each image of a batch with another one, and their labels: vectors of parts.

    Args:
        alpha: how evenly: near 0 one of the two is almost all, at 1 all proportions are as likely.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/mix_up/

    Example:
        >>> data = MixUp()({"images": torch.ones(4, 8, 8, 3), "labels": torch.eye(4)})
        >>> data["images"].shape, data["labels"].sum(1)
        (torch.Size([4, 8, 8, 3]), tensor([1., 1., 1., 1.]))
    """

    def __init__(
        self, alpha: float = 0.2, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not alpha > 0:
            raise ValueError(f"MixUp: expected alpha to be above 0. Received: alpha={alpha}")
        self.alpha = alpha

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        count, device = images.shape[0], images.device
        order = self._permutation(count, device, generator)
        return {"permutation_order": order, "mix_weight": self._beta((count,), self.alpha, device, generator)}

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        weight = transformation["mix_weight"].to(images.dtype)[:, None, None, None]
        return weight * images + (1.0 - weight) * images[transformation["permutation_order"]]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


class CutMix(_Mixing):
    """Puts a box out of another image of the batch into each; labels, vectors of parts, are mixed by its area.

    Args:
        factor: how evenly, from 0 to 1: a number as the greatest, or a pair of bounds; one is drawn for a batch.
        seed: fixes the layer's own stream of random numbers.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) or one image; the same comes out.

    Raises:
        ValueError: for a setting out of range.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/cut_mix/

    Example:
        >>> data = CutMix()({"images": torch.ones(4, 8, 8, 3), "labels": torch.eye(4)})
        >>> data["images"].shape, data["labels"].sum(1)
        (torch.Size([4, 8, 8, 3]), tensor([1., 1., 1., 1.]))
    """

    def __init__(
        self, factor: Any = 1.0, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = bounded("CutMix", "factor", factor, 0, 1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """What the next call changes images by; None for a single image, which there is nothing to mix with."""
        images = data["images"] if isinstance(data, dict) else data
        return None if images.ndim == 3 else super().get_random_transformation(data, training, seed)

    def _draw(self, images: torch.Tensor, generator: Any) -> dict[str, Any]:
        count, device = images.shape[0], images.device
        rows, columns = self._sizes(images)
        alpha = self._uniform((), *self.factor, device, generator) + 1e-6
        side = (1.0 - self._beta((count,), alpha, device, generator)).sqrt()
        x = box_sides(columns, side, self._uniform((count,), 0, 1, device, generator))
        y = box_sides(rows, side, self._uniform((count,), 0, 1, device, generator))
        area = (x[1] - x[0]) * (y[1] - y[0])
        return {
            "permutation_order": self._permutation(count, device, generator),
            "batch_masks": box_mask(images.shape, self.axes, x, y),
            "mix_weight": (1.0 - area / (rows * columns))[:, None, None, None],
        }

    def _apply(self, images: torch.Tensor, transformation: dict[str, Any], what: str) -> torch.Tensor:
        return torch.where(transformation["batch_masks"], images[transformation["permutation_order"]], images)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
