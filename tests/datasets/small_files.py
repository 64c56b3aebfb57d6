"""Small data files in the real formats, the same on every run; Python 3.7 reads this file too (record_loaders.py)."""

import gzip
import json
import os
import pickle
import tarfile

import numpy as np


def _rows(rng, count):
    rows = np.empty(count, dtype=object)
    for i in range(count):
        rows[i] = [int(w) for w in rng.randint(1, 40, rng.randint(2, 12))]
    return rows


def _idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    with gzip.open(path, "wb") as file:
        file.write(header + array.tobytes())


def _cifar(folder, name, files, labels_of):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    for seed, (file_name, count) in enumerate(files):
        rng = np.random.RandomState(seed)
        batch = {b"data": rng.randint(0, 256, (count, 3072)).astype("uint8")}
        batch.update({key: [int(v) for v in rng.randint(0, top, count)] for key, top in labels_of.items()})
        with open(os.path.join(folder, name, file_name), "wb") as file:
            pickle.dump(batch, file, 2)
    with tarfile.open(os.path.join(folder, name + ".tar.gz"), "w:gz") as archive:
        archive.add(os.path.join(folder, name), arcname=name)


def write(folder, cifar_count=2):
    """Writes every file that the loaders look for under ``datasets`` into a folder."""
    os.makedirs(folder, exist_ok=True)
    rng = np.random.RandomState(0)

    def path(name):
        return os.path.join(folder, name)

    images = {"x_train": (7, 28, 28), "x_test": (3, 28, 28), "y_train": (7,), "y_test": (3,)}
    np.savez(path("mnist.npz"), **{k: rng.randint(0, 10, s).astype("uint8") for k, s in images.items()})
    os.makedirs(path("fashion-mnist"), exist_ok=True)
    for part, count in (("train", 6), ("t10k", 4)):
        _idx(path(f"fashion-mnist/{part}-images-idx3-ubyte.gz"), rng.randint(0, 256, (count, 28, 28)).astype("uint8"))
        _idx(path(f"fashion-mnist/{part}-labels-idx1-ubyte.gz"), rng.randint(0, 10, count).astype("uint8"))
    ten = [(f"data_batch_{i}", cifar_count) for i in range(1, 6)] + [("test_batch", cifar_count)]
    _cifar(folder, "cifar-10-batches-py", ten, {b"labels": 10})
    hundred = [("train", cifar_count), ("test", cifar_count)]
    _cifar(folder, "cifar-100-python", hundred, {b"fine_labels": 100, b"coarse_labels": 20})
    x_train, y_train, x_test, y_test = _rows(rng, 9), rng.randint(0, 2, 9), _rows(rng, 8), rng.randint(0, 2, 8)
    np.savez(path("imdb.npz"), x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    np.savez(path("reuters.npz"), x=_rows(rng, 11), y=rng.randint(0, 46, 11))
    for name in ("imdb", "reuters"):
        with open(path(name + "_word_index.json"), "w") as file:
            json.dump({"the": 1, "caf\u00e9": 2}, file)
    np.savez(path("boston_housing.npz"), x=rng.uniform(0, 9, (10, 13)).round(2), y=rng.uniform(5, 50, 10).round(1))
    np.savez(path("california_housing.npz"), x=rng.uniform(0, 9, (620, 8)), y=rng.uniform(5, 50, 620))
