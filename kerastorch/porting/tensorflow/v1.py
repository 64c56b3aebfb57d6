"""TensorFlow 1."""

__all__ = []
