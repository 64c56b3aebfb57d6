"""Keras 3's ``keras.tree``: nested lists, tuples, dicts, named tuples and deques, and what hangs in them.

Dicts go by their keys in order, ``OrderedDict`` by its own order. None hangs in a structure as any other value does.

Source: https://keras.io/api/utils/tree/
"""

from __future__ import annotations

import collections
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


# subclasses of one's own, torch.Size among them, are values
_KINDS = (list, tuple, dict, collections.OrderedDict, collections.defaultdict, collections.deque)


class MAP_TO_NONE:  # Keras's name
    """What a function gives ``traverse`` to put None into the result."""


def _keys(node: Any) -> list[Any]:
    """What the parts of a structure are called, in order: keys or numbers."""
    if isinstance(node, collections.OrderedDict):
        return list(node)
    return sorted(node) if isinstance(node, dict) else list(range(len(node)))


def _parts(node: Any) -> list[Any]:
    return [node[key] for key in _keys(node)]


def _same(node: Any, parts: Iterable[Any]) -> Any:
    """A structure like another with other parts."""
    parts = list(parts)
    if isinstance(node, dict):
        made = dict(zip(_keys(node), parts))
        if isinstance(node, collections.defaultdict):
            return collections.defaultdict(node.default_factory, made)
        return collections.OrderedDict(made) if isinstance(node, collections.OrderedDict) else made
    if isinstance(node, collections.deque):
        return collections.deque(parts, node.maxlen)
    return type(node)(*parts) if hasattr(node, "_fields") else type(node)(parts)


def is_nested(structure: Any) -> bool:
    """Whether it is a list, a tuple, a dict or a deque, empty ones included.

    Example:
        >>> is_nested(42), is_nested({"foo": 42})
        (False, True)
    """
    return type(structure) in _KINDS or (isinstance(structure, tuple) and hasattr(structure, "_fields"))


def flatten(structure: Any) -> list[Any]:
    """What hangs in a structure, in order.

    Example:
        >>> flatten([[1, 2], {"b": 4, "a": 3}])
        [1, 2, 3, 4]
    """
    return [leaf for _, leaf in flatten_with_path(structure)]


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """``(path, value)`` of each value: the keys and numbers that lead to it.

    Example:
        >>> flatten_with_path([{"foo": 42}])
        [((0, 'foo'), 42)]
    """
    if not is_nested(structure):
        return [((), structure)]
    named = zip(_keys(structure), _parts(structure))
    return [((key, *path), leaf) for key, part in named for path, leaf in flatten_with_path(part)]


def _alike(first: Any, other: Any) -> bool:
    """Whether two nodes are of one kind with parts of the same names."""
    if isinstance(first, dict):
        return isinstance(other, dict) and set(first) == set(other)
    return type(first) is type(other) and len(first) == len(other)


def _mapped(func: Callable, structures: Sequence[Any], deeper: bool, stops: Callable) -> Any:
    first = structures[0]
    if not is_nested(first) or stops(first):
        if not deeper and any(is_nested(other) for other in structures[1:]):
            raise ValueError("keras.tree: expected structures that are nested in the same way. Received others")
        return func(*structures)
    if not all(is_nested(other) and _alike(first, other) for other in structures[1:]):
        raise ValueError(
            "keras.tree: expected structures that are nested in the same way. "
            f"Received: {', '.join(type(one).__name__ for one in structures)} that differ in kind or in names"
        )
    columns = ([structure[key] for structure in structures] for key in _keys(first))
    return _same(first, (_mapped(func, column, deeper, stops) for column in columns))


def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """The results of a function for each value, nested in the same way.

    Args:
        func: a function of as many values as there are structures.
        *structures: structures nested as the first is, or deeper.
        none_is_leaf: whether None goes into the function; it stays as it is otherwise.

    Raises:
        TypeError, ValueError: for what is no function, no structure, or structures that differ.

    Example:
        >>> map_structure(lambda x, y: x * y, {"a": 2, "b": [3]}, {"a": 5, "b": [7]})
        {'a': 10, 'b': [21]}
    """
    _checked(func, structures)
    if none_is_leaf:
        return _mapped(func, structures, True, lambda _: False)
    return _mapped(
        lambda *values: None if all(v is None for v in values) else func(*values), structures, True, lambda _: False
    )


def _checked(func: Any, structures: Sequence[Any]) -> None:
    if not callable(func):
        raise TypeError(f"keras.tree: expected func to be a function. Received: {func!r}")
    if not structures:
        raise ValueError("keras.tree: expected at least one structure. Received: none")


def map_structure_up_to(shallow_structure: Any, func: Callable, *structures: Any) -> Any:
    """The results of a function for what hangs where the values of a shallow structure do.

    Args:
        shallow_structure: says how deep to go.
        func: a function of as many values as there are structures.
        *structures: structures nested as the shallow one is, or deeper.

    Example:
        >>> map_structure_up_to([None, None], len, [[1, 1], [2, 2, 2]])
        [2, 3]
    """
    _checked(func, structures)
    return _mapped(lambda _, *values: func(*values), (shallow_structure, *structures), True, lambda _: False)


def map_shape_structure(func: Callable, structure: Any) -> Any:
    """``map_structure`` in which lists and tuples of whole numbers and None are values: shapes.

    Example:
        >>> map_shape_structure(len, {"a": (None, 3), "b": [(2,)]})
        {'a': 2, 'b': [1]}
    """

    def is_shape(node: Any) -> bool:
        return isinstance(node, (list, tuple)) and all(size is None or isinstance(size, int) for size in node)

    _checked(func, (structure,))
    return _mapped(func, (structure,), False, is_shape)


def traverse(func: Callable, structure: Any, top_down: bool = True) -> Any:
    """Goes through a structure and all that is nested in it.

    Args:
        func: a function of each part; what it gives takes the part's place. None leaves the part as it is, and
            ``MAP_TO_NONE`` puts None there.
        structure: the structure.
        top_down: whether a part comes before those in it, which are left out where the function gave something.

    Example:
        >>> traverse(lambda part: tuple(part) if isinstance(part, list) else None, [1, [2]], top_down=False)
        (1, (2,))
    """

    def inside() -> Any:
        if not is_nested(structure):
            return structure
        return _same(structure, [traverse(func, part, top_down) for part in _parts(structure)])

    _checked(func, (structure,))
    kept = None if top_down else inside()
    found = func(structure if top_down else kept)
    if found is None:
        return inside() if top_down else kept
    return None if found is MAP_TO_NONE else found


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raises unless two structures are nested in the same way.

    Args:
        a: a structure.
        b: another.
        check_types: no longer of any effect, as in Keras 3.

    Raises:
        ValueError: where they differ.
    """
    if check_types is not None:
        warnings.warn("assert_same_structure: check_types changes nothing.", DeprecationWarning, stacklevel=2)
    _mapped(lambda *_: None, (a, b), False, lambda _: False)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raises unless the values of two structures hang at the same paths, whatever the kinds of the parts.

    Raises:
        ValueError: where they differ.
    """
    first, second = ({path for path, _ in flatten_with_path(structure)} for structure in (a, b))
    if first != second:
        raise ValueError(
            "keras.tree.assert_same_paths: expected the same paths in both. Received: "
            f"{sorted(first - second, key=repr)} in the first only, {sorted(second - first, key=repr)} in the second"
        )


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any]) -> Any:
    """A list of values nested as a structure is.

    Raises:
        TypeError, ValueError: for what is no sequence, or has more or fewer values than the structure.

    Example:
        >>> pack_sequence_as({"b": 0, "a": (0, 0)}, [1, 2, 3])
        {'a': (1, 2), 'b': 3}
    """
    if not isinstance(flat_sequence, Iterable) or isinstance(flat_sequence, str):
        raise TypeError(f"keras.tree.pack_sequence_as: expected a sequence. Received: {flat_sequence!r}")
    values = list(flat_sequence)
    wanted = len(flatten(structure))
    if len(values) != wanted:
        raise ValueError(f"keras.tree.pack_sequence_as: expected {wanted} values. Received: {len(values)}")
    rest = iter(values)

    def packed(node: Any) -> Any:
        return _same(node, [packed(part) for part in _parts(node)]) if is_nested(node) else next(rest)

    return packed(structure)


def lists_to_tuples(structure: Any) -> Any:
    """The structure with tuples in the place of lists."""
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)
