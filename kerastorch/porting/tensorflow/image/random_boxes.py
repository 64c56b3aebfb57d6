"""Boxes drawn at random, to cut images by.

Source: https://www.tensorflow.org/api_docs/python/tf/image/stateless_sample_distorted_bounding_box
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import torch

from ....engine.symbolic.immutable import as_immutable, plain
from .._functions import tensor
from ..errors import InvalidArgumentError
from .random_changes import _seeded, _stateless

__all__ = ["sample_distorted_bounding_box", "stateless_sample_distorted_bounding_box"]

_Sampled = namedtuple("SampleDistortedBoundingBoxV2", "begin size bboxes")
_Box = tuple[int, int, int, int]  # top, left, height, width, in pixels


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = 0,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> _Sampled:
    """A box at random that covers enough of one of some boxes; the whole image where no attempt finds one.

    TensorFlow draws other boxes for the same seed.

    Args:
        image_size: height, width, channels.
        bounding_boxes: (batch, boxes, 4), as shares of height and width.
        seed: 0 for none.
        min_object_covered: how much of one of the boxes it covers at least.
        aspect_ratio_range: its width by its height, from and to; (0.75, 1.33) for None.
        area_range: its share of the image, from and to; (0.05, 1) for None.
        max_attempts: how often to try; 100 for None.
        use_image_if_no_bounding_boxes: whether no boxes stand for one around the whole image.

    Returns:
        ``begin`` and ``size`` for ``tf.slice``, and ``bboxes`` (1, 1, 4) for ``tf.image.draw_bounding_boxes``.

    Raises:
        InvalidArgumentError: for ranges that are none, and without boxes.
    """
    options = min_object_covered, aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    owner = "tf.image.sample_distorted_bounding_box"
    return _sampled(owner, image_size, bounding_boxes, _seeded(seed or None), *options)


def stateless_sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> _Sampled:
    """``sample_distorted_bounding_box`` as a function of a seed of two numbers."""
    options = min_object_covered, aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    owner = "tf.image.stateless_sample_distorted_bounding_box"
    return _sampled(owner, image_size, bounding_boxes, _stateless(seed), *options)


def _sampled(
    owner: str,
    image_size: Any,
    bounding_boxes: Any,
    draw: Callable,
    covered: Any,
    aspects: Any,
    areas: Any,
    attempts: int | None,
    whole: bool | None,
) -> _Sampled:
    given = tensor(image_size)
    height, width = given.tolist()[:2]
    aspects = _range(owner, "aspect_ratio_range", (0.75, 1.33) if aspects is None else aspects)
    areas = _range(owner, "area_range", (0.05, 1.0) if areas is None else areas, 1.0)
    attempts = 100 if attempts is None else attempts
    if attempts < 1:
        raise InvalidArgumentError(f"{owner}: expected a positive max_attempts. Received: {attempts}")
    sizes = height, width, height, width
    objects = [
        [round(share * size) for share, size in zip(box, sizes)]
        for box in tensor(bounding_boxes, torch.float32).reshape(-1, 4).tolist()
    ]
    if not objects and not whole:
        raise InvalidArgumentError(
            f"{owner}: expected bounding_boxes, or use_image_if_no_bounding_boxes=True. Received: no boxes"
        )
    draws = plain(draw([attempts, 4], 0, 1.0)).tolist()
    objects = objects or [[0, 0, height, width]]
    boxes = (_box(height, width, aspects, areas, shares) for shares in draws)
    fitting = (box for box in boxes if box and any(_covers(box, item, float(covered)) for item in objects))
    top, left, rows, columns = next(fitting, (0, 0, height, width))
    corners = [top / height, left / width, (top + rows) / height, (left + columns) / width]
    begin, size = (torch.tensor(part, dtype=given.dtype) for part in ([top, left, 0], [rows, columns, -1]))
    return _Sampled(*as_immutable((begin, size, torch.tensor([[corners]]))))


def _range(owner: str, argument: str, given: Any, most: float = math.inf) -> tuple[float, float]:
    given = tensor(given, torch.float64).tolist()
    if len(given) != 2 or min(given) <= 0 or max(given) > most:
        limit = "" if most == math.inf else f" up to {most:g}"
        raise InvalidArgumentError(f"{owner}: expected {argument} of two positive numbers{limit}. Received: {given}")
    return given[0], given[1]


def _box(
    height: int, width: int, aspects: tuple[float, float], areas: tuple[float, float], shares: Sequence[float]
) -> _Box | None:
    """A box of an aspect and an area within bounds; None where rounding leaves none.

    Args:
        height, width: of the image.
        aspects, areas: the bounds.
        shares: random numbers from 0 to 1 for the aspect, the height, the top and the left.
    """
    aspect = aspects[0] + shares[0] * (aspects[1] - aspects[0])
    least, most = (share * height * width for share in areas)
    low, high = round(math.sqrt(least / aspect)), round(math.sqrt(most / aspect))
    if round(high * aspect) > width:
        high = int((width + 0.5 - 1e-7) / aspect)
        high -= round(high * aspect) > width
    high = min(high, height)
    rows = min(low, high)
    rows += int(shares[1] * (high - rows + 1))
    for change in (1, -1):  # a rounded area may lie just outside
        area = rows * round(rows * aspect)
        rows += change if (change > 0 and area < least) or (change < 0 and area > most) else 0
    columns = round(rows * aspect)
    if not (least <= rows * columns <= most and 0 < rows <= height and 0 < columns <= width):
        return None
    return int(shares[2] * (height - rows)), int(shares[3] * (width - columns)), rows, columns


def _covers(box: _Box, item: Sequence[int], share: float) -> bool:
    """Whether a box holds a share of an object, given by its corners in pixels."""
    top, left, rows, columns = box
    area = max(item[2] - item[0], 0) * max(item[3] - item[1], 0)
    inner = max(min(top + rows, item[2]) - max(top, item[0]), 0) * max(
        min(left + columns, item[3]) - max(left, item[1]), 0
    )
    return area >= 1 and inner >= share * area
