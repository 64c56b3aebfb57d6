"""In the era ``keras2`` TensorFlow's functions have TensorFlow 1.15's orders, values and gradients."""

from pathlib import Path

import numpy as np
import pytest
from before_2_expressions import EXPRESSIONS
from expressions import arrays, evaluate
from test_expressions import compare

import kerastorch

STORE = np.load(Path(__file__).with_name("before_2.npz"))


@pytest.fixture(autouse=True)
def of_tensorflow_1(tf, of_tensorflow_2):
    kerastorch.set_era("keras2")
    tf.compat.v1.enable_eager_execution()  # so that there are values at once


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_like_tensorflow_1(text, tf):
    found, gradient = evaluate(tf, text)
    compare(text, arrays(tf, found), gradient, 2e-5, STORE)


def test_what_dropout_keeps(tf):
    kept = np.asarray(tf.nn.dropout(tf.ones([4000]), 0.8, seed=3))
    assert (kept != 0).mean() == pytest.approx(0.8, abs=0.03) and kept.max() == pytest.approx(1.25)
    kerastorch.set_era("tf.keras")
    kept = np.asarray(tf.nn.dropout(tf.ones([4000]), 0.8, seed=3))
    assert (kept != 0).mean() == pytest.approx(0.2, abs=0.03) and kept.max() == pytest.approx(5.0)


def test_later_eras_have_keras_s_own(tf):
    kerastorch.set_era("tf.keras")
    assert tf.losses.mean_squared_error is kerastorch.losses.mean_squared_error
    assert tf.losses.mean_squared_error(np.ones((2, 3), "float32"), np.zeros((2, 3), "float32")).shape == (2,)
    assert tf.compat.v1.losses.softmax_cross_entropy(np.eye(3), np.ones((3, 3), "float32")).shape == ()


def test_one_sentence_for_what_cannot_be(tf):
    with pytest.raises(NotImplementedError, match="resize_images: expected bilinear, nearest or area. Received: 2"):
        tf.image.resize_images(np.ones((1, 2, 2, 1), "float32"), [3, 3], 2)
    with pytest.raises(ValueError, match="expected reduction to be one of tf.losses.Reduction. Received: 'most'"):
        tf.losses.absolute_difference([1.0], [2.0], reduction="most")
