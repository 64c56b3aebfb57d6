"""What all convolution layers share: arguments, weights, shapes, config."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ... import activations, constraints, initializers, regularizers
from ...backend import conv_utils
from ...backend.convolution import convolve
from ...backend.nn import bias_add
from ...engine import checks
from ...engine.layer import InputSpec, Layer

__all__ = ["BaseConv", "window_lengths"]

_PADDINGS = {1: ("valid", "same", "causal"), 2: ("valid", "same"), 3: ("valid", "same")}
Shape = tuple[int | None, ...]


def window_lengths(
    layer: Layer,
    input_shape: Sequence[int | None],
    data_format: str,
    sizes: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int] | None = None,
) -> Shape:
    """The input shape with the lengths that sliding a window leaves.

    Raises:
        ValueError: when the window does not fit.
    """
    lengths = []
    dilation = dilation or (1,) * len(sizes)
    axes = conv_utils.spatial_axes(data_format, len(sizes))
    for axis, size, stride, rate in zip(axes, sizes, strides, dilation, strict=True):
        length = conv_utils.conv_output_length(input_shape[axis], size, padding, stride, rate)
        if length is not None and length <= 0:
            raise ValueError(
                f"Layer {layer.name}: expected axis {axis} of its input to have at least "
                f"{conv_utils.dilated_size(size, rate)} steps, the size of its window with padding={padding!r}. "
                f"Received: shape {tuple(input_shape)}"
            )
        lengths.append(length)
    return conv_utils.with_spatial(input_shape, data_format, lengths)


class BaseConv(Layer):
    """A convolution over ``rank`` spatial axes; the public classes fix the rank.

    The kernel is stored as torch stores it, ``weight`` of shape (filters, channels // groups, *kernel_size), in
    channels_last memory format.
    """

    def __init__(
        self,
        rank: int,
        filters: int | None,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        groups: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        owner = type(self).__name__
        self.rank = rank
        self.filters = None if filters is None else checks.positive_int(owner, "filters", filters)
        self.groups = checks.positive_int(owner, "groups", groups)
        self.kernel_size = checks.int_tuple(owner, "kernel_size", kernel_size, rank)
        self.strides = checks.int_tuple(owner, "strides", strides, rank)
        self.padding = checks.one_of(owner, "padding", padding, _PADDINGS[rank])
        self.data_format = conv_utils.normalize_data_format(data_format, owner)
        self.dilation_rate = checks.int_tuple(owner, "dilation_rate", dilation_rate, rank)
        self._check_combinations(owner)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=rank + 2)

    def _check_combinations(self, owner: str) -> None:
        if self.padding == "causal" and self.data_format != "channels_last":
            raise ValueError(
                f"{owner}: expected data_format='channels_last' with padding='causal'. "
                f"Received: data_format={self.data_format!r}"
            )
        if self.filters is not None and self.filters % self.groups:
            raise ValueError(
                f"{owner}: expected filters to be a multiple of groups. "
                f"Received: filters={self.filters} and groups={self.groups}"
            )

    def _channels(self, input_shape: Sequence[int | None]) -> int:
        """The number of input channels, which from now on is expected."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"Layer {self.name}: expected strides or dilation_rate to be 1, since one excludes the other. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        axis = conv_utils.channel_axis(self.data_format)
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"Layer {self.name}: expected an input of {self.rank + 2} dimensions. "
                f"Received: shape {tuple(input_shape)}"
            )
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"Layer {self.name}: expected the number of channels (axis {axis}) to be known. "
                f"Received: shape {tuple(input_shape)}"
            )
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.name}: expected a number of channels that is a multiple of groups={self.groups}. "
                f"Received: shape {tuple(input_shape)}"
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _add_kernel(self, name: str, shape: Sequence[int], attribute: str = "weight", prefix: str = "kernel") -> None:
        """A kernel whose last two axes go in front, as torch stores it."""
        rank = len(shape) - 2
        self.add_weight(
            name,
            tuple(shape),
            initializer=getattr(self, f"{prefix}_initializer"),
            regularizer=getattr(self, f"{prefix}_regularizer"),
            constraint=getattr(self, f"{prefix}_constraint"),
            axes=self._kernel_axes(rank),
            attribute=attribute,
        )

    @staticmethod
    def _kernel_axes(rank: int) -> tuple[int, ...]:
        return (rank + 1, rank, *range(rank))

    def _add_bias(self, size: int) -> None:
        if not self.use_bias:
            self.bias = None
            return
        self.add_weight(
            "bias",
            (size,),
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def build(self, input_shape: Shape) -> None:
        channels = self._channels(input_shape)
        self.compute_output_shape(input_shape)
        self._add_kernel("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self._add_bias(self.filters)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if type(self).convolution_op is not BaseConv.convolution_op:
            outputs = self.convolution_op(inputs, self.kernel)
            return self.activation(bias_add(outputs, self.bias, self.data_format) if self.use_bias else outputs)
        return self.activation(self._convolved(inputs, self.weight, self.bias))

    def _convolved(self, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        return convolve(
            inputs,
            weight,
            bias,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            self.groups,
            self.name,
        )

    def convolution_op(self, inputs: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        """The convolution alone, for a subclass that changes the kernel before it is used.

        Args:
            inputs: as for ``call``.
            kernel: of Keras's shape, (*kernel_size, channels // groups, filters).

        Example:
            >>> class Standardized(BaseConv):
            ...     def convolution_op(self, inputs, kernel):
            ...         return super().convolution_op(inputs, kernel / kernel.std())
            >>> Standardized(1, 2, 3)(torch.ones(1, 5, 4)).shape
            torch.Size([1, 3, 2])
        """
        return self._convolved(inputs, kernel.permute(self._kernel_axes(self.rank)), None)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        shape = list(
            window_lengths(
                self, input_shape, self.data_format, self.kernel_size, self.strides, self.padding, self.dilation_rate
            )
        )
        shape[conv_utils.channel_axis(self.data_format)] = self.filters
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        config = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
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
        if self.groups != 1:  # Keras 2.2.4 knows no groups, so its configs do not either
            config["groups"] = self.groups
        return {**super().get_config(), **config}
