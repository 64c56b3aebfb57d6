"""Layers that Keras 2 had dropped or was about to: ``Merge``, ``MaxoutDense``, ``Highway``, ``TimeDistributedDense``.

Source: Keras 1.2.2, ``keras.engine.topology`` and ``keras.layers.core``; Keras 2.2.4, ``keras.legacy.layers``.
"""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch

from .. import activations, config, constraints, initializers, regularizers
from ..backend.products import batch_dot
from ..engine.input_spec import InputSpec
from ..engine.layer import Layer
from ..engine.network import Network
from ..layers import merge as merge_layers
from ..layers.convolutional import AtrousConvolution1D, AtrousConvolution2D
from ..layers.core import Dense
from .legacy_recurrent import ConvRecurrent2D, Recurrent

__all__ = [
    "AtrousConvolution1D",
    "AtrousConvolution2D",
    "ConvRecurrent2D",
    "Highway",
    "MaxoutDense",
    "Merge",
    "Recurrent",
    "TimeDistributedDense",
    "merge",
]

_MODES: dict[str, Callable[[], Layer]] = {
    "sum": merge_layers.Add,
    "ave": merge_layers.Average,
    "mul": merge_layers.Multiply,
    "max": merge_layers.Maximum,
}


class _OldDense(Layer):
    """What the two dense layers of Keras 1 share: the names of their arguments."""

    _old_names = ("W_regularizer", "b_regularizer", "W_constraint", "b_constraint")

    def __init__(
        self,
        init: Any = "glorot_uniform",
        weights: Sequence[Any] | None = None,
        W_regularizer: Any = None,  # Keras 1's name
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        if input_dim is not None:
            kwargs["input_shape"] = (input_dim,)
        super().__init__(weights=weights, activity_regularizer=activity_regularizer, **kwargs)
        self.init = initializers.get(init)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bool(bias)
        self.input_dim = input_dim
        self.input_spec = InputSpec(ndim=2)
        warnings.warn(f"{type(self).__name__} is a layer of Keras 1; Keras 2 has none in its place.", stacklevel=3)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "init": initializers.serialize(self.init),
            "W_regularizer": regularizers.serialize(self.W_regularizer),
            "b_regularizer": regularizers.serialize(self.b_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "W_constraint": constraints.serialize(self.W_constraint),
            "b_constraint": constraints.serialize(self.b_constraint),
            "bias": self.bias,
            "input_dim": self.input_dim,
        }


class MaxoutDense(_OldDense):
    """The greatest of several linear layers, unit by unit.

    Args:
        output_dim: how many units.
        nb_feature: of how many linear layers.
        **kwargs: ``init``, ``W_regularizer``, ``b_regularizer``, ``W_constraint``, ``b_constraint``, ``bias``,
            ``weights``, ``input_dim`` as Keras 1's Dense had them, and the arguments of every layer.

    Shape:
        input (batch, features), output (batch, output_dim).

    Source: Goodfellow et al., Maxout Networks, https://arxiv.org/abs/1302.4389

    Example:
        >>> import warnings, torch
        >>> warnings.simplefilter("ignore")
        >>> MaxoutDense(3)(torch.ones(2, 4)).shape
        torch.Size([2, 3])
    """

    def __init__(self, output_dim: int, nb_feature: int = 4, init: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(init, **kwargs)
        self.output_dim = output_dim
        self.nb_feature = nb_feature

    def build(self, input_shape: Any) -> None:
        size = input_shape[1]
        self.input_spec = InputSpec(shape=(None, size))
        self.W = self.add_weight(
            "W", (self.nb_feature, size, self.output_dim), None, self.init, self.W_regularizer, True, self.W_constraint
        )
        if self.bias:
            shape = (self.nb_feature, self.output_dim)
            self.b = self.add_weight("b", shape, None, "zeros", self.b_regularizer, True, self.b_constraint)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs = torch.einsum("bi,kio->bko", inputs, self.W)
        return torch.amax(outputs + self.b if self.bias else outputs, dim=1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "output_dim": self.output_dim, "nb_feature": self.nb_feature}


class Highway(_OldDense):
    """A dense layer and a gate that decides how much of its input passes unchanged.

    Args:
        init: initializer of both kernels.
        activation: function of the dense layer.
        **kwargs: as for ``MaxoutDense``; ``transform_bias`` has no effect.

    Shape:
        input and output (batch, features).

    Source: Srivastava et al., Highway Networks, https://arxiv.org/abs/1505.00387

    Example:
        >>> import warnings, torch
        >>> warnings.simplefilter("ignore")
        >>> Highway()(torch.ones(2, 4)).shape
        torch.Size([2, 4])
    """

    def __init__(self, init: Any = "glorot_uniform", activation: Any = None, **kwargs: Any) -> None:
        if "transform_bias" in kwargs:
            kwargs.pop("transform_bias")
            warnings.warn("Highway: transform_bias has no effect; the gate's bias begins with ones.", stacklevel=2)
        super().__init__(init, **kwargs)
        self.activation = activations.get(activation)

    def build(self, input_shape: Any) -> None:
        size = input_shape[1]
        self.input_spec = InputSpec(shape=(None, size))
        self.W = self.add_weight("W", (size, size), None, self.init, self.W_regularizer, True, self.W_constraint)
        self.W_carry = self.add_weight("W_carry", (size, size), initializer=self.init)
        if self.bias:
            self.b = self.add_weight("b", (size,), None, "zeros", self.b_regularizer, True, self.b_constraint)
            self.b_carry = self.add_weight("b_carry", (size,), initializer="ones")
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        gate, values = torch.matmul(inputs, self.W_carry), torch.matmul(inputs, self.W)
        if self.bias:
            gate, values = gate + self.b_carry, values + self.b
        gate = torch.sigmoid(gate)
        return self.activation(values) * gate + (1.0 - gate) * inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class TimeDistributedDense(Dense):
    """Keras 1's ``Dense`` for every time step; ``Dense`` does that itself since Keras 2."""


class Merge(Layer):
    """Keras 1's layer that joins tensors, or whole models at the foot of a Sequential.

    Args:
        layers: the models that are joined; their inputs become those of the Sequential. None to call it on tensors.
        mode: ``'sum'``, ``'ave'``, ``'mul'``, ``'max'``, ``'concat'``, ``'dot'``, ``'cos'``, or a function of the
            list of tensors.
        concat_axis: axis of ``'concat'``.
        dot_axes: axes of ``'dot'`` and ``'cos'``.
        output_shape: accepted; a function's shape is found by running it.
        arguments: further arguments of the function.
        **kwargs: the arguments of every layer.

    Raises:
        ValueError: for an unknown mode.

    Example:
        >>> import kerastorch as keras
        >>> left = keras.models.Sequential([keras.layers.Dense(2, input_dim=3)])
        >>> right = keras.models.Sequential([keras.layers.Dense(2, input_dim=4)])
        >>> keras.models.Sequential([Merge([left, right], mode="concat"), keras.layers.Dense(1)]).output_shape
        (None, 1)
    """

    supports_masking = True

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        mode: str | Callable = "sum",
        concat_axis: int = -1,
        dot_axes: int | Sequence[int] = -1,
        output_shape: Any = None,
        output_mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{k: v for k, v in kwargs.items() if k not in ("node_indices", "tensor_indices")})
        if not callable(mode) and mode not in (*_MODES, "concat", "dot", "cos"):
            raise ValueError(
                f"Merge: expected mode to be one of {(*_MODES, 'concat', 'dot', 'cos')}. Received: {mode!r}"
            )
        self.mode, self.concat_axis = mode, concat_axis
        self.dot_axes = [dot_axes] * 2 if isinstance(dot_axes, int) else list(dot_axes)
        if self.dot_axes and isinstance(self.dot_axes[0], (list, tuple)):
            self.dot_axes = [axes[0] for axes in self.dot_axes]  # Keras 0: ([1], [2])
        self.arguments = dict(arguments or {})
        self.branches = list(layers or ())

    def join(self) -> tuple[list[Any], Any]:
        """The inputs of the joined models and the symbolic tensor of their joined outputs."""
        models = [_as_model(branch) for branch in self.branches]
        inputs: list[Any] = []
        for model in models:
            inputs += [x for x in model.inputs if not any(x is known for known in inputs)]
        return inputs, self([output for model in models for output in model.outputs])

    def _inner(self) -> Layer:
        if self.mode == "concat":
            return merge_layers.Concatenate(self.concat_axis)
        if self.mode == "dot":
            return merge_layers.Dot(self.dot_axes)
        return _MODES[self.mode]()  # type: ignore[index]

    def call(self, inputs: Sequence[Any], mask: Any = None) -> Any:
        if callable(self.mode):
            return self.mode(inputs, **self.arguments)
        if self.mode == "cos":
            x, y = inputs
            norms = batch_dot(x, x, self.dot_axes) * batch_dot(y, y, self.dot_axes)
            return (batch_dot(x, y, self.dot_axes) / norms.sqrt().clamp_min(config.epsilon())).unsqueeze(1)
        inner = self._inner()
        inner._ensure_built(list(inputs))
        return inner.call(list(inputs))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None or callable(self.mode) or self.mode in ("dot", "cos"):
            return None
        return self._inner().compute_mask(inputs, mask)

    def get_config(self) -> dict[str, Any]:
        if callable(self.mode):
            raise NotImplementedError(f"Merge {self.name}: a function as mode has no plain form; write a Lambda")
        own = {"mode": self.mode, "concat_axis": self.concat_axis, "dot_axes": self.dot_axes}
        return {**super().get_config(), **own}


class _Joined:
    """A branch that is a single layer, seen as a model."""

    def __init__(self, layer: Layer) -> None:
        self.inputs, self.outputs = [layer.input], [layer.output]


def _as_model(branch: Any) -> Any:
    if isinstance(branch, Network) and branch._graph:
        return branch
    if isinstance(branch, Layer) and branch._inbound_nodes:
        return _Joined(branch)
    raise ValueError(f"Merge: expected models that know their input shapes. Received: {branch!r}")


def merge(
    inputs: Sequence[Any],
    mode: str | Callable = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict[str, Any] | None = None,
    name: str | None = None,
) -> Any:
    """Keras 1's function that joins tensors; today's ``keras.layers.merge`` is a module that can be called.

    Args:
        inputs: tensors, or models that are joined into a ``Merge`` layer.
        mode: as for ``Merge``.
        concat_axis: axis of ``'concat'``.
        dot_axes: axes of ``'dot'`` and ``'cos'``.
        output_shape: accepted; shapes are found by running.
        output_mask: accepted as in Keras 1.
        arguments: further arguments of a function.
        name: name of the layer.

    Example:
        >>> import warnings
        >>> from kerastorch.layers import Input
        >>> warnings.simplefilter("ignore")
        >>> merge([Input((3,)), Input((4,))], mode="concat").shape
        (None, 7)
    """
    warnings.warn("merge(mode=...) is Keras 1's; Keras 2 has add(), concatenate(), dot() and the like.", stacklevel=2)
    layer = Merge(
        inputs if all(isinstance(x, Layer) for x in inputs) else None,
        mode,
        concat_axis,
        dot_axes,
        output_shape,
        output_mask,
        arguments,
        name=name,
    )
    return layer if layer.branches else layer(list(inputs))


class _CallableModule(types.ModuleType):
    """``keras.layers.merge`` was a function in Keras 1 and is a module since."""

    @functools.wraps(merge)
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return merge(*args, **kwargs)


def install() -> None:
    """Gives Keras 1's layers their old names in ``layers``; done once, when the package is imported."""
    from .. import layers

    merge_layers.__class__ = _CallableModule
    modules = {Recurrent: layers.recurrent, ConvRecurrent2D: layers.convolutional_recurrent}
    for cls in (Merge, MaxoutDense, Highway, TimeDistributedDense, Recurrent, ConvRecurrent2D):
        for module in (layers, modules.get(cls, layers.core)):
            setattr(module, cls.__name__, cls)
        layers.REGISTRY.alias(**{cls.__name__: cls})
