"""LSTM with convolutions in the place of matrix products, over one to three spatial axes.

Source: Shi et al., Convolutional LSTM Network (2015), https://arxiv.org/abs/1506.04214
"""

from __future__ import annotations

from typing import Any

import torch

from ..recurrent.base import HARD_SIGMOID
from ..recurrent.gated import OneCellLayer, of_cell
from .cells import ConvLSTM1DCell, ConvLSTM2DCell, ConvLSTM3DCell, ConvLSTMCell, Size
from .rnn import ConvRNN1D, ConvRNN2D, ConvRNN3D

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]

Tensor = torch.Tensor


class _ConvLSTM(OneCellLayer):
    """The arguments of the layers, which their cell takes."""

    _cell: type[ConvLSTMCell]

    _config_keys = (
        "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
        "kernel_initializer recurrent_initializer bias_initializer unit_forget_bias kernel_regularizer "
        "recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint recurrent_constraint "
        "bias_constraint dropout recurrent_dropout seed"
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
        cell = self._cell(
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
            seed=kwargs.pop("seed", None),
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


class ConvLSTM1D(_ConvLSTM, ConvRNN1D):
    """LSTM over sequences of sequences: convolutions in the place of matrix products.

    Args:
        filters: number of filters of the output and of both states.
        kernel_size: length of the windows.
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
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer, and ``return_state``.

    Shape:
        input (batch, time, length, channels); output (batch, new length, filters), with ``return_sequences`` (batch,
        time, new length, filters); ``'channels_first'``: the channels before the length.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm1d/

    Example:
        >>> ConvLSTM1D(4, 3, padding="same", return_sequences=True)(torch.ones(2, 5, 8, 1)).shape
        torch.Size([2, 5, 8, 4])
    """

    _cell = ConvLSTM1DCell


class ConvLSTM2D(_ConvLSTM, ConvRNN2D):
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
        seed: fixes the stream that dropout draws from.
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

    _cell = ConvLSTM2DCell


class ConvLSTM3D(_ConvLSTM, ConvRNN3D):
    """LSTM over sequences of volumes: convolutions in the place of matrix products.

    Args:
        filters: number of filters of the output and of both states.
        kernel_size: depth, height and width of the windows; one int for all.
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
        seed: fixes the stream that dropout draws from.
        **kwargs: the arguments of every layer, and ``return_state``.

    Shape:
        input (batch, time, depth, rows, columns, channels); output (batch, new depth, new rows, new columns, filters),
        with ``return_sequences`` the time after the batch; ``'channels_first'``: the channels before the depth.

    Raises:
        ValueError: for a bad size, padding or data format, or strides together with dilation.

    Source: https://keras.io/api/layers/recurrent_layers/conv_lstm3d/

    Example:
        >>> ConvLSTM3D(4, 3, padding="same", return_sequences=True)(torch.ones(2, 3, 4, 4, 4, 1)).shape
        torch.Size([2, 3, 4, 4, 4, 4])
    """

    _cell = ConvLSTM3DCell
