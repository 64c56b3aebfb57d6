"""Layers one after the other.

Source: https://keras.io/api/models/sequential/
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import eras
from ..backend.registry import described
from ..backend.telling import warn
from ..backend.text import StringTensor
from ..engine import checks
from ..engine.input_layer import Input, InputLayer
from ..engine.layer import Layer
from ..engine.network import Network
from ..engine.symbolic import SymbolicTensor
from ..layers.torch_module import TorchModule
from ..training import standardize
from .model import Model

__all__ = ["Sequential"]


class Sequential(Model):
    """Layers one after the other.

    Args:
        layers: the layers, in order; ``nn.Module`` objects are taken as they are.
        name: name of the model.

    The first layer may say ``input_shape``; otherwise the model is built from its first data.

    Source: https://keras.io/api/models/sequential/

    Example:
        >>> import kerastorch as keras
        >>> model = Sequential([keras.layers.Dense(8, activation="relu", input_dim=4), keras.layers.Dense(1)])
        >>> model.output_shape
        (None, 1)
    """

    def __init__(self, layers: Sequence[Any] | None = None, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self._stack: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Puts a layer on top.

        Args:
            layer: a layer, a model, an ``nn.Module``, or the tensor that ``Input`` gives.

        Raises:
            TypeError: when it is none of these.
            ValueError: when it does not fit on the layers below, or has several outputs; the model stays as it was.
        """
        if isinstance(layer, SymbolicTensor) and layer._keras_history:
            layer = layer._keras_history[0]
        if isinstance(layer, nn.Module) and not isinstance(layer, Layer):
            layer = TorchModule(layer)
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Sequential: expected a layer or nn.Module. Received: {layer!r} of type {type(layer).__name__}"
            )
        if any(layer.name == known.name and layer is not known for known in self._stack):
            raise ValueError(
                f"Sequential: expected each layer to have a name of its own. Received: {layer.name!r} twice"
            )
        if not self._stack:
            self._begin(layer)
        elif self._graph or isinstance(self._stack[0], InputLayer):
            self._grow(layer)
        else:
            self._stack.append(layer)
            self._register_layers(self._stack)

    def _begin(self, layer: Layer) -> None:
        first = self._first_input(layer)
        if isinstance(layer, InputLayer):
            self._stack = [layer]
            self._register_layers([])
            return
        if getattr(layer, "branches", None):  # Keras 1's Merge brings models, and with them inputs, of its own
            inputs, output = layer.join()
            self._stack = [layer]
            self._init_graph(inputs, output)
            return
        if first is None:
            self._stack = [layer]
            self._register_layers(self._stack)
            return
        output = layer(first)
        self._check_single(layer, output)
        self._stack = [layer]
        self._init_graph(first, output)

    @staticmethod
    def _first_input(layer: Layer) -> SymbolicTensor | None:
        """The symbolic input that the first layer's arguments or graph describe."""
        if isinstance(layer, Network) and layer._graph:
            first = layer.inputs[0]
            return Input(batch_shape=first.shape, dtype=first.dtype_name)
        shape = layer.__dict__.get("batch_input_shape")
        if shape is None or isinstance(layer, InputLayer):
            return None
        kind = "string" if getattr(layer, "takes_text", False) else layer.dtype
        return Input(batch_shape=shape, dtype=kind, name=f"{layer.name}_input")

    @staticmethod
    def _check_single(layer: Layer, output: Any) -> None:
        if not isinstance(output, SymbolicTensor):
            raise ValueError(f"Sequential: expected layers with one output. Received: several from {layer.name!r}")

    def _grow(self, layer: Layer) -> None:
        built = layer.built
        first, below = (self._input_structure, self.outputs[0]) if self._graph else (self._stack[0].input,) * 2
        try:
            output = layer(below)
            self._check_single(layer, output)
        except Exception:
            if not built:  # leave the layer as it came, too
                layer.built = False
                layer._own_weights.clear()
                layer._parameters.clear()
            raise
        self._stack.append(layer)
        self._init_graph(first, output)

    def _init_graph(self, inputs: Any, outputs: Any) -> None:
        super()._init_graph(inputs, outputs)
        self.__dict__.pop("_step_plan", None)

    @property
    def operations(self) -> list[Layer]:
        """Its layers: a chain has no functions between them."""
        return self.layers

    def _register_layers(self, layers: Sequence[nn.Module]) -> None:
        super()._register_layers([layer for layer in self._stack if not isinstance(layer, InputLayer)] or [])

    def pop(self) -> None:
        """Takes the top layer off.

        Raises:
            TypeError: when there is none.
        """
        if not self.layers:
            raise TypeError(f"Sequential {self.name}: expected a layer to pop. Received: an empty model")
        removed = self._stack.pop()
        self._modules.pop(removed.name.replace(".", "_"), None)
        if not self._stack:
            self._reset()
        elif self._graph:
            node = next(n for n in self._plan.nodes[::-1] if n.layer is removed)
            self._init_graph(self._input_structure, node.input_tensors[0])
        self._objective = None
        self._compile_arguments, self.compiled = None, False

    def _reset(self) -> None:
        self._graph = self.built = False
        self._register_layers([])
        for name in ("inputs", "outputs", "_plan"):
            self.__dict__.pop(name, None)

    @property
    def layers(self) -> list[Layer]:
        """The layers, the input left out, as in Keras."""
        stack = self.__dict__.get("_stack", [])
        return stack[1:] if stack and isinstance(stack[0], InputLayer) else list(stack)

    def _connect(self, first: SymbolicTensor | dict[str, SymbolicTensor]) -> None:
        output = first
        for layer in self.layers:
            output = layer(output)
            self._check_single(layer, output)
        self._init_graph(first, output)

    @property
    def is_sequential_like(self) -> bool:
        """True: the layers form one chain."""
        return True

    def build(self, input_shape: Any = None) -> None:
        """Connects the layers, and makes their weights, for an input shape.

        Args:
            input_shape: shape with the batch axis.

        Raises:
            ValueError: when no shape is known, or there are no layers.
        """
        if self._graph:
            return
        if isinstance(input_shape, dict):  # the types of several inputs are known once there is data
            return
        if input_shape is None:
            raise ValueError(f"Sequential {self.name}: expected an input shape to build for. Received: None")
        if not self.layers:
            raise ValueError(f"Sequential {self.name}: expected at least one layer. Received: an empty model")
        shape = checks.shape_tuple("Sequential", "input_shape", input_shape)
        self._build_input_shape = (None, *shape[1:])
        first = self.layers[0]
        dtype = "string" if self.__dict__.pop("_fed_text", first.takes_text) else first.__dict__.get("dtype")
        self._connect(Input(batch_shape=(None, *shape[1:]), dtype=dtype, name=f"{first.name}_input"))
        self._build_input_shape = (None, *shape[1:])
        self._learnt_shape = True

    def build_from_config(self, config: dict[str, Any]) -> None:
        if not self._graph and self.layers and config.get("input_shape"):
            self.build(config["input_shape"])

    @property
    def model(self) -> Sequential:
        """The model itself: Keras 2.1 kept another one inside."""
        return self

    def _build_from(self, x: Any) -> None:
        if self._graph:
            if self._takes_other_shapes():
                self._widen(standardize.arrays(x, ["x"], None, "x")[0].shape)
            return
        if not self.layers:
            raise ValueError(f"Sequential {self.name}: expected at least one layer. Received: an empty model")
        if isinstance(x, dict):
            self._build_for(dict(zip(x, standardize.arrays(x, list(x), None, "x"), strict=True)))
            return
        array = standardize.arrays(x, ["x"], None, "x")[0]
        self._fed_text = isinstance(array, StringTensor)
        self.build((None, *(int(size) for size in array.shape[1:])))

    def _build_for(self, features: dict[str, Any]) -> None:
        """Connects the layers to a dict of inputs, for a first layer that takes one, such as ``DenseFeatures``."""
        inputs = {}
        for key, value in features.items():
            kind = "string" if isinstance(value, StringTensor) else str(value.dtype).removeprefix("torch.")
            shape = (None, *(int(size) for size in value.shape[1:]))
            inputs[key] = Input(batch_shape=shape, dtype="float32" if kind == "float64" else kind, name=key)
        self._connect(inputs)

    def _takes_other_shapes(self) -> bool:
        """Whether an input may have another shape than the graph was made for: in Keras 3 any, if the layers agree."""
        rule = eras.current().learnt_shape
        return rule == "any" or (rule == "widened" and self.__dict__.get("_learnt_shape", False))

    def _check_inputs(self, inputs: Any) -> None:
        if self._graph and isinstance(inputs, (torch.Tensor, SymbolicTensor)) and self._takes_other_shapes():
            self._widen(tuple(inputs.shape))
        super()._check_inputs(inputs)

    def _widen(self, shape: Sequence[int | None]) -> None:
        """Lets axes whose size the first data happened to have take any, where the layers take that."""
        first = self._input_structure
        if not isinstance(first, SymbolicTensor):
            return
        known = first.shape
        if len(known) != len(shape) or all(a in (None, b) for a, b in zip(known[1:], shape[1:], strict=True)):
            return
        wide = tuple(a if i and a == b else None for i, (a, b) in enumerate(zip(known, shape, strict=True)))
        name = first.name.split(":")[0]
        try:
            for sizes in ((None, *shape[1:]), wide):  # an axis of unknown size would pass the layers' checks
                self._connect(Input(batch_shape=sizes, dtype=first.dtype_name, name=name))
        except (TypeError, ValueError):  # then the data is refused as data of another shape
            return
        self._objective = self._program = None

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        if not self._graph and isinstance(inputs, dict):
            self._build_for(inputs)
        elif not self._graph:
            self._fed_text = isinstance(inputs, StringTensor)
            self.build((None, *tuple(inputs.shape)[1:]))
        return super().call(inputs, mask, training)

    def predict_proba(
        self, x: Any, batch_size: int | None = None, verbose: int = 0, steps: int | None = None
    ) -> np.ndarray:
        """``predict`` for a model whose outputs are probabilities; warns when they leave [0, 1]."""
        found = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
        if found.size and (found.min() < 0.0 or found.max() > 1.0):
            warn("predict_proba: the outputs are not in [0, 1]; the last layer may lack a softmax or sigmoid.")
        return found

    def predict_classes(
        self, x: Any, batch_size: int | None = None, verbose: int = 0, steps: int | None = None
    ) -> np.ndarray:
        """The class of each row: the largest output, or 1 where a single output is above 0.5."""
        found = self.predict(x, batch_size=batch_size, verbose=verbose, steps=steps)
        return found.argmax(axis=-1) if found.shape[-1] > 1 else (found > 0.5).astype("int32")

    def get_config(self) -> dict[str, Any]:
        """The layers as plain data."""
        entries = [described(layer) for layer in self.layers]
        begins = self._begins_with_input()
        if begins is not None and eras.current().architectures_begin == "input":
            entries.insert(0, described(begins))
        found = {"name": self.name, "layers": copy.deepcopy(entries)}
        if "_build_input_shape" in self.__dict__:
            found["build_input_shape"] = self._build_input_shape
        elif begins is not None and entries[0]["class_name"] != "InputLayer":
            found["build_input_shape"] = tuple(begins.output.shape)
        return found

    def _begins_with_input(self) -> InputLayer | None:
        """The input that the model was given before its first layer, which does not know the shape itself."""
        first = self._input_structure if self._graph else None
        learnt = self.__dict__.get("_learnt_shape") or not isinstance(first, SymbolicTensor)
        if learnt or not self.layers or getattr(self.layers[0], "batch_input_shape", None) is not None:
            return None
        return first._keras_history[0]

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Sequential:
        """The model that a config describes, with fresh weights.

        Args:
            config: what ``get_config()`` gave; a bare list of layers, as older files have it, is accepted.
            custom_objects: the caller's own classes and functions by name.
        """
        from .. import layers

        name = config.get("name") if isinstance(config, dict) else None
        entries = config["layers"] if isinstance(config, dict) else config
        model = cls(name=name)
        for entry in entries:
            model.add(layers.deserialize(entry, custom_objects=custom_objects))
        if isinstance(config, dict) and not model._graph and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model
