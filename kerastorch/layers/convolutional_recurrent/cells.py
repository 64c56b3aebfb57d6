"""One step of an LSTM whose matrix products are convolutions.

Source: Shi et al., Convolutional LSTM Network (2015), https://arxiv.org/abs/1506.04214
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import activations, eras
from ...backend import conv_utils
from ...backend.convolution import convolve
from ...engine import checks
from ..recurrent.base import HARD_SIGMOID, RecurrentCell, forget_bias, recurrent_activation_of

__all__ = ["ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell", "ConvLSTMCell", "Size"]

Tensor = torch.Tensor
Size = int | Sequence[int]


class ConvLSTMCell(RecurrentCell):
    """One step of a ConvLSTM over ``rank`` spatial axes; gates lie in the order i, f, c, o.

    The arguments are those of ``ConvLSTM2DCell``.
    """

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Size,
        strides: Size = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Size = 1,
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
        **kwargs: Any,
    ) -> None:
        owner, rank = type(self).__name__.removesuffix("Cell"), self.rank
        super().__init__(
            checks.positive_int(owner, "filters", filters),
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
        self.filters = self.units
        self.kernel_size = checks.int_tuple(owner, "kernel_size", kernel_size, rank)
        self.strides = checks.int_tuple(owner, "strides", strides, rank)
        self.padding = checks.one_of(owner, "padding", padding, ("valid", "same"))
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.dilation_rate = checks.int_tuple(owner, "dilation_rate", dilation_rate, rank)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{owner}: expected strides or dilation_rate to be 1, since one excludes the other. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        self.recurrent_activation = recurrent_activation_of(recurrent_activation, eras.current().conv_lstm_activation)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.state_size = (self.filters, self.filters)

    def build(self, input_shape: Any) -> None:
        axis = conv_utils.channel_axis(self.data_format)
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"Layer {self.name}: expected the number of channels to be known. Received: shape {tuple(input_shape)}"
            )
        for name, attribute, size, prefix in (
            ("kernel", "weight_ih", channels, "kernel"),
            ("recurrent_kernel", "weight_hh", self.filters, "recurrent"),
        ):
            self.add_weight(
                name,
                (*self.kernel_size, size, 4 * self.filters),
                initializer=getattr(self, f"{prefix}_initializer"),
                regularizer=getattr(self, f"{prefix}_regularizer"),
                constraint=getattr(self, f"{prefix}_constraint"),
                axes=(self.rank + 1, self.rank, *range(self.rank)),
                attribute=attribute,
            )
        if self.use_bias:
            self.add_weight(
                "bias",
                (4 * self.filters,),
                initializer=self._first_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        else:
            self.bias = None
        self.built = True

    def _first_bias(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype)
        return forget_bias(self.bias_initializer, self.filters, 1, 2, dtype)

    def _masked(self, x: Tensor, weight: Tensor, bias: Tensor | None, masks: list[Tensor], **window: Any) -> Tensor:
        """A convolution for all gates, each with its own dropout mask where there are several."""
        axis = conv_utils.channel_axis(self.data_format)
        if len(masks) < 2:
            x = x * masks[0] if masks else x
            return convolve(x, weight, bias, data_format=self.data_format, **window)
        biases = bias.chunk(4) if bias is not None else [None] * 4
        parts = zip(masks, weight.chunk(4), biases, strict=True)
        return torch.cat([convolve(x * m, w, b, data_format=self.data_format, **window) for m, w, b in parts], axis)

    def _stored(self, kernel: Tensor) -> Tensor:
        """A kernel in Keras's shape as torch has it."""
        return kernel.permute(self.rank + 1, self.rank, *range(self.rank))

    def input_conv(self, x: Tensor, w: Tensor, b: Tensor | None = None, padding: str = "valid") -> Tensor:
        """The convolution of an input, with a kernel in Keras's shape.

        Args:
            x: the input.
            w: the kernel (*kernel_size, channels, filters).
            b: the bias, or None.
            padding: ``'valid'`` or ``'same'``.
        """
        window = {"strides": self.strides, "padding": padding, "dilation": self.dilation_rate}
        return convolve(x, self._stored(w), b, data_format=self.data_format, **window)

    def recurrent_conv(self, x: Tensor, w: Tensor) -> Tensor:
        """The convolution of the last output, with a kernel in Keras's shape.

        Args:
            x: the output.
            w: the kernel (*kernel_size, filters, filters).
        """
        window = {"strides": (1,) * self.rank, "dilation": (1,) * self.rank}
        return convolve(x, self._stored(w), None, data_format=self.data_format, padding="same", **window)

    def project(self, inputs: Tensor, masks: list[Tensor]) -> Tensor:
        """The inputs' part of all gates: 4 * filters channels."""
        window = {"strides": self.strides, "padding": self.padding, "dilation": self.dilation_rate}
        return self._masked(inputs, self.weight_ih, self.bias, masks, **window)

    def advance(self, x: Tensor, states: Sequence[Tensor], masks: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One step from the inputs' part of the gates."""
        h, c = states
        ones = (1,) * self.rank
        gates = x + self._masked(h, self.weight_hh, None, masks, padding="same", strides=ones, dilation=ones)
        i, f, g, o = gates.chunk(4, conv_utils.channel_axis(self.data_format))
        rec, act = self.recurrent_activation, self.activation
        c = rec(f) * c + rec(i) * act(g)
        h = rec(o) * act(c)
        return h, [h, c]

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, list]:
        dropped, recurrent = self._kept_masks(inputs, states[1], training)
        return self.advance(self.project(inputs, dropped), states, recurrent)

    def state_lengths(self, input_shape: Sequence[int | None]) -> list[int | None]:
        """The states' spatial sizes for one step's input shape."""
        axes = conv_utils.spatial_axes(self.data_format, self.rank)
        each = zip(axes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        return [conv_utils.conv_output_length(input_shape[a], k, self.padding, s, d) for a, k, s, d in each]

    def compute_output_shape(self, input_shape: Any) -> Any:
        shape = list(conv_utils.with_spatial(input_shape, self.data_format, self.state_lengths(input_shape)))
        shape[conv_utils.channel_axis(self.data_format)] = self.filters
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["units"]
        return {
            **config,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
        }


class ConvLSTM1DCell(ConvLSTMCell):
    """One step of ``ConvLSTM1D``.

    Args:
        filters: number of filters of the output and of both states.
        kernel_size: length of the windows.
        **kwargs: the other arguments of ``ConvLSTM2DCell``.

    Shape:
        inputs (batch, length, channels), states [h, c] of (batch, new length, filters), or with the channels first;
        output like a state.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm1d/

    Example:
        >>> from kerastorch.layers.convolutional_recurrent.rnn import ConvRNN1D
        >>> ConvRNN1D(ConvLSTM1DCell(4, 3))(torch.ones(2, 5, 8, 1)).shape
        torch.Size([2, 6, 4])
    """

    rank = 1


class ConvLSTM2DCell(ConvLSTMCell):
    """One step of ``ConvLSTM2D``.

    Args:
        filters: number of filters of the output and of both states.
        kernel_size: height and width of the windows; one int for both.
        strides: steps between two positions of the input's window.
        padding: ``'valid'`` or ``'same'``, for the input's convolution; the recurrent one keeps its size.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says.
        dilation_rate: distance between the pixels that the input's window sees; excludes strides.
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
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer.

    Shape:
        inputs (batch, rows, columns, channels), states [h, c] of (batch, new rows, new columns, filters), or with the
        channels first; output like a state. Gates lie in the order i, f, c, o.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/

    Example:
        >>> from kerastorch.layers import ConvRNN2D
        >>> ConvRNN2D(ConvLSTM2DCell(4, 3))(torch.ones(2, 5, 8, 8, 1)).shape
        torch.Size([2, 6, 6, 4])
    """

    rank = 2


class ConvLSTM3DCell(ConvLSTMCell):
    """One step of ``ConvLSTM3D``.

    Args:
        filters: number of filters of the output and of both states.
        kernel_size: depth, height and width of the windows; one int for all.
        **kwargs: the other arguments of ``ConvLSTM2DCell``.

    Shape:
        inputs (batch, depth, rows, columns, channels), states [h, c] of (batch, new depth, new rows, new columns,
        filters), or with the channels first; output like a state.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm3d/

    Example:
        >>> from kerastorch.layers.convolutional_recurrent.rnn import ConvRNN3D
        >>> ConvRNN3D(ConvLSTM3DCell(4, 3))(torch.ones(2, 5, 8, 8, 8, 1)).shape
        torch.Size([2, 6, 6, 6, 4])
    """

    rank = 3
