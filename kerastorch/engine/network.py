"""A graph of layers as one layer: functional models, nested and shared ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .. import eras
from ..backend import phase
from ..backend.updates import MovedWeight
from . import graph_order
from .additions import kept_losses, kept_updates
from .arguments import masks_of, signature
from .holder import unique
from .input_layer import InputLayer
from .input_spec import InputSpec
from .layer import Layer, partition
from .symbolic import Node, SymbolicTensor, flatten, map_structure
from .symbolic.immutable import seen
from .symbolic.plan import Plan, evaluate
from .weights import Weight, assign_all

__all__ = ["Network", "as_list", "with_rank"]


def as_list(value: Any) -> list[Any]:
    """A list as it is, a tuple as a list, anything else as a list of one.

    Example:
        >>> as_list(3), as_list((1, 2))
        ([3], [1, 2])
    """
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, tuple) else [value]


def _sorted(tree: Any) -> Any:
    """A dict in the order of its keys, as Keras 3 goes through one; anything else as it is."""
    if not isinstance(tree, dict) or any(isinstance(value, (dict, list, tuple)) for value in tree.values()):
        return tree
    return dict(sorted(tree.items()))


def _by_depth(items: Sequence[Any], depths: dict[int, int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for item in items:
        found.setdefault(depths[id(item)], []).append(item)
    return found


class Network(Layer):
    """Layers connected from inputs to outputs.

    Args:
        inputs: symbolic tensors made by ``Input``, one or a list (or dict).
        outputs: symbolic tensors computed from them.
        name: name of the network.

    Raises:
        ValueError: when an output is not computed from the inputs, or two layers share a name.
        TypeError: when something else than symbolic tensors is given.
    """

    casts_inputs = False  # its layers do
    _graph = False  # True once inputs and outputs are known

    def _init_graph(self, inputs: Any, outputs: Any) -> None:
        """Takes over a graph: its plan, its layers in Keras's order, its weights."""
        owner = type(self).__name__
        for what, tree in (("inputs", inputs), ("outputs", outputs)):
            for leaf in flatten(tree):
                if not isinstance(leaf, SymbolicTensor):
                    raise TypeError(
                        f"{owner}: expected {what} to be symbolic tensors such as Input() gives. "
                        f"Received: {leaf!r} of type {type(leaf).__name__}"
                    )
        if eras.current().dicts_of_tensors == "sorted":
            inputs, outputs = _sorted(inputs), _sorted(outputs)
        self._input_structure, self._output_structure = inputs, outputs
        self.inputs: list[SymbolicTensor] = list(flatten(inputs))
        self.outputs: list[SymbolicTensor] = list(flatten(outputs))
        if len({id(x) for x in self.inputs}) != len(self.inputs):
            raise ValueError(f"{owner}: expected each input once. Received: a repeated input")
        for x in self.inputs:
            if x._keras_history is None or not isinstance(x._keras_history[0], InputLayer):
                self._wrap_input(x)
        self._plan = Plan(self.inputs, self.outputs)
        self._output_masks = [x._keras_mask for x in self.outputs]
        self._masked_plan = Plan(self.inputs, [*self.outputs, *self._output_masks])
        self._mask_plan = Plan(self.inputs, self._output_masks)
        self._order_layers()
        self._index_layers = self._find_index_layers()
        self.input_spec = [InputSpec(shape=(None, *x.shape[1:])) for x in self.inputs]
        node = Node(self, (list(self.inputs),), {}, layer=self)  # the model's own: further calls of it count from 1
        node.outputs = list(self.outputs)
        self._inbound_nodes = [node]
        self._graph = True
        self.built = True

    def _wrap_input(self, x: SymbolicTensor) -> None:
        """A tensor in the middle of another graph may be an input: it gets an InputLayer of its own."""
        if x._keras_history is None:
            InputLayer(input_tensor=x).is_placeholder = True

    def _order_layers(self) -> None:
        self._operations, self._network_nodes, self._depths = graph_order.order(self.inputs, self.outputs)
        layers = [layer for layer in self._operations if getattr(layer, "listed", True)]
        seen: dict[str, Layer] = {}
        for layer in self._operations:
            if seen.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"{type(self).__name__}: expected each layer to have a name of its own. "
                    f"Received: the name {layer.name!r} for two layers"
                )
        self._layers: list[Layer] = layers
        self._register_layers(layers)
        self._loose = graph_order.loose_parameters(self._masked_plan.nodes)
        for i, parameter in enumerate(self._loose):
            self._parameters[f"loose_{i}"] = parameter
        self.input_layers = self._input_layers = [x._keras_history[0] for x in self.inputs]
        self.output_layers = self._output_layers = [
            x._keras_history[0] if x._keras_history else None for x in self.outputs
        ]
        self.input_names = [layer.name for layer in self.input_layers]
        self._fed = [i for i, layer in enumerate(self.input_layers) if getattr(layer, "is_placeholder", True)]
        self.output_names = graph_order.output_names(self.outputs)

    def _register_layers(self, layers: Sequence[nn.Module]) -> None:
        """Layers are submodules under their own names, so that a state_dict reads ``dense_1.weight``."""
        self._modules.clear()
        for layer in layers:
            self._modules[layer.name.replace(".", "_")] = layer

    def _find_index_layers(self) -> list[list[Layer]]:
        """The Embeddings that an input goes into, if into nothing else: integers are fed to it as they are."""
        result = []
        for x in self.inputs:
            users = [node.layer for node in self._plan.nodes if any(p is x for p in node.parents)]
            result.append(users if all(getattr(layer, "takes_indices", False) for layer in users) else [])
        return result

    # ---------------------------------------------------------------- running

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """The outputs for these inputs."""
        values = self._flat_inputs(inputs)
        if mask is not None and any(m is not None for m in flatten(mask)):
            outputs, _ = self._run_with_masks(values, list(flatten(mask)))
        else:
            outputs = self._plan.run(values)
        return self._pack(outputs)

    def run_internal_graph(self, inputs: Any, masks: Any = None) -> tuple[list[Any], list[Any], list[Any]]:
        """Runs the graph on tensors and masks.

        Args:
            inputs: one tensor an input.
            masks: one mask an input, None entries where there is none.

        Returns:
            The outputs, their masks and their shapes.
        """
        values = self._flat_inputs(inputs)
        given = [None] * len(values) if masks is None else as_list(masks)
        outputs, found = self._run_with_masks(values, given)
        return outputs, found, [tuple(output.shape) for output in outputs]

    def _run(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        # a frozen network leaves the statistics of its layers alone, even of those that are trainable themselves
        pure = True if not self.trainable and not self.stateful else None
        given_phase = bool(kwargs["training"]) if self._graph and kwargs.get("training") is not None else None
        if pure is None and given_phase is None:
            return super()._run(args, kwargs)
        with phase.of(given_phase, pure=pure):
            return super()._run(args, kwargs)

    def _pack(self, outputs: list[Any]) -> Any:
        if isinstance(self._output_structure, dict):
            return dict(zip(self._output_structure, outputs, strict=True))
        return outputs[0] if len(outputs) == 1 else outputs

    @property
    def _feed_inputs(self) -> list[SymbolicTensor]:
        """The inputs that data is given for; others hold a tensor of their own (``Input(tensor=...)``)."""
        return [self.inputs[i] for i in self._fed]

    @property
    def _feed_input_names(self) -> list[str]:
        return [self.input_names[i] for i in self._fed]

    def _with_own_inputs(self, values: list[Any]) -> list[Any]:
        """The values of all inputs: those that data is given for, and those that have one of their own."""
        given = dict(zip(self._fed, values, strict=True))
        return [given[i] if i in given else evaluate(x) for i, x in enumerate(self.inputs)]

    def _take_inputs(self, inputs: Any) -> Any:
        inputs = super()._take_inputs(self._in_order(inputs) if self._graph else inputs)
        if not eras.current().unit_axis_fitted or not getattr(self, "inputs", None):
            return inputs
        if isinstance(inputs, dict):
            ranks = {name: x.ndim for name, x in zip(self.input_names, self.inputs, strict=True)}
            return {name: with_rank(x, ranks.get(name)) for name, x in inputs.items()}
        if isinstance(inputs, (list, tuple)):
            if len(inputs) != len(self.inputs):
                return inputs
            return [with_rank(x, own.ndim) for x, own in zip(inputs, self.inputs, strict=True)]
        return with_rank(inputs, self.inputs[0].ndim)

    def _in_order(self, inputs: Any) -> Any:
        """A dict of inputs as a list: by the keys that the model was made with, or by the inputs' names."""
        if not isinstance(inputs, dict):
            return inputs
        made = self._input_structure if isinstance(self._input_structure, dict) else {}
        keys = list(made) if made and all(key in inputs for key in made) else self.input_names
        missing = [name for name in keys if name not in inputs]
        if missing:
            raise ValueError(f"Model {self.name}: expected an entry for each input. Received: none for {missing[0]!r}")
        return [inputs[name] for name in keys]

    def _flat_inputs(self, inputs: Any) -> list[Any]:
        """One tensor an input, on the inputs' types."""
        values = list(flatten(self._in_order(inputs)))
        if len(values) == len(self._fed) < len(self.inputs):
            values = self._with_own_inputs(values)
        if len(values) != len(self.inputs):
            raise ValueError(f"Model {self.name}: expected {len(self.inputs)} inputs. Received: {len(values)}")
        for i, (value, x) in enumerate(zip(values, self.inputs, strict=True)):
            if isinstance(value, torch.Tensor) and value.dtype != x.dtype and not self._index_layers[i]:
                values[i] = value.to(x.dtype)
        return values

    def _run_with_masks(self, values: list[Any], masks: list[Any]) -> tuple[list[Any], list[Any]]:
        """The slow way, for a nested network whose inputs come masked: masks are worked out again on the way."""
        known: dict[int, Any] = {id(x): v for x, v in zip(self.inputs, values, strict=True)}
        mask_of: dict[int, Any] = {id(x): m for x, m in zip(self.inputs, masks, strict=True)}
        for node in self._masked_plan.nodes:
            if node.layer is None:
                result = node.replay(lambda t: known[id(t)])
            else:
                result, new_masks = self._replay_masked(node, known, mask_of)
                for tensor, new in zip(node.outputs, as_list(new_masks), strict=False):
                    mask_of[id(tensor)] = new
            for tensor, value in zip(node.outputs, flatten(result), strict=True):
                known[id(tensor)] = value
        return [known[id(x)] for x in self.outputs], [mask_of.get(id(x)) for x in self.outputs]

    @staticmethod
    def _replay_masked(node: Node, known: dict[int, Any], mask_of: dict[int, Any]) -> tuple[Any, Any]:
        def value(leaf: Any) -> Any:
            return known[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf

        inputs = node.args[0]
        sig = signature(type(node.layer).call)
        ours = {"mask", *(f"{name}_mask" for name in sig.masked)} - set(node.call_arguments)
        kwargs = {key: map_structure(value, item) for key, item in node.kwargs.items() if key not in ours}
        mask = map_structure(lambda leaf: mask_of.get(id(leaf)), inputs)
        if "mask" in sig.names and any(m is not None for m in flatten(mask)):
            kwargs["mask"] = mask
        found = masks_of(sig.arguments(node.args, node.kwargs), sig, lambda leaf: mask_of.get(id(leaf)))
        kwargs = {**found, **kwargs}
        real = map_structure(value, inputs)
        result = node.layer(real, *map_structure(value, node.args[1:]), **kwargs)
        return result, node.layer.compute_mask(real, mask)

    def run_with_output_masks(self, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Outputs and their masks (None where an output has none), as lists."""
        results = self._masked_plan.run(self._flat_inputs(list(values)))
        return results[: len(self.outputs)], results[len(self.outputs) :]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks of the outputs."""
        if not self._graph:
            return super().compute_mask(inputs, mask)
        values = list(flatten(inputs))
        if mask is not None and any(m is not None for m in flatten(mask)):
            masks = self._run_with_masks(values, list(flatten(mask)))[1]
        elif all(m is None for m in self._output_masks):
            masks = self._output_masks
        else:
            masks = self._mask_plan.run(values)
        return masks[0] if len(masks) == 1 else masks

    def _must_trace(self) -> bool:
        return True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The outputs' shapes for these input shapes."""
        shapes = as_list(input_shape) if isinstance(input_shape, list) else [input_shape]
        if self._graph and [tuple(s) for s in shapes] == [x.shape for x in self.inputs]:
            result = [x.shape for x in self.outputs]
            return result[0] if len(result) == 1 else result
        return self._traced_output_shape(input_shape)

    # ---------------------------------------------------------------- contents

    def _own(self, index: int, what: str) -> Any:
        """The model's own inputs or outputs, whatever it was called on since."""
        found = self._node_at(0, what)
        tensors = found.input_tensors if index == 0 else found.outputs
        return tensors[0] if len(tensors) == 1 else list(tensors)

    @property
    def input(self) -> Any:
        """The symbolic input(s)."""
        return self._own(0, "input")

    @property
    def output(self) -> Any:
        """The symbolic output(s)."""
        return self._own(1, "output")

    @property
    def input_shape(self) -> Any:
        """The shape(s) of the input(s), the batch axis first."""
        return map_structure(lambda x: x.shape, self._own(0, "input shape"))

    @property
    def output_shape(self) -> Any:
        """The shape(s) of the output(s), the batch axis first."""
        return map_structure(lambda x: x.shape, self._own(1, "output shape"))

    @property
    def layers(self) -> list[Layer]:
        """The layers, inputs first, in Keras's order."""
        return list(self._layers)

    @property
    def operations(self) -> list[Layer]:
        """The layers, and in the era keras3 the operations between them."""
        return list(self._operations) if self._graph else self.layers

    @property
    def _layers_by_depth(self) -> dict[int, list[Layer]]:
        """The layers by the longest way from them to an output, as Keras keeps them."""
        return _by_depth(self._layers, self._depths)

    @property
    def _nodes_by_depth(self) -> dict[int, list[Node]]:
        return _by_depth([node for node in self._network_nodes if node.owner is not None], self._depths)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or by index.

        Raises:
            ValueError: when there is none.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Model {self.name}: expected a layer index below {len(self.layers)}. Received: index={index}"
                )
            return self.layers[index]
        if not isinstance(name, str):
            raise ValueError(f"Model {self.name}: expected a layer's name or index. Received: name={name!r}")
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = [layer.name for layer in self.layers]
        raise ValueError(f"Model {self.name}: expected the name of one of its layers {known}. Received: {name!r}")

    def _partition(self) -> tuple[list[Weight], list[Weight]]:
        if not self._graph:
            return super()._partition()
        return graph_order.partition_layers(self, self.layers)

    def ordered_weights(self) -> list[Weight]:
        """The weights layer by layer, each layer's trainable ones first: the order of ``get_weights()``.

        What counts as one layer in Keras 2, a nested model, is gone through layer by layer later.
        """
        nested = eras.current().network_weights == "by_layer"
        found: list[Weight] = []
        for layer in self.layers:
            inner = nested and isinstance(layer, Network) and layer._graph
            found += layer.ordered_weights() if inner else sum(partition(layer), [])
        return graph_order.with_loose(self, found)

    @property
    def weights(self) -> list[torch.Tensor]:
        """All weights: trainable ones first, since tf.keras layer by layer."""
        if eras.current().network_weights != "by_layer" or not self._graph:
            return super().weights
        return [weight.variable for weight in unique(self.ordered_weights())]

    def get_weights(self) -> list[Any]:
        """The weights as arrays, layer by layer."""
        return [weight.numpy() for weight in self.ordered_weights()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets all weights, in the order of ``get_weights()``.

        Raises:
            ValueError: when the number or a shape differs; nothing is written then.
        """
        assign_all(f"Model {self.name}", self.ordered_weights(), weights)

    def _draws(self) -> int:
        if not self._graph:
            return super()._draws()
        return sum(node.layer._draws() for node in self._network_nodes if node.layer is not None)

    def reset_states(self) -> None:
        """Forgets the states of all stateful layers."""
        for layer in self.layers:
            if hasattr(layer, "reset_states") and getattr(layer, "stateful", False):
                layer.reset_states()

    @property
    def stateful(self) -> bool:
        """Whether any layer carries state from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self.__dict__.get("_layers", ()))

    @stateful.setter
    def stateful(self, value: bool) -> None:
        pass  # follows from the layers

    def _calls(self) -> list[Node]:
        """The calls of layers that the graph is made of."""
        return [node for node in self._plan.nodes if node.layer is not None]

    @property
    @seen
    def losses(self) -> list[Any]:
        """Penalties on weights, computed now, and what its layers' calls and ``add_loss`` add, symbolic."""
        if not self._graph:
            return super().losses
        found = self._weight_penalties() + self._terms(kept_losses(self), self._calls())
        tensors = {id(term): term for term in found if not isinstance(term, (int, float))}
        return [*tensors.values(), *(term for term in found if isinstance(term, (int, float)))]

    @property
    def updates(self) -> list[Any]:
        """What its layers' calls and ``add_update`` change in training by other means than gradients."""
        if not self._graph:
            return super().updates
        if not self.trainable and not self.stateful:
            return []
        return kept_updates(self) + [update for node in self._calls() for update in node.layer.updates_of(node)]

    def updates_of(self, node: Node) -> list[Any]:
        """Those of the layers inside, moved by this call of the network."""
        moved = [update.on(node.outputs) for update in self.updates if isinstance(update, MovedWeight)]
        return moved + super().updates_of(node)

    @property
    def state_updates(self) -> list[Any]:
        """Those of the stateful layers alone, which change in predictions too."""
        return [update for layer in self.layers if layer.stateful for update in layer.updates]

    # ------------------------------------------------------------------ copies

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if self._graph:
            for key in ("_plan", "_masked_plan", "_mask_plan", "_network_nodes", "_depths"):
                state.pop(key, None)
            tensors = [self._input_structure, self._output_structure, self.inputs, self.outputs, self._output_masks]
            added = [term for _, term in self._kept("_kept_losses") if isinstance(term, SymbolicTensor)]
            nodes = Plan(self.inputs, [*self.outputs, *self._output_masks, *added]).nodes
            state["_flat_graph"] = graph_order.flatten_graph(self.inputs, nodes, [*tensors, added])
            for key in ("_input_structure", "_output_structure", "inputs", "outputs", "_output_masks"):
                state.pop(key)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        flat = state.pop("_flat_graph", None)
        super().__setstate__(state)
        if flat is None:
            return
        tensors = graph_order.restore_graph(flat)
        self._input_structure, self._output_structure, self.inputs, self.outputs, self._output_masks, added = tensors
        self._kept("_kept_losses").extend((None, term) for term in added)
        self._plan = Plan(self.inputs, self.outputs)
        self._masked_plan = Plan(self.inputs, [*self.outputs, *self._output_masks])
        self._mask_plan = Plan(self.inputs, self._output_masks)
        _, self._network_nodes, self._depths = graph_order.order(self.inputs, self.outputs)
        node = Node(self, (list(self.inputs),), {}, layer=self)
        node.outputs = list(self.outputs)
        self._inbound_nodes = [node]


def with_rank(x: Any, rank: int | None) -> Any:
    """A tensor with a last axis of 1 more or less, where that gives it the rank.

    Example:
        >>> with_rank(torch.ones(3), 2).shape, with_rank(torch.ones(3, 2, 1), 2).shape
        (torch.Size([3, 1]), torch.Size([3, 2]))
    """
    if rank is None or not hasattr(x, "ndim") or x.ndim == rank:
        return x
    if x.ndim == rank - 1 and x.ndim:
        return x[..., None]
    return x[..., 0] if x.ndim == rank + 1 and x.shape[-1] == 1 else x
