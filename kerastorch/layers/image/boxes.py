"""Bounding boxes, as many for each image.

Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/max_num_bounding_boxes/
"""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F

from ...engine import checks
from .tones import FixedLayer

__all__ = ["MaxNumBoundingBoxes"]


class MaxNumBoundingBoxes(FixedLayer):
    """Cuts or fills up the boxes of each image to one number.

    Args:
        max_number: the number.
        fill_value: what boxes and labels are filled up with.
        **kwargs: those of ``Layer``.

    Shape:
        a dict of ``images`` and ``bounding_boxes``: a dict of ``boxes`` (batch, any, 4) and ``labels`` (batch, any);
        images stay as they are.

    Raises:
        ValueError: for a number below 1.

    Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/max_num_bounding_boxes/

    Example:
        >>> import torch
        >>> boxes = {"boxes": torch.ones(2, 1, 4), "labels": torch.ones(2, 1)}
        >>> data = MaxNumBoundingBoxes(3)({"images": torch.ones(2, 8, 8, 3), "bounding_boxes": boxes})
        >>> data["bounding_boxes"]["labels"].tolist()
        [[1.0, -1.0, -1.0], [1.0, -1.0, -1.0]]
    """

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number = checks.positive_int("MaxNumBoundingBoxes", "max_number", max_number)
        self.fill_value = int(fill_value)

    def _apply(self, images: Any, transformation: dict[str, Any], what: str) -> Any:
        return images

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """As many boxes and labels as the layer says."""
        boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
        short = max(self.max_number - boxes.shape[1], 0)
        return {
            **bounding_boxes,
            "boxes": F.pad(boxes[:, : self.max_number], (0, 0, 0, short), value=self.fill_value),
            "labels": F.pad(labels[:, : self.max_number], (0, short), value=self.fill_value),
        }

    def get_config(self) -> dict[str, Any]:
        found = {**super().get_config(), "max_number": self.max_number}
        if self.fill_value != -1:  # Keras 3's configs leave it out
            found["fill_value"] = self.fill_value
        return found
