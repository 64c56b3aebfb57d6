"""LSTM and GRU in the form that cuDNN computes: sigmoid gates, two biases. They run on any device.

Source: https://faroit.com/keras-docs/2.2.4/layers/recurrent/#cudnngru
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch

from .. import constraints, initializers, regularizers
from ..engine import checks
from ..engine.layer import Layer
from ..kernels.gru import gru
from ..kernels.lstm import lstm
from .recurrent.base import forget_bias
from .recurrent.rnn import RNN

__all__ = ["CuDNNGRU", "CuDNNLSTM"]

Tensor = torch.Tensor


@dataclasses.dataclass(frozen=True)
class _Cell:
    """What Keras shows as the cell of these layers: the size of the states."""

    state_size: Any

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Not used: the layer runs whole sequences."""
        return inputs, list(states)


class _CuDNNRNN(RNN):
    """What both layers share: arguments, weights, config."""

    supports_masking = False
    _gates = 0
    _states = 1

    def __init__(
        self,
        units: int,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        return_sequences: bool,
        return_state: bool,
        stateful: bool,
        go_backwards: bool = False,
        **kwargs: Any,
    ) -> None:
        units = checks.positive_int(type(self).__name__, "units", units)
        self.units = units
        cell = _Cell((units,) * self._states if self._states > 1 else units)
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, **kwargs)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        input_dim = (input_shape[0] if isinstance(input_shape, list) else input_shape)[-1]
        width = self._gates * self.units
        for name, rows, prefix in (("kernel", input_dim, "kernel"), ("recurrent_kernel", self.units, "recurrent")):
            self.add_weight(
                name,
                (rows, width),
                initializer=getattr(self, f"{prefix}_initializer"),
                regularizer=getattr(self, f"{prefix}_regularizer"),
                constraint=getattr(self, f"{prefix}_constraint"),
            )
        self.add_weight(
            "bias",
            (2 * width,),
            initializer=self._first_bias,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return initializers.make(self.bias_initializer, shape, dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if any(m is not None for m in (mask if isinstance(mask, (list, tuple)) else [mask])):
            raise ValueError(
                f"Layer {self.name}: expected an input without a mask, since {type(self).__name__} does not support "
                "masking. Received: a masked input"
            )
        return super().compute_mask(inputs, None)

    def _run_cell(
        self,
        inputs: Tensor,
        states: list[Tensor],
        constants: list[Tensor] | None,
        mask: Tensor | None,
        training: bool | None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        if inputs.shape[1] == 0:
            got = tuple(inputs.shape)
            raise ValueError(f"Layer {self.name}: expected at least one time step. Received: shape {got}")
        outputs, new = self._whole(inputs.flip(1) if self.go_backwards else inputs, states)
        return new[0], outputs, new

    def _stacked(self, kernel: Tensor) -> Tensor:
        """The kernel as cuDNN reads it, (gates * units, rows).

        Keras hands cuDNN the memory of each gate's (rows, units) block, which cuDNN takes for (units, rows): a reshape,
        not a transpose. No permutation of the stored tensor is both that and Keras's shape, so it is stored as Keras's.
        """
        blocks = kernel.unflatten(1, (self._gates, self.units)).transpose(0, 1)
        return blocks.reshape(self._gates * self.units, kernel.shape[0])

    def _whole(self, x: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        found = self._own_config()
        del found["unroll"]
        config = {
            "units": self.units,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": initializers.serialize(self.recurrent_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "recurrent_regularizer": regularizers.serialize(self.recurrent_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "recurrent_constraint": constraints.serialize(self.recurrent_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
        return {**found, **config}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Layer:
        return cls(**config)


class CuDNNGRU(_CuDNNRNN):
    """A GRU as cuDNN computes it: tanh and sigmoid, the reset gate after the recurrent product, two biases.

    Args:
        units: size of the output and of the state.
        kernel_initializer: first values of the input's weights.
        recurrent_initializer: first values of the recurrent weights.
        bias_initializer: first values of the biases.
        kernel_regularizer: penalty on the input's weights.
        recurrent_regularizer: penalty on the recurrent weights.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the biases after each update.
        return_sequences: all outputs instead of the last one.
        return_state: the last state too, after the output.
        stateful: each sample's last state is the first of the same sample in the next batch.
        **kwargs: the arguments of every layer, and ``go_backwards``.

    Shape:
        input (batch, time, in); output (batch, units), with ``return_sequences`` (batch, time, units). Gates lie in the
        order z, r, h; the bias (6 * units,) is the input's and then the recurrent one.

    Raises:
        ValueError: for ``units < 1`` or a masked input.

    Source: https://faroit.com/keras-docs/2.2.4/layers/recurrent/#cudnngru

    Example:
        >>> CuDNNGRU(4)(torch.ones(2, 5, 3)).shape
        torch.Size([2, 4])
    """

    _gates = 3

    def __init__(
        self,
        units: int,
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
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            return_sequences,
            return_state,
            stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

    def _whole(self, x: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        bias, recurrent_bias = self.bias.chunk(2)
        weights = self._stacked(self.kernel), self._stacked(self.recurrent_kernel)
        outputs, h = gru(x, *weights, bias, states[0], recurrent_bias=recurrent_bias, reset_after=True)
        return outputs, [h]


class CuDNNLSTM(_CuDNNRNN):
    """An LSTM as cuDNN computes it: tanh and sigmoid, two biases.

    Args:
        units: size of the output and of both states.
        kernel_initializer: first values of the input's weights.
        recurrent_initializer: first values of the recurrent weights.
        bias_initializer: first values of the biases.
        unit_forget_bias: whether the forget gate's recurrent bias begins with ones.
        kernel_regularizer: penalty on the input's weights.
        recurrent_regularizer: penalty on the recurrent weights.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the biases after each update.
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        stateful: each sample's last states are the first of the same sample in the next batch.
        **kwargs: the arguments of every layer, and ``go_backwards``.

    Shape:
        input (batch, time, in); output (batch, units), with ``return_sequences`` (batch, time, units). Gates lie in the
        order i, f, c, o; the bias (8 * units,) is the input's and then the recurrent one.

    Raises:
        ValueError: for ``units < 1`` or a masked input.

    Source: https://faroit.com/keras-docs/2.2.4/layers/recurrent/#cudnnlstm

    Example:
        >>> CuDNNLSTM(4, return_sequences=True)(torch.ones(2, 5, 3)).shape
        torch.Size([2, 5, 4])
    """

    _gates = 4
    _states = 2

    def __init__(
        self,
        units: int,
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
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            return_sequences,
            return_state,
            stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.unit_forget_bias = bool(unit_forget_bias)

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype)
        return forget_bias(self.bias_initializer, self.units, 5, 2, dtype)

    def _whole(self, x: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        bias, recurrent_bias = self.bias.chunk(2)
        weights = self._stacked(self.kernel), self._stacked(self.recurrent_kernel)
        outputs, h, c = lstm(x, *weights, bias + recurrent_bias, states[0], states[1])
        return outputs, [h, c]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "unit_forget_bias": self.unit_forget_bias}
