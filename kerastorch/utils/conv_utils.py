"""Keras 2's address of the arithmetic of windows."""

from __future__ import annotations

from ..backend.conv_utils import (
    conv_input_length,
    conv_output_length,
    convert_kernel,
    deconv_length,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
)

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
]
