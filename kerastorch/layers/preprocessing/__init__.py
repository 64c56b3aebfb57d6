"""Layers that prepare numbers, categories and text."""

from __future__ import annotations

from .categories import CategoryEncoding, HashedCrossing, Hashing
from .lookup import IntegerLookup, StringLookup
from .numeric import Discretization, Normalization
from .spectrograms import MelSpectrogram, STFTSpectrogram
from .text_vectorization import TextVectorization

__all__ = [
    "CategoryEncoding",
    "Discretization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MelSpectrogram",
    "Normalization",
    "STFTSpectrogram",
    "StringLookup",
    "TextVectorization",
]
