"""Tapes, checkpoints, sessions and loops of the script's own."""

import numpy as np
import pytest


def test_persistent_nested_and_unconnected(tf):
    x, free = tf.Variable(3.0), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            y = x**3
        first = inner.gradient(y, x)
        z = {"a": x * 2.0}
    assert float(first) == 27.0
    assert float(outer.gradient(first, x)) == 18.0
    assert outer.gradient(z["a"], {"x": x, "free": free})["free"] is None


def test_jacobians(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    rows = tape.batch_jacobian(y, x).numpy()
    np.testing.assert_allclose(rows, [np.diag([2.0, 4.0]), np.diag([6.0, 8.0])])
    assert tape.jacobian(y, x).shape == (2, 2, 2, 2)


def test_custom_gradient(tf):
    @tf.custom_gradient
    def clipped(v):
        return v, lambda upstream: tf.clip_by_value(upstream, -0.5, 0.5)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = clipped(x) * 3.0
    assert float(tape.gradient(y, x)) == 0.5


def test_own_loop_follows_gradient_descent(tf):
    inputs, wanted = np.array([[1.0], [2.0]], "float32"), np.array([[2.0], [4.0]], "float32")
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="zeros", input_shape=(1,))])
    optimizer, seen = tf.keras.optimizers.SGD(0.1), tf.keras.metrics.Mean()
    w = b = 0.0
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(inputs, training=True) - wanted) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        seen.update_state(loss)
        error = w * inputs + b - wanted
        w, b = w - 0.1 * 2 * float((error * inputs).mean()), b - 0.1 * 2 * float(error.mean())
    assert float(model.weights[0].numpy()[0, 0]) == pytest.approx(w, rel=1e-5)
    assert float(model.weights[1].numpy()[0]) == pytest.approx(b, rel=1e-5)
    assert 0.0 < float(seen.result()) < 10.0


def test_checkpoint_restores(tf, tmp_path):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(model=model), str(tmp_path), max_to_keep=2)
    before = model.get_weights()
    path = manager.save()
    model.set_weights([w + 1.0 for w in before])
    assert tf.train.latest_checkpoint(str(tmp_path)) == path
    tf.train.Checkpoint(model=model).restore(path)
    for now, then in zip(model.get_weights(), before):
        np.testing.assert_array_equal(now, then)


def test_symbolic_tensors(tf):
    inputs = tf.keras.Input((4,))
    model = tf.keras.Model(inputs, tf.reduce_mean(tf.nn.relu(inputs), axis=1, keepdims=True))
    data = np.array([[-1.0, 1.0, 2.0, 5.0]], "float32")
    np.testing.assert_allclose(model.predict(data, verbose=0), [[2.0]])


def test_a_mask_of_the_future_of_unknown_length(tf):
    def mask_of(tokens):
        size = tf.shape(tokens)
        return tf.cumsum(tf.eye(size[1], batch_shape=size[:1]), 1)

    tokens = tf.keras.Input((None,), dtype="int32")
    model = tf.keras.Model(tokens, tf.keras.layers.Lambda(mask_of)(tokens))
    assert model.output_shape == (None, None, None)
    np.testing.assert_array_equal(model.predict(np.zeros((2, 3)), verbose=0), [np.tri(3)] * 2)


def test_fit_on_a_dataset(tf):
    rows = tf.data.Dataset.from_tensor_slices((np.ones((6, 2), "float32"), np.ones((6, 1), "float32")))
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    losses = model.fit(rows.batch(4), epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_layer_with_a_mask_argument_of_its_own(tf):
    class Weighted(tf.keras.layers.Layer):
        def call(self, x, mask):
            return x * mask

    np.testing.assert_array_equal(Weighted()(tf.ones((1, 2)), tf.constant([[1.0, 0.0]])).numpy(), [[1.0, 0.0]])


@pytest.mark.parametrize("name", ["lite", "estimator", "contrib"])
def test_what_is_not_here(tf, name):
    with pytest.raises(NotImplementedError, match=name):
        getattr(tf, name).anything  # noqa: B018 - the look-up is what raises
