"""Activations with weights that Keras 1 had: ``ParametricSoftplus`` and ``SReLU``.

Source: Keras 1.2.2, ``keras.layers.advanced_activations``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional as F  # torch's own name for it

from .. import initializers
from ..engine.layer import Layer

__all__ = ["ParametricSoftplus", "SReLU"]


class _Shaped(Layer):
    """Weights of a sample's shape, with size 1 along shared axes."""

    def __init__(self, weights: Any = None, shared_axes: int | Sequence[int] | None = None, **kwargs: Any) -> None:
        super().__init__(weights=weights, **kwargs)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes or ())

    def _add(self, name: str, input_shape: Any, initializer: Any) -> torch.Tensor:
        shape = [1 if axis in self.shared_axes else size for axis, size in enumerate(input_shape)][1:]
        return self.add_weight(name, shape, None, initializer)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class ParametricSoftplus(_Shaped):
    """``alpha * log(1 + exp(beta * x))`` with learned alpha and beta.

    Args:
        alpha_init: where alpha begins.
        beta_init: where beta begins.
        weights: the arrays of alpha and beta.
        shared_axes: axes along which they are the same.
        **kwargs: the arguments of every layer.

    Shape:
        input and output alike.

    Example:
        >>> ParametricSoftplus()(torch.zeros(1, 1))
        tensor([[0.1386]], grad_fn=<MulBackward0>)
    """

    def __init__(
        self,
        alpha_init: float = 0.2,
        beta_init: float = 5.0,
        weights: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(weights, shared_axes, **kwargs)
        self.alpha_init, self.beta_init = float(alpha_init), float(beta_init)

    def build(self, input_shape: Any) -> None:
        self.alphas = self._add("alphas", input_shape, initializers.Constant(self.alpha_init))
        self.betas = self._add("betas", input_shape, initializers.Constant(self.beta_init))
        super().build(input_shape)

    def call(self, inputs: torch.Tensor, mask: Any = None) -> torch.Tensor:
        return F.softplus(self.betas * inputs) * self.alphas

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha_init": self.alpha_init, "beta_init": self.beta_init}


class SReLU(_Shaped):
    """A line with three pieces whose ends and slopes are learned.

    Args:
        t_left_init: initializer of the left end.
        a_left_init: initializer of the left slope.
        t_right_init: initializer of the distance to the right end.
        a_right_init: initializer of the right slope.
        shared_axes: axes along which they are the same.
        **kwargs: the arguments of every layer.

    Shape:
        input and output alike.

    Source: Jin et al., Deep Learning with S-shaped Rectified Linear Activation Units, https://arxiv.org/abs/1512.07030

    Example:
        >>> layer = SReLU(a_left_init="zero", t_right_init="one", a_right_init="zero")
        >>> layer(torch.tensor([[-2.0, 0.5, 3.0]])).tolist()
        [[0.0, 0.5, 1.0]]
    """

    def __init__(
        self,
        t_left_init: Any = "zero",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "one",
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(shared_axes=shared_axes, **kwargs)
        self.t_left_init, self.a_left_init = t_left_init, a_left_init
        self.t_right_init, self.a_right_init = t_right_init, a_right_init

    def build(self, input_shape: Any) -> None:
        for name in ("t_left", "a_left", "t_right", "a_right"):
            setattr(self, name, self._add(name, input_shape, initializers.get(getattr(self, f"{name}_init"))))
        super().build(input_shape)

    def call(self, inputs: torch.Tensor, mask: Any = None) -> torch.Tensor:
        right = self.t_left + self.t_right.abs()  # so that it never lies left of the left end
        left_part = torch.where(inputs <= self.t_left, self.a_left * (inputs - self.t_left), 0.0)
        middle = torch.minimum(torch.maximum(inputs, self.t_left), right)
        return left_part + middle + torch.where(inputs >= right, self.a_right * (inputs - right), 0.0)

    def get_config(self) -> dict[str, Any]:
        names = ("t_left_init", "a_left_init", "t_right_init", "a_right_init")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
