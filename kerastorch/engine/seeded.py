"""Layers that draw random numbers, from a stream of their own where they have a seed."""

from __future__ import annotations

import numbers
from typing import Any

import torch

from .layer import Layer

__all__ = ["SeededLayer"]


class SeededLayer(Layer):
    """A layer with a ``seed`` argument.

    Args:
        seed: fixes the layer's own stream of random numbers; None draws from torch's global generator.
        rng_type: the kind of generator in configs of tf.keras; torch has one kind.
        **kwargs: those of ``Layer``.

    Example:
        >>> layer = SeededLayer(seed=1)
        >>> layer.generator(torch.device("cpu")).initial_seed(), SeededLayer().generator(torch.device("cpu"))
        (1, None)
    """

    def __init__(self, seed: int | None = None, *, rng_type: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if seed is not None and not isinstance(seed, numbers.Integral):
            raise TypeError(f"{type(self).__name__}: expected seed to be an integer or None. Received: seed={seed!r}")
        self.seed = None if seed is None else int(seed)
        self._generators: dict[torch.device, torch.Generator] = {}

    def generator(self, device: torch.device) -> torch.Generator | None:
        """The layer's stream on a device; None without a seed."""
        if self.seed is None:
            return None
        if device not in self._generators:
            self._generators[device] = torch.Generator(device).manual_seed(self.seed)
        return self._generators[device]

    def _draws(self) -> int:
        rate = getattr(self, "rate", None)  # additive noise has none
        return int(self.seed is None and (rate is None or 0 < rate < 1))

    def _differs_in_training(self) -> bool:
        rate = getattr(self, "rate", None)  # dropout of nothing, or of everything, leaves the input as it is
        return super()._differs_in_training() and (rate is None or 0 < rate < 1)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        # torch's generators cannot be pickled; their place in the stream can
        state["_generators"] = {str(device): generator.get_state() for device, generator in self._generators.items()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        saved = state.pop("_generators")
        super().__setstate__(state)
        self._generators = {}
        for name, stream in saved.items():
            device = torch.device(name)
            if device.type == "cpu" or torch.cuda.is_available():
                self._generators[device] = torch.Generator(device)
                self._generators[device].set_state(stream)
