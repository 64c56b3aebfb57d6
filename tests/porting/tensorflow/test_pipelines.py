"""Data sets give TensorFlow's elements in TensorFlow's order: those of ``pipelines.py``."""

import sys
from pathlib import Path

import numpy as np
import pytest

import kerastorch

sys.path.insert(0, str(Path(__file__).parent))

from pipelines import PIPELINES, values  # noqa: E402

STORE = np.load(Path(__file__).with_name("pipelines.npz"))


@pytest.fixture(scope="module", autouse=True)
def tf():
    kerastorch.install("tf.keras")
    import tensorflow

    yield tensorflow
    kerastorch.uninstall()
    kerastorch.set_era("keras2")


@pytest.mark.parametrize("text", PIPELINES)
def test_like_tensorflow(text, tf):
    key = text.replace("/", "\u2215")
    found, cardinality = values(tf, text)
    expected = [STORE[f"{key}|{i}"] for i in range(1000) if f"{key}|{i}" in STORE]
    assert [a.tolist() for a in found] == [a.tolist() for a in expected]
    assert [a.dtype.kind for a in found] == [a.dtype.kind for a in expected]
    assert cardinality == int(STORE[f"{key}|cardinality"])
