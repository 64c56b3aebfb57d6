"""Images changed at random.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ....engine.symbolic.immutable import as_immutable, plain
from .. import random
from .._functions import ints, op, tensor
from .codecs import adjust_jpeg_quality
from .colors import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from .geometry import flip_left_right, flip_up_down

__all__ = [
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip_left_right",
    "random_flip_up_down",
    "random_hue",
    "random_jpeg_quality",
    "random_saturation",
    "stateless_random_brightness",
    "stateless_random_contrast",
    "stateless_random_crop",
    "stateless_random_flip_left_right",
    "stateless_random_flip_up_down",
    "stateless_random_hue",
    "stateless_random_saturation",
]


def _seeded(seed: Any) -> Callable:
    return lambda shape, *bounds, **kwargs: random.uniform(shape, *bounds, seed=seed, **kwargs)


def _stateless(seed: Any) -> Callable:
    return lambda shape, *bounds, **kwargs: random.stateless_uniform(shape, seed, *bounds, **kwargs)


def _flipped(image: Any, flip: Callable, draw: Callable) -> Any:
    x = plain(tensor(image))
    if x.ndim == 3:
        return flip(x) if float(draw([], 0, 1.0)) < 0.5 else as_immutable(x)
    chosen = plain(draw([x.shape[0]], 0, 1.0)).round().bool().to(x.device).reshape(-1, 1, 1, 1)
    return as_immutable(torch.where(chosen, plain(flip(x)), x))


def random_flip_left_right(image: Any, seed: int | None = None) -> Any:
    """Left and right exchanged, for one of two images."""
    return _flipped(image, flip_left_right, _seeded(seed))


def random_flip_up_down(image: Any, seed: int | None = None) -> Any:
    """Top and bottom exchanged, for one of two images."""
    return _flipped(image, flip_up_down, _seeded(seed))


def stateless_random_flip_left_right(image: Any, seed: Any) -> Any:
    """``random_flip_left_right`` as a function of a seed of two numbers."""
    return _flipped(image, flip_left_right, _stateless(seed))


def stateless_random_flip_up_down(image: Any, seed: Any) -> Any:
    """``random_flip_up_down`` as a function of a seed of two numbers."""
    return _flipped(image, flip_up_down, _stateless(seed))


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Brighter or darker by at most ``max_delta``."""
    return adjust_brightness(image, float(_seeded(seed)([], -max_delta, max_delta)))


def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """``random_brightness`` as a function of a seed of two numbers."""
    return adjust_brightness(image, float(_stateless(seed)([], -max_delta, max_delta)))


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Contrast scaled by a factor between two bounds."""
    return adjust_contrast(image, float(_seeded(seed)([], lower, upper)))


def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """``random_contrast`` as a function of a seed of two numbers."""
    return adjust_contrast(image, float(_stateless(seed)([], lower, upper)))


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Saturation scaled by a factor between two bounds."""
    return adjust_saturation(image, float(_seeded(seed)([], lower, upper)))


def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """``random_saturation`` as a function of a seed of two numbers."""
    return adjust_saturation(image, float(_stateless(seed)([], lower, upper)))


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Hue turned by at most ``max_delta``."""
    return adjust_hue(image, float(_seeded(seed)([], -max_delta, max_delta)))


def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """``random_hue`` as a function of a seed of two numbers."""
    return adjust_hue(image, float(_stateless(seed)([], -max_delta, max_delta)))


def _cropped(value: Any, size: Any, draw: Callable) -> Any:
    x, sizes = tensor(value), ints(size)
    if any(want > have for want, have in zip(sizes, x.shape)) or len(sizes) != x.ndim:
        raise ValueError(f"tf.image.random_crop: expected a size within {tuple(x.shape)}. Received: size={sizes}")
    offsets = plain(draw([len(sizes)], 0, 2**31 - 1, dtype=torch.int32)).tolist()
    starts = [offset % (have - want + 1) for offset, have, want in zip(offsets, x.shape, sizes)]
    return x[tuple(slice(start, start + want) for start, want in zip(starts, sizes))]


@op
def random_crop(value: Any, size: Any, seed: int | None = None) -> torch.Tensor:
    """A part of a given size, from a place drawn at random.

    Raises:
        ValueError: for a size that the tensor does not have.
    """
    return _cropped(value, size, _seeded(seed))


@op
def stateless_random_crop(value: Any, size: Any, seed: Any) -> torch.Tensor:
    """``random_crop`` as a function of a seed of two numbers."""
    return _cropped(value, size, _stateless(seed))


def random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None) -> Any:
    """Encoded as JPEG at a quality between two bounds, and decoded."""
    quality = int(random.uniform([], min_jpeg_quality, max_jpeg_quality, dtype=torch.int32, seed=seed))
    return adjust_jpeg_quality(image, quality)
