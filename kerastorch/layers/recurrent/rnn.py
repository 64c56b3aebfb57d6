"""The layer that runs a cell over a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ... import config as _config
from ... import eras
from ...backend import phase
from ...backend.registry import described
from ...backend.updates import MovedWeight
from ...engine import budget
from ...engine.input_spec import InputSpec
from ...engine.layer import Layer
from ...engine.symbolic import flatten, is_symbolic, map_structure, tracing
from ...engine.symbolic.immutable import shielded
from ...kernels.loop import rnn
from ...kernels.recurrence import by_step
from .base import as_list, call_takes, check_cell, differs_in_training, in_order, state_sizes, zeros_for_rows
from .stacked import StackedRNNCells, output_size_of

__all__ = ["RNN"]

Tensor = torch.Tensor


class RNN(Layer):
    """Runs a cell, or a stack of cells, over the time axis.

    A cell has ``call(inputs, states)`` giving ``(output, new_states)``, an attribute ``state_size`` (an integer, or one
    for each state) and, where the output's size is not the first state's, ``output_size``. A cell that is a ``Layer``
    has its weights made by its ``build``. Its ``call`` may take ``training`` and ``constants``.

    Args:
        cell: the cell, or a list of them.
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last states are the first ones of the same sample in the next batch.
        unroll: changes nothing but what a masked step gives (see ``K.rnn``); needs a known number of steps.
        zero_output_for_mask: a masked step gives zeros instead of the output of the step before it.
        time_major: must be False.
        **kwargs: the arguments of every layer; ``input_dim`` and ``input_length`` make ``input_shape``.

    Shape:
        input (batch, time, features); output (batch, units), with ``return_sequences`` (batch, time, units); with
        ``return_state`` a list of it and the states.

    Raises:
        ValueError: for something that is no cell.

    Source: https://keras.io/api/layers/recurrent_layers/rnn/

    Example:
        >>> class Sum:
        ...     state_size = 3
        ...     def call(self, inputs, states):
        ...         return inputs + states[0], [inputs + states[0]]
        >>> RNN(Sum())(torch.ones(1, 5, 3)).tolist()
        [[5.0, 5.0, 5.0]]
    """

    supports_masking = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.pop("time_major", False):
            raise ValueError(
                f"{type(self).__name__}: expected time_major=False, data with the batch first. "
                "Received: time_major=True"
            )
        if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(type(self).__name__, cell)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = bool(zero_output_for_mask)
        self.input_spec = [InputSpec(ndim=3)]
        self._num_constants: int | None = None
        self._constant_shapes: list[tuple[int | None, ...]] = []
        self._batch_size: int | None = None  # of a stateful layer

    # ------------------------------------------------------------------ states

    @property
    def states(self) -> list[Tensor | None]:
        """What a stateful layer remembers; None before it is built. Not part of the ``state_dict``."""
        return [self._buffers.get(f"state_{i}") for i in range(len(state_sizes(self.cell)))]

    @states.setter
    def states(self, states: Sequence[Tensor]) -> None:
        for i, state in enumerate(states):
            self.register_buffer(f"state_{i}", state, persistent=False)

    def _state_shapes(self, batch: int | None) -> list[tuple[int | None, ...]]:
        sizes = state_sizes(self.cell)
        return [(batch, *size) if hasattr(size, "__len__") else (batch, size) for size in sizes]

    def get_initial_state(self, inputs: Tensor) -> list[Tensor]:
        """Zeros for each state, as many samples as the inputs have."""
        return [zeros_for_rows(inputs, shape[1:]) for shape in self._state_shapes(inputs.shape[0])]

    def reset_states(self, states: Any = None) -> None:
        """Sets what a stateful layer remembers.

        Args:
            states: an array or a list of them, one for each state; zeros when missing.

        Raises:
            AttributeError: when the layer is not stateful.
            ValueError: when the batch size is unknown, or the number or a shape of the states differs.
        """
        if not self.stateful:
            raise AttributeError(f"Layer {self.name}: expected stateful=True. Received: a layer that keeps no states")
        shapes = self._state_shapes(self._batch_size)
        if any(None in shape for shape in shapes):
            raise ValueError(
                f"Layer {self.name}: expected a fixed batch size, since it is stateful; give the first layer "
                f"batch_input_shape=(batch, time, features), or Input batch_shape. Received: state shape {shapes[0]}"
            )
        if self.states[0] is None:
            for shape in shapes:
                budget.check_state(self.name, shape)
            dtype = _config.torch_dtype(getattr(self, "dtype", None))
            self.states = [torch.zeros(shape, dtype=dtype, device=_config.device()) for shape in shapes]
        if states is None:
            values: list[Any] = [0.0] * len(shapes)
        else:
            values = [np.asarray(s) if not isinstance(s, Tensor) else s for s in as_list(states)]
            self._check_states(values, shapes)
        with torch.no_grad():
            for kept, value in zip(self.states, values, strict=True):
                kept.copy_(value if isinstance(value, Tensor) else torch.as_tensor(value))

    def _check_states(self, states: Sequence[Any], shapes: Sequence[tuple[int | None, ...]]) -> None:
        if len(states) != len(shapes):
            raise ValueError(f"Layer {self.name}: expected {len(shapes)} states. Received: {len(states)}")
        for i, (state, shape) in enumerate(zip(states, shapes, strict=True)):
            got = tuple(state.shape)
            if len(got) != len(shape) or any(None not in (a, b) and a != b for a, b in zip(got, shape, strict=True)):
                raise ValueError(f"Layer {self.name}: expected state {i} to have shape {shape}. Received: shape {got}")

    def _differs_in_training(self) -> bool:
        return differs_in_training(self.cell)

    def _draws(self) -> int:
        cells = getattr(self.cell, "cells", None) or [self.cell]
        return sum(cell._draws() for cell in cells if isinstance(cell, Layer))

    def updates_of(self, node: Any) -> list[Any]:
        """The states of a stateful layer."""
        if not self.stateful:
            return super().updates_of(node)
        return [MovedWeight(state, node.outputs) for state in self.states if state is not None]

    def _remember(self, states: Sequence[Tensor]) -> None:
        if tracing.active() or phase.pure():
            return
        with torch.no_grad():
            for kept, new in zip(self.states, states, strict=True):
                kept.copy_(new)

    # ---------------------------------------------------------------- building

    def _ensure_built(self, inputs: Any, arguments: dict[str, Any] | None = None) -> None:
        if not self.built:
            self._check_inputs(inputs)
            if self.stateful and not is_symbolic(inputs):
                self._batch_size = next(flatten(inputs)).shape[0]  # shapes of real tensors leave the batch axis open
        super()._ensure_built(inputs, arguments)

    def build(self, input_shape: Any) -> None:
        constants = self._constant_shapes
        if isinstance(input_shape, list):
            count = self._num_constants or 0
            constants = input_shape[len(input_shape) - count :]
            states = input_shape[1 : len(input_shape) - count]
            input_shape = input_shape[0]
            if states:
                self._check_states([_Shaped(s) for s in states], self._state_shapes(None))
        if self.unroll and input_shape[1] in (None, 1):
            raise ValueError(
                f"Layer {self.name}: expected a known number of time steps above 1, since unroll=True; give the first "
                f"layer input_shape=(time, features), an Embedding its input_length. Received: shape {input_shape}"
            )
        if self.stateful and input_shape[0] is not None:
            self._batch_size = input_shape[0]
        if isinstance(self.cell, Layer) and not self.cell.built:
            step = (input_shape[0], *input_shape[2:])
            self.cell.build([step, *constants] if constants else step)
            self.cell.built = True
        self.input_spec = [InputSpec(shape=(self._batch_size, None, *input_shape[2:]))]
        if self.stateful:
            self.reset_states()
        super().build(input_shape)

    def _check_inputs(self, inputs: Any) -> None:
        super()._check_inputs(inputs[0] if isinstance(inputs, (list, tuple)) else inputs)

    # ------------------------------------------------------------------ shapes

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        size = output_size_of(self.cell)
        size = tuple(size) if hasattr(size, "__len__") else (size,)
        output = (*input_shape[:2], *size) if self.return_sequences else (input_shape[0], *size)
        return [output, *self._state_shapes(input_shape[0])] if self.return_state else output

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        shapes = self.compute_output_shape(map_structure(lambda x: tuple(x.shape), args[0]))
        first = next(flatten(args[0])).dtype
        dtype = self._computed(first if first.is_floating_point else _config.torch_dtype(getattr(self, "dtype", None)))
        return shapes, ([dtype] * len(shapes) if isinstance(shapes, list) else dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        mask = mask if self.return_sequences else None
        return [mask, *([None] * len(state_sizes(self.cell)))] if self.return_state else mask

    # ----------------------------------------------------------------- calling

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer; symbolic states and constants become inputs of the recorded call, after the sequence."""
        args, kwargs = in_order(args, kwargs)
        states, constants = as_list(kwargs.pop("initial_state", None)), as_list(kwargs.pop("constants", None))
        if states is None and constants is None:
            return super().forward(*args, **kwargs)
        inputs = args[0] if args else kwargs.pop("inputs")
        if constants is not None and not call_takes(self.cell, "constants"):
            raise ValueError(
                f"Layer {self.name}: expected a cell whose call takes constants. "
                f"Received: {type(self.cell).__name__} and {len(constants)} constants"
            )
        if constants is not None:
            self._num_constants = len(constants)
        extra = [self._as_input(leaf) for leaf in (*(states or ()), *(constants or ()))]
        if is_symbolic(extra):
            return super().forward([inputs, *extra], *args[1:], **kwargs)
        count = len(states or ())
        if states is not None:
            kwargs["initial_state"] = extra[:count]
        if constants is not None:
            kwargs["constants"] = extra[count:]
            self._constant_shapes = [(None, *leaf.shape[1:]) for leaf in extra[count:]]
        return super().forward(inputs, *args[1:], **kwargs)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool | None = None,
        initial_state: Any = None,
        constants: Any = None,
    ) -> Any:
        if is_symbolic((inputs, initial_state, constants)):
            with tracing():  # called by a script in the place of the layer: part of a graph, but no call of the layer
                return self(inputs, mask=mask, training=training, initial_state=initial_state, constants=constants)
        if isinstance(inputs, (list, tuple)):
            count = self._num_constants or 0
            inputs, *extra = inputs
            initial_state = extra[: len(extra) - count] or initial_state
            constants = extra[len(extra) - count :] or constants
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        states = self._first_states(inputs, as_list(initial_state))
        if training is None:
            training = phase.current()
        last, outputs, states = self._run_cell(inputs, states, as_list(constants), mask, training)
        if mask is not None and (initial_state is not None or self.stateful) and self._starts_with_zeros():
            last, outputs = self._begun(last, outputs, mask)
        if self.stateful:
            self._remember(states)
        output = outputs if self.return_sequences else last
        if self.zero_output_for_mask and mask is not None:
            output = self._zeroed(output, mask)
        return [output, *states] if self.return_state else output

    def _takes_several(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        listed = isinstance(args[0], (list, tuple)) and len(args[0]) > 1  # states and constants follow the sequence
        return listed or super()._takes_several(args, kwargs)

    def _starts_with_zeros(self) -> bool:
        """Whether steps masked before any that counts give zeros; Keras 2's loop gives its first state there."""
        return self.unroll or eras.current().masked_first_outputs == "zeros"

    def _begun(self, last: Tensor, outputs: Tensor | None, mask: Tensor) -> tuple[Tensor, Tensor | None]:
        """The last output and all of them, with zeros where no step has counted yet."""
        mask = by_step(mask)
        counted = (mask.flip(1) if self.go_backwards else mask).cumsum(1) > 0
        some = counted[:, -1]
        last = torch.where(some.reshape(-1, *[1] * (last.ndim - 1)), last, 0.0)
        if outputs is not None:
            outputs = torch.where(counted.reshape(*counted.shape, *[1] * (outputs.ndim - 2)), outputs, 0.0)
        return last, outputs

    def _zeroed(self, output: Tensor, mask: Tensor) -> Tensor:
        """The output with zeros in place of what masked steps gave."""
        counts = mask.flip(1) if self.go_backwards else mask
        counts = (counts if self.return_sequences else counts[:, -1]).bool()
        return torch.where(counts.reshape(*counts.shape, *[1] * (output.ndim - counts.ndim)), output, 0.0)

    def _first_states(self, inputs: Tensor, given: list[Tensor] | None) -> list[Tensor]:
        if given is not None:
            self._check_states(given, self._state_shapes(None))
            return given
        if not self.stateful:
            return self.get_initial_state(inputs)
        if self._batch_size != inputs.shape[0]:
            raise ValueError(
                f"Layer {self.name}: expected batches of {self._batch_size} samples, since it is stateful. "
                f"Received: shape {tuple(inputs.shape)}"
            )
        # What the backward pass keeps must not change when the states are written at the end of the call.
        return [state.to(inputs.dtype, copy=True) for state in self.states]

    def _run_cell(
        self,
        inputs: Tensor,
        states: list[Tensor],
        constants: list[Tensor] | None,
        mask: Tensor | None,
        training: bool | None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """The last output, all outputs and the last states."""
        if inputs.shape[1] == 0:
            got = tuple(inputs.shape)
            raise ValueError(f"Layer {self.name}: expected at least one time step. Received: shape {got}")
        cells = self.cell.cells if isinstance(self.cell, StackedRNNCells) else [self.cell]
        if constants is None and (mask is None or len(cells) == 1) and all(map(_runs_sequences, cells)):
            return self._run_sequences(cells, inputs, states, mask, training)
        if hasattr(self.cell, "forget_masks"):
            self.cell.forget_masks()
        extra: dict[str, Any] = {"training": training} if call_takes(self.cell, "training") else {}
        if constants is not None:
            extra["constants"] = constants
        call = shielded(self.cell.call)
        return rnn(
            lambda x, current: call(x, current, **extra),
            inputs,
            states,
            go_backwards=self.go_backwards,
            mask=mask,
            zeros_first=self._starts_with_zeros(),
        )

    def _run_sequences(
        self, cells: Sequence[Any], x: Tensor, states: list[Tensor], mask: Tensor | None, training: bool | None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Built-in cells take a sequence whole, one cell after the other."""
        mask = by_step(mask)
        if self.go_backwards:
            x = x.flip(1)
            mask = None if mask is None else mask.flip(1)
        nested = self.cell.split_states(states) if isinstance(self.cell, StackedRNNCells) else [states]
        new_states = []
        need_states = self.return_state or self.stateful
        for i, (cell, own) in enumerate(zip(cells, nested, strict=True)):
            need_outputs = self.return_sequences or i + 1 < len(cells)
            x, new = cell.sequence(x, own, mask, training, need_outputs, need_states)
            new_states.append(new)
        last = new_states[-1][0]
        joined = self.cell.join_states(new_states) if isinstance(self.cell, StackedRNNCells) else new_states[0]
        return last, x, joined

    # ----------------------------------------------------------------- configs

    def _own_config(self) -> dict[str, Any]:
        """The config without the cell."""
        found = {
            **super().get_config(),
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
        }
        if self._num_constants is not None:
            found["num_constants"] = self._num_constants
        if self.zero_output_for_mask:
            found["zero_output_for_mask"] = True
        return found

    def get_config(self) -> dict[str, Any]:
        return {**self._own_config(), "cell": described(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> RNN:
        from .. import deserialize

        config = dict(config)
        cell = deserialize(config.pop("cell"), custom_objects)
        num_constants = config.pop("num_constants", None)
        layer = cls(cell, **config)
        layer._num_constants = num_constants
        return layer


class _Shaped:
    """A shape in the place of a tensor."""

    def __init__(self, shape: Sequence[int | None]) -> None:
        self.shape = tuple(shape)


def _runs_sequences(cell: Any) -> bool:
    """Whether a cell's ``sequence`` does what its ``call`` does step by step."""
    kind = type(cell)
    return getattr(kind, "sequence_of", None) is getattr(kind, "call", ())
