"""Pictures as files have them. Needs the package pillow.

Source: https://www.tensorflow.org/api_docs/python/tf/io
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch

from ....engine.symbolic.immutable import as_immutable, plain
from ....preprocessing.image.files import pillow
from .._dtypes import torch_type
from .._functions import ints, tensor
from .._texts import TextTensor
from .colors import converted

__all__ = [
    "adjust_jpeg_quality",
    "decode_and_crop_jpeg",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "extract_jpeg_shape",
    "is_jpeg",
]

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def _opened(owner: str, contents: Any) -> Any:
    from ..errors import InvalidArgumentError

    image = pillow(owner)
    try:
        return image.open(io.BytesIO(bytes(TextTensor(contents))))
    except OSError:
        raise InvalidArgumentError(f"{owner}: expected the bytes of a picture. Received: something else") from None


def _pixels(picture: Any, channels: int, deep: bool = False) -> torch.Tensor:
    """The pixels (height, width, channels), as bytes or as 16 bits."""
    if deep and picture.mode.startswith("I"):
        return torch.from_numpy(np.asarray(picture).astype(np.uint16))[..., None]
    mode = _MODES[channels] if channels else {"P": "RGB", "1": "L", "I;16": "L", "CMYK": "RGB"}.get(picture.mode)
    picture = picture.convert(mode) if mode and mode != picture.mode else picture
    array = np.array(picture)
    return torch.from_numpy(array[..., None] if array.ndim == 2 else array)


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """The pixels of a picture, as bytes.

    Args:
        contents: the file's bytes.
        channels: 1 or 3; 0 for the file's own.
        ratio: by how much both sides are made smaller, 1, 2, 4 or 8.
        fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method: how TensorFlow's decoder works,
            accepted; pillow has its own.

    Raises:
        InvalidArgumentError: for bytes that are no picture.
        ImportError: without pillow.
    """
    picture = _opened("tf.io.decode_jpeg", contents)
    if ratio != 1:
        picture.draft(None, (picture.width // ratio, picture.height // ratio))
    return as_immutable(_pixels(picture, channels))


def decode_png(contents: Any, channels: int = 0, dtype: Any = torch.uint8, name: str | None = None) -> Any:
    """The pixels of a picture, as bytes or as 16 bits.

    Raises:
        InvalidArgumentError: for bytes that are no picture.
        ImportError: without pillow.
    """
    kind = torch_type(dtype)
    found = _pixels(_opened("tf.io.decode_png", contents), channels, kind == torch.uint16)
    return as_immutable(found if found.dtype == kind else (found.to(torch.int32) * 257).to(kind))


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Any:
    """The pixels of a picture, as bytes."""
    return as_immutable(_pixels(_opened("tf.io.decode_bmp", contents), channels))


def decode_gif(contents: Any, name: str | None = None) -> Any:
    """The pixels of all frames, as bytes: (frames, height, width, 3)."""
    from PIL import ImageSequence

    picture = _opened("tf.io.decode_gif", contents)
    return as_immutable(torch.stack([_pixels(frame, 3) for frame in ImageSequence.Iterator(picture)]))


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = torch.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """The pixels of a picture of any kind; of a GIF those of all frames, unless ``expand_animations`` is False."""
    picture = _opened("tf.io.decode_image", contents)
    if picture.format == "GIF":
        found = plain(decode_gif(contents))
        found = found if expand_animations else found[0]
    else:
        found = _pixels(picture, channels or 0)
    return as_immutable(converted(found, torch_type(dtype)))


def decode_and_crop_jpeg(contents: Any, crop_window: Any, channels: int = 0, *args: Any, **kwargs: Any) -> Any:
    """The pixels of a part of a picture: top, left, height, width."""
    top, left, rows, columns = ints(crop_window)
    return decode_jpeg(contents, channels)[top : top + rows, left : left + columns]


def is_jpeg(contents: Any, name: str | None = None) -> Any:
    """Whether bytes are a JPEG file's."""
    return as_immutable(torch.tensor(bytes(TextTensor(contents))[:3] == b"\xff\xd8\xff"))


def extract_jpeg_shape(contents: Any, output_type: Any = torch.int32, name: str | None = None) -> Any:
    """Height, width and channels of a JPEG file."""
    picture = _opened("tf.io.extract_jpeg_shape", contents)
    return as_immutable(
        torch.tensor([picture.height, picture.width, len(picture.getbands())], dtype=torch_type(output_type))
    )


def _saved(owner: str, image: Any, kind: str, **options: Any) -> TextTensor:
    array = tensor(image).cpu().numpy()
    picture = pillow(owner).fromarray(array[..., 0] if array.shape[-1] == 1 else array)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return TextTensor(buffer.getvalue())


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> TextTensor:
    """A picture as the bytes of a JPEG file."""
    options = {"progressive": progressive, "optimize": optimize_size, "dpi": (x_density, y_density)}
    return _saved(
        "tf.io.encode_jpeg", image, "JPEG", quality=quality, subsampling=2 if chroma_downsampling else 0, **options
    )


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> TextTensor:
    """A picture as the bytes of a PNG file."""
    return _saved("tf.io.encode_png", image, "PNG", **({} if compression < 0 else {"compress_level": compression}))


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, dct_method: str = "", name: str | None = None) -> Any:
    """Encoded as JPEG at a quality, and decoded."""
    x = plain(tensor(image))
    found = decode_jpeg(encode_jpeg(converted(x, torch.uint8, True), quality=ints(jpeg_quality)), x.shape[-1])
    return as_immutable(converted(plain(found).to(x.device), x.dtype, True))
