"""The readers: every way numpy has written such pickles is read, and none of them can run code."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from kerastorch.datasets._read import load_npz, load_pickle

# What Python 2 wrote (the real CIFAR and IMDB files): {'data': array([[1, 2], [3, 4]], uint8), 'labels': [6, 9]}
PYTHON2 = (
    b"\x80\x02}q\x01(U\x04dataq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85U\x01b\x87Rq"
    b"\x05(K\x01K\x02K\x02\x86cnumpy\ndtype\nq\x06U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff"
    b"\xffK\x00tb\x89U\x04\x01\x02\x03\x04tbU\x06labelsq\x08]q\x09(K\x06K\x09eu."
)


def write_npz(path, payload, shape="(2,)"):
    header = f"{{'descr': '|O', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + payload)


def test_python2_pickle(tmp_path):
    (tmp_path / "batch").write_bytes(PYTHON2)
    content = load_pickle(tmp_path / "batch")
    assert type(content["data"]) is np.ndarray and content["data"].dtype == "uint8"
    assert content["data"].tolist() == [[1, 2], [3, 4]] and content["labels"] == [6, 9]


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="uint8").reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
        np.linspace(0, 1, 5),
        np.array([True, False]),
        np.array(["a", "bc"]),
        np.zeros((0, 3), "float32"),
        np.array([[1, [2]], [None, "x"]], dtype=object),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays_of_every_protocol(array, protocol, tmp_path):
    with open(tmp_path / "batch", "wb") as file:
        pickle.dump({b"data": array, b"n": np.int64(-3), b"raw": b"\xff\x00"}, file, protocol)
    content = load_pickle(tmp_path / "batch")
    assert type(content["data"]) is np.ndarray and content["data"].dtype.newbyteorder("=") == array.dtype.newbyteorder(
        "="
    )
    np.testing.assert_array_equal(content["data"], array)
    assert content["n"] == -3 and content["n"].dtype == "int64" and content["raw"] == b"\xff\x00"


def test_npz_with_object_and_plain_arrays(tmp_path):
    rows = np.empty(3, dtype=object)
    rows[:] = [[1, 2], [3], []]
    np.savez_compressed(tmp_path / "a.npz", x=rows, y=np.arange(3.0))
    x, y = load_npz(tmp_path / "a.npz", ["x", "y"])
    assert x.dtype == object and x.tolist() == [[1, 2], [3], []] and type(x) is np.ndarray
    np.testing.assert_array_equal(y, [0.0, 1.0, 2.0])
    with pytest.raises(ValueError, match="an .npz file with the arrays x, z. Received: "):
        load_npz(tmp_path / "a.npz", ["x", "z"])


class Exploit:
    def __init__(self, function, *arguments):
        self.reduction = function, arguments

    def __reduce__(self):
        return self.reduction


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [(os.mkdir, ["made"]), (eval, ["open('made', 'w')"]), (getattr, ["x", "join"]), (np.load, ["made"]), (exec, ["1"])],
)
def test_code_in_a_file_does_not_run(function, arguments, protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    payload = pickle.dumps({b"data": Exploit(function, *arguments)}, protocol)
    (tmp_path / "batch").write_bytes(payload)
    with pytest.raises(ValueError, match="which is refused, as it could run code"):
        load_pickle("batch")
    write_npz("a.npz", payload)
    with pytest.raises(ValueError, match="which is refused, as it could run code"):
        load_npz("a.npz", ["x"])
    assert not os.path.exists("made")


def array_pickle(code, state, shape, content):
    """A pickle of an array whose parts need not fit each other."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 4)
    dtype = Exploit(np.dtype, code)
    dtype.reduction = np.dtype, (code,), state
    array = Exploit(np.zeros(0).__reduce__()[0], np.ndarray, (0,), b"b")
    array.reduction = (*array.reduction, (1, shape, dtype, False, content))
    pickler.dump({b"data": array})
    return buffer.getvalue()


ORDER = (3, "|", None, None, None, -1, -1, 0)


@pytest.mark.parametrize(
    ("code", "state", "shape", "content"),
    [
        ("u1", ORDER, (5,), b"\x01\x02"),  # too short
        ("u1", ORDER, (-1,), b"\x01\x02"),
        ("u1", ORDER, (1 << 40, 1 << 40), b""),
        ("O8", ORDER, (1,), b"\x41" * 8),  # a pointer of the file's choice
        ("O8", ORDER, (2,), [1]),
        ("V8", ORDER, (1,), b"\x41" * 8),
        ("u1,O", ORDER, (1,), b"\x41" * 9),
        ("u8", (3, "x", None, None, None, -1, -1, 0), (1,), b"\x41" * 8),
    ],
)
def test_arrays_that_do_not_fit_their_content_are_refused(code, state, shape, content, tmp_path):
    (tmp_path / "batch").write_bytes(array_pickle(code, state, shape, content))
    with pytest.raises(ValueError, match="which is broken or of another kind"):
        load_pickle(tmp_path / "batch")


def test_a_good_array_made_the_same_way_is_read(tmp_path):
    (tmp_path / "batch").write_bytes(
        array_pickle("u2", (3, ">", None, None, None, -1, -1, 0), (2,), b"\x00\x01\x01\x00")
    )
    assert load_pickle(tmp_path / "batch")["data"].tolist() == [1, 256]
