"""Layers around a layer: every time step, both directions.

Source: https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Sequence
from typing import Any

import torch

from .. import eras
from ..backend import names
from ..backend.registry import described
from ..engine import checks
from ..engine.input_spec import InputSpec
from ..engine.layer import Layer, collecting_losses
from ..engine.symbolic import is_symbolic, recordable
from ..engine.symbolic.trees import object_list_uid
from .recurrent.base import as_list, in_order, state_sizes
from .recurrent.both_ways import both_ways

__all__ = ["Wrapper", "TimeDistributed", "Bidirectional"]


def _applies_inner_penalty() -> bool:
    return eras.current().wrapper_penalties == "own"


def _deserialize(entry: Any, custom_objects: dict[str, Any] | None) -> Any:
    from . import deserialize  # the registry of all layers is made once every module is read

    return deserialize(entry, custom_objects=custom_objects)


class Wrapper(Layer):
    """Base of layers that hold one other layer.

    Args:
        layer: the layer inside.
        **kwargs: the arguments of every layer.

    Raises:
        TypeError: when it is no layer.

    Source: https://keras.io/api/layers/base_layer/

    Example:
        >>> from kerastorch.layers import Dense
        >>> Wrapper(Dense(2)).layer.units
        2
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise TypeError(f"{type(self).__name__}: expected a layer to wrap. Received: {layer!r}")
        self.layer = layer

    @property
    def trainable(self) -> bool:
        """Whether gradients change the weights inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for inner in self._modules.values():
            inner.trainable = value

    @property
    def activity_regularizer(self) -> Any:
        """That of the layer inside, which Keras 2 applies to what the wrapper puts out."""
        return getattr(self.layer, "activity_regularizer", None) if _applies_inner_penalty() else None

    @activity_regularizer.setter
    def activity_regularizer(self, value: Any) -> None:
        if value is not None:
            self.layer.activity_regularizer = value

    def _muted(self) -> Any:
        """Around calls of the layer inside: in Keras 2 what these add to the loss does not count."""
        return collecting_losses() if _applies_inner_penalty() else contextlib.nullcontext()

    def updates_of(self, node: Any) -> list[Any]:
        """Those of the layers inside, and what they add in the recorded call."""
        return [u for inner in self._modules.values() for u in inner.updates_of(node)] + super().updates_of(node)

    def get_weights(self) -> list[Any]:
        """The weights inside as arrays, in the inner layer's own order."""
        return [value for inner in self._modules.values() for value in inner.get_weights()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the weights inside, in the order of ``get_weights()``.

        Raises:
            ValueError: when the number or a shape differs.
        """
        weights = list(weights)
        counts = [len(inner.get_weights()) for inner in self._modules.values()]
        if len(weights) != sum(counts):
            raise ValueError(f"Layer {self.name}: expected a list of {sum(counts)} weights. Received: {len(weights)}")
        for inner, count in zip(self._modules.values(), counts, strict=True):
            inner.set_weights(weights[:count])
            weights = weights[count:]

    def _differs_in_training(self) -> bool:
        return any(inner._differs_in_training() for inner in self._modules.values())

    def _draws(self) -> int:
        return sum(inner._draws() for inner in self._modules.values() if isinstance(inner, Layer))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layer": described(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Wrapper:
        """The layer that a config describes, with fresh weights."""
        given = dict(config)
        return cls(_deserialize(copy.deepcopy(given.pop("layer")), custom_objects), **given)


@recordable
def split_steps(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Takes apart again the axis that batch and time of ``x`` were joined to."""
    return y.reshape(x.shape[0], x.shape[1], *y.shape[1:])


class TimeDistributed(Wrapper):
    """Applies a layer to each time step.

    Args:
        layer: the layer, for one step.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, time, ...), output (batch, time, ...).

    Source: https://keras.io/api/layers/recurrent_layers/time_distributed/

    Example:
        >>> import torch
        >>> from kerastorch.layers import Dense
        >>> TimeDistributed(Dense(3))(torch.ones(2, 5, 4)).shape
        torch.Size([2, 5, 3])
    """

    supports_masking = True

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.input_spec = InputSpec(min_ndim=3)

    @staticmethod
    def _step_shape(input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(self._step_shape(input_shape))
            self.layer.built = True
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        inner = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (inner[0], input_shape[1], *inner[1:])

    @property
    def _input_map(self) -> dict[str, Any]:
        """What the layer inside is given in each recorded call, under the name that Keras 2 keeps it."""
        return {object_list_uid(node.sources): self._inner(node.sources[0], None)[0] for node in self._inbound_nodes}

    def _inner(self, inputs: torch.Tensor, mask: Any) -> tuple[torch.Tensor, Any]:
        return torch.flatten(inputs, 0, 1), None if mask is None else torch.flatten(mask, 0, 1)

    def call(self, inputs: torch.Tensor, mask: Any = None, training: bool | None = None) -> torch.Tensor:
        inner, inner_mask = self._inner(inputs, mask)
        accepted = type(self.layer)._call_names()
        extra: dict[str, Any] = {"training": training} if "training" in accepted and training is not None else {}
        if "mask" in accepted and inner_mask is not None:
            extra["mask"] = inner_mask
        with self._muted():
            return split_steps(self.layer(inner, **extra), inputs)

    def compute_mask(self, inputs: torch.Tensor, mask: Any = None) -> Any:
        inner, inner_mask = self._inner(inputs, mask)
        found = self.layer.compute_mask(inner, inner_mask)
        if found is not None:
            return split_steps(found, inputs)
        while mask is not None and mask.ndim > 2:
            mask = mask.any(-1)
        return mask


class Bidirectional(Wrapper):
    """Runs a recurrent layer over a sequence in both directions.

    Args:
        layer: the recurrent layer.
        merge_mode: ``'concat'``, ``'sum'``, ``'mul'``, ``'ave'`` or None for a list of both outputs.
        weights: initial values, the forward layer's first.
        backward_layer: the layer of the other direction; a copy of ``layer`` when missing.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, time, features); output as of the layer, with ``'concat'`` twice as wide; where the layer returns
        states, those of both directions follow.

    Raises:
        ValueError: for another merge_mode, or a ``backward_layer`` that does not go the other way.

    Source: https://keras.io/api/layers/recurrent_layers/bidirectional/ (Schuster & Paliwal, 1997)

    Example:
        >>> import torch
        >>> from kerastorch.layers import LSTM
        >>> Bidirectional(LSTM(3))(torch.ones(2, 5, 4)).shape
        torch.Size([2, 6])
    """

    supports_masking = True

    def __init__(
        self,
        layer: Layer,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Layer | None = None,
        **kwargs: Any,
    ) -> None:
        checks.one_of("Bidirectional", "merge_mode", merge_mode, ("sum", "mul", "ave", "concat", None))
        if isinstance(layer, Layer) and not hasattr(layer, "return_sequences"):
            raise ValueError(f"Bidirectional: expected a recurrent layer. Received: {type(layer).__name__}")
        super().__init__(layer, **kwargs)
        if backward_layer is not None:
            self._check_backward(layer, backward_layer)
        if eras.current().bidirectional_masked == "zeros":
            for inner in (layer, backward_layer):
                if hasattr(inner, "zero_output_for_mask"):
                    inner.zero_output_for_mask = inner.return_sequences
        config = layer.get_config()
        config["go_backwards"] = not config["go_backwards"]
        config["name"] = f"backward_{layer.name}"
        self._layer_name = layer.name
        self._backward_given = backward_layer is not None
        backward = backward_layer or type(layer).from_config(copy.deepcopy(config))
        if backward_layer is None or not layer.name.startswith("forward_"):  # a file of Keras 3 has both names ready
            layer.name = f"forward_{layer.name}"
        self.forward_layer, self.backward_layer = layer, backward
        del self._modules["layer"]
        self.forward_layer, self.backward_layer = layer, backward
        if weights is not None:
            half = len(weights) // 2
            self.forward_layer._initial_weights = weights[:half]
            self.backward_layer._initial_weights = weights[half:]
        self.merge_mode = merge_mode
        # In Keras 2.2.4 a wrapped layer forgets its states from batch to batch, whatever its own `stateful` says.
        self.stateful = layer.stateful and eras.current().bidirectional_stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.input_spec = layer.input_spec
        self._num_constants: int | None = None

    @staticmethod
    def _check_backward(layer: Layer, backward: Any) -> None:
        if not isinstance(backward, Layer) or not hasattr(backward, "return_sequences"):
            raise ValueError(
                f"Bidirectional: expected backward_layer to be a recurrent layer. Received: {type(backward).__name__}"
            )
        if layer.go_backwards == backward.go_backwards:
            raise ValueError(
                "Bidirectional: expected layer and backward_layer to go different ways. "
                f"Received: go_backwards={layer.go_backwards} for both"
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(layer, name) != getattr(backward, name):
                raise ValueError(
                    f"Bidirectional: expected layer and backward_layer to agree on {name}. "
                    f"Received: {getattr(layer, name)} and {getattr(backward, name)}"
                )

    @property
    def layer(self) -> Any:
        """The layer of the forward direction."""
        return self.forward_layer

    @layer.setter
    def layer(self, value: Layer) -> None:
        self._modules["layer"] = value

    @property
    def constraints(self) -> dict[Any, Any]:
        """Those of both layers by weight, where they have a dict of them, as layers of Keras 1 do."""
        return {**getattr(self.forward_layer, "constraints", {}), **getattr(self.backward_layer, "constraints", {})}

    def build(self, input_shape: Any) -> None:
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        constants = shapes[len(shapes) - self._count_constants() :]
        for inner in (self.forward_layer, self.backward_layer):
            inner._num_constants = self._num_constants
            with names.name_scope(inner.name):
                inner.build([shapes[0], *constants] if constants else shapes[0])
            inner.built = True
            if inner._initial_weights is not None:
                inner.set_weights(inner._initial_weights)
                inner._initial_weights = None
        self.input_spec = None
        super().build(input_shape)

    def _count_constants(self) -> int:
        return self._num_constants or 0

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        found = self.forward_layer.compute_output_shape(shape)
        found, states = (tuple(found[0]), found[1:]) if self.return_state else (tuple(found), [])
        if self.merge_mode == "concat":
            found = (*found[:-1], found[-1] * 2)
        outputs = [found, found] if self.merge_mode is None else [found]
        result = [*outputs, *(tuple(s) for s in states), *(tuple(s) for s in states)]
        return result[0] if len(result) == 1 else result

    def _check_inputs(self, inputs: Any) -> None:
        super()._check_inputs(inputs[0] if isinstance(inputs, (list, tuple)) else inputs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer; symbolic states and constants become inputs of the recorded call, after the sequence."""
        args, kwargs = in_order(args, kwargs)
        states, constants = as_list(kwargs.pop("initial_state", None)), as_list(kwargs.pop("constants", None))
        if states is None and constants is None:
            return super().forward(*args, **kwargs)
        self._halves(states or [])
        if constants is not None:
            self._num_constants = len(constants)
        inputs = args[0] if args else kwargs.pop("inputs")
        extra = [self._as_input(leaf) for leaf in (*(states or ()), *(constants or ()))]
        return super().forward([inputs, *extra], *args[1:], **kwargs)

    def _takes_several(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        listed = isinstance(args[0], (list, tuple)) and len(args[0]) > 1  # states and constants follow the sequence
        return listed or super()._takes_several(args, kwargs)

    def _halves(self, states: Sequence[Any]) -> list[Any]:
        """The states of either direction."""
        if len(states) % 2:
            raise ValueError(
                f"Layer {self.name}: expected initial_state to be a list with the states of both directions. "
                f"Received: {len(states)} states"
            )
        return [states[: len(states) // 2], states[len(states) // 2 :]]

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool | None = None,
        initial_state: Any = None,
        constants: Any = None,
    ) -> torch.Tensor | list[torch.Tensor]:
        if isinstance(inputs, (list, tuple)):
            inputs, *extra = inputs
            count = self._count_constants()
            initial_state = extra[: len(extra) - count] or initial_state
            constants = extra[len(extra) - count :] or constants
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        given: dict[str, Any] = {} if constants is None else {"constants": constants}
        halves = self._halves(initial_state or [])
        if self.forward_layer.stateful and not self.stateful and not is_symbolic(inputs):
            self.reset_states()
        inners = (self.forward_layer, self.backward_layer)
        joined = both_ways(inners, inputs, mask) if not given and not any(halves) else None
        if joined is not None:
            outputs = [joined] if self.merge_mode == "concat" else self._merge(*joined.chunk(2, -1))
            return outputs if len(outputs) > 1 else outputs[0]
        with self._muted():
            results = [
                inner(inputs, mask=mask, training=training, **given, **({"initial_state": half} if half else {}))
                for inner, half in zip(inners, halves, strict=True)
            ]
        states = [state for result in results for state in result[1:]] if self.return_state else []
        there, back = (result[0] if self.return_state else result for result in results)
        if self.return_sequences:
            back = torch.flip(back, [1])
        outputs = self._merge(there, back)
        return [*outputs, *states] if states or len(outputs) > 1 else outputs[0]

    def _merge(self, there: torch.Tensor, back: torch.Tensor) -> list[torch.Tensor]:
        if self.merge_mode == "concat":
            return [torch.cat([there, back], -1)]
        if self.merge_mode == "sum":
            return [there + back]
        if self.merge_mode == "ave":
            return [(there + back) / 2]
        if self.merge_mode == "mul":
            return [there * back]
        return [there, back]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        masks = [mask, mask] if self.merge_mode is None else [mask]
        masks += [None] * (2 * len(state_sizes(self.forward_layer.cell))) if self.return_state else []
        return masks[0] if len(masks) == 1 else masks

    def reset_states(self) -> None:
        """Forgets the states of both directions."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def get_config(self) -> dict[str, Any]:
        out = super().get_config()
        out["layer"]["config"]["name"] = self._layer_name
        out["merge_mode"] = self.merge_mode
        if self._num_constants is not None:
            out["num_constants"] = self._num_constants
        if self._backward_given:
            out["backward_layer"] = described(self.backward_layer)
        return out

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Bidirectional:
        """The layer that a config describes, with fresh weights."""
        given = dict(config)
        if given.get("backward_layer") is not None:
            given["backward_layer"] = _deserialize(copy.deepcopy(given["backward_layer"]), custom_objects)
        num_constants = given.pop("num_constants", None)
        layer = super().from_config(given, custom_objects)
        layer._num_constants = num_constants
        return layer
