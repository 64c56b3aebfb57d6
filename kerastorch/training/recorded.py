"""Recorded operations of a step, as data: what a tape writes, what is simplified and what is replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

__all__ = ["NOTHING", "Call", "Kind", "Name", "NotRecordable", "mapped", "names"]


class NotRecordable(Exception):
    """A step that does not run the same operations each time; the message says why."""


@dataclass(frozen=True)
class Name:
    """A tensor in a recorded call: ``a0`` … come in, ``c0`` … were there before, ``v0`` … were computed."""

    text: str


@dataclass(frozen=True)
class Kind:
    """What a tensor was when it was recorded; ``memory`` is where it lay, all of a tape's tensors being kept."""

    shape: torch.Size
    strides: tuple[int, ...]
    dtype: torch.dtype
    memory: int

    @classmethod
    def of(cls, tensor: torch.Tensor) -> Kind:
        return cls(tensor.shape, tensor.stride(), tensor.dtype, tensor.untyped_storage().data_ptr())

    def same_layout(self, other: Kind) -> bool:
        """Whether one may take the other's place."""
        return (self.shape, self.strides, self.dtype) == (other.shape, other.strides, other.dtype)


NOTHING = Name("_")


@dataclass
class Call:
    """An operation, with names where its tensors are."""

    function: Any
    args: tuple
    kwargs: dict[str, Any]
    results: Any  # names, nested as the results are

    @property
    def schema(self) -> Any:
        """None for a function that is no operation of torch's."""
        return getattr(self.function, "_schema", None)

    @property
    def writes(self) -> bool:
        """Whether it changes a tensor that it is given."""
        return self.schema is not None and self.schema.is_mutable

    @property
    def written(self) -> Iterator[str]:
        """What it changes."""
        for place, argument in enumerate(self.schema.arguments if self.writes else ()):
            if argument.alias_info is not None and argument.alias_info.is_write:
                yield from names(self.args[place] if place < len(self.args) else self.kwargs.get(argument.name))

    @property
    def draws(self) -> bool:
        """Whether it gives other numbers each time."""
        return self.schema is not None and torch.Tag.nondeterministic_seeded in self.function.tags

    def read(self) -> Iterator[str]:
        """What it is given."""
        return names((self.args, self.kwargs))

    def made(self) -> Iterator[str]:
        """What it gives."""
        return names(self.results)


def names(tree: Any) -> Iterator[str]:
    """Every name in nested lists, tuples and dicts."""
    if type(tree) is Name:
        yield tree.text
    elif isinstance(tree, (list, tuple)):
        for leaf in tree:
            yield from names(leaf)
    elif isinstance(tree, dict):
        yield from names(list(tree.values()))


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with the function's value in the place of each leaf."""
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(function, leaf) for leaf in tree)
    if isinstance(tree, dict):
        return {key: mapped(function, leaf) for key, leaf in tree.items()}
    return function(tree)
