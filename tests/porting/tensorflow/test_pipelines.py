"""Data sets give TensorFlow's elements in TensorFlow's order: those of ``pipelines.py``."""

from pathlib import Path

import numpy as np
import pytest
from pipelines import PIPELINES, values

STORE = np.load(Path(__file__).with_name("pipelines.npz"))


@pytest.mark.parametrize("text", PIPELINES)
def test_like_tensorflow(text, tf):
    key = text.replace("/", "\u2215")
    found, cardinality = values(tf, text)
    expected = [STORE[f"{key}|{i}"] for i in range(1000) if f"{key}|{i}" in STORE]
    assert [a.tolist() for a in found] == [a.tolist() for a in expected]
    assert [a.dtype.kind for a in found] == [a.dtype.kind for a in expected]
    assert cardinality == int(STORE[f"{key}|cardinality"])


def test_elements_come_back_from_files(tf, tmp_path):
    rows = {"a": [1, 2], "b": [[1.0, 2.0], [3.0, 4.0]]}, ["x", "yy"]
    tf.data.Dataset.from_tensor_slices(rows).save(str(tmp_path))
    found = tf.data.Dataset.load(str(tmp_path))
    assert len(found) == 2
    for i, (first, second) in enumerate(found.as_numpy_iterator()):
        assert first["a"] == rows[0]["a"][i] and first["b"].tolist() == rows[0]["b"][i]
        assert second == rows[1][i].encode()
