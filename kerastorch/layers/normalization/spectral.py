"""A layer whose kernel is kept at spectral norm one."""

from __future__ import annotations

from typing import Any

import torch

from ... import initializers
from ...engine import checks
from ...engine.input_spec import InputSpec
from ...engine.layer import Layer
from ...engine.weights import Weight
from ..wrappers import Wrapper

__all__ = ["SpectralNormalization"]


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value, which power iteration estimates, whenever it is trained.

    Args:
        layer: a layer with a ``kernel`` or ``embeddings``.
        power_iterations: steps of the iteration in each call.
        **kwargs: those of ``Layer``.

    Raises:
        ValueError: for a layer without such a weight, or ``power_iterations < 1``.

    Source: Miyato et al., Spectral Normalization for Generative Adversarial Networks (2018),
    https://arxiv.org/abs/1802.05957

    Example:
        >>> from kerastorch.layers import Dense
        >>> layer = SpectralNormalization(Dense(3), power_iterations=50)
        >>> _ = layer(torch.ones(2, 4), training=True)
        >>> torch.linalg.matrix_norm(layer.layer.kernel, ord=2).round(decimals=4).item()
        1.0
    """

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = checks.positive_int("SpectralNormalization", "power_iterations", power_iterations)

    def get_weights(self) -> list[Any]:
        """The weights inside and its own, as arrays; other wrappers have none of their own."""
        return Layer.get_weights(self)

    def set_weights(self, weights: Any) -> None:
        """Sets all weights, in the order of ``get_weights()``."""
        Layer.set_weights(self, weights)

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))
        kernel = self._kernel()
        self.add_weight(
            "vector_u",
            (1, kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )
        super().build(input_shape)

    def _kernel(self) -> Weight:
        found = [weight for weight in self.layer._own_weights if weight.name in ("kernel", "embeddings")]
        if not found:
            raise ValueError(
                f"Layer {self.name}: expected a layer with a kernel or embeddings. "
                f"Received: {type(self.layer).__name__} {self.layer.name!r}"
            )
        return found[0]

    def call(self, inputs: torch.Tensor, training: bool | None = None) -> torch.Tensor:
        if not training:
            return self.layer(inputs)
        kernel = self._kernel()
        stored = kernel.tensor
        self._normalize(kernel)
        # The layer reads a copy, so that the next call may write to the kernel before this one is differentiated.
        self.layer._parameters[kernel.attribute] = stored.detach().clone() + (stored - stored.detach())
        try:
            return self.layer(inputs)
        finally:
            self.layer._parameters[kernel.attribute] = stored

    @torch.no_grad()
    def _normalize(self, kernel: Weight) -> None:
        view, u = kernel.view, self.vector_u
        matrix = view.reshape(-1, view.shape[-1])
        new_u = u
        for _ in range(self.power_iterations):
            v = _unit(new_u @ matrix.T)
            new_u = _unit(v @ matrix)
        sigma = v @ matrix @ new_u.T
        blank = (matrix == 0).all()  # nothing to normalise
        u.copy_(torch.where(blank, u, new_u))
        view.copy_(view / torch.where(blank, 1.0, sigma).reshape(()))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "power_iterations": self.power_iterations}


def _unit(x: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.square().sum().clamp_min(1e-12))
