"""Fourier transforms, frames and windows.

Source: https://www.tensorflow.org/api_docs/python/tf/signal
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from ._dtypes import torch_type
from ._functions import ints, op, tensor

__all__ = [
    "dct",
    "fft",
    "fft2d",
    "fft3d",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "idct",
    "ifft",
    "ifft2d",
    "ifft3d",
    "ifftshift",
    "inverse_stft",
    "inverse_stft_window_fn",
    "irfft",
    "irfft2d",
    "linear_to_mel_weight_matrix",
    "mfccs_from_log_mel_spectrograms",
    "overlap_and_add",
    "rfft",
    "rfft2d",
    "stft",
]


@op
def fft(input: Any) -> torch.Tensor:
    """The Fourier transform of the last axis."""
    return torch.fft.fft(tensor(input))


@op
def ifft(input: Any) -> torch.Tensor:
    """The inverse of ``fft``."""
    return torch.fft.ifft(tensor(input))


@op
def fft2d(input: Any) -> torch.Tensor:
    """The Fourier transform of the last two axes."""
    return torch.fft.fft2(tensor(input))


@op
def ifft2d(input: Any) -> torch.Tensor:
    """The inverse of ``fft2d``."""
    return torch.fft.ifft2(tensor(input))


@op
def fft3d(input: Any) -> torch.Tensor:
    """The Fourier transform of the last three axes."""
    return torch.fft.fftn(tensor(input), dim=(-3, -2, -1))


@op
def ifft3d(input: Any) -> torch.Tensor:
    """The inverse of ``fft3d``."""
    return torch.fft.ifftn(tensor(input), dim=(-3, -2, -1))


def _length(fft_length: Any) -> Any:
    found = ints(fft_length)
    return found[0] if isinstance(found, list) else found


@op
def rfft(input_tensor: Any, fft_length: Any = None) -> torch.Tensor:
    """The first half of the Fourier transform of real numbers."""
    return torch.fft.rfft(tensor(input_tensor), _length(fft_length))


@op
def irfft(input_tensor: Any, fft_length: Any = None) -> torch.Tensor:
    """The inverse of ``rfft``."""
    return torch.fft.irfft(tensor(input_tensor), _length(fft_length))


@op
def rfft2d(input_tensor: Any, fft_length: Any = None) -> torch.Tensor:
    """The first half of the Fourier transform of real images."""
    return torch.fft.rfft2(tensor(input_tensor), ints(fft_length))


@op
def irfft2d(input_tensor: Any, fft_length: Any = None) -> torch.Tensor:
    """The inverse of ``rfft2d``."""
    return torch.fft.irfft2(tensor(input_tensor), ints(fft_length))


@op
def fftshift(x: Any, axes: Any = None) -> torch.Tensor:
    """Zero frequency moved to the middle."""
    return torch.fft.fftshift(tensor(x), ints(axes))


@op
def ifftshift(x: Any, axes: Any = None) -> torch.Tensor:
    """The inverse of ``fftshift``."""
    return torch.fft.ifftshift(tensor(x), ints(axes))


# ----------------------------------------------------------------- frames, windows


@op
def frame(
    signal: Any, frame_length: Any, frame_step: Any, pad_end: bool = False, pad_value: Any = 0, axis: int = -1
) -> torch.Tensor:
    """Overlapping parts of an axis."""
    x, length, step = tensor(signal), ints(frame_length), ints(frame_step)
    axis = axis % x.ndim
    x = x.movedim(axis, -1)
    if pad_end:
        count = -(-x.shape[-1] // step)
        x = F.pad(x, (0, max((count - 1) * step + length - x.shape[-1], 0)), value=pad_value)
    if x.shape[-1] < length:
        return x.new_zeros((*x.shape[:-1], 0, length)).movedim((-2, -1), (axis, axis + 1))
    return x.unfold(-1, length, step).movedim((-2, -1), (axis, axis + 1))


@op
def overlap_and_add(signal: Any, frame_step: Any) -> torch.Tensor:
    """Overlapping parts added up where they lie: (..., frames, length) to (..., samples)."""
    x, step = tensor(signal), ints(frame_step)
    count, length = x.shape[-2:]
    places = (torch.arange(count, device=x.device)[:, None] * step + torch.arange(length, device=x.device)).reshape(-1)
    out = x.new_zeros((*x.shape[:-2], (count - 1) * step + length))
    return out.index_add(-1, places, x.reshape(*x.shape[:-2], -1))


@op
def hann_window(window_length: Any, periodic: bool = True, dtype: Any = torch.float32) -> torch.Tensor:
    """Hann's window."""
    return torch.hann_window(ints(window_length), _even(window_length, periodic), dtype=torch_type(dtype))


@op
def hamming_window(window_length: Any, periodic: bool = True, dtype: Any = torch.float32) -> torch.Tensor:
    """Hamming's window."""
    return torch.hamming_window(ints(window_length), _even(window_length, periodic), dtype=torch_type(dtype))


def _even(length: Any, periodic: bool) -> bool:
    return periodic and ints(length) % 2 == 0  # TensorFlow's periodic windows of odd length are symmetric


@op
def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable | None = hann_window,
    pad_end: bool = False,
) -> torch.Tensor:
    """The Fourier transforms of overlapping windows."""
    x, length = tensor(signals), ints(frame_length)
    frames = tensor(frame(x, length, frame_step, pad_end))
    if window_fn is not None:
        frames = frames * tensor(window_fn(length, dtype=frames.dtype)).to(frames.device)
    return torch.fft.rfft(frames, _power(length) if fft_length is None else ints(fft_length))


def _power(length: int) -> int:
    return 1 << (length - 1).bit_length()


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Callable = hann_window, name: str | None = None
) -> Callable:
    """A window for ``inverse_stft`` that undoes one that ``stft`` was given."""

    def window(frame_length: Any, dtype: Any) -> torch.Tensor:
        length, step = ints(frame_length), ints(frame_step)
        forward = tensor(forward_window_fn(length, dtype=dtype))
        overlaps = -(-length // step)
        total = F.pad(forward.square(), (0, overlaps * step - length)).reshape(overlaps, step).sum(0)
        return forward / total.repeat(overlaps)[:length]

    return window


@op
def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable | None = hann_window,
) -> torch.Tensor:
    """The signal whose ``stft`` it is."""
    x, length = tensor(stfts), ints(frame_length)
    size = _power(length) if fft_length is None else ints(fft_length)
    frames = torch.fft.irfft(x, size)[..., :length]
    frames = F.pad(frames, (0, max(length - size, 0)))
    if window_fn is not None:
        frames = frames * tensor(window_fn(length, dtype=frames.dtype)).to(frames.device)
    return tensor(overlap_and_add(frames, frame_step))


# ----------------------------------------------------------------------- mel, cosine


@op
def dct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
) -> torch.Tensor:
    """The discrete cosine transform of the last axis, of type 2.

    Raises:
        NotImplementedError: for another type.
    """
    if type != 2 or axis != -1:
        raise NotImplementedError(f"tf.signal.dct: expected type=2 and axis=-1. Received: type={type}, axis={axis}")
    x = tensor(input)
    if n is not None:
        x = F.pad(x, (0, max(ints(n) - x.shape[-1], 0)))[..., : ints(n)]
    found = x @ _cosines(x.shape[-1], x)
    return found * _ortho(x.shape[-1], x) if norm == "ortho" else found


@op
def idct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
) -> torch.Tensor:
    """The inverse of ``dct`` of type 2, up to the factor that TensorFlow leaves out.

    Raises:
        NotImplementedError: for another type.
    """
    if type != 2 or axis != -1:
        raise NotImplementedError(f"tf.signal.idct: expected type=2 and axis=-1. Received: type={type}, axis={axis}")
    x = tensor(input)
    size = x.shape[-1]
    if norm == "ortho":
        return (x * _ortho(size, x)) @ _cosines(size, x).T
    half = x * torch.cat([x.new_full((1,), 0.5), x.new_ones(size - 1)])
    return half @ _cosines(size, x).T


def _cosines(size: int, like: torch.Tensor) -> torch.Tensor:
    places = torch.arange(size, dtype=torch.float64, device=like.device)
    return (2 * torch.cos(math.pi / size * (places[:, None] + 0.5) * places)).to(like.dtype)


def _ortho(size: int, like: torch.Tensor) -> torch.Tensor:
    factors = like.new_full((size,), math.sqrt(0.5 / size))
    factors[0] *= math.sqrt(0.5)
    return factors


@op
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any) -> torch.Tensor:
    """Mel-frequency cepstral coefficients."""
    x = tensor(log_mel_spectrograms)
    return tensor(dct(x)) * math.sqrt(1.0 / (2.0 * x.shape[-1]))


@op
def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0,
    upper_edge_hertz: float = 3800.0,
    dtype: Any = torch.float32,
) -> torch.Tensor:
    """The weights that spectrograms are multiplied with to have mel bins."""
    kind = torch_type(dtype)

    def mel(hertz: torch.Tensor) -> torch.Tensor:
        return 1127.0 * torch.log(1.0 + hertz / 700.0)

    bins = ints(num_mel_bins)
    nyquist = float(sample_rate) / 2.0
    frequencies = mel(torch.linspace(0.0, nyquist, ints(num_spectrogram_bins), dtype=torch.float64)[1:])[:, None]
    low, high = (
        mel(torch.tensor(float(edge), dtype=torch.float64)).item() for edge in (lower_edge_hertz, upper_edge_hertz)
    )
    edges = torch.linspace(low, high, bins + 2, dtype=torch.float64)
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - left) / (middle - left)
    falling = (right - frequencies) / (right - middle)
    return F.pad(torch.minimum(rising, falling).clamp(min=0), (0, 0, 1, 0)).to(kind)
