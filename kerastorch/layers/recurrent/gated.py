"""The recurrent layers with built-in cells: SimpleRNN, GRU, LSTM."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from ... import regularizers
from .base import HARD_SIGMOID, check_use_cudnn
from .cells import GRUCell, LSTMCell, SimpleRNNCell
from .rnn import RNN

__all__ = ["SimpleRNN", "GRU", "LSTM", "OneCellLayer", "of_cell"]

Tensor = torch.Tensor


def of_cell(name: str) -> property:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's ``{name}``.")


class OneCellLayer(RNN):
    """A recurrent layer that makes its cell itself and shows the cell's arguments as its own."""

    # in the order of Keras's configs
    _config_keys = (
        "units activation recurrent_activation use_bias kernel_initializer recurrent_initializer bias_initializer "
        "unit_forget_bias kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer "
        "kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout implementation reset_after "
        "seed"
    ).split()

    units = of_cell("units")
    activation = of_cell("activation")
    use_bias = of_cell("use_bias")
    kernel_initializer = of_cell("kernel_initializer")
    recurrent_initializer = of_cell("recurrent_initializer")
    bias_initializer = of_cell("bias_initializer")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    seed = of_cell("seed")

    def _feature_axis(self) -> int:
        return -1

    def build(self, input_shape: Any) -> None:
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        if shape[self._feature_axis()] is None:
            raise ValueError(
                f"Layer {self.name}: expected axis {self._feature_axis()} of its input to be known. "
                f"Received: shape {tuple(shape)}"
            )
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        found = {**self.cell.get_config(), "activity_regularizer": regularizers.serialize(self.activity_regularizer)}
        return {**self._own_config(), **{key: found[key] for key in self._config_keys if key in found}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> OneCellLayer:
        config = dict(config)
        num_constants = config.pop("num_constants", None)
        layer = cls(**config)
        layer._num_constants = num_constants
        return layer


class SimpleRNN(OneCellLayer):
    """A fully connected recurrent layer: each output is ``activation(x @ kernel + h @ recurrent_kernel + bias)``.

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
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence.
        recurrent_dropout: part of the last output to drop, one mask a sequence.
        return_sequences: all outputs instead of the last one.
        return_state: the last state too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last state is the first of the same sample in the next batch.
        unroll: changes nothing but what a masked step gives; needs a known number of steps.
        time_major: must be False.
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer (``input_shape``, ``batch_input_shape``, ``name`` …); ``input_dim`` and
            ``input_length`` make ``input_shape``.

    Call arguments: ``initial_state``, a tensor or a list of them, one for each state; ``mask``; ``training``.

    Shape:
        input (batch, time, in); output (batch, units), with ``return_sequences`` (batch, time, units). The weights are
        the cell's: kernel (in, units), recurrent_kernel (units, units), bias (units,).

    Raises:
        ValueError: for ``units < 1``, a rate outside [0, 1].

    Source: https://keras.io/api/layers/recurrent_layers/simple_rnn/

    Example:
        >>> SimpleRNN(4, return_sequences=True)(torch.ones(2, 5, 3)).shape
        torch.Size([2, 5, 4])
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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        if kwargs.pop("implementation", None) is not None:
            warnings.warn("SimpleRNN: implementation has no effect; please leave it out.", stacklevel=2)
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            dtype=kwargs.get("dtype"),
            seed=kwargs.pop("seed", None),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )


class GRU(OneCellLayer):
    """Gated recurrent units (Cho et al., 2014, arXiv:1406.1078).

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
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence and gate.
        recurrent_dropout: part of the last output to drop, one mask a sequence and gate.
        implementation: 2 shares a dropout mask among the gates; it makes no other difference. None for the era's.
        return_sequences: all outputs instead of the last one.
        return_state: the last state too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last state is the first of the same sample in the next batch.
        unroll: changes nothing but what a masked step gives; needs a known number of steps.
        reset_after: whether the reset gate acts after the recurrent product, as cuDNN has it; the era's by default.
        use_cudnn: ``'auto'``; which kernel runs is not chosen here.
        time_major: must be False.
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer (``input_shape``, ``batch_input_shape``, ``name`` …); ``input_dim`` and
            ``input_length`` make ``input_shape``.

    Call arguments: ``initial_state``, a tensor or a list of them, one for each state; ``mask``; ``training``.

    Shape:
        input (batch, time, in); output (batch, units), with ``return_sequences`` (batch, time, units). The weights are
        the cell's: kernel (in, 3 * units), recurrent_kernel (units, 3 * units), bias (3 * units,), with ``reset_after``
        (2, 3 * units); gates in the order z, r, h.

    Raises:
        ValueError: for ``units < 1``, a rate outside [0, 1] or another implementation.

    Source: https://keras.io/api/layers/recurrent_layers/gru/

    Example:
        >>> GRU(4, return_sequences=True)(torch.ones(2, 5, 3)).shape
        torch.Size([2, 5, 4])
    """

    recurrent_activation = of_cell("recurrent_activation")
    implementation = of_cell("implementation")
    reset_after = of_cell("reset_after")

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        implementation: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool | None = None,
        **kwargs: Any,
    ) -> None:
        check_use_cudnn("GRU", kwargs)
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            implementation=implementation,
            reset_after=reset_after,
            dtype=kwargs.get("dtype"),
            seed=kwargs.pop("seed", None),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )


class LSTM(OneCellLayer):
    """Long short-term memory (Hochreiter & Schmidhuber, 1997, doi:10.1162/neco.1997.9.8.1735).

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
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        dropout: part of the inputs to drop, one mask a sequence and gate.
        recurrent_dropout: part of the last output to drop, one mask a sequence and gate.
        implementation: 2 shares a dropout mask among the gates; it makes no other difference. None for the era's.
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last states are the first of the same sample in the next batch.
        unroll: changes nothing but what a masked step gives; needs a known number of steps.
        use_cudnn: ``'auto'``; which kernel runs is not chosen here.
        time_major: must be False.
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer (``input_shape``, ``batch_input_shape``, ``name`` …); ``input_dim`` and
            ``input_length`` make ``input_shape``.

    Call arguments: ``initial_state``, a tensor or a list of them, one for each state; ``mask``; ``training``.

    Shape:
        input (batch, time, in); output (batch, units), with ``return_sequences`` (batch, time, units). The weights are
        the cell's: kernel (in, 4 * units), recurrent_kernel (units, 4 * units), bias (4 * units,); gates in the order
        i, f, c, o, as in torch.

    Raises:
        ValueError: for ``units < 1``, a rate outside [0, 1] or another implementation.

    Source: https://keras.io/api/layers/recurrent_layers/lstm/

    Example:
        >>> LSTM(4, return_sequences=True)(torch.ones(2, 5, 3)).shape
        torch.Size([2, 5, 4])
    """

    recurrent_activation = of_cell("recurrent_activation")
    unit_forget_bias = of_cell("unit_forget_bias")
    implementation = of_cell("implementation")

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        implementation: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        check_use_cudnn("LSTM", kwargs)
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            implementation=implementation,
            dtype=kwargs.get("dtype"),
            seed=kwargs.pop("seed", None),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
