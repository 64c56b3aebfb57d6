"""A layer that stands for calls of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..layer import Layer
from ..symbolic import Node, SymbolicTensor, flatten, is_symbolic, record

__all__ = ["FunctionLayer"]


class FunctionLayer(Layer):
    """Calls of a function in a graph, seen as a layer: it has a name, inputs and outputs, but no weights.

    Args:
        function: what is called.
        symbol: its name in files.
        **kwargs: ``name``, ``dtype``, ``trainable``.
    """

    listed = True  # whether it is among a model's layers, and not only among its operations

    def __init__(self, function: Callable, symbol: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function, self.symbol = function, symbol
        self.built = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result; on symbolic tensors a further call in the graph."""
        args, kwargs = self.arranged(args, kwargs)
        if is_symbolic(args) or is_symbolic(kwargs):
            return record(self.function, args, kwargs, self.name, owner=self)
        return self.function(*args, **kwargs)

    def arranged(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """A call's arguments as the function takes them."""
        return args, kwargs

    def shown_as(self) -> str:
        """What a summary calls its class."""
        return type(self).__name__

    def adopt(self, node: Node) -> None:
        """Takes over a recorded call of the function."""
        node.owner = self
        self._add_node(node.outputs, {})

    def entry(self, nodes: list[Node], place: Callable[[SymbolicTensor], list[Any]]) -> dict[str, Any]:
        """What a model's config says of it.

        Args:
            nodes: those of its calls that belong to the model.
            place: gives the layer, call and output that a tensor comes from.

        Raises:
            ValueError: for an argument that cannot be written down.
        """
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that its one call gave; what other inputs give is found by calling it."""
        shapes = [tensor.shape for node in self._inbound_nodes for tensor in flatten(node.outputs)]
        return shapes[0] if len(shapes) == 1 else shapes
