"""The table that ``model.summary()`` prints, to the letter of Keras 2.2.4's, and in later eras of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .. import eras
from .layer import partition
from .summary_later import Asked, print_boxes, print_lines

__all__ = ["count_params", "print_summary"]

_CHAIN = (65, (0.45, 0.85, 1.0), ("Layer (type)", "Output Shape", "Param #"))
_GRAPH = (98, (0.33, 0.55, 0.67, 1.0), ("Layer (type)", "Output Shape", "Param #", "Connected to"))


def count_params(weights: Iterable[Any]) -> int:
    """How many numbers some weights hold; one that is listed twice counts once.

    Args:
        weights: things with a ``shape``.

    Example:
        >>> import torch
        >>> kernel = torch.zeros(3, 4)
        >>> count_params([kernel, torch.zeros(4), kernel])
        16
    """
    return sum(int(np.prod(tuple(weight.shape))) for weight in {id(weight): weight for weight in weights}.values())


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Prints a model's layers, their output shapes, how many weights they hold and what they are connected to.

    A chain of layers has no last column. After ``compile`` the weights that count as trainable are those that it
    collected, in the eras in which training does so too.

    Args:
        model: the model.
        line_length: width in characters; 65 for a chain, else 98.
        positions: where the columns end, as parts of the width or in characters.
        print_fn: what each line is passed to; ``print`` when missing. Keras 3 passes the whole text at once.
        expand_nested: whether the layers of nested models are listed; like the next two, an argument of later eras,
            whose table is then printed.
        show_trainable: whether a column says which layers train.
        layer_range: two patterns for the names of the first and last layer to list.

    Raises:
        ValueError: for a model that is not built, and for the wrong number of positions.

    Example:
        >>> import kerastorch as keras
        >>> model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), name="only")])
        >>> print_summary(model, line_length=48)
        ________________________________________________
        Layer (type)         Output Shape       Param #
        ================================================
        only (Dense)         (None, 2)          8
        ================================================
        Total params: 8
        Trainable params: 8
        Non-trainable params: 0
        ________________________________________________

    Source: https://keras.io/api/models/model/#summary-method
    """
    if not model.built and eras.current().summary != "keras3":
        raise ValueError(
            f"Model {model.name}: expected a built model for a summary; give the first layer an input_shape, call "
            "build() or fit() first. Received: a model that does not know its shapes"
        )
    asked = Asked(expand_nested, show_trainable, layer_range)
    style = eras.current().summary
    if style != "keras2" or asked:
        draw = print_boxes if style == "keras3" else print_lines
        draw(model, line_length, positions, print_fn, asked)
        return
    print_fn = print if print_fn is None else print_fn
    chain = model.is_sequential_like
    default_length, default_positions, heading = _CHAIN if chain else _GRAPH
    length = line_length or default_length
    ends = _column_ends(positions or default_positions, length, len(heading))
    print_fn("_" * length)
    print_fn(_row(heading, ends))
    print_fn("=" * length)
    for i, layer in enumerate(model.layers):
        for cells in _rows(model, layer, chain):
            print_fn(_row(cells, ends))
        print_fn(("=" if i == len(model.layers) - 1 else "_") * length)
    trainable, fixed = _totals(model)
    print_fn(f"Total params: {trainable + fixed:,}")
    print_fn(f"Trainable params: {trainable:,}")
    print_fn(f"Non-trainable params: {fixed:,}")
    print_fn("_" * length)


def _column_ends(positions: Sequence[float], length: int, columns: int) -> list[int]:
    if len(positions) < columns:
        raise ValueError(
            f"summary: expected positions to have {columns} numbers. Received: positions={list(positions)}"
        )
    return [int(length * end) for end in positions] if positions[-1] <= 1 else [int(end) for end in positions]


def _row(cells: Sequence[Any], ends: Sequence[int]) -> str:
    """Cells one after the other; what is too long is cut, and a cut cell still ends in a blank."""
    line = ""
    for i, (cell, end) in enumerate(zip(cells, ends)):
        if i > 0:
            line = line[:-1] + " "
        line = (line + str(cell))[:end].ljust(end)
    return line


def _rows(model: Any, layer: Any, chain: bool) -> Iterable[tuple]:
    try:
        shape = layer.output_shape
    except AttributeError:  # called more than once, with different results
        shape = "multiple"
    cells = (f"{layer.name} ({type(layer).__name__})", shape, layer.count_params())
    if chain:
        yield cells
        return
    connections = model.graph_connections(layer) or [""]
    yield (*cells, connections[0])
    for connection in connections[1:]:
        yield "", "", "", connection


def _totals(model: Any) -> tuple[int, int]:
    trainable, fixed = partition(model)
    if eras.current().trainable_at == "compile":
        trainable = getattr(model, "_collected", trainable)
    return count_params(trainable), count_params(fixed)
