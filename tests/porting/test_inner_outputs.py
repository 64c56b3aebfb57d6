"""Gradients by what a model gives beside its predictions, as Grad-CAM asks for them."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import numpy as np, keras, tensorflow as tf

first = keras.Input((8, 8, 3))
inner = keras.layers.Conv2D(4, 3, name="conv")(first)
out = keras.layers.Dense(5)(keras.layers.GlobalAveragePooling2D()(inner))
model = keras.Model(first, out)
both = keras.Model(model.inputs, [model.get_layer("conv").output, model.output])
with tf.GradientTape(persistent=True) as tape:
    maps, scores = both(np.ones((1, 8, 8, 3), "float32"))
    score = scores[:, 0]
    mixed = tf.reduce_sum(maps * 2.0) + tf.reduce_sum(score)
kernel = model.layers[-1].kernel.numpy()[:, 0]
np.testing.assert_allclose(tape.gradient(score, maps).numpy(), np.broadcast_to(kernel / 36, (1, 6, 6, 4)), rtol=1e-5)
np.testing.assert_allclose(tape.gradient(mixed, maps).numpy()[0, 0, 0], 2 + kernel / 36, rtol=1e-5)


class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv, self.flat, self.top = keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(3)

    def call(self, x):
        features = self.conv(x)
        return features, self.top(self.flat(features))


two = Two()
with tf.GradientTape() as tape:
    features, logits = two(np.ones((2, 8, 8, 3), "float32"))
    one = logits[:, 1]
found = tape.gradient(one, features).numpy()
np.testing.assert_allclose(found[0].reshape(-1), two.top.kernel.numpy()[:, 1], rtol=1e-5)
print("done")
"""


def test_gradients_by_an_inner_output(tmp_path):
    """Expected: the derivative of a mean and a product, which TensorFlow gave for the same script."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, "-m", "kerastorch", str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("done")
