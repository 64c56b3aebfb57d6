"""Losses and metrics, methods and partial functions, that read tensors of the graph; run with Keras 2.2.4 to record.

usage: python tests/training/record_closures.py > tests/training/closures.json
"""

import json
import sys
from functools import partial

import numpy as np

X = np.linspace(0.1, 0.9, 48).reshape(8, 6) ** 2
Z = np.linspace(-1, 1, 16).reshape(8, 2)


def weights(rows, columns):
    return [np.sin(np.arange(rows * columns)).reshape(rows, columns), np.zeros(columns)]


class Autoencoder:
    """A variational autoencoder, without its noise, whose loss reads what the object keeps."""

    def __init__(self, keras, how):
        layers, K = keras.layers, keras.backend
        self.K = K
        x = layers.Input((6,))
        self.mean = layers.Dense(2, weights=weights(6, 2))(x)
        self.log_var = layers.Dense(2, weights=weights(6, 2))(x)
        z = layers.Lambda(lambda both: both[0] + K.exp(both[1] / 2) * 0.1)([self.mean, self.log_var])
        self.model = keras.models.Model(x, layers.Dense(6, activation="sigmoid", weights=weights(2, 6))(z))
        loss = self.loss if how == "method" else partial(self.loss, beta=1.0)
        if how == "partial":
            loss.__name__ = "loss"
        self.model.compile("sgd", loss=loss, metrics=[self.divergence])

    def divergence(self, y_true, y_pred):
        K = self.K
        return -0.5 * K.sum(1 + self.log_var - K.square(self.mean) - K.exp(self.log_var), axis=-1)

    def loss(self, y_true, y_pred, beta=1.0):
        K = self.K
        return K.sum(K.square(y_true - y_pred), axis=-1) + self.divergence(y_true, y_pred) * beta

    def run(self):
        history = self.model.fit(X, X, epochs=3, batch_size=4, shuffle=False, verbose=0).history
        return [history[key] for key in sorted(history)]


def critic(keras):
    """A Wasserstein critic: a subclass of ``_Merge``, and a penalty on ``K.gradients`` as a partial function."""
    layers, K = keras.layers, keras.backend
    from keras.layers.merge import _Merge

    class Between(_Merge):
        def _merge_function(self, inputs):
            return 0.3 * inputs[0] + 0.7 * inputs[1]

    def wasserstein(y_true, y_pred):
        return K.mean(y_true * y_pred)

    def penalty(y_true, y_pred, between):
        gradients = K.gradients(y_pred, between)[0]
        norm = K.sqrt(K.sum(K.square(gradients), axis=np.arange(1, len(gradients.shape))))
        return K.mean(K.square(1 - norm))

    generator = keras.models.Sequential([layers.Dense(6, input_dim=2, activation="tanh", weights=weights(2, 6))])
    judge = keras.models.Sequential(
        [layers.Dense(5, input_dim=6, activation="tanh", weights=weights(6, 5)), layers.Dense(1, weights=weights(5, 1))]
    )
    generator.trainable = False
    real, noise = layers.Input((6,)), layers.Input((2,))
    fake = generator(noise)
    between = Between()([real, fake])
    partial_penalty = partial(penalty, between=between)
    partial_penalty.__name__ = "penalty"
    model = keras.models.Model([real, noise], [judge(real), judge(fake), judge(between)])
    losses = [wasserstein, wasserstein, partial_penalty]
    model.compile(keras.optimizers.RMSprop(0.01), loss=losses, loss_weights=[1, 1, 10])
    ones = np.ones((8, 1))
    return [[float(v) for v in model.train_on_batch([X, Z], [-ones, ones, 0 * ones])] for _ in range(3)]


def results(keras):
    return {**{how: Autoencoder(keras, how).run() for how in ("method", "partial")}, "critic": critic(keras)}


if __name__ == "__main__":
    sys.path.insert(0, "tests/golden")
    import keras
    import norace

    norace.install()
    print(json.dumps({key: np.asarray(value, float).tolist() for key, value in results(keras).items()}))
