"""Orders of a graph: Keras's order of layers, names of outputs, and the graph as flat data for copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .holder import partition, unique
from .layer import Layer
from .symbolic import Node, SymbolicTensor, flatten, map_structure
from .weights import Weight

__all__ = [
    "order",
    "output_names",
    "partition_layers",
    "with_loose",
    "loose_parameters",
    "flatten_graph",
    "restore_graph",
]


def _inputs_of(node: Node) -> list[SymbolicTensor]:
    return node.sources if node.layer is not None else node.parents


def _made_by(tensor: SymbolicTensor) -> Node | None:
    if tensor._keras_history is not None and tensor.node is None:
        return tensor._keras_history[0]._inbound_nodes[0]
    return tensor.node


def order(
    inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]
) -> tuple[list[Layer], list[Node], dict[int, int]]:
    """The layers of a graph sorted as Keras sorts them, its nodes, and the depth of each by its ``id``.

    A layer's depth is the longest way from it to an output; deep layers come first, layers of one depth in the order
    in which a walk from the outputs meets them. ``get_weights()``, files and summaries follow this order.
    """
    stops = {id(x): x for x in inputs}
    finished: list[Node] = []
    done: set[int] = set()
    met: dict[int, int] = {}

    def start(tensor: SymbolicTensor) -> Node | None:
        if id(tensor) in stops:
            return tensor._keras_history[0]._inbound_nodes[0] if tensor.node is None else _input_node(tensor)
        return _made_by(tensor)

    for output in outputs:
        stack: list[tuple[Node | None, bool]] = [(start(output), False)]
        while stack:
            node, expanded = stack.pop()
            if node is None or id(node) in done:
                continue
            if expanded:
                done.add(id(node))
                finished.append(node)
                continue
            met.setdefault(id(node.owner or node), len(met))
            stack.append((node, True))
            tensors = [] if any(id(t) in stops for t in node.outputs) else _inputs_of(node)
            stack.extend((start(t), False) for t in reversed(tensors))
    depth_of_node: dict[int, int] = {}
    depth_of: dict[int, int] = {}
    owner: dict[int, Any] = {}
    for node in reversed(finished):
        key = id(node.owner or node)
        owner[key] = node.owner
        depth = max(depth_of_node.get(id(node), 0), depth_of.get(key, 0))
        depth_of[key] = depth_of_node[id(node)] = depth
        if any(id(t) in stops for t in node.outputs):
            continue
        for tensor in _inputs_of(node):
            below = start(tensor)
            if below is not None:
                depth_of_node[id(below)] = max(depth + 1, depth_of_node.get(id(below), 0))
    for x in inputs:  # an input that no output needs still belongs to the model
        node = start(x)
        if node is not None and id(node) not in done:
            key = id(node.owner)
            owner[key], depth_of[key], met[key] = node.owner, 0, len(met)
            depth_of_node[id(node)] = 0
            finished.append(node)
    keys = sorted(depth_of, key=lambda key: (-depth_of[key], met[key]))
    return [owner[key] for key in keys if owner[key] is not None], finished, {**depth_of, **depth_of_node}


def _input_node(tensor: SymbolicTensor) -> Node:
    layer = tensor._keras_history[0] if tensor._keras_history else None
    return layer._inbound_nodes[tensor._keras_history[1]] if layer is not None else tensor.node


def output_names(outputs: Sequence[SymbolicTensor]) -> list[str]:
    """The names of the layers that give the outputs, numbered where one gives several."""
    result: list[str] = []
    counts: dict[str, int] = {}
    for tensor in outputs:
        name = tensor._keras_history[0].name if tensor._keras_history else tensor.name
        counts[name] = counts.get(name, 0) + 1
        result.append(name if counts[name] == 1 else f"{name}_{counts[name] - 1}")
    return result


def loose_parameters(nodes: Sequence[Node]) -> list[nn.Parameter]:
    """Parameters that were used in the graph without a layer: ``torch.matmul(x, parameter)``."""
    found: dict[int, nn.Parameter] = {}
    for node in nodes:
        if node.layer is None and not node.inner:
            for leaf in flatten((node.args, node.kwargs)):
                if isinstance(leaf, nn.Parameter):
                    found.setdefault(id(leaf), leaf)
    return list(found.values())


def _loose_weights(network: Any) -> list[Weight]:
    return [Weight(network, f"loose_{i}", f"loose_{i}", f"loose_{i}:0") for i in range(len(network._loose))]


def with_loose(network: Any, weights: list[Weight]) -> list[Weight]:
    """The weights, each once, and after them the parameters that no layer owns."""
    known = {id(weight.tensor) for weight in weights}
    return unique(weights) + [w for w in _loose_weights(network) if id(w.tensor) not in known]


def partition_layers(network: Any, layers: Sequence[nn.Module]) -> tuple[list[Weight], list[Weight]]:
    """All trainable weights of the layers, then all others; none is trainable in a network that is not."""
    trainable: list[Weight] = []
    fixed: list[Weight] = []
    for layer in layers:
        more, still = partition(layer)
        trainable += more
        fixed += still
    trainable, fixed = with_loose(network, trainable), unique(fixed)
    return ([], trainable + fixed) if not network.trainable else (trainable, fixed)


class _Ref:
    """A symbolic tensor's number in a flat graph."""

    __slots__ = ("i",)

    def __init__(self, i: int) -> None:
        self.i = i


def flatten_graph(inputs: Sequence[SymbolicTensor], nodes: Sequence[Node], tensors: Any) -> dict[str, Any]:
    """A graph as nested data without references between nodes, so that copies need no recursion.

    Args:
        inputs: the tensors that the graph begins with.
        nodes: its nodes, each after those it needs.
        tensors: any nesting of symbolic tensors that the owner wants back.
    """
    numbers: dict[int, int] = {}
    specs: list[tuple] = []

    def add(tensor: SymbolicTensor) -> None:
        numbers[id(tensor)] = len(specs)
        layer = tensor._keras_history[0] if tensor._keras_history else None
        shapes = [(tuple(e.shape), e.dtype, e if e.device.type != "meta" else None) for e in tensor._examples]
        specs.append((shapes, tensor.name, layer))

    def to_ref(leaf: Any) -> Any:
        return _Ref(numbers[id(leaf)]) if isinstance(leaf, SymbolicTensor) else leaf

    for tensor in inputs:
        add(tensor)
    flat = []
    for node in nodes:
        for tensor in node.outputs:
            add(tensor)
        outs = [numbers[id(t)] for t in node.outputs]
        args, kwargs, extra = map_structure(to_ref, (node.args, node.kwargs, node.call_arguments))
        flat.append((node.operation, args, kwargs, extra, node.layer, outs, node.inner, node.guard, node.owner))
    masks = {}
    for tensor in [*inputs, *(t for node in nodes for t in node.outputs)]:
        if tensor._keras_mask is not None and id(tensor._keras_mask) in numbers:
            masks[numbers[id(tensor)]] = numbers[id(tensor._keras_mask)]
    return {
        "inputs": len(inputs),
        "specs": specs,
        "nodes": flat,
        "masks": masks,
        "tensors": map_structure(to_ref, tensors),
    }


def restore_graph(flat: dict[str, Any]) -> Any:
    """The graph that ``flatten_graph`` wrote down: new nodes and tensors, and the nesting that the owner wanted."""
    tensors: list[SymbolicTensor] = []
    for shapes, name, _ in flat["specs"]:
        examples = [
            kept if kept is not None else torch.empty(shape, dtype=dtype, device="meta")
            for shape, dtype, kept in shapes
        ]
        tensors.append(SymbolicTensor(tuple(examples), name))

    def from_ref(leaf: Any) -> Any:
        return tensors[leaf.i] if isinstance(leaf, _Ref) else leaf

    for i in range(flat["inputs"]):
        layer = flat["specs"][i][2]
        if layer is not None:
            node = Node(layer, (), {}, layer=layer)
            node.outputs.append(tensors[i])
            layer._inbound_nodes.append(node)
            tensors[i]._keras_history = (layer, len(layer._inbound_nodes) - 1, 0)
    for operation, args, kwargs, extra, layer, outs, inner, guard, owner in flat["nodes"]:
        args, kwargs, extra = map_structure(from_ref, (args, kwargs, extra))
        node = Node(operation, args, kwargs, layer=layer)
        node.inner, node.guard = inner, guard
        node.outputs = [tensors[i] for i in outs]
        for k, tensor in enumerate(node.outputs):
            tensor.node, tensor.index = node, k
        if layer is not None:
            layer._add_node(node.outputs, extra)
        elif owner is not None:
            owner.adopt(node)
    for i, mask in flat["masks"].items():
        tensors[i]._keras_mask = tensors[mask]
    return map_structure(from_ref, flat["tensors"])
