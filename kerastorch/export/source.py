"""A model as readable PyTorch source: one class for the model, one for each nested model, no kerastorch in it.

The graph is walked in the order in which it runs. Layers that torch has a module of become that module, recurrent
layers with other gates use a few ready-made pieces, and what has no readable form (a custom layer, a ``Lambda``, a K
function) is traced into the torch operations that it runs.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from ..engine.network import Network
from ..engine.symbolic import Node, SymbolicTensor, flatten
from . import operations, traced
from .snippets import SNIPPETS
from .writer import Call, CannotWrite, ClassWriter, Value, class_name, identifier

__all__ = ["Document", "to_source"]

# where the emitters are, by the module that defines the layer
_TABLES = ("core", "convolutional", "recurrent")

_HEADER = '''"""{title}

Its weights are in a state_dict of their own; with them in a file:

    model = {name}()
    model.load_state_dict(torch.load("weights.pt"))
    model.eval()
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
'''


def to_source(model: Any) -> str:
    """The model as the text of a Python module that needs torch alone.

    The class of that module has the model's name in capitals (``sequential_1`` becomes ``Sequential1``); its
    ``state_dict`` is that of ``to_torch(model)``. Inputs and outputs are the model's: images keep Keras's order of
    axes, several outputs come as a tuple. Dropout and batch normalization train as torch's do; traced parts are those
    of inference.

    Args:
        model: a built ``Sequential`` or functional model.

    Raises:
        TypeError: for something else.
        ValueError: for a model without a graph, or with a layer that keeps states from batch to batch.

    Example:
        >>> import kerastorch as keras
        >>> hidden = keras.layers.Dense(2, activation="relu", input_shape=(3,), name="hidden")
        >>> source = to_source(keras.Sequential([hidden], name="small"))
        >>> print("\\n".join(line for line in source.splitlines() if "hidden" in line))
            \"\"\"small: hidden_input (None, 3), batch axis first.\"\"\"
                self.hidden = nn.Linear(3, 2)
            def forward(self, hidden_input):
                hidden = torch.relu(self.hidden(hidden_input))
                return hidden
    """
    return Document(model).text()


def _emitters() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _TABLES:
        found.update(importlib.import_module(f".emit_{name}", __package__).EMITTERS)
    return found


class Document:
    """The source of a model: its classes and the pieces they use.

    Args:
        model: the model.

    Attributes:
        weights: the ``state_dict`` of the module that the source describes.
        name: the main class.
    """

    def __init__(self, model: Any) -> None:
        if not isinstance(model, Network):
            raise TypeError(f"to_source: expected a model. Received: {type(model).__name__}")
        if not model._graph:
            raise ValueError(
                f"to_source: expected a Sequential model with an input_shape, or a functional one. Received: "
                f"{model.name}, whose graph is not known; torch.export.export works on any model"
            )
        self.emitters = _emitters()
        self.classes: list[str] = []
        self._networks: dict[int, ClassWriter] = {}
        self._examples: dict[int, dict[int, torch.Tensor]] = {}
        self._names: set[str] = set()
        self._used: set[str] = set()
        self.title = f"{model.name}, a model written out as plain PyTorch."
        main = self.network(model)
        self.name, self.weights = main.name, main.weights

    def use(self, *snippets: str) -> None:
        """Makes ready-made pieces part of the text."""
        for name in snippets:
            self.use(*SNIPPETS[name][0])
            self._used.add(name)

    def examples(self, network: Any) -> dict[int, torch.Tensor]:
        """Values for the tensors of a graph, for what has to be traced."""
        if id(network) not in self._examples:
            self._examples[id(network)] = traced.examples(network)
        return self._examples[id(network)]

    def free_class(self, wanted: str) -> str:
        """A class's name that is not in use."""
        name, i = class_name(wanted), 1
        while name in self._names or name in SNIPPETS:
            i += 1
            name = f"{class_name(wanted)}{i}"
        self._names.add(name)
        return name

    def text(self) -> str:
        """The whole source."""
        pieces = [text.strip("\n") for name, (_, text) in SNIPPETS.items() if name in self._used]
        header = _HEADER.format(title=self.title, name=self.name)
        if not any("math." in text for text in self.classes):
            header = header.replace("import math\n\n", "")
        if not any("F." in text for text in [*pieces, *self.classes]):
            header = header.replace("import torch.nn.functional as F\n", "")
        return "\n\n\n".join([header.strip("\n"), *pieces, *self.classes]) + "\n"

    # --------------------------------------------------------------- networks

    def network(self, network: Any) -> ClassWriter:
        """The class of a graph of layers, written once."""
        if id(network) in self._networks:
            return self._networks[id(network)]
        writer = ClassWriter(self.free_class(network.name), self)
        self._networks[id(network)] = writer
        values: dict[int, Value] = {}
        arguments = []
        for tensor, name in zip(network.inputs, network.input_names, strict=True):
            argument = writer.free(name)
            arguments.append(argument)
            values[id(tensor)] = Value(tensor.shape, plain=argument)
        for node in network._plan.nodes:
            results = self._node(writer, node, values, network)
            for tensor, result in zip(node.outputs, results, strict=True):
                values[id(tensor)] = result
        outputs = [writer.plain(values[id(tensor)]) for tensor in network.outputs]
        shapes = ", ".join(f"{a} {tuple(x.shape)}" for a, x in zip(arguments, network.inputs, strict=True))
        about = f"{network.name}: {shapes}, batch axis first."
        self.classes.append(writer.text(arguments, _returned(network, outputs), about))
        return writer

    def _node(self, writer: ClassWriter, node: Node, values: dict[int, Value], network: Any) -> list[Value]:
        before = len(writer.lines), dict(writer.members), dict(writer.weights), set(writer._taken), dict(writer._known)
        try:
            if node.layer is None:
                return [operations.emit(writer, node, values)]
            call = _call_of(node, values)
            return _as_values(self.layer(writer, call))
        except CannotWrite:
            lines, writer.members, writer.weights, writer._taken, writer._known = before
            del writer.lines[lines:]
            return traced.emit(writer, node, values, network)

    def layer(self, writer: ClassWriter, call: Call) -> Any:
        """What a layer gives, as one value or a list.

        Raises:
            CannotWrite: for a layer that has to be traced.
        """
        layer = call.layer
        if getattr(layer, "stateful", False) and not isinstance(layer, Network):
            raise ValueError(
                f"to_source: expected layers that start over with each batch. Received: the stateful layer {layer.name}"
            )
        if isinstance(layer, Network):
            return self._nested(writer, call)
        kind = type(layer)
        emitter = self.emitters.get(kind.__name__) if kind.__module__.startswith("kerastorch.layers") else None
        if emitter is None:
            raise CannotWrite(kind.__name__)
        return emitter(writer, call)

    def _nested(self, writer: ClassWriter, call: Call) -> Any:
        network = call.layer
        if call.mask is not None or not network._graph:
            raise CannotWrite("a nested model whose input is masked")
        inner = self.network(network)
        member = writer.member(network, "", f"{inner.name}()", inner.weights)
        given = ", ".join(writer.plain(value) for value in call.inputs)
        names = [tensor.shape for tensor in network.outputs]
        if len(names) == 1:
            return writer.new(network.name, f"{member}({given})", names[0])
        many = writer.free(network.name)
        writer.lines.append(f"{many} = {member}({given})")
        return [writer.new(f"{network.name}_{i}", f"{many}[{i}]", shape) for i, shape in enumerate(names)]


def _returned(network: Any, outputs: Sequence[str]) -> str:
    if isinstance(network._output_structure, dict):
        return "{" + ", ".join(f"{key!r}: {name}" for key, name in zip(network._output_structure, outputs)) + "}"
    return ", ".join(outputs)


def _call_of(node: Node, values: dict[int, Value]) -> Call:
    """A layer's call; what is neither an input nor a mask needs tracing."""
    if len(node.args) != 1:
        raise CannotWrite("several arguments")
    leaves = list(flatten(node.args[0]))
    if not all(isinstance(leaf, SymbolicTensor) for leaf in leaves):
        raise CannotWrite("constants among the inputs")
    mask = node.kwargs.get("mask")
    others = {key: value for key, value in node.kwargs.items() if key != "mask" and value is not None}
    if others or not (mask is None or isinstance(mask, SymbolicTensor)):
        raise CannotWrite("further arguments")
    inputs = [values[id(leaf)] for leaf in leaves]
    nested = not isinstance(node.args[0], SymbolicTensor)
    return Call(node.layer, inputs, None if mask is None else values[id(mask)], nested)


def _as_values(result: Any) -> list[Value]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def build_class(source: str, name: str) -> type[nn.Module]:
    """The class that a source text defines."""
    namespace: dict[str, Any] = {"__name__": identifier(name.lower())}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # the text is the package's own
    return namespace[name]


def fitting(module: nn.Module, weights: dict[str, torch.Tensor]) -> nn.Module:
    """The module with copies of the weights, on their device and of their type."""
    copies = {name: tensor.detach().clone() for name, tensor in weights.items()}
    module.load_state_dict(copies, strict=True, assign=True)
    return module.eval()
