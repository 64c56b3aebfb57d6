"""A recorded call of a layer as Keras 2's ``Node`` shows it."""

from __future__ import annotations

from typing import Any

__all__ = ["CallView"]


class CallView:
    """The attributes of Keras's ``Node``, worked out from what a recorded call knows."""

    __slots__ = ()

    layer: Any
    outputs: list[Any]
    sources: list[Any]
    call_arguments: dict[str, Any]

    @property
    def outbound_layer(self) -> Any:
        """The layer that was called."""
        return self.layer

    @property
    def input_tensors(self) -> list[Any]:
        """What the layer was called on; for the beginning of a graph the tensor itself."""
        return self.sources or self.outputs

    @property
    def output_tensors(self) -> list[Any]:
        """What came out."""
        return self.outputs

    def _origins(self) -> list[tuple[Any, Any, Any]]:
        return [tensor._keras_history or (None, None, None) for tensor in self.sources]

    @property
    def inbound_layers(self) -> list[Any]:
        """The layers that its inputs come from."""
        return [origin[0] for origin in self._origins()]

    @property
    def node_indices(self) -> list[int | None]:
        """By which of their calls."""
        return [origin[1] for origin in self._origins()]

    @property
    def tensor_indices(self) -> list[int | None]:
        """As which of the outputs of that call."""
        return [origin[2] for origin in self._origins()]

    @property
    def input_masks(self) -> list[Any]:
        """The masks that came with the inputs."""
        return [tensor._keras_mask for tensor in self.input_tensors]

    @property
    def output_masks(self) -> list[Any]:
        """The masks of the outputs."""
        return [tensor._keras_mask for tensor in self.outputs]

    @property
    def input_shapes(self) -> list[tuple[int | None, ...]]:
        """The shapes of the inputs."""
        return [tensor.shape for tensor in self.input_tensors]

    @property
    def output_shapes(self) -> list[tuple[int | None, ...]]:
        """The shapes of the outputs."""
        return [tensor.shape for tensor in self.outputs]

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the call."""
        return self.call_arguments

    def get_config(self) -> dict[str, Any]:
        """The call in names and numbers."""
        return {
            "outbound_layer": self.layer.name if self.layer is not None else None,
            "inbound_layers": [layer.name if layer is not None else None for layer in self.inbound_layers],
            "node_indices": self.node_indices,
            "tensor_indices": self.tensor_indices,
        }
