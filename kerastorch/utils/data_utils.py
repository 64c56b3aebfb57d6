"""Keras 2's address of downloads, ``Sequence`` and the queues."""

from __future__ import annotations

from ..training.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, Sequence, SequenceEnqueuer
from .file_utils import _extract_archive, _hash_file, get_file, validate_file

__all__ = [
    "get_file",
    "validate_file",
    "_hash_file",
    "_extract_archive",
    "Sequence",
    "SequenceEnqueuer",
    "OrderedEnqueuer",
    "GeneratorEnqueuer",
]
