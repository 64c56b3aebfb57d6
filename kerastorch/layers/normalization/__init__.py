"""Normalization layers."""

from __future__ import annotations

from .batch import FUSED_EPSILON as FUSED_EPSILON
from .batch import BatchNormalization
from .batch import is_fused as is_fused
from .sample import GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization
from .spectral import SpectralNormalization

__all__ = [
    "BatchNormalization",
    "GroupNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "SpectralNormalization",
    "UnitNormalization",
]
