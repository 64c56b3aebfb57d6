"""Checkpoints, and records of named values.

Source: https://www.tensorflow.org/api_docs/python/tf/train
"""

from __future__ import annotations

from typing import Any

from .._functions import refuse
from ..io.examples import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)
from .checkpoints import (
    Checkpoint,
    CheckpointManager,
    CheckpointOptions,
    checkpoint_exists,
    checkpoints_iterator,
    get_checkpoint_state,
    latest_checkpoint,
    list_variables,
    load_checkpoint,
    load_variable,
)

__all__ = [
    "BytesList",
    "Checkpoint",
    "CheckpointManager",
    "CheckpointOptions",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
    "checkpoint_exists",
    "checkpoints_iterator",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]


def __getattr__(name: str) -> Any:
    from ..v1 import training

    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in training.__all__:
        return getattr(training, name)
    refuse(f"train.{name}")
