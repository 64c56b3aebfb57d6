"""Cells: one step of a recurrent layer each. ``kerastorch.layers.recurrent`` has all names.

A built-in cell also runs a whole sequence at once (``sequence``), on the kernels' fast paths.

Source: https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import activations, constraints, eras, initializers, regularizers
from ..backend import phase
from ..engine import checks
from ..engine.layer import Layer
from ..kernels.dropout import dropout_mask
from ..kernels.gru import gru, gru_step
from ..kernels.lstm import lstm, lstm_step
from ..kernels.recurrence import project
from ..kernels.simple_rnn import simple_rnn, simple_rnn_step

__all__ = ["SimpleRNNCell", "GRUCell", "LSTMCell"]

Tensor = torch.Tensor


class EraDefault(str):
    """A default value that the era decides; it reads as Keras 2's."""


HARD_SIGMOID = EraDefault("hard_sigmoid")

# Activations that the kernels know. A function of the caller's that merely bears such a name is not among them.
_KERNEL_NAMES: dict[Any, str] = {
    activations.tanh: "tanh",
    torch.tanh: "tanh",
    F.tanh: "tanh",
    activations.sigmoid: "sigmoid",
    torch.sigmoid: "sigmoid",
    F.sigmoid: "sigmoid",
    activations.relu: "relu",
    torch.relu: "relu",
    F.relu: "relu",
    activations.softsign: "softsign",
    F.softsign: "softsign",
    activations.linear: "linear",
}


def kernel_name(activation: Callable[[Tensor], Tensor]) -> str | Callable[[Tensor], Tensor]:
    """The kernels' name for an activation function; the function itself where they have none.

    Example:
        >>> kernel_name(torch.tanh)
        'tanh'
    """
    if activation is activations.hard_sigmoid:
        return "hard_sigmoid" if eras.current().hard_sigmoid == "linear" else "hard_sigmoid_relu6"
    return _KERNEL_NAMES.get(activation, activation)


def recurrent_activation_of(value: Any) -> Callable[[Tensor], Tensor]:
    """The function that a ``recurrent_activation`` argument means."""
    return activations.get(eras.current().recurrent_activation if isinstance(value, EraDefault) else value)


def implementation_of(owner: str, value: Any) -> int:
    """1 or 2; 0, an old name of 1, warns."""
    if value == 0:
        warnings.warn(f"{owner}: implementation=0 is now implementation=1; please use that.", stacklevel=4)
        return 1
    return checks.one_of(owner, "implementation", value, (1, 2))


class RecurrentCell(Layer):
    """What the cells share: arguments, weights, dropout masks, config.

    Args:
        units: size of the output and of each state.
        gates: how many blocks of ``units`` the weights have.
        **kwargs: the arguments of every layer.
    """

    def __init__(
        self,
        units: int,
        gates: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__.removesuffix("Cell")
        self.units = checks.positive_int(owner, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = checks.fraction(owner, "dropout", dropout)
        self.recurrent_dropout = checks.fraction(owner, "recurrent_dropout", recurrent_dropout)
        self.state_size: int | tuple[int, ...] = self.units
        self.output_size = self.units
        self._gates = gates
        self._dropout_mask: list[Tensor] | None = None
        self._recurrent_dropout_mask: list[Tensor] | None = None

    def build(self, input_shape: Any) -> None:
        input_dim = input_shape[-1]
        if input_dim is None:
            raise ValueError(
                f"Layer {self.name}: expected the last axis of the input to be known. Received: shape {input_shape}"
            )
        width = self._gates * self.units
        for name, attribute, rows, prefix in (
            ("kernel", "weight_ih", input_dim, "kernel"),
            ("recurrent_kernel", "weight_hh", self.units, "recurrent"),
        ):
            self.add_weight(
                name,
                (rows, width),
                initializer=getattr(self, f"{prefix}_initializer"),
                regularizer=getattr(self, f"{prefix}_regularizer"),
                constraint=getattr(self, f"{prefix}_constraint"),
                axes=(1, 0),
                attribute=attribute,
            )
        if self.use_bias:
            self.add_weight(
                "bias",
                self._bias_shape(width),
                initializer=self._first_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        else:
            self.bias = None
        super().build(input_shape)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (width,)

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return initializers.make(self.bias_initializer, shape, dtype)

    def _shares_masks(self) -> bool:
        """Whether one dropout mask serves all gates."""
        per_gate = eras.current().recurrent_dropout_masks == "per_gate"
        return not per_gate or getattr(self, "implementation", 1) == 2

    def _masks(self, like: Tensor, rate: float, training: bool | None) -> list[Tensor]:
        """Fresh dropout masks for (batch, features); none outside of training."""
        now = phase.current() if training is None else training
        if not 0 < rate < 1 or not (self.training if now is None else now):
            return []
        count = 1 if self._shares_masks() else self._gates
        return list(dropout_mask(like.detach().new_empty(count, *like.shape), rate).unbind(0))

    def forget_masks(self) -> None:
        """Lets the next step draw new dropout masks: they hold for one sequence."""
        self._dropout_mask = self._recurrent_dropout_mask = None

    def _kept_masks(self, inputs: Tensor, h: Tensor, training: bool | None) -> tuple[list[Tensor], list[Tensor]]:
        """The masks of the sequence that is running, drawn at its first step."""
        if self._dropout_mask is None:
            self._dropout_mask = self._masks(inputs, self.dropout, training)
            self._recurrent_dropout_mask = self._masks(h, self.recurrent_dropout, training)
        return self._dropout_mask, self._recurrent_dropout_mask or []

    def _sequence_masks(self, inputs: Tensor, h: Tensor, training: bool | None) -> dict[str, list[Tensor]]:
        return {
            "input_masks": self._masks(inputs[:, 0], self.dropout, training),
            "recurrent_masks": self._masks(h, self.recurrent_dropout, training),
        }

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_dropout_mask": None, "_recurrent_dropout_mask": None}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": initializers.serialize(self.recurrent_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "recurrent_regularizer": regularizers.serialize(self.recurrent_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "recurrent_constraint": constraints.serialize(self.recurrent_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
        }


class SimpleRNNCell(RecurrentCell):
    """One step of ``SimpleRNN``: ``activation(inputs @ kernel + h @ recurrent_kernel + bias)``.

    Args:
        units: size of the output and of the state.
        activation: name or function; None for linear.
        use_bias: whether to add a bias.
        kernel_initializer: first values of the input's weights.
        recurrent_initializer: first values of the recurrent weights.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the input's weights.
        recurrent_regularizer: penalty on the recurrent weights.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence.
        recurrent_dropout: part of the last output to drop, one mask a sequence.
        **kwargs: the arguments of every layer.

    Shape:
        inputs (batch, in), states [(batch, units)]; output (batch, units).

    Raises:
        ValueError: for ``units < 1`` or a rate outside [0, 1].

    Source: https://keras.io/api/layers/recurrent_layers/simple_rnn_cell/

    Example:
        >>> from kerastorch.layers.recurrent import RNN
        >>> RNN(SimpleRNNCell(4))(torch.ones(2, 5, 3)).shape
        torch.Size([2, 4])
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            1,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            **kwargs,
        )

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, list]:
        dropped, recurrent = self._kept_masks(inputs, states[0], training)
        x = project(inputs, self.weight_ih, self.bias, dropped)
        h = simple_rnn_step(x, self.weight_hh, states[0], self.activation, recurrent)
        return h, [h]

    def sequence(
        self, inputs: Tensor, states: Sequence[Tensor], mask: Tensor | None, training: bool | None
    ) -> tuple[Tensor, list[Tensor]]:
        """All steps at once: the outputs (batch, time, units) and the last states."""
        outputs, h = simple_rnn(
            inputs,
            self.weight_ih,
            self.weight_hh,
            self.bias,
            states[0],
            activation=kernel_name(self.activation),
            mask=mask,
            **self._sequence_masks(inputs, states[0], training),
        )
        return outputs, [h]


class GRUCell(RecurrentCell):
    """One step of ``GRU``.

    Args:
        units: size of the output and of the state.
        activation: name or function for the candidate; None for linear.
        recurrent_activation: name or function for the gates; None for linear.
        use_bias: whether to add a bias.
        kernel_initializer: first values of the input's weights.
        recurrent_initializer: first values of the recurrent weights.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the input's weights.
        recurrent_regularizer: penalty on the recurrent weights.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence and gate.
        recurrent_dropout: part of the last output to drop, one mask a sequence and gate.
        implementation: 2 shares a dropout mask among the gates; it makes no other difference.
        reset_after: whether the reset gate acts after the recurrent product, as cuDNN has it; the era's by default.
        **kwargs: the arguments of every layer.

    Shape:
        inputs (batch, in), states [(batch, units)]; output (batch, units). Gates lie in the order z, r, h; with
        ``reset_after`` the bias is (2, 3 * units), the input's and the recurrent one.

    Raises:
        ValueError: for ``units < 1``, a rate outside [0, 1] or another implementation.

    Source: https://keras.io/api/layers/recurrent_layers/gru_cell/

    Example:
        >>> from kerastorch.layers.recurrent import RNN
        >>> RNN(GRUCell(4))(torch.ones(2, 5, 3)).shape
        torch.Size([2, 4])
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = HARD_SIGMOID,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        implementation: int = 1,
        reset_after: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            3,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            **kwargs,
        )
        self.recurrent_activation = recurrent_activation_of(recurrent_activation)
        self.implementation = implementation_of("GRU", implementation)
        self.reset_after = eras.current().gru_reset_after if reset_after is None else bool(reset_after)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (2, width) if self.reset_after else (width,)

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        if self.bias is None or not self.reset_after:
            return self.bias, None
        return self.bias[0], self.bias[1]

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, list]:
        dropped, recurrent = self._kept_masks(inputs, states[0], training)
        bias, recurrent_bias = self._biases()
        h = gru_step(
            project(inputs, self.weight_ih, bias, dropped),
            self.weight_hh,
            states[0],
            recurrent_bias=recurrent_bias,
            reset_after=self.reset_after,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            recurrent_masks=recurrent,
        )
        return h, [h]

    def sequence(
        self, inputs: Tensor, states: Sequence[Tensor], mask: Tensor | None, training: bool | None
    ) -> tuple[Tensor, list[Tensor]]:
        """All steps at once: the outputs (batch, time, units) and the last states."""
        bias, recurrent_bias = self._biases()
        outputs, h = gru(
            inputs,
            self.weight_ih,
            self.weight_hh,
            bias,
            states[0],
            recurrent_bias=recurrent_bias,
            reset_after=self.reset_after,
            activation=kernel_name(self.activation),
            recurrent_activation=kernel_name(self.recurrent_activation),
            mask=mask,
            **self._sequence_masks(inputs, states[0], training),
        )
        return outputs, [h]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "implementation": self.implementation,
            "reset_after": self.reset_after,
        }


class LSTMCell(RecurrentCell):
    """One step of ``LSTM``.

    Args:
        units: size of the output and of both states.
        activation: name or function for the candidate and the output; None for linear.
        recurrent_activation: name or function for the gates; None for linear.
        use_bias: whether to add a bias.
        kernel_initializer: first values of the input's weights.
        recurrent_initializer: first values of the recurrent weights.
        bias_initializer: first values of the bias.
        unit_forget_bias: whether the forget gate's bias begins with ones.
        kernel_regularizer: penalty on the input's weights.
        recurrent_regularizer: penalty on the recurrent weights.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence and gate.
        recurrent_dropout: part of the last output to drop, one mask a sequence and gate.
        implementation: 2 shares a dropout mask among the gates; it makes no other difference.
        **kwargs: the arguments of every layer.

    Shape:
        inputs (batch, in), states [h, c] of (batch, units); output (batch, units). Gates lie in the order i, f, c, o.

    Raises:
        ValueError: for ``units < 1``, a rate outside [0, 1] or another implementation.

    Source: https://keras.io/api/layers/recurrent_layers/lstm_cell/

    Example:
        >>> from kerastorch.layers.recurrent import RNN
        >>> RNN([LSTMCell(4), LSTMCell(2)])(torch.ones(2, 5, 3)).shape
        torch.Size([2, 2])
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = HARD_SIGMOID,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        implementation: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            4,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            **kwargs,
        )
        self.recurrent_activation = recurrent_activation_of(recurrent_activation)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.implementation = implementation_of("LSTM", implementation)
        self.state_size = (self.units, self.units)

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype)
        return forget_bias(self.bias_initializer, self.units, 1, 2, dtype)

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, list]:
        dropped, recurrent = self._kept_masks(inputs, states[0], training)
        x = project(inputs, self.weight_ih, self.bias, dropped)
        rec = self.recurrent_activation
        h, c = lstm_step(x, self.weight_hh, states[0], states[1], self.activation, rec, recurrent)
        return h, [h, c]

    def sequence(
        self, inputs: Tensor, states: Sequence[Tensor], mask: Tensor | None, training: bool | None
    ) -> tuple[Tensor, list[Tensor]]:
        """All steps at once: the outputs (batch, time, units) and the last states."""
        outputs, h, c = lstm(
            inputs,
            self.weight_ih,
            self.weight_hh,
            self.bias,
            states[0],
            states[1],
            activation=kernel_name(self.activation),
            recurrent_activation=kernel_name(self.recurrent_activation),
            mask=mask,
            **self._sequence_masks(inputs, states[0], training),
        )
        return outputs, [h, c]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
            "implementation": self.implementation,
        }


def forget_bias(initializer: Callable, units: int, before: int, after: int, dtype: Any = None) -> Tensor:
    """A bias whose forget gate begins with ones and whose other gates come from an initializer.

    Args:
        initializer: makes the other gates' part.
        units: size of a gate.
        before: how many gates lie before the forget gate.
        after: how many lie after it.
        dtype: the bias's dtype.

    Example:
        >>> forget_bias(initializers.get("zeros"), 1, 1, 2).tolist()
        [0.0, 1.0, 0.0, 0.0]
    """
    first = initializers.make(initializer, (before * units,), dtype)
    last = initializers.make(initializer, (after * units,), dtype)
    return torch.cat([first, torch.ones_like(first[:units]), last])


for _cell in (SimpleRNNCell, GRUCell, LSTMCell):
    _cell.sequence_of = _cell.call  # a subclass with another ``call`` must be run step by step
