"""Expressions of ``keras.tree`` whose values, or errors, are compared with Keras 3's."""

import collections

__all__ = ["CASES", "value"]

Point = collections.namedtuple("Point", ["x", "y"])

CASES = """
tree.is_nested(1)
tree.is_nested(None)
tree.is_nested("text")
tree.is_nested([])
tree.is_nested(Point(1, 2))
tree.is_nested(collections.deque([1]))
tree.flatten([[1, 2], (3, [4, [5]]), {"b": 7, "a": 6}])
tree.flatten(None)
tree.flatten([None, [None]])
tree.flatten({100: "world", 6: "Hello"})
tree.flatten(collections.OrderedDict([("b", 1), ("a", 2)]))
tree.flatten(collections.defaultdict(list, {"b": 1, "a": 2}))
tree.flatten(Point([1], 2))
tree.flatten([])
tree.flatten_with_path([{"foo": 42, "bar": (1, 2)}])
tree.flatten_with_path(3)
tree.flatten_with_path({"b": [1], "a": {"c": None}})
tree.map_structure(lambda v: v * 2, [[1], (2, {"a": 3})])
tree.map_structure(lambda x, y: x * y, {"a": 2, "b": [3]}, {"b": [7], "a": 5})
tree.map_structure(lambda v: v, Point(1, [2]))
tree.map_structure(lambda v: v is None, [None, 1])
tree.map_structure(lambda v: v + 1, [None, 1], none_is_leaf=False)
tree.map_structure(lambda v: v, collections.OrderedDict([("b", 1), ("a", 2)]))
tree.map_structure(lambda x, y: x, [1, 2], [1, [2]])
tree.map_structure(lambda x, y: x, [1, 2], [1])
tree.map_structure(lambda x, y: x, [1, 2], (1, 2))
tree.map_structure(lambda x, y: x, {"a": 1}, {"b": 1})
tree.map_structure_up_to([None, None], len, [[1, 1], [2, 2, 2]])
tree.map_structure_up_to([None, [None, None]], str, [[1, 1], [2, 2]])
tree.map_structure_up_to({"a": 0}, lambda x, y: (x, y), {"a": [1]}, {"a": 2})
tree.map_structure_up_to([0, [1]], str, [1, 2])
tree.assert_same_structure([(0, 1)], [(2, 3)])
tree.assert_same_structure([0, 1], (0, 1))
tree.assert_same_structure({"a": 1}, collections.OrderedDict(a=2))
tree.assert_same_structure([1, [2]], [1, 2])
tree.assert_same_paths([0, 1], (2, 3))
tree.assert_same_paths([0, 1], [0, [1]])
tree.assert_same_paths({"a": 1}, {"b": 1})
tree.pack_sequence_as({"key3": "", "key1": "", "key2": ""}, ["v1", "v2", "v3"])
tree.pack_sequence_as((("a", "b"), ("c", "d", "e"), "f"), [1, 2, 3, 4, 5, 6])
tree.pack_sequence_as(Point(0, [1]), [5, 6])
tree.pack_sequence_as("leaf", [9])
tree.pack_sequence_as([1, 2], [1])
tree.pack_sequence_as([1, 2], [1, 2, 3])
tree.lists_to_tuples([1, [2, {"a": [3]}], (4, [5])])
tree.map_shape_structure(lambda s: ("shape", tuple(s)), {"a": (None, 3), "b": [(2, 4), [5]]})
tree.map_shape_structure(lambda s: len(s), (None, 3))
tree.traverse(lambda v: v * 10 if isinstance(v, int) else None, [1, (2, {"a": 3})])
tree.traverse(lambda v: tuple(v) if isinstance(v, list) else None, [1, [2, [3]]], top_down=False)
tree.traverse(lambda v: tree.MAP_TO_NONE if v == 2 else None, [1, 2])
tree.traverse(lambda v: "cut" if isinstance(v, tuple) else None, [(1, 2), [3]], top_down=True)
visited(tree, [(1, 2), [3], {"a": 4}], True)
visited(tree, [(1, 2), [3], {"a": 4}], False)
""".strip().splitlines()


def visited(tree, structure, top_down):
    """What a traversal comes by."""
    seen = []
    tree.traverse(seen.append, structure, top_down=top_down)
    return seen


def value(expression, tree):
    """How an expression's value reads, or the name of the error that it raises."""
    try:
        found = eval(expression, {"tree": tree, "Point": Point, "collections": collections, "visited": visited})
        # Python prints these otherwise from 3.12 on
        return f"OrderedDict({list(found.items())})" if isinstance(found, collections.OrderedDict) else repr(found)
    except (TypeError, ValueError) as error:
        return type(error).__name__
