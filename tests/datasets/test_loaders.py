"""The loaders, on small files of the real formats; the expected arrays come from the real Keras 2.2.4."""

import importlib
import json
import os
import shutil
import urllib.request
import warnings
from pathlib import Path

import numpy as np
import pytest

from kerastorch import config, eras
from kerastorch.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from tests.datasets import small_files
from tests.datasets.loader_cases import described

RECORDED = json.loads((Path(__file__).parent / "loaders.json").read_text())
LOADERS = [boston_housing, california_housing, cifar10, cifar100, fashion_mnist, imdb, mnist, reuters]


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise urllib.error.URLError("no network here")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    small_files.write(str(folder))
    return folder


@pytest.fixture
def data_home(written, tmp_path, monkeypatch, no_network):
    """A cache that holds the small files, whose hashes are not the published ones, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    shutil.copytree(written, tmp_path / "datasets")
    return tmp_path


@pytest.mark.filterwarnings("ignore:.*is used as it is", "ignore:.*nb_words")
@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['loader']}-{case['arguments']}")
def test_gives_what_keras_gives(case, data_home):
    load_data = importlib.import_module(f"kerastorch.datasets.{case['loader']}").load_data
    (x, y), (u, v) = load_data(**case["arguments"])
    assert [described(array) for array in (x, y, u, v)] == case["arrays"]
    if case["next_draw"] is not None:
        assert np.random.randint(0, 2**31 - 1) == case["next_draw"]


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_cifar10(data_home):
    (x, y), (u, v) = cifar10.load_data()
    assert (x.shape, u.shape, y.shape, v.shape) == ((10, 32, 32, 3), (2, 32, 32, 3), (10, 1), (2, 1))
    assert (x.dtype, u.dtype, y.dtype, v.dtype) == ("uint8", "uint8", "uint8", "int64")
    second = np.random.RandomState(1).randint(0, 256, (2, 3072)).astype("uint8")
    np.testing.assert_array_equal(x[2:4], second.reshape(2, 3, 32, 32).transpose(0, 2, 3, 1))
    config.set_image_data_format("channels_first")
    (first, _), _ = cifar10.load_data()
    np.testing.assert_array_equal(first[2:4], second.reshape(2, 3, 32, 32))


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_california_housing(data_home):
    with np.load(data_home / "datasets" / "california_housing.npz") as stored:
        rows = stored["x"]
    (x, y), (u, v) = california_housing.load_data(test_split=0.25)
    assert (x.shape, y.shape, u.shape, v.shape) == ((465, 8), (465,), (155, 8), (155,))
    (x, y), (u, v) = california_housing.load_data("small")
    assert (len(x), len(u)) == (480, 120)
    assert {tuple(row) for row in np.concatenate([x, u])} == {tuple(row) for row in rows[:600]}


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_later_keras_leaves_numpys_generator_alone(data_home):
    reference = imdb.load_data()
    eras.set_era("keras3")
    np.random.seed(1)
    later = imdb.load_data()
    assert np.random.randint(0, 2**31 - 1) == np.random.RandomState(1).randint(0, 2**31 - 1)
    (x, _), (u, _) = imdb.load_data(maxlen=8)
    _, (_, labels) = cifar10.load_data()
    for old, new in zip(reference[0] + reference[1], later[0] + later[1]):
        assert described(old) == described(new)
    assert len(x) == sum(len(row) < 8 for row in reference[0][0])
    assert len(u) == sum(len(row) < 8 for row in reference[1][0])
    assert labels.dtype == "uint8"


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_word_indexes(data_home):
    assert imdb.get_word_index() == {"the": 1, "café": 2}
    assert reuters.get_word_index() == {"the": 1, "café": 2}
    names = reuters.get_label_names()
    assert len(names) == 46 and names[0] == "cocoa" and names[45] == "lead"


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_old_name_warns(data_home):
    with pytest.warns(UserWarning, match="nb_words is now called num_words"):
        imdb.load_data(nb_words=5)


def test_a_local_file_with_another_hash_is_used_without_a_network(data_home):
    with pytest.warns(UserWarning, match="is used as it is, though its hash is not .* cannot be reached"):
        (x, _), _ = mnist.load_data()
    assert len(x) == 7


def test_cifar_archive_is_unpacked_and_then_not_needed(data_home):
    folder = data_home / "datasets" / "cifar-100-python"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with pytest.warns(UserWarning, match="is used as it is"):
        (x, _), _ = cifar100.load_data()
    os.remove(str(folder) + ".tar.gz")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (again, _), _ = cifar100.load_data()
    np.testing.assert_array_equal(x, again)


@pytest.mark.parametrize("loader", LOADERS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_missing_file_without_network(loader, tmp_path, monkeypatch, no_network):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(OSError, match="without a network, put the file at .* by hand"):
        loader.load_data()
    assert not [entry for entry in tmp_path.rglob("*") if entry.is_file()]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: imdb.load_data(maxlen=1), ValueError, "maxlen to keep some review. Received: maxlen=1"),
        (lambda: reuters.load_data(maxlen=1), ValueError, "maxlen to keep some newswire"),
        (lambda: imdb.load_data(words=1), TypeError, "unknown argument. Received: words"),
        (lambda: reuters.load_data(test_split=1.5), ValueError, "test_split .* Received: 1.5"),
        (lambda: boston_housing.load_data(test_split=-0.1), ValueError, "test_split .* Received: -0.1"),
        (lambda: california_housing.load_data("tiny"), ValueError, "version 'large' or 'small'. Received: 'tiny'"),
        (lambda: cifar100.load_data("medium"), ValueError, "label_mode 'fine' or 'coarse'. Received: 'medium'"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_wrong_arguments(call, error, message, data_home):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("loader", "name"),
    [
        (mnist, "mnist.npz"),
        (imdb, "imdb.npz"),
        (boston_housing, "boston_housing.npz"),
        (fashion_mnist, "fashion-mnist/t10k-images-idx3-ubyte.gz"),
        (cifar10, "cifar-10-batches-py/data_batch_3"),
    ],
)
@pytest.mark.parametrize("damage", ["truncated", "empty", "other"])
@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_broken_files_are_named(loader, name, damage, data_home):
    path = data_home / "datasets" / name
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "empty": b"", "other": b"hello " * 50}[damage])
    with pytest.raises(ValueError, match=f"Received: .*{path.name}.*delete it to have it downloaded again"):
        loader.load_data()


@pytest.mark.filterwarnings("ignore:.*is used as it is")
def test_truncated_archive(data_home):
    path = data_home / "datasets" / "cifar-10-batches-py.tar.gz"
    path.write_bytes(path.read_bytes()[:20000])
    folder = data_home / "datasets" / "cifar-10-batches-py"
    os.rename(folder, data_home / "elsewhere")
    with pytest.raises(ValueError, match="expected a .*archive"):
        cifar10.load_data()
    assert not folder.exists()
