"""Names that libraries dropped: there while installed, gone after."""

import collections
import importlib
import importlib.util
import inspect
import io
import re
import sys
import time

import numpy as np
import pytest

from kerastorch.porting import shims, six, six_moves
from kerastorch.porting.dropped import functions as dropped


@pytest.fixture
def installed_shims():
    shims.install()
    yield
    shims.uninstall()


def test_names_of_numpy(installed_shims):
    assert np.int is int and np.float is float and np.bool is not None and np.object is object
    assert np.asscalar(np.array([3.0])) == 3.0
    assert np.array([1, 2], np.float).dtype == "float64"
    assert np.array(["a", None], np.object).dtype == object


@pytest.mark.parametrize("module", [np, collections, inspect, time, re])
def test_everything_is_taken_back(module):
    before = dict(module.__dict__)
    shims.install()
    shims.install()
    shims.uninstall()
    shims.uninstall()
    assert {name: value for name, value in module.__dict__.items() if before.get(name) is not value} == {}
    assert set(before) == set(module.__dict__)


def test_names_of_the_standard_library(installed_shims):
    assert collections.Iterable is collections.abc.Iterable
    assert time.clock() <= time.clock()
    assert inspect.getargspec(lambda a, b=2, *c, **d: a) == (["a", "b"], "c", "d", (2,))


def test_modules_that_moved(installed_shims):
    pytest.importorskip("sklearn")
    from sklearn.cross_validation import train_test_split
    from sklearn.externals import joblib
    from sklearn.grid_search import GridSearchCV
    from sklearn.preprocessing import Imputer

    assert train_test_split.__module__.startswith("sklearn.model_selection")
    assert GridSearchCV.__module__.startswith("sklearn.model_selection")
    assert joblib.dump and Imputer(strategy="mean")


def test_modules_that_moved_are_forgotten():
    pytest.importorskip("sklearn")
    shims.install()
    importlib.import_module("sklearn.cross_validation")
    shims.uninstall()
    assert "sklearn.cross_validation" not in sys.modules
    assert importlib.util.find_spec("sklearn.cross_validation") is None


def test_a_module_imported_later_is_patched_too(installed_shims, tmp_path, monkeypatch):
    (tmp_path / "later_module.py").write_text("here = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(shims.ATTRIBUTES, "later_module", {"gone": "math:inf", "here": "math:pi"})
    module = importlib.import_module("later_module")
    assert module.gone == float("inf") and module.here is True
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    monkeypatch.delitem(sys.modules, "later_module")


def test_arguments_that_scikit_learn_dropped(installed_shims):
    """The expected arrays follow from scikit-learn 0.19's documentation: encoded columns first."""
    pytest.importorskip("sklearn")
    from sklearn.base import clone
    from sklearn.preprocessing import Imputer, OneHotEncoder

    rows = np.array([[10.0, 0.0, 5.0], [20.0, 2.0, 6.0], [30.0, 0.0, 7.0]])
    encoded = [[1, 0, 10, 5], [0, 1, 20, 6], [1, 0, 30, 7]]
    encoder = OneHotEncoder(categorical_features=[1])
    np.testing.assert_array_equal(encoder.fit_transform(rows).toarray(), encoded)
    np.testing.assert_array_equal(clone(encoder).fit(rows).transform(rows[:1]).toarray(), encoded[:1])
    np.testing.assert_array_equal(OneHotEncoder(sparse=False).fit_transform([[0], [2]]), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(OneHotEncoder(n_values=3, sparse=False).fit_transform([[0], [2]]), np.eye(3)[[0, 2]])
    np.testing.assert_array_equal(OneHotEncoder().fit_transform([["a"], ["b"]]).toarray(), np.eye(2))
    filled = Imputer(missing_values="NaN", strategy="mean", axis=0).fit_transform([[1.0], [np.nan], [3.0]])
    np.testing.assert_array_equal(filled, [[1], [2], [3]])
    with pytest.raises(ValueError, match="Imputer: expected axis=0"):
        Imputer(axis=1)


def test_lists_of_unequal_lengths(installed_shims):
    ragged = np.array([[1, 2], [3]])
    assert ragged.dtype == object and ragged.tolist() == [[1, 2], [3]]
    assert np.asarray([[1], []]).shape == (2,)
    with pytest.raises(ValueError, match="inhomogeneous"):
        np.array([[1, 2], [3]], dtype=float)
    np.testing.assert_array_equal(np.fromstring(b"\x01\x02", np.uint8), [1, 2])
    np.testing.assert_array_equal(np.fromstring("1 2", sep=" "), [1.0, 2.0])


def test_styles_of_matplotlib(installed_shims):
    pytest.importorskip("matplotlib")
    import matplotlib.pyplot as plt

    with plt.style.context("seaborn-whitegrid"):
        assert plt.rcParams["axes.grid"]
    assert plt.cm.get_cmap("viridis").name == "viridis"
    axes = plt.figure().gca()
    axes.set_xticks([0, 1, 2])
    assert [label.get_text() for label in axes.set_xticklabels(["a", "b"])] == ["a", "b", ""]
    assert [label.get_text() for label in axes.set_xticklabels(list("abcd"))] == ["a", "b", "c"]
    plt.close("all")


def test_pandas(installed_shims):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]})
    np.testing.assert_array_equal(frame.as_matrix(), [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(frame.as_matrix(columns=["b"]), [[4], [5], [6]])
    np.testing.assert_array_equal(frame.ix[0:1, "a"], [1, 2])
    named = frame.set_index(pd.Index(["x", "y", "z"]))
    assert named.ix["y", "b"] == named.ix[1, "b"] == named.ix["y", 1] == 5
    assert frame.append({"a": 9.0, "b": 8.0}, ignore_index=True).shape == (4, 2)
    assert frame["a"].append(frame["b"]).tolist() == [1, 2, 3, 4, 5, 6]
    assert [name for name, _ in frame.iteritems()] == ["a", "b"]
    np.testing.assert_allclose(pd.rolling_mean(frame["a"], 2), [np.nan, 1.5, 2.5])


# -------------------------------------------------------------------------------- numpy.load


def test_load_reads_arrays_of_objects(installed_shims, tmp_path):
    words = np.empty(2, object)
    words[:] = [[1, 2, 3], [4]]
    np.savez(tmp_path / "words.npz", x=words, y=np.arange(2))
    np.save(tmp_path / "words.npy", words)
    with np.load(str(tmp_path / "words.npz")) as archive:
        assert list(archive) == archive.keys() == ["x", "y"] and "x" in archive and len(archive) == 2
        assert archive["x"].tolist() == [[1, 2, 3], [4]]
        assert {name: value.tolist() for name, value in archive.items()}["y"] == [0, 1]
    assert np.load(tmp_path / "words.npz")["x"].tolist() == [[1, 2, 3], [4]]
    assert np.load(tmp_path / "words.npy").tolist() == [[1, 2, 3], [4]]
    assert np.load(str(tmp_path / "words.npy")).tolist() == [[1, 2, 3], [4]]


def test_load_of_a_dict_saved_as_an_array(installed_shims, tmp_path):
    """``np.save("history.npy", history)`` and ``np.load(...).item()`` are how scripts keep a history."""
    np.save(tmp_path / "history.npy", {"loss": [0.5, 0.25], "epochs": 2, "name": "run"})
    assert np.load(str(tmp_path / "history.npy")).item() == {"loss": [0.5, 0.25], "epochs": 2, "name": "run"}


def test_load_runs_no_code(installed_shims, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    np.save(tmp_path / "evil.npy", np.array([Evil()], object), allow_pickle=True)
    np.savez(tmp_path / "evil.npz", x=np.array([Evil()], object))
    (tmp_path / "ran").unlink(missing_ok=True)
    with pytest.raises(ValueError, match="refused"):
        np.load(tmp_path / "evil.npy")
    with pytest.raises(ValueError, match="refused"):
        np.load(str(tmp_path / "evil.npz"))["x"]
    assert not (tmp_path / "ran").exists()


def test_load_of_ordinary_files(installed_shims, tmp_path):
    np.save(tmp_path / "x.npy", np.eye(2))
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), np.eye(2))
    file = io.BytesIO()
    np.savez(file, x=np.eye(2))
    file.seek(0)
    np.testing.assert_array_equal(np.load(file)["x"], np.eye(2))
    with pytest.raises(FileNotFoundError):
        np.load(tmp_path / "nothing.npy")


# ----------------------------------------------------------------------------------- re.split

# The expected lists were printed by Python 3.6's and 2.7's re.split, which agree.
SPLITS = [
    (r"(\W+)?", "Bob dropped the apple. Where is it?", 0),
    (r"x*", "axbc", 0),
    (r"(\W+)?", "a b c d", 2),
]
EXPECTED = [
    ["Bob", " ", "dropped", " ", "the", " ", "apple", ". ", "Where", " ", "is", " ", "it", "?", ""],
    ["a", "bc"],
    ["a", " ", "b", " ", "c d"],
]


@pytest.mark.parametrize("arguments, expected", list(zip(SPLITS, EXPECTED, strict=True)))
def test_a_script_splits_as_it_did(installed_shims, arguments, expected):
    names = {"__name__": "__main__"}
    exec(f"import re\nfound = re.split{arguments}", names)
    assert names["found"] == expected


def test_others_split_as_python_does(installed_shims):
    assert re.split(r"x*", "axbc") == ["", "a", "", "b", "c", ""]
    names = {"__name__": "__main__"}
    exec("import re\nfound = re.split('[, ]+', 'a, b,c', flags=re.I)", names)
    assert names["found"] == ["a", "b", "c"]


# ------------------------------------------------------------------------------------- images


@pytest.fixture
def misc(installed_shims):
    pytest.importorskip("PIL")
    return importlib.import_module("scipy.misc")


def test_images_of_scipy(misc, tmp_path):
    path = str(tmp_path / "x.png")
    picture = np.arange(48, dtype="uint8").reshape(4, 4, 3)
    misc.imsave(path, picture)
    np.testing.assert_array_equal(misc.imread(path), picture)
    np.testing.assert_allclose(misc.imread(path, flatten=True), picture @ [0.299, 0.587, 0.114], atol=0.6)
    assert misc.imread(path, mode="L").shape == (4, 4)
    assert misc.imresize(picture, (2, 8)).shape == (2, 8, 3)
    assert misc.imresize(picture, 50).shape == misc.imresize(picture, 0.5).shape == (2, 2, 3)
    np.testing.assert_array_equal(misc.imrotate(picture, 90, "nearest"), np.rot90(picture))


def test_floats_are_brought_to_bytes(misc):
    """SciPy's documented rule: the smallest value becomes 0, the greatest 255."""
    grey = np.array([[0.0, 0.5], [0.25, 1.0]])
    np.testing.assert_array_equal(misc.fromimage(misc.toimage(grey)), [[0, 128], [64, 255]])
    np.testing.assert_array_equal(misc.fromimage(misc.toimage(grey, cmin=0, cmax=2)), [[0, 64], [32, 128]])
    channels_first = np.zeros((3, 2, 5))
    assert misc.toimage(channels_first).size == (5, 2)
    with pytest.raises(ValueError, match="toimage: expected an array of 1, 3 or 4 channels"):
        misc.toimage(np.zeros((2, 2, 2, 2)))


# ---------------------------------------------------------------------------------------- six


def test_six_where_it_is_not_installed(installed_shims):
    if importlib.util.find_spec("six").loader.__class__.__name__ != "_Dropped":
        pytest.skip("six is installed")
    import six as found
    import six.moves.cPickle as pickle
    from six.moves import range as found_range
    from six.moves.urllib.request import urlretrieve

    assert found.PY3 and found.string_types == (str,)
    assert list(found.iteritems({1: 2})) == [(1, 2)]
    assert found_range is range and pickle.dumps and urlretrieve
    assert found.moves.urllib.parse.quote("a b") == "a%20b"


def test_six():
    class Meta(type):
        made = []

        def __init__(cls, name, bases, body):
            super().__init__(name, bases, body)
            Meta.made.append(name)

    @six.add_metaclass(Meta)
    class First:
        x = 1

    class Second(six.with_metaclass(Meta, dict)):
        pass

    assert type(First) is type(Second) is Meta and First.x == 1
    assert "First" in Meta.made and "Second" in Meta.made
    assert list(six.iterkeys({1: 2})) == [1] and list(six.itervalues({1: 2})) == [2]
    assert six.u("a") == "a" and six.b("é") == b"\xe9"
    assert six_moves.xrange is range and six_moves.reduce(lambda a, b: a + b, [1, 2]) == 3
    with pytest.raises(KeyError) as error:
        six.raise_from(KeyError(1), ValueError(2))
    assert isinstance(error.value.__cause__, ValueError)


def test_versions():
    assert dropped.LooseVersion("2.10.1") > "2.9"
    assert dropped.LooseVersion("1.0") == dropped.LooseVersion("1.0")
    assert dropped.LooseVersion("1.0rc1") < "1.0.1"
    assert str(dropped.LooseVersion("1.2")) == "1.2"
