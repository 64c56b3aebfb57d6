"""Sound as images: what frequencies there are at what time.

Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import torch
import torch.nn.functional as F

from ... import config
from ...backend import conv_utils
from ...backend.convolution import convolve
from ...engine import checks
from ...engine.layer import InputSpec, Layer
from ...initializers.fixed import STFT, window_values

__all__ = ["MelSpectrogram", "STFTSpectrogram"]

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
Shape = tuple[int | None, ...]


class STFTSpectrogram(Layer):
    """The short-time Fourier transform of signals, as a convolution whose kernels may be trained.

    Args:
        mode: what comes out: ``'log'`` of the magnitude, ``'magnitude'``, ``'psd'`` (its square, both halves of the
            spectrum added), ``'real'``, ``'imag'``, ``'angle'``, or ``'stft'``: real and imaginary parts side by side.
        frame_length: samples of a frame.
        frame_step: samples from one frame to the next; half a frame when missing.
        fft_length: length of the transform; the next power of two when missing.
        window: the name of a window function (``'hann'``, ``'hamming'`` …; others need scipy), its values, or None.
        periodic: whether the window is one period of a longer function, or symmetric.
        scaling: ``'density'`` or ``'spectrum'``, by which norm of the window to divide; None for no division.
        padding: ``'valid'`` or ``'same'``.
        expand_dims: whether frequencies get an axis of their own, so that an image comes out.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, samples, channels) → (batch, frames, channels * bins), with ``expand_dims`` (batch, frames, bins,
        channels). ``'channels_first'``: (batch, channels, samples) → (batch, channels * bins, frames), with
        ``expand_dims`` (batch, channels, frames, bins). There are ``fft_length // 2 + 1`` bins, twice as many in the
        mode ``'stft'``.

    Raises:
        ValueError: for a bad mode, scaling, padding, window, step or length.

    Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/stft_spectrogram/

    Example:
        >>> STFTSpectrogram(frame_length=64, expand_dims=True)(torch.ones(2, 640, 1)).shape
        torch.Size([2, 19, 33, 1])
    """

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "STFTSpectrogram"
        self.mode = checks.one_of(owner, "mode", mode, _MODES)
        self.frame_length = checks.positive_int(owner, "frame_length", frame_length)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(
                f"{owner}: expected frame_step to be from 1 to frame_length={frame_length}. "
                f"Received: frame_step={frame_step}"
            )
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(
                f"{owner}: expected fft_length to be at least frame_length={frame_length}. "
                f"Received: fft_length={fft_length}"
            )
        if fft_length is not None and fft_length & -fft_length != fft_length:
            warnings.warn(f"{owner}: fft_length={fft_length} is no power of two, which is slower.", stacklevel=2)
        self.frame_step, self.fft_length = frame_step, fft_length
        self._step = frame_step or max(frame_length // 2, 1)
        self._bins = (fft_length or 1 << (frame_length - 1).bit_length()) // 2 + 1
        STFT("real", window, scaling, periodic)  # raises for what it does not take
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = checks.one_of(owner, "padding", padding, ("valid", "same"))
        self.expand_dims = expand_dims
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Shape) -> None:
        for part in ("real", "imag"):
            if self.mode == {"real": "imag", "imag": "real"}[part]:
                continue
            self.add_weight(
                f"{part}_kernel",
                (self.frame_length, 1, self._bins),
                initializer=STFT(part, self.window, self.scaling, self.periodic),
                axes=(2, 1, 0),
                attribute=f"{part}_weight",
            )
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if not inputs.is_floating_point():
            raise TypeError(f"Layer {self.name}: expected a signal of floats. Received: {inputs.dtype}")
        signal = inputs if self.data_format == "channels_first" else inputs.transpose(1, 2)
        parts = [self._part(signal, kernel) for kernel in ("real", "imag") if hasattr(self, f"{kernel}_weight")]
        return self._arranged(self._of_mode(*parts))

    def _part(self, signal: torch.Tensor, part: str) -> torch.Tensor:
        """One part of the transform: (batch, channels, bins, frames)."""
        weight = getattr(self, f"{part}_weight").to(signal.dtype)
        found = convolve(
            signal.reshape(-1, 1, signal.shape[-1]),
            weight,
            None,
            (self._step,),
            self.padding,
            "channels_first",
            (1,),
            owner=self.name,
        )
        return found.unflatten(0, signal.shape[:2])

    def _of_mode(self, real: torch.Tensor, imag: torch.Tensor | None = None) -> torch.Tensor:
        if self.mode in ("real", "imag"):
            return real  # the only part that there is
        if self.mode == "angle":
            return torch.atan2(imag, real)
        if self.mode == "stft":
            return torch.cat([real, imag], 2)
        power = real.square() + imag.square()
        if self.mode == "psd":
            return power + F.pad(power[:, :, 1:-1], (0, 0, 1, 1))
        least = config.epsilon()
        magnitude = power.clamp(min=least).sqrt()
        return magnitude if self.mode == "magnitude" else magnitude.clamp(min=least).log()

    def _arranged(self, found: torch.Tensor) -> torch.Tensor:
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return found.permute(0, 3, 2, 1) if last else found.transpose(2, 3)
        flat = found.flatten(1, 2)
        return flat.transpose(1, 2) if last else flat

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, first, second = input_shape
        samples, channels = (first, second) if self.data_format == "channels_last" else (second, first)
        frames = conv_utils.conv_output_length(samples, self.frame_length, self.padding, self._step)
        bins = self._bins * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            shape = (batch, frames, bins, channels), (batch, channels, frames, bins)
        else:
            width = None if channels is None else bins * channels
            shape = (batch, frames, width), (batch, width, frames)
        return shape[0 if self.data_format == "channels_last" else 1]

    def get_config(self) -> dict[str, Any]:
        names = "mode frame_length frame_step fft_length window periodic scaling padding data_format expand_dims"
        return {**super().get_config(), **{name: getattr(self, name) for name in names.split()}}


class MelSpectrogram(Layer):
    """Signals as images: how loud each of some bands of pitch is at each time.

    Args:
        fft_length: length of the Fourier transform.
        sequence_stride: samples from one frame to the next.
        sequence_length: samples of a frame; ``fft_length`` when missing.
        window: ``'hann'``, ``'hamming'``, the values of a window, or None.
        sampling_rate: samples a second.
        num_mel_bins: number of bands.
        min_freq: the lowest frequency, in Hz.
        max_freq: the highest; half the sampling rate when missing.
        power_to_db: whether decibels come out.
        top_db: decibels below the loudest of all that count as this much.
        mag_exp: the power that magnitudes are raised to.
        min_power: the least power, which is what silence has.
        ref_power: the power of 0 dB.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, samples) → (batch, num_mel_bins, frames); without a batch axis likewise.

    Raises:
        ValueError: for frames that are longer than the transform, or a bad window.

    Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/mel_spectrogram/

    Example:
        >>> MelSpectrogram(256, 128, num_mel_bins=20)(torch.ones(2, 1024)).shape
        torch.Size([2, 20, 9])
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "MelSpectrogram"
        self.fft_length = checks.positive_int(owner, "fft_length", fft_length)
        self.sequence_stride = checks.positive_int(owner, "sequence_stride", sequence_stride)
        self.sequence_length = checks.positive_int(owner, "sequence_length", sequence_length or fft_length)
        if self.sequence_length > fft_length:
            raise ValueError(
                f"{owner}: expected sequence_length to be at most fft_length={fft_length}. "
                f"Received: sequence_length={sequence_length}"
            )
        if isinstance(window, str):
            checks.one_of(owner, "window", window, ("hann", "hamming"))
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = checks.positive_int(owner, "num_mel_bins", num_mel_bins)
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        kind = inputs.dtype if inputs.dtype == torch.float64 else torch.float32
        magnitude = self._magnitudes(inputs.to(kind))
        bands = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, self.fft_length // 2 + 1, self.sampling_rate, self.min_freq, self.max_freq
        )
        mel = torch.einsum("...ft,fm->...mt", magnitude.pow(self.mag_exp), bands.to(magnitude))
        if self.power_to_db:
            mel = self._decibels(mel)
        return mel.to(self._compute or config.torch_dtype(self.__dict__.get("dtype")))

    def _magnitudes(self, signal: torch.Tensor) -> torch.Tensor:
        """Frequencies over time, (..., bins, frames)."""
        length = self.sequence_length
        window = torch.ones(length, dtype=signal.dtype)
        if self.window is not None:
            window = window_values(self.name, self.window, length, True, signal.dtype)
        found = torch.stft(
            signal,
            self.fft_length,
            self.sequence_stride,
            length,
            window.to(signal.device),
            center=True,
            return_complex=True,
        )
        return (found.real.square() + found.imag.square()).sqrt()

    def _decibels(self, power: torch.Tensor) -> torch.Tensor:
        reference = 10.0 * math.log10(max(abs(self.ref_power), self.min_power))
        loudness = 10.0 * power.clamp(min=self.min_power).log10() - reference
        return torch.maximum(loudness, loudness.max() - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: Any = "float32",
    ) -> torch.Tensor:
        """Triangles that sum frequencies into bands of equal width on the mel scale.

        Args:
            num_mel_bins: number of bands.
            num_spectrogram_bins: number of frequencies, from 0 to half the sampling rate.
            sampling_rate: samples a second.
            lower_edge_hertz: where the lowest band begins.
            upper_edge_hertz: where the highest ends.
            dtype: the type.

        Shape:
            (num_spectrogram_bins, num_mel_bins).
        """
        kind = config.torch_dtype(dtype)
        frequencies = (_steps(num_spectrogram_bins, kind) * (sampling_rate / 2))[1:, None]
        low, high = _mel(torch.tensor([lower_edge_hertz, upper_edge_hertz], dtype=kind))
        edges = low + _steps(num_mel_bins + 2, kind) * (high - low)
        lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
        pitch = _mel(frequencies)
        rising, falling = (pitch - lower) / (centre - lower), (upper - pitch) / (upper - centre)
        triangles = torch.minimum(rising, falling).clamp(min=0.0)
        return F.pad(triangles, (0, 0, 1, 0)).to(config.device())  # the mean of a signal is in no band

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        samples = input_shape[-1]
        frames = None if samples is None else 1 + samples // self.sequence_stride
        return (*input_shape[:-1], self.num_mel_bins, frames)

    def get_config(self) -> dict[str, Any]:
        names = (
            "fft_length sequence_stride sequence_length window sampling_rate num_mel_bins min_freq max_freq "
            "power_to_db top_db mag_exp min_power ref_power"
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names.split()}}


def _steps(count: int, dtype: torch.dtype) -> torch.Tensor:
    """From 0 to 1, as Keras rounds them."""
    return torch.arange(count, dtype=dtype) / (count - 1)


def _mel(hertz: torch.Tensor) -> torch.Tensor:
    """Frequencies on the mel scale."""
    return 1127.0 * torch.log(1.0 + hertz / 700.0)
