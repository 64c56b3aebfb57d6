"""Nested lists, tuples and dicts, as TensorFlow goes through them: dicts in the order of their keys.

Source: https://www.tensorflow.org/api_docs/python/tf/nest
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


def is_nested(structure: Any) -> bool:
    """Whether something is a list, tuple or dict."""
    return isinstance(structure, (list, tuple, Mapping))


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves, in order.

    Example:
        >>> flatten({"b": [2, 3], "a": 1})
        [1, 2, 3]
    """
    return list(_leaves(structure))


def _leaves(structure: Any) -> Iterator[Any]:
    if isinstance(structure, Mapping):
        for key in sorted(structure):
            yield from _leaves(structure[key])
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from _leaves(item)
    else:
        yield structure


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Leaves in the nesting of another structure.

    Raises:
        ValueError: when there are too few or too many.
    """
    leaves = list(flat_sequence)
    count = len(flatten(structure))
    if count != len(leaves):
        raise ValueError(f"tf.nest.pack_sequence_as: expected {count} leaves. Received: {len(leaves)}")
    return _packed(structure, iter(leaves))


def _packed(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        packed = {key: _packed(structure[key], leaves) for key in sorted(structure)}
        return type(structure)((key, packed[key]) for key in structure)
    if isinstance(structure, (list, tuple)):
        items = [_packed(item, leaves) for item in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
    return next(leaves)


def map_structure(func: Callable, *structure: Any, **kwargs: Any) -> Any:
    """A function of the leaves of one or more structures, in their nesting.

    Example:
        >>> map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2})
        {'x': 3}
    """
    flat = [flatten(each) for each in structure]
    return pack_sequence_as(structure[0], [func(*leaves) for leaves in zip(*flat, strict=True)])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Checks that two structures are nested alike.

    Raises:
        ValueError: when they are not.
    """
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"tf.nest: expected two structures nested alike. Received: {nest1!r} and {nest2!r}")
    if isinstance(nest1, Mapping):
        if set(nest1) != set(nest2):
            raise ValueError(f"tf.nest: expected the same keys. Received: {sorted(nest1)} and {sorted(nest2)}")
        for key in nest1:
            assert_same_structure(nest1[key], nest2[key], check_types)
    elif is_nested(nest1):
        if len(nest1) != len(nest2):
            raise ValueError(f"tf.nest: expected the same lengths. Received: {len(nest1)} and {len(nest2)}")
        for a, b in zip(nest1, nest2):
            assert_same_structure(a, b, check_types)
