"""Arguments and names that libraries dropped, each used as scripts of its time do."""

import random

import h5py
import numpy as np
import pytest

from kerastorch.porting import alias, shims


@pytest.fixture(autouse=True)
def installed():
    alias.install()
    yield
    alias.uninstall()


def test_numpy():
    assert np.rank(np.ones((2, 2))) == 2 and np.alen([1, 2]) == 2 and np.cast["float32"](1).dtype == np.float32  # noqa: NPY201
    assert np.vstack(np.ones(2) for _ in range(3)).shape == (3, 2) and np.stack(map(np.ones, [2, 2])).shape == (2, 2)
    assert np.hstack([[1], [2]]).tolist() == [1, 2]
    array = np.array([[1.0, 5.0], [2.0, 3.0]])
    assert array.ptp() == 4 and array.ptp(axis=0).tolist() == [1, 2] and array.tostring() == array.tobytes()
    array.itemset((0, 1), 9.0)
    array.itemset(0, 7.0) if array.ndim == 1 else array.itemset(0, 0, 7.0)
    assert array.tolist() == [[7, 9], [2, 3]]
    before = np.get_printoptions()
    np.set_printoptions(threshold=np.nan)
    assert np.get_printoptions()["threshold"] > 10**9
    np.set_printoptions(**before)
    assert sorted(random.sample({1, 2, 3}, 3)) == [1, 2, 3] and len(random.sample(range(9), 2)) == 2


def test_arrays_are_left_as_they_were():
    alias.uninstall()
    assert hasattr(np.ones(1), "ptp") == (np.__version__ < "2") and not hasattr(np, "alen")


def test_h5py(tmp_path):
    path = str(tmp_path / "new.h5")
    with h5py.File(path) as file:
        file.create_dataset("a", data=[1, 2])
        file["b"] = 3.0
    with h5py.File(path) as file:
        assert file["a"].value.tolist() == [1, 2] and file["b"].value == 3.0
    with h5py.File(path, "r") as file:
        assert file.mode == "r" and file["a"].value.tolist() == [1, 2]


def test_scipy():
    scipy = pytest.importorskip("scipy")
    from scipy.integrate import cumtrapz, simps, trapz
    from scipy.ndimage import imread
    from scipy.signal import gaussian
    from scipy.sparse import coo_matrix, csr_matrix

    assert cumtrapz([1, 2]).tolist() == [1.5] and trapz([1, 2]) == 1.5 and simps([1, 2, 3]) == 4 and callable(imread)
    assert csr_matrix(np.eye(2)).A.tolist() == coo_matrix(np.eye(2)).A.tolist() == [[1, 0], [0, 1]]
    assert scipy.array([1]).shape == scipy.zeros(1).shape and gaussian(3, 1.0)[1] == 1.0


def test_folds_of_cross_validation():
    pytest.importorskip("sklearn")
    from sklearn.cross_validation import KFold, LeaveOneOut, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

    labels = np.arange(20) % 2
    assert [test.tolist() for _, test in KFold(4, 2)] == [[0, 1], [2, 3]] and len(KFold(20, n_folds=5)) == 5
    for folds in (
        StratifiedKFold(labels, n_folds=5, shuffle=True, random_state=1),
        StratifiedShuffleSplit(labels, 2, 0.2),
    ):
        assert all(labels[test].mean() == 0.5 and not set(train) & set(test) for train, test in folds)
    assert len(LeaveOneOut(3)) == 3 and all(len(test) == 5 for _, test in ShuffleSplit(20, 3, test_size=0.25))


def test_model_selection():
    pytest.importorskip("sklearn")
    from sklearn.cross_validation import cross_val_score
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold

    x, y = np.arange(12.0)[:, None], np.arange(12) // 6
    assert KFold(3, True, 7).random_state == 7 and KFold(n_splits=3, random_state=7).random_state is None
    scores = cross_val_score(
        LogisticRegression(multi_class="ovr"), x, y, cv=StratifiedKFold(n_splits=3, random_state=7)
    )
    assert scores.shape == (3,)
    found = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, iid=False, cv=3).fit(x, y)
    params, mean, each = found.grid_scores_[1]
    assert params == {"C": 1.0} and mean == pytest.approx(each.mean()) and each.shape == (3,)


def test_sklearn():
    pytest.importorskip("sklearn")
    from sklearn.cluster import KMeans
    from sklearn.datasets.samples_generator import make_blobs
    from sklearn.decomposition import RandomizedPCA
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.manifold import TSNE
    from sklearn.metrics import mean_squared_error
    from sklearn.metrics.classification import accuracy_score
    from sklearn.preprocessing.data import MinMaxScaler
    from sklearn.utils import class_weight
    from sklearn.utils.linear_assignment_ import linear_assignment

    assert make_blobs and RandomizedPCA and accuracy_score([1], [1]) == 1 and MinMaxScaler()
    assert KMeans(n_clusters=2, n_init=2, n_jobs=4).fit_predict([[0.0], [9.0]]).sum() == 1
    assert TSNE(n_iter=300).max_iter == 300 and mean_squared_error([1.0], [3.0], squared=False) == 2.0
    assert mean_squared_error([1.0], [3.0]) == 4.0
    assert class_weight.compute_class_weight("balanced", [0, 1], [0, 1, 1]).tolist() == [1.5, 0.75]
    assert linear_assignment(np.array([[1, 0], [0, 1]])).tolist() == [[0, 1], [1, 0]]
    assert CountVectorizer().fit(["to be"]).get_feature_names() == ["be", "to"]


def test_mnist_of_mldata(monkeypatch):
    pytest.importorskip("sklearn")
    from sklearn.datasets import fetch_mldata

    from kerastorch.datasets import mnist

    part = (np.arange(2 * 4).reshape(2, 2, 2).astype("uint8"), np.array([5, 1], "uint8"))
    monkeypatch.setattr(mnist, "load_data", lambda: (part, part))
    found = fetch_mldata("MNIST original")
    assert found.data.shape == (4, 4) and found.target.tolist() == [1.0, 5.0, 1.0, 5.0] and found.data[0, 0] == 4
    with pytest.raises(OSError, match="only 'MNIST original'"):
        fetch_mldata("iris")


def test_matplotlib(recwarn):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg", warn=False)
    import matplotlib.pyplot as plt

    figure = plt.figure()
    axes = figure.gca(projection="3d")
    assert axes.name == "3d" and figure.gca(projection="3d") is axes and figure.gca() is axes
    figure.canvas.set_window_title("name")
    plt.close("all")
    counts, _, _ = plt.hist([0.0, 0.0, 1.0, 1.0], bins=2, normed=True)
    assert counts.tolist() == [1.0, 1.0]
    plt.hold(True)
    plt.grid(b=True)
    assert plt.subplot(111, axisbg="w").get_facecolor() == (1, 1, 1, 1)
    assert plt.cm.spectral(0.5) == plt.get_cmap("nipy_spectral")(0.5) == plt.get_cmap("spectral")(0.5)
    plt.close("all")


def test_a_backend_without_a_screen_is_passed_over(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    from kerastorch.porting.dropped.plots import extend_matplotlib

    def use(backend, force=True):
        raise ImportError("Cannot load backend 'TkAgg'")

    monkeypatch.setattr(matplotlib, "use", use)
    extend_matplotlib(matplotlib)
    with pytest.warns(UserWarning, match="TkAgg.*without a window"):
        matplotlib.use("TkAgg")


def test_pillow():
    from PIL import Image, ImageDraw, ImageFont

    draw, font = ImageDraw.Draw(Image.new("RGB", (60, 40))), ImageFont.load_default()
    width, height = font.getsize("word")
    assert width > height > 0 and draw.textsize("word", font) == draw.textsize("word", font=font)
    assert draw.textsize("word\nword", font)[1] > height


def test_yaml():
    yaml = pytest.importorskip("yaml")
    assert yaml.load("a: [1, 2]") == {"a": [1, 2]}
    with pytest.raises(yaml.YAMLError):
        yaml.load("!!python/object/apply:os.getcwd []")


def test_networkx():
    networkx = pytest.importorskip("networkx")
    graph = networkx.from_numpy_matrix(np.array([[0, 1], [1, 0]]))
    assert networkx.to_numpy_matrix(graph).A.tolist() == [[0, 1], [1, 0]]


class _Vectors:
    """As much of gensim's ``KeyedVectors`` as its new names need."""

    key_to_index, index_to_key, vectors = {"a": 0, "b": 1}, ["a", "b"], np.eye(2)
    expandos = {"count": [7, 3]}

    def __len__(self):
        return 2

    def __getitem__(self, word):
        return self.vectors[self.key_to_index[word]]

    def __contains__(self, word):
        return word in self.key_to_index


def test_gensim():
    from kerastorch.porting.dropped import elsewhere

    class Word2Vec:
        def __init__(self, sentences=None, vector_size=100, epochs=5):
            self.said, self.wv = (vector_size, epochs), _Vectors()

    class keyedvectors:  # stands for a module
        KeyedVectors = _Vectors

    class models:
        FastText = Doc2Vec = type("Other", (Word2Vec,), {})

    models.Word2Vec = Word2Vec
    elsewhere.extend_word_vectors(keyedvectors)
    elsewhere.extend_gensim(models)
    model = Word2Vec(size=4, iter=2)
    assert model.said == (4, 2) and model["b"].tolist() == [0, 1] and "a" in model and model.index2word == ["a", "b"]
    assert {word: (found.index, found.count) for word, found in model.wv.vocab.items()} == {"a": (0, 7), "b": (1, 3)}
    assert model.wv.syn0 is _Vectors.vectors and shims.set_attribute


def test_arpack_of_scipy():
    from scipy.sparse import eye
    from scipy.sparse.linalg.eigen.arpack import ArpackNoConvergence, eigsh

    assert eigsh(eye(5).tocsr(), 1, which="LM", return_eigenvectors=False).round(6).tolist() == [1.0]
    assert issubclass(ArpackNoConvergence, Exception)
