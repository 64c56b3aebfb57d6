"""The shipped digits: the data set's published figures, and the split."""

import numpy as np
import pytest

from kerastorch.datasets import digits


def test_is_the_published_data_set():
    (x, y), (u, v) = digits.load_data(test_split=0, seed=None)
    assert x.shape == (1797, 8, 8) and u.shape == (0, 8, 8) and v.shape == (0,)
    assert x.dtype == y.dtype == np.uint8 and x.min() == 0 and x.max() == 16
    # class counts and first images as UCI's optdigits.names and optdigits.tes have them
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert x[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0] and x[0, 7].tolist() == [0, 0, 6, 13, 10, 0, 0, 0]
    assert int(x.sum()) == 561718


def test_agrees_with_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    (x, y), _ = digits.load_data(test_split=0, seed=None)
    np.testing.assert_array_equal(x, theirs.images)
    np.testing.assert_array_equal(y, theirs.target)


def test_split_is_deterministic_and_disturbs_nobody():
    np.random.seed(4)
    (x, y), (u, v) = digits.load_data()
    assert np.random.rand() == np.random.RandomState(4).rand()
    assert (len(x), len(u), len(y), len(v)) == (1437, 360, 1437, 360)
    (x_again, _), _ = digits.load_data()
    np.testing.assert_array_equal(x, x_again)
    (x_other, _), _ = digits.load_data(seed=1)
    assert (x != x_other).any()
    (whole, labels), _ = digits.load_data(test_split=0, seed=None)
    order = np.arange(1797)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([x, u]), whole[order])
    np.testing.assert_array_equal(np.concatenate([y, v]), labels[order])


def test_wrong_split():
    with pytest.raises(ValueError, match="digits.load_data: expected test_split .* Received: 1"):
        digits.load_data(test_split=1)
