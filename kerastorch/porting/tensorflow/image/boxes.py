"""Boxes in images: (top, left, bottom, right), as shares of height and width.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

import math
from typing import Any

import torch

from ....engine.symbolic import Spec, is_symbolic, record_as
from ....engine.symbolic.immutable import as_immutable
from .._functions import ints, op, tensor

__all__ = ["crop_and_resize", "draw_bounding_boxes", "non_max_suppression", "non_max_suppression_with_scores"]


def _samples(low: torch.Tensor, high: torch.Tensor, size: int, count: int) -> torch.Tensor:
    """Where along an axis each box is sampled."""
    if count == 1:
        return 0.5 * (low + high)[:, None] * (size - 1)
    steps = torch.arange(count, device=low.device, dtype=low.dtype)
    return low[:, None] * (size - 1) + steps * ((high - low) * (size - 1) / (count - 1))[:, None]


@op
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    *,
    box_ind: Any = None,
) -> torch.Tensor:
    """The part of an image in each box, at one size.

    Raises:
        ValueError: for a method other than ``'bilinear'`` and ``'nearest'``.
    """
    if method not in ("bilinear", "nearest"):
        raise ValueError(f"tf.image.crop_and_resize: expected 'bilinear' or 'nearest'. Received: method={method!r}")
    x = tensor(image).float()
    boxes = tensor(boxes, torch.float32)
    which = tensor(box_indices if box_indices is not None else box_ind).long()
    rows, columns = ints(crop_size)
    ys = _samples(boxes[:, 0], boxes[:, 2], x.shape[1], rows)
    xs = _samples(boxes[:, 1], boxes[:, 3], x.shape[2], columns)
    inside = ((ys >= 0) & (ys <= x.shape[1] - 1))[:, :, None] & ((xs >= 0) & (xs <= x.shape[2] - 1))[:, None, :]
    box = which[:, None, None]
    if method == "nearest":
        found = x[box, _kept(ys.round(), x.shape[1])[:, :, None], _kept(xs.round(), x.shape[2])[:, None, :]]
    else:
        top, left = ys.floor(), xs.floor()
        down, right = (ys - top)[:, :, None, None], (xs - left)[:, None, :, None]
        y0, y1 = (_kept(v, x.shape[1])[:, :, None] for v in (top, ys.ceil()))
        x0, x1 = (_kept(v, x.shape[2])[:, None, :] for v in (left, xs.ceil()))
        above = x[box, y0, x0] + (x[box, y0, x1] - x[box, y0, x0]) * right
        below = x[box, y1, x0] + (x[box, y1, x1] - x[box, y1, x0]) * right
        found = above + (below - above) * down
    return torch.where(inside[..., None], found, torch.full_like(found, extrapolation_value))


def _kept(places: torch.Tensor, size: int) -> torch.Tensor:
    return places.clamp(0, size - 1).long()


def _overlaps(boxes: torch.Tensor) -> torch.Tensor:
    """For each pair of boxes the share of what they cover that both cover."""
    low = torch.minimum(boxes[:, :2], boxes[:, 2:])
    high = torch.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(1)
    shared = (torch.minimum(high[:, None], high) - torch.maximum(low[:, None], low)).clamp(min=0).prod(2)
    whole = area[:, None] + area - shared
    return torch.where((area[:, None] > 0) & (area > 0), shared / whole, torch.zeros_like(whole))


def _chosen(boxes: Any, scores: Any, most: Any, overlap: float, lowest: float) -> torch.Tensor:
    """The numbers of the boxes that stay, the best first."""
    values = tensor(scores, torch.float32)
    shares = _overlaps(tensor(boxes, torch.float32)).cpu()
    order = torch.sort(values, descending=True, stable=True)[1].tolist()
    numbers = values.tolist()
    kept: list[int] = []
    for i in order:
        if len(kept) >= ints(most) or numbers[i] <= lowest:
            break
        if all(shares[i, j] <= overlap for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int32)


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: float = 0.5,
    score_threshold: float = -math.inf,
    name: str | None = None,
) -> Any:
    """The numbers of the boxes with the best scores that do not overlap a better one too much.

    Example:
        >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]]
        >>> non_max_suppression(boxes, [0.9, 0.8, 0.7], 3).tolist()
        [0, 2]
    """
    given = (boxes, scores, max_output_size, iou_threshold, score_threshold)
    if is_symbolic(given):  # how many stay only data tells
        return record_as(non_max_suppression, given, {}, Spec((None,), torch.int32), "non_max_suppression")
    return as_immutable(_chosen(boxes, scores, ints(max_output_size), float(iou_threshold), float(score_threshold)))


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: float = 0.5,
    score_threshold: float = -math.inf,
    soft_nms_sigma: float = 0.0,
    name: str | None = None,
) -> tuple[Any, Any]:
    """``non_max_suppression``, and the scores of what stays.

    Raises:
        NotImplementedError: for a ``soft_nms_sigma`` other than 0.
    """
    if soft_nms_sigma:
        raise NotImplementedError("tf.image.non_max_suppression_with_scores: expected soft_nms_sigma=0. Received: more")
    kept = _chosen(boxes, scores, max_output_size, float(iou_threshold), float(score_threshold))
    return as_immutable(kept), as_immutable(tensor(scores)[kept.long()])


_COLORS = [
    (1, 1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 0, 1), (0.5, 0, 0.5, 1),
    (0.5, 0.5, 0, 1), (0.5, 0, 0, 1), (0, 0, 0.5, 1), (0, 1, 1, 1), (1, 0, 1, 1),
]  # fmt: skip


@op
def draw_bounding_boxes(images: Any, boxes: Any, colors: Any = None) -> torch.Tensor:
    """Images with the outlines of boxes drawn into them."""
    x = tensor(images).clone()
    height, width, channels = x.shape[1:]
    paints = tensor(_COLORS if colors is None or not len(colors) else colors).to(x)[:, :channels]
    if channels == 1:
        paints = torch.ones_like(paints)
    for image, own in zip(x, tensor(boxes).tolist()):
        for i, (top, left, bottom, right) in enumerate(own):
            y0, y1 = int(top * (height - 1)), int(bottom * (height - 1))
            x0, x1 = int(left * (width - 1)), int(right * (width - 1))
            rows, columns = slice(max(y0, 0), y1 + 1), slice(max(x0, 0), x1 + 1)
            for row in (y0, y1):
                if 0 <= row < height:
                    image[row, columns] = paints[i % len(paints)]
            for column in (x0, x1):
                if 0 <= column < width:
                    image[rows, column] = paints[i % len(paints)]
    return x
