"""What TensorFlow calls experimental: NumPy's functions on tensors.

Source: https://www.tensorflow.org/api_docs/python/tf/experimental
"""

from __future__ import annotations

from .._functions import refusing
from . import numpy

__all__ = ["numpy"]

__getattr__ = refusing(__name__)
