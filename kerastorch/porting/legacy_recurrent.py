"""Base classes of recurrent layers that write their own step, as scripts for Keras 1 and early Keras 2 derive from.

Source: Keras 1.2.2, ``keras.layers.recurrent.Recurrent``; Keras 2.2.4, ``keras.legacy.layers``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import config
from ..backend import conv_utils
from ..engine import checks
from ..engine.input_spec import InputSpec
from ..engine.layer import Layer
from ..kernels.loop import rnn
from ..layers.recurrent.base import zeros_for_rows
from ..layers.recurrent.rnn import RNN

__all__ = ["ConvRecurrent2D", "Recurrent"]

Tensor = torch.Tensor

_CONSUME_LESS = {"cpu": 0, "mem": 1, "gpu": 2}


class Recurrent(RNN):
    """What a recurrent layer with a step of its own derives from.

    A subclass sets ``units`` (Keras 1: ``output_dim``), and in ``build`` its weights and ``states``, a list with a None
    for each state. ``step(inputs, states)`` gives ``(output, new_states)``; ``states`` ends with what
    ``get_constants(inputs)`` gave. ``preprocess_input(inputs)`` may compute something for all steps at once.
    ``get_initial_state(inputs)`` (Keras 1: ``get_initial_states``) gives the first states, zeros by default.

    Args:
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last states are the first ones of the same sample in the next batch.
        unroll: changes nothing but what a masked step gives (see ``K.rnn``); needs a known number of steps.
        implementation: 0, 1 or 2, for the subclass to read; ``consume_less`` is Keras 1's name.
        **kwargs: the arguments of every layer; ``input_dim`` and ``input_length`` make ``input_shape``.

    Shape:
        input (batch, time, features); output (batch, units), with ``return_sequences`` (batch, time, units); with
        ``return_state`` a list of it and the states.

    Raises:
        ValueError: for another number of first states than the layer has.

    Source: Keras 2.2.4, ``keras.legacy.layers.Recurrent``

    Example:
        >>> class Sum(Recurrent):
        ...     units = 2
        ...     def build(self, input_shape):
        ...         self.states = [None]
        ...         super().build(input_shape)
        ...     def step(self, inputs, states):
        ...         return inputs + states[0], [inputs + states[0]]
        >>> Sum()(torch.ones(1, 5, 2)).tolist()
        [[5.0, 5.0]]
    """

    def __init__(
        self,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        implementation: int = 0,
        **kwargs: Any,
    ) -> None:
        consume_less = kwargs.pop("consume_less", None)
        if consume_less is not None:
            implementation = _CONSUME_LESS[checks.one_of("Recurrent", "consume_less", consume_less, _CONSUME_LESS)]
        if kwargs.get("input_dim") is not None and kwargs.get("input_shape") is None:
            kwargs["input_shape"] = (kwargs.pop("input_length", None), kwargs.pop("input_dim"))
        Layer.__init__(self, **kwargs)  # RNN's own asks for a cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.implementation = implementation
        self.dropout = self.recurrent_dropout = 0
        self.supports_masking = True
        self.zero_output_for_mask = False
        self.input_spec = [InputSpec(ndim=3)]
        self.state_spec: Any = None
        self._num_constants: int | None = None
        self._rows: int | None = None

    # ------------------------------------------------------------ for subclasses

    def step(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One step: what the layer is about."""
        raise NotImplementedError(f"Layer {self.name}: expected {type(self).__name__} to define step(inputs, states)")

    def get_constants(self, inputs: Tensor, training: bool | None = None) -> list[Tensor]:
        """What each step gets behind the states."""
        return []

    def preprocess_input(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """What the loop runs over, in the place of the inputs."""
        return inputs

    def get_initial_state(self, inputs: Tensor) -> list[Tensor]:
        """Zeros for each state, as many samples as the inputs have."""
        return [zeros_for_rows(inputs, shape[1:]) for shape in self._state_shapes(inputs.shape[0])]

    # -------------------------------------------------------------------- states

    @property
    def states(self) -> list[Tensor | None]:
        """What a stateful layer remembers; None before that is known."""
        return [self._buffers[f"state_{i}"] for i in range(self.__dict__.get("_count", 0))]

    @states.setter
    def states(self, states: Sequence[Tensor | None]) -> None:
        self._count = len(states)
        for i, state in enumerate(states):
            self.register_buffer(f"state_{i}", None if state is None else state.detach(), persistent=False)

    def _state_shapes(self, batch: int | None) -> list[tuple[int | None, ...]]:
        size = self.units if hasattr(self, "units") else self.output_dim
        return [(batch, size)] * len(self.states)

    @property
    def _batch_size(self) -> int | None:
        spec = self.input_spec[0] if isinstance(self.input_spec, (list, tuple)) else self.input_spec
        shape = getattr(spec, "shape", None)
        return self._rows if shape is None or shape[0] is None else shape[0]

    @_batch_size.setter
    def _batch_size(self, rows: int | None) -> None:
        self._rows = rows

    def build(self, input_shape: Any) -> None:
        Layer.build(self, input_shape)

    def _first_states(self, inputs: Tensor, given: list[Tensor] | None) -> list[Tensor]:
        if given is None and self.stateful:
            return super()._first_states(inputs, None)
        if given is None:
            first = getattr(self, "get_initial_states", self.get_initial_state)
            given = list(first(inputs))
        if len(given) != len(self.states):
            raise ValueError(f"Layer {self.name}: expected {len(self.states)} first states. Received: {len(given)}")
        return given

    # ------------------------------------------------------------------- running

    def _run_cell(
        self,
        inputs: Tensor,
        states: list[Tensor],
        constants: list[Tensor] | None,
        mask: Tensor | None,
        training: bool | None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        constants = _asked(self.get_constants, inputs)
        steps = _asked(self.preprocess_input, inputs)
        return rnn(self.step, steps, states, self.go_backwards, mask, list(constants), self.unroll, inputs.shape[1])

    def _differs_in_training(self) -> bool:
        return self.dropout + self.recurrent_dropout > 0

    def _draws(self) -> int:
        return 0

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        (shape, *_), states = self._state_shapes(input_shape[0]) or [(None,)], self._state_shapes(input_shape[0])
        output = (*input_shape[:2], *shape[1:]) if self.return_sequences else shape
        return [output, *states] if self.return_state else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        mask = mask if self.return_sequences else None
        return [mask, *([None] * len(self.states))] if self.return_state else mask

    # ------------------------------------------------------------------- configs

    def get_config(self) -> dict[str, Any]:
        return {**self._own_config(), "implementation": self.implementation}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Recurrent:
        return cls(**config)


def _asked(method: Callable, inputs: Tensor) -> Any:
    """What a subclass's method gives; Keras 1's takes no ``training``."""
    takes = inspect.signature(method).parameters
    return method(inputs, training=None) if "training" in takes else method(inputs)


class ConvRecurrent2D(Recurrent):
    """What a recurrent layer over images with a step of its own derives from.

    Args:
        filters: number of filters of the output.
        kernel_size: height and width of the windows; one int for both.
        strides: steps between two positions of the window.
        padding: ``'valid'`` or ``'same'``.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        dilation_rate: distance between the pixels that the window sees.
        return_sequences: all outputs instead of the last one.
        go_backwards: from the last step to the first.
        stateful: each sample's last states are the first ones of the same sample in the next batch.
        **kwargs: the arguments of ``Recurrent``.

    Shape:
        input (batch, time, rows, columns, channels); output (batch, rows, columns, filters), with ``return_sequences``
        (batch, time, rows, columns, filters); or with the channels first.

    Source: Keras 2.2.4, ``keras.legacy.layers.ConvRecurrent2D``

    Example:
        >>> ConvRecurrent2D(4, 3, padding="same").compute_output_shape((None, 5, 8, 8, 3))
        (None, 8, 8, 4)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(return_sequences=return_sequences, go_backwards=go_backwards, stateful=stateful, **kwargs)
        self.filters = checks.positive_int("ConvRecurrent2D", "filters", filters)
        self.kernel_size = conv_utils.normalize_tuple(kernel_size, 2, "kernel_size")
        self.strides = conv_utils.normalize_tuple(strides, 2, "strides")
        self.padding = conv_utils.normalize_padding(padding)
        self.data_format = config.normalize_data_format(data_format)
        self.dilation_rate = conv_utils.normalize_tuple(dilation_rate, 2, "dilation_rate")
        self.input_spec = [InputSpec(ndim=5)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        first = self.data_format == "channels_first"
        sizes = [
            conv_utils.conv_output_length(size, kernel, self.padding, stride=stride, dilation=dilation)
            for size, kernel, stride, dilation in zip(
                input_shape[3:5] if first else input_shape[2:4],
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                strict=True,
            )
        ]
        image = (self.filters, *sizes) if first else (*sizes, self.filters)
        output = (*input_shape[:2], *image) if self.return_sequences else (input_shape[0], *image)
        # Keras gives the states' shape as those of images with the sizes of the output
        return [output, *[(input_shape[0], *image)] * 2] if self.return_state else output

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }
