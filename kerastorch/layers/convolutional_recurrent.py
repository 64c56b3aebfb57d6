"""LSTM over sequences of images, with convolutions in the place of matrix products.

Source: Shi et al., Convolutional LSTM Network (2015), https://arxiv.org/abs/1506.04214
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .. import activations, eras
from ..backend import conv_utils
from ..backend.convolution import convolve
from ..engine import checks
from ..engine.input_spec import InputSpec
from ..kernels.loop import rnn
from .recurrent.base import HARD_SIGMOID, RecurrentCell, forget_bias, recurrent_activation_of, zeros_for_rows
from .recurrent.gated import OneCellLayer, of_cell
from .recurrent.rnn import RNN

__all__ = ["ConvRNN2D", "ConvLSTM2DCell", "ConvLSTM2D"]

Tensor = torch.Tensor
Size = int | Sequence[int]


class ConvLSTM2DCell(RecurrentCell):
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
        **kwargs: the arguments of every layer.

    Shape:
        inputs (batch, rows, columns, channels), states [h, c] of (batch, new rows, new columns, filters), or with the
        channels first; output like a state. Gates lie in the order i, f, c, o.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/

    Example:
        >>> ConvRNN2D(ConvLSTM2DCell(4, 3))(torch.ones(2, 5, 8, 8, 1)).shape
        torch.Size([2, 6, 6, 4])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Size,
        strides: Size = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Size = (1, 1),
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
        owner = "ConvLSTM2D"
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
        self.kernel_size = checks.int_tuple(owner, "kernel_size", kernel_size, 2)
        self.strides = checks.int_tuple(owner, "strides", strides, 2)
        self.padding = checks.one_of(owner, "padding", padding, ("valid", "same"))
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.dilation_rate = checks.int_tuple(owner, "dilation_rate", dilation_rate, 2)
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
                axes=(3, 2, 0, 1),
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

    def input_conv(self, x: Tensor, w: Tensor, b: Tensor | None = None, padding: str = "valid") -> Tensor:
        """The convolution of an input, with a kernel in Keras's shape.

        Args:
            x: the input.
            w: the kernel (rows, columns, channels, filters).
            b: the bias, or None.
            padding: ``'valid'`` or ``'same'``.
        """
        window = {"strides": self.strides, "padding": padding, "dilation": self.dilation_rate}
        return convolve(x, w.permute(3, 2, 0, 1), b, data_format=self.data_format, **window)

    def recurrent_conv(self, x: Tensor, w: Tensor) -> Tensor:
        """The convolution of the last output, with a kernel in Keras's shape.

        Args:
            x: the output.
            w: the kernel (rows, columns, filters, filters).
        """
        return convolve(x, w.permute(3, 2, 0, 1), None, data_format=self.data_format, padding="same")

    def project(self, inputs: Tensor, masks: list[Tensor]) -> Tensor:
        """The inputs' part of all gates, (batch, new rows, new columns, 4 * filters) or with the channels first."""
        window = {"strides": self.strides, "padding": self.padding, "dilation": self.dilation_rate}
        return self._masked(inputs, self.weight_ih, self.bias, masks, **window)

    def advance(self, x: Tensor, states: Sequence[Tensor], masks: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One step from the inputs' part of the gates."""
        h, c = states
        gates = x + self._masked(h, self.weight_hh, None, masks, padding="same")
        i, f, g, o = gates.chunk(4, conv_utils.channel_axis(self.data_format))
        rec, act = self.recurrent_activation, self.activation
        c = rec(f) * c + rec(i) * act(g)
        h = rec(o) * act(c)
        return h, [h, c]

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None) -> tuple[Tensor, list]:
        dropped, recurrent = self._kept_masks(inputs, states[1], training)
        return self.advance(self.project(inputs, dropped), states, recurrent)

    def state_lengths(self, input_shape: Sequence[int | None]) -> list[int | None]:
        """Rows and columns of the states for one step's input shape."""
        axes = conv_utils.spatial_axes(self.data_format, 2)
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


class ConvRNN2D(RNN):
    """Runs a convolutional cell over the time axis of sequences of images.

    Args:
        cell: a cell like ``ConvLSTM2DCell``, which says the shape of its states by ``compute_output_shape``.
        return_sequences: all outputs instead of the last one.
        return_state: the last states too, after the output.
        go_backwards: from the last step to the first; the outputs come in the order in which they are made.
        stateful: each sample's last states are the first ones of the same sample in the next batch.
        unroll: must be False.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, time, rows, columns, channels), or with the channels before the rows; output without the time axis
        unless ``return_sequences``.

    Raises:
        TypeError: for ``unroll=True`` or a list of cells.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/

    Example:
        >>> ConvRNN2D(ConvLSTM2DCell(4, 3), return_sequences=True)(torch.ones(2, 5, 8, 8, 1)).shape
        torch.Size([2, 5, 6, 6, 4])
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        if unroll:
            raise TypeError(
                f"{kind}: expected unroll=False, since convolutional cells do not unroll. Received: {unroll}"
            )
        if isinstance(cell, (list, tuple)):
            raise TypeError(f"{kind}: expected one cell, since convolutional cells do not stack. Received: {len(cell)}")
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll, **kwargs)
        self.input_spec = [InputSpec(ndim=5)]
        self._step_shape: tuple[int | None, ...] | None = None

    def _state_shapes(self, batch: int | None) -> list[tuple[int | None, ...]]:
        if self._step_shape is None:
            shape: list[int | None] = [None] * 4
            shape[conv_utils.channel_axis(self.cell.data_format)] = self.cell.filters
        else:
            shape = list(self.cell.compute_output_shape(self._step_shape))
        return [(batch, *shape[1:])] * len(self.cell.state_size)

    def get_initial_state(self, inputs: Tensor) -> list[Tensor]:
        shape = self.cell.compute_output_shape((inputs.shape[0], *inputs.shape[2:]))
        return [zeros_for_rows(inputs, shape[1:]) for _ in self.cell.state_size]

    def build(self, input_shape: Any) -> None:
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        self._step_shape = (first[0], *first[2:])
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        state = tuple(self.cell.compute_output_shape((input_shape[0], *input_shape[2:])))
        output = (*input_shape[:2], *state[1:]) if self.return_sequences else state
        return [output, *([state] * len(self.cell.state_size))] if self.return_state else output

    def _run_cell(
        self,
        inputs: Tensor,
        states: list[Tensor],
        constants: list[Tensor] | None,
        mask: Tensor | None,
        training: bool | None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        cell = self.cell
        if constants is not None or inputs.shape[1] == 0 or type(cell).call is not ConvLSTM2DCell.call:
            return super()._run_cell(inputs, states, constants, mask, training)
        cell.forget_masks()
        dropped, recurrent = cell._kept_masks(inputs[:, 0], states[1], training)
        # All steps' inputs go through one convolution.
        dropped = [m.repeat_interleave(inputs.shape[1], 0) for m in dropped]
        x = cell.project(inputs.flatten(0, 1), dropped).unflatten(0, inputs.shape[:2])
        return rnn(
            lambda now, current: cell.advance(now, current, recurrent),
            x,
            states,
            go_backwards=self.go_backwards,
            mask=mask,
        )


class ConvLSTM2D(OneCellLayer, ConvRNN2D):
    """LSTM over sequences of images: convolutions in the place of matrix products.

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
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the input's weights after each update.
        recurrent_constraint: projection of the recurrent weights after each update.
        bias_constraint: projection of the bias after each update.
        return_sequences: all outputs instead of the last one.
        go_backwards: from the last step to the first.
        stateful: each sample's last states are the first of the same sample in the next batch.
        dropout: part of the inputs to drop, one mask a sequence and gate.
        recurrent_dropout: part of the last output to drop, one mask a sequence and gate.
        **kwargs: the arguments of every layer, and ``return_state``.

    Shape:
        input (batch, time, rows, columns, channels); output (batch, new rows, new columns, filters), with
        ``return_sequences`` (batch, time, new rows, new columns, filters); ``'channels_first'``: the channels before
        the rows.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/

    Example:
        >>> ConvLSTM2D(4, 3, padding="same", return_sequences=True)(torch.ones(2, 5, 8, 8, 1)).shape
        torch.Size([2, 5, 8, 8, 4])
    """

    _config_keys = (
        "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
        "kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
        "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
        "bias_constraint dropout recurrent_dropout"
    ).split()

    filters = of_cell("filters")
    kernel_size = of_cell("kernel_size")
    strides = of_cell("strides")
    padding = of_cell("padding")
    data_format = of_cell("data_format")
    dilation_rate = of_cell("dilation_rate")
    recurrent_activation = of_cell("recurrent_activation")
    unit_forget_bias = of_cell("unit_forget_bias")

    def __init__(
        self,
        filters: int,
        kernel_size: Size,
        strides: Size = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Size = (1, 1),
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
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_state: bool = False,
        **kwargs: Any,
    ) -> None:
        cell = ConvLSTM2DCell(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

    def _feature_axis(self) -> int:
        return 2 if self.data_format == "channels_first" else -1
