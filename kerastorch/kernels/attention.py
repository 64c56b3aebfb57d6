"""Attention: torch's fused kernels, which never hold all weights in memory, with a plain twin that gives them.

Source: Vaswani et al., Attention Is All You Need (2017), https://arxiv.org/abs/1706.03762
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .dropout import dropout as drop
from .switch import fast_enabled

__all__ = ["additive", "attention", "attention_slow"]


def additive(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """What is added to scores so that positions where the mask is False get no weight.

    A finite number, as in Keras: where every position is masked the weights are equal, not NaN.

    Example:
        >>> additive(torch.tensor([True, False]), torch.float32).tolist()
        [0.0, -1000000000.0]
    """
    lowest = torch.finfo(torch.float16).min if dtype == torch.float16 else -1e9
    return torch.where(mask, 0.0, lowest).to(dtype)


def attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    causal: bool = False,
    scale: float = 1.0,
    dropout: float = 0.0,
    generator: torch.Generator | None = None,
    robust: bool = False,
) -> torch.Tensor:
    """Values averaged by the softmax of the scores ``query @ key^T * scale``.

    Args:
        query: (..., heads, positions, size).
        key: (..., heads, other positions, size); a divisor of the number of heads is enough.
        value: (..., heads, other positions, any size), heads as in ``key``.
        mask: which other positions a position sees, broadcast to (..., heads, positions, other positions). One that
            sees none gives the plain mean of all values, as in Keras.
        causal: whether a position sees none after it; not beside a mask.
        scale: multiplied with the scores.
        dropout: part of the weights to drop.
        generator: where its randomness comes from; None is torch's global generator.
        robust: whether a position that sees none passes no gradient on to queries and keys.

    Returns:
        (..., heads, positions, size of a value).

    Example:
        >>> x = torch.ones(1, 1, 2, 3)
        >>> attention(x, x, x).tolist()
        [[[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]]
    """
    if not fast_enabled() or (dropout and generator is not None):
        twin = {"causal": causal, "scale": scale, "dropout": dropout, "generator": generator, "robust": robust}
        return attention_slow(query, key, value, mask, **twin)[0]
    settings = {"is_causal": causal, "scale": scale, "enable_gqa": key.shape[-3] != query.shape[-3]}
    if mask is None:
        return F.scaled_dot_product_attention(query, key, value, dropout_p=dropout, **settings)
    # The fused kernels give NaN, or gradients that are far off, where a position sees nothing. There a query of zeros
    # that sees everything gives the mean of the values.
    blind = ~mask.any(-1, keepdim=True)
    seeing = query.masked_fill(blind, 0.0)
    found = F.scaled_dot_product_attention(seeing, key, value, attn_mask=mask | blind, dropout_p=dropout, **settings)
    if robust or not (torch.is_grad_enabled() and (query.requires_grad or key.requires_grad)):
        return found
    return found + torch.where(blind, _slope(query, key, value.detach(), scale), 0.0)


def _slope(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float) -> torch.Tensor:
    """Zeros whose gradient is that of equal weights by their scores: all scores of a position lowered by 1e9 still
    differ, for the gradient. Written as a product of keys and values first, it needs no scores.
    """
    repeats = query.shape[-3] // key.shape[-3]
    if repeats > 1:
        key, value = key.repeat_interleave(repeats, -3), value.repeat_interleave(repeats, -3)
    centred = value - value.mean(-2, keepdim=True)
    linear = (query * (scale / key.shape[-2])) @ (key.transpose(-2, -1) @ centred)
    return linear - linear.detach()


def attention_slow(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    causal: bool = False,
    scale: float = 1.0,
    dropout: float = 0.0,
    generator: torch.Generator | None = None,
    robust: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The slow twin of ``attention``, which also gives the weights, as they are before dropout."""
    repeats = query.shape[-3] // key.shape[-3]
    if repeats > 1:
        key, value = key.repeat_interleave(repeats, -3), value.repeat_interleave(repeats, -3)
    scores = (query * scale) @ key.transpose(-2, -1)
    if causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if mask is not None:
        bias = additive(mask, scores.dtype)
        scores = torch.where(mask, scores, bias) if robust else scores + bias
    weights = torch.softmax(scores, -1)
    return drop(weights, dropout, None, generator) @ value, weights
