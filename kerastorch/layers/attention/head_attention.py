"""What attention with several heads has in common: projections, masks, the heads themselves.

Source: https://keras.io/api/layers/attention_layers/multi_head_attention/
"""

from __future__ import annotations

import math
import string
from contextlib import nullcontext
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from ... import constraints, eras, initializers, regularizers
from ...backend import names
from ...engine import checks
from ...engine.seeded import SeededLayer
from ...kernels.attention import attention, attention_slow
from ..einsum_dense import EinsumDense

__all__ = ["HeadAttention", "Shape"]

Shape = tuple[int | None, ...]


class HeadAttention(SeededLayer):
    """Projections to heads, attention of each head, and the projection back.

    Args:
        heads: how many there are of the query.
        key_heads: how many there are of keys and values, each shared by neighbouring heads of the query.
        key_dim: size of a head's query and key.
        value_dim: size of a head's value.
        output_shape: shape of the last axes of the output; None for the query's.
        attention_axes: the axes that are attended over; None for all between the batch and the features.
        **kwargs: the settings that both kinds share, and those of ``Layer``.
    """

    supports_masking = True
    _robust = False  # whether positions that see nothing pass no gradient on

    def __init__(
        self,
        heads: int,
        key_heads: int,
        key_dim: int,
        value_dim: int,
        output_shape: Any,
        attention_axes: Any,
        *,
        dropout: float,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        sliding_window: int | None,
        flash_attention: bool | None,
        use_gate: bool,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, **kwargs)
        owner = type(self).__name__
        self._heads, self._key_heads, self._key_dim, self._value_dim = heads, key_heads, key_dim, value_dim
        self._given_output_shape = output_shape
        self._output_shape = None if not output_shape else checks.shape_tuple(owner, "output_shape", output_shape)
        if attention_axes is not None:
            attention_axes = tuple(attention_axes) if isinstance(attention_axes, (list, tuple)) else (attention_axes,)
        self._attention_axes = attention_axes
        self.dropout = checks.fraction(owner, "dropout", dropout)
        self.use_bias = bool(use_bias)
        self.use_gate = bool(use_gate)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self._output_regularizer = regularizers.get(activity_regularizer)
        self._of_projections = eras.current().later_layers == "keras3"
        if not self._of_projections:
            self.activity_regularizer = self._output_regularizer
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.sliding_window = sliding_window
        if sliding_window is not None:
            self.sliding_window = checks.positive_int(owner, "sliding_window", sliding_window)
        self.flash_attention = flash_attention
        if flash_attention and self.dropout:
            raise ValueError(f"{owner}: expected dropout=0 with flash_attention=True. Received: dropout={dropout}")

    # ---------------------------------------------------------------- building

    def build(self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None) -> None:
        """Makes the projections.

        Args:
            query_shape: shape of the query, the batch axis first.
            value_shape: shape of the value.
            key_shape: shape of the key; the value's when missing.

        Raises:
            ValueError: when key and value differ in more than their last axis.
        """
        key_shape = value_shape if key_shape is None else key_shape
        self._check_lengths(value_shape, key_shape)
        self._shapes = tuple(query_shape), tuple(key_shape), tuple(value_shape)
        if self._attention_axes is None:
            self._axes = tuple(range(1, len(value_shape) - 1))
        else:
            self._axes = tuple(axis % len(value_shape) for axis in self._attention_axes)
        sizes = [("query", query_shape, self._heads, self._key_dim), ("key", key_shape, self._key_heads, self._key_dim)]
        if self.use_gate:
            sizes.append(("gate", query_shape, self._heads, self._value_dim))
        sizes.append(("value", value_shape, self._key_heads, self._value_dim))
        for name, shape, heads, size in sizes:
            free = string.ascii_lowercase[: len(shape) - 1]
            made = (*[None] * (len(free) - 1), heads, size)
            activation = "sigmoid" if name == "gate" else None
            self._project(name, f"{free}x,xyz->{free}yz", made, "yz", shape, activation=activation, name=name)
        target = self._output_shape or (query_shape[-1],)
        free, made = string.ascii_lowercase[: len(query_shape) - 1], (*[None] * (len(query_shape) - 2), *target)
        new = string.ascii_uppercase[: len(target)]
        shape = (*query_shape[:-1], self._heads, self._value_dim)
        self._project("output", f"{free}yz,yz{new}->{free}{new}", made, new, shape, name="attention_output")
        super().build(query_shape)

    def _project(self, role: str, equation: str, made: Any, bias_axes: str, shape: Shape, **kwargs: Any) -> None:
        dense = EinsumDense(
            equation,
            made,
            bias_axes=bias_axes if self.use_bias else None,
            kernel_initializer=initializers.get(initializers.serialize(self.kernel_initializer)),
            bias_initializer=initializers.get(initializers.serialize(self.bias_initializer)),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self._output_regularizer if self._of_projections else None,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self._policy or self.__dict__.get("dtype"),
            **kwargs,
        )
        dense.supports_masking = True  # a mask that comes with its input is this layer's business
        with names.name_scope(dense.name):
            dense.build(shape)
        setattr(self, f"{role}_dense", dense)

    def _check_lengths(self, value_shape: Shape, key_shape: Shape) -> None:
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"Layer {self.name}: expected value and key to differ in their last axis only. "
                f"Received: shapes {tuple(value_shape)} and {tuple(key_shape)}"
            )

    # ----------------------------------------------------------------- calling

    def call(
        self,
        query: torch.Tensor,
        value: torch.Tensor,
        key: torch.Tensor | None = None,
        query_mask: torch.Tensor | None = None,
        value_mask: torch.Tensor | None = None,
        key_mask: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        lengths = query.shape[self._axes[0]], value.shape[self._axes[0]]
        masks = [(query_mask, -1), (value_mask, -2), (key_mask, -2)]
        parts = [mask.bool().unsqueeze(axis) for mask, axis in masks if mask is not None]
        if self.sliding_window is not None:
            parts.append(_band(*lengths, self.sliding_window, query.device))
        if attention_mask is not None:
            parts.append(attention_mask.bool())
        causal = bool(use_causal_mask) and not parts and len(self._axes) == 1
        if use_causal_mask and not causal:
            parts.append(torch.ones(1, *lengths, dtype=torch.bool, device=query.device).tril())
        seen = self._fold_mask(parts, query.ndim) if parts else None
        q, k, v = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        rate = self.dropout if training else 0.0
        outputs, weights = self._attend(q, k, v, seen, causal, rate, return_attention_scores)
        if self.use_gate:
            outputs = outputs * self.gate_dense(query)
        outputs = self.output_dense(outputs)
        return (outputs, weights) if return_attention_scores else outputs

    def _attend(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        seen: torch.Tensor | None,
        causal: bool,
        rate: float,
        wants_weights: bool,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Attention of projected tensors (batch, positions …, heads, size), and its weights where they are wanted."""
        folded = [self._fold(x) for x in (query, key, value)]
        settings = {
            "causal": causal,
            "scale": 1.0 / math.sqrt(self._key_dim),
            "dropout": rate,
            "generator": self.generator(query.device),
            "robust": self._robust,
        }
        weights = None
        if wants_weights:
            if self.flash_attention:
                raise ValueError(
                    f"Layer {self.name}: expected return_attention_scores=False with flash_attention=True, which never "
                    "holds the scores. Received: return_attention_scores=True"
                )
            outputs, weights = attention_slow(*folded, seen, **settings)
        else:
            with sdpa_kernel(SDPBackend.FLASH_ATTENTION) if self.flash_attention else nullcontext():
                outputs = attention(*folded, seen, **settings)
        if seen is not None and self._zeroes_masked(query.ndim, wants_weights):
            any_seen = seen.any(-1, keepdim=True)
            outputs = torch.where(any_seen, outputs, 0.0)
            weights = None if weights is None else torch.where(any_seen, weights, 0.0)
        return self._unfold(outputs, query), None if weights is None else self._unfold_weights(weights, query, key)

    def _zeroes_masked(self, rank: int, wants_weights: bool) -> bool:
        """Whether a position that sees nothing averages to zero, not to the mean of all values.

        Keras 3 gives zeros where it computes the weights itself: they are wanted, or dropped, or of higher rank.
        """
        own = wants_weights or self.dropout > 0 or rank != 4
        return own and eras.current().masked_softmax == "zero"

    # Heads beside the batch, attended axes as one: what the kernels take, and back.

    def _free_axes(self, rank: int) -> list[int]:
        return [axis for axis in range(rank - 2) if axis not in self._axes]

    def _fold(self, x: torch.Tensor) -> torch.Tensor:
        free = self._free_axes(x.ndim)
        x = x.permute(*free, x.ndim - 2, *self._axes, x.ndim - 1)
        return x if len(self._axes) == 1 else x.flatten(len(free) + 1, -2)

    def _unfold(self, x: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        free = self._free_axes(query.ndim)
        if len(self._axes) > 1:
            x = x.unflatten(-2, [query.shape[axis] for axis in self._axes])
        order = [*free, query.ndim - 2, *self._axes, query.ndim - 1]
        return x.permute([order.index(axis) for axis in range(query.ndim)])

    def _unfold_weights(self, weights: torch.Tensor, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        if len(self._axes) == 1:
            return weights
        weights = weights.unflatten(-1, [key.shape[axis] for axis in self._axes])
        return weights.unflatten(-1 - len(self._axes), [query.shape[axis] for axis in self._axes])

    def _fold_mask(self, parts: list[torch.Tensor], rank: int) -> torch.Tensor:
        """One mask for scores (batch …, heads, positions, other positions), of what all parts let through."""
        mask = parts[0]
        for part in parts[1:]:
            mask = mask & part
        attended = len(self._axes)
        scores = rank - 1 - attended + 1 + 2 * attended  # axes of the scores before their attended ones are joined
        for _ in range(scores - mask.ndim):
            mask = mask.unsqueeze(-2 * attended - 1)
        if attended == 1:
            return mask
        return mask.flatten(-attended).flatten(-1 - attended, -2)

    # ------------------------------------------------------------------ shapes

    def compute_output_shape(self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None) -> Shape:
        """The output's shape.

        Args:
            query_shape: shape of the query.
            value_shape: shape of the value.
            key_shape: shape of the key; the value's when missing.
        """
        self._check_lengths(value_shape, value_shape if key_shape is None else key_shape)
        return (*query_shape[:-1], *(self._output_shape or query_shape[-1:]))

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        query, value = args[0], kwargs["value"]
        shape, dtype = self.compute_output_shape(query.shape, value.shape), self._output_dtype(query.dtype)
        if not kwargs.get("return_attention_scores"):
            return shape, dtype
        free = [query.shape[axis] for axis in self._free_axes(len(query.shape) + 1)]
        attended = [x.shape[axis] for x in (query, value) for axis in self._axes]
        return [shape, (*free, self._heads, *attended)], [dtype, dtype]

    def get_config(self) -> dict[str, Any]:
        config = {
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self._output_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
        later = {"use_gate": self.use_gate, "sliding_window": self.sliding_window, "seed": self.seed}
        if eras.current().later_layers != "keras3":
            later = {key: value for key, value in later.items() if value not in (None, False)}
        if self.flash_attention is not None:
            later["flash_attention"] = self.flash_attention
        return {**super().get_config(), **config, **later}


def _band(rows: int, columns: int, width: int, device: torch.device) -> torch.Tensor:
    """A mask (1, rows, columns) that lets each position see those nearer than ``width``."""
    distance = torch.arange(rows, device=device)[:, None] - torch.arange(columns, device=device)
    return (distance.abs() < width).unsqueeze(0)
