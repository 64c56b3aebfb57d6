"""Attention with several heads, each with projections of its own.

Source: https://keras.io/api/layers/attention_layers/multi_head_attention/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import eras
from ...backend import names
from ...engine import checks
from .head_attention import HeadAttention

__all__ = ["MultiHeadAttention", "GroupQueryAttention"]


class MultiHeadAttention(HeadAttention):
    """Attention with several heads.

    ``layer(query, value, key)`` projects the three to ``num_heads`` heads, lets each head average values by the
    softmax of ``query · key / sqrt(key_dim)``, and projects what all heads found to the output. Masks of the inputs
    count; ``attention_mask`` (batch, query steps, value steps), ``use_causal_mask=True`` and ``sliding_window`` narrow
    further what a position sees.

    Args:
        num_heads: number of heads.
        key_dim: size of a head's query and key.
        value_dim: size of a head's value, ``key_dim`` when missing.
        dropout: part of the weights to drop in training.
        use_bias: whether the projections add a bias.
        output_shape: size (or shape) of the output's last axes; the query's last axis when missing.
        attention_axes: axes to attend over; all but the first and the last when missing.
        kernel_initializer: first values of the projections' kernels.
        bias_initializer: first values of their biases.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output; in Keras 3 on those of all projections.
        kernel_constraint: projection of the kernels after each update.
        bias_constraint: projection of the biases after each update.
        softmax_robust_masking: whether a position that sees nothing passes no gradient on to queries and keys.
        sliding_window: a position sees those nearer than this only.
        flash_attention: True insists on torch's flash kernel; None leaves the choice to torch.
        use_gate: whether a sigmoid of a further projection of the query multiplies what the heads found.
        seed: fixes the layer's own stream of dropout masks.
        **kwargs: those of ``Layer``.

    Shape:
        query (batch, query steps, size), value and key (batch, value steps, any size); output (batch, query steps,
        size), and with ``return_attention_scores=True`` the weights (batch, heads, query steps, value steps). A query
        kernel is (size, heads, key_dim).

    Raises:
        ValueError: for a setting out of range, or key and value of different lengths.

    Source: Vaswani et al., Attention Is All You Need (2017), https://arxiv.org/abs/1706.03762

    Example:
        >>> import torch
        >>> layer = MultiHeadAttention(num_heads=2, key_dim=3)
        >>> out, scores = layer(torch.ones(1, 5, 8), torch.ones(1, 7, 8), return_attention_scores=True)
        >>> out.shape, scores.shape
        (torch.Size([1, 5, 8]), torch.Size([1, 2, 5, 7]))
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        softmax_robust_masking: bool = False,
        *,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        owner = "MultiHeadAttention"
        self.num_heads = checks.positive_int(owner, "num_heads", num_heads)
        self.key_dim = checks.positive_int(owner, "key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else checks.positive_int(owner, "value_dim", value_dim)
        self.softmax_robust_masking = self._robust = bool(softmax_robust_masking)
        super().__init__(
            self.num_heads,
            self.num_heads,
            self.key_dim,
            self.value_dim,
            output_shape,
            attention_axes,
            dropout=dropout,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )

    @property
    def attention_axes(self) -> tuple[int, ...] | None:
        """The axes that are attended over; None where that is not known before the layer is built."""
        return self.__dict__.get("_axes", self._attention_axes)

    def get_config(self) -> dict[str, Any]:
        config = {
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "output_shape": self._output_shape,
            "attention_axes": self.attention_axes,
        }
        if eras.current().later_layers != "keras3":
            config["output_shape"] = self._given_output_shape
            shapes = self.__dict__.get("_shapes", (None, None, None))
            config |= dict(zip(("query_shape", "key_shape", "value_shape"), shapes, strict=True))
            config["softmax_robust_masking"] = self.softmax_robust_masking
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MultiHeadAttention:
        """The layer that a config describes, with fresh weights where the config knows the shapes."""
        given = dict(config)
        query, key, value = (given.pop(f"{name}_shape", None) for name in ("query", "key", "value"))
        layer = cls(**given)
        if query is not None and value is not None:
            with names.name_scope(layer.name):
                layer.build(tuple(query), tuple(value), None if key is None else tuple(key))
        return layer


class GroupQueryAttention(HeadAttention):
    """Attention in which groups of query heads share the heads of keys and values.

    Args:
        head_dim: size of a head's query, key and value.
        num_query_heads: number of heads of the query.
        num_key_value_heads: number of heads of keys and values, a divisor of ``num_query_heads``.
        dropout: part of the weights to drop in training.
        use_bias: whether the projections add a bias.
        sliding_window: a position sees those nearer than this only.
        flash_attention: True insists on torch's flash kernel; None leaves the choice to torch.
        kernel_initializer: first values of the projections' kernels.
        bias_initializer: first values of their biases.
        kernel_regularizer: penalty on the kernels.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output; in Keras 3 on those of all projections.
        kernel_constraint: projection of the kernels after each update.
        bias_constraint: projection of the biases after each update.
        use_gate: whether a sigmoid of a further projection of the query multiplies what the heads found.
        seed: fixes the layer's own stream of dropout masks.
        **kwargs: those of ``Layer``.

    Shape:
        as for ``MultiHeadAttention``.

    Raises:
        ValueError: for a setting out of range.

    Source: Ainslie et al., GQA (2023), https://arxiv.org/abs/2305.13245

    Example:
        >>> import torch
        >>> layer = GroupQueryAttention(head_dim=3, num_query_heads=4, num_key_value_heads=2)
        >>> layer(torch.ones(1, 5, 8), torch.ones(1, 7, 8)).shape
        torch.Size([1, 5, 8])
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        owner = "GroupQueryAttention"
        self.head_dim = checks.positive_int(owner, "head_dim", head_dim)
        self.num_query_heads = checks.positive_int(owner, "num_query_heads", num_query_heads)
        self.num_key_value_heads = checks.positive_int(owner, "num_key_value_heads", num_key_value_heads)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{owner}: expected num_query_heads to be a multiple of num_key_value_heads={num_key_value_heads}. "
                f"Received: num_query_heads={num_query_heads}"
            )
        super().__init__(
            self.num_query_heads,
            self.num_key_value_heads,
            self.head_dim,
            self.head_dim,
            None,
            None,
            dropout=dropout,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            use_gate=use_gate,
            seed=seed,
            **kwargs,
        )

    def get_config(self) -> dict[str, Any]:
        config = {
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
        }
        return {**super().get_config(), **config}
