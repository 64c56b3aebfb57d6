"""Locally connected layers: convolutions with filters of their own at every position."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import torch

from .. import activations, constraints, eras, initializers, regularizers
from ..backend import conv_utils
from ..backend.convolution import to_channels_first
from ..engine import checks
from ..engine.layer import InputSpec, Layer
from ..engine.symbolic import recordable
from .conv.base import window_lengths

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]

Shape = tuple[int | None, ...]


@recordable
def _patches(x: torch.Tensor, kernel_size: Sequence[int], strides: Sequence[int], data_format: str) -> torch.Tensor:
    """(positions, batch, elements of a window), the elements in the order of the data's own axes."""
    rank = len(kernel_size)
    x = to_channels_first(x, data_format)
    for axis, (size, stride) in enumerate(zip(kernel_size, strides, strict=True), start=2):
        x = x.unfold(axis, size, stride)  # batch, channels, positions ..., window ...
    positions, window = range(2, 2 + rank), range(2 + rank, 2 + 2 * rank)
    elements = (1, *window) if data_format == "channels_first" else (*window, 1)
    return x.permute(*positions, 0, *elements).flatten(rank + 1).flatten(0, rank - 1)


class _LocallyConnected(Layer):
    """A kernel of shape (positions, elements of a window, filters)."""

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        activation: Any,
        use_bias: bool,
        kernel: tuple[Any, Any, Any],
        bias: tuple[Any, Any, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.filters = checks.positive_int(owner, "filters", filters)
        self.kernel_size = checks.int_tuple(owner, "kernel_size", kernel_size, self.rank)
        self.strides = checks.int_tuple(owner, "strides", strides, self.rank)
        self.padding = checks.one_of(owner, "padding", padding, ("valid",))
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        for part, (initializer, regularizer, constraint) in (("kernel", kernel), ("bias", bias)):
            setattr(self, f"{part}_initializer", initializers.get(initializer))
            setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{part}_constraint", constraints.get(constraint))
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Shape) -> None:
        axis = conv_utils.channel_axis(self.data_format)
        lengths = [input_shape[i] for i in conv_utils.spatial_axes(self.data_format, self.rank)]
        if None in lengths or input_shape[axis] is None:
            raise ValueError(
                f"Layer {self.name}: expected all sizes of its input to be known. Received: shape {tuple(input_shape)}"
            )
        output = self.compute_output_shape(input_shape)
        self._positions = tuple(output[i] for i in conv_utils.spatial_axes(self.data_format, self.rank))
        elements = math.prod(self.kernel_size) * input_shape[axis]
        self.add_weight(
            "kernel",
            (math.prod(self._positions), elements, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.add_weight(
                "bias",
                (*self._positions, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        else:
            self.bias = None
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        patches = _patches(inputs, self.kernel_size, self.strides, self.data_format)
        outputs = torch.bmm(patches, self.kernel).unflatten(0, self._positions)
        first = self.data_format == "channels_first"
        outputs = outputs.permute(
            self.rank, *((self.rank + 1,) if first else ()), *range(self.rank), *(() if first else (-1,))
        )
        if self.bias is not None:
            # Keras reads the bias in the data's own layout; it does not move the filters' axis
            outputs = outputs + self.bias.reshape(self.filters, *self._positions) if first else outputs + self.bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = list(window_lengths(self, input_shape, self.data_format, self.kernel_size, self.strides, self.padding))
        shape[conv_utils.channel_axis(self.data_format)] = self.filters
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        config = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
        return {**super().get_config(), **config}


class LocallyConnected1D(_LocallyConnected):
    """A ``Conv1D`` whose filters are not shared between positions.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: length of the filters.
        strides: step between two positions.
        padding: ``'valid'`` only.
        data_format: ``'channels_last'`` or ``'channels_first'``. Keras 2.2.4 takes it and ignores it; later
            Keras heeds it.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, steps, channels) → (batch, new steps, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or an input of unknown size.

    Source: https://keras.io/2.2.4/layers/local/

    Example:
        >>> LocallyConnected1D(6, 3)(torch.zeros(1, 10, 4)).shape
        torch.Size([1, 8, 6])
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            self._format(data_format),
            activation,
            use_bias,
            (kernel_initializer, kernel_regularizer, kernel_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **kwargs,
        )

    @staticmethod
    def _format(data_format: str | None) -> str:
        wanted = conv_utils.normalize_data_format(data_format, "LocallyConnected1D")
        if eras.current().local_conv1d_format == "honoured" or wanted == "channels_last":
            return wanted
        if data_format is not None:
            warnings.warn(
                "LocallyConnected1D: data_format='channels_first' has no effect, as in Keras 2.2.4; the input is "
                "taken as (batch, steps, channels).",
                stacklevel=3,
            )
        return "channels_last"

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if eras.current().local_conv1d_format == "ignored":
            del config["data_format"]
        return config


class LocallyConnected2D(_LocallyConnected):
    """A ``Conv2D`` whose filters are not shared between positions.

    Args:
        filters: number of filters, the size of the output's channel axis.
        kernel_size: height and width of the filters; one int for both.
        strides: steps between two positions.
        padding: ``'valid'`` only.
        data_format: ``'channels_last'`` or ``'channels_first'``; by default what ``~/.keras/keras.json`` says, else
            ``'channels_last'``.
        activation: name or function applied to the output.
        use_bias: whether to add a bias.
        kernel_initializer: initial values of the filters.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the filters after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Shape:
        (batch, rows, columns, channels) → (batch, new rows, new columns, filters).

    Raises:
        ValueError: for a bad size, padding or data format, or an input of unknown size.

    Source: https://keras.io/2.2.4/layers/local/

    Example:
        >>> LocallyConnected2D(6, (3, 2))(torch.zeros(1, 5, 5, 4)).shape
        torch.Size([1, 3, 4, 6])
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            activation,
            use_bias,
            (kernel_initializer, kernel_regularizer, kernel_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
