"""Nested lists, tuples, dicts and slices as trees of leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["flatten", "map_structure", "object_list_uid"]


def flatten(tree: Any) -> Iterator[Any]:
    """The leaves of nested lists, tuples, dicts and slices, in order."""
    if isinstance(tree, (list, tuple)):
        for item in tree:
            yield from flatten(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from flatten(item)
    elif isinstance(tree, slice):
        yield from (tree.start, tree.stop, tree.step)
    else:
        yield tree


def map_structure(fn: Callable[[Any], Any], tree: Any) -> Any:
    """The same nesting with ``fn`` applied to every leaf."""
    if isinstance(tree, tuple):
        items = [map_structure(fn, item) for item in tree]
        if type(tree) is tuple:
            return tuple(items)
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, list):
        return [map_structure(fn, item) for item in tree]
    if isinstance(tree, dict):
        return {key: map_structure(fn, item) for key, item in tree.items()}
    if isinstance(tree, slice):
        return slice(fn(tree.start), fn(tree.stop), fn(tree.step))
    return fn(tree)


def object_list_uid(object_list: Any) -> str:
    """A text that tells lists of objects apart by identity.

    Example:
        >>> object_list_uid([3]) == object_list_uid(3)
        True
    """
    objects = object_list if isinstance(object_list, list) else [object_list]
    return ", ".join(str(abs(id(x))) for x in objects)
