"""Which layer stands for which function, in the era in force and in files."""

from __future__ import annotations

from typing import Any

from ... import eras
from .. import symbolic
from ..symbolic import Node
from . import keras3, tensorflow
from .keras3 import located

__all__ = ["located", "made", "own", "stands_for_function"]


def own(node: Node) -> None:
    """Gives a recorded call of a known function the layer that stands for it in the era in force."""
    kind = eras.current().graph_functions
    if kind == "keras3":
        keras3.own(node)
    elif kind == "tf.keras":
        tensorflow.own(node)


def expanded(function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What the era in force records in place of a function that is several of its own; None for all others."""
    return tensorflow.expanded(function, args, kwargs) if eras.current().graph_functions == "tf.keras" else None


def stands_for_function(entry: Any) -> bool:
    """Whether an entry of a model's config describes calls of a function."""
    return isinstance(entry, dict) and (keras3.describes(entry) or tensorflow.describes(entry))


def made(entry: dict[str, Any]) -> tuple[Any, list[tuple[Any, Any]]]:
    """The layer that stands for a function, and the arguments of its calls, encoded.

    Args:
        entry: its part of a model's config.

    Raises:
        ValueError: for a function that is not among the known ones.
    """
    return tensorflow.made(entry) if tensorflow.describes(entry) else keras3.made(entry)


symbolic.on_function.append(own)
symbolic.in_place_of.append(expanded)
