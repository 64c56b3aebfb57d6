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
