"""The functions of ``tf`` give TensorFlow's values, dtypes and gradients: those of ``expressions.py``."""

from pathlib import Path

import numpy as np
import pytest
from expressions import EXPRESSIONS, arrays, evaluate

STORE = np.load(Path(__file__).with_name("expressions.npz"))
# Draws through other libraries' transcendental functions differ in the last digits; so do iterative decompositions.
TOLERANCE = {"random": 2e-6, "image": 2e-5, "linear": 2e-4, "signal_sets_sparse": 2e-5}


def key(text):
    return text.replace("/", "\u2215")


@pytest.mark.parametrize("family", EXPRESSIONS)
def test_like_tensorflow(family, tf):
    wrong = []
    for text in EXPRESSIONS[family]:
        try:
            found, gradient = evaluate(tf, text)
            compare(text, arrays(tf, found), gradient, TOLERANCE.get(family, 2e-6))
        except Exception as error:  # all of a family's mistakes at once
            wrong.append(f"{text}\n    {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(EXPRESSIONS[family])}", *wrong])


def compare(text, found, gradient, tolerance, store=STORE):
    expected = [store[key(f"{text}|{i}")] for i in range(1000) if key(f"{text}|{i}") in store]
    assert len(found) == len(expected), (len(found), len(expected))
    for ours, theirs in zip(found, expected):
        assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
        if theirs.dtype.kind == "S":
            assert ours.tolist() == theirs.tolist()
            continue
        assert ours.dtype == theirs.dtype, (ours.dtype, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    stored = key(f"{text}|grad")
    assert (gradient is not None) == (stored in store), f"gradient: {gradient}"
    if gradient is not None:
        np.testing.assert_allclose(gradient.numpy(), store[stored], rtol=10 * tolerance, atol=10 * tolerance)
