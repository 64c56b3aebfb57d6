"""Where a graph begins: ``Input`` and ``InputLayer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import config, eras
from ..backend import names
from . import checks
from .layer import Layer
from .symbolic import Node, Spec, SymbolicTensor, placeholder, record_as

__all__ = ["Input", "InputLayer", "inputs_of"]


class InputLayer(Layer):
    """The entry of a graph; it holds the shape and type of what is fed.

    Args:
        input_shape: shape of one sample.
        batch_size: size of the batch axis, when fixed.
        batch_input_shape: shape with the batch axis.
        dtype: type of the data, ``floatx()`` when missing.
        input_tensor: a tensor to begin with instead of a new one, symbolic or not.
        sparse: kept for configs. Data may be a sparse matrix of scipy in any case; layers get dense batches of it.
        name: its name.

    Raises:
        ValueError: when neither a shape nor a tensor is given, or both shapes are.

    Source: https://keras.io/api/layers/core_layers/input/

    Example:
        >>> InputLayer(input_shape=(3,)).batch_input_shape
        (None, 3)
    """

    casts_inputs = False

    def __init__(
        self,
        input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        dtype: str | None = None,
        input_tensor: SymbolicTensor | torch.Tensor | None = None,
        sparse: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if input_shape is not None and batch_input_shape is not None:
            raise ValueError(
                "InputLayer: expected either input_shape or batch_input_shape. "
                f"Received: input_shape={input_shape} and batch_input_shape={batch_input_shape}"
            )
        if input_shape is None and batch_input_shape is None:
            if input_tensor is None:
                raise ValueError("InputLayer: expected input_shape or batch_input_shape. Received: neither")
            batch_input_shape = input_tensor.shape
            dtype = dtype or str(input_tensor.dtype).removeprefix("torch.")
        if not name:
            counted = eras.current().graph_names == "counted"
            name = f"input_{names.get_uid('input')}" if counted else names.unique_name("InputLayer")
        text = getattr(dtype, "name", dtype) == "string"
        super().__init__(
            name=name,
            dtype="string" if text else dtype,
            input_shape=input_shape,
            batch_input_shape=batch_input_shape,
            batch_size=batch_size,
            **kwargs,
        )
        self.trainable = False
        self.built = True
        self.sparse = bool(sparse)
        self.is_placeholder = input_tensor is None or getattr(input_tensor, "node", False) is None
        tensor = input_tensor
        if tensor is None:
            tensor = placeholder(self.batch_input_shape, "string" if text else config.torch_dtype(self.dtype), name)
        elif isinstance(tensor, torch.Tensor):  # a variable, say: its value at the time of a run
            tensor = record_as(torch.positive, (tensor,), {}, Spec(tensor.shape, tensor.dtype), name)
        tensor._keras_history = (self, 0, 0)
        node = Node(self, (), {}, layer=self)
        node.outputs.append(tensor)
        self._inbound_nodes.append(node)

    @property
    def input_shape(self) -> Any:
        """The shape of what is fed."""
        return self.batch_input_shape

    @property
    def input(self) -> SymbolicTensor:
        """The tensor that the graph begins with."""
        return self._inbound_nodes[0].outputs[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {
            "batch_input_shape": self.batch_input_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "name": self.name,
        }


def Input(  # Keras's name
    shape: Sequence[int | None] | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    tensor: SymbolicTensor | torch.Tensor | None = None,
    batch_size: int | None = None,
    batch_input_shape: Sequence[int | None] | None = None,
) -> SymbolicTensor:
    """A symbolic tensor that a functional model begins with.

    Args:
        shape: shape of one sample, None for axes of free size.
        batch_shape: shape with the batch axis.
        name: name of the input.
        dtype: type of the data, ``floatx()`` when missing; ``'string'`` for text.
        sparse: kept for configs; layers get dense batches of a sparse matrix in any case.
        tensor: an existing tensor to wrap, symbolic or not.
        batch_size: size of the batch axis, when fixed.
        batch_input_shape: the same as ``batch_shape``.

    Raises:
        ValueError: when no shape is given.

    Source: https://keras.io/api/layers/core_layers/input/

    Example:
        >>> Input((28, 28, 1)).shape
        (None, 28, 28, 1)
    """
    batch_shape = batch_shape if batch_shape is not None else batch_input_shape
    if shape is None and batch_shape is None and tensor is None:
        raise ValueError("Input: expected shape or batch_shape, without or with the batch axis. Received: neither")
    if batch_shape is None and shape is not None:
        batch_shape = (batch_size, *checks.shape_tuple("Input", "shape", shape))
    layer = InputLayer(batch_input_shape=batch_shape, name=name, dtype=dtype, sparse=sparse, input_tensor=tensor)
    return layer.input


def inputs_of(shapes: Any) -> Any:
    """Symbolic tensors for shapes, nested as they are.

    Args:
        shapes: a shape with the batch axis, or several in a list or dict.

    Example:
        >>> [x.shape for x in inputs_of([(None, 3), (None, 4, 2)])]
        [(None, 3), (None, 4, 2)]
    """
    if isinstance(shapes, dict):
        return {name: inputs_of(shape) for name, shape in shapes.items()}
    if any(isinstance(size, (list, tuple, dict)) for size in shapes):
        return [inputs_of(shape) for shape in shapes]
    return Input(batch_shape=(None, *shapes[1:]))
