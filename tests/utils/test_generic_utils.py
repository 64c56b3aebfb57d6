"""Helpers that custom code imports from keras.utils.generic_utils."""

import marshal

import numpy as np
import pytest

from kerastorch.utils import generic_utils as g


class Scaled:
    def __init__(self, by=2):
        self.by = by

    def get_config(self):
        return {"by": self.by}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Knowing(Scaled):
    seen = None

    @classmethod
    def from_config(cls, config, custom_objects=None):
        cls.seen = custom_objects
        return cls(**config)


def test_objects_make_the_round_trip():
    config = g.serialize_keras_object(Scaled(7))
    assert config == {"class_name": "Scaled", "config": {"by": 7}}
    assert g.deserialize_keras_object(config, {"Scaled": Scaled}).by == 7
    assert g.deserialize_keras_object(config, {}, custom_objects={"Scaled": Scaled}).by == 7
    with g.custom_object_scope({"Scaled": Scaled}):
        assert g.deserialize_keras_object(config).by == 7
        assert g.get_custom_objects()["Scaled"] is Scaled
    assert "Scaled" not in g.get_custom_objects()
    assert g.serialize_keras_object(None) is None


def test_from_config_hears_of_custom_objects():
    config = {"class_name": "Knowing", "config": {"by": 3}}
    with g.CustomObjectScope({"a": 1}):
        assert g.deserialize_keras_object(config, {"Knowing": Knowing}, {"b": 2}).by == 3
    assert Knowing.seen == {"a": 1, "b": 2}


def test_names_give_functions_and_classes_as_they_are():
    assert g.deserialize_keras_object("Scaled", {"Scaled": Scaled}) is Scaled
    assert g.deserialize_keras_object("f", {"f": len}, {"f": max}) is max
    assert g.deserialize_keras_object({"class_name": "make", "config": {"by": 1}}, {"make": lambda by: by + 1}) == 2


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("Scald", "Unknown shape: .* Received: 'Scald'. Did you mean 'Scaled'"),
        ({"class_name": "Nothing", "config": {}}, "Unknown shape"),
        ({"class_name": "Scaled"}, "'class_name' and 'config'"),
        (3, "shape: expected a name or a config dict. Received: 3"),
    ],
)
def test_what_cannot_be_deserialized(identifier, message):
    with pytest.raises(ValueError, match=message):
        g.deserialize_keras_object(identifier, {"Scaled": Scaled}, printable_module_name="shape")


def test_what_cannot_be_serialized():
    with pytest.raises(ValueError, match="Received: 3"):
        g.serialize_keras_object(3)


def closing_over(y):
    def inner(x, z=1):
        return x + y + z

    return inner


def test_functions_make_the_round_trip():
    dumped = g.func_dump(closing_over(5))
    loaded = g.func_load(dumped)
    assert loaded(1) == 7 and loaded.__closure__[0].cell_contents == 5
    code, defaults, closure = dumped
    assert g.func_load([code, list(defaults), list(closure)])(1, z=2) == 8
    assert g.func_load(g.func_dump(lambda: something), globs={"something": 4})() == 4  # noqa: F821
    cells = closing_over(6).__closure__
    assert g.func_load(code, defaults, cells)(1) == 8


def test_functions_of_keras_before_2_1_2_load():
    text = marshal.dumps((lambda x: x**2).__code__).decode("raw_unicode_escape")
    assert g.func_load(text)(3) == 9


@pytest.mark.parametrize("code", ["!!", "", "AAAA", "Tg=="])
def test_what_is_no_bytecode(code):
    with pytest.raises(ValueError, match="func_load: expected bytecode"):
        g.func_load(code)


@pytest.mark.parametrize(
    ("fn", "name", "accept_all", "expected"),
    [
        (lambda x: x, "x", False, True),
        (lambda x: x, "y", True, False),
        (lambda x, **kw: x, "y", False, False),
        (lambda x, **kw: x, "y", True, True),
        (lambda *a, y=1: a, "y", False, True),
        (lambda x, /: x, "x", False, False),
        (lambda *a: a, "a", False, False),
        (pow, "base", False, True),
        (Scaled, "by", False, True),
    ],
)
def test_has_arg(fn, name, accept_all, expected):
    assert g.has_arg(fn, name, accept_all) is expected


def test_lists():
    assert g.to_list(3) == [3] and g.to_list([3]) == [3] and g.to_list((3,)) == [(3,)]
    assert g.unpack_singleton((4,)) == 4 and g.unpack_singleton([4, 5]) == [4, 5]
    a, b = object(), object()
    assert g.object_list_uid([a, b]) == f"{id(a)}, {id(b)}" and g.object_list_uid(a) == str(id(a))
    assert g.is_all_none((None, None)) and not g.is_all_none([None, []])


def test_slice_arrays():
    x = np.arange(6)
    assert g.slice_arrays(None) == [None]
    np.testing.assert_array_equal(g.slice_arrays(x, 1, 3), [1, 2])
    np.testing.assert_array_equal(g.slice_arrays(x, np.array([5, 0])), [5, 0])
    first, second = g.slice_arrays([x, None], [2, 4])
    np.testing.assert_array_equal(first, [2, 4])
    assert second is None
    np.testing.assert_array_equal(g.slice_arrays([x], 4)[0], [4, 5])


def test_transpose_shape():
    assert g.transpose_shape((16, 128, 96, 3), "channels_last", (1, 2)) == (16, 128, 96, 3)
    assert g.transpose_shape([128, 96, 3], "channels_first", (0, 1)) == [3, 128, 96]
    assert g.transpose_shape((2, 9, 5, 6, 3), "channels_first", (2, 3)) == (2, 9, 3, 5, 6)
    with pytest.raises(ValueError, match="Received: 'sideways'"):
        g.transpose_shape((1, 2), "sideways", (0,))
