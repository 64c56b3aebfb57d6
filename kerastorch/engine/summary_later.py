"""The tables that ``model.summary()`` prints since tf.keras: theirs of lines, and the boxes of Keras 3.

Source: tf_keras, ``layer_utils.print_summary``; Keras 3, ``summary_utils.print_summary``, which draws with ``rich``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .functions import FunctionLayer
from .layer import Layer, partition

__all__ = ["Asked", "print_boxes", "print_lines"]

_ENDS = ("),", "},", "],", "',")  # where tf.keras breaks a cell's text


class Asked:
    """What ``summary`` was asked for besides its width.

    Args:
        expand_nested: whether the layers of nested models are listed below them.
        show_trainable: whether a column says which layers train.
        layer_range: two patterns for the names of the first and last layer to list.
    """

    def __init__(
        self, expand_nested: bool = False, show_trainable: bool = False, layer_range: Sequence[str] | None = None
    ) -> None:
        self.expand_nested, self.show_trainable, self.layer_range = expand_nested, show_trainable, layer_range

    def __bool__(self) -> bool:
        return bool(self.expand_nested or self.show_trainable or self.layer_range)

    def pick(self, layers: list[Any]) -> list[Any]:
        """The layers to list.

        Raises:
            ValueError: for a range that is none, or in which no layer lies.
        """
        if self.layer_range is None:
            return layers
        names = list(self.layer_range)
        if len(names) != 2 or not all(isinstance(name, str) for name in names):
            raise ValueError(f"summary: expected layer_range to be two names. Received: layer_range={names}")
        found = [[i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in names]
        if not all(found):
            raise ValueError(f"summary: expected layer_range to name layers of the model. Received: {names}")
        first, last = found
        low, high = (last, first) if min(first) > max(last) else (first, last)
        return layers[min(low) : max(high) + 1]


def _class_name(layer: Any) -> str:
    if isinstance(layer, FunctionLayer):
        return layer.shown_as()
    name = type(layer).__name__
    return "Functional" if name == "Model" and getattr(layer, "_graph", False) else name


def _shape(layer: Any) -> Any:
    try:
        return layer.output_shape
    except AttributeError:  # called more than once, with different results
        return "multiple"


def _bytes(weights: Iterable[Any]) -> int:
    return sum(w.tensor.numel() * w.tensor.element_size() for w in {id(w): w for w in weights}.values())


def _count(weights: Iterable[Any]) -> int:
    return sum(int(np.prod(tuple(w.shape))) for w in {id(w): w for w in weights}.values())


def _size(count: float, unit: str) -> str:
    for name in (unit, "KB", "MB", "GB", "TB"):
        if count < 1024:
            return f"{count:.2f} {name}"
        count /= 1024
    return f"{count:.2f} PB"


def _sources(model: Any, layer: Any) -> list[str]:
    return [text for text in model.graph_connections(layer) if text]


# ------------------------------------------------------------------------------------------ tf.keras


def print_lines(
    model: Any,
    line_length: int | None,
    positions: Sequence[float] | None,
    print_fn: Callable[[str], Any] | None,
    asked: Asked,
) -> None:
    """tf.keras's table.

    Args:
        model: a built model.
        line_length: width in characters; 65 for a chain, else 98.
        positions: where the columns end, as parts of the width or in characters.
        print_fn: what each line is passed to.
        asked: what else was asked for.
    """
    say = print if print_fn is None else print_fn
    chain = model.is_sequential_like
    length = line_length or (65 if chain else 98)
    ends = list(positions or ((0.45, 0.85, 1.0) if chain else (0.3, 0.6, 0.7, 1.0)))
    ends = [int(length * end) for end in ends] if ends[-1] <= 1 else [int(end) for end in ends]
    heading = ["Layer (type)", "Output Shape", "Param #", *([] if chain else ["Connected to"])]
    if asked.show_trainable:
        length += 11
        ends.append(length)
        heading.append("Trainable")
    say(f'Model: "{model.name}"')
    say("_" * length)
    _say_row(say, heading, ends, 0)
    say("=" * length)
    for layer in asked.pick(list(model.layers)):
        _say_layer(say, model, layer, ends, chain, asked, 0, last=False)
    say("=" * length)
    trainable, fixed = partition(model)
    for name, weights in (("Total", trainable + fixed), ("Trainable", trainable), ("Non-trainable", fixed)):
        say(f"{name} params: {_count(weights)} ({_size(_bytes(weights), 'Byte')})")
    say("_" * length)


def _say_layer(
    say: Callable, model: Any, layer: Any, ends: list[int], chain: bool, asked: Asked, level: int, last: bool
) -> None:
    length = ends[-1]
    params = layer.count_params() if layer.built else "0 (unused)"
    shape = _shape(layer)
    shape = [shape] if type(layer).__name__ == "InputLayer" and isinstance(shape, tuple) else shape
    fields = [f"{layer.name} ({_class_name(layer)})", shape, params]
    if not chain:
        fields.append(_sources(model, layer))
    if asked.show_trainable:
        fields.append("Y" if layer.trainable or type(layer).__name__ == "InputLayer" else "N")
    _say_row(say, fields, ends, level)
    inner = list(getattr(layer, "layers", ())) if asked.expand_nested else []
    if inner:
        say("|" * (level + 1) + "¯" * (length - 2 * level - 2) + "|" * (level + 1))
        for i, part in enumerate(inner):
            _say_layer(say, model, part, ends, chain, asked, level + 1, last=i == len(inner) - 1)
        say("|" * level + "¯" * (length - 2 * level) + "|" * level)
    if not last and not inner:
        say("|" * level + " " * (length - 2 * level) + "|" * level)


def _say_row(say: Callable, fields: Sequence[Any], ends: Sequence[int], level: int) -> None:
    """One row, on as many lines as its longest cell needs."""
    left = [str(field) for field in fields]
    last = len(ends) - 1
    while any(left):
        line = ""
        for column, text in enumerate(left):
            start = ends[column - 1] if column else 0
            gap = 0 if column == last else 2
            room = ends[column] - start - gap - (column != last) - (level if column == 0 else 0)
            shown = text[:room]
            breaks = [shown.find(end) + len(end) for end in _ENDS if end in shown]
            if breaks:
                room = min(breaks)
                shown = shown[:room]
            line += ("|" * level + " " if column == 0 else "") + shown + " " * gap
            left[column] = text[room:]
            line = line.ljust(ends[column] - (level if column == last else 0))
        say(line + "|" * level)


# ------------------------------------------------------------------------------------------- Keras 3


def print_boxes(
    model: Any,
    line_length: int | None,
    positions: Sequence[float] | None,
    print_fn: Callable[[str], Any] | None,
    asked: Asked,
) -> None:
    """Keras 3's table.

    Args:
        model: a built model.
        line_length: width in characters; that of the terminal, but no more than 88 for a chain, else 108.
        positions: where the columns end, as parts of the width.
        print_fn: what the whole text is passed to, in one call as Keras 3 does it.
        asked: what else was asked for.
    """
    chain = model.is_sequential_like
    wanted = 88 if chain else 108
    ends = list(positions or ((0.45, 0.80, 1.0) if chain else (0.3, 0.56, 0.74, 1.0)))
    names = [("Layer (type)", "<"), ("Output Shape", "<"), ("Param #", ">")]
    names += [] if chain else [("Connected to", "<")]
    if asked.show_trainable:
        wanted += 12
        ends = [0.9 * end for end in ends] + [1.0]
        names.append(("Trainable", "^"))
    length = line_length or min(wanted, shutil.get_terminal_size().columns - 4)
    rows = list(_boxed_rows(model, asked.pick(list(model.operations)), chain, asked, 0))
    lines = [f'Model: "{model.name}"', *_table(names, _widths(ends, length), rows), *_boxed_totals(model)]
    if print_fn is None:
        print("\n".join(lines))
    else:
        print_fn("\n".join(lines) + "\n")


def _boxed_rows(model: Any, layers: Iterable[Any], chain: bool, asked: Asked, level: int) -> Iterator[list[str]]:
    for layer in layers:
        name = f"{'   ' * level + '└ ' if level else ''}{layer.name} ({_class_name(layer)})"
        params = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        shape = _boxed_shape(layer)
        shown = f"({', '.join(map(str, shape))})" if isinstance(shape, tuple) else str(shape)
        fields = [name, shown, params]
        if not chain:
            fields.append(", ".join(_sources(model, layer)) or "-")
        if asked.show_trainable:
            fields.append(("Y" if layer.trainable else "N") if layer.weights else "-")
        yield fields
        if asked.expand_nested and getattr(layer, "layers", None):
            yield from _boxed_rows(model, layer.layers, chain, asked, level + 1)


def _boxed_shape(layer: Any) -> Any:
    """What a layer that is part of no graph gives for the shapes that it was built for, if it says so itself."""
    shape = _shape(layer)
    if shape != "multiple":
        return shape
    tells = type(layer).compute_output_shape is not Layer.compute_output_shape
    try:
        return layer.compute_output_shape(layer._built_for) if tells and layer._built_for is not None else "?"
    except (TypeError, ValueError, NotImplementedError):
        return "?"


def _boxed_totals(model: Any) -> Iterator[str]:
    trainable, fixed = partition(model)
    optimizer = _optimizer_numbers(model)
    count = sum(optimizer)
    total = _count(trainable + fixed) + count
    yield f" Total params: {total:,} ({_size(_bytes(trainable) + _bytes(fixed) + 4 * count, 'B')})"
    yield f" Trainable params: {_count(trainable):,} ({_size(_bytes(trainable), 'B')})"
    yield f" Non-trainable params: {_count(fixed):,} ({_size(_bytes(fixed), 'B')})"
    if optimizer:
        yield f" Optimizer params: {count:,} ({_size(4 * count, 'B')})"


def _optimizer_numbers(model: Any) -> list[int]:
    """How many numbers the optimizer keeps, once it has begun: its count of steps, the rate, and what it remembers."""
    optimizer = getattr(model, "optimizer", None)
    begun = getattr(optimizer, "_current", None) is not None
    return [int(variable.numel()) for variable in optimizer.variables] if begun else []


def _widths(ends: Sequence[float], length: int) -> list[int]:
    """The columns' inner widths: what was asked for, and the blanks beside it, shrunk to fit between the bars.

    Raises:
        ValueError: for a width that leaves a column less than four characters.
    """
    cuts = [0, *(int(end * length) if ends[-1] <= 1 else int(end) for end in ends)]
    wanted = [b - a for a, b in zip(cuts, cuts[1:], strict=False)]
    if min(wanted) < 4:
        raise ValueError(f"summary: expected a width that holds {len(wanted)} columns. Received: {length} characters")
    widths = [width + 2 for width in wanted]
    excess = sum(widths) - (length - len(widths) - 1)
    for i, columns in enumerate(range(len(widths), 0, -1)):
        taken = round(excess / columns)
        widths[i] -= taken
        excess -= taken
    return widths


def _table(names: Sequence[tuple[str, str]], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "┏" + "┳".join("━" * width for width in widths) + "┓"
    yield from _cells([name for name, _ in names], names, widths, "┃")
    yield "┡" + "╇".join("━" * width for width in widths) + "┩"
    for i, row in enumerate(rows):
        if i:
            yield "├" + "┼".join("─" * width for width in widths) + "┤"
        yield from _cells(row, names, widths, "│")
    yield "└" + "┴".join("─" * width for width in widths) + "┘"


def _cells(row: Sequence[str], names: Sequence[tuple[str, str]], widths: Sequence[int], bar: str) -> Iterator[str]:
    columns = [_wrapped(text, width - 2) for text, width in zip(row, widths, strict=True)]
    for i in range(max(map(len, columns))):
        texts = [column[i] if i < len(column) else "" for column in columns]
        parts = [f" {text:{side}{width - 2}} " for text, (_, side), width in zip(texts, names, widths, strict=True)]
        yield bar + bar.join(parts) + bar


def _wrapped(text: str, width: int) -> list[str]:
    """Text broken between words; a word that is too long ends in an ellipsis."""
    lines, used = [""], 0
    for word in re.findall(r"\s*\S+\s*", text):
        if used and len(word.rstrip()) > width - used:
            lines.append("")
            used = 0
        lines[-1] += word
        used += len(word)
    lines = [line.rstrip() for line in lines]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
