"""Rows of different lengths: ``tf.ragged`` and ``tf.RaggedTensor``.

Source: https://www.tensorflow.org/api_docs/python/tf/ragged
"""

from .elementwise import map_flat_values
from .joining import stack, stack_rows
from .making import (
    constant,
    range,
    row_splits_to_segment_ids,
    segment_ids_to_row_splits,
    stack_dynamic_partitions,
)
from .picking import boolean_mask
from .rows import RaggedTensor

__all__ = [
    "RaggedTensor",
    "boolean_mask",
    "constant",
    "map_flat_values",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
    "stack_rows",
]
