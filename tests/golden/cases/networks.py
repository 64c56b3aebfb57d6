"""Small models and data sets that several areas train."""

import numpy as np

__all__ = [
    "blobs",
    "classifier",
    "convnet",
    "perceptron",
    "regression",
    "sequences",
    "tokens",
]


def regression(t, rows=20, features=5, targets=2):
    """A smooth function of the features, with noise: nothing here is at a bend or a tie."""
    x = t.rng.standard_normal((rows, features))
    mix = t.rng.standard_normal((features, targets))
    return x, np.tanh(x.dot(mix)) + 0.3 * t.rng.standard_normal((rows, targets))


def blobs(t, rows=22, classes=3, features=4):
    """(x, labels of shape (rows, 1), one-hot labels) of overlapping clouds."""
    labels = t.rng.randint(0, classes, (rows, 1))
    centers = 1.5 * t.rng.standard_normal((classes, features))
    x = centers[labels[:, 0]] + t.rng.standard_normal((rows, features))
    return x, labels.astype("float64"), np.eye(classes)[labels[:, 0]]


def tokens(t, rows=14, steps=6, vocabulary=9):
    """Integer sequences that end in zeros, and a label for each."""
    x = t.rng.randint(1, vocabulary, (rows, steps))
    for row, count in zip(x, t.rng.randint(1, steps + 1, rows)):
        row[count:] = 0
    return x, (x.sum(1, keepdims=True) % 2).astype("float64")


def sequences(t, rows=12, steps=5, features=3, targets=2):
    x = t.rng.standard_normal((rows, steps, features))
    return x, np.tanh(np.cumsum(x[:, :, :targets], axis=1))


def perceptron(k, features=5, hidden=6, targets=2, activation=None, **kwargs):
    """Dense(hidden, tanh) and Dense(targets); further arguments go to the first layer."""
    layers = [
        k.layers.Dense(hidden, activation="tanh", input_shape=(features,), **kwargs),
        k.layers.Dense(targets, activation=activation),
    ]
    return k.models.Sequential(layers)


def classifier(k, classes=3, activation="softmax"):
    return perceptron(k, features=4, targets=classes, activation=activation)


def convnet(k, classes=3):
    layers = k.layers
    return k.models.Sequential(
        [
            layers.Conv2D(4, 3, activation="tanh", input_shape=(8, 8, 1)),
            layers.MaxPooling2D(),
            layers.Dropout(0.0),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ]
    )
