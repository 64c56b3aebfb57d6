"""Files that were made to harm: each is refused in one sentence, soon, and nothing of it runs or is unpacked."""

from __future__ import annotations

import io
import json
import stat
import time
import warnings
import zipfile

import h5py
import numpy as np
import pytest

import kerastorch as keras
from kerastorch import saving

SECONDS = 10


def refused(load, match=None):
    """Calls what has to raise one sentence within a moment."""
    began = time.monotonic()
    with pytest.raises((ValueError, OSError)) as caught:
        load()
    assert time.monotonic() - began < SECONDS
    said = str(caught.value)
    assert "\n" not in said and len(said) < 500, said
    if match:
        assert match in said, said


# ------------------------------------------------------------------------------- functions in graphs


def tensor(name, index=0, place=0):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, index, place]}}


def input_entry(name="x", shape=(None, 4), dtype="float32"):
    config = {"batch_input_shape": list(shape), "dtype": dtype, "name": name}
    return {"name": name, "class_name": "InputLayer", "config": config, "inbound_nodes": []}


def graph(*entries, output="f"):
    config = {"name": "m", "layers": [input_entry(), *entries]}
    config.update(input_layers=[["x", 0, 0]], output_layers=[[output, 0, 0]])
    return {"class_name": "Functional", "config": config}


def lambda_entry(function, call=("x", 0, 0), name="f", kind="TFOpLambda", **arguments):
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    return {"name": name, "class_name": kind, "config": config, "inbound_nodes": [[*call, arguments]]}


def operation(module, kind, *args, name="f", config=None, **kwargs):
    entry = {"module": module, "class_name": kind, "config": {"name": name, **(config or {})}, "name": name}
    return {**entry, "registered_name": kind, "inbound_nodes": [{"args": list(args), "kwargs": kwargs}]}


@pytest.mark.parametrize(
    "function",
    [
        "os.system",
        "io.write_file",
        "io.read_file",
        "py_function",
        "numpy_function",
        "print",
        "keras.utils.get_file",
        "keras.models.load_model",
        "raw_ops.WriteFile",
        "math.__class__",
        "math.reduce_mean.__globals__",
        "__operators__.getattr",
        "random.normal",
        "map_fn",
        "compat.v1.py_func",
        "range",
        "",
        None,
        3,
        ["math.abs"],
        "a" * 100_000,
    ],
)
def test_functions_that_are_not_in_the_table(function):
    refused(lambda: keras.models.model_from_config(graph(lambda_entry(function))), "known functions of TensorFlow")


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        ("keras.src.ops.numpy", "get_file"),
        ("keras.src.ops.core", "Map"),
        ("keras.src.ops.core", "WhileLoop"),
        ("keras.src.ops.core", "CustomGradient"),
        ("keras.src.ops.numpy", "__import__"),
        ("keras.src.ops.os", "system"),
        ("keras.src.ops.numpy.os", "system"),
        ("keras.src.ops.", "Add"),
        ("keras.src.ops.numpy", "Operation"),
        ("keras.src.ops.operation", "Operation"),
        ("keras.src.ops.numpy", None),
        ("keras.src.ops.numpy", ["Add"]),
    ],
)
def test_operations_that_are_not_in_the_table(module, kind):
    refused(lambda: keras.models.model_from_config(graph(operation(module, kind, tensor("x")))))


OPS = "keras.src.ops.numpy"


@pytest.mark.parametrize(
    "entry",
    [
        lambda_entry("tile", multiples=[1, 10**12]),
        lambda_entry("repeat", repeats=10**12, axis=1),
        lambda_entry("pad", paddings=[[0, 0], [0, 10**15]]),
        lambda_entry("math.abs", call=("_CONSTANT_VALUE", -1, [1.0])),
        lambda_entry("reshape", shape=[-1, float("nan")]),
        lambda_entry("math.add", y=["f", 0, 0]),  # on itself
        lambda_entry("math.add", y=["nobody", 0, 0]),
        lambda_entry("math.abs", call=("x", 7, 0)),
        lambda_entry("math.abs", call=("x", 0, -9)),
        lambda_entry("math.abs", call=("x", "0", 0)),
        lambda_entry("math.abs", unknown=1),
        lambda_entry("cast", dtype="resource"),
        lambda_entry("cast", dtype="os.system"),
        lambda_entry("__operators__.getitem", kind="SlicingOpLambda", slice_spec=[{"start": "a"}]),
        lambda_entry("__operators__.getitem", kind="SlicingOpLambda", slice_spec="__class__"),
        lambda_entry("__operators__.getitem", kind="SlicingOpLambda", slice_spec=[0] * 100),
        operation(OPS, "Tile", tensor("x"), config={"repeats": [1, 10**12]}),
        operation(OPS, "Repeat", tensor("x"), config={"repeats": 10**12, "axis": 1}),
        operation("keras.src.ops.nn", "OneHot", tensor("x"), config={"num_classes": 10**11}),
        operation(OPS, "Add", 1.0, 2.0),
        operation(OPS, "Add", tensor("x")),
        operation(OPS, "Add", tensor("x"), {"class_name": "__lambda__", "config": {"value": "4wEA"}}),
        operation(OPS, "Add", tensor("x"), {"class_name": "__numpy__", "config": {"value": [1], "dtype": "O"}}),
        operation(OPS, "Add", tensor("x"), {"class_name": "__numpy__", "config": {"value": "a", "dtype": "U9"}}),
        operation(OPS, "Add", tensor("x"), {"class_name": "Dense", "config": {"units": 3}}),
        operation(OPS, "Mean", tensor("x"), config={"axis": 1, "__class__": 3}),
        operation(OPS, "Mean", tensor("x"), config={"axis": tensor("x")}),
        operation(OPS, "Einsum", *[tensor("x")] * 3, config={"subscripts": "ab,cd,ef->" + "abcdef" * 9}),
        operation(OPS, "Mean", tensor("x"), __globals__=1),
        {**operation(OPS, "Add", tensor("x"), 1.0), "inbound_nodes": [{"args": "x", "kwargs": []}]},
        {**operation(OPS, "Add", tensor("x"), 1.0), "inbound_nodes": "x"},
        {**operation(OPS, "Add", tensor("x"), 1.0), "config": None},
    ],
)
def test_calls_that_ask_for_too_much_or_the_impossible(entry):
    refused(lambda: keras.models.model_from_config(graph(entry)))


def test_known_functions_are_read_all_the_same():
    model = keras.models.model_from_config(graph(lambda_entry("math.add", y=1.0)))
    np.testing.assert_array_equal(model.predict(np.zeros((1, 4))), np.ones((1, 4)))
    model = keras.models.model_from_config(graph(operation(OPS, "Mean", tensor("x"), config={"axis": 1})))
    np.testing.assert_array_equal(model.predict(np.ones((2, 4))), np.ones(2))


# ------------------------------------------------------------------------------------------------ HDF5


def small():
    return keras.models.Sequential([keras.layers.Dense(2, input_shape=(3,), name="dense")])


def weights_file(path, change):
    """A good file of weights, changed while it is open; gives its path."""
    small().save_weights(path)
    with h5py.File(path, "a") as file:
        change(file, file["dense"], next(iter(file["dense"]["dense"])))
    return str(path)


def instead(make):
    """Puts something in the place of the first array."""

    def change(file, group, name):
        inner = group["dense"]
        del inner[name]
        make(file, inner, name)

    return change


def virtual(file, group, name):
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 2))
    group.create_virtual_dataset(name, layout)


def outside(file, group, name):
    group.create_dataset(name, (3, 2), "f4", external=[("/etc/passwd", 0, 24)])


def soft_circle(file, group, name):
    group[name] = h5py.SoftLink("/dense/dense/other")
    group["other"] = h5py.SoftLink(f"/dense/dense/{name}")


def own_parent(file, group, name):
    group[name] = file["dense"]


def references(file, group, name):
    target = file.create_dataset("target", data=np.ones((3, 2), "f4"))
    kept = group.create_dataset(name, (3, 2), h5py.regionref_dtype)
    kept[0, 0] = target.regionref[0:2]


def objects(file, group, name):
    group.create_dataset(name, (3, 2), h5py.ref_dtype)


def words(file, group, name):
    group.create_dataset(name, data=np.array([["a"] * 2] * 3, "S1"))


def strings_of_any_length(file, group, name):
    group.create_dataset(name, (3, 2), h5py.string_dtype())


def ragged(file, group, name):
    group.create_dataset(name, (3, 2), h5py.vlen_dtype("f4"))


def records(file, group, name):
    group.create_dataset(name, (3, 2), np.dtype([("a", "f4"), ("b", "f8")]))


def empty_space(file, group, name):
    group[name] = h5py.Empty("f4")


def enormous(file, group, name):
    group.create_dataset(name, (10**9, 10**9), "f4", chunks=(10**4, 10**4), maxshape=(None, None))


def bomb(file, group, name):
    group.create_dataset(
        name, (1 << 14, 1 << 14), "f4", compression="gzip", compression_opts=9, chunks=(1 << 12, 1 << 12)
    )
    group[name][:4096, :4096] = 0


def twice_packed(file, group, name):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3, 2))
    for _ in range(20):
        plist.set_deflate(9)
    space = h5py.h5s.create_simple((3, 2))
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.NATIVE_FLOAT, space, plist)


def other_filter(file, group, name):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3, 2))
    plist.set_filter(32001, h5py.h5z.FLAG_OPTIONAL)  # blosc, a plugin
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((3, 2)), plist)


def group_in_its_place(file, group, name):
    group.create_group(name)


def complex_numbers(file, group, name):
    group.create_dataset(name, data=np.ones((3, 2), "c16"))


MADE = [virtual, outside, soft_circle, own_parent, references, objects, words, strings_of_any_length, ragged, records]
MADE += [empty_space, enormous, bomb, twice_packed, other_filter, group_in_its_place, complex_numbers]


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_arrays_that_are_none(make, tmp_path):
    path = weights_file(tmp_path / "w.h5", instead(make))
    model = small()
    before = model.get_weights()
    refused(lambda: model.load_weights(path))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    for ending in ("h5", "weights.h5"):  # and in the layout of Keras 3
        with h5py.File(tmp_path / f"layered.{ending}", "w") as file:
            group = file.create_group("layers/dense/vars")
            file.create_group("dense")
            group.create_dataset("1", data=np.ones(2, "f4"))
            if make not in (soft_circle, own_parent):
                make(file, group, "0")
        refused(lambda file=tmp_path / f"layered.{ending}": model.load_weights(str(file)))


@pytest.mark.parametrize("size", [0xFFFFFFFFFFFFFFF0, 0xFFFFFFFFFFFFEFF0, 1 << 40])
def test_texts_that_lead_in_a_circle(size, tmp_path):
    """HDF5 itself walks along such sizes for ever."""
    path = tmp_path / "m.h5"
    small().save(path)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = str(file.attrs["model_config"])  # text of any length
    data = path.read_bytes()
    at = data.index(b"GCOL") + 24
    path.write_bytes(data[:at] + size.to_bytes(8, "little") + data[at + 8 :])
    refused(lambda: saving.load_model(path), "one after the other")


@pytest.mark.parametrize("name", ["layer_names", "weight_names"])
@pytest.mark.parametrize(
    "value",
    [
        np.array([1.5]),
        np.array([b"\xff\xfe"]),
        np.array([b"dense"] * 1000),
        np.array([b"../../dense"]),
        np.array([b"/"]),
        np.array([b""]),
        np.array([b"\x00"]),
        "dense",
        np.zeros((2, 2), "S5"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_names_that_are_none(name, value, tmp_path):
    def change(file, group, _):
        holder = file if name == "layer_names" else group
        del holder.attrs[name]
        if getattr(value, "nbytes", 0) < 60_000:
            holder.attrs[name] = value

    path = weights_file(tmp_path / "w.h5", change)
    model = small()
    before = model.get_weights()
    try:
        model.load_weights(path)  # a single name may well be one
    except (ValueError, OSError) as error:
        assert "\n" not in str(error)
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


# ------------------------------------------------------------------------------------------- archives


CONFIG = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "model",
        "layers": [
            {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
            {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 2}},
        ],
    },
}


def members():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for i, array in enumerate((np.ones((3, 2), "f4"), np.ones(2, "f4"))):
            file.create_dataset(f"layers/dense/vars/{i}", data=array)
    return {"metadata.json": b"{}", "config.json": json.dumps(CONFIG).encode(), "model.weights.h5": buffer.getvalue()}


def zipped(path, entries):
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in entries:
            archive.writestr(name, content)
    return str(path)


def test_a_name_that_comes_twice(tmp_path):
    """The one that others see is the one that is read: what a scanner passes is what is loaded."""
    good = list(members().items())
    evil = json.dumps({**CONFIG, "class_name": "os.system"})
    refused(lambda: saving.load_model(zipped(tmp_path / "a.keras", [*good, ("config.json", evil)])), "once")
    refused(lambda: saving.load_model(zipped(tmp_path / "b.keras", [("config.json", evil), *good])), "once")


def test_a_checksum_that_is_wrong(tmp_path):
    path = zipped(tmp_path / "a.keras", members().items())
    data = bytearray(open(path, "rb").read())
    at = data.find(b'"units"')
    data[at + 1 : at + 6] = b"UNITS"
    open(path, "wb").write(bytes(data))
    refused(lambda: saving.load_model(path))


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_link_in_the_archive(name, tmp_path):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    entries = [(key, value) for key, value in members().items() if key != name]
    refused(lambda: saving.load_model(zipped(tmp_path / "a.keras", [*entries, (info, b"/etc/passwd")])))


@pytest.mark.parametrize(
    "name",
    [
        "../../escaped",
        "/tmp/escaped",
        "C:\\escaped",
        "a/../../escaped",
        "\udc80".encode("utf-8", "surrogateescape").decode("latin1"),
    ],
)
def test_names_that_lead_out_are_never_unpacked(name, tmp_path):
    path = zipped(tmp_path / "inner.keras", [*members().items(), (name, b"mine")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert saving.load_model(path).count_params() == 8
    assert not list(tmp_path.parent.rglob("*escaped*"))


def test_a_member_that_is_encrypted(tmp_path):
    path = zipped(tmp_path / "a.keras", members().items())
    data = bytearray(open(path, "rb").read())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    open(path, "wb").write(bytes(data))
    refused(lambda: saving.load_model(path))


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "[" * 300 + "]" * 300, '{"class_name": NaN}', "1e999", '"\\ud800"', "", "\x00"],
)
def test_texts_that_are_no_model(text, tmp_path):
    refused(
        lambda: saving.load_model(zipped(tmp_path / "a.keras", {**members(), "config.json": text.encode()}.items()))
    )
    refused(lambda: keras.models.model_from_json(text))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 0, 1e300, 2**70, True, "2", [2], None, {"a": 1}])
@pytest.mark.parametrize("place", ["units", "batch_shape"])
def test_sizes_that_are_none(value, place, tmp_path):
    config = json.loads(json.dumps(CONFIG))
    first, dense = config["config"]["layers"]
    if place == "units":
        dense["config"]["units"] = value
    elif value is not None:
        first["config"]["batch_shape"] = [None, value]
    else:
        first["config"]["batch_shape"] = value
    text = json.dumps(config).encode()
    path = zipped(tmp_path / "a.keras", {**members(), "config.json": text}.items())
    refused(lambda: saving.load_model(path))


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/object/new:type {}",
        "!!python/name:os.system",
        "!!python/module:os",
        "a: &a [*a]",
        "a: &a {b: *a}",
        "\n".join(
            ["a0: &a0 [x,x,x,x,x,x,x,x]", *(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 8)}]" for i in range(1, 12))]
        ),
        "!<tag:yaml.org,2002:python/object:os.popen> x",
        "{" * 5000,
        "? [a]\n: b",
    ],
    ids=range(10),
)
def test_yaml_that_is_no_model(text):
    pytest.importorskip("yaml")
    refused(lambda: keras.models.model_from_yaml(text))
