"""Sound as WAV files have it: 16 bits a sample, uncompressed.

Source: https://www.tensorflow.org/api_docs/python/tf/audio
"""

from __future__ import annotations

import io
import wave
from collections import namedtuple
from typing import Any

import numpy as np
import torch

from ...engine.symbolic.immutable import as_immutable
from ._functions import ints, refusing, tensor
from ._texts import TextTensor
from .errors import InvalidArgumentError

__all__ = ["decode_wav", "encode_wav"]

_DecodeWav = namedtuple("DecodeWav", "audio sample_rate")
_SCALE = 1 << 15


def decode_wav(
    contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> _DecodeWav:
    """The samples of a file, from -1 to 1, and how many of them make a second.

    Args:
        contents: the file's bytes.
        desired_channels: how many channels to give, the last one again where the file has fewer; -1 for its own.
        desired_samples: how many samples to give, zeros where the file has fewer; -1 for all.

    Returns:
        ``audio`` (samples, channels) in float32, and ``sample_rate``.

    Raises:
        InvalidArgumentError: for bytes that are no such file, and for counts below -1.

    Example:
        >>> decode_wav(encode_wav([[0.5], [-1.0]], 8000)).audio.tolist()
        [[0.5], [-1.0]]
    """
    channels, samples = ints(desired_channels), ints(desired_samples)
    for argument, count in (("desired_channels", channels), ("desired_samples", samples)):
        if count < -1:
            raise InvalidArgumentError(f"tf.audio.decode_wav: expected {argument} of -1 or more. Received: {count}")
    found, rate = _read(contents)
    if channels != -1:
        found = found[:, np.minimum(np.arange(channels), found.shape[1] - 1)]
    if samples != -1:
        found = np.pad(found[:samples], ((0, max(samples - len(found), 0)), (0, 0)))
    audio = torch.from_numpy(found.astype(np.float32) / _SCALE)
    return _DecodeWav(as_immutable(audio), as_immutable(torch.tensor(rate, dtype=torch.int32)))


def _read(contents: Any) -> tuple[np.ndarray, int]:
    """The samples (samples, channels) and the rate."""
    texts = TextTensor(contents)
    if texts.ndim:
        raise InvalidArgumentError(f"tf.audio.decode_wav: expected the bytes of one file. Received: {texts.shape}")
    try:
        with wave.open(io.BytesIO(bytes(texts))) as file:
            channels, width, rate, count = file.getparams()[:4]
            data = file.readframes(count)
    except (wave.Error, EOFError) as error:
        reason = str(error) or "bytes that end too early"
        raise InvalidArgumentError(
            f"tf.audio.decode_wav: expected the bytes of a WAV file. Received: {reason}"
        ) from None
    if width != 2:
        raise InvalidArgumentError(f"tf.audio.decode_wav: expected 16 bits a sample. Received: {8 * width} bits")
    if len(data) != 2 * channels * count:
        raise InvalidArgumentError(
            f"tf.audio.decode_wav: expected {2 * channels * count} bytes of samples. Received: {len(data)}"
        )
    return np.frombuffer(data, "<i2").reshape(count, channels), rate


def encode_wav(audio: Any, sample_rate: Any, name: str | None = None) -> TextTensor:
    """Samples as the bytes of a WAV file.

    Args:
        audio: (samples, channels), from -1 to 1; what lies beyond is cut off.
        sample_rate: how many samples make a second.

    Raises:
        InvalidArgumentError: for samples of another shape, and for a rate that is not positive.
    """
    samples, rate = tensor(audio, torch.float32).detach().cpu().numpy(), ints(sample_rate)
    if samples.ndim != 2:
        raise InvalidArgumentError(
            f"tf.audio.encode_wav: expected audio of shape (samples, channels). Received: shape {samples.shape}"
        )
    if rate < 1:
        raise InvalidArgumentError(f"tf.audio.encode_wav: expected a positive sample_rate. Received: {rate}")
    scaled = samples * _SCALE
    rounded = np.trunc(scaled + np.copysign(0.5, scaled))  # halves go away from zero, as C's roundf has it
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((samples.shape[1], 2, rate, len(samples), "NONE", None))
        file.writeframes(rounded.clip(-_SCALE, _SCALE - 1).astype("<i2").tobytes())
    return TextTensor(buffer.getvalue())


__getattr__ = refusing(__name__, "torchaudio reads other sound files")
