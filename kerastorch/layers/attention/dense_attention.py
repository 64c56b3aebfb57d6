"""Attention between whole sequences, without projections: Luong's and Bahdanau's.

Source: https://keras.io/api/layers/attention_layers/
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch

from ... import eras
from ...engine import checks
from ...engine.seeded import SeededLayer
from ...kernels.attention import additive, attention
from ...kernels.dropout import dropout as drop

__all__ = ["Attention", "AdditiveAttention"]

Shape = tuple[int | None, ...]


class _DenseAttention(SeededLayer):
    """What both kinds share: the call, its masks and its second output."""

    supports_masking = True

    def __init__(self, use_scale: bool, dropout: float, seed: int | None, **kwargs: Any) -> None:
        owner = type(self).__name__
        if "causal" in kwargs:
            warnings.warn(f"{owner}: causal is now called use_causal_mask, an argument of the call.", stacklevel=3)
        self.causal = bool(kwargs.pop("causal", False))
        super().__init__(seed, **kwargs)
        self.use_scale = bool(use_scale)
        self.dropout = checks.fraction(owner, "dropout", dropout)

    def _check_sequences(self, inputs: Any, mask: Any = None) -> None:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            count = f"{len(inputs)} tensors" if isinstance(inputs, (list, tuple)) else type(inputs).__name__
            raise ValueError(
                f"Layer {self.name}: expected a list of inputs [query, value] or [query, value, key]. Received: {count}"
            )
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            raise ValueError(
                f"Layer {self.name}: expected mask to be a list [query_mask, value_mask]. Received: {mask!r}"
            )

    def _check_inputs(self, inputs: Any) -> None:
        self._check_sequences(inputs)

    def call(
        self,
        inputs: Sequence[torch.Tensor],
        mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._check_sequences(inputs, mask)
        query, value, key = inputs[0], inputs[1], inputs[-1 if len(inputs) == 3 else 1]
        query_mask, value_mask = mask[:2] if mask is not None else (None, None)
        seen = None if value_mask is None else value_mask.unsqueeze(-2)
        if self.causal or use_causal_mask:
            order = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device).tril()
            seen = order if seen is None else seen & order
        rate = self.dropout if training else 0.0
        outputs, weights = self._attend(query, key, value, seen, rate, return_attention_scores)
        if query_mask is not None:
            outputs = outputs * query_mask.unsqueeze(-1).to(outputs.dtype)
        return (outputs, weights) if return_attention_scores else outputs

    def _scores(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def _attend(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        seen: torch.Tensor | None,
        rate: float,
        wants_weights: bool,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        scores = self._scores(query, key)
        if seen is not None:
            scores = scores + additive(seen, scores.dtype)
        weights = torch.softmax(scores, -1)
        kept = drop(weights, rate, None, self.generator(weights.device)) if rate else weights
        return kept @ value, weights

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The query's mask."""
        self._check_sequences(inputs, mask)
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        self._check_sequences(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def _output_specs(self, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, Any]:
        shape, dtype = super()._output_specs(args, kwargs)
        if not kwargs.get("return_attention_scores"):
            return shape, dtype
        scores = (*args[0][0].shape[:-1], args[0][-1].shape[-2])
        return [shape, scores], [dtype, dtype]

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "use_scale": self.use_scale, "dropout": self.dropout}
        if self.causal:
            config["causal"] = True
        if eras.current().later_layers == "keras3" or self.seed is not None:
            config["seed"] = self.seed
        return config


class Attention(_DenseAttention):
    """Averages values by how well their keys match a query: the softmax of dot products.

    Args:
        use_scale: whether scores are multiplied by a learned number.
        score_mode: ``'dot'`` for ``query · key``, ``'concat'`` for the learned multiple of the sum of
            ``tanh(query + key)``.
        dropout: part of the weights to drop in training.
        seed: fixes the layer's own stream of dropout masks.
        **kwargs: those of ``Layer``; and ``causal``, the older name of the call's ``use_causal_mask``.

    Shape:
        inputs ``[query, value]`` or ``[query, value, key]``: (batch, query steps, size), (batch, value steps, size) and
        (batch, value steps, size); output (batch, query steps, size of a value), and with
        ``return_attention_scores=True`` the weights (batch, query steps, value steps).

    Raises:
        ValueError: for another score_mode, or inputs that are no such list.

    Source: Luong et al., Effective Approaches to Attention-based Neural Machine Translation (2015),
    https://arxiv.org/abs/1508.04025

    Example:
        >>> Attention()([torch.ones(1, 2, 4), torch.ones(1, 3, 4)]).shape
        torch.Size([1, 2, 4])
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(use_scale, dropout, seed, **kwargs)
        self.score_mode = checks.one_of("Attention", "score_mode", score_mode, ("dot", "concat"))

    def build(self, input_shape: Any) -> None:
        wanted = {"scale": self.use_scale, "concat_score_weight": self.score_mode == "concat"}
        for name, is_wanted in wanted.items():
            if is_wanted:
                self.add_weight(name, (), initializer="ones")
            else:
                setattr(self, name, None)
        super().build(input_shape)

    def _scores(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        if self.score_mode == "dot":
            scores = query @ key.transpose(-2, -1)
            return scores if self.scale is None else scores * self.scale
        both = query.unsqueeze(-2) + key.unsqueeze(-3)
        return self.concat_score_weight * torch.tanh(both if self.scale is None else self.scale * both).sum(-1)

    def _attend(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        seen: torch.Tensor | None,
        rate: float,
        wants_weights: bool,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        if self.score_mode != "dot" or wants_weights:
            return super()._attend(query, key, value, seen, rate, wants_weights)
        query = query if self.scale is None else query * self.scale
        one_head = [x.unsqueeze(-3) for x in (query, key, value)]
        seen = seen if seen is None or seen.ndim == 2 else seen.unsqueeze(-3)
        found = attention(*one_head, seen, dropout=rate, generator=self.generator(query.device))
        return found.squeeze(-3), None

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "score_mode": self.score_mode}


class AdditiveAttention(_DenseAttention):
    """Averages values by how well their keys match a query: the softmax of sums of ``tanh(query + key)``.

    Args:
        use_scale: whether the terms of a sum are multiplied by learned numbers.
        dropout: part of the weights to drop in training.
        seed: fixes the layer's own stream of dropout masks.
        **kwargs: those of ``Layer``; and ``causal``, the older name of the call's ``use_causal_mask``.

    Shape:
        as for ``Attention``.

    Raises:
        ValueError: for inputs that are no list of two or three tensors.

    Source: Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and Translate (2014),
    https://arxiv.org/abs/1409.0473

    Example:
        >>> AdditiveAttention()([torch.ones(1, 2, 4), torch.ones(1, 3, 4)]).shape
        torch.Size([1, 2, 4])
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(use_scale, dropout, seed, **kwargs)

    def build(self, input_shape: Any) -> None:
        if self.use_scale:
            self.add_weight("scale", (input_shape[0][-1],), initializer="glorot_uniform")
        else:
            self.scale = None
        super().build(input_shape)

    def _scores(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        both = torch.tanh(query.unsqueeze(-2) + key.unsqueeze(-3))
        return both.sum(-1) if self.scale is None else both @ self.scale
