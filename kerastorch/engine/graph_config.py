"""Functional models as plain data, in Keras 2's layout, and back."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..backend.registry import get_registered_name
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
    for layer in network.layers:
        calls_before = _first_call(layer)
        for i, node in enumerate(node for node in layer._inbound_nodes if id(node) in own):
            numbers[id(node)] = i + calls_before
    _refuse_functions(network)
    entries = []
    for layer in network.layers:
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


def _first_numbers(config: dict[str, Any]) -> dict[str, int]:
    """The number that a config gives to each layer's first call.

    It is 0, or 1 for a nested model in most generations. Each listed call is used somewhere, so the highest number that
    is asked for tells.
    """
    places = [*_as_places(config["input_layers"]), *_as_places(config["output_layers"])]
    calls = [call for entry in config["layers"] for call in entry.get("inbound_nodes") or ()]
    places += [place for call in calls for source in call for place in (source, *places_in(source[3:]))]
    highest: dict[str, int] = {}
    for name, index, *_ in places:
        highest[name] = max(index, highest.get(name, 0))
    counts = {entry.get("name"): len(entry.get("inbound_nodes") or ()) for entry in config["layers"]}
    return {name: max(0, highest.get(name, 0) + 1 - count) for name, count in counts.items()}


def _as_places(entries: Any) -> Any:
    """A model's inputs or outputs as a list, where one alone may stand by itself."""
    return [entries] if entries and isinstance(entries[0], str) else entries


def _refuse_functions(network: Any) -> None:
    tensors = [t for node in network._network_nodes if node.layer is not None for t in node.sources]
    for tensor in [*network.outputs, *tensors]:
        if tensor._keras_history is None:
            raise ValueError(
                f"Model {network.name}: expected layers only, to be written down. Received: the function call "
                f"{tensor.name!r}; put it into a Lambda layer"
            )


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
    layers: dict[str, Any] = {}
    pending: list[tuple[str, int, list[Any]]] = []
    outputs_of: dict[tuple[str, int], list[SymbolicTensor]] = {}
    first = _first_numbers(config)
    given = _given_inputs(config, inputs)
    for entry in config["layers"]:
        if entry.get("name") in given:
            outputs_of[entry["name"], 0] = [given[entry["name"]]]
            continue
        layer = deserialize(
            {"class_name": entry["class_name"], "config": entry["config"]}, custom_objects=custom_objects
        )
        name = entry.get("name", layer.name)
        layers[name] = layer
        calls = entry.get("inbound_nodes") or []
        if not calls:
            outputs_of[name, 0] = [layer._inbound_nodes[0].outputs[0]] if layer._inbound_nodes else []
        pending += [(name, i + first.get(name, 0), call) for i, call in enumerate(calls)]

    def at(place: list[Any]) -> SymbolicTensor:
        return outputs_of[place[0], place[1]][place[2]]

    while pending:
        waiting = []
        for name, index, call in pending:
            arguments = call[0][3] if len(call[0]) > 3 else {}
            needed = [*call, *places_in(arguments)]
            earlier = index == first.get(name, 0) or (name, index - 1) in outputs_of
            if any((place[0], place[1]) not in outputs_of for place in needed) or not earlier:
                waiting.append((name, index, call))
                continue
            inputs = [at(source) for source in call]
            result = layers[name](inputs[0] if len(inputs) == 1 else inputs, **replace_places(arguments, at))
            outputs_of[name, index] = list(flatten(result))
        if len(waiting) == len(pending):
            raise ValueError(
                f"Model config: expected every call's inputs among the layers. Received: none for {pending[0][0]!r}"
            )
        pending = waiting

    def find(entries: Any) -> list[SymbolicTensor]:
        return [at(entry) for entry in _as_places(entries)]

    return find(config["input_layers"]), find(config["output_layers"])
