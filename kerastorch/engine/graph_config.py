"""Functional models as plain data, in Keras 2's layout, and back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .symbolic import SymbolicTensor, flatten, map_structure

__all__ = ["graph_to_config", "config_to_graph"]


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
                _source(tensor, numbers, _plain(layer, node.call_arguments) if k == 0 else {})
                for k, tensor in enumerate(tensors)
            ]
            for node in layer._inbound_nodes
            if id(node) in own and (tensors := node.input_tensors)
        ]
        entries.append(
            {
                "name": layer.name,
                "class_name": type(layer).__name__,
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


def _first_numbers(config: dict[str, Any]) -> dict[str, int]:
    """The number that a config gives to each layer's first call.

    It is 0, or 1 for a nested model in most generations. Each listed call is used somewhere, so the highest number that
    is asked for tells.
    """
    places = [*_as_places(config["input_layers"]), *_as_places(config["output_layers"])]
    places += [source for entry in config["layers"] for call in entry.get("inbound_nodes") or () for source in call]
    highest: dict[str, int] = {}
    for name, index, *_ in places:
        highest[name] = max(index, highest.get(name, 0))
    counts = {entry.get("name"): len(entry.get("inbound_nodes") or ()) for entry in config["layers"]}
    return {name: max(0, highest.get(name, 0) + 1 - count) for name, count in counts.items()}


def _as_places(entries: Any) -> Any:
    """A model's inputs or outputs as a list, where one alone may stand by itself."""
    return [entries] if entries and isinstance(entries[0], str) else entries


def _refuse_functions(network: Any) -> None:
    tensors = [t for node in network._network_nodes if node.layer is not None for t in node.input_tensors]
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


def _plain(layer: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """A call's keyword arguments; tensors among them are inputs and listed as such."""
    plain = {}
    for key, value in arguments.items():
        if any(isinstance(leaf, SymbolicTensor) for leaf in flatten(value)):
            continue
        for leaf in flatten(value):
            if isinstance(leaf, (torch.Tensor, np.ndarray)) or not isinstance(
                leaf, (str, int, float, bool, type(None), np.generic)
            ):
                raise ValueError(
                    f"Layer {layer.name}: expected plain data as call argument {key!r}, to be written down. "
                    f"Received: {type(leaf).__name__}"
                )
        plain[key] = map_structure(lambda leaf: leaf.item() if isinstance(leaf, np.generic) else leaf, value)
    return plain


def config_to_graph(
    config: dict[str, Any], deserialize: Callable, custom_objects: dict[str, Any] | None = None
) -> tuple[list[SymbolicTensor], list[SymbolicTensor]]:
    """The inputs and outputs of a new graph made from a config.

    Args:
        config: what ``graph_to_config`` gave, or Keras 2 did.
        deserialize: makes a layer from ``{'class_name', 'config'}``.
        custom_objects: the caller's own classes by name.

    Raises:
        ValueError: when a call refers to a layer or a call that is not there.
    """
    layers: dict[str, Any] = {}
    pending: list[tuple[str, int, list[Any]]] = []
    outputs_of: dict[tuple[str, int], list[SymbolicTensor]] = {}
    first = _first_numbers(config)
    for entry in config["layers"]:
        layer = deserialize(
            {"class_name": entry["class_name"], "config": entry["config"]}, custom_objects=custom_objects
        )
        name = entry.get("name", layer.name)
        layers[name] = layer
        calls = entry.get("inbound_nodes") or []
        if not calls:
            outputs_of[name, 0] = [layer._inbound_nodes[0].outputs[0]] if layer._inbound_nodes else []
        pending += [(name, i + first.get(name, 0), call) for i, call in enumerate(calls)]
    while pending:
        waiting = []
        for name, index, call in pending:
            sources = [outputs_of.get((source[0], source[1])) for source in call]
            earlier = index == first.get(name, 0) or (name, index - 1) in outputs_of
            if any(found is None for found in sources) or not earlier:
                waiting.append((name, index, call))
                continue
            inputs = [found[source[2]] for found, source in zip(sources, call, strict=True)]
            arguments = call[0][3] if len(call[0]) > 3 else {}
            result = layers[name](inputs[0] if len(inputs) == 1 else inputs, **arguments)
            outputs_of[name, index] = list(flatten(result))
        if len(waiting) == len(pending):
            raise ValueError(
                f"Model config: expected every call's inputs among the layers. Received: none for {pending[0][0]!r}"
            )
        pending = waiting

    def find(entries: Any) -> list[SymbolicTensor]:
        return [outputs_of[name, index][place] for name, index, place, *_ in _as_places(entries)]

    return find(config["input_layers"]), find(config["output_layers"])
