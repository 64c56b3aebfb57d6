"""A dense layer whose product is written as an einsum."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from .. import activations, constraints, initializers, regularizers
from ..engine.layer import Layer

__all__ = ["EinsumDense"]

Shape = tuple[int | None, ...]

_FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


class EinsumDense(Layer):
    """``activation(einsum(equation, inputs, kernel) + bias)``.

    Where the equation only joins the input's last axes with the kernel's first ones, as most do, the layer is one
    matrix product, and its kernel is stored as that of ``torch.nn.Linear``.

    Args:
        equation: the product, such as ``'abc,cd->abd'``; axes of the input may be elided on one side as ``'...'``.
        output_shape: the output's shape without the batch axis and elided ones; None for a size of the input's.
        activation: name, function or None for linear.
        bias_axes: the letters of the output's axes that the bias has; None for no bias.
        kernel_initializer: first values of the kernel.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: those of ``Layer``.

    Raises:
        ValueError: for an equation of another form, or sizes that do not fit it.

    Source: https://keras.io/api/layers/core_layers/einsum_dense/

    Example:
        >>> layer = EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d")
        >>> layer(torch.ones(2, 3, 4)).shape, layer.kernel.shape
        (torch.Size([2, 3, 5]), (4, 5))
    """

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Any = None,
        bias_axes: str | None = None,
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
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        found = _FORM.fullmatch(equation.replace(" ", "")) if isinstance(equation, str) else None
        if found is None or (found[1], found[3]) != (found[5], found[7]) or (found[1] and found[3]):
            raise ValueError(
                "EinsumDense: expected equation to be of the form [X],[Y]->[Z], ...[X],[Y]->...[Z] or "
                f"[X]...,[Y]->[Z]... Received: equation={equation!r}"
            )
        self._sides = bool(found[1]), bool(found[3])
        self._specs = found[2], found[4], found[6]
        self._n_joined = self._count_joined()

    def _spelled_out(self, rank: int) -> tuple[str, str, str]:
        """The letters of input, kernel and output for an input of this rank, elided axes included."""
        source, weight, target = self._specs
        left, right = self._sides
        elided = rank - len(source)
        if elided < 0 or (elided and not (left or right)):
            raise ValueError(
                f"Layer {self.name}: expected an input of {len(source)} dimensions for equation {self.equation!r}. "
                f"Received: {rank} dimensions"
            )
        more = "".join([c for c in string.ascii_letters if c not in source + weight + target][:elided])
        return (more + source, weight, more + target) if left else (source + more, weight, target + more)

    def _full_output_shape(self, input_shape: Shape) -> tuple[int | None, ...]:
        """The output's shape: what is elided, and sizes that ``output_shape`` leaves open, are the input's."""
        source, _, target = self._spelled_out(len(input_shape))
        of_input = dict(zip(source, input_shape, strict=True))
        elided = len(source) - len(self._specs[0])
        left, right = self._sides
        middle = [of_input[c] for c in target[1:elided]] if left else []
        end = [of_input[c] for c in target[len(target) - elided :]] if right and elided else []
        shape = (input_shape[0], *middle, *self.partial_output_shape, *end)
        if len(shape) != len(target):
            raise ValueError(
                f"Layer {self.name}: expected output_shape to have {len(target) - 1 - len(middle) - len(end)} sizes "
                f"for equation {self.equation!r}. Received: output_shape={self.partial_output_shape}"
            )
        for letter, size in zip(target, shape, strict=True):
            if size is not None and of_input.get(letter, size) not in (size, None):
                raise ValueError(
                    f"Layer {self.name}: expected axis {letter!r} to have one size in the input and in output_shape. "
                    f"Received: {of_input[letter]} and {size}"
                )
        return shape

    def _weight_shapes(self, input_shape: Shape) -> tuple[list[int], list[int] | None]:
        source, weight, target = self._spelled_out(len(input_shape))
        sizes = dict(zip(target, self._full_output_shape(input_shape), strict=True))
        sizes |= dict(zip(source, input_shape, strict=True))
        for letter in target + weight:
            if letter not in sizes or (letter in target and letter not in source + weight):
                raise ValueError(
                    f"Layer {self.name}: expected every axis of equation {self.equation!r} to come from the input or "
                    f"from the kernel and the output. Received: axis {letter!r}"
                )
        kernel = [sizes[letter] for letter in weight]
        if None in kernel:
            raise ValueError(
                f"Layer {self.name}: expected known sizes of the axes {weight!r} that the kernel has. "
                f"Received: shape {tuple(input_shape)}"
            )
        if self.bias_axes is None:
            return kernel, None
        own = self._specs[2]
        if not self.bias_axes or set(self.bias_axes) - set(own):
            raise ValueError(
                f"Layer {self.name}: expected bias_axes to be axes of the output {own!r}. "
                f"Received: bias_axes={self.bias_axes!r}"
            )
        tail = own[min(own.find(letter) for letter in self.bias_axes) :]
        ones = 0 if self._sides[0] else len(target) - len(own)
        return kernel, [sizes[letter] if letter in self.bias_axes else 1 for letter in tail] + [1] * ones

    def _count_joined(self) -> int:
        """How many of the kernel's first axes are joined with the input's last ones, where that is all; else 0."""
        source, weight, target = self._specs
        n = len([letter for letter in weight if letter in source])
        free = source[: len(source) - n]
        simple = source.endswith(weight[:n]) and target == free + weight[n:] and not self._sides[1]
        apart = not set(weight[n:]) & set(source) and not set(weight[:n]) & set(target)
        return n if simple and apart and n < len(weight) else 0

    def build(self, input_shape: Shape) -> None:
        kernel, bias = self._weight_shapes(input_shape)
        n, rank = self._n_joined, len(kernel)
        self.add_weight(
            "kernel",
            kernel,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            axes=(*range(n, rank), *range(n)) if n else None,
            attribute="weight",
        )
        if bias is None:
            self.bias = None
        else:
            self.add_weight(
                "bias",
                bias,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.full_output_shape = self._full_output_shape(input_shape)
        super().build(input_shape)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        if self._n_joined:
            return self.activation(self._linear(inputs))
        source, kernel, target = self._spelled_out(inputs.ndim)
        outputs = torch.einsum(f"{source},{kernel}->{target}", inputs, self.weight)
        return self.activation(outputs if self.bias is None else outputs + self.bias)

    def _linear(self, inputs: torch.Tensor) -> torch.Tensor:
        weight, bias, n = self.weight, self.bias, self._n_joined
        made = weight.ndim - n  # axes that the kernel adds to the output
        matrix = weight.flatten(0, made - 1).flatten(1) if weight.ndim > 2 else weight
        x = inputs.flatten(-n) if n > 1 else inputs
        whole = bias is not None and tuple(bias.shape) == tuple(weight.shape[:made])
        outputs = F.linear(x, matrix, bias.flatten() if whole else None)
        outputs = outputs.unflatten(-1, weight.shape[:made]) if made > 1 else outputs
        return outputs if bias is None or whole else outputs + bias

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        source, _, target = self._spelled_out(len(input_shape))
        of_input = dict(zip(source, input_shape, strict=True))
        claimed = zip(target, self._full_output_shape(input_shape), strict=True)
        return tuple(of_input.get(letter, size) for letter, size in claimed)

    def get_config(self) -> dict[str, Any]:
        config = {
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
        return {**super().get_config(), **config}
