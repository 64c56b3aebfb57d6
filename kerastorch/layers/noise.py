"""Noise that regularises training; none of it is there in inference."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import torch

from .. import eras
from ..engine import checks
from ..engine.seeded import SeededLayer
from ..engine.symbolic import recordable
from ..kernels.dropout import dropout_mask

__all__ = ["GaussianNoise", "GaussianDropout", "AlphaDropout"]

Shape = tuple[int | None, ...]

# SELU's constants: what a unit far below zero gives is -_SCALE * _ALPHA
_ALPHA = 1.6732632423543772848170429916717
_SCALE = 1.0507009873554804934193349852946


@recordable
def _standard_normal(x: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
    if generator is None:
        return torch.randn_like(x)
    return torch.empty_like(x).normal_(generator=generator)


class _Noise(SeededLayer):
    supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config if self.seed is None else {**config, "seed": self.seed}


class GaussianNoise(_Noise):
    """Adds normally distributed noise in training.

    Args:
        stddev: its standard deviation.
        seed: fixes the layer's own stream of noise.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: unless ``stddev`` is a number >= 0.

    Source: https://keras.io/api/layers/regularization_layers/gaussian_noise/

    Example:
        >>> GaussianNoise(0.1)(torch.ones(1, 2)).tolist()
        [[1.0, 1.0]]
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        if not isinstance(stddev, numbers.Real) or isinstance(stddev, bool) or stddev < 0:
            raise ValueError(f"GaussianNoise: expected stddev to be a number >= 0. Received: stddev={stddev!r}")
        self.stddev = stddev

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        if not training:
            return inputs
        return torch.add(inputs, _standard_normal(inputs, self.generator(inputs.device)), alpha=float(self.stddev))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stddev": self.stddev}


class GaussianDropout(_Noise):
    """Multiplies by normally distributed noise around 1 in training.

    Args:
        rate: as for ``Dropout``: the noise has standard deviation ``sqrt(rate / (1 - rate))``; 0 and 1 give none.
        seed: fixes the layer's own stream of noise.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: unless ``rate`` is a number from 0 to 1.

    Source: Srivastava et al., Dropout (2014), https://jmlr.org/papers/v15/srivastava14a.html

    Example:
        >>> GaussianDropout(0.5)(torch.ones(1, 2)).tolist()
        [[1.0, 1.0]]
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed, **kwargs)
        self.rate = checks.fraction("GaussianDropout", "rate", rate)

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        if not training or not 0 < self.rate < 1:
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        noise = _standard_normal(inputs, self.generator(inputs.device))
        return inputs * (1.0 + noise * stddev)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}


class AlphaDropout(_Noise):
    """Dropout for SELU networks: drops to SELU's lowest value and keeps mean and variance.

    Args:
        rate: part to drop; 0 and 1 drop nothing.
        noise_shape: shape of the mask, broadcast to the input; None in it stands for the input's own size.
        seed: fixes the layer's own stream of masks.
        **kwargs: those of ``Layer``.

    Shape:
        any; the same comes out.

    Raises:
        ValueError: unless ``rate`` is a number from 0 to 1.

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017), https://arxiv.org/abs/1706.02515

    Example:
        >>> AlphaDropout(0.5)(torch.ones(1, 2)).tolist()
        [[1.0, 1.0]]
    """

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.rate = checks.fraction("AlphaDropout", "rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        if not training or not 0 < self.rate < 1:
            return inputs
        return _alpha_dropout(inputs, self.rate, self.noise_shape, self.generator(inputs.device))

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "rate": self.rate}
        if eras.current().alpha_dropout_config == "all":
            return {**config, "noise_shape": self.noise_shape, "seed": self.seed}
        config.pop("seed", None)
        return config


@recordable
def _alpha_dropout(
    x: torch.Tensor, rate: float, noise_shape: Sequence[int | None] | None, generator: torch.Generator | None
) -> torch.Tensor:
    lowest = -_ALPHA * _SCALE
    gain = ((1 - rate) * (1 + rate * lowest**2)) ** -0.5
    shift = -gain * lowest * rate
    kept = dropout_mask(x, rate, noise_shape, generator) > 0
    return torch.where(kept, x, lowest) * gain + shift
