"""Dropout, of single values and of whole feature maps.

Source: https://keras.io/api/layers/regularization_layers/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config, eras
from ..engine import checks
from ..engine.input_spec import InputSpec
from ..engine.seeded import SeededLayer
from ..kernels.dropout import dropout

__all__ = ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]


class Dropout(SeededLayer):
    """Sets a random part of the input to zero in training and scales the rest by ``1 / (1 - rate)``.

    Args:
        rate: part to drop, from 0 to 1.
        noise_shape: shape of the mask, broadcast to the input; None in it stands for the input's own size.
        seed: fixes the layer's own stream of masks.
        **kwargs: the arguments of every layer.

    Raises:
        ValueError: for a rate outside [0, 1].

    Source: https://keras.io/api/layers/regularization_layers/dropout/ (Srivastava et al., 2014)

    Example:
        >>> import torch
        >>> Dropout(0.5)(torch.ones(1, 2)).tolist()
        [[1.0, 1.0]]
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.rate = checks.dropped(type(self).__name__, "rate", rate)
        self.noise_shape = noise_shape if noise_shape is None else tuple(noise_shape)

    def _noise_shape(self, inputs: torch.Tensor) -> Sequence[int | None] | None:
        if self.noise_shape is not None and len(self.noise_shape) != inputs.ndim:
            raise ValueError(
                f"Layer {self.name}: expected noise_shape to have the input's {inputs.ndim} axes. "
                f"Received: noise_shape={self.noise_shape}"
            )
        return self.noise_shape

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        if not training or not 0 < self.rate < 1:  # as in Keras, a rate of 1 drops nothing
            return inputs
        return dropout(inputs, self.rate, self._noise_shape(inputs), self.generator(inputs.device))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}


class _SpatialDropout(Dropout):
    """Dropout of whole channels."""

    rank = 0

    def __init__(self, rate: float, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.data_format = config.normalize_data_format(data_format, type(self).__name__)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _noise_shape(self, inputs: torch.Tensor) -> Sequence[int | None]:
        ones = (1,) * self.rank
        return (None, None, *ones) if self.data_format == "channels_first" else (None, *ones, None)

    def get_config(self) -> dict[str, Any]:
        """The arguments; Keras 2.2.4 leaves ``data_format`` out."""
        out = super().get_config()
        if eras.current().spatial_dropout_config == "all" and self.rank > 1:
            out["data_format"] = self.data_format
        return out


class SpatialDropout1D(_SpatialDropout):
    """Dropout that drops whole channels of sequences.

    Args:
        rate: part of the channels to drop, from 0 to 1.
        **kwargs: the arguments of every layer.

    Shape:
        (batch, steps, channels), unchanged.

    Source: https://keras.io/api/layers/regularization_layers/spatial_dropout1d/ (Tompson et al., 2015)

    Example:
        >>> SpatialDropout1D(0.2).rate
        0.2
    """

    rank = 1

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, "channels_last", **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Dropout that drops whole channels of images.

    Args:
        rate: part of the channels to drop, from 0 to 1.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: the arguments of every layer.

    Shape:
        4 axes, unchanged.

    Source: https://keras.io/api/layers/regularization_layers/spatial_dropout2d/ (Tompson et al., 2015)

    Example:
        >>> SpatialDropout2D(0.2).data_format
        'channels_last'
    """

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Dropout that drops whole channels of volumes.

    Args:
        rate: part of the channels to drop, from 0 to 1.
        data_format: ``'channels_last'``, ``'channels_first'`` or None for the process's default.
        **kwargs: the arguments of every layer.

    Shape:
        5 axes, unchanged.

    Source: https://keras.io/api/layers/regularization_layers/spatial_dropout3d/ (Tompson et al., 2015)

    Example:
        >>> SpatialDropout3D(0.2).rate
        0.2
    """

    rank = 3
