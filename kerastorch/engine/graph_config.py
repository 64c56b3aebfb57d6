"""Functional models as plain data, in Keras 2's layout, and back."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import eras
from ..backend.registry import get_registered_name
from . import functions
from .symbolic import SymbolicTensor, flatten, map_structure

__all__ = ["graph_to_config", "config_to_graph", "places_in", "replace_places"]

_INPUTS = ("initial_state", "constants")  # call arguments of recurrent layers that Keras 2 lists among the inputs


def graph_to_config(network: Any) -> dict[str, Any]:
    """The layers, their calls, inputs and outputs of a graph.

    Raises:
        ValueError: when the graph holds a function call outside of a layer, or an argument that is no plain data.
    """
    own = {id(node) for node in network._network_nodes}
    numbers: dict[int, int] = {}
    for layer in network.operations:
        calls_before = _first_call(layer)
        for i, node in enumerate(node for node in layer._inbound_nodes if id(node) in own):
            numbers[id(node)] = i + calls_before
    _refuse_functions(network)
    entries = []
    for layer in network.operations:
        if isinstance(layer, functions.FunctionLayer):
            nodes = [node for node in layer._inbound_nodes if id(node) in own]
            entries.append(layer.entry(nodes, lambda tensor: _source(tensor, numbers)[:3]))
            continue
        calls = [
            [
                _source(tensor, numbers, _plain(layer, node.call_arguments, numbers) if k == 0 else {})
                for k, tensor in enumerate(tensors)
            ]
            for node in layer._inbound_nodes
            if id(node) in own and (tensors := _inputs_of(node))
        ]
        entries.append(
            {
                "name": layer.name,
                "class_name": get_registered_name(type(layer)),
                "config": copy.deepcopy(layer.get_config()),
                "inbound_nodes": calls,
            }
        )
    return {
        "name": network.name,
        "layers": entries,
        "input_layers": [_source(x, numbers)[:3] for x in network.inputs],
        "output_layers": [_source(x, numbers)[:3] for x in network.outputs],
    }


def _first_call(layer: Any) -> int:
    """The number of a layer's first call in a config: a model counts the way through itself as call 0."""
    return int(getattr(layer, "_graph", False))


def _given_inputs(config: dict[str, Any], inputs: Sequence[SymbolicTensor] | None) -> dict[str, SymbolicTensor]:
    """The tensors that take the place of a config's inputs, by the names of their layers."""
    if inputs is None:
        return {}
    places = _as_places(config["input_layers"])
    if len(places) != len(inputs):
        raise ValueError(f"Model config: expected {len(places)} input tensors. Received: {len(inputs)}")
    return {place[0]: tensor for place, tensor in zip(places, inputs, strict=True)}


def _first_numbers(config: dict[str, Any], called: Sequence[Any]) -> dict[str, int]:
    """The number that a config gives to each layer's first call.

    It is 0, or 1 for a nested model in most generations. Each listed call is used somewhere, so the highest number that
    is asked for tells.
    """
    places = [*_as_places(config["input_layers"]), *_as_places(config["output_layers"])]
    plain = [entry for entry in config["layers"] if not functions.stands_for_function(entry)]
    calls = [call for entry in plain for call in entry.get("inbound_nodes") or ()]
    places += [place for call in calls for source in call for place in (source, *places_in(source[3:]))]
    places += [place for arguments in called for place in places_in(arguments)]
    highest: dict[str, int] = {}
    for name, index, *_ in places:
        highest[name] = max(index, highest.get(name, 0))
    counts = {entry.get("name"): len(entry.get("inbound_nodes") or ()) for entry in config["layers"]}
    return {name: max(0, highest.get(name, 0) + 1 - count) for name, count in counts.items()}


def _as_places(entries: Any) -> Any:
    """A model's inputs or outputs as a list, where one alone may stand by itself."""
    return [entries] if entries and isinstance(entries[0], str) else entries


def _refuse_functions(network: Any) -> None:
    tensors = [t for node in network._network_nodes if node.owner is not None for t in node.sources]
    for tensor in [*network.outputs, *tensors]:
        if tensor._keras_history is None:
            raise ValueError(
                f"Model {network.name}: expected layers{_known_functions()}, to be written down. Received: the "
                f"function call {tensor.name!r}; put it into a Lambda layer"
            )


def _known_functions() -> str:
    """What a config may hold besides layers, in the era in force."""
    kind = eras.current().graph_functions
    return {"hidden": " only", "keras3": " and functions of keras.ops"}.get(kind, " and functions of TensorFlow")


def _source(tensor: SymbolicTensor, numbers: dict[int, int], arguments: dict[str, Any] | None = None) -> list[Any]:
    layer, index, place = tensor._keras_history
    node = layer._inbound_nodes[index]
    return [layer.name, numbers.get(id(node), 0), place, arguments or {}]


def _inputs_of(node: Any) -> list[SymbolicTensor]:
    """The tensors that a config lists as a call's inputs: the first argument, and what Keras 2 counts among it."""
    trees = [node.args[:1], *(node.call_arguments.get(key) for key in _INPUTS)]
    return [leaf for leaf in flatten(trees) if isinstance(leaf, SymbolicTensor)]


def _plain(layer: Any, arguments: dict[str, Any], numbers: dict[int, int]) -> dict[str, Any]:
    """A call's keyword arguments; a tensor among them is written as ``[layer, call, output]``, as tf.keras does."""

    def write(key: str, leaf: Any) -> Any:
        if isinstance(leaf, SymbolicTensor):
            return _source(leaf, numbers)[:3]
        if isinstance(leaf, np.generic):
            return leaf.item()
        if not isinstance(leaf, (str, int, float, bool, type(None))):
            raise ValueError(
                f"Layer {layer.name}: expected plain data as call argument {key!r}, to be written down. "
                f"Received: {type(leaf).__name__}"
            )
        return leaf

    return {
        key: map_structure(functools.partial(write, key), value)
        for key, value in arguments.items()
        if key not in _INPUTS
    }


def _is_place(value: Any) -> bool:
    """Whether a call argument in a config is ``[layer, call, output]``."""
    if not isinstance(value, (list, tuple)) or len(value) != 3 or not isinstance(value[0], str):
        return False
    return all(isinstance(entry, int) and not isinstance(entry, bool) for entry in value[1:])


def places_in(value: Any) -> Iterator[list[Any]]:
    """The ``[layer, call, output]`` in a call's arguments, at any depth."""
    if _is_place(value):
        yield value
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from places_in(entry)
    elif isinstance(value, dict):
        if value.get("class_name") == functions.TENSOR and isinstance(value.get("config"), dict):
            yield from places_in(value["config"].get("keras_history"))
        else:
            yield from places_in(list(value.values()))


def replace_places(value: Any, found: Callable[[list[Any]], Any]) -> Any:
    """A call's arguments with something else in place of each ``[layer, call, output]``."""
    if _is_place(value):
        return found(value)
    if isinstance(value, (list, tuple)):
        return type(value)(replace_places(entry, found) for entry in value)
    if isinstance(value, dict):
        return {key: replace_places(entry, found) for key, entry in value.items()}
    return value


def config_to_graph(
    config: dict[str, Any],
    deserialize: Callable,
    custom_objects: dict[str, Any] | None = None,
    inputs: Sequence[SymbolicTensor] | None = None,
) -> tuple[list[SymbolicTensor], list[SymbolicTensor]]:
    """The inputs and outputs of a new graph made from a config.

    Args:
        config: what ``graph_to_config`` gave, or Keras 2 did.
        deserialize: makes a layer from ``{'class_name', 'config'}``.
        custom_objects: the caller's own classes by name.
        inputs: tensors to begin with in the place of the config's own inputs.

    Raises:
        ValueError: for another number of inputs, or when a call refers to a layer or a call that is not there.
    """
    known = {id(e): functions.made(e) for e in config["layers"] if functions.stands_for_function(e)}
    graph = _Graph(_first_numbers(config, [arguments for _, calls in known.values() for arguments in calls]))
    given = _given_inputs(config, inputs)
    for entry in config["layers"]:
        if entry.get("name") in given:
            graph.outputs[entry["name"], 0] = [given[entry["name"]]]
        elif id(entry) in known:
            layer, calls = known[id(entry)]
            graph.add(entry.get("name", layer.name), layer, [_FunctionCall(*arguments) for arguments in calls])
        else:
            description = {"class_name": entry["class_name"], "config": entry["config"]}
            layer = deserialize(description, custom_objects=custom_objects)
            calls = [_LayerCall(call) for call in entry.get("inbound_nodes") or []]
            graph.add(entry.get("name", layer.name), layer, calls)
    graph.run()

    def find(entries: Any) -> list[SymbolicTensor]:
        return [graph.at(entry) for entry in _as_places(entries)]

    return find(config["input_layers"]), find(config["output_layers"])


class _LayerCall:
    """A layer's call: ``[[layer, call, output, arguments], …]``, its inputs."""

    def __init__(self, sources: list[Any]) -> None:
        self.sources = sources
        self.arguments = sources[0][3] if len(sources[0]) > 3 else {}
        self.needs = [*sources, *places_in(self.arguments)]

    def apply(self, layer: Any, at: Callable[[list[Any]], SymbolicTensor]) -> Any:
        inputs = [at(source) for source in self.sources]
        return layer(inputs[0] if len(inputs) == 1 else inputs, **replace_places(self.arguments, at))


class _FunctionCall:
    """A function's call: its arguments, encoded."""

    def __init__(self, args: Any, kwargs: Any) -> None:
        self.args, self.kwargs = args or [], kwargs or {}
        self.needs = [place for place in places_in([self.args, self.kwargs]) if place[0]]

    def apply(self, layer: Any, at: Callable[[list[Any]], SymbolicTensor]) -> Any:
        args, kwargs = functions.decoded(self.args, at), functions.decoded(self.kwargs, at)
        functions.checked(layer.symbol, *layer.arranged(args, kwargs))
        return layer(*args, **kwargs)


class _Graph:
    """A graph that is being made: layers are called once what they are called on is there.

    Args:
        first: the number of each layer's first call in the config.
    """

    def __init__(self, first: dict[str, int]) -> None:
        self.first = first
        self.layers: dict[str, Any] = {}
        self.pending: list[tuple[str, int, Any]] = []
        self.outputs: dict[tuple[str, int], list[SymbolicTensor]] = {}

    def add(self, name: str, layer: Any, calls: list[Any]) -> None:
        """A layer, and the calls of it that are to be made."""
        self.layers[name] = layer
        if not calls:
            self.outputs[name, 0] = [layer._inbound_nodes[0].outputs[0]] if layer._inbound_nodes else []
        self.pending += [(name, i + self.first.get(name, 0), call) for i, call in enumerate(calls)]

    def at(self, place: list[Any]) -> SymbolicTensor:
        """The tensor of a layer, call and output."""
        return self.outputs[place[0], place[1]][place[2]]

    def run(self) -> None:
        """Makes all calls.

        Raises:
            ValueError: when one refers to a layer or a call that is not there.
        """
        while self.pending:
            waiting = []
            for name, index, call in self.pending:
                earlier = index == self.first.get(name, 0) or (name, index - 1) in self.outputs
                if not earlier or any((place[0], place[1]) not in self.outputs for place in call.needs):
                    waiting.append((name, index, call))
                else:
                    self.outputs[name, index] = list(flatten(call.apply(self.layers[name], self.at)))
            if len(waiting) == len(self.pending):
                raise ValueError(
                    f"Model config: expected every call's inputs among the layers. Received: none for {waiting[0][0]!r}"
                )
            self.pending = waiting
