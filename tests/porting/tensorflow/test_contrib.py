"""``tf.contrib`` gives TensorFlow 1.15's values and gradients: those of ``contrib_expressions.py``."""

from pathlib import Path

import numpy as np
import pytest
from contrib_expressions import EXPRESSIONS
from expressions import arrays, evaluate
from test_expressions import compare

STORE = np.load(Path(__file__).with_name("contrib.npz"))


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_like_tensorflow_1(text, tf):
    found, gradient = evaluate(tf, text)
    compare(text, arrays(tf, found), gradient, 2e-5, STORE)


def test_xavier(tf):
    """The bounds of the uniform distribution, and the spread of the truncated normal one, by TensorFlow's formulas."""
    uniform = np.asarray(tf.contrib.layers.xavier_initializer(seed=1)((300, 100)))
    bound = (6 / 400) ** 0.5
    assert 0.99 * bound < uniform.max() <= bound
    normal = np.asarray(tf.contrib.layers.xavier_initializer(uniform=False, seed=1)((300, 100)))
    cut = 2 * (1.3 / 200) ** 0.5
    assert 0.99 * cut < normal.max() <= cut


def test_what_is_not_there_says_so(tf):
    for name in ("learn", "rnn", "image.dense_image_warp", "layers.fully_connected", "eager.implicit_gradients"):
        part, found = tf.contrib, name
        with pytest.raises(NotImplementedError, match=f"tf.contrib.{name} is not among the TensorFlow functions"):
            for step in found.split("."):
                part = getattr(part, step)


def test_one_sentence_for_what_cannot_be(tf):
    with pytest.raises(ValueError, match=r"transform: expected interpolation .* Received: 'CUBIC'$"):
        tf.contrib.image.transform(np.zeros((2, 3, 3, 1), "float32"), [1.0, 0, 0, 0, 1, 0, 0, 0], "CUBIC")
    with pytest.raises(ValueError, match=r"transform: expected images of 2, 3 or 4 .* Received: shape \(3,\)$"):
        tf.contrib.image.transform(np.zeros(3, "float32"), [1.0, 0, 0, 0, 1, 0, 0, 0])
    with pytest.raises(ValueError, match="compose_transforms: expected one transform or more. Received: none"):
        tf.contrib.image.compose_transforms()
    with pytest.raises(ValueError, match=r"flatten: expected outputs_collections=None, .* Received: .*='activations'$"):
        tf.contrib.layers.flatten(np.zeros((2, 3, 3), "float32"), outputs_collections="activations")


def test_an_augmenting_lambda_in_a_model(tf):
    """As in Keras's example cifar10_cnn_tfaugment2d: sizes of the batch that are known when it comes."""
    from keras.layers import Flatten, Lambda
    from keras.models import Sequential

    image = tf.contrib.image

    def turned_and_mirrored(images):
        sizes = tf.shape(images)
        rows, columns = (tf.cast(size, tf.float32) for size in (sizes[1], sizes[2]))
        turn = image.angles_to_projective_transforms(tf.zeros([sizes[0]]) + 0.5, rows, columns)
        mirror = tf.convert_to_tensor([-1.0, 0.0, columns - 1.0, 0.0, 1.0, 0.0, 0.0, 0.0], dtype=tf.float32)
        mirrors = tf.tile(tf.expand_dims(mirror, 0), [sizes[0], 1])
        return image.transform(images, image.compose_transforms(turn, mirrors))

    images = np.random.RandomState(0).rand(4, 6, 5, 2).astype("float32")
    model = Sequential([Lambda(turned_and_mirrored, input_shape=(6, 5, 2)), Flatten()])
    one_after_the_other = np.asarray(image.rotate(images, 0.5))[:, :, ::-1].reshape(4, -1)
    np.testing.assert_allclose(model.predict(images), one_after_the_other, atol=1e-6)


def test_where_chooses_rows_in_tensorflow_1(tf):
    """Expected: what TensorFlow 1.15's tf.where gives for a vector and matrices."""
    import kerastorch

    kerastorch.set_era("keras2")
    chosen = tf.where(tf.constant([True, False]), tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.zeros([2, 2]))
    np.testing.assert_array_equal(np.asarray(chosen), [[1, 2], [0, 0]])
    kerastorch.set_era("tf.keras")
    chosen = tf.where(tf.constant([True, False]), tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.zeros([2, 2]))
    np.testing.assert_array_equal(np.asarray(chosen), [[1, 0], [3, 0]])
