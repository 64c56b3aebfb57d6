"""One class of the source being written: its members, its weights, the lines of its ``forward``."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

__all__ = ["Call", "CannotWrite", "ClassWriter", "Value", "class_name", "identifier", "literal"]

Shape = tuple[int | None, ...]


class CannotWrite(Exception):
    """What has no readable form of its own: it is traced instead."""


@dataclass
class Value:
    """A tensor of the graph, under the names that hold it.

    ``plain`` is the variable with Keras's order of axes, ``second`` the one with the channels on axis 1, as torch's
    convolutions take images. A value has one of them, and gets the other when somebody asks for it.
    """

    shape: Shape  # Keras's
    plain: str | None = None
    second: str | None = None


@dataclass
class Call:
    """How a layer is called: its inputs, and a mask."""

    layer: Any
    inputs: list[Value]
    mask: Value | None = None
    nested: bool = False  # whether the inputs came as a list

    @property
    def value(self) -> Value:
        """The one input."""
        if self.nested or len(self.inputs) != 1:
            raise CannotWrite("several inputs")
        return self.inputs[0]


def identifier(text: str) -> str:
    """A name that Python takes.

    Example:
        >>> identifier("block/conv-1"), identifier("2nd"), identifier("class")
        ('block_conv_1', '_2nd', 'class_')
    """
    name = re.sub(r"\W", "_", text)
    if name[:1].isdigit() or not name:
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in ("self", "torch", "nn", "F", "math") else name


def class_name(text: str) -> str:
    """A class's name from a model's.

    Example:
        >>> class_name("my_model_1"), class_name("resnet50")
        ('MyModel1', 'Resnet50')
    """
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", text) if part)
    return identifier(name or "Net")


def literal(value: Any) -> str:
    """A constant as source text.

    Raises:
        CannotWrite: for what has no such text.

    Example:
        >>> literal((1, None)), literal(torch.float32), literal(float("inf"))
        ('(1, None)', 'torch.float32', "float('inf')")
    """
    if value is None or value is Ellipsis or type(value) in (bool, int, str):
        return repr(value)
    if type(value) is float:
        return repr(value) if abs(value) < float("inf") else f"float({str(value)!r})"
    if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
        return repr(value)
    if isinstance(value, torch.device):
        return repr(str(value))
    if isinstance(value, (tuple, torch.Size)):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    raise CannotWrite(f"a constant of type {type(value).__name__}")


@dataclass
class ClassWriter:
    """A class in the making.

    Attributes:
        name: the class's name.
        members: names of submodules and parameters with the text that makes them.
        weights: tensors under their ``state_dict`` names.
        lines: the body of ``forward``.
        snippets: names of the ready-made pieces that the text uses.
    """

    name: str
    document: Any
    members: dict[str, str] = field(default_factory=dict)
    weights: dict[str, torch.Tensor] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _known: dict[Any, str] = field(default_factory=dict)

    # ------------------------------------------------------------------ names

    def free(self, wanted: str) -> str:
        """A variable's name that is not in use."""
        name, i = identifier(wanted), 1
        while name in self._taken:
            i += 1
            name = f"{identifier(wanted)}_{i}"
        self._taken.add(name)
        return name

    def use(self, *snippets: str) -> None:
        """Makes sure that ready-made pieces are part of the text."""
        self.document.use(*snippets)

    def member(
        self, owner: Any, part: str, text: str, weights: dict[str, torch.Tensor | None], hint: str | None = None
    ) -> str:
        """A submodule for a layer, made once however often the layer is called.

        Args:
            owner: the layer, or another key.
            part: which of the layer's submodules.
            text: what makes it.
            weights: its weights under their names inside of it.
            hint: the attribute's name; the layer's by default.
        """
        key = (id(owner), part)
        if key not in self._known:
            attribute = identifier(hint or getattr(owner, "name", part))
            number, wanted = 1, attribute
            while attribute in self.members:
                number += 1
                attribute = f"{wanted}_{number}"
            self.members[attribute] = text
            for name, tensor in weights.items():
                if tensor is not None:
                    self.weights[f"{attribute}.{name}" if name else attribute] = tensor
            self._known[key] = attribute
        return f"self.{self._known[key]}"

    # ----------------------------------------------------------------- values

    def new(self, hint: str, expression: str, shape: Shape, second: bool = False) -> Value:
        """A line that assigns an expression to a new variable."""
        name = self.free(hint)
        self.lines.append(f"{name} = {expression}")
        return Value(shape, second=name) if second else Value(shape, plain=name)

    def plain(self, value: Value) -> str:
        """The variable in Keras's order of axes."""
        if value.plain is None:
            rank = len(value.shape)
            order = (0, *range(2, rank), 1)
            value.plain = self.free(f"{value.second}_last")
            self.lines.append(f"{value.plain} = {value.second}.permute{order}")
        return value.plain

    def second(self, value: Value, data_format: str = "channels_last") -> str:
        """The variable with the channels on axis 1."""
        if data_format == "channels_first" or len(value.shape) < 3:
            return self.plain(value)
        if value.second is None:
            rank = len(value.shape)
            value.second = self.free(f"{value.plain}_first")
            self.lines.append(f"{value.second} = {value.plain}.permute{(0, rank - 1, *range(1, rank - 1))}")
        return value.second

    def either(self, value: Value) -> tuple[str, bool]:
        """A variable that is there already, and whether its channels are on axis 1."""
        return (value.plain, False) if value.plain is not None else (value.second or "", True)

    def alike(self, values: Sequence[Value]) -> tuple[list[str], bool]:
        """Variables of one order of axes for values of one shape."""
        if all(value.second is not None and value.plain is None for value in values):
            return [value.second or "" for value in values], True
        return [self.plain(value) for value in values], False

    # ------------------------------------------------------------------- text

    def text(self, inputs: Iterable[str], returns: str, about: str) -> str:
        """The class as source."""
        made = [f"        self.{name} = {text}" for name, text in self.members.items()]
        made += [f"        self.{name}.requires_grad_(False)" for name in self.frozen]
        return "\n".join(
            [
                f"class {self.name}(nn.Module):",
                f'    """{about}"""',
                "",
                "    def __init__(self) -> None:",
                "        super().__init__()",
                *made,
                "",
                f"    def forward(self, {', '.join(inputs)}):",
                *(f"        {line}" for line in self.lines),
                f"        return {returns}",
            ]
        )
