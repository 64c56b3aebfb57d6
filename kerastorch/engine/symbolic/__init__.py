"""Graphs of symbolic tensors: what is recorded, how shapes are inferred, and how a graph is run on real tensors.

``tensor.py`` is the part to read first.
"""

from __future__ import annotations

from .known import Spec, record_as, record_layer
from .recordable import graph_type, is_graph_type, read, recordable, wants_recording
from .tensor import Node, SymbolicTensor, in_place_of, is_symbolic, on_function, placeholder, record
from .tracing import building, computing, tracing
from .trees import flatten, map_structure

__all__ = [
    "Node",
    "Spec",
    "SymbolicTensor",
    "building",
    "computing",
    "flatten",
    "graph_type",
    "in_place_of",
    "is_graph_type",
    "is_symbolic",
    "map_structure",
    "on_function",
    "placeholder",
    "read",
    "record",
    "record_as",
    "record_layer",
    "recordable",
    "tracing",
    "wants_recording",
]
