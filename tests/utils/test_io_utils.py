"""HDF5 files as arrays and as dicts."""

import builtins

import h5py
import numpy as np
import pytest

from kerastorch.utils.io_utils import H5Dict, HDF5Matrix, ask_to_proceed_with_overwrite, h5dict

X = np.random.RandomState(0).randn(20, 4).astype("float32")


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = X
        file["y"] = np.arange(20).reshape(20, 1)
    yield str(tmp_path / "data.h5")
    for opened in HDF5Matrix.refs.values():
        opened.close()
    HDF5Matrix.refs.clear()


def test_behaves_like_its_rows(path):
    x = HDF5Matrix(path, "x", start=5, end=15)
    rows = X[5:15]
    assert len(x) == 10 and x.shape == (10, 4) and x.ndim == 2 and x.size == 40 and x.dtype == np.float32
    for key in (
        *(3, np.int64(9), -1, slice(None), slice(2, 5), slice(2, None), slice(0, 9, 4), slice(-3, None), slice(10, 10)),
        *([0, 1], [7, 2, 2, 9], np.array([4, 0]), range(2, 4), np.arange(10) > 6, []),
    ):
        np.testing.assert_array_equal(
            x[key], rows[np.array(key, int) if key == [] else key] if isinstance(key, list) else rows[key]
        )
    assert HDF5Matrix(path, "x").data.file == x.data.file


@pytest.mark.parametrize("key", [10, -11, slice(10, 11), slice(0, 11), [3, 10], np.array([-11]), range(9, 11)])
def test_rows_that_are_not_there(key, path):
    with pytest.raises(IndexError, match="HDF5Matrix: expected rows from 0 to"):
        HDF5Matrix(path, "x", start=5, end=15)[key]


@pytest.mark.parametrize("key", [None, 1.5, ["a"]])
def test_what_names_no_rows(key, path):
    with pytest.raises(TypeError):
        HDF5Matrix(path, "x")[key]


def test_normalizer(path):
    plus = HDF5Matrix(path, "x", end=10, normalizer=lambda rows: rows + 1)
    np.testing.assert_array_equal(plus[2:4], X[2:4] + 1)
    np.testing.assert_array_equal(plus[2], X[2] + 1)
    half = HDF5Matrix(path, "x", normalizer=lambda rows: rows[:, ::2].astype("float64"))
    assert half.shape == (20, 2) and half.dtype == np.float64 and half.size == 40


def test_a_closed_file_is_opened_again(path):
    HDF5Matrix(path, "x").data.file.close()
    np.testing.assert_array_equal(HDF5Matrix(path, "x")[:], X)


def test_what_cannot_be_opened(path, tmp_path):
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(FileNotFoundError, match="which is missing"):
        HDF5Matrix(str(tmp_path / "none.h5"), "x")
    with pytest.raises(ValueError, match="expected a whole HDF5 file. Received: .*text.h5"):
        HDF5Matrix(str(tmp_path / "text.h5"), "x")
    with pytest.raises(ValueError, match=r"one of the data sets \['x', 'y'\]. Received: dataset='z'"):
        HDF5Matrix(path, "z")
    with pytest.raises(ValueError, match="Received: start=5, end=21"):
        HDF5Matrix(path, "x", 5, 21)


@pytest.mark.parametrize(("answers", "result"), [(["y"], True), ([" N "], False), (["what", "y"], True)])
def test_asking(answers, result, monkeypatch, capsys):
    given = iter(answers)
    monkeypatch.setattr(builtins, "input", lambda prompt: next(given))
    assert ask_to_proceed_with_overwrite("model.h5") is result
    assert ("[TIP]" in capsys.readouterr().out) is result


@pytest.fixture(params=["file", "dict", "group"])
def target(request, tmp_path):
    if request.param == "file":
        yield str(tmp_path / "store.h5")
    elif request.param == "dict":
        yield {}
    else:
        with h5py.File(tmp_path / "group.h5", "w") as file:
            yield file.create_group("inside")


def test_h5dict_keeps_values_and_groups(target):
    array = np.random.RandomState(1).rand(4, 5)
    store = h5dict(target, mode="w")
    store["text"] = "abcd"
    store["names"] = [b"efg", b"hij"]
    store["array"] = array
    store["scalar"] = np.float32(2.5)
    store["outer"]["inner"]["array"] = array
    store.close()
    store = H5Dict(target, mode="r")
    assert store["text"] == "abcd" and store["names"] == [b"efg", b"hij"] and store["scalar"] == 2.5
    np.testing.assert_array_equal(store["array"], array)
    assert "outer" in store and "array" in store["outer"]["inner"] and "other" not in store
    np.testing.assert_array_equal(store["outer"]["inner"]["array"], array)
    assert store.get("other", 3) == 3 and store.get("text") == "abcd"
    with pytest.raises(ValueError, match="Received: 'other'"):
        store["outer"]["other"]
    with pytest.raises(ValueError, match="Received: mode='r'"):
        store["text"] = "no"
    store.close()


def test_h5dict_spreads_long_lists(tmp_path):
    names = [f"a_rather_long_weight_name_{number:05d}" for number in range(3000)]
    with h5py.File(tmp_path / "store.h5", "w") as file:
        H5Dict(file)["names"] = names
        assert "names" not in file.attrs and len(file.attrs["names0"]) + len(file.attrs["names1"]) == 3000
        assert H5Dict(file)["names"] == names


def test_h5dict_refuses(tmp_path):
    with pytest.raises(TypeError, match="Received: int"):
        H5Dict(3)
    store = H5Dict(str(tmp_path / "store.h5"), mode="w")
    store["x"] = X
    with pytest.raises(KeyError, match="not taken"):
        store["x"] = X
    with pytest.raises(RuntimeError, match="at most 64512 bytes"):
        store["names"] = ["x" * 70000]
    store.close()
