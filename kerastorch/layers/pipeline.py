"""Layers one after the other, as one layer.

Source: https://keras.io/api/layers/preprocessing_layers/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from ..engine.layer import Layer
from ..engine.symbolic import map_structure

__all__ = ["Pipeline"]


class Pipeline(Layer):
    """Runs layers one after the other: of data preparation, say, on a batch or a dict of one.

    Args:
        layers: the layers.
        name: name of the pipeline.
        **kwargs: those of ``Layer``.

    Raises:
        TypeError: for anything but layers.

    Source: https://keras.io/api/layers/preprocessing_layers/

    Example:
        >>> import torch
        >>> from kerastorch import layers
        >>> Pipeline([layers.Rescaling(0.5), layers.Rescaling(1.0, offset=1.0)])(torch.ones(1, 2)).tolist()
        [[1.5, 1.5]]
    """

    supports_masking = True

    def __init__(self, layers: Sequence[Any], name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"Pipeline: expected layers. Received: {layer!r} of type {type(layer).__name__}")
        self._pipeline_layers = nn.ModuleList(layers)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return list(self._pipeline_layers)

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        for layer in self._pipeline_layers:
            known = {"training": training, "mask": mask}
            names = layer._call_names()
            inputs = layer(inputs, **{key: value for key, value in known.items() if key in names and value is not None})
            masks = map_structure(lambda leaf: getattr(leaf, "_keras_mask", None), inputs)
            mask = None if isinstance(masks, dict) else masks
        return inputs

    def get_config(self) -> dict[str, Any]:
        from . import serialize  # the package is complete only after this module is loaded

        return {**super().get_config(), "layers": [serialize(layer) for layer in self._pipeline_layers]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Pipeline:
        from . import deserialize

        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"Pipeline: expected a config with a list of layers. Received: layers={layers!r}")
        return cls(**{**config, "layers": [deserialize(layer, custom_objects) for layer in layers]})
