"""How images differ, and their edges.

Source: https://www.tensorflow.org/api_docs/python/tf/image
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from .._functions import op, tensor
from .colors import converted

__all__ = ["image_gradients", "psnr", "sobel_edges", "ssim", "ssim_multiscale", "total_variation"]


@op
def total_variation(images: Any) -> torch.Tensor:
    """The sum of the differences between neighbours, of each image."""
    x = tensor(images)
    rows = (x[..., 1:, :, :] - x[..., :-1, :, :]).abs()
    columns = (x[..., 1:, :] - x[..., :-1, :]).abs()
    return rows.sum((-3, -2, -1)) + columns.sum((-3, -2, -1))


@op
def psnr(a: Any, b: Any, max_val: Any) -> torch.Tensor:
    """The peak signal-to-noise ratio, of each image."""
    a, b = tensor(a), tensor(b)
    most = converted(tensor(max_val, a.dtype).to(a.device), torch.float32)  # 255 and 255.0 are the same for either type
    a, b = converted(a, torch.float32), converted(b, torch.float32)
    error = (a - b).square().mean((-3, -2, -1))
    return 20 * torch.log10(most) - 10 * torch.log10(error)


def _similarity(
    a: torch.Tensor, b: torch.Tensor, most: float, size: int, sigma: float, k1: float, k2: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Structural similarity and its part of contrast and structure, of each image and channel."""
    places = torch.arange(size, dtype=a.dtype, device=a.device) - (size - 1) / 2
    line = torch.softmax(-0.5 * (places / sigma).square(), 0)
    channels = a.shape[1]
    window = (line[:, None] * line).expand(channels, 1, size, size)

    def blur(x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, window, groups=channels)

    c1, c2 = (k1 * most) ** 2, (k2 * most) ** 2
    mean_a, mean_b = blur(a), blur(b)
    both = mean_a * mean_b * 2.0
    squares = mean_a.square() + mean_b.square()
    luminance = (both + c1) / (squares + c1)
    structure = (blur(a * b) * 2.0 - both + c2) / (blur(a.square() + b.square()) - squares + c2)
    return (luminance * structure).mean((-2, -1)), structure.mean((-2, -1))


def _images(x: Any) -> torch.Tensor:
    x = converted(tensor(x), torch.float32)
    return x.reshape(-1, *x.shape[-3:]).permute(0, 3, 1, 2)


@op
def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> torch.Tensor:
    """The structural similarity, of each image.

    Raises:
        NotImplementedError: for ``return_index_map``.
    """
    if return_index_map:
        raise NotImplementedError("tf.image.ssim: expected return_index_map=False. Received: True")
    outer = tensor(img1).shape[:-3]
    whole = tensor(img1).dtype
    most = float(max_val) if whole.is_floating_point else float(max_val) / torch.iinfo(whole).max
    found, _ = _similarity(_images(img1), _images(img2), most, filter_size, filter_sigma, k1, k2)
    return found.mean(-1).reshape(outer)


@op
def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Any = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> torch.Tensor:
    """The structural similarity at several scales, of each image."""
    outer, whole = tensor(img1).shape[:-3], tensor(img1).dtype
    most = float(max_val) if whole.is_floating_point else float(max_val) / torch.iinfo(whole).max
    a, b = _images(img1), _images(img2)
    parts = []
    for i in range(len(power_factors)):
        if i:
            pads = [0, a.shape[-1] % 2, 0, a.shape[-2] % 2]
            a, b = (F.avg_pool2d(F.pad(x, pads, mode="replicate"), 2) for x in (a, b))
        whole_part, structure = _similarity(a, b, most, filter_size, filter_sigma, k1, k2)
        parts.append(F.relu(structure))
    parts[-1] = F.relu(whole_part)
    powers = torch.tensor(power_factors, dtype=a.dtype, device=a.device)
    return torch.prod(torch.stack(parts, -1) ** powers, -1).mean(-1).reshape(outer)


@op
def sobel_edges(image: Any) -> torch.Tensor:
    """Edges in both directions, along a new last axis."""
    x = tensor(image).permute(0, 3, 1, 2)
    down = torch.tensor([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]], dtype=x.dtype, device=x.device)
    kernels = torch.stack([down, down.T]).unsqueeze(1).repeat(x.shape[1], 1, 1, 1)
    found = F.conv2d(F.pad(x, [1, 1, 1, 1], mode="reflect"), kernels, groups=x.shape[1])
    return found.permute(0, 2, 3, 1).reshape(*image.shape, 2)


@op
def image_gradients(image: Any) -> Any:
    """The differences to the next row and to the next column, zero at the ends."""
    x = tensor(image)
    down = F.pad(x[:, 1:] - x[:, :-1], [0, 0, 0, 0, 0, 1])
    right = F.pad(x[:, :, 1:] - x[:, :, :-1], [0, 0, 0, 1])
    return down, right
