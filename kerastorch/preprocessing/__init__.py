"""Data on its way to a model: images, sequences, texts.

Source: Keras 2.2.4, ``keras.preprocessing``.
"""

from __future__ import annotations

from . import image, sequence, text

__all__ = ["image", "sequence", "text"]
