"""What initializers, regularizers, constraints and activations give a script is a tensor of TensorFlow's."""

import numpy as np
import pytest
import torch

import kerastorch


@pytest.fixture
def parts(tf):
    keras = tf.keras
    v = tf.Variable([1.0, -2.0])
    dense = keras.layers.Dense(1, kernel_regularizer="l2", kernel_initializer="ones")
    dense(tf.ones((1, 2)))
    return {
        "initializer": keras.initializers.Zeros()((2,)),
        "regularizer": keras.regularizers.l2(0.1)(v),
        "regularizer by name": keras.regularizers.get("l1_l2")(v),
        "constraint": keras.constraints.NonNeg()(v),
        "activation": keras.activations.relu(v),
        "activation by name": keras.activations.get("selu")(v),
        "losses of a layer": dense.losses[0],
        "losses of a model": keras.Sequential([dense]).losses[0],
    }


def test_read_without_detaching(tf, parts):
    for name, found in parts.items():
        assert isinstance(found, tf.Tensor), name
        assert isinstance(found.numpy() + 0, (np.ndarray, np.floating)), name
        assert not found.requires_grad, name
    np.testing.assert_allclose(parts["regularizer"].numpy(), 0.5, rtol=1e-6)
    np.testing.assert_allclose(parts["losses of a layer"].numpy(), 0.02, rtol=1e-6)


def test_gradients_follow_them_under_a_tape(tf):
    v = tf.Variable([1.0, -2.0])
    with tf.GradientTape() as tape:
        penalty = tf.keras.regularizers.l2(0.1)(v) + tf.reduce_sum(tf.keras.activations.relu(v))
    np.testing.assert_allclose(tape.gradient(penalty, v).numpy(), [1.2, -0.4], rtol=1e-6)


def test_a_weight_starts_from_them(tf):
    class Own(tf.keras.layers.Layer):
        def build(self, shape):
            self.w = tf.Variable(tf.random_normal_initializer()(shape=(2, 3)), trainable=True)
            self.b = self.add_weight(shape=(3,), initializer=tf.keras.initializers.Constant(0.5))

        def call(self, x):
            return tf.matmul(x, self.w) + self.b

    layer = Own()
    out = layer(tf.zeros((1, 2)))
    np.testing.assert_array_equal(out.numpy(), [[0.5, 0.5, 0.5]])
    assert [tuple(w.shape) for w in layer.trainable_variables] == [(2, 3), (3,)]


def test_variables_and_weights_are_listed_in_the_order_they_were_made(tf):
    """The two lists are those of tf_keras 2.21 for this layer."""

    class Own(tf.keras.layers.Layer):
        def build(self, shape):
            self.w = tf.Variable(tf.zeros((2, 3)), name="w")
            self.c = self.add_weight(shape=(4,), trainable=False, name="c")
            self.b = self.add_weight(shape=(3,), name="b")
            self.d = tf.Variable([1.0, 2.0], trainable=False, name="d")
            self.e = tf.Variable([1.0, 2.0], name="e")
            self.f = self.add_weight(shape=(7,), trainable=False, name="f")
            self.inner = tf.keras.layers.Dense(1)
            self.inner.build((None, 1))
            self.g = self.add_weight(shape=(8,), name="g")

    layer = Own()
    layer.build((None, 2))
    assert [w.name.split("/")[-1] for w in layer.trainable_weights] == [
        "w:0",
        "b:0",
        "e:0",
        "g:0",
        "kernel:0",
        "bias:0",
    ]
    assert [w.name.split("/")[-1] for w in layer.non_trainable_weights] == ["c:0", "d:0", "f:0"]
    layer.w = tf.Variable(tf.ones((2, 3)), name="again")
    assert [w.name for w in layer.trainable_weights][0] == "again:0" and len(layer.weights) == 9


def test_weights_that_torch_names_alike_are_variables_too(tf):
    """Values as tf_keras 2.21 prints them; while a layer runs it reads torch's own parameter."""
    dense = tf.keras.layers.Dense(2)
    dense(tf.ones((1, 2)))
    dense.bias.assign([1.0, 2.0])
    np.testing.assert_array_equal(dense(tf.zeros((1, 2))).numpy(), [[1, 2]])
    dense.bias.assign_add([1.0, 1.0])
    assert repr(dense.bias) == (
        "<tf.Variable 'dense/bias:0' shape=(2,) dtype=float32, numpy=array([2., 3.], dtype=float32)>"
    ).replace("dense/", f"{dense.name}/")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(dense.bias * 3.0 + dense(tf.ones((1, 2))))
    assert [g.numpy().tolist() for g in tape.gradient(total, [dense.bias, dense.kernel])] == [[4, 4], [[1, 1], [1, 1]]]
    assert type(dense.weight) is torch.nn.Parameter and dense.bias in dense.trainable_weights


def test_weights_of_torch_in_the_era_of_graphs(tf):
    kerastorch.set_era("keras2")
    dense = kerastorch.layers.Dense(2, input_dim=3)
    kerastorch.models.Sequential([dense])
    assert type(dense.bias) is torch.nn.Parameter and dense.bias.is_leaf


ROWS, LOWEST = [[1.0, -2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 0.5]], float(np.finfo("float32").min)
# what TensorFlow 2.21 gives of these rows
UNSORTED = {
    "sum": [[8.0, -1.5], [0.0, 0.0], [5.0, 6.0]],
    "mean": [[4.0, -0.75], [0.0, 0.0], [5.0, 6.0]],
    "max": [[7.0, 0.5], [LOWEST, LOWEST], [5.0, 6.0]],
    "min": [[1.0, -2.0], [-LOWEST, -LOWEST], [5.0, 6.0]],
    "prod": [[7.0, -1.0], [1.0, 1.0], [5.0, 6.0]],
    "sqrt_n": [[5.656854152679443, -1.0606602430343628], [0.0, 0.0], [5.0, 6.0]],
}
SORTED = {
    "sum": [[4.0, 2.0], [0.0, 0.0], [12.0, 6.5]],
    "mean": [[2.0, 1.0], [0.0, 0.0], [6.0, 3.25]],
    "max": [[3.0, 4.0], [0.0, 0.0], [7.0, 6.0]],
    "min": [[1.0, -2.0], [0.0, 0.0], [5.0, 0.5]],
    "prod": [[3.0, -8.0], [1.0, 1.0], [35.0, 3.0]],
}


@pytest.mark.parametrize("kind", UNSORTED)
def test_rows_of_one_number_in_a_graph(tf, kind):
    i = tf.keras.Input((2,), batch_size=4)
    out = getattr(tf.math, f"unsorted_segment_{kind}")(i, [0, -1, 2, 0], num_segments=3)
    assert tuple(out.shape) == (3, 2)
    found = tf.keras.Model(i, out)(np.array(ROWS, "float32")).numpy()
    np.testing.assert_allclose(found, np.array(UNSORTED[kind], "float32"), rtol=1e-6)


@pytest.mark.parametrize("kind", SORTED)
def test_rows_of_one_number_in_order_in_a_graph(tf, kind):
    i, numbers = tf.keras.Input((2,)), tf.keras.Input((), dtype="int32")
    out = getattr(tf.math, f"segment_{kind}")(i, numbers)
    assert tuple(out.shape) == (None, 2)
    found = tf.keras.Model([i, numbers], out)([np.array(ROWS, "float32"), np.array([0, 0, 2, 2])]).numpy()
    np.testing.assert_allclose(found, SORTED[kind], rtol=1e-6)
