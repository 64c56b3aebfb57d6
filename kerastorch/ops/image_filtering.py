"""Images as their neighbourhoods see them: blurred, their edges, how alike two of them are.

Source: https://keras.io/api/ops/image/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import config
from ..backend.convolution import from_channels_first, to_channels_first
from ._making import converted, floats, operation, together

__all__ = ["gaussian_blur", "sobel_edges", "ssim"]


def _opened(name: str, images: Any, data_format: str | None) -> tuple[Any, str, bool]:
    """A batch of images with the channels on axis 1, their format, and whether there was one image only."""
    form = config.image_data_format() if data_format is None else data_format
    if images.ndim not in (3, 4) or form not in ("channels_first", "channels_last"):
        raise ValueError(
            f"ops.image.{name}: expected three axes or four, channels_first or channels_last. "
            f"Received: shape {tuple(images.shape)}, data_format={form!r}"
        )
    single = images.ndim == 3
    return to_channels_first(images.unsqueeze(0) if single else images, form), form, single


def _bell(size: int, sigma: Any, like: Any) -> Any:
    places = torch.arange(size, dtype=like.dtype, device=like.device) - (size - 1) / 2
    heights = torch.exp(-0.5 * (places / sigma) ** 2)
    return heights / heights.sum()


@operation
def gaussian_blur(
    images: Any,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Any:
    """Images with each pixel a mean of those around, the nearer the more.

    Args:
        images: one image or a batch.
        kernel_size: width and height of the neighbourhood, odd numbers.
        sigma: how fast weights fall off, along width and height: in this order, as Keras 3 computes it.
        data_format: where the channels are.
    """
    x, form, single = _opened("gaussian_blur", floats(images), data_format)
    (width, height), (across, down) = (int(size) for size in kernel_size), sigma
    kernel = torch.outer(_bell(height, down, x), _bell(width, across, x))
    found = F.conv2d(x, kernel.expand(x.shape[1], 1, -1, -1), padding=(height // 2, width // 2), groups=x.shape[1])
    found = from_channels_first(found, form)
    return found.squeeze(0) if single else found


@operation
def sobel_edges(images: Any, data_format: str | None = None) -> Any:
    """How fast brightness changes downwards and to the right, on a new last axis.

    Args:
        images: a batch of images.
        data_format: where the channels are.
    """
    images = floats(images)
    if images.ndim != 4:
        raise ValueError(f"ops.image.sobel_edges: expected four axes. Received: shape {tuple(images.shape)}")
    x, form, _ = _opened("sobel_edges", images, data_format)
    across = torch.tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=x.dtype, device=x.device)
    kernels = torch.stack([across.T, across]).unsqueeze(1).repeat(x.shape[1], 1, 1, 1)
    found = F.conv2d(x, kernels, padding=1, groups=x.shape[1])
    found = found.reshape(x.shape[0], x.shape[1], 2, *x.shape[2:])
    return found.permute(0, 3, 4, 1, 2) if form == "channels_last" else found.permute(0, 1, 3, 4, 2)


@operation
def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """How alike images are in structure, 1 for the same image.

    Args:
        image1: one image or a batch.
        image2: as many.
        max_val: the greatest value that a pixel can have.
        filter_size: side of the neighbourhoods that are compared.
        filter_sigma: how fast weights fall off within them.
        k1: keeps dark neighbourhoods from dividing by 0, as a part of ``max_val``.
        k2: keeps even neighbourhoods from dividing by 0, as a part of ``max_val``.
        data_format: where the channels are.

    Returns:
        A number for each image.

    Source: Wang et al., Image Quality Assessment (2004), https://doi.org/10.1109/TIP.2003.819861
    """
    kind = converted(image1).dtype
    image1, image2 = (floats(image) for image in together([image1, image2]))
    x, _, single = _opened("ssim", image1, data_format)
    y, _, _ = _opened("ssim", image2, data_format)
    if x.shape != y.shape or min(x.shape[2:]) < filter_size:
        raise ValueError(
            f"ops.image.ssim: expected images of one shape, {filter_size} pixels or more a side. "
            f"Received: {tuple(image1.shape)} and {tuple(image2.shape)}"
        )
    bell = _bell(filter_size, filter_sigma, x)
    kernel = torch.outer(bell, bell).expand(x.shape[1], 1, -1, -1)

    def mean(image: Any) -> Any:
        return F.conv2d(image, kernel, groups=x.shape[1])

    low, high = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mx, my = mean(x), mean(y)
    spread_x, spread_y, common = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    alike = (2 * mx * my + low) * (2 * common + high)
    alike = (alike / ((mx * mx + my * my + low) * (spread_x + spread_y + high))).mean((1, 2, 3)).to(kind)
    return alike.squeeze(0) if single else alike
