"""Core layers: dense, activation, dropout, shapes, masking.

Source: https://keras.io/api/layers/core_layers/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .. import activations, config, constraints, eras, initializers, regularizers
from ..engine import checks
from ..engine.input_layer import Input, InputLayer
from ..engine.input_spec import InputSpec
from ..engine.layer import Layer
from .dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from .lambda_layer import Lambda

__all__ = [
    "Dense",
    "Activation",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "Flatten",
    "Reshape",
    "Permute",
    "RepeatVector",
    "Masking",
    "ActivityRegularization",
    "Input",
    "InputLayer",
    "Lambda",
]


class Dense(Layer):
    """A fully connected layer: ``activation(inputs @ kernel + bias)``.

    Args:
        units: size of the output's last axis.
        activation: name, function or None for linear.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the kernel.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: the arguments of every layer (``input_shape``, ``input_dim``, ``name`` …).

    Shape:
        input (batch, ..., input_dim), output (batch, ..., units). The kernel is (input_dim, units), stored as torch's
        ``weight`` (units, input_dim).

    Raises:
        ValueError: for ``units < 1`` or an input whose last axis is unknown.

    Source: https://keras.io/api/layers/core_layers/dense/

    Example:
        >>> import torch
        >>> Dense(3, activation="relu")(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = checks.positive_int("Dense", "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        input_dim = input_shape[-1]
        if input_dim is None:
            raise ValueError(
                f"Layer {self.name}: expected the last axis of the input to be known. Received: shape {input_shape}; "
                "give the layers before it an input_shape (an Embedding its input_length)"
            )
        self.add_weight(
            "kernel",
            (input_dim, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            axes=(1, 0),
            attribute="weight",
        )
        if self.use_bias:
            self.add_weight(
                "bias",
                (self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        else:
            self.bias = None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_dim})
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if not inputs.is_floating_point():
            inputs = inputs.to(self.weight.dtype)
        return self.activation(F.linear(inputs, self.weight, self.bias))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
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


class Activation(Layer):
    """Applies an activation function.

    Args:
        activation: name or function.
        **kwargs: the arguments of every layer.

    Source: https://keras.io/api/layers/core_layers/activation/

    Example:
        >>> import torch
        >>> Activation("relu")(torch.tensor([[-1.0, 2.0]])).tolist()
        [[0.0, 2.0]]
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class Flatten(Layer):
    """Makes one axis of all but the batch axis.

    Args:
        data_format: ``'channels_first'`` input is flattened in the order of ``'channels_last'``, so that weights
            trained with one format fit the other; None is ``'channels_last'`` order.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, ...), output (batch, product of the rest). In the era ``keras2`` an input has three axes or more.

    Raises:
        ValueError: when an axis behind the batch axis is unknown, in the era ``keras2``.

    Source: https://keras.io/api/layers/reshaping_layers/flatten/

    Example:
        >>> import torch
        >>> Flatten()(torch.ones(2, 3, 4)).shape
        torch.Size([2, 12])
    """

    keeps_dtype = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.input_spec = InputSpec(min_ndim=3 if eras.current().sizes == "dimension" else 1)
        # None is not the process's default here: Keras 2.2.4 reads it from there too
        self.data_format = config.normalize_data_format(data_format, "Flatten")

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = torch.movedim(inputs, 1, -1)
        return torch.flatten(inputs, 1) if inputs.ndim > 1 else inputs[:, None]

    def compute_output_shape(self, input_shape: Any) -> Any:
        if any(size is None for size in input_shape[1:]):
            if eras.current().sizes == "int":
                return (input_shape[0], None)
            raise ValueError(
                f"Layer {self.name}: expected an input whose shape is known behind the batch axis. "
                f"Received: shape {tuple(input_shape)}; give the first layer a complete input_shape (an Embedding its "
                "input_length)"
            )
        return (input_shape[0], int(np.prod(input_shape[1:])))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Gives the axes behind the batch axis another shape.

    Args:
        target_shape: the new shape without the batch axis; one entry may be -1.
        **kwargs: the arguments of every layer.

    Raises:
        ValueError: when the number of elements differs.

    Source: https://keras.io/api/layers/reshaping_layers/reshape/

    Example:
        >>> import torch
        >>> Reshape((2, -1))(torch.ones(5, 6)).shape
        torch.Size([5, 2, 3])
    """

    keeps_dtype = True

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(int(size) for size in target_shape)
        if sum(size == -1 for size in self.target_shape) > 1 or any(size < -1 for size in self.target_shape):
            raise ValueError(
                "Reshape: expected target_shape to hold sizes >= 0 and at most one -1. "
                f"Received: target_shape={self.target_shape}"
            )

    def _resolved(self, input_shape: Sequence[int]) -> tuple[int, ...]:
        total = int(np.prod(input_shape))
        known = int(np.prod([size for size in self.target_shape if size != -1]))
        fits = total == known if -1 not in self.target_shape else known > 0 and total % known == 0
        if not fits:
            raise ValueError(
                f"Layer {self.name}: expected target_shape {self.target_shape} to hold as many elements as the input. "
                f"Received: an input of {total} elements, shape {tuple(input_shape)}"
            )
        return tuple(total // known if size == -1 else size for size in self.target_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.reshape(inputs, (inputs.shape[0] if inputs.shape[0] is not None else -1, *self._sizes(inputs)))

    def _sizes(self, inputs: torch.Tensor) -> tuple[int, ...]:
        if -1 in self.target_shape and inputs.shape[0] is not None:
            return self._resolved(inputs.shape[1:])  # torch cannot infer a -1 for an empty batch
        return self.target_shape

    def compute_output_shape(self, input_shape: Any) -> Any:
        if None in input_shape[1:]:
            return (input_shape[0], *(None if size == -1 else size for size in self.target_shape))
        return (input_shape[0], *self._resolved(input_shape[1:]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """Reorders the axes behind the batch axis.

    Args:
        dims: the new order, counted from 1: ``(2, 1)`` swaps the first two.
        **kwargs: the arguments of every layer.

    Raises:
        ValueError: when dims is no permutation of 1 … n.

    Source: https://keras.io/api/layers/reshaping_layers/permute/

    Example:
        >>> import torch
        >>> Permute((2, 1))(torch.ones(1, 2, 3)).shape
        torch.Size([1, 3, 2])
    """

    keeps_dtype = True

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(int(d) for d in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: expected dims to be a permutation of 1 to {len(self.dims)}. Received: dims={self.dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.permute(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Repeats a vector n times along a new axis.

    Args:
        n: how often.
        **kwargs: the arguments of every layer.

    Shape:
        input (batch, features), output (batch, n, features).

    Raises:
        TypeError: when n is no integer.

    Source: https://keras.io/api/layers/reshaping_layers/repeat_vector/

    Example:
        >>> import torch
        >>> RepeatVector(3)(torch.ones(2, 4)).shape
        torch.Size([2, 3, 4])
    """

    keeps_dtype = True

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = checks.positive_int("RepeatVector", "n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.unsqueeze(1).expand(-1, self.n, -1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n}


class Masking(Layer):
    """Masks the steps of a sequence whose features all equal a value.

    Args:
        mask_value: the value.
        **kwargs: the arguments of every layer.

    Shape:
        (batch, steps, ...), unchanged; masked steps become zeros.

    Source: https://keras.io/api/layers/core_layers/masking/

    Example:
        >>> import torch
        >>> Masking(0.0)(torch.tensor([[[1.0], [0.0]]]))._keras_mask.tolist()
        [[True, False]]
    """

    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: torch.Tensor, mask: Any = None) -> torch.Tensor:
        return torch.any(torch.ne(inputs, self.mask_value), -1)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs * torch.any(torch.ne(inputs, self.mask_value), -1, keepdim=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_value": self.mask_value}


class ActivityRegularization(Layer):
    """Passes its input on and adds a penalty on it to the loss.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.
        **kwargs: the arguments of every layer.

    Source: https://keras.io/api/layers/regularization_layers/activity_regularization/

    Example:
        >>> ActivityRegularization(l1=0.01).l1
        0.01
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}
