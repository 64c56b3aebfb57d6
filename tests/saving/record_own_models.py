"""A subclassed model, and the weight files that the real Kerases write of it.

``<python with tf_keras, or with Keras 3 on torch> tests/saving/record_own_models.py tf.keras|keras3`` writes
``data/own_model.<era>.weights.h5`` and what the model then gives. ``made`` is what ``test_own_models.py`` builds.
"""

import os
import sys

import numpy as np

X = np.linspace(0, 1, 6, dtype="float32").reshape(2, 3)


def made(keras, seed):
    """The model, built, with numbers drawn for its weights."""
    layers = keras.layers

    class Block(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner, self.norm = layers.Dense(3), layers.BatchNormalization()

        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(3,), initializer="ones")
            self.inner.build(input_shape)
            self.norm.build((None, 3))
            self.built = True

        def call(self, x):
            return self.norm(self.inner(x)) * self.scale

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(2)
            self.blocks = [Block(), Block()]
            self.later = keras.Sequential([layers.Dense(4), layers.Dense(2)])
            self.by_name = {"a": layers.Dense(2)}

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return self.by_name["a"](self.later(self.first(x)))

    model = Own()
    model(X)
    random = np.random.RandomState(seed)
    model.set_weights([random.rand(*weight.shape) for weight in model.get_weights()])
    return model


if __name__ == "__main__":
    era = sys.argv[1]
    os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="torch")
    module = __import__("keras" if era == "keras3" else "tf_keras")
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", f"own_model.{era}")
    model = made(module, 1)
    model.save_weights(place + ".weights.h5")
    np.save(place + ".npy", model.predict(X, verbose=0))
