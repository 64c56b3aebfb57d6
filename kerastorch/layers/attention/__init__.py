"""Attention layers."""

from __future__ import annotations

from .dense_attention import AdditiveAttention, Attention
from .multi_head_attention import GroupQueryAttention, MultiHeadAttention

__all__ = ["AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"]
