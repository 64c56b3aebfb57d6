"""What a layer knows of the calls recorded on symbolic tensors: its inputs, outputs and their shapes."""

from __future__ import annotations

from typing import Any

from .symbolic import Node, SymbolicTensor, flatten

__all__ = ["NodeInfo"]


def _one_or_list(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


class NodeInfo:
    """The part of a layer that answers ``layer.input``, ``layer.output_shape``, ``layer.get_output_at(i)`` …"""

    _inbound_nodes: list[Node]
    _outbound_nodes: list[Node]
    name: str

    def _add_node(self, outputs: Any, call_arguments: dict[str, Any]) -> None:
        flat = [leaf for leaf in flatten(outputs) if isinstance(leaf, SymbolicTensor)]
        node = flat[0].node
        node.call_arguments = call_arguments
        for i, tensor in enumerate(flat):
            tensor._keras_history = (self, len(self._inbound_nodes), i)
        self._inbound_nodes.append(node)
        for tensor in node.sources:
            if tensor._keras_history is not None:
                tensor._keras_history[0]._outbound_nodes.append(node)

    @property
    def inbound_nodes(self) -> list[Node]:
        """The recorded calls of this layer."""
        return self._inbound_nodes

    def _node_at(self, index: int, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(f"Layer {self.name}: expected a call on a symbolic tensor before {what} is asked for")
        if not -len(self._inbound_nodes) <= index < len(self._inbound_nodes):
            raise ValueError(
                f"Layer {self.name}: expected {what} at an index below {len(self._inbound_nodes)}. Received: {index}"
            )
        return self._inbound_nodes[index]

    def _the_node(self, what: str) -> Node:
        node = self._node_at(0, what)
        if len(self._inbound_nodes) > 1:
            raise AttributeError(
                f"Layer {self.name}: expected one call for {what}. Received: {len(self._inbound_nodes)} calls; "
                f"use get_{what.replace(' ', '_')}_at(node_index)"
            )
        return node

    def get_input_at(self, node_index: int) -> Any:
        """The input tensor(s) of a recorded call."""
        return _one_or_list(self._node_at(node_index, "input").input_tensors)

    def get_output_at(self, node_index: int) -> Any:
        """The output tensor(s) of a recorded call."""
        return _one_or_list(self._node_at(node_index, "output").outputs)

    def get_input_shape_at(self, node_index: int) -> Any:
        """The input shape(s) of a recorded call."""
        return _one_or_list([tuple(t.shape) for t in self._node_at(node_index, "input shape").input_tensors])

    def get_output_shape_at(self, node_index: int) -> Any:
        """The output shape(s) of a recorded call."""
        return _one_or_list([tuple(t.shape) for t in self._node_at(node_index, "output shape").outputs])

    def get_input_mask_at(self, node_index: int) -> Any:
        """The mask(s) that came with the inputs of a recorded call."""
        return _one_or_list([t._keras_mask for t in self._node_at(node_index, "input mask").input_tensors])

    def get_output_mask_at(self, node_index: int) -> Any:
        """The mask(s) of the outputs of a recorded call."""
        return _one_or_list([t._keras_mask for t in self._node_at(node_index, "output mask").outputs])

    @property
    def input(self) -> Any:
        """The symbolic input of a layer that was called once."""
        return _one_or_list(self._the_node("input").input_tensors)

    @property
    def output(self) -> Any:
        """The symbolic output of a layer that was called once."""
        return _one_or_list(self._the_node("output").outputs)

    @property
    def input_mask(self) -> Any:
        """The mask of its input."""
        self._the_node("input mask")
        return self.get_input_mask_at(0)

    @property
    def output_mask(self) -> Any:
        """The mask of its output."""
        self._the_node("output mask")
        return self.get_output_mask_at(0)

    def _same_shape(self, what: str) -> Any:
        self._node_at(0, what)
        take = self.get_input_shape_at if what == "input shape" else self.get_output_shape_at
        shapes = [take(i) for i in range(len(self._inbound_nodes))]
        if any(shape != shapes[0] for shape in shapes):
            raise AttributeError(
                f"Layer {self.name}: expected one {what} for all calls. Received: {shapes}; "
                f"use get_{what.replace(' ', '_')}_at(node_index)"
            )
        return shapes[0]

    @property
    def input_shape(self) -> Any:
        """The shape of its input, when all recorded calls agree."""
        return self._same_shape("input shape")

    @property
    def output_shape(self) -> Any:
        """The shape of its output, when all recorded calls agree."""
        return self._same_shape("output shape")
