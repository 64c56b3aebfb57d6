"""Operations on signals: Fourier transforms whole and by windows.

Complex numbers go in and come out as two tensors, the real parts and the imaginary ones.

Source: https://keras.io/api/ops/fft/
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from ._making import converted, floats, operation

__all__ = ["extract_sequences", "fft", "fft2", "ifft2", "irfft", "istft", "rfft", "stft"]


def _complex(name: str, x: Any) -> Any:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"ops.{name}: expected two tensors, real and imaginary parts. Received: {type(x).__name__}")
    real, imaginary = (converted(part) for part in x)
    if real.shape != imaginary.shape or not real.is_floating_point() or not imaginary.is_floating_point():
        raise ValueError(
            f"ops.{name}: expected real and imaginary parts to be floats of one shape. Received: {real.dtype} "
            f"{tuple(real.shape)} and {imaginary.dtype} {tuple(imaginary.shape)}"
        )
    return torch.complex(real, imaginary)


def _parts(x: Any) -> tuple[Any, Any]:
    return x.real, x.imag


@operation
def fft(x: Any) -> Any:
    """The Fourier transform along the last axis, of and as (real, imaginary)."""
    return _parts(torch.fft.fft(_complex("fft", x)))


@operation
def fft2(x: Any) -> Any:
    """The Fourier transform along the last two axes, of and as (real, imaginary)."""
    return _parts(torch.fft.fft2(_complex("fft2", x)))


@operation
def ifft2(x: Any) -> Any:
    """``fft2`` the other way."""
    return _parts(torch.fft.ifft2(_complex("ifft2", x)))


@operation
def rfft(x: Any, fft_length: int | None = None) -> Any:
    """The Fourier transform of real numbers along the last axis, as (real, imaginary), half of it."""
    return _parts(torch.fft.rfft(floats(x), n=fft_length))


@operation
def irfft(x: Any, fft_length: int | None = None) -> Any:
    """``rfft`` the other way."""
    return torch.fft.irfft(_complex("irfft", x), n=fft_length)


@operation
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """Windows along the last axis, which may overlap: (…, windows, ``sequence_length``)."""
    return converted(x).unfold(-1, sequence_length, sequence_stride).clone()


def _window(name: str, window: Any, length: int, like: Any) -> Any:
    """A window's heights; None for the window that is 1 all along."""
    place = {"dtype": like.dtype, "device": like.device}
    if window is None:
        return torch.ones(length, **place)
    if isinstance(window, str):
        makers = {"hann": torch.hann_window, "hamming": torch.hamming_window}
        if window not in makers:
            raise ValueError(f"ops.{name}: expected the window hann or hamming. Received: window={window!r}")
        return makers[window](length, periodic=True, **place)
    found = converted(window).to(**place)
    if tuple(found.shape) != (length,):
        raise ValueError(f"ops.{name}: expected a window of shape ({length},). Received: {tuple(found.shape)}")
    return found


def _checked(name: str, length: int, stride: Any, fft_length: int) -> None:
    if not isinstance(stride, int) or stride <= 0:
        raise ValueError(f"ops.{name}: expected sequence_stride to be a whole number above 0. Received: {stride!r}")
    if fft_length < length:
        raise ValueError(
            f"ops.{name}: expected fft_length to be sequence_length={length} or more. Received: {fft_length}"
        )


@operation
def stft(
    x: Any, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True
) -> Any:
    """The Fourier transforms of windows along the last axis.

    Args:
        x: (…, samples) real numbers.
        sequence_length: how long a window is.
        sequence_stride: how far from one window to the next.
        fft_length: with how many places each is transformed.
        window: ``"hann"``, ``"hamming"``, heights, or None.
        center: whether the signal is mirrored at its ends, so that the first window has the first sample in its middle.

    Returns:
        (…, windows, ``fft_length // 2 + 1``) real and imaginary parts.

    Raises:
        ValueError, TypeError: for lengths that do not fit, or other than floats.
    """
    _checked("stft", sequence_length, sequence_stride, fft_length)
    x = converted(x)
    if x.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"ops.stft: expected float32 or float64. Received: {x.dtype}")
    heights = _window("stft", window, sequence_length, x)
    rows = x.reshape(-1, x.shape[-1])
    found = torch.stft(
        rows, fft_length, sequence_stride, sequence_length, heights, center, onesided=True, return_complex=True
    )
    found = found.transpose(-2, -1).reshape((*x.shape[:-1], found.shape[-1], found.shape[-2]))
    return _parts(found)


@operation
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """``stft`` the other way: windows added where they overlap, divided by what the window's squares add up to.

    Args:
        x: (…, windows, places) real and imaginary parts.
        sequence_length: how long a window is.
        sequence_stride: how far from one window to the next.
        fft_length: with how many places each was transformed.
        length: how many samples to give; those beyond are cut off.
        window: the window that ``stft`` had.
        center: whether ``stft`` had mirrored the signal at its ends.

    Returns:
        (…, samples) real numbers.
    """
    _checked("istft", sequence_length, sequence_stride, fft_length)
    spectrum = _complex("istft", x)
    frames = torch.fft.irfft(spectrum, n=fft_length)
    outer, count = frames.shape[:-2], frames.shape[-2]
    total = fft_length + sequence_stride * (count - 1)
    if window is not None:
        heights = _window("istft", window, sequence_length, frames)
        left = (fft_length - sequence_length) // 2
        heights = F.pad(heights, (left, fft_length - sequence_length - left))
        if center and sequence_length == fft_length:  # the ends have fewer windows over them, which counts here
            sums = _overlapped((heights.square()).expand(1, count, fft_length), sequence_stride, total)
            found = _overlapped((frames * heights).reshape(-1, count, fft_length), sequence_stride, total) / sums
            return _trimmed(found.reshape((*outer, total)), fft_length, length, center)
        overlaps = -(-fft_length // sequence_stride)
        squares = F.pad(heights.square(), (0, overlaps * sequence_stride - fft_length))
        sums = squares.reshape(overlaps, sequence_stride).sum(0).tile(overlaps)[:fft_length]
        frames = frames * (heights / sums)
    found = _overlapped(frames.reshape(-1, count, fft_length), sequence_stride, total).reshape((*outer, total))
    return _trimmed(found, fft_length, length, center)


def _overlapped(frames: Any, stride: int, total: int) -> Any:
    """(rows, windows, length) windows added up where they overlap: (rows, total)."""
    return F.fold(frames.transpose(1, 2), (1, total), (1, frames.shape[-1]), stride=(1, stride)).flatten(1)


def _trimmed(x: Any, fft_length: int, length: int | None, center: bool) -> Any:
    start = fft_length // 2 if center else 0
    end = start + length if length is not None else x.shape[-1] - (fft_length // 2 if center else 0)
    return F.pad(x, (0, max(0, end - x.shape[-1])))[..., start:end]
