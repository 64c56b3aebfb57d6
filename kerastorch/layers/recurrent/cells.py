"""The built-in cells: one step of a recurrent layer each.

A cell also runs a whole sequence at once (``sequence``), on the kernels' fast paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import activations, eras
from ...kernels.gru import gru, gru_step
from ...kernels.lstm import lstm, lstm_step
from ...kernels.recurrence import project
from ...kernels.simple_rnn import simple_rnn, simple_rnn_step
from .base import (
    HARD_SIGMOID,
    RecurrentCell,
    forget_bias,
    implementation_of,
    kernel_name,
    recurrent_activation_of,
)

__all__ = ["SimpleRNNCell", "GRUCell", "LSTMCell"]

Tensor = torch.Tensor


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
        seed: fixes the stream that dropout draws from.
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
        self,
        inputs: Tensor,
        states: Sequence[Tensor],
        mask: Tensor | None,
        training: bool | None,
        need_outputs: bool = True,
        need_states: bool = True,
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """All steps at once: the outputs (batch, time, units) and the last states.

        What is not needed may be None, the first state excepted.
        """
        outputs, h = simple_rnn(
            inputs,
            self.weight_ih,
            self.weight_hh,
            self.bias,
            states[0],
            activation=kernel_name(self.activation),
            mask=mask,
            need_outputs=need_outputs,
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
        implementation: 2 shares a dropout mask among the gates; it makes no other difference. None for the era's.
        reset_after: whether the reset gate acts after the recurrent product, as cuDNN has it; the era's by default.
        seed: fixes the stream that dropout draws from.
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
        implementation: int | None = None,
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
        self.implementation = implementation_of("GRU", implementation, self.recurrent_dropout)
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
        self,
        inputs: Tensor,
        states: Sequence[Tensor],
        mask: Tensor | None,
        training: bool | None,
        need_outputs: bool = True,
        need_states: bool = True,
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """All steps at once: the outputs (batch, time, units) and the last states.

        What is not needed may be None, the first state excepted.
        """
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
            need_outputs=need_outputs,
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
        implementation: 2 shares a dropout mask among the gates; it makes no other difference. None for the era's.
        seed: fixes the stream that dropout draws from.
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
        implementation: int | None = None,
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
        self.implementation = implementation_of("LSTM", implementation, self.recurrent_dropout)
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
        self,
        inputs: Tensor,
        states: Sequence[Tensor],
        mask: Tensor | None,
        training: bool | None,
        need_outputs: bool = True,
        need_states: bool = True,
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """All steps at once: the outputs (batch, time, units) and the last states.

        What is not needed may be None, the first state excepted.
        """
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
            need_outputs=need_outputs,
            need_cell=need_states,
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


for _cell in (SimpleRNNCell, GRUCell, LSTMCell):
    _cell.sequence_of = _cell.call  # a subclass with another ``call`` must be run step by step
